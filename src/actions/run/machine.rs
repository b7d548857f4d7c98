//! The machine: one stage at a time, each waiting for one thing. What comes late, twice or out of order changes nothing.

use std::time::Duration;

use super::{
    Judgement, RunEffect, RunEvent,
    again::{Again, Then},
    patience::{Helping, Watch, Watched},
};
use crate::domain::{
    action::{
        plan::Plan,
        record::{Entry, Outcome, Why},
        step::{Saved, StepKind},
        value::Values,
        verdict::{StepEnd, Verdict},
    },
    id::RunId,
};

/// A lock that was looked at longer ago than this is looked at again before anything is sent: the process may have been
/// stopped meanwhile. Well below the time a lock lives without being renewed.
pub(super) const LOOKED_AT: Duration = Duration::from_secs(3);

/// What a run waits for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Stage {
    /// To be ours.
    Taking,
    /// For the lock.
    Locking,
    /// For the facts before a step; its start may stand in the ledger already.
    Reading {
        step: usize,
        recorded: bool,
    },
    /// To hear that the lock is still ours, with the facts read.
    Checking {
        step: usize,
        recorded: bool,
    },
    /// For the start of a step to be durable; the lock was looked at then.
    Starting {
        step: usize,
        looked_at: Duration,
    },
    /// For a step to end.
    Doing {
        step: usize,
    },
    /// For a person to do a step, or for time to pass.
    Person {
        step: usize,
        until: Option<Duration>,
    },
    Resting {
        step: usize,
        until: Duration,
    },
    /// For what a step waits for.
    Awaiting {
        step: usize,
        watch: Box<Watch>,
    },
    /// For the end of a step to be durable.
    Ending {
        step: usize,
        end: StepEnd,
    },
    /// For it to be durable that all steps are done.
    Done,
    Verifying(Box<Watch>),
    /// For what was read again to be durable, before what came of the waiting is.
    Telling(Then),
    /// For the outcome to be durable.
    Closing,
    Over,
}

/// One run, from its intent to its outcome.
#[derive(Debug, Clone)]
pub struct RunMachine {
    pub(super) run: RunId,
    /// As it was agreed to, with its facts moved on by what this run itself changed.
    pub(super) plan: Plan,
    pub(super) helping: Option<Helping>,
    pub(super) stage: Stage,
    pub(super) done: Vec<usize>,
    /// What failed and was gone past, by step.
    pub(super) failed: Vec<(usize, String)>,
    pub(super) saved: Saved,
    pub(super) again: Again,
    pub(super) cancelled: bool,
    /// The step whose changes have not been taken over into the facts yet.
    pub(super) changed_by: Option<usize>,
    /// How the run ends once the end of a step that was recorded and never sent is durable.
    pub(super) then: Option<(Verdict, Why)>,
}

impl RunMachine {
    /// A run that nobody has taken yet, and the first thing to do for it.
    pub fn start(run: RunId, plan: Plan, helping: Option<Helping>) -> (Self, RunEffect) {
        let helping = helping.filter(|_| plan.helped.is_some());
        let machine = Self {
            run,
            plan,
            helping,
            stage: Stage::Taking,
            done: Vec::new(),
            failed: Vec::new(),
            saved: Saved::new(),
            again: Again::default(),
            cancelled: false,
            changed_by: None,
            then: None,
        };
        (machine, RunEffect::Take)
    }

    /// Takes what happened at this time of the monotonic clock, and says what to do.
    pub fn handle(&mut self, event: RunEvent, now: Duration) -> Vec<RunEffect> {
        match event {
            RunEvent::Taken(taken) => self.taken(taken),
            RunEvent::Locked(locked) => self.locked(locked),
            RunEvent::Facts(facts) => self.read(facts),
            RunEvent::LockChecked(checked) => self.checked(checked, now),
            RunEvent::Recorded(Ok(())) => self.recorded(now),
            RunEvent::Recorded(Err(why)) => self.not_recorded(why),
            RunEvent::Ended(end) => match self.stage {
                Stage::Doing { step } => self.ended(step, end),
                Stage::Verifying(_) => self.was_read(end, now),
                _ => Vec::new(),
            },
            RunEvent::Evidence { step, text } => self.evidence(step, &text),
            RunEvent::CancelAsked => self.cancel_asked(),
            RunEvent::Judged(judgement) => self.judged(Some(&judgement), now),
            RunEvent::Tick => self.tick(now),
        }
    }

