//! What finds out about steps and does them: one executor for each family of step kinds, behind one trait.

mod command;
mod compose;
mod connections;
mod family;
mod http;
mod inside;
mod inspections;
pub mod kubernetes;
pub mod outfit;
mod output;
mod program;
mod redactor;
mod redis;
mod secrets;
mod set;
mod silence;
mod simulated;
mod sql;
mod step;
mod systemd;
mod tcp;
#[cfg(test)]
mod testing;
mod wait;

pub use self::{
    command::Commands,
    compose::{ComposePrograms, Composes},
    http::Requests,
    inside::{Inside, InsideCall, InsideError, InsideOfCluster, InsideRan, Room, Rooms},
    inspections::{InspectionPrograms, Inspections},
    program::{Host, Identity, Places, ProgramRules, give},
    redis::{RedisReply, Redises},
    secrets::{ClusterSecrets, Secret, SecretError, Secrets},
    set::{Executors, Families},
    silence::Silences,
    simulated::{Simulated, SimulatedAnswer, SimulatedPrograms},
    sql::Databases,
    systemd::Systemd,
    tcp::Doors,
    wait::Waits,
};

use self::step::{failed, not_mine, why};
use std::sync::Arc;

use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use crate::domain::{
    action::{
        fact::Fact,
        plan::Plan,
        preflight::{Draft, Preflighted},
        refusal::Refusal,
        step::Planned,
        value::Values,
        verdict::{Output, StepEnd},
    },
    id::RunId,
};

/// Finds out about steps of some kinds, and does them. Whatever it does, it does once.
pub trait Executor: Send + Sync {
    /// Finds out what a step of a draft rests on and would change. Nothing is changed.
    fn look<'a>(&'a self, step: &'a Planned, draft: &'a Draft) -> BoxFuture<'a, Preflighted>;

    /// Reads the facts of a step of a plan again.
    fn facts<'a>(
        &'a self,
        step: &'a Planned,
        plan: &'a Plan,
    ) -> BoxFuture<'a, Result<Vec<Fact>, Refusal>>;

    /// Runs a step that only reads (`read`, `preview`) and gives what it parsed.
    fn read<'a>(&'a self, step: &'a Planned) -> BoxFuture<'a, Result<Values, Refusal>>;

    /// Does the step: sends it once, with the plan's facts as its preconditions.
    fn run<'a>(&'a self, doing: Doing<'a>) -> BoxFuture<'a, StepEnd>;
}

/// A step that is being done. All holes of its texts are filled.
#[derive(Clone)]
pub struct Doing<'a> {
    pub run: &'a RunId,
    pub plan: &'a Plan,
    pub place: usize,
    pub step: &'a Planned,
    /// Takes what its programs write; bounded, stripped and rid of secrets by the executor.
    pub output: &'a Tell,
    /// Set when a person asks for the run to stop.
    pub cancel: &'a CancellationToken,
}

/// Takes output of a step.
pub type Tell = Arc<dyn Fn(Output) + Send + Sync>;
