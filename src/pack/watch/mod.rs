//! `watch.toml`: what it means.

mod conditions;
mod gates;
mod rules;
mod values;

use std::{collections::BTreeMap, time::Duration};

pub(super) use self::{
    conditions::{GRID, HOOK_WINDOWS, REACH, WINDOW, condition},
    rules::read,
    values::{Known, links},
};
use super::{
    condition::{Condition, Ids},
    gates::{GateSpec, Proposal},
};
use crate::domain::{alert::Severity, hook::HookSpec, id::LightId, text::Text};

/// A hook with its conditions.
#[derive(Debug)]
pub(super) struct HookRule {
    pub spec: HookSpec,
    /// The queries of what it observes, in the order of the spec.
    pub queries: Vec<String>,
    pub warn: Option<Condition>,
    pub red: Option<Condition>,
}

/// A light of the pack: what makes it red, yellow and green.
#[derive(Debug)]
pub(super) struct LightRule {
    pub id: LightId,
    pub title: Text,
    /// Red where one holds.
    pub red: Vec<Condition>,
    /// Yellow where one holds.
    pub warn: Vec<Condition>,
    /// Green where all hold; without them, where nothing else does.
    pub green: Vec<Condition>,
    /// What is proposed while it is yellow.
    pub on_warn: Option<Proposal>,
    /// What is proposed while it is red.
    pub on_red: Option<Proposal>,
}

/// What the pack says of an alert.
#[derive(Debug, Clone)]
pub struct AlertSpec {
    /// The key in the pack, usually the alert's name.
    pub id: String,
    pub title: Option<Text>,
    /// The labels it is known by: each, one of its values.
    pub matchers: BTreeMap<String, Vec<String>>,
    pub severity: Severity,
    /// How the team calls that severity.
    pub severity_title: Text,
    /// The time to respond in: its own, else its severity's.
    pub respond: Option<Duration>,
    /// The flow that answers it.
    pub flow: Option<String>,
    /// That it answers it is the pack's own choice: the runbook does not say so.
    pub flow_is_ours: bool,
    /// Boards and documents: title and address.
    pub links: Vec<(Text, String)>,
    pub(super) recovered: Option<Condition>,
    pub(super) fires_when: Option<Condition>,
}

impl AlertSpec {
    /// The condition by which the pack itself says that it fires, as the pack wrote it.
    pub fn fires(&self) -> Option<String> {
        self.fires_when.as_ref().map(Condition::describe)
    }

    /// The condition that says it is over, as the pack wrote it.
    pub fn recovered_when(&self) -> Option<String> {
        self.recovered.as_ref().map(Condition::describe)
    }
}

/// The queries of the SLO in the same place, with `$window` to fill.
#[derive(Debug)]
pub(super) struct SloQueries {
    pub errors: String,
    pub total: String,
    pub source: Option<String>,
}

/// Everything `watch.toml` says.
#[derive(Debug, Default)]
pub(super) struct Watch {
    pub ids: Ids,
    pub slo_queries: Vec<SloQueries>,
    pub hooks: Vec<HookRule>,
    pub gates: Vec<GateSpec>,
    pub lights: Vec<LightRule>,
    pub alerts: Vec<AlertSpec>,
}
