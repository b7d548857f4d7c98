//! One run and the list of all: moving, stopping, taking back, acknowledging, evidence.

use std::sync::Arc;

use tui_input::Input;

use crate::{
    actions::{prompt::Choice, prompt::QUARANTINE, undo},
    app::{
        acting::Act,
        command::{Command, WhyNot},
        debts,
        effect::{Effect, Effects, Redraw},
        filter::Filter,
        journal::JournalScreen,
        model::Model,
        overlay::Overlay,
        prompting::{Back, Proposed},
        running::{Stopping, asked, is_unsettled, stoppable, undoable},
        update::{
            command::opened,
            lists::{self, Step, stepped},
            prompt, propose,
        },
        view::{Typing, TypingWhat},
    },
    domain::{
        action::{
            record::{Entry, Run},
            refusal::Refusal,
        },
        id::RunId,
    },
};

pub(super) fn journal(model: &mut Model) -> Effects {
    opened(model, Overlay::Journal(JournalScreen::default()))
}

/// The run that a key means: the open one, else the selected one of the journal.
pub(in crate::app) fn meant(model: &Model) -> Result<Arc<Run>, WhyNot> {
    match model.view.overlays.last() {
        Some(Overlay::Run(screen)) => model.acts.run(&screen.id).cloned().ok_or(WhyNot::NoRun),
        Some(Overlay::Journal(screen)) => screen.run(model).ok_or(WhyNot::NoRun),
        _ => Err(WhyNot::NotHere),
    }
}

/// Why a command on a run can't be done now.
pub(in crate::app) fn available(model: &Model, command: Command) -> Result<(), WhyNot> {
    let run = meant(model)?;
    match command {
        Command::RunCancel => stoppable(&run),
        Command::RunUndo if model.is_read_only() => Err(WhyNot::ReadOnly),
        Command::RunUndo if model.acts.ledger != Some(Ok(())) => Err(WhyNot::NoLedger),
        Command::RunUndo => undoable(model, &run),
        Command::RunAcknowledge if !is_unsettled(&run) => Err(WhyNot::NothingUnknown),
        Command::RunEvidence if asked(&run).is_none() => Err(WhyNot::NothingAsked),
        _ => Ok(()),
    }
}

pub(super) fn run(model: &mut Model, command: Command) -> Effects {
    let Ok(run) = meant(model) else {
        return Effects::none();
    };
    match command {
        Command::RunCancel => {
            let shown = prompt::show(model, run.id.clone());
            if let Some(Overlay::Run(screen)) = model.view.overlays.last_mut() {
                screen.stopping = Some(Stopping::default());
            }
            shown
        }
        // Whether its time is over can't be told, or it was refused just now: a person says why it is taken back all the same.
        Command::RunUndo if model.contested.remove(&run.id) || debts::is_unruled(model, &run) => {
            typing(model, TypingWhat::Emergency(run.id.clone()))
        }
        Command::RunUndo => take_back(model, run, None),
        Command::RunAcknowledge => typing(model, TypingWhat::Acknowledge(run.id.clone())),
        Command::RunEvidence => match asked(&run) {
            Some(step) => {
                let run = run.id.clone();
                typing(model, TypingWhat::Evidence { run, step })
            }
            None => Effects::none(),
        },
        _ => Effects::none(),
    }
}

fn typing(model: &mut Model, what: TypingWhat) -> Effects {
    model.view.typing = Some(Typing {
        input: Input::default(),
        what,
        error: None,
    });
    Effects::draw(Redraw::Now)
}

