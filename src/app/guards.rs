//! Hooks, lights and gates one below the other, and what can be done about each of their parts.

use crate::{
    domain::id::{ActionId, GateId, HookId, LightId},
    domain::light::Light,
    pack::{GateState, HookWindow, LightPart, Proposal, Row as GoodWindows},
};

use super::{board, model::Model};

/// How many lines below the list tell of the selected row.
pub const FOOT: usize = 5;

/// One row: a hook, a light, a gate, or a part of a gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GuardRow {
    Hook(HookId),
    Light(LightId),
    Gate(GateId),
    GateHook(GateId, HookId),
    Limit(GateId, usize),
    Tick(GateId, String),
}

/// The open list.
#[derive(Debug, Clone, Default)]
pub struct GuardScreen {
    /// `None` until a person chose a row: the first is selected.
    pub selected: Option<GuardRow>,
    pub offset: usize,
}

/// All there is to a hook or a light.
#[derive(Debug, Clone)]
pub struct GuardDetail {
    pub of: GuardOf,
    pub scroll: usize,
}

/// Which one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GuardOf {
    Hook(HookId),
    Light(LightId),
}

/// A tick of a gate whose evidence is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TickAsked {
    pub gate: GateId,
    pub tick: String,
    /// Whether it is as the gate wants it.
    pub holds: bool,
}

impl GuardRow {
    /// The gate it is, or is a part of.
    pub const fn gate(&self) -> Option<&GateId> {
        match self {
            Self::Gate(gate)
            | Self::GateHook(gate, _)
            | Self::Limit(gate, _)
            | Self::Tick(gate, _) => Some(gate),
            Self::Hook(_) | Self::Light(_) => None,
        }
    }
}

impl GuardScreen {
    /// Where the selected row stands.
    pub fn at(&self, rows: &[GuardRow]) -> usize {
        let found = self.selected.as_ref();
        let found = found.and_then(|own| rows.iter().position(|row| row == own));
        found.unwrap_or(0)
    }

    /// Selects a row and brings it in sight.
    pub fn choose(&mut self, rows: &[GuardRow], at: usize, page: usize) {
        let at = at.min(rows.len().saturating_sub(1));
        self.selected = rows.get(at).cloned();
        let page = page.max(1);
        self.offset = self.offset.clamp((at + 1).saturating_sub(page), at);
    }

    pub fn row(&self, model: &Model) -> Option<GuardRow> {
        let rows = rows(&states(model), model);
        let at = self.at(&rows);
        rows.into_iter().nth(at)
    }
}

/// The gates as they stand now.
pub fn states(model: &Model) -> Vec<GateState> {
    model
        .pack
        .gate_states(&board::facts(model), &model.board.hooks)
}

/// The rows: hooks, lights, then each gate with its parts.
pub fn rows(gates: &[GateState], model: &Model) -> Vec<GuardRow> {
    let hooks = model.board.hooks.iter();
    let lights = model.board.lights.iter();
    let mut rows: Vec<GuardRow> = hooks.map(|hook| GuardRow::Hook(hook.id.clone())).collect();
    rows.extend(lights.map(|light| GuardRow::Light(light.id.clone())));
    for gate in gates {
        let id = || gate.id.clone();
        rows.push(GuardRow::Gate(id()));
        let hooks = gate.hooks.iter();
        rows.extend(hooks.map(|hook| GuardRow::GateHook(id(), hook.id.clone())));
        rows.extend((0..gate.limits.len()).map(|place| GuardRow::Limit(id(), place)));
        let ticks = gate.ticks.iter();
        rows.extend(ticks.map(|tick| GuardRow::Tick(id(), tick.spec.id.clone())));
    }
    rows
}

/// Whether there is anything of the kind on this desk.
pub fn any(model: &Model) -> bool {
    let pack = &model.pack;
    pack.hooks().next().is_some() || !pack.gates().is_empty() || !model.board.lights.is_empty()
}

/// What a row proposes now: a gate that does not hold, with each of its parts, and a light that is yellow or red. One
/// that is only not known as a whole proposes nothing.
pub fn proposal<'m>(model: &'m Model, row: &GuardRow) -> Option<&'m Proposal> {
    if let GuardRow::Light(id) = row {
        let state = model.board.lights.iter().find(|light| light.id == *id)?;
        return model.pack.light_proposal(id, state.light);
    }
    let gate = row.gate()?;
    let red = states(model)
        .iter()
        .any(|state| state.id == *gate && state.light == Light::Red);
    let spec = model.pack.gate(gate).filter(|_| red)?;
    spec.on_fail.as_ref()
}

/// The actions and the flow a row proposes now.
pub fn proposed(model: &Model, row: &GuardRow) -> (Vec<ActionId>, Option<String>) {
    let what = proposal(model, row).cloned();
    what.map_or_else(Default::default, |what| (what.actions, what.flow))
}

/// The windows of a hook that are kept, the newest first, and how many of them in a row were good.
pub fn windows(model: &Model, hook: &HookId) -> (Vec<HookWindow>, GoodWindows) {
    let facts = board::facts(model);
    let mut windows = model.pack.hook_windows(hook, &facts);
    windows.reverse();
    (windows, model.pack.hook_row(hook, &facts))
}

/// Every condition of a light with what it reads now.
pub fn parts(model: &Model, light: &LightId) -> Vec<LightPart> {
    let (hooks, lights) = (&model.board.hooks, &model.board.lights);
    model
        .pack
        .light_parts(light, &board::facts(model), hooks, lights)
}
