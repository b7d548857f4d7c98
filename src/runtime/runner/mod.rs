//! The process a run belongs to: it reads its plan from the ledger, takes it, does it and judges what came of it.

mod begin;
mod drive;
mod effects;
mod eyes;
mod freezes;
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
            fact::Fact,
            plan::{PackMark, Plan},
            record::{ActorMark, Owner, Run},
            step::Saved,
            value::Values,
        },
        id::ActionId,
        identity::Identity,
        time::Clock,
    },
    ledger::Ledger,
    pack::Pack,
};

pub use self::{
    begin::{Berth, Lookout},
    drive::Ended,
    effects::marks,
    eyes::ModelEyes,
    freezes::Freezes,
    owner::{Alive, alive, ourselves},
    point::point,
    spawn::spawn,
};
use super::{approval::SignerList, executors::Executors, locks::Locks};

/// What a desk acts with.
#[derive(Clone)]
pub struct Hands {
    pub executor: Arc<Executors>,
    pub locks: Arc<dyn Locks>,
    pub papers: Arc<dyn Papers>,
}

/// Says who we are to the cluster, and which it is: asked anew each time.
pub trait Papers: Send + Sync {
    fn show(&self) -> BoxFuture<'_, Result<Identity, String>>;

    /// Whether the server would allow these, in their order.
    fn may<'a>(&'a self, accesses: &'a [Access]) -> BoxFuture<'a, Vec<Allowed>>;
}

/// Sees the world that a run is judged on.
pub trait Eyes: Send {
    /// Ends when there is something new to judge.
    fn changed(&mut self) -> BoxFuture<'_, ()>;

    /// Steps are done, and these are the facts since; what was seen before is not to be taken for what they did.
    fn done(&mut self, facts: &[Fact]);

    fn judge(&mut self, plan: &Plan, saved: &Saved) -> Judgement;

    /// What a step waits for, judged as `verify` is.
    fn awaited(&mut self, plan: &Plan, step: usize, saved: &Saved) -> Judgement;

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
    pub packs: Packs,
    /// Nothing may be changed from here.
    pub read_only: bool,
    /// Whose signatures count where two persons must agree.
    pub signers: SignerList,
    pub eyes: Box<dyn Eyes>,
    pub freezes: Freezes,
    pub clock: Arc<dyn Clock>,
    /// Set when the system wants the process to end.
    pub stop: CancellationToken,
    pub pace: Pace,
}

/// The packs of a desk as they are here and now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packs {
    /// That of the desk.
    pub desk: PackMark,
    /// The one whose actions every desk has.
    pub generic: PackMark,
    /// The actions of both whose changes are to be taken back one day.
    pub temporary: Vec<ActionId>,
}

impl Packs {
    pub fn of(pack: &Pack) -> Self {
        let mark = |pack: &Pack| PackMark {
            id: pack.id.to_string(),
            digest: pack.digest.clone(),
        };
        let generic = Pack::generic();
        let actions = pack.actions().iter().chain(generic.actions());
        let temporary = actions.filter(|action| action.temporary.is_some());
        Self {
            desk: mark(pack),
            generic: mark(&generic),
            temporary: temporary.map(|action| action.id.clone()).collect(),
        }
    }

    /// Whether one of them is this one, unchanged.
    pub fn has(&self, mark: &PackMark) -> bool {
        [&self.desk, &self.generic].contains(&mark)
    }
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

impl Pace {
    /// As often in the time of a world that runs so many times faster than the clock.
    #[must_use]
    pub fn faster(self, times: f64) -> Self {
        let tick = self.tick.div_f64(times.max(1.0));
        Self {
            tick: tick.max(Duration::from_millis(50)),
            ..self
        }
    }
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
