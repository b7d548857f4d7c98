//! What is watched, line by line, as it stands: what the panes draw.

use super::{
    alert::{Alert, Severity},
    freshness::Reading,
    gauge::{GaugeSpec, GaugeState},
    light::Light,
    queue::{QueueSpec, QueueState},
    series::Series,
    slo::{SloSpec, SloState},
};

/// A gauge with its reading, its state and its last hour.
#[derive(Debug, Clone, PartialEq)]
pub struct GaugeLine {
    pub spec: GaugeSpec,
    pub reading: Reading<f64>,
    pub stale: bool,
    pub state: GaugeState,
    pub trend: Option<Series>,
}

/// An SLO with its state and its last hour (share good).
#[derive(Debug, Clone, PartialEq)]
pub struct SloLine {
    pub spec: SloSpec,
    /// Of the 5-minute total, or of the errors where those alone can't be judged by: waiting, denied, down and no data
    /// show through.
    pub reading: Reading<f64>,
    pub stale: bool,
    pub state: SloState,
    pub trend: Option<Series>,
}

/// A queue with its state and its last hour (depth).
#[derive(Debug, Clone, PartialEq)]
pub struct QueueLine {
    pub spec: QueueSpec,
    /// Of the depth.
    pub reading: Reading<f64>,
    pub stale: bool,
    pub state: QueueState,
    pub trend: Option<Series>,
}

impl GaugeLine {
    /// Its light, unknown where what it shows is not to be judged by; `None` where it has a value and no limit.
    pub const fn judged(&self) -> Option<Light> {
        if self.stale || self.state.value.is_none() {
            Some(Light::Unknown)
        } else {
            self.state.light
        }
    }
}

impl SloLine {
    /// Its light, which knows by itself which of its windows were read.
    pub const fn judged(&self) -> Light {
        self.state.light
    }
}

impl QueueLine {
    /// Its light, unknown where what it shows is not to be judged by.
    pub const fn judged(&self) -> Light {
        if self.stale || self.state.depth.is_none() {
            Light::Unknown
        } else {
            self.state.light
        }
    }
}

/// An alert with what the pack makes of it.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertLine {
    pub alert: Alert,
    pub severity: Severity,
    /// The pack's own word for it: `S2`, `Sev-2`, `critical`.
    pub severity_word: String,
    pub runbook: Option<String>,
}

impl AlertLine {
    /// How bad it is that this alert is there; `None` where nobody is called: silenced, inhibited, pending.
    pub const fn light(&self) -> Option<Light> {
        if !self.alert.state.calls() {
            return None;
        }
        Some(match self.severity {
            Severity::S1 | Severity::S2 => Light::Red,
            Severity::S3 | Severity::S4 => Light::Yellow,
            Severity::Unranked => Light::Unknown,
        })
    }
}
