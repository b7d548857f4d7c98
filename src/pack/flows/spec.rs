//! A flow as a pack states it.

use std::time::Duration;

use crate::{
    domain::{action::value::Values, id::ActionId, text::Text},
    pack::condition::Condition,
};

/// A guided playbook: stages with clocks, each with its steps.
#[derive(Debug, Clone)]
pub struct FlowSpec {
    pub id: String,
    pub title: Text,
    pub about: Option<Text>,
    pub stages: Vec<StageSpec>,
    /// How long all of it may take, as the runbook states it.
    pub total: Option<Duration>,
    /// What is kept from being done while it goes on.
    pub freeze: Option<FreezeSpec>,
    /// Why the clocks of the stages make another sum.
    pub clocks_differ: Option<Text>,
}

/// What a flow keeps from being done by anybody while it goes on; its own actions never are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FreezeSpec {
    /// The stage it begins with; without one it begins with the flow.
    pub from: Option<String>,
    /// The stage at whose end it is over; without one it is over with the flow.
    pub until: Option<String>,
    /// The actions that are frozen; none named: all that change something.
    pub actions: Vec<ActionId>,
    pub because: Option<Text>,
    /// For how long a person may lift it in an emergency, with a reason; without it nobody may.
    pub lift: Option<Duration>,
}

impl FreezeSpec {
    /// Whether an action is among those that are frozen.
    pub fn names(&self, action: &ActionId) -> bool {
        self.actions.is_empty() || self.actions.contains(action)
    }
}

/// A part of a flow that has a clock of its own.
#[derive(Debug, Clone)]
pub struct StageSpec {
    pub id: String,
    pub title: Text,
    pub clock: Option<Duration>,
    /// The stage whose time it runs in; else it comes after the one before.
    pub within: Option<String>,
    pub optional: bool,
    pub(in crate::pack) when: Option<Condition>,
    pub steps: Vec<StepSpec>,
}

/// One thing to be looked at or done.
#[derive(Debug, Clone)]
pub struct StepSpec {
    /// Its own within the stage.
    pub id: String,
    pub title: Text,
    pub kind: StepKind,
    pub optional: bool,
    /// Of several steps with the same word here one is enough.
    pub either: Option<String>,
    /// Where to look: title and address.
    pub link: Option<(Text, Option<String>)>,
    pub(in crate::pack) when: Option<Condition>,
    pub(in crate::pack) check: Option<Condition>,
}

/// What a step is.
#[derive(Debug, Clone, PartialEq)]
pub enum StepKind {
    /// A condition that must hold.
    Check,
    /// An action, which goes the way of every action.
    Action { action: ActionId, params: Values },
    /// A person does it and leaves evidence.
    Ask,
    /// It goes on in another flow.
    Go(String),
}

impl FlowSpec {
    /// What the clocks of the stages add up to: those in a row, without what may be left out.
    pub fn sum(&self) -> Duration {
        let row = self.stages.iter();
        row.filter(|stage| stage.within.is_none() && !stage.optional)
            .filter_map(|stage| stage.clock)
            .sum()
    }

    /// How long all of it may take: as stated, else as the stages say.
    pub fn whole(&self) -> Option<Duration> {
        let sum = self.sum();
        self.total.or((!sum.is_zero()).then_some(sum))
    }

    /// Whether an action is a step of it.
    pub fn runs(&self, action: &ActionId) -> bool {
        let steps = self.stages.iter().flat_map(|stage| &stage.steps);
        let is_it = |step: &StepSpec| matches!(&step.kind, StepKind::Action { action: own, .. } if own == action);
        steps.into_iter().any(is_it)
    }

    pub fn stage(&self, id: &str) -> Option<&StageSpec> {
        self.stages.iter().find(|stage| stage.id == id)
    }

    /// A step by the name the logbook has for it: `look/depth`.
    pub fn step(&self, name: &str) -> Option<(&StageSpec, &StepSpec)> {
        let (stage, step) = name.split_once('/')?;
        let stage = self.stage(stage)?;
        let step = stage.steps.iter().find(|it| it.id == step)?;
        Some((stage, step))
    }

    pub(in crate::pack) fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.stages.iter().flat_map(|stage| {
            let steps = stage.steps.iter();
            let steps = steps.flat_map(|step| step.when.iter().chain(&step.check));
            stage.when.iter().chain(steps)
        })
    }
}

impl StageSpec {
    /// What says whether it is called for, as the pack wrote it.
    pub fn called_when(&self) -> Option<String> {
        self.when.as_ref().map(Condition::describe)
    }

    /// The name the logbook has for a step of it.
    pub fn name_of(&self, step: &StepSpec) -> String {
        format!("{}/{}", self.id, step.id)
    }
}

impl StepSpec {
    /// What says whether it is called for, as the pack wrote it.
    pub fn called_when(&self) -> Option<String> {
        self.when.as_ref().map(Condition::describe)
    }

    /// What must hold, as the pack wrote it.
    pub fn checked(&self) -> Option<String> {
        self.check.as_ref().map(Condition::describe)
    }
}
