//! What a flow keeps from being done while it goes on.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{StageState, Standing, later, standing, standing::standing_as};
use crate::{
    app::{model::Model, running::actor},
    domain::{
        action::{
            refusal::{Freeze, Refusal},
            tier::Tier,
        },
        id::ActionId,
        logbook::flow::FlowLog,
    },
    pack::{ActionSpec, FlowSpec, FreezeSpec, Pack, Truth},
};

/// Whoever agrees to something has heard of everything that was written down longer ago than this.
const HEARD: SignedDuration = SignedDuration::from_secs(5);

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
        let standing = standing(model, log)?;
        let since = since((&standing, &standing), freeze)?;
        if is_lifted(model, log, freeze) {
            return None;
        }
        Some(refusal(flow, log, freeze, since))
    })
}

fn refusal(flow: &FlowSpec, log: &FlowLog, freeze: &FreezeSpec, since: Timestamp) -> Refusal {
    Refusal::Frozen(Box::new(Freeze {
        flow: flow.title.clone(),
        since,
        by: actor(&log.started_by),
        because: freeze.because.clone(),
        lift: freeze.lift.as_ref().map(Duration::as_secs),
    }))
}

/// Whether a flow of this pack may keep an action from being done at all.
pub fn may_freeze(pack: &Pack, action: &ActionId) -> bool {
    let mut flows = pack.flows().iter();
    flows.any(|flow| {
        let freeze = flow.freeze.as_ref();
        freeze.is_some_and(|freeze| freeze.names(action) && !flow.runs(action))
    })
}

/// Why an action that was agreed to then is kept from being done, in a model that knows the ledger and nothing of the
/// world. What the world decides was judged by whoever agreed: a flow they knew of counts where it freezes whatever the
/// world is like, one that is news to them where it may.
pub fn frozen_by_ledger(model: &Model, spec: &ActionSpec, agreed: Timestamp) -> Option<Refusal> {
    if spec.tier == Tier::T0 {
        return None;
    }
    let mut open = model.logbook.flows.open();
    open.find_map(|log| {
        let flow = model.pack.flow(&log.flow)?;
        let freeze = flow.freeze.as_ref()?;
        if flow.runs(&spec.id) || !freeze.names(&spec.id) || is_lifted(model, log, freeze) {
            return None;
        }
        let [all, few] = [Truth::True, Truth::False].map(|it| standing_as(model, log, Some(it)));
        let (all, few) = (all?, few?);
        let surely = since((&all, &few), freeze);
        let perhaps = || since((&few, &all), freeze).filter(|_| is_news(log, agreed));
        let since = surely.or_else(perhaps)?;
        Some(refusal(flow, log, freeze, since))
    })
}

/// Whether something was written down of a flow that whoever agreed then may not have heard of.
fn is_news(log: &FlowLog, agreed: Timestamp) -> bool {
    let steps = log.steps.values().map(|step| step.at);
    let lifted = log.lifted.as_ref().map(|lifted| lifted.at);
    let newest = steps.chain(lifted).fold(log.started_at, Ord::max);
    agreed.duration_since(newest) < HEARD
}

/// Whether a flow freezes something now, and a person may lift that.
pub fn is_freezing(model: &Model, log: &FlowLog) -> bool {
    let freeze = model.pack.flow(&log.flow);
    let freeze = freeze.and_then(|flow| flow.freeze.as_ref());
    freeze.is_some_and(|freeze| {
        let since = || {
            let standing = standing(model, log)?;
            since((&standing, &standing), freeze)
        };
        freeze.lift.is_some() && since().is_some() && !is_lifted(model, log, freeze)
    })
}

/// Since when it freezes as the flow stands, for its beginning and for its end; `None` where it does not yet, or no more.
fn since((began, ended): (&Standing<'_>, &Standing<'_>), freeze: &FreezeSpec) -> Option<Timestamp> {
    let stage = |standing: &Standing<'_>, id: &String| {
        let mut stages = standing.stages.iter();
        stages
            .find(|stage| stage.spec.id == *id)
            .map(|stage| (stage.began, stage.state))
    };
    let until = freeze.until.as_ref().and_then(|id| stage(ended, id));
    if until.is_some_and(|(_, state)| state == StageState::Over) {
        return None;
    }
    match freeze.from.as_ref().and_then(|id| stage(began, id)) {
        Some((began, _)) => began,
        None => Some(began.log.started_at),
    }
}

/// Whether somebody lifted it, and that still lasts.
fn is_lifted(model: &Model, log: &FlowLog, freeze: &FreezeSpec) -> bool {
    let lifted = log.lifted.as_ref().zip(freeze.lift);
    lifted.is_some_and(|(lifted, lasts)| model.clocked < later(lifted.at, lasts))
}
