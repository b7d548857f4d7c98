//! The answers of Alertmanager's API v2 as they travel.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

/// One alert as a peer has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GettableAlert {
    pub fingerprint: String,
    pub labels: BTreeMap<String, String>,
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
    pub starts_at: Timestamp,
    pub updated_at: Timestamp,
    #[serde(rename = "generatorURL")]
    pub generator_url: Option<String>,
    pub status: AlertStatus,
}

/// Where an alert stands on a peer.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AlertStatus {
    pub state: State,
    #[serde(default)]
    pub silenced_by: Vec<String>,
    #[serde(default)]
    pub inhibited_by: Vec<String>,
}

/// Alertmanager's three states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    Unprocessed,
    Active,
    Suppressed,
}

/// The part of a silence that says how long it hides something.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Silence {
    pub id: String,
    pub ends_at: Timestamp,
    pub updated_at: Option<Timestamp>,
}