/// Proposes the inverse of what a run did: it goes the way of every action. Who says why takes it back whatever became of
/// what it left.
fn take_back(model: &mut Model, run: Arc<Run>, emergency: Option<String>) -> Effects {
    let mut draft = match undo::draft(&run) {
        None => return Effects::none(),
        Some(Ok(draft)) => draft,
        Some(Err(refusal)) => {
            let plan = &run.intent.plan;
            let (id, target) = (plan.action.clone(), Some(plan.target.clone()));
            return propose::refuse(model, id, target, plan.params.clone(), refusal);
        }
    };
    let plan = &run.intent.plan;
    let policy = model.acts.catalogue.policy();
    let tier = policy.tier_of(&plan.action, plan.tier);
    let title = plan.title.clone();
    if emergency.is_some() {
        draft.reads.clear();
    }
    let effects = prompt::open(model, Proposed::Undo(run), (title, tier), draft);
    if let Some(reason) = emergency {
        prompt::in_emergency(model, reason);
    }
    effects
}

/// Proposes to take a run back that was asked for by its id.
pub(super) fn ask_back(model: &mut Model, back: &Back) -> Result<Effects, Refusal> {
    let gone = || Refusal::NotFound {
        target: back.run.to_string(),
    };
    let run = model.acts.run(&back.run).cloned().ok_or_else(gone)?;
    if model.is_read_only() {
        return Err(Refusal::ReadOnly);
    }
    undoable(model, &run).map_err(|why| Refusal::Unreadable {
        what: back.run.to_string(),
        why: why.id().to_owned(),
    })?;
    if let Some(Err(refusal)) = undo::draft(&run) {
        return Err(refusal);
    }
    Ok(take_back(model, run, back.emergency.clone()))
}

/// A person said why a change is taken back whose rule can't be asked; `None` where nothing was said.
pub(super) fn in_emergency(model: &mut Model, run: &RunId, reason: &str) -> Option<Effects> {
    let reason = reason.trim().to_owned();
    if reason.is_empty() {
        return None;
    }
    let Some(run) = model.acts.run(run).cloned() else {
        return Some(Effects::draw(Redraw::Now));
    };
    Some(take_back(model, run, Some(reason)))
}

/// Moves along the temporary changes that stand.
pub(super) fn step_switches(model: &mut Model, by: isize) -> Effects {
    let all = Arc::clone(&model.debts);
    let Some(Overlay::Switches(selected)) = model.view.overlays.last_mut() else {
        return Effects::none();
    };
    let at = debts::place(&all, selected.as_ref()).saturating_add_signed(by);
    *selected = all
        .get(at.min(all.len().saturating_sub(1)))
        .map(|debt| debt.run.id.clone());
    Effects::draw(Redraw::Now)
}

/// Shows the run that made the selected change: it is taken back from there.
pub(super) fn open_switch(model: &mut Model) -> Effects {
    let all = Arc::clone(&model.debts);
    let Some(Overlay::Switches(selected)) = model.view.overlays.last() else {
        return Effects::none();
    };
    match all.get(debts::place(&all, selected.as_ref())) {
        Some(debt) => prompt::show(model, debt.run.id.clone()),
        None => Effects::none(),
    }
}

fn record(run: RunId, entry: Entry) -> Effects {
    Effects::draw(Redraw::Now).with(Effect::Act(Act::Record {
        run: Some(run),
        entry: Box::new(entry),
    }))
}

/// A person saw an unknown end.
pub(super) fn acknowledge(run: RunId, note: &str) -> Effects {
    let note = Some(note.trim().to_owned()).filter(|note| !note.is_empty());
    record(run, Entry::Acknowledged { note })
}

/// A person did a step and says what shows it; `None` where nothing was said.
pub(super) fn evidence(run: RunId, step: usize, text: &str) -> Option<Effects> {
    let text = text.trim().to_owned();
    (!text.is_empty()).then(|| record(run, Entry::Evidence { step, text }))
}

/// Whether it is asked whether a run shall stop.
pub(super) fn is_stopping(model: &Model) -> bool {
    model.view.typing.is_none()
        && matches!(model.view.overlays.last(), Some(Overlay::Run(screen)) if screen.stopping.is_some())
}

