//! Questions the server refused: asked alone and slowly, so that they spoil no batch again.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use tokio::time::Instant;

use super::batch::Outcome;
use crate::domain::{freshness::Trouble, id::QueryId};

/// How long until a refused question is tried again: a rule may have been loaded meanwhile.
const PACE: Duration = Duration::from_secs(120);

/// The refused questions of one lane.
#[derive(Debug, Default)]
pub(super) struct Refused {
    ids: HashSet<QueryId>,
    why: HashMap<QueryId, (Trouble, Instant)>,
}

impl Refused {
    pub const fn ids(&self) -> &HashSet<QueryId> {
        &self.ids
    }

    pub fn may_ask(&self, id: &QueryId, now: Instant) -> bool {
        self.why.get(id).is_none_or(|(_, at)| now >= *at)
    }

    /// The server's words about a question that is not asked now.
    pub fn trouble(&self, id: &QueryId) -> Option<&Trouble> {
        self.why.get(id).map(|(trouble, _)| trouble)
    }

    /// Takes in who was refused this time, and who no longer is.
    pub fn learn(&mut self, outcome: &Outcome, now: Instant) {
        self.ids.retain(|id| !outcome.accepted.contains(id));
        self.why.retain(|id, _| !outcome.accepted.contains(id));
        for (id, failure) in &outcome.refused {
            self.ids.insert(id.clone());
            self.why
                .insert(id.clone(), (failure.trouble.clone(), now + PACE));
        }
    }
}
