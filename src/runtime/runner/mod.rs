//! The process a run belongs to: it reads its plan from the ledger, takes it, does it and judges what came of it.

mod drive;
mod effects;
mod output;
mod owner;
mod point;
mod spawn;
#[cfg(test)]
pub mod testkit;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use crate::{
    actions::run::{Helping, Judgement},
    domain::{
        action::{
            access::{Access, Allowed},
            plan::{PackMark, Plan},
            record::{ActorMark, Owner, Run},
            step::Saved,
            value::Values,
        },
        identity::Identity,
        time::Clock,
    },
    ledger::Ledger,
};

pub use self::{
    drive::Ended,
    effects::marks,
    owner::{Alive, alive, host as owner_host, ourselves},
    point::point,
    spawn::spawn,
};
use super::{executors::Executor, locks::Locks};

/// What a desk acts with.
#[derive(Clone)]
pub struct Hands {
    pub executor: Arc<dyn Executor>,
    pub locks: Arc<dyn Locks>,
    pub papers: Arc<dyn Papers>,
}

/// Says who we are to the cluster, and which it is: asked anew each time.
pub trait Papers: Send + Sync {
    fn show(&self) -> BoxFuture<'_, Result<Identity, String>>;

    /// Whether the server would allow this.
    fn may<'a>(&'a self, access: &'a Access) -> BoxFuture<'a, Allowed>;
}

/// Sees the world that a run is judged on.
pub trait Eyes: Send {
    /// Ends when there is something new to judge.
    fn changed(&mut self) -> BoxFuture<'_, ()>;

    /// All steps are done; what was seen before this is not to be taken for what they did.
    fn done(&mut self, saved: &Saved);

    fn judge(&mut self, plan: &Plan, saved: &Saved) -> Judgement;

    /// When it may be judged whether the world got better; `None` where nothing says it.
    fn helping(&self) -> Option<Helping>;

    /// The readings by name, for the journal.
    fn snapshot(&self) -> Values;
}

/// A run and everything it takes to do it.
pub struct Runner {
    /// As the ledger has it.
    pub run: Run,
    pub ledger: Arc<dyn Ledger>,
    pub actor: ActorMark,
    pub owner: Owner,
    pub hands: Hands,
    /// The pack as it is here and now.
    pub pack: PackMark,
    /// Nothing may be changed from here.
    pub read_only: bool,
    pub eyes: Box<dyn Eyes>,
    pub clock: Arc<dyn Clock>,
    /// Set when the system wants the process to end.
    pub stop: CancellationToken,
    pub pace: Pace,
}

/// How often a runner does what it does again and again.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Looks into the ledger for what others wrote of the run.
    pub look: Duration,
    pub beat: Duration,
    pub tick: Duration,
    /// How long it tries to write an outcome that the ledger does not take.
    pub insist: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            look: Duration::from_millis(250),
            beat: Duration::from_secs(3),
            tick: Duration::from_secs(1),
            insist: Duration::from_secs(60),
        }
    }
}
