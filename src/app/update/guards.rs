//! Hooks, lights and gates: opening them, saying what no series tells, and what they propose.

use tui_input::Input;

use super::{
    command::opened,
    flows,
    lists::{self, Step, stepped},
    palette, propose,
};
use crate::{
    app::{
        command::{Command, WhyNot},
        effect::{Effects, Redraw},
        guards::{self, FOOT, GuardDetail, GuardOf, GuardRow, GuardScreen, TickAsked},
        model::Model,
        offering::offered,
        overlay::Overlay,
        view::{Typing, TypingWhat},
    },
    domain::logbook::{GateNoted, Noted},
};

pub(super) fn open(model: &mut Model) -> Effects {
    opened(model, Overlay::Guards(GuardScreen::default()))
}

/// Whether the list has the keys.
pub(in crate::app) fn on_top(model: &Model) -> bool {
    matches!(model.view.overlays.last(), Some(Overlay::Guards(_)))
}

pub(super) fn step(model: &mut Model, step: Step) -> Effects {
    let page = lists::overlay_page(model).saturating_sub(FOOT);
    let rows = guards::rows(&guards::states(model), model);
    if let Some(Overlay::Guards(screen)) = model.view.overlays.last_mut() {
        let to = stepped(screen.at(&rows), rows.len(), page, step);
        screen.choose(&rows, to, page);
    }
    Effects::draw(Redraw::Now)
}

fn selected(model: &Model) -> Result<GuardRow, WhyNot> {
    match model.view.overlays.last() {
        Some(Overlay::Guards(screen)) => screen.row(model).ok_or(WhyNot::NothingSelected),
        _ => Err(WhyNot::NotHere),
    }
}

/// Why a command on the selected row can't be done now.
pub(in crate::app) fn available(model: &Model, command: Command) -> Result<(), WhyNot> {
    let row = selected(model)?;
    let is_tick = matches!(row, GuardRow::Tick(..));
    match command {
        Command::GuardOpen | Command::GuardFail if is_tick && model.acts.ledger != Some(Ok(())) => {
            Err(WhyNot::NoLedger)
        }
        Command::GuardFail if !is_tick => Err(WhyNot::NotATick),
        Command::GuardOpen if matches!(row, GuardRow::Gate(_) | GuardRow::Limit(..)) => {
            Err(WhyNot::NothingBehind)
        }
        Command::GuardPropose => match guards::proposed(model, &row) {
            (actions, None) if actions.is_empty() => Err(WhyNot::NothingProposed),
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

pub(super) fn run(model: &mut Model, command: Command) -> Effects {
    let Ok(row) = selected(model) else {
        return Effects::none();
    };
    match (command, row) {
        (Command::GuardOpen, GuardRow::Hook(id) | GuardRow::GateHook(_, id)) => {
            show(model, GuardOf::Hook(id))
        }
        (Command::GuardOpen, GuardRow::Light(id)) => show(model, GuardOf::Light(id)),
        (Command::GuardOpen | Command::GuardFail, GuardRow::Tick(gate, tick)) => {
            let holds = command == Command::GuardOpen;
            ask(model, TickAsked { gate, tick, holds })
        }
        (Command::GuardPropose, row) => offer(model, &row),
        _ => Effects::none(),
    }
}

fn show(model: &mut Model, of: GuardOf) -> Effects {
    opened(model, Overlay::Guard(GuardDetail { of, scroll: 0 }))
}

/// Starts the line for what a person saw.
fn ask(model: &mut Model, asked: TickAsked) -> Effects {
    model.view.typing = Some(Typing {
        input: Input::default(),
        what: TypingWhat::Tick(Box::new(asked)),
        error: None,
    });
    Effects::draw(Redraw::Now)
}

/// The line was taken; `None` where nothing was said.
pub(super) fn answered(model: &Model, asked: &TickAsked, text: &str) -> Option<Effects> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let written = model.writes(Noted::Gate(GateNoted {
        gate: asked.gate.clone(),
        tick: asked.tick.clone(),
        holds: asked.holds,
        evidence: text.to_owned(),
    }));
    Some(written.and(Effects::draw(Redraw::Now)))
}

/// Offers what a row proposes: its one action, all of them, or its flow. Nothing is done by itself.
fn offer(model: &mut Model, row: &GuardRow) -> Effects {
    let (actions, flow) = guards::proposed(model, row);
    if let (true, Some(flow)) = (actions.is_empty(), &flow) {
        return flows::begin(model, flow, None);
    }
    if flow.is_none() && actions.len() == 1 {
        let all = offered(model).into_iter();
        let mut these: Vec<_> = all
            .filter(|offered| actions.contains(&offered.id))
            .collect();
        if let Some(only) = these.pop() {
            return propose::choose(model, only);
        }
    }
    palette::propose_with_flow(model, actions, flow)
}
