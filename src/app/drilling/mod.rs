//! A drill that goes on: what shows is written down in its own ledger, and everything is scored from there.

mod score;

use super::{
    effect::Effects,
    incidents::in_world,
    logbook::log_desk,
    model::Model,
    snapshot::{Scope, has_answered},
};
use crate::{
    domain::{
        action::value::Values,
        alert::AlertState,
        light::Light,
        logbook::{
            DrillNoted, Noted,
            drill::{DrillRecord, Trigger},
        },
    },
    pack::{DrillSpec, Truth},
};

pub use self::score::{Told, scored};

/// The drill that this cockpit is opened for.
#[derive(Debug, Clone, PartialEq)]
pub struct Drilling {
    /// The pack's key.
    pub drill: String,
    pub scenario: String,
    pub speed: f64,
    /// What was written down already; the ledger tells it a little later.
    pub said: DrillSaid,
}

/// What this cockpit wrote down of its drill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DrillSaid {
    pub began: bool,
    pub fired: bool,
    pub recovered: bool,
}

impl Drilling {
    pub fn new(drill: &str, scenario: &str, speed: f64) -> Self {
        Self {
            drill: drill.to_owned(),
            scenario: scenario.to_owned(),
            speed,
            said: DrillSaid::default(),
        }
    }
}

impl Model {
    /// The drill of the pack that goes on here.
    pub fn drill_spec(&self) -> Option<&DrillSpec> {
        self.pack.drill(&self.drill.as_ref()?.drill)
    }
}

/// What there is to write down of the drill now.
pub(in crate::app) fn watch(model: &mut Model) -> Effects {
    let Some(drilling) = &model.drill else {
        return Effects::none();
    };
    let said = drilling.said;
    let noted = if !said.began {
        // The clocks start when there is something to see, and somewhere to write it down.
        if !has_answered(model, Scope::All) || !matches!(model.acts.ledger, Some(Ok(()))) {
            return Effects::none();
        }
        DrillNoted::Began {
            drill: drilling.drill.clone(),
            scenario: drilling.scenario.clone(),
            speed: drilling.speed,
        }
    } else if !said.fired {
        let trigger = trigger(model);
        if trigger == Trigger::default() {
            return Effects::none();
        }
        DrillNoted::Fired(trigger)
    } else if !said.recovered && is_recovered(model) {
        DrillNoted::Recovered
    } else {
        return Effects::none();
    };
    if let Some(drilling) = &mut model.drill {
        match noted {
            DrillNoted::Began { .. } => drilling.said.began = true,
            DrillNoted::Fired(_) => drilling.said.fired = true,
            _ => drilling.said.recovered = true,
        }
    }
    model.writes(Noted::Drill(noted))
}

/// The alerts and hooks of the drill that show now.
fn trigger(model: &Model) -> Trigger {
    let Some(spec) = model.drill_spec() else {
        return Trigger::default();
    };
    let firing = model.alerts.alerts.values();
    let firing = firing.filter(|line| is_on(&line.alert.state));
    let mut alerts: Vec<String> = firing
        .filter(|line| {
            let known = model.pack.alert_spec(&line.alert.name);
            known.is_some_and(|known| spec.alerts.contains(&known.id))
        })
        .map(|line| line.alert.name.clone())
        .collect();
    alerts.sort();
    alerts.dedup();
    let hooks = model.board.hooks.iter();
    let hooks = hooks.filter(|hook| {
        hook.light == Light::Red && spec.hooks.iter().any(|id| *id == hook.id.to_string())
    });
    Trigger {
        alerts,
        hooks: hooks.map(|hook| hook.id.to_string()).collect(),
    }
}

/// Whether an alert calls, or would if nobody had silenced it.
const fn is_on(state: &AlertState) -> bool {
    !matches!(state, AlertState::Pending)
}

fn is_recovered(model: &Model) -> bool {
    let Some(spec) = model.drill_spec() else {
        return false;
    };
    let judged = in_world(model, &Values::new(), |facts, world| {
        model.pack.judge_drill(spec, facts, world)
    });
    judged.is_some_and(|judged| judged.truth == Truth::True)
}

/// How the drill stands now; `None` before it began.
pub fn standing(model: &Model) -> Option<DrillRecord> {
    let told = Told {
        desk: log_desk(&model.pack, &model.desk),
        runs: &model.acts.runs,
        asides: &model.acts.asides,
        lines: &model.acts.log,
        ended: model.clocked,
    };
    scored(&model.pack, &told)
}
