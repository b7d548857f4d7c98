//! Where a flow stands: what was written down, what was run since it began, and what the world says now.

use std::sync::Arc;

use jiff::Timestamp;

use super::{StageStanding, StageState, Standing, StepStanding, StepState, later};
use crate::{
    actions::world::Around,
    app::{incidents::in_world, model::Model},
    domain::{
        action::{
            record::{Run, RunState},
            value::Values,
            verdict::Verdict,
        },
        logbook::flow::{FlowLog, Settled},
    },
    pack::{Facts, Judged, StageSpec, StepKind, StepSpec, Truth},
};

/// Holds a flow against its pack; `None` where the pack has it no longer.
pub fn standing<'m>(model: &'m Model, log: &'m FlowLog) -> Option<Standing<'m>> {
    standing_as(model, log, None)
}

/// The same, with whatever of its conditions nobody knows taken for this.
pub(super) fn standing_as<'m>(
    model: &'m Model,
    log: &'m FlowLog,
    unknown: Option<Truth>,
) -> Option<Standing<'m>> {
    let spec = model.pack.flow(&log.flow)?;
    let nothing = Values::new();
    let stages = in_world(model, &nothing, |facts, world| {
        let mut runs = runs_since(model, log);
        let mut stages: Vec<StageStanding<'m>> = Vec::new();
        for stage in &spec.stages {
            let mut runs = Runs {
                left: &mut runs,
                before: &stages,
            };
            let steps = steps(model, log, stage, &mut runs, (facts, world, unknown));
            stages.push(StageStanding {
                spec: stage,
                state: StageState::Ahead,
                began: None,
                ended: None,
                due: None,
                called: taken(model.pack.judge_stage(stage, facts, world), unknown),
                steps,
            });
        }
        clocks(log.started_at, &mut stages);
        stages
    });
    Some(Standing {
        log,
        spec,
        stages,
        due: spec.whole().map(|whole| later(log.started_at, whole)),
    })
}

fn taken(judged: Option<Judged>, unknown: Option<Truth>) -> Option<Judged> {
    let mut judged = judged?;
    if let (Truth::Unknown, Some(truth)) = (judged.truth, unknown) {
        judged.truth = truth;
    }
    Some(judged)
}

/// The runs of this desk since the flow began, the earliest first.
fn runs_since<'m>(model: &'m Model, log: &FlowLog) -> Vec<&'m Arc<Run>> {
    let end = log.ended.as_ref().map(|end| end.at);
    let runs = model.acts.runs.iter();
    let mut runs: Vec<&Arc<Run>> = runs
        .filter(|run| run.asked_at >= log.started_at && end.is_none_or(|end| run.asked_at <= end))
        .filter(|run| run.intent.undo_of.is_none() && model.is_here(run))
        .collect();
    runs.sort_by(|one, other| (one.asked_at, &one.id).cmp(&(other.asked_at, &other.id)));
    runs
}

/// What may answer the steps of a stage.
struct Runs<'a, 'm> {
    /// The runs that answer none so far.
    left: &'a mut Vec<&'m Arc<Run>>,
    before: &'a [StageStanding<'m>],
}

impl Runs<'_, '_> {
    /// From when on a run answers the step, and whether one can: what an earlier stage does as well is done once more, after
    /// all that is run before.
    fn since(&self, spec: &StepSpec) -> Since {
        let StepKind::Action { action, .. } = &spec.kind else {
            return Since::Ever;
        };
        let acts = |step: &&StepStanding<'_>| matches!(step.spec.kind, StepKind::Action { .. });
        let before = || {
            let stages = self.before.iter().filter(|stage| is_called(stage));
            stages.flat_map(|stage| &stage.steps).filter(acts)
        };
        let does = |step: &StepStanding<'_>| matches!(&step.spec.kind, StepKind::Action { action: other, .. } if other == action);
        if !before().any(does) {
            return Since::Ever;
        }
        if before().any(|step| !step.state.is_settled() && !step.spec.optional) {
            return Since::NotYet;
        }
        before()
            .filter_map(|step| step.state.at())
            .max()
            .map_or(Since::Ever, Since::At)
    }
}

/// Which runs answer a step.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Since {
    Ever,
    At(Timestamp),
    NotYet,
}

impl Since {
    fn lets(self, run: &Run) -> bool {
        match self {
            Self::Ever => true,
            Self::At(at) => run.asked_at >= at,
            Self::NotYet => false,
        }
    }
}

