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

/// The fingerprint Alertmanager gives a label set: FNV-1a over the sorted names and values, each ended by 0xff.
pub fn fingerprint(labels: &BTreeMap<String, String>) -> Fingerprint {
    const START: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let hash = labels
        .iter()
        .flat_map(|(name, value)| [name, value])
        .flat_map(|text| text.bytes().chain([0xff]))
        .fold(START, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(PRIME)
        });
    format!("{hash:016x}").into()
}
