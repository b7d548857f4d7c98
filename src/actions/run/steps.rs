//! Step after step: looked at again, recorded, done, recorded.

use std::time::Duration;

use super::{
    RunEffect,
    facts::{drifted, take_over},
    filling::{Filling, fill},
    machine::{LOOKED_AT, RunMachine, Stage},
    patience::Watch,
};
use crate::domain::action::{
    fact::Fact,
    record::{Entry, Why},
    refusal::Refusal,
    step::StepKind,
    tier::Tier,
    verdict::{StepEnd, Verdict},
};

impl RunMachine {
    pub(super) fn locked(&mut self, locked: Result<(), Refusal>) -> Vec<RunEffect> {
        if self.stage != Stage::Locking {
            return Vec::new();
        }
        match locked {
            Err(refusal) => self.end(Verdict::Aborted, Some(Why::Refused { refusal })),
            Ok(()) if self.cancelled => self.stopped_by_a_person(),
            Ok(()) => self.before(0),
        }
    }

    /// Looks at the world again before a step; after the last one waits for what it did.
    fn before(&mut self, step: usize) -> Vec<RunEffect> {
        if step >= self.plan.steps.len() && !self.failed.is_empty() {
            return self.ended_in_part();
        }
        if step >= self.plan.steps.len() {
            self.stage = Stage::Done;
            return vec![RunEffect::Record(Entry::Verifying)];
        }
        if self.only_reads_from(step) && step > 0 {
            // What is left changes nothing: that something can't be seen now, or is another than before what this run did, is
            // what it is read again for.
            self.stage = Stage::Starting {
                step,
                looked_at: Duration::MAX,
            };
            return vec![RunEffect::Record(Entry::StepStarted { step })];
        }
        self.look(step, false)
    }

    fn look(&mut self, step: usize, recorded: bool) -> Vec<RunEffect> {
        self.stage = Stage::Reading { step, recorded };
        let plan = Box::new(self.plan.clone());
        vec![RunEffect::ReadFacts { step, plan }]
    }

    pub(super) fn read(&mut self, facts: Result<Vec<Fact>, Refusal>) -> Vec<RunEffect> {
        let Stage::Reading { step, recorded } = self.stage else {
            return Vec::new();
        };
        if self.cancelled {
            return self.not_sent(step, recorded, Why::Cancelled);
        }
        let facts = match facts {
            Ok(facts) => facts,
            Err(refusal) => return self.not_sent(step, recorded, Why::Refused { refusal }),
        };
        if let Some(before) = self.changed_by.take() {
            take_over(&mut self.plan, before, &facts);
        }
        if let Some(drift) = drifted(&self.plan, step, &facts) {
            let drift = Box::new(drift);
            return self.not_sent(step, recorded, Why::Drift { drift });
        }
        self.stage = Stage::Checking { step, recorded };
        vec![RunEffect::CheckLock]
    }

    pub(super) fn checked(&mut self, checked: Result<(), String>, now: Duration) -> Vec<RunEffect> {
        let Stage::Checking { step, recorded } = self.stage else {
            return Vec::new();
        };
        if let Err(who) = checked {
            return self.not_sent(step, recorded, Why::LockLost { who });
        }
        if self.cancelled {
            return self.not_sent(step, recorded, Why::Cancelled);
        }
        if recorded {
            return self.send(step, now);
        }
        self.stage = Stage::Starting {
            step,
            looked_at: now,
        };
        vec![RunEffect::Record(Entry::StepStarted { step })]
    }

    /// Stops before a step. Where its start stands in the ledger, that nothing was sent must stand there, too.
    fn not_sent(&mut self, step: usize, recorded: bool, why: Why) -> Vec<RunEffect> {
        if recorded {
            self.then = Some((Verdict::Aborted, why));
            return self.ended(step, StepEnd::Cancelled { done: None });
        }
        self.end(Verdict::Aborted, Some(why))
    }

    /// The start of a step is durable.
    pub(super) fn started(
        &mut self,
        step: usize,
        looked_at: Duration,
        now: Duration,
    ) -> Vec<RunEffect> {
        if self.cancelled {
            return self.not_sent(step, true, Why::Cancelled);
        }
        if now.saturating_sub(looked_at) > LOOKED_AT {
            return self.look(step, true);
        }
        self.send(step, now)
    }

