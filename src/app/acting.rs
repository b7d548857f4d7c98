//! What the core asks for around actions, and what comes back.

use std::sync::Arc;

use crate::domain::{
    action::{
        access::{Access, Allowed},
        fact::Fact,
        plan::Plan,
        preflight::{Draft, Preflighted},
        record::{Aside, Entry, Intent, Run},
        refusal::Refusal,
    },
    id::{PlanDigest, RunId},
    logbook::{LogLine, Noted, handover::HeadMark},
    question::RequestId,
};

/// A side effect around actions.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Whether the server would allow these.
    Review(Vec<Access>),
    /// Find out what a draft rests on and would change.
    Preflight {
        request: RequestId,
        draft: Box<Draft>,
    },
    /// Read what a check reads: nothing is done, and nothing need be allowed to be.
    Look {
        request: RequestId,
        draft: Box<Draft>,
    },
    /// Read the facts of a plan again.
    Recheck { request: RequestId, plan: Arc<Plan> },
    /// Who agrees to a plan beside the one who asks.
    Agreed(Arc<Plan>),
    /// A second person's signature was pasted: keep it, where it counts for the plan.
    Sign { plan: Arc<Plan>, text: String },
    /// Record the intent; once that is durable, start its runner.
    Launch {
        request: RequestId,
        intent: Box<Intent>,
    },
    /// Record something that needs no runner: a refusal, a note, evidence, an acknowledgement, a wish to stop.
    Record {
        run: Option<RunId>,
        entry: Box<Entry>,
    },
    /// Read all of a run, with what its steps wrote.
    ReadRun(RunId),
    /// Nobody waits for this any more.
    Forget(RequestId),
}

impl Act {
    /// Whether it only writes down what was seen of a temporary change: every watch does, whoever is first.
    pub fn is_sighting(&self) -> bool {
        let Self::Record { entry, .. } = self else {
            return false;
        };
        matches!(&**entry, Entry::Log(log) if matches!(log.noted, Noted::Switch(_)))
    }
}

/// What came of it.
#[derive(Debug, Clone)]
pub enum Acted {
    Reviewed(Vec<(Access, Allowed)>),
    Preflighted {
        request: RequestId,
        answer: Box<Preflighted>,
    },
    Rechecked {
        request: RequestId,
        answer: Result<Vec<Fact>, Refusal>,
    },
    /// The names of those who agree to a plan beside the one who asks, or why it can't be told or a signature does not count.
    Agreed {
        plan: PlanDigest,
        answer: Result<Vec<String>, Refusal>,
    },
    /// The intent is durable and its runner was started, or nothing will be done.
    Launched {
        request: RequestId,
        answer: Result<RunId, Refusal>,
    },
    /// An entry that needs no runner could not be kept.
    NotRecorded(Refusal),
    /// All that one look into the ledger told, in this order.
    Told(Vec<Acted>),
    /// The ledger changed: the newest runs, newest first, and all that are not settled.
    Runs(Vec<Arc<Run>>),
    /// All of one run.
    Run(Arc<Run>),
    /// What is in the ledger beside runs, newest first: refusals, notes.
    Asides(Vec<Arc<Aside>>),
    /// All that was written down of late, in order, of every desk.
    Log(Vec<Arc<LogLine>>),
    /// Where the chains of the ledger end now: the own one first.
    Heads(Vec<HeadMark>),
    /// Whether the ledger can be written; while it can't, nothing is run.
    Ledger(Result<(), String>),
    /// Whether the ledger that a team shares answers, where there is one; while it does not, what needs it is refused.
    Shared(Result<(), String>),
}
