//! Lines of text: the filter of a pane, the palette, `PromQL` for a chart.

use tui_input::{Input, InputRequest};

use crate::app::{
    command::Command,
    effect::{Effects, Redraw},
    filter::Filter,
    model::Model,
    overlay::Overlay,
    update::{
        care, chart, desks, document, guards, kinds, lists, logs, output, palette, prompt, propose,
        routine, runs, sheet, tables,
    },
    view::{LogsLine, Pane, Typing, TypingWhat},
};

/// Characters typed: into the line that takes them, else nowhere.
pub(super) fn typed(model: &mut Model, text: &str) -> Effects {
    if prompt::is_on_top(model) {
        return prompt::typed(model, text);
    }
    insert(model, text)
}

/// A paste: into the line that takes text, but never into the answer of a prompt.
pub(super) fn pasted(model: &mut Model, text: &str) -> Effects {
    if prompt::is_on_top(model) {
        return prompt::pasted(model, text);
    }
    insert(model, text)
}

fn insert(model: &mut Model, text: &str) -> Effects {
    let Some(input) = line(model) else {
        return Effects::none();
    };
    // The lines of a paste become words of one line.
    let spaced = text
        .trim_end_matches(['\n', '\r'])
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c });
    for c in spaced.filter(|c| !c.is_control()) {
        input.handle(InputRequest::InsertChar(c));
    }
    changed(model)
}

/// The line that takes text now.
fn line(model: &mut Model) -> Option<&mut Input> {
    match &mut model.view.typing {
        Some(typing) => Some(&mut typing.input),
        None => match model.view.overlays.last_mut() {
            Some(Overlay::Palette(palette)) => Some(&mut palette.input),
            Some(Overlay::Form(form)) => propose::line(form),
            Some(Overlay::Sheet(sheet)) => sheet::line(sheet),
            Some(Overlay::Kinds(picker)) => Some(&mut picker.input),
            _ => None,
        },
    }
}

pub(super) fn edit(model: &mut Model, command: Command) -> Effects {
    let request = match command {
        Command::TextLeft => InputRequest::GoToPrevChar,
        Command::TextRight => InputRequest::GoToNextChar,
        Command::TextHome => InputRequest::GoToStart,
        Command::TextEnd => InputRequest::GoToEnd,
        Command::TextBackspace => InputRequest::DeletePrevChar,
        Command::TextDelete => InputRequest::DeleteNextChar,
        Command::TextDeleteWord => InputRequest::DeletePrevWord,
        Command::TextDeleteToEnd => InputRequest::DeleteTillEnd,
        Command::TextDeleteToStart => return delete_to_start(model),
        _ => return Effects::none(),
    };
    match line(model) {
        Some(input) => {
            input.handle(request);
            changed(model)
        }
        None => Effects::none(),
    }
}

fn delete_to_start(model: &mut Model) -> Effects {
    let Some(input) = line(model) else {
        return Effects::none();
    };
    let rest: String = input.value().chars().skip(input.cursor()).collect();
    *input = Input::new(rest).with_cursor(0);
    changed(model)
}

/// What a line is for sees every change at once.
fn changed(model: &mut Model) -> Effects {
    if let Some(typing) = &model.view.typing {
        let text = typing.input.value().to_owned();
        match typing.what.clone() {
            TypingWhat::Filter { pane, .. } => apply_filter(model, pane, &text),
            TypingWhat::Search { before } => {
                let error = document::look_for(model, &text, before.as_ref()).err();
                set_error(model, error);
            }
            TypingWhat::Rows { .. } => {
                let error = tables::apply_filter(model, &text);
                set_error(model, error);
            }
            TypingWhat::EventFilter { .. } => {
                let error = document::filter_events(model, &text).err();
                set_error(model, error);
            }
            TypingWhat::Logs { what, .. } => {
                let error = logs::typed(model, what, &text).err();
                set_error(model, error);
            }
            TypingWhat::Journal { .. } => {
                let error = runs::filter(model, &text).err();
                set_error(model, error);
            }
            TypingWhat::Output { .. } => {
                let error = output::filter(model, &text).err();
                set_error(model, error);
            }
            TypingWhat::Query
            | TypingWhat::Namespaces
            | TypingWhat::Acknowledge(_)
            | TypingWhat::Emergency(_)
            | TypingWhat::Evidence { .. }
            | TypingWhat::Alerts { .. }
            | TypingWhat::Tick(_)
            | TypingWhat::Check(_) => {}
        }
    } else {
        palette::rank(model);
        kinds::rank(model);
    }
    Effects::draw(Redraw::Now)
}

fn apply_filter(model: &mut Model, pane: Pane, text: &str) {
    match Filter::parse(text) {
        Ok(filter) => {
            model.view.list_mut(pane).filter = filter;
            set_error(model, None);
            lists::refresh(model, pane);
        }
        Err(error) => set_error(model, Some(error.to_string())),
    }
}

fn set_error(model: &mut Model, error: Option<String>) {
    if let Some(typing) = &mut model.view.typing {
        typing.error = error;
    }
}

