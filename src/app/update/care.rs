//! Alerts that somebody takes care of: acknowledging, assigning, noting, calling the next.

use tui_input::Input;

use crate::{
    app::{
        command::{Command, WhyNot},
        directory,
        effect::{Effect, Effects, Redraw},
        escalating::{self, EscalationScreen},
        event::Notice,
        model::{AlertLine, Model},
        overlay::Overlay,
        triaging::{self, Care},
        update::{
            command::opened,
            lists::{self, Step},
            say,
        },
        view::{AlertsLine, Typing, TypingWhat},
    },
    domain::logbook::{AlertMark, AlertNoted, Noted},
};

/// Why a command on alerts can't be done now.
pub(in crate::app) fn available(model: &Model, command: Command) -> Result<(), WhyNot> {
    if command == Command::AlertMark {
        let here = model.view.overlays.is_empty();
        let any = !triaging::markable(model).is_empty();
        return match (here, any) {
            (false, _) => Err(WhyNot::NotHere),
            (true, false) => Err(WhyNot::NothingSelected),
            (true, true) => Ok(()),
        };
    }
    let meant = triaging::meant(model);
    if meant.is_empty() {
        return Err(WhyNot::NothingSelected);
    }
    if model.acts.ledger != Some(Ok(())) {
        return Err(WhyNot::NoLedger);
    }
    let taken = |line: &&AlertLine| matches!(triaging::care(model, line), Some(Care::Taken(_)));
    let calls = |line: &&AlertLine| calls(model, line);
    match command {
        Command::AlertAcknowledge if !meant.iter().any(calls) => Err(WhyNot::Acknowledged),
        Command::AlertRelease if !meant.iter().any(taken) => Err(WhyNot::NotAcknowledged),
        _ => Ok(()),
    }
}

pub(super) fn run(model: &mut Model, command: Command) -> Effects {
    match command {
        Command::AlertMark => mark(model),
        Command::AlertAcknowledge => acknowledge(model),
        Command::AlertRelease => release(model),
        Command::AlertNote => typing(model, AlertsLine::Note),
        Command::AlertAssign => typing(model, AlertsLine::Assign),
        _ => Effects::none(),
    }
}

/// Marks what is selected, or takes the mark away, and goes on to the next row.
fn mark(model: &mut Model) -> Effects {
    let rows = triaging::markable(model);
    let marked = &mut model.view.marked_alerts;
    if rows.iter().all(|row| marked.contains(row)) {
        marked.retain(|own| !rows.contains(own));
    } else {
        marked.extend(rows);
    }
    lists::step(model, Step::By(1))
}

/// Whether it calls for somebody and nobody takes care of it.
fn calls(model: &Model, line: &AlertLine) -> bool {
    triaging::care(model, line).is_some_and(|care| !matches!(care, Care::Taken(_)))
}

fn acknowledge(model: &mut Model) -> Effects {
    let open = |line: &&&AlertLine| calls(model, line);
    let meant = triaging::meant(model);
    let marks: Vec<AlertMark> = (meant.iter().filter(open))
        .map(|line| AlertMark::of(&line.alert))
        .collect();
    let effects = write(model, &marks, |alert| AlertNoted::Acknowledged {
        alert,
        note: None,
    });
    say(model, Notice::Acknowledged(marks.len()));
    effects
}

fn release(model: &mut Model) -> Effects {
    let taken = |line: &&&AlertLine| matches!(triaging::care(model, line), Some(Care::Taken(_)));
    let meant = triaging::meant(model);
    let marks: Vec<AlertMark> = (meant.iter().filter(taken))
        .map(|line| AlertMark::of(&line.alert))
        .collect();
    write(model, &marks, |alert| AlertNoted::Released { alert })
}

fn typing(model: &mut Model, what: AlertsLine) -> Effects {
    let meant = triaging::meant(model);
    let about = meant
        .iter()
        .map(|line| AlertMark::of(&line.alert))
        .collect();
    model.view.typing = Some(Typing {
        input: Input::default(),
        what: TypingWhat::Alerts { what, about },
        error: None,
    });
    Effects::draw(Redraw::Now)
}

/// A line about alerts was typed to its end; `None` where nothing was said.
pub(super) fn typed(
    model: &mut Model,
    what: AlertsLine,
    about: &[AlertMark],
    text: &str,
) -> Option<Effects> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    Some(write(model, about, |alert| match what {
        AlertsLine::Note => AlertNoted::Note {
            alert,
            text: text.to_owned(),
        },
        AlertsLine::Assign => AlertNoted::Assigned {
            alert,
            to: text.to_owned(),
        },
    }))
}

/// Writes the same down of each, and lets go of the marks: they meant this.
fn write(
    model: &mut Model,
    about: &[AlertMark],
    noted: impl Fn(AlertMark) -> AlertNoted,
) -> Effects {
    model.view.marked_alerts.clear();
    let all = about.iter().cloned().map(noted);
    all.fold(Effects::draw(Redraw::Now), |effects, noted| {
        effects.and(model.writes(Noted::Alert(noted)))
    })
}

/// Opens who is called next.
pub(super) fn escalate(model: &mut Model) -> Effects {
    let about = escalating::meant(model);
    let screen = EscalationScreen {
        about,
        selected: None,
    };
    opened(model, Overlay::Escalation(screen))
}

/// Moves along the rungs of the open screen.
pub(super) fn step(model: &mut Model, by: isize) -> Effects {
    let Some(Overlay::Escalation(screen)) = model.view.overlays.last() else {
        return Effects::none();
    };
    let rungs = escalating::rungs(model, screen);
    let last = rungs.len().saturating_sub(1);
    let to = escalating::selected(screen, &rungs).saturating_add_signed(by);
    if let Some(Overlay::Escalation(screen)) = model.view.overlays.last_mut() {
        screen.selected = Some(to.min(last));
    }
    Effects::draw(Redraw::Now)
}

/// Moves along the open directory.
pub(super) fn step_directory(model: &mut Model, by: isize) -> Effects {
    let last = directory::entries(&model.pack, model.now.wall)
        .len()
        .saturating_sub(1);
    if let Some(Overlay::Directory { selected }) = model.view.overlays.last_mut() {
        *selected = selected.saturating_add_signed(by).min(last);
    }
    Effects::draw(Redraw::Now)
}

/// The selected one is called: the words are copied, and that they are called is written down.
pub(super) fn call(model: &mut Model) -> Effects {
    let Some(Overlay::Escalation(screen)) = model.view.overlays.last() else {
        return Effects::none();
    };
    let rungs = escalating::rungs(model, screen);
    let rung = rungs.get(escalating::selected(screen, &rungs));
    let (Some(rung), Some(line)) = (rung, escalating::about(model, screen)) else {
        return Effects::draw(Redraw::Now);
    };
    let words = escalating::words(model, line);
    let noted = AlertNoted::Escalated {
        alert: AlertMark::of(&line.alert),
        to: rung.role.clone(),
    };
    let effects = model.writes(Noted::Alert(noted));
    if let Some(Overlay::Escalation(screen)) = model.view.overlays.last_mut() {
        screen.selected = None;
    }
    effects
        .and(Effects::draw(Redraw::Now))
        .with(Effect::Copy(words))
}
