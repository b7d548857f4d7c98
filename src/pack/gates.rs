//! Gates: what must hold before a release goes on, judged part by part.

use std::time::Duration;

use jiff::SignedDuration;

use super::{
    condition::{Condition, Lamp, Truth},
    facts::Facts,
    hooks::Row,
    runbook::Pack,
    views::World,
};
use crate::domain::{
    action::saying::{Saying, Stated},
    hook::HookState,
    id::{ActionId, GateId, HookId},
    light::Light,
    logbook::Tick,
    text::Text,
};

/// A gate as the pack states it.
#[derive(Debug, Clone)]
pub struct GateSpec {
    pub id: GateId,
    pub title: Text,
    pub about: Option<Text>,
    /// The share of users in per cent that the release has while it stands on this gate.
    pub weight: Option<f64>,
    /// The hooks that must be green.
    pub hooks: Vec<HookId>,
    /// The hooks that stand beside it and decide nothing: their number is among the limits.
    pub beside: Vec<HookId>,
    pub(super) limits: Vec<Condition>,
    /// What no series tells: a person says it, with evidence.
    pub ticks: Vec<TickSpec>,
    pub on_fail: Option<Proposal>,
}

/// A part of a gate that a person says.
#[derive(Debug, Clone, PartialEq)]
pub struct TickSpec {
    pub id: String,
    pub ask: Text,
    /// How long what was said counts.
    pub stale_after: Option<Duration>,
}

/// What the pack proposes where a gate does not hold, or where a light is yellow or red. Nothing of it is done by itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Proposal {
    pub say: Text,
    pub actions: Vec<ActionId>,
    pub flow: Option<String>,
}

/// A gate as it stands: the worst of its parts.
#[derive(Debug, Clone, PartialEq)]
pub struct GateState {
    pub id: GateId,
    pub light: Light,
    pub hooks: Vec<GateHook>,
    pub limits: Vec<GateLimit>,
    pub ticks: Vec<GateTick>,
}

/// A hook of a gate.
#[derive(Debug, Clone, PartialEq)]
pub struct GateHook {
    pub id: HookId,
    /// What the hook shows; a yellow one does not hold where green is asked.
    pub shows: Light,
    pub row: Row,
    /// It must be green; else it only stands beside.
    pub decides: bool,
}

/// A limit of a gate.
#[derive(Debug, Clone, PartialEq)]
pub struct GateLimit {
    pub demands: Stated,
    /// Each comparison with the value it was judged on.
    pub says: Saying,
    pub light: Light,
}

/// A tick of a gate, and what was last said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct GateTick {
    pub spec: TickSpec,
    pub said: Option<Tick>,
    pub state: TickState,
}

/// How a tick stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TickState {
    /// Nobody said anything.
    Open,
    /// What was said is too old to count.
    Stale,
    Holds,
    Fails,
}

impl TickState {
    pub const fn light(self) -> Light {
        match self {
            Self::Open | Self::Stale => Light::Unknown,
            Self::Holds => Light::Green,
            Self::Fails => Light::Red,
        }
    }

    /// The name in texts and in JSON.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Stale => "stale",
            Self::Holds => "holds",
            Self::Fails => "fails",
        }
    }
}

impl GateHook {
    /// Whether it is as the gate asks; one that only stands beside always is.
    pub const fn light(&self) -> Light {
        match self.shows {
            _ if !self.decides => Light::Green,
            Light::Yellow => Light::Red,
            light => light,
        }
    }
}

impl GateState {
    /// How many of its parts hold, and how many there are.
    pub fn held(&self) -> (usize, usize) {
        let lights: Vec<Light> = self.lights().collect();
        let held = lights.iter().filter(|light| **light == Light::Green);
        (held.count(), lights.len())
    }

    /// The lights of the parts that decide.
    fn lights(&self) -> impl Iterator<Item = Light> {
        let hooks = self.hooks.iter().filter(|hook| hook.decides);
        let hooks = hooks.map(GateHook::light);
        let limits = self.limits.iter().map(|limit| limit.light);
        let ticks = self.ticks.iter().map(|tick| tick.state.light());
        hooks.chain(limits).chain(ticks)
    }
}