    fn send(&mut self, step: usize, now: Duration) -> Vec<RunEffect> {
        let planned = &self.plan.steps[step];
        match &planned.kind {
            StepKind::Ask { .. } => {
                let limit = planned.limit.map(|limit| Duration::from_secs(limit.into()));
                let until = limit.map(|limit| now + limit);
                self.stage = Stage::Person { step, until };
                Vec::new()
            }
            StepKind::Wait { seconds } => {
                let wait = Duration::from_secs(u64::try_from(*seconds).unwrap_or(0));
                let until = now + wait;
                self.stage = Stage::Resting { step, until };
                Vec::new()
            }
            StepKind::Until { within, hold, .. } => {
                let seconds = |seconds: u32| Duration::from_secs(seconds.into());
                let watch = Watch::new(now, Some((seconds(*within), seconds(*hold))), None);
                let watch = Box::new(watch);
                self.stage = Stage::Awaiting { step, watch };
                vec![RunEffect::Judge]
            }
            _ => {
                let with = Filling::new(&self.run, &self.plan, &self.saved);
                match fill(planned, with) {
                    Ok(planned) => {
                        self.stage = Stage::Doing { step };
                        vec![RunEffect::Do {
                            step,
                            planned: Box::new(planned),
                            plan: Box::new(self.plan_of(step)),
                            again: false,
                        }]
                    }
                    Err(unfilled) => {
                        let why = format!("nothing fills {:?}", unfilled.0);
                        self.ended(step, StepEnd::Failed { why })
                    }
                }
            }
        }
    }

    pub(super) fn ended(&mut self, step: usize, end: StepEnd) -> Vec<RunEffect> {
        let entry = Entry::StepEnded {
            step,
            end: end.clone(),
        };
        self.stage = Stage::Ending { step, end };
        vec![RunEffect::Record(entry)]
    }

    /// The end of a step is durable.
    pub(super) fn after(&mut self, step: usize, end: StepEnd) -> Vec<RunEffect> {
        if let Some((verdict, why)) = self.then.take() {
            return self.end(verdict, Some(why));
        }
        if self.plan.steps[step].again.is_some() {
            self.again.first(step, end.clone());
        }
        match end {
            end @ StepEnd::Done { .. } => {
                self.done.push(step);
                self.changed_by = Some(step);
                self.keep(step, &end);
                if self.cancelled {
                    return self.stopped_by_a_person();
                }
                self.before(step + 1)
            }
            // It is read again, until what is waited for holds or its time is up.
            end @ (StepEnd::Failed { .. } | StepEnd::Unknown { .. })
                if self.plan.steps[step].again.is_some() =>
            {
                self.done.push(step);
                self.keep(step, &end);
                if self.cancelled {
                    return self.stopped_by_a_person();
                }
                self.before(step + 1)
            }
            // Nothing is changed by it: what can't be seen here keeps nobody from looking at what comes.
            StepEnd::Failed { why } | StepEnd::Unknown { why } if self.plan.tier == Tier::T0 => {
                self.failed.push((step, why));
                if self.cancelled {
                    return self.stopped_by_a_person();
                }
                self.before(step + 1)
            }
            StepEnd::Failed { why } => self.end(Verdict::Failed, Some(Why::Step { step, why })),
            StepEnd::Unknown { why } => self.end(Verdict::Unknown, Some(Why::Step { step, why })),
            StepEnd::Cancelled { .. } => self.end(Verdict::Aborted, Some(Why::Cancelled)),
        }
    }

    /// Which of the steps failed that others came after.
    fn ended_in_part(&mut self) -> Vec<RunEffect> {
        let why = match self.failed.as_slice() {
            [(step, why)] => Why::Step {
                step: *step,
                why: why.clone(),
            },
            several => Why::Steps {
                steps: several.iter().map(|(step, _)| *step).collect(),
            },
        };
        self.end(Verdict::Failed, Some(why))
    }

    /// All steps are done, and that is durable.
    pub(super) fn verify(&mut self, now: Duration) -> Vec<RunEffect> {
        if self.cancelled {
            return self.stopped_by_a_person();
        }
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        let verify = self.plan.verify.as_ref();
        let verify = verify.map(|it| (seconds(it.within), seconds(it.hold)));
        if verify.is_none() && self.helping.is_none() {
            return self.end(Verdict::Done, None);
        }
        self.rest(now);
        self.stage = Stage::Verifying(Box::new(Watch::new(now, verify, self.helping)));
        vec![RunEffect::Judge]
    }
}
