//! The routine: opening it, running a check or a list, evidence, leaving one out, and what a red one proposes.

use tui_input::Input;

use super::{
    command::opened,
    handover,
    lists::{self, Step, stepped},
    palette, propose,
};
use crate::{
    app::{
        acting::Act,
        command::{Command, WhyNot},
        effect::{Effect, Effects, Redraw},
        model::Model,
        offering::offered,
        overlay::Overlay,
        routine::{self, DueOf, Looking, RoutineScreen, Row, RowKey, Stand},
        view::{CheckAsked, Typing, TypingWhat},
    },
    domain::{
        action::preflight::Preflighted,
        calendar::Slot,
        id::{CheckId, ChecklistId},
        logbook::{CheckNoted, Noted, Outcome},
        question::RequestId,
    },
    pack::CheckSpec,
};

/// Looks again at what is due.
pub(super) fn work_out(model: &mut Model) {
    model.routine = routine::plan(model);
    model.routine_at = Some(model.now.wall.as_second());
}

/// The same where time went on since: what is read changes nothing of it.
pub(super) fn follow(model: &mut Model) {
    if model.routine_at != Some(model.now.wall.as_second()) {
        work_out(model);
    }
}

pub(super) fn open(model: &mut Model) -> Effects {
    work_out(model);
    opened(model, Overlay::Routine(RoutineScreen::default()))
}

/// Whether the list of the routine has the keys.
pub(in crate::app) fn on_top(model: &Model) -> bool {
    matches!(model.view.overlays.last(), Some(Overlay::Routine(_)))
}

pub(super) fn step(model: &mut Model, step: Step) -> Effects {
    let page = lists::overlay_page(model).saturating_sub(routine::FOOT);
    let rows = routine::rows(model);
    if let Some(Overlay::Routine(screen)) = model.view.overlays.last_mut() {
        let to = stepped(screen.at(&rows), rows.len(), page, step);
        screen.choose(&rows, to, page);
    }
    Effects::draw(Redraw::Now)
}

fn selected(model: &Model) -> Result<Row, WhyNot> {
    match model.view.overlays.last() {
        Some(Overlay::Routine(screen)) => screen.row(model).ok_or(WhyNot::NothingSelected),
        _ => Err(WhyNot::NotHere),
    }
}

/// Why a command on the selected row can't be done now.
pub(in crate::app) fn available(model: &Model, command: Command) -> Result<(), WhyNot> {
    let row = selected(model)?;
    if is_handover(&row) {
        return if command == Command::CheckRun {
            Ok(())
        } else {
            Err(WhyNot::NotHere)
        };
    }
    if command == Command::CheckPropose {
        return if proposed(model, &row).is_empty() {
            Err(WhyNot::NothingProposed)
        } else {
            Ok(())
        };
    }
    if model.acts.ledger != Some(Ok(())) {
        return Err(WhyNot::NoLedger);
    }
    let is_asked = |check: &CheckId| model.pack.check(check).is_some_and(CheckSpec::is_asked);
    match (command, row.check()) {
        (Command::CheckFail, Some(check)) if !is_asked(check) => Err(WhyNot::NotAsked),
        (Command::CheckFail, None) => Err(WhyNot::NotAsked),
        (Command::CheckSkip, _) if row.stand != Stand::Open => Err(WhyNot::NotDue),
        _ => Ok(()),
    }
}

pub(super) fn run(model: &mut Model, command: Command) -> Effects {
    let Ok(row) = selected(model) else {
        return Effects::none();
    };
    let slot = row.done_for(model.now.wall);
    match command {
        Command::CheckRun if is_handover(&row) => handover::open(model),
        Command::CheckRun => match row.check() {
            Some(check) => look(model, check, row.list(), slot),
            None => go_through(model, &row),
        },
        Command::CheckFail => match row.check() {
            Some(check) => ask(model, asked(check, &row, slot, Outcome::Failed)),
            None => Effects::none(),
        },
        Command::CheckSkip => {
            let first = row.check().cloned().or_else(|| {
                let left = row.list().map(|list| routine::left(model, list, slot));
                left.unwrap_or_default().into_iter().next()
            });
            match first {
                Some(check) => ask(model, asked(&check, &row, slot, Outcome::Skipped)),
                None => Effects::none(),
            }
        }
        Command::CheckPropose => do_about(model, &row),
        _ => Effects::none(),
    }
}

/// Whether the row stands for the handover of the shift.
const fn is_handover(row: &Row) -> bool {
    matches!(row.key, RowKey::Item(DueOf::Handover, _))
}

fn asked(check: &CheckId, row: &Row, slot: Option<Slot>, outcome: Outcome) -> CheckAsked {
    CheckAsked {
        check: check.clone(),
        checklist: row.list().cloned(),
        slot,
        outcome,
        goes_on: row.check().is_none(),
    }
}

/// One check: judged at once, or its evidence asked for.
fn look(
    model: &mut Model,
    check: &CheckId,
    list: Option<&ChecklistId>,
    slot: Option<Slot>,
) -> Effects {
    match judged(model, check, list, slot) {
        Some(effects) => effects.and(Effects::draw(Redraw::Now)),
        None => ask(
            model,
            CheckAsked {
                check: check.clone(),
                checklist: list.cloned(),
                slot,
                outcome: Outcome::Passed,
                goes_on: false,
            },
        ),
    }
}

