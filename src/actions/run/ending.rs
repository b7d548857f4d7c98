//! How runs end, and what is said of it.

use std::time::Duration;

use super::{
    RunEffect,
    again::Then,
    machine::{RunMachine, Stage},
    patience::Watched,
};
use crate::domain::action::{
    record::{Outcome, Why},
    refusal::Refusal,
    value::Values,
    verdict::{StepEnd, Verdict},
};

impl RunMachine {
    pub(super) fn end(&mut self, verdict: Verdict, why: Option<Why>) -> Vec<RunEffect> {
        let outcome = Outcome {
            verdict,
            why,
            snapshot: Values::new(),
            done: self.done.clone(),
        };
        self.close(outcome)
    }

    /// A person stopped it between two steps, or while it was waited for what all of them did.
    pub(super) fn stopped_by_a_person(&mut self) -> Vec<RunEffect> {
        let verdict = if self.done.len() == self.plan.steps.len() {
            // There was nothing left to stop, and nobody looked whether it is as it should be.
            Verdict::Unverified
        } else {
            Verdict::Aborted
        };
        self.end(verdict, Some(Why::Cancelled))
    }

    pub(super) fn cancel_asked(&mut self) -> Vec<RunEffect> {
        if self.cancelled {
            return Vec::new();
        }
        self.cancelled = true;
        match self.stage {
            // The step says itself how far it came.
            Stage::Doing { .. } => vec![RunEffect::Stop],
            Stage::Person { step, .. }
            | Stage::Resting { step, .. }
            | Stage::Awaiting { step, .. } => self.ended(step, StepEnd::Cancelled { done: None }),
            Stage::Verifying(_) => self.waited(Then::Stop),
            // Something is under way that changes nothing; the run stops when it is answered.
            Stage::Taking
            | Stage::Locking
            | Stage::Reading { .. }
            | Stage::Checking { .. }
            | Stage::Starting { .. }
            | Stage::Ending { .. }
            | Stage::Done
            | Stage::Telling(_)
            | Stage::Closing
            | Stage::Over => Vec::new(),
        }
    }

    pub(super) fn recorded(&mut self, now: Duration) -> Vec<RunEffect> {
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Starting { step, looked_at } => self.started(step, looked_at, now),
            Stage::Ending { step, end } => self.after(step, end),
            Stage::Done => self.verify(now),
            Stage::Telling(then) => self.tell_readings(then),
            Stage::Closing => vec![RunEffect::Leave],
            other => {
                self.stage = other;
                Vec::new()
            }
        }
    }

    /// What can't be kept is not done. That it stopped may still find a place in the ledger.
    pub(super) fn not_recorded(&mut self, why: String) -> Vec<RunEffect> {
        let refused = Some(Why::Refused {
            refusal: Refusal::NoLedger { why },
        });
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Starting { .. } => self.end(Verdict::Aborted, refused),
            Stage::Ending { step, end } => {
                let verdict = match end {
                    StepEnd::Done { .. } => {
                        self.done.push(step);
                        Verdict::Aborted
                    }
                    StepEnd::Cancelled { .. } => Verdict::Aborted,
                    // It changed nothing and would have been read again.
                    StepEnd::Failed { .. } | StepEnd::Unknown { .. }
                        if self.plan.steps[step].again.is_some() =>
                    {
                        self.done.push(step);
                        Verdict::Aborted
                    }
                    StepEnd::Failed { .. } => Verdict::Failed,
                    StepEnd::Unknown { .. } => Verdict::Unknown,
                };
                let all = self.done.len() == self.plan.steps.len();
                let verdict = if all { Verdict::Unverified } else { verdict };
                self.end(verdict, refused)
            }
            Stage::Done => self.end(Verdict::Unverified, refused),
            // The outcome says what counts, and its writing is insisted on.
            Stage::Telling(then) => self.tell_readings(then),
            // Whoever finds it later sees a run whose runner is gone.
            Stage::Closing => vec![RunEffect::Leave],
            other => {
                self.stage = other;
                Vec::new()
            }
        }
    }

    pub(super) fn watched(&mut self, watched: Watched) -> Vec<RunEffect> {
        let verify = || {
            let mark = self.plan.verify.as_ref();
            mark.map(|mark| mark.condition.clone()).unwrap_or_default()
        };
        let helped = || self.plan.helped.clone().unwrap_or_default();
        let (verdict, why) = match watched {
            Watched::NotYet => return Vec::new(),
            Watched::Good => (Verdict::Verified, None),
            Watched::NotInTime(last) => {
                let condition = verify();
                let unread = self.again.unread();
                let why = unread.unwrap_or(Why::NotInTime { condition, last });
                (Verdict::Unverified, Some(why))
            }
            Watched::NotHelped => {
                let condition = helped();
                (Verdict::NotHelped, Some(Why::NotHelped { condition }))
            }
            Watched::HelpUnknown => {
                let (condition, last) = (helped(), Vec::new());
                (
                    Verdict::Unverified,
                    Some(Why::NotInTime { condition, last }),
                )
            }
        };
        self.end(verdict, why)
    }
}
