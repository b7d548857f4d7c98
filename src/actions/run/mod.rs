//! What a run does next. It is told what happened and says what to do; nothing here touches the world, so every order of
//! events can be tried.
//!
//! Taken → locked → for each step: facts and lock looked at again → its start recorded → done → its end recorded →
//! verifying → outcome. What can't be recorded is not done, and a step is never done twice.

mod again;
mod ending;
mod facts;
mod filling;
mod machine;
mod patience;
mod steps;
#[cfg(test)]
mod tests;

pub use self::{
    filling::{Filling, Unfilled, batches, fill, told},
    machine::RunMachine,
    patience::{Helping, Watch, Watched},
};

use crate::{
    domain::action::{
        fact::Fact, plan::Plan, record::Entry, refusal::Refusal, saying::Saying, step::Planned,
        verdict::StepEnd,
    },
    pack::Truth,
};

/// Something that happened to a run.
#[derive(Debug, Clone, PartialEq)]
pub enum RunEvent {
    /// The run is ours, or it is not and never will be.
    Taken(Result<(), String>),
    /// The lock of its target is ours, or why not.
    Locked(Result<(), Refusal>),
    /// The facts as they are now.
    Facts(Result<Vec<Fact>, Refusal>),
    /// Whether the lock still is ours; else who has it.
    LockChecked(Result<(), String>),
    /// What was to be recorded is durable, or can't be kept.
    Recorded(Result<(), String>),
    /// The step that was being done ended so.
    Ended(StepEnd),
    /// A person left evidence of a step.
    Evidence { step: usize, text: String },
    /// A person wants it to stop.
    CancelAsked,
    /// The world as it is now.
    Judged(Judgement),
    /// Time passed.
    Tick,
}

/// What the world looks like to the two conditions of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    pub verify: Truth,
    pub helped: Truth,
    /// The reading the first rests on, to be told when it never becomes good.
    pub last: Vec<Saying>,
}

/// What a run asks for.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "a run has a handful of them, one at a time"
)]
pub enum RunEffect {
    /// Make the run ours.
    Take,
    /// Take the lock of its target.
    Lock,
    /// Read the facts that the rest of the run stands on, from this step on.
    ReadFacts {
        step: usize,
        plan: Box<Plan>,
    },
    CheckLock,
    /// Keep this; nothing goes on until it is durable.
    Record(Entry),
    /// Do this step, once. All holes of its texts are filled.
    Do {
        step: usize,
        planned: Box<Planned>,
        /// The plan with its facts as they must be for this step.
        plan: Box<Plan>,
        /// It was done before and only reads: what it writes is not told again.
        again: bool,
    },
    /// Tell the step that is being done that a person wants it to stop.
    Stop,
    /// Go on telling what the world looks like.
    Judge,
    /// Give the lock back and end.
    Leave,
}
