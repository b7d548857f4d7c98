//! Alerts: what Alertmanager has now, joined with what Prometheus holds as pending.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::id::Fingerprint;

/// Where an alert stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlertState {
    /// Only Prometheus knows it yet.
    Pending,
    /// Alertmanager has it and has not processed it.
    Unprocessed,
    Firing,
    Silenced {
        by: Vec<String>,
    },
    Inhibited {
        by: Vec<Fingerprint>,
    },
}

/// One alert.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    pub fingerprint: Fingerprint,
    pub name: String,
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
    pub state: AlertState,
    pub starts_at: Timestamp,
    /// When a silence that hides it ends, the latest of several.
    pub silenced_until: Option<Timestamp>,
    pub generator_url: Option<String>,
    /// The rule's expression, where Prometheus told it.
    pub expression: Option<String>,
}

/// How grave an alert is, most grave first in `Ord`. Packs map their own names onto these by order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    S1,
    S2,
    S3,
    S4,
    /// No severity that the pack knows.
    Unranked,
}

/// One rule of Prometheus that makes alerts.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertRule {
    pub name: String,
    pub expression: String,
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
}
