//! The files of a pack.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{Alert, At, Imported, Page};
use crate::domain::alert::Severity;
use crate::pack::severity::usual;

/// As many severities a pack has.
const SEVERITIES: usize = 4;
/// The name under which alerts without a severity stand.
const UNRANKED: &str = "unranked";

pub(super) fn files(imported: &Imported, pack: &str) -> Vec<(&'static str, String)> {
    let severities = severities(&imported.alerts);
    vec![
        ("pack.toml", manifest(imported, pack, &severities)),
        ("probes.toml", probes(imported)),
        ("watch.toml", watch(imported, &severities)),
    ]
}

/// The labels by the severity of the pack they stand under, the gravest first.
type Severities = Vec<(String, Vec<String>)>;

/// The severities the alerts have, in the order in which clusters usually mean them.
fn severities(alerts: &[Alert]) -> Severities {
    let mut labels: Vec<&str> = alerts
        .iter()
        .filter_map(|it| it.severity.as_deref())
        .collect();
    labels.sort_by_key(|label| (rank(label) == Severity::Unranked, rank(label), *label));
    labels.dedup();
    let mut found: Severities = labels
        .iter()
        .map(|it| ((*it).to_owned(), vec![(*it).to_owned()]))
        .collect();
    while found.len() > SEVERITIES {
        let least = found.pop().expect("there are more than four");
        let last = found.last_mut().expect("there are four left");
        last.1.extend(least.1);
    }
    if found.is_empty() && !alerts.is_empty() {
        found.push((UNRANKED.to_owned(), Vec::new()));
    }
    let mut ids = Imported::default();
    for (id, _) in &mut found {
        *id = ids.id("severity", id);
    }
    found
}

/// How grave a label is, as clusters usually mean it.
fn rank(label: &str) -> Severity {
    usual(&BTreeMap::from([("severity".to_owned(), label.to_owned())]))
}

/// A text as TOML writes it, in one line.
fn quoted(text: &str) -> String {
    toml::Value::from(text.split_whitespace().collect::<Vec<_>>().join(" ")).to_string()
}

/// A query: as it stands where a literal can hold it.
fn query(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.contains('\'') {
        quoted(&text)
    } else {
        format!("'{text}'")
    }
}

fn manifest(imported: &Imported, pack: &str, severities: &Severities) -> String {
    let mut text = format!(
        "# Who and where. Made by `quarterdeck pack import`: what no rule says is marked TODO.\n\n[pack]\nid = {}\ntitle = {}\n",
        quoted(pack),
        quoted(pack)
    );
    text.push_str("# TODO: the team's time zone.\ntime_zone = \"UTC\"\n");
    if !severities.is_empty() {
        text.push_str("\n# TODO: the times to respond in; rules name none.\n");
    }
    for (id, labels) in severities {
        let first = labels.first().map(String::as_str);
        let respond = match first.map(rank) {
            Some(Severity::S1) => "15m",
            Some(Severity::S2) => "1h",
            Some(Severity::S3) => "4h",
            _ => "24h",
        };
        let labels: Vec<String> = labels.iter().map(|it| quoted(it)).collect();
        let _ = writeln!(text, "[severity.{id}]\nrespond = \"{respond}\"");
        if !labels.is_empty() {
            let _ = writeln!(text, "maps_from = {{ severity = [{}] }}", labels.join(", "));
        }
        text.push('\n');
    }
    for (id, title, at) in links(imported) {
        let (key, at) = match &at {
            At::Address(at) => ("url", at),
            At::Path(at) => ("query", at),
        };
        let _ = writeln!(
            text,
            "[link.{id}]\ntitle = {}\n{key} = {}\n",
            quoted(&title),
            quoted(at)
        );
    }
    text
}

/// The pages the alerts name: id, title, where, each once.
fn links(imported: &Imported) -> Vec<(String, String, At)> {
    let mut links: Vec<(String, String, At)> = Vec::new();
    let mut ids = Imported::default();
    for alert in &imported.alerts {
        for Page { kind, at } in &alert.pages {
            if links.iter().all(|(_, _, known)| known != at) {
                let id = ids.id("link", &format!("{kind}-{}", alert.name));
                links.push((id, format!("{kind}: {}", alert.name), at.clone()));
            }
        }
    }
    links
}