/// Starts typing the filter of the focused pane.
pub(super) fn filter(model: &mut Model) -> Effects {
    if runs::on_top(model) {
        return runs::type_filter(model);
    }
    if tables::on_top(model) {
        return tables::type_filter(model);
    }
    let pane = model.view.focus;
    let before = model.view.list(pane).filter.text().to_owned();
    // What is typed next is another term, not more of the last one.
    let gap = if before.is_empty() || before.ends_with(' ') {
        ""
    } else {
        " "
    };
    model.view.typing = Some(Typing {
        input: Input::new(format!("{before}{gap}")),
        what: TypingWhat::Filter { pane, before },
        error: None,
    });
    Effects::draw(Redraw::Now)
}

/// Starts typing the expression of the open chart.
pub(super) fn query(model: &mut Model) -> Effects {
    if let Some(Overlay::Chart(chart)) = model.view.overlays.last() {
        model.view.typing = Some(Typing {
            input: Input::new(chart.expr.clone()),
            what: TypingWhat::Query,
            error: None,
        });
    }
    Effects::draw(Redraw::Now)
}

/// Takes what a person says of something; `None` where nothing was said.
fn said(model: &mut Model, typing: &Typing) -> Option<Effects> {
    let text = typing.input.value();
    match &typing.what {
        TypingWhat::Emergency(run) => runs::in_emergency(model, run, text),
        TypingWhat::Evidence { run, step } => runs::evidence(run.clone(), *step, text),
        TypingWhat::Check(asked) => routine::answered(model, asked, text),
        TypingWhat::Tick(asked) => guards::answered(model, asked, text),
        TypingWhat::Alerts { what, about } => care::typed(model, *what, about, text),
        _ => None,
    }
}

pub(super) fn accept(model: &mut Model) -> Effects {
    let Some(typing) = model.view.typing.take() else {
        return match model.view.overlays.last() {
            Some(Overlay::Kinds(_)) => kinds::accept(model),
            _ => palette::accept(model),
        };
    };
    match typing.what {
        // A filter that can't be taken stays on the line with its reason.
        TypingWhat::Filter { .. }
        | TypingWhat::Rows { .. }
        | TypingWhat::EventFilter { .. }
        | TypingWhat::Journal { .. }
        | TypingWhat::Output { .. }
        | TypingWhat::Search { .. }
        | TypingWhat::Logs {
            what: LogsLine::Filter | LogsLine::Search,
            ..
        } if typing.error.is_some() => {
            model.view.typing = Some(typing);
            Effects::draw(Redraw::Now)
        }
        TypingWhat::Filter { .. }
        | TypingWhat::Rows { .. }
        | TypingWhat::EventFilter { .. }
        | TypingWhat::Journal { .. }
        | TypingWhat::Output { .. } => Effects::draw(Redraw::Now),
        TypingWhat::Acknowledge(run) => runs::acknowledge(run, typing.input.value()),
        TypingWhat::Emergency(_)
        | TypingWhat::Evidence { .. }
        | TypingWhat::Check(_)
        | TypingWhat::Tick(_)
        | TypingWhat::Alerts { .. } => {
            said(model, &typing).unwrap_or_else(|| {
                // Nothing is neither a reason nor evidence nor a note: the line stays.
                model.view.typing = Some(typing);
                Effects::draw(Redraw::Now)
            })
        }
        // Nothing typed looks for what was looked for before.
        TypingWhat::Search { before } => {
            if typing.input.value().is_empty() {
                document::look_back(model, before);
            }
            Effects::draw(Redraw::Now)
        }
        TypingWhat::Logs { what, .. } => match logs::accept(model, what, typing.input.value()) {
            Ok(effects) => effects,
            Err(why) => {
                let error = Some(why.id().to_owned());
                model.view.typing = Some(Typing { error, ..typing });
                Effects::draw(Redraw::Now)
            }
        },
        TypingWhat::Query => chart::ask_typed(model, typing.input.value()),
        TypingWhat::Namespaces => {
            let text = typing.input.value().to_owned();
            desks::take_typed(model, &text).unwrap_or_else(|wrong| {
                let error = Some(wrong);
                model.view.typing = Some(Typing { error, ..typing });
                Effects::draw(Redraw::Now)
            })
        }
    }
}

pub(super) fn cancel(model: &mut Model) -> Effects {
    match model.view.typing.take() {
        Some(Typing {
            what: TypingWhat::Filter { pane, before },
            ..
        }) => apply_filter(model, pane, &before),
        Some(Typing {
            what: TypingWhat::Rows { before },
            ..
        }) => {
            tables::apply_filter(model, &before);
        }
        Some(Typing {
            what: TypingWhat::Journal { before },
            ..
        }) => {
            // It was taken before, so it can be taken again.
            let _ = runs::filter(model, &before);
        }
        Some(Typing {
            what: TypingWhat::Output { before },
            ..
        }) => {
            // It was taken before, so it can be taken again.
            let _ = output::filter(model, &before);
        }
        Some(Typing {
            what: TypingWhat::Search { before },
            ..
        }) => document::look_back(model, before),
        Some(Typing {
            what: TypingWhat::EventFilter { before },
            ..
        }) => {
            // It was taken before, so it can be taken again.
            let _ = document::filter_events(model, &before);
        }
        Some(Typing {
            what: TypingWhat::Logs { what, before },
            ..
        }) => logs::cancel(model, what, &before),
        Some(_) => {}
        None => {
            model.view.overlays.pop();
        }
    }
    Effects::draw(Redraw::Now)
}
