//! The last steps of a run that only read: read again while it is waited for what they say.

use std::{collections::BTreeMap, time::Duration};

use super::{
    RunEffect,
    filling::{Filling, fill},
    machine::{RunMachine, Stage},
    patience::Watched,
};
use crate::domain::action::{
    record::{Entry, Why},
    value::Values,
    verdict::StepEnd,
};

/// What the readings of a run said, and what is read now.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Again {
    /// How each ended last, by step; what the ledger has not been told of yet is marked.
    ends: BTreeMap<usize, (StepEnd, bool)>,
    /// Of the round that goes on: nothing is judged by half of it.
    round: Vec<(usize, StepEnd)>,
    reading: Option<usize>,
    /// When the last round ended.
    rested: Duration,
}

impl Again {
    /// A reading ended for the first time, and the ledger knows.
    pub fn first(&mut self, step: usize, end: StepEnd) {
        self.ends.insert(step, (end, false));
    }

    /// A step that could not be read the last time, and why.
    pub fn unread(&self) -> Option<Why> {
        self.ends.iter().find_map(|(step, (end, _))| match end {
            StepEnd::Failed { why } | StepEnd::Unknown { why } => Some(Why::Step {
                step: *step,
                why: why.clone(),
            }),
            StepEnd::Done { .. } | StepEnd::Cancelled { .. } => None,
        })
    }

    /// What is read now is not waited for any longer; whether anything was.
    pub const fn stop_reading(&mut self) -> bool {
        self.reading.take().is_some()
    }

    /// The next that the ledger is to be told of.
    fn untold(&mut self) -> Option<Entry> {
        let (step, (end, untold)) = self.ends.iter_mut().find(|(_, (_, untold))| *untold)?;
        *untold = false;
        Some(Entry::StepEnded {
            step: *step,
            end: end.clone(),
        })
    }
}

impl RunMachine {
    /// All steps are done: from now on it is waited.
    pub(super) const fn rest(&mut self, now: Duration) {
        self.again.rested = now;
    }

    /// Time passed while it is waited: it may be time to read again.
    pub(super) fn read_again(&mut self, now: Duration) -> Vec<RunEffect> {
        let often = self.plan.steps.iter().filter_map(|step| step.again).min();
        let Some(often) = often.map(|often| Duration::from_secs(often.into())) else {
            return Vec::new();
        };
        if self.again.reading.is_some() || now.saturating_sub(self.again.rested) < often {
            return Vec::new();
        }
        self.read_from(0, now)
    }

    /// Reads the first from this step on that is read again; after the last what all of them said counts.
    fn read_from(&mut self, from: usize, now: Duration) -> Vec<RunEffect> {
        let mut steps = self.plan.steps.iter().enumerate().skip(from);
        let Some((step, planned)) = steps.find(|(_, step)| step.again.is_some()) else {
            self.round_over(now);
            return Vec::new();
        };
        let with = Filling {
            run: &self.run,
            plan: &self.plan,
            saved: &self.saved,
        };
        match fill(planned, with) {
            Ok(planned) => {
                self.again.reading = Some(step);
                vec![RunEffect::Do {
                    step,
                    planned: Box::new(planned),
                    plan: Box::new(self.plan.clone()),
                    again: true,
                }]
            }
            Err(unfilled) => {
                let why = format!("nothing fills {:?}", unfilled.0);
                self.again.round.push((step, StepEnd::Failed { why }));
                self.read_from(step + 1, now)
            }
        }
    }

    /// A reading ended while it is waited; any other end comes too late.
    pub(super) fn was_read(&mut self, end: StepEnd, now: Duration) -> Vec<RunEffect> {
        let Some(step) = self.again.reading.take() else {
            return Vec::new();
        };
        self.again.round.push((step, end));
        self.read_from(step + 1, now)
    }

    fn round_over(&mut self, now: Duration) {
        self.again.reading = None;
        self.again.rested = now;
        for (step, end) in std::mem::take(&mut self.again.round) {
            self.keep(step, &end);
            let known = self.again.ends.get(&step);
            let untold = known.is_none_or(|(last, untold)| *untold || *last != end);
            self.again.ends.insert(step, (end, untold));
        }
    }

    /// Keeps what a step saved; what could not be read says nothing any more.
    pub(super) fn keep(&mut self, step: usize, end: &StepEnd) {
        let Some(save) = &self.plan.steps[step].save else {
            return;
        };
        let values: Option<&Values> = match end {
            StepEnd::Done { saved, .. } => Some(saved),
            _ => None,
        };
        match values {
            Some(values) => self.saved.insert(save.name.clone(), values.clone()),
            None => self.saved.remove(&save.name),
        };
    }

    /// It need not be waited any longer. What was read last is written before what came of it.
    pub(super) fn waited(&mut self, watched: Watched) -> Vec<RunEffect> {
        let mut effects = Vec::new();
        if self.again.stop_reading() {
            effects.push(RunEffect::Stop);
        }
        effects.extend(self.tell_readings(watched));
        effects
    }

    /// Writes the next reading that is not written; after the last one the outcome.
    pub(super) fn tell_readings(&mut self, watched: Watched) -> Vec<RunEffect> {
        match self.again.untold() {
            Some(entry) => {
                self.stage = Stage::Telling(Box::new(watched));
                vec![RunEffect::Record(entry)]
            }
            None => self.watched(watched),
        }
    }
}