/// Where the following is from, if it is not where the one before is.
fn origin<'i>(text: &mut String, before: &mut &'i str, now: &'i str) {
    if *before != now {
        let _ = writeln!(text, "# From {}.", remark(now));
        *before = now;
    }
}

/// A text as a comment holds it.
fn remark(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().filter(|c| !c.is_control()).collect()
}

fn probes(imported: &Imported) -> String {
    let mut text = "# What is read.\n\n".to_owned();
    for gauge in &imported.gauges {
        let _ = writeln!(
            text,
            "[probe.{}]\npromql = {}\n",
            gauge.id,
            query(&gauge.promql)
        );
    }
    text
}

fn watch(imported: &Imported, severities: &Severities) -> String {
    let mut text = "# What it means.\n\n".to_owned();
    for gauge in &imported.gauges {
        let _ = writeln!(
            text,
            "# Its limit is the alert's: {}.\n[gauge.{}]\ntitle = {}\nprobe = {}\ngood = {}\n",
            gauge.good,
            gauge.id,
            quoted(&gauge.title),
            quoted(&gauge.id),
            quoted(&gauge.good)
        );
    }
    let mut from = "";
    for slo in &imported.slos {
        origin(&mut text, &mut from, &slo.origin);
        let _ = writeln!(
            text,
            "[slo.{}]\ntitle = {}\nobjective = \"{}%\"\nperiod = \"{}\"\nerrors = {}\ntotal = {}\n",
            slo.id,
            quoted(&slo.title),
            slo.objective,
            slo.period,
            query(&slo.errors),
            query(&slo.total)
        );
    }
    let links = links(imported);
    // One that is made for a name that is no id must not be another's name.
    let mut ids = Imported::default();
    let names = imported.alerts.iter();
    ids.ids = names.map(|it| format!("alert/{}", it.name)).collect();
    for alert in &imported.alerts {
        let label = alert.severity.as_deref();
        let own = severities
            .iter()
            .find(|(_, labels)| label.is_some_and(|it| labels.iter().any(|l| l == it)));
        let Some((severity, _)) = own.or(severities.last()) else {
            continue;
        };
        origin(&mut text, &mut from, &alert.origin);
        entry(&mut text, alert, severity, &links, &mut ids);
    }
    text
}

/// What the pack says of an alert.
fn entry(
    text: &mut String,
    alert: &Alert,
    severity: &str,
    links: &[(String, String, At)],
    ids: &mut Imported,
) {
    let is_id = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if alert.name.chars().all(is_id) {
        let _ = writeln!(text, "[alert.{}]", key(&alert.name));
    } else {
        let id = ids.id("alert", &alert.name);
        let name = toml::Value::from(&*alert.name);
        let _ = writeln!(text, "[alert.{id}]\nmatch = {{ alertname = {name} }}");
    }
    if let Some(title) = &alert.title {
        let _ = writeln!(text, "title = {}", quoted(title));
    }
    let _ = writeln!(text, "severity = {}", quoted(severity));
    let named = links
        .iter()
        .filter(|(_, _, at)| alert.pages.iter().any(|page| page.at == *at));
    let named: Vec<String> = named.map(|(id, _, _)| quoted(id)).collect();
    if !named.is_empty() {
        let _ = writeln!(text, "links = [{}]", named.join(", "));
    }
    if let Some(it) = &alert.recovered {
        let is = format!("gauge('{}').value {}", it.gauge, it.good);
        let (is, keeps) = (quoted(&is), quoted(&it.keeps));
        let _ = writeln!(text, "recovered = {{ is = {is}, for = {keeps} }}");
    }
    text.push('\n');
}

/// A key of a table, quoted where it is no bare one.
pub(super) fn key(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !name.is_empty() && name.chars().all(bare) {
        name.to_owned()
    } else {
        quoted(name)
    }
}
