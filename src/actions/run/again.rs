//! The last steps of a run that only read: read again while it is waited for what they say.

use std::{collections::BTreeMap, time::Duration};

use super::{
    RunEffect,
    filling::{Filling, fill},
    machine::{RunMachine, Stage},
    patience::{Watch, Watched},
};
use crate::domain::action::{
    fact::FactName,
    plan::Plan,
    record::{Entry, Why},
    step::Saved,
    target::Target,
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
    /// What was waited for came: what the world does later is not what the run left.
    over: bool,
}

/// What comes once what was read last is written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Then {
    /// It need not be waited any longer.
    End(Watched),
    /// It is as it should be; whether the world gets better is seen later.
    Wait(Box<Watch>),
    /// A person does not want to wait.
    Stop,
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
    const fn stop_reading(&mut self) -> bool {
        self.over = true;
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
    /// Whether from this step on nothing is left but what only reads and may fail.
    pub(super) fn only_reads_from(&self, step: usize) -> bool {
        let rest = &self.plan.steps[step..];
        !rest.is_empty() && rest.iter().all(|step| step.again.is_some())
    }

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
        let again = &self.again;
        let waits = again.reading.is_some() || now.saturating_sub(again.rested) < often;
        if again.over || waits {
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
        // What one of them asks for is what another of this round said.
        let mut saved = self.saved.clone();
        for (step, end) in &self.again.round {
            self.put(&mut saved, *step, end);
        }
        let with = Filling::new(&self.run, &self.plan, &saved);
        match fill(planned, with) {
            Ok(planned) => {
                self.again.reading = Some(step);
                vec![RunEffect::Do {
                    step,
                    planned: Box::new(planned),
                    plan: Box::new(self.plan_of(step)),
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

    /// The plan with its facts as they must be for this step. What is read again finds what the run itself changed: it rests on
    /// nothing but the programs that were agreed to.
    pub(super) fn plan_of(&self, step: usize) -> Plan {
        let mut plan = self.plan.clone();
        if self.plan.steps[step].again.is_some() {
            plan.facts.retain(|fact| {
                matches!(fact.of, Target::Host { .. })
                    || matches!(
                        fact.name,
                        FactName::Pack | FactName::Cluster | FactName::Principal
                    )
            });
        }
        plan
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
        let mut saved = std::mem::take(&mut self.saved);
        self.put(&mut saved, step, end);
        self.saved = saved;
    }

    fn put(&self, into: &mut Saved, step: usize, end: &StepEnd) {
        let Some(save) = &self.plan.steps[step].save else {
            return;
        };
        match end {
            StepEnd::Done { saved, .. } => into.insert(save.name.clone(), saved.clone()),
            _ => into.remove(&save.name),
        };
    }

    /// It was looked at the world: what it waited for may have come, or its time may be up.
    pub(super) fn stands(&mut self, watched: Watched) -> Vec<RunEffect> {
        let Stage::Verifying(watch) = &self.stage else {
            return Vec::new();
        };
        match watched {
            Watched::NotYet if watch.is_verified() && !self.again.over => {
                // What is under way changes nothing, and its end comes too late.
                self.again.stop_reading();
                let watch = watch.clone();
                self.tell_readings(Then::Wait(watch))
            }
            Watched::NotYet => Vec::new(),
            watched => self.waited(Then::End(watched)),
        }
    }

    /// It is not waited any longer. What was read last is written before what came of it.
    pub(super) fn waited(&mut self, then: Then) -> Vec<RunEffect> {
        let mut effects = Vec::new();
        if self.again.stop_reading() {
            effects.push(RunEffect::Stop);
        }
        effects.extend(self.tell_readings(then));
        effects
    }

    /// Writes the next reading that is not written; after the last one what comes then.
    pub(super) fn tell_readings(&mut self, then: Then) -> Vec<RunEffect> {
        if let Some(entry) = self.again.untold() {
            self.stage = Stage::Telling(then);
            return vec![RunEffect::Record(entry)];
        }
        match then {
            Then::End(watched) => self.watched(watched),
            Then::Stop => self.stopped_by_a_person(),
            Then::Wait(_) if self.cancelled => self.stopped_by_a_person(),
            Then::Wait(watch) => {
                self.stage = Stage::Verifying(watch);
                Vec::new()
            }
        }
    }
}
