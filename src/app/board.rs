//! What the numbers mean now: gauges, SLOs, queues, hooks and lights, worked out from readings when they change.

use std::sync::Arc;

use crate::pack::Pack;

use super::model::{AlertLine, Model};

use crate::domain::{
    alert::{Alert, Severity},
    change::Change,
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

/// A new reading after an old one: a failure keeps the value that was known, marked lost.
pub(super) fn newer<T>(before: Option<Reading<T>>, after: Reading<T>) -> Reading<T> {
    match (before, after) {
        (Some(before), Reading::Failed(trouble)) => before.failed(trouble),
        (_, after) => after,
    }
}

pub(super) fn adopt(
    model: &mut Model,
    slos: Vec<SloSpec>,
    queues: Vec<QueueSpec>,
    gauges: Vec<GaugeSpec>,
) {
    let _ = (model, slos, queues, gauges);
}

pub(super) fn alert_line(_model: &Model, alert: Alert) -> AlertLine {
    AlertLine {
        alert,
        severity: Severity::Unranked,
        severity_word: String::new(),
        runbook: None,
    }
}

pub(super) fn take_pack(model: &mut Model, pack: Arc<Pack>) {
    model.pack = pack;
}

pub(super) fn work_out(_model: &mut Model) -> Vec<Change> {
    Vec::new()
}
