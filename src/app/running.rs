//! The screen of one run. Leaving it does not touch the run.

use std::time::Duration;

use crate::{
    actions::prompt::Choice,
    domain::{
        action::{
            plan::Undo,
            record::{ActorMark, Run, RunState, StepLine},
            step::StepKind,
            verdict::{StepEnd, Verdict},
        },
        id::RunId,
    },
};

use super::{command::WhyNot, logs::pattern::Pattern, model::Model};

/// One run, attached to.
#[derive(Debug, Clone)]
pub struct RunScreen {
    pub id: RunId,
    pub scroll: usize,
    /// All of it, with what its steps wrote, where that was read.
    pub whole: Option<std::sync::Arc<Run>>,
    /// Of what its steps wrote only the lines that match are shown.
    pub filter: Option<Pattern>,
    /// It is asked whether the run shall stop.
    pub stopping: Option<Stopping>,
}

/// A question whose focus stands on No.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stopping {
    pub choice: Choice,
    /// When it was first drawn, on the monotonic clock.
    pub drawn: Option<Duration>,
}

impl RunScreen {
    pub const fn new(id: RunId) -> Self {
        Self {
            id,
            scroll: 0,
            whole: None,
            filter: None,
            stopping: None,
        }
    }

    /// The steps with what they wrote, as far as it was read.
    pub fn steps<'a>(&'a self, run: &'a Run) -> &'a [StepLine] {
        let whole = self.whole.as_deref().filter(|_| run.is_over());
        whole.map_or(&run.steps, |whole| &whole.steps)
    }
}

/// Whoever acted, as the server knows them, else by their uid.
pub fn actor(mark: &ActorMark) -> String {
    mark.principal
        .clone()
        .unwrap_or_else(|| format!("uid {}", mark.uid))
}

/// The id of a state, as a filter takes it.
pub const fn state_id(state: &RunState) -> &'static str {
    match state {
        RunState::Intended => "recorded",
        RunState::Running { .. } => "running",
        RunState::Verifying => "verifying",
        RunState::Ended(outcome) => outcome.verdict.id(),
    }
}

/// The step that waits for a person to do it, where one does.
pub fn asked(run: &Run) -> Option<usize> {
    let RunState::Running { step } = run.state else {
        return None;
    };
    let planned = run.intent.plan.steps.get(step)?;
    let line = run.steps.get(step);
    let open = line.is_none_or(|line| line.end.is_none() && line.evidence.is_none());
    (matches!(planned.kind, StepKind::Ask { .. }) && open).then_some(step)
}

/// Whether a person must see how a run ended before its target may be acted on again.
pub fn is_unsettled(run: &Run) -> bool {
    let unknown = matches!(&run.state, RunState::Ended(end) if end.verdict == Verdict::Unknown);
    unknown && !run.acknowledged
}

/// Why a run can't be stopped, where it can't.
pub fn stoppable(run: &Run) -> Result<(), WhyNot> {
    if run.is_over() {
        return Err(WhyNot::RunIsOver);
    }
    if run.cancel_asked {
        return Err(WhyNot::CancelAsked);
    }
    Ok(())
}

/// Why what a run did can't be taken back, where it can't.
pub fn undoable(model: &Model, run: &Run) -> Result<(), WhyNot> {
    if !run.is_over() {
        return Err(WhyNot::RunGoesOn);
    }
    if run.intent.plan.undo == Undo::None {
        return Err(WhyNot::NoUndo);
    }
    let done = |line: &crate::domain::action::record::StepLine| {
        matches!(
            line.end,
            Some(
                StepEnd::Done { .. }
                    | StepEnd::Unknown { .. }
                    | StepEnd::Cancelled { done: Some(_) }
            )
        )
    };
    if !run.steps.iter().any(done) {
        return Err(WhyNot::NothingDone);
    }
    let taken_back = |other: &std::sync::Arc<Run>| {
        other.intent.undo_of.as_ref() == Some(&run.id)
            && match &other.state {
                RunState::Ended(end) => matches!(end.verdict, Verdict::Verified | Verdict::Done),
                _ => true,
            }
    };
    if model.acts.runs.iter().any(taken_back) {
        return Err(WhyNot::AlreadyUndone);
    }
    Ok(())
}
