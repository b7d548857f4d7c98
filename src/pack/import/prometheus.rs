//! Rule files of Prometheus, and the objects that an operator makes them from.

use serde_json::Value;

use super::{Alert, Document, Gauge, Imported, expression::compared, plain, text_of};

/// The groups of a rule file.
pub(super) fn rules(imported: &mut Imported, document: &Document, spec: &Value) {
    let Some(groups) = spec["groups"].as_array() else {
        imported.leave(document, "groups", "there is no list of groups");
        return;
    };
    for rule in groups
        .iter()
        .filter_map(|it| it["rules"].as_array())
        .flatten()
    {
        if let Some(name) = text_of(rule, "record") {
            let why = "a recording rule stays where Prometheus evaluates it";
            imported.leave(document, &format!("recording rule {name}"), why);
        } else if let Some(name) = text_of(rule, "alert") {
            alert(imported, document, rule, name);
        } else {
            imported.leave(document, "a rule", "it neither alerts nor records");
        }
    }
}

fn alert(imported: &mut Imported, document: &Document, rule: &Value, name: String) {
    if imported.alerts.iter().any(|it| it.name == name) {
        // Rules of one name are often one per severity; a pack tells them by the label.
        let why = "another rule of this name is carried: both are one entry of the pack, of the first one's severity";
        imported.leave(document, &format!("a second alert {name}"), why);
        return;
    }
    let (labels, annotations) = (&rule["labels"], &rule["annotations"]);
    let severity = text_of(labels, "severity");
    let what = format!("alert {name}");
    match &severity {
        Some(severity) if plain(severity).is_none() => {
            imported.leave(
                document,
                &format!("{what}: severity"),
                "the label is filled in at each alert",
            );
        }
        None => {
            let why = "the rule sets no label `severity`: it stands under the least grave one";
            imported.leave(document, &format!("{what}: severity"), why);
        }
        Some(_) => {}
    }
    let mut said = |names: &[&str]| {
        let text = names.iter().find_map(|name| text_of(annotations, name))?;
        let found = plain(&text);
        if found.is_none() {
            let why = "it is filled in at each alert, which shows it itself";
            imported.leave(document, &format!("{what}: {}", names[0]), why);
        }
        found
    };
    let title = said(&["summary", "title", "message"]);
    let runbook = said(&["runbook_url", "runbook"]);
    let dashboard = said(&["dashboard_url", "dashboard", "dashboardURL"]);
    let address = |it: Option<String>| {
        it.filter(|it| it.starts_with("https://") || it.starts_with("http://"))
    };
    gauge(imported, document, rule, &name, title.clone());
    imported.alerts.push(Alert {
        title,
        severity: severity.and_then(|it| plain(&it)),
        runbook: address(runbook),
        dashboard: address(dashboard),
        name,
    });
}

/// The number an alert is about, where its expression is one number held against a limit.
fn gauge(
    imported: &mut Imported,
    document: &Document,
    rule: &Value,
    name: &str,
    title: Option<String>,
) {
    let what = format!("alert {name}: expression");
    let Some(expr) = text_of(rule, "expr") else {
        imported.leave(document, &what, "there is none");
        return;
    };
    let Some(compared) = compared(&expr) else {
        let why = "it is no single number against a limit; the rule goes on firing the alert, no gauge shows it";
        imported.leave(document, &what, why);
        return;
    };
    // Of several series the worst one is the gauge's: the alert fires for any of them.
    let (worst, good) = match compared.sign {
        ">" => ("max", "<="),
        ">=" => ("max", "<"),
        "<" => ("min", ">="),
        _ => ("min", ">"),
    };
    let id = imported.id("gauge", name);
    imported.gauges.push(Gauge {
        id,
        title: title.unwrap_or_else(|| name.to_owned()),
        promql: format!("{worst}({})", compared.left),
        good: format!("{good} {}", compared.limit),
    });
}
