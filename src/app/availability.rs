//! What can be done now, and why not: a command that can't is shown with its reason, never hidden.

use super::{
    clip,
    command::{Command, Context, WhyNot},
    model::Model,
    overlay::Overlay,
    view::{Item, Pane},
};

/// `Ok` where the command means something now.
pub fn available(model: &Model, command: Command) -> Result<(), WhyNot> {
    let here = model.contexts();
    // The palette and a filter are lines over something: what they lie over decides.
    let below = below_text(model);
    let context = command.context();
    if context != Context::Global && !here.contains(&context) && !below.contains(&context) {
        return Err(WhyNot::NotHere);
    }
    match command {
        Command::Logs => super::update::logs_available(model),
        Command::Open => open(model),
        Command::Filter | Command::Sort | Command::SortReverse | Command::Columns
            if top(model).is_some() =>
        {
            Err(WhyNot::NotHere)
        }
        Command::DetailOpen if !matches!(top(model), Some(Overlay::Alert { .. })) => {
            Err(WhyNot::NotHere)
        }
        Command::ClearFilter if matches!(top(model), Some(Overlay::Logs(_))) => logs_filter(model),
        Command::ClearFilter if model.view.list(model.view.focus).filter.is_empty() => {
            Err(WhyNot::NoFilter)
        }
        Command::Copy => clip::text(model).map(drop).ok_or(WhyNot::NothingSelected),
        Command::CopyCommand => clip::command(model)
            .map(drop)
            .ok_or(WhyNot::NoClipboardCommand),
        _ => Ok(()),
    }
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
    model
        .view
        .overlays
        .iter()
        .rev()
        .find(|overlay| !matches!(overlay, Overlay::Palette(_)))
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
