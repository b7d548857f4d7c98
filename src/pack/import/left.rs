//! What can't be carried: which key of which item, and why.

use serde_json::Value;

use super::{Document, Imported, write::key};

/// Why something is not carried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    NoKind,
    NoRules,
    NoList,
    /// Read as if it were of this version.
    Version(&'static str),
    Recording,
    NeitherRule,
    SecondRule,
    NothingOfIt,
    FilledIn,
    NoSeverity,
    NoSingleNumber,
    Waits,
    KeepsFiring,
    Label,
    Annotation,
    Evaluation,
    InCluster,
    NoPlace,
    NoShare,
    NoTitle,
    AlertsOfTool,
    NoWindow,
    NoQuery,
    RawRatio,
    /// Read over 30 days instead of this.
    Period(String),
    Calendar,
    Grouping,
    NativeHistogram,
    NoIndicator,
    /// The indicator of this name is in none of the files.
    IndicatorElsewhere(String),
    UnusedIndicator,
    Threshold,
    Budgeting,
    /// The queries are of this, not of Prometheus.
    OtherSource(String),
    OwnSource,
}

impl Why {
    /// The key of its sentence, and its name in JSON behind `import-`.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::NoKind => "import-no-kind",
            Self::NoRules => "import-no-rules",
            Self::NoList => "import-no-list",
            Self::Version(_) => "import-version",
            Self::Recording => "import-recording",
            Self::NeitherRule => "import-neither-rule",
            Self::SecondRule => "import-second-rule",
            Self::NothingOfIt => "import-nothing-of-it",
            Self::FilledIn => "import-filled-in",
            Self::NoSeverity => "import-no-severity",
            Self::NoSingleNumber => "import-no-single-number",
            Self::Waits => "import-waits",
            Self::KeepsFiring => "import-keeps-firing",
            Self::Label => "import-label",
            Self::Annotation => "import-annotation",
            Self::Evaluation => "import-evaluation",
            Self::InCluster => "import-in-cluster",
            Self::NoPlace => "import-no-place",
            Self::NoShare => "import-no-share",
            Self::NoTitle => "import-no-title",
            Self::AlertsOfTool => "import-alerts-of-tool",
            Self::NoWindow => "import-no-window",
            Self::NoQuery => "import-no-query",
            Self::RawRatio => "import-raw-ratio",
            Self::Period(_) => "import-period",
            Self::Calendar => "import-calendar",
            Self::Grouping => "import-grouping",
            Self::NativeHistogram => "import-native-histogram",
            Self::NoIndicator => "import-no-indicator",
            Self::IndicatorElsewhere(_) => "import-indicator-elsewhere",
            Self::UnusedIndicator => "import-unused-indicator",
            Self::Threshold => "import-threshold",
            Self::Budgeting => "import-budgeting",
            Self::OtherSource(_) => "import-other-source",
            Self::OwnSource => "import-own-source",
        }
    }

    /// What its sentence names.
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::Period(text) | Self::IndicatorElsewhere(text) | Self::OtherSource(text) => {
                Some(text)
            }
            Self::Version(text) => Some(text),
            _ => None,
        }
    }
}

/// Something that can't be carried into a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// The file and what of it: `rules.yml: alert HighErrorRate: labels.team`.
    pub what: String,
    pub why: Why,
}

/// The keys of an item that were carried or have been told by themselves; one stands for all below it.
#[derive(Debug, Default)]
pub(super) struct Taken(Vec<String>);

impl Taken {
    pub fn of(paths: &[&str]) -> Self {
        Self(paths.iter().map(|it| (*it).to_owned()).collect())
    }

    pub fn add(&mut self, path: impl Into<String>) {
        self.0.push(path.into());
    }

    pub fn has(&self, path: &str) -> bool {
        self.0.iter().any(|it| it == path)
    }
}

/// The path of a key below another one.
pub(super) fn below(path: &str, name: &str) -> String {
    let name = key(name);
    if path.is_empty() {
        name
    } else {
        format!("{path}.{name}")
    }
}

/// Every key that says something and was not taken, by its path.
fn rest<'v>(value: &'v Value, path: String, taken: &Taken, found: &mut Vec<(String, &'v Value)>) {
    if taken.has(&path) {
        return;
    }
    match value {
        Value::Null => {}
        Value::String(text) if text.is_empty() => {}
        Value::Object(entries) => {
            for (name, value) in entries {
                rest(value, below(&path, name), taken, found);
            }
        }
        Value::Array(items) if items.iter().any(|it| it.is_object() || it.is_array()) => {
            for (at, value) in items.iter().enumerate() {
                rest(value, format!("{path}[{at}]"), taken, found);
            }
        }
        Value::Array(items) if items.is_empty() => {}
        _ => found.push((path, value)),
    }
}

impl Imported {
    /// Lists what can't be carried, once.
    pub(super) fn leave(&mut self, document: &Document, what: &str, why: Why) {
        let what = format!("{}: {what}", document.file);
        let left = Left { what, why };
        if !self.left.contains(&left) {
            self.left.push(left);
        }
    }

    /// Lists every key of an item that was not taken.
    pub(super) fn leave_rest(
        &mut self,
        document: &Document,
        what: &str,
        value: &Value,
        taken: &Taken,
        why: impl Fn(&str, &Value) -> Why,
    ) {
        let mut found = Vec::new();
        rest(value, String::new(), taken, &mut found);
        for (path, value) in found {
            let why = why(&path, value);
            let what = if what.is_empty() {
                path
            } else {
                format!("{what}: {path}")
            };
            self.leave(document, &what, why);
        }
    }
}
