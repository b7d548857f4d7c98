//! Alertmanager's API v2 as it travels, as far as silences go.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::alerts::Matchers;
use crate::domain::clean::clean;

/// A matcher as it is sent and read. Old servers leave `isEqual` out, which means yes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WireMatcher {
    pub name: String,
    pub value: String,
    pub is_regex: bool,
    #[serde(default = "yes")]
    pub is_equal: bool,
}

const fn yes() -> bool {
    true
}

/// A silence that is asked for.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Posted {
    pub matchers: Vec<WireMatcher>,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub created_by: String,
    pub comment: String,
}

/// What is said to one that was made.
#[derive(Debug, Deserialize)]
pub struct Made {
    #[serde(rename = "silenceID")]
    pub silence_id: String,
}

/// A silence as a peer has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Silence {
    pub id: String,
    pub status: State,
    pub ends_at: Timestamp,
    #[serde(default)]
    pub created_by: String,
    #[serde(default)]
    pub comment: String,
    #[serde(default)]
    pub matchers: Vec<WireMatcher>,
}

/// Where something stands on a peer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct State {
    pub state: String,
}

/// An alert as a peer has it.
#[derive(Debug, Clone, Deserialize)]
pub struct Alert {
    pub fingerprint: String,
    pub labels: BTreeMap<String, String>,
    pub status: State,
}

impl Silence {
    pub fn is_over(&self) -> bool {
        self.status.state == "expired"
    }

    /// Whether it hides just what these would.
    pub fn is_equal(&self, matchers: &Matchers) -> bool {
        let mut own = self.matchers.clone();
        let mut theirs = matchers.to_wire();
        own.sort();
        theirs.sort();
        own == theirs
    }

    pub fn matchers_shown(&self) -> String {
        let shown: Vec<String> = self.matchers.iter().map(WireMatcher::to_string).collect();
        clean(&shown.join(", ")).into_owned()
    }

    /// `5f3c… by li until 2026-11-21T14:30:00Z: deploy`
    pub fn words(&self) -> String {
        let words = format!(
            "silence {} by {} until {}: {}",
            self.id, self.created_by, self.ends_at, self.comment
        );
        clean(&words).into_owned()
    }
}

impl Alert {
    /// Its name and what sets it apart from others of that name.
    pub fn name(&self) -> String {
        let name = self.labels.get("alertname").map_or("", String::as_str);
        let rest: Vec<String> = self
            .labels
            .iter()
            .filter(|(label, _)| *label != "alertname")
            .map(|(label, value)| format!("{label}={value}"))
            .collect();
        clean(&format!("{name} {}", rest.join(" ")))
            .trim()
            .to_owned()
    }
}

impl std::fmt::Display for WireMatcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = match (self.is_equal, self.is_regex) {
            (true, false) => "=",
            (true, true) => "=~",
            (false, false) => "!=",
            (false, true) => "!~",
        };
        write!(f, "{}{sign}{:?}", self.name, self.value)
    }
}
