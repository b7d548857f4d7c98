//! Whether a run did something to the world, and when: not whether it went well.

use jiff::Timestamp;

use super::{
    record::{Run, RunState, StepLine, Why},
    step::{Planned, Step, StepKind},
    tier::Tier,
    verdict::{StepEnd, Verdict},
};

/// What a run did to the world, as far as the ledger can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Nothing, and that is certain.
    None,
    /// It goes on: what it does may be done at any moment.
    Going,
    /// Something, or maybe something; the last of it no later than this.
    Until(Timestamp),
}

impl Deed {
    /// Whether it may have been done since then.
    pub fn is_since(self, since: Timestamp) -> bool {
        match self {
            Self::None => false,
            Self::Going => true,
            Self::Until(at) => at >= since,
        }
    }
}

impl Run {
    /// What it did. A step whose end nobody knows counts as done, and so does a program that ended with an error: nobody
    /// can tell how far it came.
    pub fn deed(&self) -> Deed {
        if !self.is_over() {
            return Deed::Going;
        }
        self.acted_at().map_or(Deed::None, Deed::Until)
    }

    /// When the last of what it did was done, as far as it came.
    pub fn acted_at(&self) -> Option<Timestamp> {
        let steps = &self.intent.plan.steps;
        // What a person confirms on the way is no deed, unless persons do all of it.
        let by_persons = steps.iter().all(Step::changes_nothing);
        let lines = steps.iter().zip(&self.steps);
        let did = lines
            .filter(|(step, _)| by_persons || !step.changes_nothing())
            .filter(|(step, line)| may_have_acted(step, line))
            .map(|(_, line)| {
                line.end
                    .as_ref()
                    .and(line.ended_at)
                    .or(self.ended_at)
                    .unwrap_or(self.asked_at)
            });
        did.max()
    }

    /// Why not all of it was seen, of a run that only looked, came to its last step, and had nothing to prove: that something
    /// can't be seen is an answer too.
    pub fn looked_in_part(&self) -> Option<&Why> {
        let plan = &self.intent.plan;
        let RunState::Ended(outcome) = &self.state else {
            return None;
        };
        let proves = plan.verify.is_some() || plan.helped.is_some();
        if plan.tier != Tier::T0 || proves || outcome.verdict != Verdict::Failed {
            return None;
        }
        let is_over = |line: &StepLine| {
            matches!(
                line.end,
                Some(StepEnd::Done { .. } | StepEnd::Failed { .. } | StepEnd::Unknown { .. })
            )
        };
        let all = self.steps.len() == plan.steps.len() && self.steps.iter().all(is_over);
        let why = outcome.why.as_ref();
        why.filter(|why| all && matches!(why, Why::Step { .. } | Why::Steps { .. }))
    }

    /// When it ended as it should, as far as anything says how that would be, and the world got better.
    pub fn verified_at(&self) -> Option<Timestamp> {
        match &self.state {
            RunState::Ended(outcome) => {
                let well = matches!(outcome.verdict, Verdict::Verified | Verdict::Done);
                self.ended_at.filter(|_| well)
            }
            _ => None,
        }
    }
}

fn may_have_acted(step: &Planned, line: &StepLine) -> bool {
    match &line.end {
        None => line.started_at.is_some(),
        Some(StepEnd::Done { .. } | StepEnd::Unknown { .. }) => true,
        Some(StepEnd::Cancelled { done }) => done.is_some(),
        // Of several batches the first may be done.
        Some(StepEnd::Failed { .. }) => is_program(step) || step.batch.is_some(),
    }
}

/// Whether what failed in it may have come half way. Servers refuse a thing as a whole.
const fn is_program(step: &Planned) -> bool {
    matches!(
        step.kind,
        StepKind::Exec { .. }
            | StepKind::Command { .. }
            | StepKind::Systemd { .. }
            | StepKind::Compose { .. }
            | StepKind::InCompose { .. }
    )
}
