//! Rule files of Prometheus, and the objects that an operator makes them from.

use serde_json::Value;

use super::{
    Alert, At, Document, Gauge, Imported, Page, Recovered, Taken, Why,
    expression::{Compared, compared},
    left::below,
    object, plain, text_of,
};
use crate::pack::{
    value::{Span, Url},
    watch::REACH,
};

/// The annotations that say what an alert is called, the best first.
const TITLES: [&str; 3] = ["summary", "title", "message"];

/// A group of rules: how errors name it, where its alerts say they are from, and the severity it gives them.
struct Group {
    what: String,
    origin: String,
    severity: Option<String>,
}

/// The groups of a rule file.
pub(super) fn rules(imported: &mut Imported, document: &Document, spec: &Value) {
    let Some(groups) = spec["groups"].as_array() else {
        imported.leave(document, "groups", Why::NoList);
        return;
    };
    for (at, content) in groups.iter().enumerate() {
        let name = text_of(content, "name").unwrap_or_else(|| at.to_string());
        let of = [document.file.clone(), object(document)];
        let of: Vec<String> = of.into_iter().filter(|it| !it.is_empty()).collect();
        let group = Group {
            what: format!("group {name}"),
            origin: format!("{}, group {name}", of.join(", ")),
            severity: text_of(&content["labels"], "severity").and_then(|it| plain(&it)),
        };
        group_of(imported, document, content, &group);
    }
}

fn group_of(imported: &mut Imported, document: &Document, content: &Value, group: &Group) {
    let before = imported.alerts.len();
    let mut taken = Taken::of(&["name", "rules"]);
    let rules = content["rules"].as_array();
    for (at, rule) in rules.into_iter().flatten().enumerate() {
        if let Some(name) = text_of(rule, "record") {
            imported.leave(document, &format!("record {name}"), Why::Recording);
        } else if let Some(name) = text_of(rule, "alert") {
            if rule["labels"]["severity"].is_null() && group.severity.is_some() {
                taken.add("labels.severity");
            }
            alert(imported, document, rule, name, group);
        } else {
            let what = format!("{}: rules[{at}]", group.what);
            imported.leave(document, &what, Why::NeitherRule);
        }
    }
    if imported.alerts.len() == before {
        imported.leave(document, &group.what, Why::NothingOfIt);
    }
    imported.leave_rest(document, &group.what, content, &taken, |path, value| {
        if path.starts_with("labels") {
            why(path, value)
        } else {
            Why::Evaluation
        }
    });
}

/// Why a key of a rule is left.
fn why(path: &str, value: &Value) -> Why {
    let filled = value.as_str().is_some_and(|it| it.contains("{{"));
    match path.split('.').next() {
        Some("labels" | "annotations") if filled => Why::FilledIn,
        Some("labels") => Why::Label,
        Some("annotations") => Why::Annotation,
        Some("for") => Why::Waits,
        Some("keep_firing_for") => Why::KeepsFiring,
        Some("expr") => Why::NoSingleNumber,
        _ => Why::NoPlace,
    }
}

fn alert(imported: &mut Imported, document: &Document, rule: &Value, name: String, group: &Group) {
    let what = format!("alert {name}");
    if imported.alerts.iter().any(|it| it.name == name) {
        // Rules of one name are often one per severity; a pack tells them by the label.
        imported.leave(document, &what, Why::SecondRule);
        return;
    }
    let mut taken = Taken::of(&["alert"]);
    let own = text_of(&rule["labels"], "severity");
    let severity = own.clone().or_else(|| group.severity.clone());
    let severity = severity.and_then(|it| plain(&it));
    match (&own, &severity) {
        (_, None) => {
            let what = format!("{what}: severity");
            imported.leave(document, &what, Why::NoSeverity);
        }
        (Some(_), Some(_)) => taken.add("labels.severity"),
        (None, Some(_)) => {}
    }
    let annotations = &rule["annotations"];
    let mut titles = TITLES
        .iter()
        .filter_map(|it| Some((*it, plain(&text_of(annotations, it)?)?)));
    let title = titles.next().map(|(key, title)| {
        taken.add(below("annotations", key));
        title
    });
    let pages = pages(annotations, &mut taken);
    let number = gauge(imported, rule, &name, title.clone());
    if number.is_some() {
        taken.add("expr");
    }
    let recovered = number.and_then(|number| recovered(rule, number));
    if recovered.is_some() {
        taken.add("keep_firing_for");
    }
    imported.leave_rest(document, &what, rule, &taken, why);
    imported.alerts.push(Alert {
        name,
        title,
        severity,
        pages,
        recovered,
        origin: group.origin.clone(),
    });
}

/// The pages that annotations name: each address, and where the runbook is among the team's files.
fn pages(annotations: &Value, taken: &mut Taken) -> Vec<Page> {
    let mut pages = Vec::new();
    for (key, value) in annotations.as_object().into_iter().flatten() {
        let Some(text) = value.as_str().and_then(plain) else {
            continue;
        };
        let word = !text.contains(char::is_whitespace);
        let lower = key.to_ascii_lowercase();
        let book = lower.contains("runbook") || lower.contains("playbook");
        let at = if text.parse::<Url>().is_ok() {
            At::Address(text)
        } else if word && book && !text.contains("://") {
            At::Path(text)
        } else {
            continue;
        };
        if taken.has(&below("annotations", key)) {
            continue;
        }
        taken.add(below("annotations", key));
        let kind = ["_url", "_uri", "_link", "URL", "Url"]
            .iter()
            .find_map(|end| key.strip_suffix(end))
            .unwrap_or(key);
        pages.push(Page {
            kind: kind.to_owned(),
            at,
        });
    }
    pages
}

/// The number an alert is about, where its expression is one number held against a limit: its gauge, and what is well.
fn gauge(
    imported: &mut Imported,
    rule: &Value,
    name: &str,
    title: Option<String>,
) -> Option<(String, &'static str, f64)> {
    let Compared { left, sign, limit } = compared(&text_of(rule, "expr")?)?;
    // Of several series the worst one is the gauge's: the alert fires for any of them.
    let (worst, good) = match sign {
        ">" => ("max", "<="),
        ">=" => ("max", "<"),
        "<" => ("min", ">="),
        _ => ("min", ">"),
    };
    let id = imported.id("gauge", name);
    imported.gauges.push(Gauge {
        id: id.clone(),
        title: title.unwrap_or_else(|| name.to_owned()),
        promql: format!("{worst}({left})"),
        good: format!("{good} {limit}"),
    });
    Some((id, good, limit))
}

/// An alert that is kept firing is over once its number was well for as long: then every series was.
fn recovered(rule: &Value, (gauge, sign, limit): (String, &str, f64)) -> Option<Recovered> {
    let keeps: Span = text_of(rule, "keep_firing_for")?.parse().ok()?;
    (keeps.0 <= REACH).then(|| Recovered {
        gauge,
        good: format!("{sign} {limit:?}"),
        keeps: keeps.to_string(),
    })
}
