//! What can be done now, and why not: a command that can't is shown with its reason, never hidden.

use crate::domain::freshness::{Link, SourceId};

use super::{
    clip,
    command::{Command, Context, WhyNot},
    filter::Filter,
    model::Model,
    overlay::Overlay,
    subject::{rollouts_target, subject, target},
    update::why_not,
    view::{Item, Pane},
};

/// `Ok` where the command means something now.
pub fn available(model: &Model, command: Command) -> Result<(), WhyNot> {
    if super::walk::screen(model).is_some() && !super::walk::allows(command) {
        return Err(WhyNot::ThePast);
    }
    let here = model.contexts();
    // The palette and a filter are lines over something: what they lie over decides.
    let below = below_text(model);
    let context = command.context();
    if context != Context::Global && !here.contains(&context) && !below.contains(&context) {
        return Err(WhyNot::NotHere);
    }
    if let Some(answer) = of_context(model, command) {
        return answer;
    }
    match command {
        Command::Declare
        | Command::Incidents
        | Command::Flows
        | Command::Handover
        | Command::Events
        | Command::EventsAll
            if is_picking(model) =>
        {
            Err(WhyNot::NotHere)
        }
        Command::Declare => model.may_write(),
        Command::Flows if model.pack.flows().is_empty() => Err(WhyNot::NoFlow),
        Command::ToggleGroup if top(model).is_some() => Err(WhyNot::NotHere),
        Command::Escalate if model.pack.roles().is_empty() => Err(WhyNot::NobodyToCall),
        Command::Open if super::update::journal_on_top(model) => {
            super::update::run_meant(model).map(drop)
        }
        Command::Filter if super::update::journal_on_top(model) => Ok(()),
        Command::ClearFilter if super::update::journal_on_top(model) => journal_filter(model),
        Command::Drill if model.drill.is_none() => Err(WhyNot::NoDrill),
        Command::Guards if !super::guards::any(model) => Err(WhyNot::NoGuards),
        Command::Routine if model.pack.checks().is_empty() && model.pack.handover().is_none() => {
            Err(WhyNot::NoRoutine)
        }
        Command::Open if super::update::flow_on_top(model) => Err(WhyNot::NotHere),
        Command::Open | Command::Filter | Command::ClearFilter if is_list_of_shift(model) => {
            Err(WhyNot::NotHere)
        }
        Command::Logs => super::update::logs_available(model),
        Command::Open => open(model),
        Command::Filter | Command::Sort | Command::SortReverse
            if matches!(top(model), Some(Overlay::Browser(_) | Overlay::Nodes(_))) =>
        {
            Ok(())
        }
        Command::Filter | Command::Sort | Command::SortReverse | Command::Columns
            if top(model).is_some() =>
        {
            Err(WhyNot::NotHere)
        }
        Command::Usage => subject(model).map(drop).ok_or(WhyNot::NothingSelected),
        Command::DetailOpen if !matches!(top(model), Some(Overlay::Alert { .. })) => {
            Err(WhyNot::NotHere)
        }
        Command::ClearFilter if matches!(top(model), Some(Overlay::Logs(_))) => logs_filter(model),
        Command::ClearFilter if filter(model).is_empty() => Err(WhyNot::NoFilter),
        Command::NodePods => selected_row(model),
        Command::SignIn if model.actor.sign_in.is_none() => Err(WhyNot::NoSignIn),
        Command::Describe | Command::Manifest => target(model).map(drop),
        Command::Rollouts => rollouts_target(model).map(drop),
        command if matches!(command.context(), Context::Document | Context::Rollouts) => {
            why_not(model, command).map_or(Ok(()), Err)
        }
        Command::Desks | Command::PreviousDesk | Command::Namespaces
            if model.desk.demo.is_some() =>
        {
            Err(WhyNot::OnlyDemo)
        }
        Command::PreviousDesk if model.desks.before.is_none() => Err(WhyNot::NoOtherDesk),
        Command::Explain => super::explaining::sickest(model).map(drop),
        Command::Copy => clip::text(model).map(drop).ok_or(WhyNot::NothingSelected),
        Command::CopyCommand => clip::command(model)
            .map(drop)
            .ok_or(WhyNot::NoClipboardCommand),
        _ => Ok(()),
    }
}