fn steps<'m>(
    model: &'m Model,
    log: &'m FlowLog,
    stage: &'m StageSpec,
    runs: &mut Runs<'_, 'm>,
    (facts, world, unknown): (&dyn Facts, &Around<'_>, Option<Truth>),
) -> Vec<StepStanding<'m>> {
    let mut steps: Vec<StepStanding<'m>> = stage
        .steps
        .iter()
        .map(|spec| {
            let name = stage.name_of(spec);
            let called = taken(model.pack.judge_called(spec, facts, world), unknown);
            let state = state(log, spec, &name, called.as_ref().map(|it| it.truth), runs);
            StepStanding {
                spec,
                name,
                state,
                called,
                check: model.pack.judge_step(spec, facts, world),
            }
        })
        .collect();
    // Of several ways one is enough.
    let taken: Vec<String> = steps
        .iter()
        .filter(|step| match &step.state {
            StepState::Ran(_) => true,
            StepState::Settled(settled) => matches!(settled.settled, Settled::Done { .. }),
            _ => false,
        })
        .filter_map(|step| step.spec.either.clone())
        .collect();
    for step in &mut steps {
        let other = step
            .spec
            .either
            .as_ref()
            .is_some_and(|it| taken.contains(it));
        if other && !step.state.is_settled() {
            step.state = StepState::Otherwise;
        }
    }
    steps
}

fn state<'m>(
    log: &'m FlowLog,
    spec: &StepSpec,
    name: &str,
    called: Option<Truth>,
    runs: &mut Runs<'_, 'm>,
) -> StepState<'m> {
    let since = runs.since(spec);
    let runs = &mut *runs.left;
    if let Some(settled) = log.steps.get(name) {
        return StepState::Settled(settled);
    }
    if let StepKind::Action { action, params } = &spec.kind {
        let fits = |run: &&Arc<Run>| {
            let plan = &run.intent.plan;
            let given = params.iter();
            plan.action == *action
                && since.lets(run)
                && given
                    .into_iter()
                    .all(|(name, value)| plan.params.get(name) == Some(value))
        };
        // Each run answers one step: the first that ended well, else the newest.
        if let Some(at) = runs.iter().position(|run| fits(run) && ended_well(run)) {
            return StepState::Ran(runs.remove(at));
        }
        // Who looked and could not see all of it has looked; of several ways that is none.
        let looked = |run: &&Arc<Run>| spec.either.is_none() && run.looked_in_part().is_some();
        if let Some(at) = runs.iter().rposition(|run| fits(run) && looked(run)) {
            return StepState::Ran(runs.remove(at));
        }
        if let Some(run) = runs.iter().rev().find(|run| fits(run)) {
            return if run.is_over() {
                StepState::Failed(run)
            } else {
                StepState::Running(run)
            };
        }
    }
    match called {
        Some(Truth::False) => StepState::NotCalled,
        _ => StepState::Open,
    }
}

/// Whether it did what it should: verified, or done where nothing verifies it.
fn ended_well(run: &Run) -> bool {
    matches!(&run.state, RunState::Ended(end) if matches!(end.verdict, Verdict::Verified | Verdict::Done))
}

/// When each stage began and ended: those in a row one after the other, nested ones with the stage they run within, which
/// is not over before they are.
fn clocks(started: Timestamp, stages: &mut [StageStanding<'_>]) {
    let mut next = Some(started);
    for place in 0..stages.len() {
        let outer = stages[place].spec.within.as_deref();
        let outer = outer.and_then(|id| stages.iter().position(|it| it.spec.id == id));
        let began = match outer {
            Some(outer) => stages[outer].began,
            None => next,
        };
        let id = &stages[place].spec.id;
        let inner = stages
            .iter()
            .filter(|it| it.spec.within.as_ref() == Some(id));
        let (mut waits, mut last) = (false, None);
        for stage in inner {
            waits |= !stage.spec.optional && is_called(stage) && has_open(stage);
            last = last.max(last_of(stage));
        }
        // What runs within a stage that is left out is left out with it.
        let left_out =
            !is_called(&stages[place]) || outer.is_some_and(|outer| !is_called(&stages[outer]));
        let stage = &mut stages[place];
        if left_out {
            stage.state = StageState::NotCalled;
            continue;
        }
        let Some(began) = began else {
            stage.state = StageState::Ahead;
            continue;
        };
        stage.began = Some(began);
        stage.due = stage.spec.clock.map(|clock| later(began, clock));
        if waits || has_open(stage) || (stage.spec.optional && !stage.is_touched()) {
            stage.state = StageState::On;
        } else {
            let last = last.max(last_of(stage));
            stage.ended = Some(last.map_or(began, |last| last.max(began)));
            stage.state = StageState::Over;
        }
        if outer.is_none() {
            next = match stage.state {
                StageState::On if stage.spec.optional => Some(began),
                StageState::On => None,
                _ => stage.ended,
            };
        }
    }
}

/// Whether it is called for; what was begun is, whatever its condition says by now.
fn is_called(stage: &StageStanding<'_>) -> bool {
    let called = stage.called.as_ref().map(|judged| judged.truth);
    called != Some(Truth::False) || stage.is_touched()
}

/// Whether a step of it waits that may not be left out just so.
fn has_open(stage: &StageStanding<'_>) -> bool {
    let mut steps = stage.steps.iter();
    steps.any(|step| !step.state.is_settled() && !step.spec.optional)
}

/// When the last of its steps was settled.
fn last_of(stage: &StageStanding<'_>) -> Option<Timestamp> {
    stage.steps.iter().filter_map(|step| step.state.at()).max()
}