    /// What steps gave so far.
    pub const fn saved(&self) -> &Saved {
        &self.saved
    }

    /// The steps that are done, in their order.
    pub fn done(&self) -> &[usize] {
        &self.done
    }

    pub const fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Over)
    }

    /// The step that is being done, by an executor or a person.
    pub const fn doing(&self) -> Option<usize> {
        match self.stage {
            Stage::Doing { step }
            | Stage::Person { step, .. }
            | Stage::Resting { step, .. }
            | Stage::Awaiting { step, .. } => Some(step),
            _ => None,
        }
    }

    /// The step that waits for its condition.
    pub const fn awaits(&self) -> Option<usize> {
        match self.stage {
            Stage::Awaiting { step, .. } => Some(step),
            _ => None,
        }
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "an event is used up where it is taken"
    )]
    fn taken(&mut self, taken: Result<(), String>) -> Vec<RunEffect> {
        if self.stage != Stage::Taking {
            return Vec::new();
        }
        if taken.is_err() {
            // It is another runner's: whatever becomes of it is not ours to write.
            self.stage = Stage::Over;
            return vec![RunEffect::Leave];
        }
        if self.cancelled {
            return self.stopped_by_a_person();
        }
        self.stage = Stage::Locking;
        vec![RunEffect::Lock]
    }

    fn tick(&mut self, now: Duration) -> Vec<RunEffect> {
        match self.stage {
            Stage::Resting { step, until } if now >= until => self.ended(step, done()),
            Stage::Person {
                step,
                until: Some(until),
            } if now >= until => {
                let why = "nobody left evidence in time".to_owned();
                self.ended(step, StepEnd::Failed { why })
            }
            Stage::Awaiting { .. } => self.judged(None, now),
            Stage::Verifying(_) => {
                let effects = self.judged(None, now);
                if effects.is_empty() && matches!(self.stage, Stage::Verifying(_)) {
                    return self.read_again(now);
                }
                effects
            }
            _ => Vec::new(),
        }
    }

    fn judged(&mut self, judgement: Option<&Judgement>, now: Duration) -> Vec<RunEffect> {
        let (watch, step) = match &mut self.stage {
            Stage::Verifying(watch) => (watch, None),
            Stage::Awaiting { step, watch } => (watch, Some(*step)),
            _ => return Vec::new(),
        };
        let watched = match judgement {
            Some(judgement) => watch.judged(judgement, now),
            None => watch.passed(now),
        };
        match step {
            None => self.stands(watched),
            Some(step) => self.came(step, &watched),
        }
    }

    /// What a step waits for has come, or it has not in time: what follows was to rest on it.
    fn came(&mut self, step: usize, watched: &Watched) -> Vec<RunEffect> {
        let end = match watched {
            Watched::NotYet => return Vec::new(),
            Watched::NotInTime(_) => StepEnd::Failed {
                why: self.did_not_come(step),
            },
            _ => done(),
        };
        self.ended(step, end)
    }

    fn did_not_come(&self, step: usize) -> String {
        match &self.plan.steps[step].kind {
            StepKind::Until { is, within, .. } => format!("{is}: it was not so within {within} s"),
            _ => "it did not come in time".to_owned(),
        }
    }

    fn evidence(&mut self, step: usize, text: &str) -> Vec<RunEffect> {
        match self.stage {
            Stage::Person { step: awaited, .. } if awaited == step && !text.trim().is_empty() => {
                self.ended(step, done())
            }
            _ => Vec::new(),
        }
    }

    /// An outcome is to be written, and after it nothing more is done.
    pub(super) fn close(&mut self, outcome: Outcome) -> Vec<RunEffect> {
        self.stage = Stage::Closing;
        vec![RunEffect::Record(Entry::Outcome(Box::new(outcome)))]
    }
}

/// A step that ended well and has nothing to say.
pub(super) const fn done() -> StepEnd {
    StepEnd::Done {
        said: Vec::new(),
        saved: Values::new(),
    }
}