/// A key that answers whether a run shall stop.
pub(super) fn answer(model: &mut Model, command: Command) -> Effects {
    let mono = model.now.mono;
    let Some(Overlay::Run(screen)) = model.view.overlays.last_mut() else {
        return Effects::none();
    };
    let Some(stopping) = &mut screen.stopping else {
        return Effects::none();
    };
    let early = stopping
        .drawn
        .is_none_or(|drawn| mono.saturating_sub(drawn) < QUARANTINE);
    let drawn = Effects::draw(Redraw::Now);
    match command {
        _ if early => Effects::none(),
        Command::TextLeft => {
            stopping.choice = Choice::No;
            drawn
        }
        Command::TextRight => {
            stopping.choice = Choice::Run;
            drawn
        }
        Command::TextAccept => {
            let yes = stopping.choice == Choice::Run;
            let run = screen.id.clone();
            screen.stopping = None;
            if yes {
                record(run, Entry::CancelAsked)
            } else {
                drawn
            }
        }
        Command::TextCancel => {
            screen.stopping = None;
            drawn
        }
        _ => Effects::none(),
    }
}

/// The question stands on the screen now.
pub(super) fn drawn(model: &mut Model) {
    let mono = model.now.mono;
    if let Some(Overlay::Run(screen)) = model.view.overlays.last_mut()
        && let Some(stopping) = &mut screen.stopping
    {
        stopping.drawn.get_or_insert(mono);
    }
}

/// Whether the journal has the keys.
pub(in crate::app) fn on_top(model: &Model) -> bool {
    matches!(model.view.overlays.last(), Some(Overlay::Journal(_)))
}

pub(super) fn step(model: &mut Model, step: Step) -> Effects {
    let page = lists::overlay_page(model);
    let Some(Overlay::Journal(screen)) = model.view.overlays.last() else {
        return Effects::none();
    };
    let rows = screen.rows(model);
    let to = stepped(screen.at(&rows), rows.len(), page, step);
    if let Some(Overlay::Journal(screen)) = model.view.overlays.last_mut() {
        screen.choose(&rows, to, page);
    }
    Effects::draw(Redraw::Now)
}

/// Opens the selected row: the run, where it is one.
pub(super) fn open(model: &mut Model) -> Effects {
    match meant(model) {
        Ok(run) => prompt::show(model, run.id.clone()),
        Err(_) => Effects::none(),
    }
}

/// All of a run was read, for the screen that shows it.
pub(super) fn read(model: &mut Model, run: &Arc<Run>) {
    for overlay in &mut model.view.overlays {
        if let Overlay::Run(screen) = overlay
            && screen.id == run.id
        {
            screen.whole = Some(Arc::clone(run));
        }
    }
}

/// Filters the journal; what is wrong with the filter.
pub(super) fn filter(model: &mut Model, text: &str) -> Result<(), String> {
    let filter = Filter::parse(text).map_err(|error| error.to_string())?;
    let page = lists::overlay_page(model);
    let journal = |overlay: &&mut Overlay| matches!(overlay, Overlay::Journal(_));
    if let Some(Overlay::Journal(screen)) = model.view.overlays.iter_mut().find(journal) {
        screen.filter = filter;
    }
    let Some(Overlay::Journal(screen)) = model.view.overlays.last() else {
        return Ok(());
    };
    let rows = screen.rows(model);
    let at = screen.at(&rows);
    if let Some(Overlay::Journal(screen)) = model.view.overlays.last_mut() {
        let chosen = screen.selected.is_some();
        screen.choose(&rows, at, page);
        screen.selected.take_if(|_| !chosen);
    }
    Ok(())
}

/// Starts typing the filter of the journal.
pub(super) fn type_filter(model: &mut Model) -> Effects {
    let Some(Overlay::Journal(screen)) = model.view.overlays.last() else {
        return Effects::none();
    };
    let before = screen.filter.text().to_owned();
    model.view.typing = Some(Typing {
        input: Input::new(before.clone()),
        what: TypingWhat::Journal { before },
        error: None,
    });
    Effects::draw(Redraw::Now)
}
