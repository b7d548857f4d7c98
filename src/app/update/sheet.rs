//! Filling in a sheet and writing down what it says.

use tui_input::Input;

use crate::{
    app::{
        command::Command,
        effect::{Effects, Redraw},
        model::Model,
        overlay::Overlay,
        sheet::{Sheet, SheetOf},
        update::{flows, handover, incidents},
    },
    domain::action::value::Values,
};

pub(super) fn open(model: &mut Model, sheet: Sheet) -> Effects {
    model.view.overlays.push(Overlay::Sheet(Box::new(sheet)));
    Effects::draw(Redraw::Now)
}

/// Whether the sheet has the keys.
pub(super) fn is_on_top(model: &Model) -> bool {
    model.view.typing.is_none() && matches!(model.view.overlays.last(), Some(Overlay::Sheet(_)))
}

/// The line of the field that is filled in.
pub(super) fn line(sheet: &mut Sheet) -> Option<&mut Input> {
    sheet.refused = None;
    let field = sheet.fields.get_mut(sheet.at)?;
    field.touched = true;
    Some(&mut field.input)
}

/// A key on the sheet that is no edit; `None` for those that are.
pub(super) fn key(model: &mut Model, command: Command) -> Option<Effects> {
    if command == Command::TextAccept {
        return Some(accept(model));
    }
    if command == Command::TextCancel {
        model.view.overlays.pop();
        return Some(Effects::draw(Redraw::Now));
    }
    let Some(Overlay::Sheet(sheet)) = model.view.overlays.last_mut() else {
        return None;
    };
    match command {
        Command::TextNext => complete_or_go(sheet),
        Command::TextPrevious | Command::TextUp => go(sheet, false),
        Command::TextDown => go(sheet, true),
        _ => return None,
    }
    Some(Effects::draw(Redraw::Now))
}

/// Goes to the next field or the one before, all around.
fn go(sheet: &mut Sheet, onward: bool) {
    let count = sheet.fields.len().max(1);
    if let Some(field) = sheet.fields.get_mut(sheet.at) {
        field.touched = true;
    }
    let by = if onward { 1 } else { count - 1 };
    sheet.at = (sheet.at + by) % count;
    sheet.refused = None;
}

/// Tab takes the first completion where what is typed is none yet, else goes on.
fn complete_or_go(sheet: &mut Sheet) {
    let choices = sheet.choices();
    let Some(field) = sheet.fields.get_mut(sheet.at) else {
        return;
    };
    let typed = field.input.value().trim();
    let done = typed.is_empty() || choices.iter().any(|choice| choice == typed);
    match choices.into_iter().next() {
        Some(first) if !done => {
            field.input = Input::new(first);
            field.touched = true;
        }
        _ => go(sheet, true),
    }
}

/// Enter goes on to the next field, and from the last one into the logbook.
fn accept(model: &mut Model) -> Effects {
    let drawn = Effects::draw(Redraw::Now);
    let Some(Overlay::Sheet(sheet)) = model.view.overlays.last_mut() else {
        return Effects::none();
    };
    if let Some(field) = sheet.fields.get_mut(sheet.at) {
        field.touched = true;
        if field.value().is_err() {
            return drawn;
        }
    }
    if sheet.at + 1 < sheet.fields.len() {
        sheet.at += 1;
        return drawn;
    }
    let values = match sheet.values() {
        Ok(values) => values,
        Err(at) => {
            sheet.at = at;
            sheet.fields[at].touched = true;
            return drawn;
        }
    };
    let of = sheet.of.clone();
    // What follows opens where the sheet lay.
    let sheet = model.view.overlays.pop();
    match write(model, of, &values) {
        Ok(effects) => drawn.and(effects),
        Err(why) => {
            if let Some(Overlay::Sheet(mut sheet)) = sheet {
                sheet.refused = Some(why);
                model.view.overlays.push(Overlay::Sheet(sheet));
            }
            drawn
        }
    }
}

fn write(model: &mut Model, of: SheetOf, values: &Values) -> Result<Effects, &'static str> {
    match of {
        SheetOf::StepDone { .. }
        | SheetOf::StepSkipped { .. }
        | SheetOf::Leave(_)
        | SheetOf::End(_)
        | SheetOf::Lift(_) => Ok(flows::written(model, of, values)),
        SheetOf::HandoverFill(_) | SheetOf::HandoverGive(_) | SheetOf::HandoverTake(_) => {
            handover::written(model, of, values)
        }
        of => incidents::written(model, of, values),
    }
}

/// A text of the sheet; empty where none was given.
pub(super) fn text(values: &Values, name: &str) -> String {
    let value = values.get(name);
    value
        .map(|value| value.to_string().trim().to_owned())
        .unwrap_or_default()
}

/// A text that may be left out.
pub(super) fn maybe(values: &Values, name: &str) -> Option<String> {
    Some(text(values, name)).filter(|text| !text.is_empty())
}