/// Whether a list of the shift is on top, whose rows have commands of their own.
fn is_list_of_shift(model: &Model) -> bool {
    super::update::guards_on_top(model) || matches!(top(model), Some(Overlay::Routine(_)))
}

/// Where the screen of a command's context says it.
fn of_context(model: &Model, command: Command) -> Option<Result<(), WhyNot>> {
    use super::update;
    Some(match command.context() {
        Context::Routine => update::routine_available(model, command),
        Context::Guard => update::guards_available(model, command),
        Context::Walk => update::walk_available(model, command),
        Context::Handover => update::handover_available(model, command),
        Context::Run => update::run_available(model, command),
        Context::Output => update::output_available(model),
        Context::Incident => update::incident_available(model, command),
        Context::Flow => update::flow_available(model, command),
        Context::Alerts if command != Command::ToggleGroup => {
            update::care_available(model, command)
        }
        _ => return None,
    })
}

/// The filter that would be cleared.
fn filter(model: &Model) -> &Filter {
    match top(model) {
        Some(Overlay::Browser(browser)) => &browser.filter,
        Some(Overlay::Nodes(table)) => &table.filter,
        _ => &model.view.list(model.view.focus).filter,
    }
}

/// Whether a row of the table over the panes is selected.
fn selected_row(model: &Model) -> Result<(), WhyNot> {
    let selected = match top(model) {
        Some(Overlay::Browser(browser)) => browser.selected().is_some(),
        Some(Overlay::Nodes(table)) => table.cursor.selected.is_some(),
        Some(Overlay::Usage(screen)) => screen.selected().is_some(),
        _ => false,
    };
    selected.then_some(()).ok_or(WhyNot::NothingSelected)
}

fn journal_filter(model: &Model) -> Result<(), WhyNot> {
    match top(model) {
        Some(Overlay::Journal(screen)) if !screen.filter.is_empty() => Ok(()),
        _ => Err(WhyNot::NoFilter),
    }
}

/// Something is being picked: nothing is opened over that.
fn is_picking(model: &Model) -> bool {
    matches!(top(model), Some(Overlay::Themes(_) | Overlay::Columns(_)))
}

fn logs_filter(model: &Model) -> Result<(), WhyNot> {
    match top(model) {
        Some(Overlay::Logs(screen)) if screen.is_filtered() => Ok(()),
        _ => Err(WhyNot::NoFilter),
    }
}

fn open(model: &Model) -> Result<(), WhyNot> {
    if matches!(top(model), Some(Overlay::Logs(_))) {
        return Err(WhyNot::NotHere);
    }
    let list = match top(model) {
        Some(Overlay::Usage(_)) if *model.link(SourceId::Prometheus) == Link::Absent => {
            return Err(WhyNot::NoPrometheus);
        }
        Some(Overlay::Browser(_) | Overlay::Nodes(_) | Overlay::Usage(_)) => {
            return selected_row(model);
        }
        Some(Overlay::Changes(list)) => list,
        _ => model.view.list(model.view.focus),
    };
    list.selected
        .as_ref()
        .map(|_| ())
        .ok_or(WhyNot::NothingSelected)
}

/// The innermost overlay that is not a line of text.
pub fn top(model: &Model) -> Option<&Overlay> {
    model.view.overlays.iter().rev().find(|overlay| {
        !matches!(
            overlay,
            Overlay::Palette(_) | Overlay::Kinds(_) | Overlay::Form(_) | Overlay::Sheet(_)
        )
    })
}

fn below_text(model: &Model) -> Vec<Context> {
    top(model).map_or_else(
        || vec![model.view.focus.context(), Context::List, Context::Global],
        Overlay::contexts,
    )
}

/// What is selected in the focused pane, unless an overlay lies over it.
pub fn selected(model: &Model) -> Option<(Pane, &Item)> {
    let pane = model.view.focus;
    model
        .view
        .list(pane)
        .selected
        .as_ref()
        .map(|item| (pane, item))
}
