//! What a flow keeps from being done while it goes on.

use std::time::Duration;

use jiff::Timestamp;

use super::{StageState, later, standing};
use crate::{
    app::{model::Model, running::actor},
    domain::{
        action::{refusal::Refusal, tier::Tier},
        logbook::flow::FlowLog,
    },
    pack::{ActionSpec, FreezeSpec},
};

/// Why an action is kept from being done; `None` where no flow that goes on freezes it.
pub fn frozen(model: &Model, spec: &ActionSpec) -> Option<Refusal> {
    if spec.tier == Tier::T0 {
        return None;
    }
    let mut open = model.logbook.flows.open();
    open.find_map(|log| {
        let flow = model.pack.flow(&log.flow)?;
        let freeze = flow.freeze.as_ref()?;
        if flow.runs(&spec.id) || !freeze.names(&spec.id) {
            return None;
        }
        let since = since(model, log, freeze)?;
        if is_lifted(model, log, freeze) {
            return None;
        }
        Some(Refusal::Frozen {
            flow: flow.title.clone(),
            since,
            by: actor(&log.started_by),
            because: freeze.because.clone(),
            lift: freeze.lift.as_ref().map(Duration::as_secs),
        })
    })
}

/// Whether a flow freezes something now, and a person may lift that.
pub fn is_freezing(model: &Model, log: &FlowLog) -> bool {
    let freeze = model.pack.flow(&log.flow);
    let freeze = freeze.and_then(|flow| flow.freeze.as_ref());
    freeze.is_some_and(|freeze| {
        freeze.lift.is_some()
            && since(model, log, freeze).is_some()
            && !is_lifted(model, log, freeze)
    })
}

/// Since when it freezes; `None` where it does not yet, or no more.
fn since(model: &Model, log: &FlowLog, freeze: &FreezeSpec) -> Option<Timestamp> {
    let standing = standing(model, log)?;
    let stage = |id: &String| standing.stages.iter().find(|stage| stage.spec.id == *id);
    let until = freeze.until.as_ref().and_then(stage);
    if until.is_some_and(|stage| stage.state == StageState::Over) {
        return None;
    }
    match freeze.from.as_ref().and_then(stage) {
        Some(stage) => stage.began,
        None => Some(log.started_at),
    }
}

/// Whether somebody lifted it, and that still lasts.
fn is_lifted(model: &Model, log: &FlowLog, freeze: &FreezeSpec) -> bool {
    let lifted = log.lifted.as_ref().zip(freeze.lift);
    lifted.is_some_and(|(lifted, lasts)| model.clocked < later(lifted.at, lasts))
}
