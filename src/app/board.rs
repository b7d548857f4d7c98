//! What the numbers mean now: gauges, SLOs, queues, hooks and lights, worked out from readings when they change.

use crate::domain::{
    freshness::Reading,
    gauge::{GaugeSpec, GaugeState},
    hook::HookState,
    light::LightState,
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
    /// Of the 5-minute total: waiting, denied, down and no data show through.
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

/// Everything the pack watches, as it stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Board {
    pub gauges: Vec<GaugeLine>,
    pub slos: Vec<SloLine>,
    pub queues: Vec<QueueLine>,
    pub hooks: Vec<HookState>,
    pub lights: Vec<LightState>,
}
