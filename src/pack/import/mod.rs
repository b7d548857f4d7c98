//! What other tools know of a service, carried into a pack: alerts of Prometheus, SLOs of sloth, pyrra and `OpenSLO`.
//!
//! What is read becomes `probes.toml`, `watch.toml` and what those need of `pack.toml`. What can't be carried is listed,
//! with why: nothing is dropped silently.

mod expression;
mod left;
mod openslo;
mod prometheus;
mod pyrra;
mod sloth;
#[cfg(test)]
mod tests;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use self::left::Taken;
pub use self::left::{Left, Why};
use super::promql::WINDOW;

/// A document of one of the tools, and where it stands: the file, and which of its documents, from one.
#[derive(Debug, Clone)]
pub struct Document {
    pub file: String,
    pub number: usize,
    pub content: Value,
}

/// An alert that a rule fires.
#[derive(Debug, Clone, Default)]
struct Alert {
    name: String,
    title: Option<String>,
    /// The label, as the rule sets it.
    severity: Option<String>,
    pages: Vec<Page>,
    /// When it is over, where the rule says for how long all must be well.
    recovered: Option<Recovered>,
    /// The file and the group it stands in.
    origin: String,
}

/// A page that an annotation names.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Page {
    /// `runbook`, `dashboard`: the annotation's name.
    kind: String,
    at: At,
}

/// Where a page is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum At {
    Address(String),
    /// A document among the team's files.
    Path(String),
}

/// An alert's number must be well again for so long.
#[derive(Debug, Clone)]
struct Recovered {
    gauge: String,
    good: String,
    keeps: String,
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
    /// The file and what of it.
    origin: String,
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
        let mut used = BTreeSet::new();
        for document in documents {
            imported.take(document, &indicators, &mut used);
        }
        // Only now it is known which of them an objective names.
        for document in documents {
            if is_indicator(document) {
                openslo::indicator(&mut imported, document, &used);
            }
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

    fn take(
        &mut self,
        document: &Document,
        indicators: &BTreeMap<String, Value>,
        used: &mut BTreeSet<String>,
    ) {
        let content = &document.content;
        let kind = content["kind"].as_str();
        match (group(content), kind) {
            ("openslo", Some("SLI")) => self.version(document, "openslo/v1"),
            ("openslo", Some("SLO")) => {
                self.version(document, "openslo/v1");
                openslo::slo(self, document, indicators, used);
            }
            ("pyrra.dev", Some("ServiceLevelObjective")) => {
                self.version(document, "pyrra.dev/v1alpha1");
                pyrra::slo(self, document);
            }
            ("sloth.slok.dev", Some("PrometheusServiceLevel")) => {
                self.version(document, "sloth.slok.dev/v1");
                sloth::slos(self, document, &content["spec"]);
                self.leave_object(document, "spec");
            }
            (_, Some("PrometheusRule")) => {
                self.version(document, "monitoring.coreos.com/v1");
                prometheus::rules(self, document, &content["spec"]);
                self.leave_object(document, "spec.groups");
            }
            (_, None) if content.get("groups").is_some() => {
                prometheus::rules(self, document, content);
                let taken = Taken::of(&["groups"]);
                self.leave_rest(document, "", content, &taken, |_, _| Why::Evaluation);
            }
            (_, None) if content.get("slos").is_some() => sloth::slos(self, document, content),
            (_, Some(kind)) => {
                let name = content["metadata"]["name"].as_str().unwrap_or_default();
                self.leave(document, format!("{kind} {name}").trim(), Why::NoKind);
            }
            (_, None) => {
                let what = format!("document {}", document.number);
                self.leave(document, &what, Why::NoRules);
            }
        }
    }

    /// What an object says beside what is carried of it.
    fn leave_object(&mut self, document: &Document, carried: &str) {
        let mut taken = Taken::of(&["apiVersion", "kind", "metadata.name"]);
        taken.add(carried);
        let (what, content) = (object(document), &document.content);
        self.leave_rest(document, &what, content, &taken, in_cluster);
    }

    /// A document of a version nobody knows is read like the one that is known, and that is said.
    fn version(&mut self, document: &Document, known: &'static str) {
        if document.content["apiVersion"] != known {
            let what = format!("{}: apiVersion", object(document));
            self.leave(document, &what, Why::Version(known));
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

/// What an object is of: the part of its version before the stroke.
fn group(content: &Value) -> &str {
    let version = content["apiVersion"].as_str().unwrap_or_default();
    version.split('/').next().unwrap_or_default()
}

/// Whether a document is an indicator of `OpenSLO` that stands by itself.
fn is_indicator(document: &Document) -> bool {
    group(&document.content) == "openslo" && document.content["kind"] == "SLI"
}

/// An object by its kind and name.
fn object(document: &Document) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (kind, name) = (
        &document.content["kind"],
        &document.content["metadata"]["name"],
    );
    format!("{} {}", text(kind), text(name)).trim().to_owned()
}

/// Why a key of an object is left: what the cluster keeps it by, or what a pack has no place for.
fn in_cluster(path: &str, _: &Value) -> Why {
    if path.starts_with("metadata.") || path.starts_with("status.") {
        Why::InCluster
    } else {
        Why::NoPlace
    }
}

/// A text that is no template: what a rule fills in at each alert can't stand in a pack.
fn plain(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && !text.contains("{{")).then(|| text.to_owned())
}

/// The text of a field; YAML takes one that looks like a number or a word of logic for such a thing.
fn text_of(value: &Value, field: &str) -> Option<String> {
    match value.get(field)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(word) => Some(word.to_string()),
        _ => None,
    }
}

/// A title, where a text is one: in one line, and no template.
fn title_of(text: &str) -> Option<String> {
    plain(text).filter(|it| !it.contains('\n'))
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