/// Judges a check and writes it down, or reads what it rests on first; `None` where a person is asked.
fn judged(
    model: &mut Model,
    check: &CheckId,
    list: Option<&ChecklistId>,
    slot: Option<Slot>,
) -> Option<Effects> {
    let read = match routine::reading(model, check) {
        None => routine::NOTHING,
        Some(Err(refusal)) => Err(refusal),
        Some(Ok(draft)) => {
            let request = model.next_request();
            model.looking.push(Looking {
                request,
                check: check.clone(),
                checklist: list.cloned(),
                slot,
            });
            let draft = Box::new(draft);
            return Some(Effects::one(Effect::Act(Act::Look { request, draft })));
        }
    };
    let noted = routine::look(model, check, list, slot, read)?;
    Some(model.writes(Noted::Check(noted)))
}

/// What a check rests on was read; `None` where no check waits for this.
pub(super) fn read(model: &mut Model, request: RequestId, answer: &Preflighted) -> Option<Effects> {
    let at = model.looking.iter().position(|it| it.request == request)?;
    let asked = model.looking.remove(at);
    let read = match answer {
        Ok(found) => Ok(found.before.clone()),
        Err(refusal) => Err(refusal.clone()),
    };
    let list = asked.checklist.as_ref();
    let noted = routine::look(model, &asked.check, list, asked.slot, read);
    let written = noted.map(|noted| model.writes(Noted::Check(noted)));
    Some(Effects::draw(Redraw::Now).and(written.unwrap_or_default()))
}

/// Judges what can be judged of a list, and asks for the rest.
fn go_through(model: &mut Model, row: &Row) -> Effects {
    let mut effects = Effects::draw(Redraw::Now);
    let mut first = None;
    let slot = row.done_for(model.now.wall);
    let to_do = row.list().map(|list| routine::to_do(model, list, slot));
    for check in to_do.unwrap_or_default() {
        match judged(model, &check, row.list(), slot) {
            Some(written) => effects = effects.and(written),
            None => first = first.or(Some(check)),
        }
    }
    match first {
        Some(check) => {
            let asked = asked(&check, row, slot, Outcome::Passed);
            effects.and(ask(model, asked))
        }
        None => effects,
    }
}

/// Starts the line for what a person saw, or why it is left out.
fn ask(model: &mut Model, asked: CheckAsked) -> Effects {
    model.view.typing = Some(Typing {
        input: Input::default(),
        what: TypingWhat::Check(Box::new(asked)),
        error: None,
    });
    Effects::draw(Redraw::Now)
}

/// The line was taken; `None` where nothing was said.
pub(super) fn answered(model: &mut Model, asked: &CheckAsked, text: &str) -> Option<Effects> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let effects = model.writes(Noted::Check(CheckNoted {
        check: asked.check.clone(),
        checklist: asked.checklist.clone(),
        slot: asked.slot.map(|slot| slot.at),
        outcome: asked.outcome,
        says: None,
        unread: None,
        evidence: Some(text.to_owned()),
    }));
    let next = following(model, asked);
    let going = next.map_or_else(Effects::none, |next| ask(model, next));
    Some(effects.and(going).and(Effects::draw(Redraw::Now)))
}

/// What is asked next where a list is gone through.
fn following(model: &Model, asked: &CheckAsked) -> Option<CheckAsked> {
    let id = asked.checklist.as_ref().filter(|_| asked.goes_on)?;
    let list = model.pack.checklist(id)?;
    let open = if asked.outcome == Outcome::Skipped {
        routine::left(model, id, asked.slot)
    } else {
        routine::to_do(model, id, asked.slot)
    };
    let mut behind = list.items.iter().skip_while(|item| **item != asked.check);
    behind.next();
    let wants = |check: &&CheckId| {
        let spec = model.pack.check(check);
        let by_hand = spec.is_some_and(CheckSpec::is_asked) || asked.outcome == Outcome::Skipped;
        by_hand && open.contains(check)
    };
    let check = behind.find(wants)?.clone();
    Some(CheckAsked {
        check,
        ..asked.clone()
    })
}

/// What the result of a row proposes.
pub(in crate::app) fn proposed(model: &Model, row: &Row) -> Vec<crate::domain::id::ActionId> {
    let Some(check) = row.check() else {
        return Vec::new();
    };
    let slot = row.slot.filter(|_| matches!(row.stand, Stand::Done(_)));
    let result = routine::answer(model, check, row.list(), slot);
    let outcome = result.map(|result| result.noted.outcome);
    outcome.map_or_else(Vec::new, |outcome| {
        routine::proposals(model, check, outcome)
    })
}

/// Offers what a red check proposes: its one action, or all of them in the palette. Nothing is done by itself.
fn do_about(model: &mut Model, row: &Row) -> Effects {
    let ids = proposed(model, row);
    let all = offered(model).into_iter();
    let mut these: Vec<_> = all.filter(|offered| ids.contains(&offered.id)).collect();
    if these.len() == 1
        && let Some(only) = these.pop()
    {
        return propose::choose(model, only);
    }
    palette::propose_these(model, ids)
}
