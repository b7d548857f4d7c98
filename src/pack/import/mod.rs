//! What other tools know of a service, carried into a pack: alerts of Prometheus, SLOs of sloth, pyrra and `OpenSLO`.
//!
//! What is read becomes `probes.toml`, `watch.toml` and what those need of `pack.toml`. What can't be carried is listed,
//! with why: nothing is dropped silently.

mod expression;
mod openslo;
mod prometheus;
mod pyrra;
mod sloth;
#[cfg(test)]
mod tests;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::promql::WINDOW;

/// A document of one of the tools, and where it stands: the file, and which of its documents, from one.
#[derive(Debug, Clone)]
pub struct Document {
    pub file: String,
    pub number: usize,
    pub content: Value,
}

/// Something that can't be carried into a pack.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Left {
    /// The file and what of it: `rules.yml: recording rule job:errors:rate5m`.
    pub what: String,
    pub why: String,
}

/// An alert that a rule fires.
#[derive(Debug, Clone, Default)]
struct Alert {
    name: String,
    title: Option<String>,
    /// The label, as the rule sets it.
    severity: Option<String>,
    runbook: Option<String>,
    dashboard: Option<String>,
}

/// A number with a limit, as the expression of an alert names it.
#[derive(Debug, Clone)]
struct Gauge {
    id: String,
    title: String,
    promql: String,
    /// What is well: the alert's limit turned around.
    good: String,
}

/// A service level objective with the queries of its errors and of all.
#[derive(Debug, Clone)]
struct Slo {
    id: String,
    title: String,
    /// In per cent.
    objective: f64,
    period: &'static str,
    errors: String,
    total: String,
}

/// What was read, ready to be written as a pack.
#[derive(Debug, Clone, Default)]
pub struct Imported {
    alerts: Vec<Alert>,
    gauges: Vec<Gauge>,
    slos: Vec<Slo>,
    ids: BTreeSet<String>,
    pub left: Vec<Left>,
}

impl Imported {
    /// Everything these documents say.
    pub fn of(documents: &[Document]) -> Self {
        let mut imported = Self::default();
        let indicators = openslo::indicators(documents);
        for document in documents {
            imported.take(document, &indicators);
        }
        imported
    }

    /// How many alerts, gauges and SLOs were carried.
    pub const fn counts(&self) -> [usize; 3] {
        [self.alerts.len(), self.gauges.len(), self.slos.len()]
    }

    /// The files of a pack of this name: path and text.
    pub fn files(&self, pack: &str) -> Vec<(&'static str, String)> {
        write::files(self, pack)
    }

    fn take(&mut self, document: &Document, indicators: &BTreeMap<String, Value>) {
        let content = &document.content;
        let text = |pointer: &str| content.pointer(pointer).and_then(Value::as_str);
        let group = text("/apiVersion")
            .unwrap_or_default()
            .split('/')
            .next()
            .unwrap_or_default();
        match (group, text("/kind")) {
            ("openslo", Some("SLI")) => {}
            ("openslo", Some("SLO")) => openslo::slo(self, document, indicators),
            ("pyrra.dev", Some("ServiceLevelObjective")) => pyrra::slo(self, document),
            ("sloth.slok.dev", Some("PrometheusServiceLevel")) => {
                sloth::slos(self, document, &content["spec"]);
            }
            (_, Some("PrometheusRule")) => prometheus::rules(self, document, &content["spec"]),
            (_, None) if content.get("groups").is_some() => {
                prometheus::rules(self, document, content);
            }
            (_, None) if content.get("slos").is_some() => sloth::slos(self, document, content),
            (_, Some(kind)) => self.leave(document, kind, "no document of a kind that is carried"),
            (_, None) => self.leave(
                document,
                &format!("document {}", document.number),
                "neither rules of Prometheus nor an SLO of sloth, pyrra or OpenSLO",
            ),
        }
    }

    fn leave(&mut self, document: &Document, what: &str, why: &str) {
        let what = format!("{}: {what}", document.file);
        let left = Left {
            what,
            why: why.to_owned(),
        };
        if !self.left.contains(&left) {
            self.left.push(left);
        }
    }

    /// An id of a pack made of a name, that nothing else of its kind has.
    fn id(&mut self, kind: &str, name: &str) -> String {
        let mut id = String::new();
        let mut before = '-';
        for c in name.chars() {
            let camel = c.is_ascii_uppercase() && before.is_ascii_lowercase();
            if (camel || !c.is_ascii_alphanumeric()) && !id.is_empty() && !id.ends_with('-') {
                id.push('-');
            }
            if c.is_ascii_alphanumeric() {
                id.push(c.to_ascii_lowercase());
            }
            before = c;
        }
        let id = id.trim_matches('-');
        let id = if id.is_empty() { "unnamed" } else { id };
        let mut unique = id.to_owned();
        let mut number = 2;
        while !self.ids.insert(format!("{kind}/{unique}")) {
            unique = format!("{id}-{number}");
            number += 1;
        }
        unique
    }
}

/// A text that is no template: what a rule fills in at each alert can't stand in a pack.
fn plain(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && !text.contains("{{")).then(|| text.to_owned())
}

/// The text of a field.
fn text_of(value: &Value, field: &str) -> Option<String> {
    value.get(field)?.as_str().map(str::to_owned)
}

/// A query with the ways other tools write the window put as a pack writes it; `None` where it has no window.
fn windowed(query: &str) -> Option<String> {
    let mut query = query.trim().to_owned();
    for hole in [
        "{{.window}}",
        "{{ .window }}",
        "{{.Window}}",
        "{{ .Window }}",
    ] {
        query = query.replace(hole, WINDOW);
    }
    query.contains("[$window]").then_some(query)
}

/// The period of the budget that a length is read over: those that a pack has.
fn period(length: &str) -> Option<&'static str> {
    match length {
        "30d" | "4w2d" | "720h" => Some("30d"),
        "1M" | "month" => Some("month"),
        _ => None,
    }
}
