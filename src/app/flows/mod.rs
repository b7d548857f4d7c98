//! Flows as they stand: which stage is on, what its clock says, and what each step waits for.

mod freeze;
mod standing;

use std::{collections::BTreeSet, time::Duration};

use jiff::Timestamp;

use crate::{
    domain::{
        action::value::Values,
        id::LineId,
        logbook::{
            AlertMark, FlowNoted,
            flow::{FlowLog, Settled},
        },
    },
    pack::{FlowSpec, Judged, StageSpec, StepKind, StepSpec},
};

use super::{incidents, model::Model, overlay::Overlay};

pub use self::{
    freeze::{frozen, frozen_by_ledger, is_freezing, may_freeze},
    standing::standing,
};

/// The flow that a screen shows: known by its line, or just begun and not told by the ledger yet.
#[derive(Debug, Clone, PartialEq)]
pub enum FlowMeant {
    Line(LineId),
    Started {
        noted: Box<FlowNoted>,
        /// Those that were there before, which it is not.
        before: BTreeSet<LineId>,
    },
}

/// One flow on the screen.
#[derive(Debug, Clone)]
pub struct FlowScreen {
    pub of: FlowMeant,
    /// The step that is selected, counted through all stages.
    pub at: usize,
}

/// The flows there are: the open ones, then those that can be begun.
#[derive(Debug, Clone, Default)]
pub struct FlowPicker {
    pub selected: usize,
    pub rows: Vec<FlowRow>,
}

/// A row of it.
#[derive(Debug, Clone, PartialEq)]
pub enum FlowRow {
    Open(LineId),
    /// One that can be begun, and the alert it would be begun for.
    Start {
        flow: String,
        alert: Option<AlertMark>,
    },
}

/// A flow that somebody began, held against what its pack says now.
#[derive(Debug, Clone)]
pub struct Standing<'m> {
    pub log: &'m FlowLog,
    pub spec: &'m FlowSpec,
    pub stages: Vec<StageStanding<'m>>,
    /// When all of it should be over.
    pub due: Option<Timestamp>,
}

/// How far a stage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StageState {
    /// Others come before it.
    Ahead,
    On,
    Over,
    /// Its condition says that it is not needed.
    NotCalled,
}

/// One stage as it stands.
#[derive(Debug, Clone)]
pub struct StageStanding<'m> {
    pub spec: &'m StageSpec,
    pub state: StageState,
    pub began: Option<Timestamp>,
    pub ended: Option<Timestamp>,
    /// When its clock runs out.
    pub due: Option<Timestamp>,
    pub called: Option<Judged>,
    pub steps: Vec<StepStanding<'m>>,
}

/// One step as it stands.
#[derive(Debug, Clone)]
pub struct StepStanding<'m> {
    pub spec: &'m StepSpec,
    /// `look/depth`: what the logbook calls it.
    pub name: String,
    pub state: StepState<'m>,
    pub called: Option<Judged>,
    pub check: Option<Judged>,
}

/// How far a step is.
#[derive(Debug, Clone, Copy)]
pub enum StepState<'m> {
    Open,
    /// Its action is run.
    Running(&'m std::sync::Arc<crate::domain::action::record::Run>),
    /// Its action was run, and not well: it waits to be run again, or to be left out.
    Failed(&'m std::sync::Arc<crate::domain::action::record::Run>),
    /// Its action ended well, or only looked, to its end, and could not see all.
    Ran(&'m std::sync::Arc<crate::domain::action::record::Run>),
    Settled(&'m crate::domain::logbook::flow::SettledStep),
    NotCalled,
    /// Another of the same choice was done.
    Otherwise,
}

impl StepState<'_> {
    /// Whether nothing more is to be done about it.
    pub const fn is_settled(&self) -> bool {
        !matches!(self, Self::Open | Self::Running(_) | Self::Failed(_))
    }

    /// When it was.
    pub fn at(&self) -> Option<Timestamp> {
        match self {
            Self::Settled(step) => Some(step.when()),
            Self::Ran(run) => run.ended_at,
            _ => None,
        }
    }
}

impl StageStanding<'_> {
    /// Whether something was done in it.
    pub fn is_touched(&self) -> bool {
        let done = |step: &StepStanding<'_>| {
            matches!(step.state, StepState::Settled(_) | StepState::Ran(_))
        };
        self.steps.iter().any(done)
    }
}

