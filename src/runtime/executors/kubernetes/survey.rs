//! What a step finds: the object it is about, the facts it rests on, and the one request it would send.

use serde_json::Value;

use super::{
    live::Live,
    steps,
    wire::{Order, Wire},
};
use crate::domain::{
    action::{
        fact::Fact,
        refusal::Refusal,
        step::{Planned, StepKind},
        target::Target,
        value::Values,
    },
    time::Clock,
};

/// Everything a step rests on, as it was just read.
#[derive(Debug, Clone)]
pub struct Survey {
    pub live: Live,
    pub facts: Vec<Fact>,
    pub before: Values,
    /// `None`: what it does is no request for an object.
    pub order: Option<Order>,
    /// What the server's answer to the order is held against; `None`: the order makes or ends something.
    pub shown: Option<Value>,
    /// Pointers of what it writes.
    pub writes: Vec<String>,
    pub undo: Vec<Planned>,
}

impl Survey {
    /// A survey of an object that nothing is known of yet but which one it is.
    pub fn of(target: &Target, live: Live) -> Self {
        Self {
            facts: vec![live.uid_fact(target)],
            live,
            before: Values::new(),
            order: None,
            shown: None,
            writes: Vec::new(),
            undo: Vec::new(),
        }
    }
}

/// Reads what a step is about. `mark`: what is made is named after it.
pub async fn survey(
    wire: &Wire,
    clock: &dyn Clock,
    step: &Planned,
    mark: Option<&str>,
) -> Result<Survey, Refusal> {
    match &step.kind {
        StepKind::Scale { target, replicas } => steps::scale::survey(wire, target, *replicas).await,
        StepKind::Restart { target } => {
            let now = clock.now().wall;
            steps::restart::survey(wire, target, now).await
        }
        StepKind::Rollback { target, revision } => {
            steps::rollback::survey(wire, target, *revision).await
        }
        StepKind::SetEnv {
            target,
            container,
            name,
            value,
        } => {
            let container = container.as_deref();
            steps::set_env::set_env(wire, target, container, name, value.as_ref()).await
        }
        StepKind::Patch { target, patch } => steps::patch::patch(wire, target, patch).await,
        StepKind::DeletePod { target } => steps::pod::delete(wire, target).await,
        StepKind::Evict { target } => steps::pod::evict(wire, target).await,
        StepKind::Cordon { target } => steps::node::survey(wire, target, true).await,
        StepKind::Uncordon { target } => steps::node::survey(wire, target, false).await,
        StepKind::RunCronjob { target } => steps::cronjob::survey(wire, target, mark).await,
        StepKind::Exec { target, .. } => {
            let live = Live(wire.object(target, None).await?);
            Ok(Survey::of(target, live))
        }
        // It only looks, when its turn comes: nothing of it rests on what the object is now.
        StepKind::Env { .. } | StepKind::Object { .. } | StepKind::View { .. } => Ok(Survey {
            facts: Vec::new(),
            live: Live(Value::Null),
            before: Values::new(),
            order: None,
            shown: None,
            writes: Vec::new(),
            undo: Vec::new(),
        }),
        _ => Err(crate::runtime::executors::not_mine(step)),
    }
}

/// A step without limits of its own.
pub fn planned(kind: StepKind<Target, i64>) -> Planned {
    Planned {
        kind,
        limit: None,
        save: None,
        again: None,
        batch: None,
    }
}
