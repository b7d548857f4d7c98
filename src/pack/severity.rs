//! The pack's own scale of severities, mapped onto the cockpit's by order.

use std::{collections::BTreeMap, time::Duration};

use crate::domain::{alert::Severity, text::Text};

/// One severity of a pack.
#[derive(Debug, Clone, PartialEq)]
pub struct SeveritySpec {
    /// The pack's key, `sev-2`.
    pub id: String,
    /// Its place in the order of the file: the first is the gravest.
    pub rank: Severity,
    /// How the team calls it, `Sev-2`.
    pub title: Text,
    /// The time to respond in.
    pub respond: Option<Duration>,
    pub restore: Option<Duration>,
    /// What makes an incident one of these.
    pub criteria: Option<Text>,
    /// What may be done under it.
    pub may: Option<Text>,
    pub channels: Vec<String>,
    /// Labels of alerts that have it: each label, one of its values.
    pub maps_from: BTreeMap<String, Vec<String>>,
}

impl SeveritySpec {
    /// Whether an alert with these labels has this severity.
    pub(super) fn takes(&self, labels: &BTreeMap<String, String>) -> bool {
        !self.maps_from.is_empty() && meets(&self.maps_from, labels)
    }
}

/// Whether every label named has one of the values named.
pub(super) fn meets(
    matchers: &BTreeMap<String, Vec<String>>,
    labels: &BTreeMap<String, String>,
) -> bool {
    matchers.iter().all(|(label, values)| {
        labels
            .get(label)
            .is_some_and(|value| values.contains(value))
    })
}

/// What a cluster without a pack calls its severities.
pub(super) fn usual(labels: &BTreeMap<String, String>) -> Severity {
    match labels.get("severity").map(String::as_str) {
        Some("critical" | "page" | "emergency" | "fatal") => Severity::S1,
        Some("error" | "high" | "major" | "ticket") => Severity::S2,
        Some("warning" | "warn" | "medium" | "minor") => Severity::S3,
        Some("info" | "low" | "notice" | "none") => Severity::S4,
        _ => Severity::Unranked,
    }
}