impl Standing<'_> {
    /// What of the runs that answered its steps is written down when it ends: they are told of for ever then, whatever
    /// runs come after them.
    pub fn answered(&self) -> Vec<FlowNoted> {
        self.steps()
            .filter_map(|(_, step)| match &step.state {
                StepState::Ran(run) => Some(FlowNoted::Step {
                    of: self.log.id.clone(),
                    step: step.name.clone(),
                    settled: Settled::Done {
                        evidence: None,
                        run: Some(run.id.clone()),
                        ended_at: run.ended_at,
                        held: None,
                    },
                }),
                _ => None,
            })
            .collect()
    }

    /// Whether all that must be is done.
    pub fn is_done(&self) -> bool {
        let over = |stage: &StageStanding<'_>| {
            stage.spec.optional || matches!(stage.state, StageState::Over | StageState::NotCalled)
        };
        self.stages.iter().all(over)
    }

    /// All steps with their stages, in order.
    pub fn steps(&self) -> impl Iterator<Item = (&StageStanding<'_>, &StepStanding<'_>)> {
        let stages = self.stages.iter();
        stages.flat_map(|stage| stage.steps.iter().map(move |step| (stage, step)))
    }

    /// The first step that waits for somebody.
    pub fn next(&self) -> Option<(&StageStanding<'_>, &StepStanding<'_>)> {
        self.steps().find(|(stage, step)| {
            stage.state == StageState::On && !step.state.is_settled() && !step.spec.optional
        })
    }

    /// The stage whose clock runs out first; one that nobody has to do and nobody began hurries nobody.
    pub fn urgent(&self) -> Option<&StageStanding<'_>> {
        let on = self.stages.iter().filter(|it| it.state == StageState::On);
        let on = on.filter(|it| !it.spec.optional || it.is_touched());
        on.filter(|it| it.due.is_some()).min_by_key(|it| it.due)
    }
}

impl FlowScreen {
    pub const fn new(of: FlowMeant) -> Self {
        Self { of, at: 0 }
    }

    /// The flow, once the ledger told of it.
    pub fn log<'m>(&self, model: &'m Model) -> Option<&'m FlowLog> {
        let flows = &model.logbook.flows;
        match &self.of {
            FlowMeant::Line(id) => flows.get(id),
            FlowMeant::Started { noted, before } => {
                let FlowNoted::Started {
                    flow,
                    alert,
                    incident,
                } = &**noted
                else {
                    return None;
                };
                let mut new = flows.all().iter().filter(|log| !before.contains(&log.id));
                new.find(|log| {
                    log.flow == *flow && log.alert == *alert && log.incident == *incident
                })
            }
        }
    }

    /// How it stands; `None` until it is known, or where the pack has it no longer.
    pub fn standing<'m>(&self, model: &'m Model) -> Option<Standing<'m>> {
        standing(model, self.log(model)?)
    }
}

/// The flow that answers an alert, where its pack names one that it has.
pub fn of_alert<'m>(model: &'m Model, name: &str) -> Option<&'m FlowSpec> {
    let spec = model.pack.alert_spec(name)?;
    model.pack.flow(spec.flow.as_deref()?)
}

/// The rows of the picker: open flows, then the one for the alert that is meant, then all others.
pub fn rows(model: &Model) -> Vec<FlowRow> {
    let open = model.logbook.flows.open().rev();
    let mut rows: Vec<FlowRow> = open.map(|log| FlowRow::Open(log.id.clone())).collect();
    let alert = incidents::alert_meant(model)
        .map(|line| AlertMark::of(&line.alert))
        .or_else(|| incidents::meant(model)?.alert.clone());
    let first = alert.as_ref().and_then(|mark| of_alert(model, &mark.name));
    let first_id = first.map(|spec| spec.id.as_str());
    rows.extend(first.map(|spec| FlowRow::Start {
        flow: spec.id.clone(),
        alert: alert.clone(),
    }));
    let others = model.pack.flows().iter();
    let others = others.filter(|spec| Some(spec.id.as_str()) != first_id);
    rows.extend(others.map(|spec| FlowRow::Start {
        flow: spec.id.clone(),
        alert: None,
    }));
    rows
}

/// What begins a flow now: for an alert, and for the incident that is open for it.
pub fn start(model: &Model, flow: &str, alert: Option<AlertMark>) -> FlowNoted {
    let incident = match &alert {
        Some(mark) => incidents::of_alert(model, &mark.fingerprint),
        None => incidents::meant(model),
    };
    FlowNoted::Started {
        flow: flow.to_owned(),
        alert: alert.or_else(|| incident?.alert.clone()),
        incident: incident.map(|it| it.id.clone()),
    }
}

/// The flow on the screen, else the only one that is open.
pub fn meant(model: &Model) -> Option<&FlowLog> {
    let shown = model.view.overlays.iter().rev().find_map(|overlay| {
        let Overlay::Flow(screen) = overlay else {
            return None;
        };
        Some(screen.log(model))
    });
    shown.unwrap_or_else(|| {
        let mut open = model.logbook.flows.open();
        let only = open.next()?;
        open.next().is_none().then_some(only)
    })
}

/// What an action of a step is given beforehand.
pub const fn given(step: &StepSpec) -> Option<&Values> {
    match &step.kind {
        StepKind::Action { params, .. } => Some(params),
        _ => None,
    }
}

fn later(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}
