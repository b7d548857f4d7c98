//! `[flow.*]` and `[incident]` of `routine.toml`: playbooks with clocks, and how a team leads an incident.

mod incident;
mod judge;
mod read;
mod spec;

pub(super) use self::read::{Known, read};
pub use self::{
    incident::{IncidentSpec, RoleSpec, RungSpec, WatchSpec},
    spec::{FlowSpec, FreezeSpec, StageSpec, StepKind, StepSpec},
};

use super::condition::Condition;

/// What `routine.toml` says of flows and incidents.
#[derive(Debug, Default)]
pub(super) struct Playbook {
    pub flows: Vec<FlowSpec>,
    pub incident: IncidentSpec,
}

impl Playbook {
    /// Every condition in it.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let flows = self.flows.iter().flat_map(FlowSpec::conditions);
        flows.chain(self.incident.conditions())
    }
}