const fn light_of(truth: Truth) -> Light {
    match truth {
        Truth::True => Light::Green,
        Truth::False => Light::Red,
        Truth::Unknown => Light::Unknown,
    }
}

impl Pack {
    /// In the order of the file.
    pub fn gates(&self) -> &[GateSpec] {
        &self.watch.gates
    }

    pub fn gate(&self, id: &GateId) -> Option<&GateSpec> {
        self.watch.gates.iter().find(|gate| gate.id == *id)
    }

    /// The pack's gates now, in the order it states them.
    pub fn gate_states(&self, facts: &dyn Facts, hooks: &[HookState]) -> Vec<GateState> {
        let world = World {
            ids: &self.watch.ids,
            facts,
            rules: &self.watch.hooks,
            hooks,
            gates: &[],
            lights: &[],
            action: None,
        };
        let gates = self.watch.gates.iter();
        gates.map(|gate| self.gate_state(gate, world)).collect()
    }

    fn gate_state(&self, gate: &GateSpec, world: World<'_>) -> GateState {
        let hook = |id: &HookId, decides: bool| {
            let state = world.hooks.iter().find(|hook| hook.id == *id);
            GateHook {
                id: id.clone(),
                shows: state.map_or(Light::Unknown, |hook| hook.light),
                row: self.hook_row(id, world.facts),
                decides,
            }
        };
        let decide = gate.hooks.iter().map(|id| hook(id, true));
        let beside = gate.beside.iter().map(|id| hook(id, false));
        let words = self.words(&[]);
        let limits = gate.limits.iter().map(|condition| GateLimit {
            demands: world.state(condition, words),
            says: world.tell(condition, words).says,
            light: light_of(world.judge(condition)),
        });
        let ticks = gate.ticks.iter().map(|spec| tick(gate, spec, world.facts));
        let mut state = GateState {
            id: gate.id.clone(),
            light: Light::Unknown,
            hooks: decide.chain(beside).collect(),
            limits: limits.collect(),
            ticks: ticks.collect(),
        };
        state.light = Light::worst_of(state.lights()).unwrap_or(Light::Unknown);
        state
    }

    /// The lights of the gates, where one of these conditions asks for them.
    pub(super) fn gate_lights<'c>(
        &self,
        facts: &dyn Facts,
        hooks: &[HookState],
        asking: impl Iterator<Item = &'c Condition>,
    ) -> Vec<(GateId, Light)> {
        if !asks_gates(asking) {
            return Vec::new();
        }
        let states = self.gate_states(facts, hooks).into_iter();
        states.map(|gate| (gate.id, gate.light)).collect()
    }
}

/// Whether one of these conditions asks for a gate.
fn asks_gates<'c>(mut conditions: impl Iterator<Item = &'c Condition>) -> bool {
    conditions.any(|condition| {
        let mut asks = false;
        let mut look = |lamp: &Lamp| asks |= matches!(lamp, Lamp::Gate(_));
        condition.statement.visit(&mut |_| {}, &mut look);
        asks
    })
}

fn tick(gate: &GateSpec, spec: &TickSpec, facts: &dyn Facts) -> GateTick {
    let said = facts.tick(&gate.id, &spec.id).cloned();
    let is_old = |tick: &Tick| {
        let limit = spec.stale_after.map(SignedDuration::try_from);
        let limit = limit.and_then(Result::ok);
        limit.is_some_and(|limit| facts.clocked().duration_since(tick.at) >= limit)
    };
    let state = match &said {
        None => TickState::Open,
        Some(tick) if is_old(tick) => TickState::Stale,
        Some(tick) if tick.holds => TickState::Holds,
        Some(_) => TickState::Fails,
    };
    GateTick {
        spec: spec.clone(),
        said,
        state,
    }
}
