//! What is known of actions: the runs of the ledger, whether it can be written, what the server allows.

use std::{collections::BTreeMap, sync::Arc};

use crate::domain::{
    action::{
        access::{Access, Allowed},
        record::{Aside, Run},
        target::Target,
    },
    id::RunId,
};

/// What is known of actions beside the catalogue.
#[derive(Debug, Clone, Default)]
pub struct Acts {
    /// The newest runs, newest first, and all that are not settled.
    pub runs: Vec<Arc<Run>>,
    /// What is in the ledger beside runs, newest first: refusals, notes.
    pub asides: Vec<Arc<Aside>>,
    /// Whether the ledger can be written; `None` until it was told.
    pub ledger: Option<Result<(), String>>,
    /// What the server said it allows.
    pub allowed: BTreeMap<Access, Allowed>,
}

impl Acts {
    pub fn run(&self, id: &RunId) -> Option<&Arc<Run>> {
        self.runs.iter().find(|run| run.id == *id)
    }

    /// The runs that keep others from a target.
    pub fn blocking<'a>(&'a self, target: &'a Target) -> impl Iterator<Item = &'a Arc<Run>> {
        self.runs
            .iter()
            .filter(move |run| run.blocks() && run.intent.plan.target == *target)
    }

    /// The runs that go on.
    pub fn going(&self) -> impl Iterator<Item = &Arc<Run>> {
        self.runs.iter().filter(|run| !run.is_over())
    }
}
