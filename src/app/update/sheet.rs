//! Filling in a sheet and writing down what it says.

use tui_input::Input;

use crate::{
    app::{
        command::Command,
        effect::{Effects, Redraw},
        incidents::severity_named,
        model::Model,
        overlay::Overlay,
        sheet::{Sheet, SheetOf, SheetRefused},
        update::{fields::Filling, flows, handover, incidents},
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

fn filling(sheet: &mut Sheet) -> Filling<'_> {
    sheet.refused = None;
    Filling {
        fields: &mut sheet.fields,
        at: &mut sheet.at,
    }
}

/// The line of the field that is filled in.
pub(super) fn line(sheet: &mut Sheet) -> Option<&mut Input> {
    filling(sheet).line()
}

/// A key on the sheet that is no edit; `None` for those that are.
pub(super) fn key(model: &mut Model, command: Command) -> Option<Effects> {
    if matches!(command, Command::TextAccept | Command::TextNext) {
        name_severity(model);
    }
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
        Command::TextNext => {
            let choices = sheet.choices();
            filling(sheet).complete_or_go(choices);
        }
        Command::TextPrevious | Command::TextUp => filling(sheet).go(false),
        Command::TextDown => filling(sheet).go(true),
        _ => return None,
    }
    Some(Effects::draw(Redraw::Now))
}

/// A severity may be typed by what the team calls it; it is written down by its id.
fn name_severity(model: &mut Model) {
    let Some(Overlay::Sheet(sheet)) = model.view.overlays.last() else {
        return;
    };
    let field = sheet.fields.get(sheet.at);
    let named = field
        .filter(|field| field.spec.name == "severity")
        .and_then(|field| severity_named(model, field.input.value()));
    if let Some(id) = named
        && let Some(Overlay::Sheet(sheet)) = model.view.overlays.last_mut()
        && let Some(field) = sheet.fields.get_mut(sheet.at)
    {
        field.input = Input::new(id);
    }
}

/// Enter goes on to the next field, and from the last one into the logbook.
fn accept(model: &mut Model) -> Effects {
    let drawn = Effects::draw(Redraw::Now);
    let Some(Overlay::Sheet(sheet)) = model.view.overlays.last_mut() else {
        return Effects::none();
    };
    let Some(values) = filling(sheet).accept() else {
        return drawn;
    };
    let of = sheet.of.clone();
    // What follows opens where the sheet lay.
    let sheet = model.view.overlays.pop();
    match write(model, of, &values) {
        Ok(effects) => drawn.and(effects),
        Err(why) => {
            if let Some(Overlay::Sheet(mut sheet)) = sheet {
                sheet.refused = Some(why);
                incidents::asks_again(&mut sheet);
                model.view.overlays.push(Overlay::Sheet(sheet));
            }
            drawn
        }
    }
}

fn write(model: &mut Model, of: SheetOf, values: &Values) -> Result<Effects, SheetRefused> {
    // What was typed stays on the sheet.
    model.may_write()?;
    match of {
        SheetOf::StepDone { .. }
        | SheetOf::StepSkipped { .. }
        | SheetOf::Leave(_)
        | SheetOf::End(_)
        | SheetOf::Lift(_) => Ok(flows::written(model, of, values)),
        SheetOf::HandoverFill(_) | SheetOf::HandoverGive(_) | SheetOf::HandoverTake(_) => {
            handover::written(model, of, values).map_err(SheetRefused::from)
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
