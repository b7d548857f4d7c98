//! What is known of actions: the catalogue, the runs of the ledger, whether it can be written, what the server allows.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    actions::catalogue::Catalogue,
    domain::{
        action::{
            access::{Access, Allowed},
            record::{Aside, Run},
            target::Target,
        },
        id::RunId,
        logbook::{LogLine, handover::HeadMark},
        policy::Policy,
    },
    pack::Pack,
};

/// How many of the newest runs are kept, beside those that are not settled.
pub const RUNS_KEPT: usize = 100;

/// What is known of actions.
#[derive(Debug, Clone)]
pub struct Acts {
    pub catalogue: Arc<Catalogue>,
    /// The newest runs, newest first, and all that are not settled.
    pub runs: Vec<Arc<Run>>,
    /// What is in the ledger beside runs, newest first: refusals, notes.
    pub asides: Vec<Arc<Aside>>,
    /// What people wrote down, in order, of every desk.
    pub log: Arc<[Arc<LogLine>]>,
    /// Where the chains of the ledger end: the own one first.
    pub heads: Arc<[HeadMark]>,
    /// Whether the ledger can be written; `None` until it was told.
    pub ledger: Option<Result<(), String>>,
    /// Whether the ledger that a team shares answers, where there is one; `None` until it was told.
    pub shared: Option<Result<(), String>>,
    /// What the server said it allows.
    pub allowed: BTreeMap<Access, Allowed>,
    /// When it was last asked for all of that, on the monotonic clock.
    pub reviewed: Option<std::time::Duration>,
}

impl Acts {
    pub fn new(pack: &Arc<Pack>, policy: &Policy) -> Self {
        let generic = Arc::new(Pack::generic());
        Self {
            catalogue: Arc::new(Catalogue::new(Arc::clone(pack), generic, policy)),
            runs: Vec::new(),
            asides: Vec::new(),
            log: Arc::default(),
            heads: Arc::default(),
            ledger: None,
            shared: None,
            allowed: BTreeMap::new(),
            reviewed: None,
        }
    }

    pub(in crate::app) fn use_pack(&mut self, pack: &Arc<Pack>) {
        let generic = Arc::new(Pack::generic());
        let policy = self.catalogue.policy();
        self.catalogue = Arc::new(Catalogue::new(Arc::clone(pack), generic, policy));
    }

    pub(in crate::app) fn use_policy(&mut self, policy: &Policy) {
        let generic = Arc::new(Pack::generic());
        let pack = Arc::clone(self.catalogue.pack());
        self.catalogue = Arc::new(Catalogue::new(pack, generic, policy));
    }

    /// Another user answers, or another cluster: what was allowed says nothing any more.
    pub(in crate::app) fn forget_allowed(&mut self) {
        self.allowed.clear();
        self.reviewed = None;
    }

    /// Takes over what is the same on every desk: what the ledger says.
    pub fn keep(&mut self, before: &Self) {
        self.runs.clone_from(&before.runs);
        self.asides.clone_from(&before.asides);
        self.log = Arc::clone(&before.log);
        self.heads = Arc::clone(&before.heads);
        self.ledger.clone_from(&before.ledger);
        self.shared.clone_from(&before.shared);
    }

    /// Whether all that the ledger must say before anything is judged was told.
    pub fn is_told(&self) -> bool {
        match &self.ledger {
            None => false,
            Some(Ok(())) => self.shared.is_some(),
            // Where there is none, nothing stands behind it.
            Some(Err(_)) => true,
        }
    }

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
