//! Lists one picks from while the effect is previewed: themes and columns.

use crate::app::{
    desks::DeskPicker,
    effect::{Effect, Effects, Redraw},
    model::Model,
    overlay::{ColumnPicker, Overlay, ThemePicker},
    update::{
        desks, flows, incidents,
        lists::{Step, stepped},
    },
    view::Column,
};

pub(super) fn themes(model: &mut Model) -> Effects {
    let names = model.look.themes.clone();
    let before = model.look.theme.clone();
    let selected = names.iter().position(|name| *name == before).unwrap_or(0);
    model.view.overlays.push(Overlay::Themes(ThemePicker {
        names,
        selected,
        before,
    }));
    Effects::draw(Redraw::Now)
}

pub(super) fn columns(model: &mut Model) -> Effects {
    let pane = model.view.focus;
    let hidden = &model.view.list(pane).hidden;
    let before = hidden.clone();
    let columns = Column::of(pane)
        .iter()
        .map(|column| (*column, !hidden.contains(column)))
        .collect();
    model.view.overlays.push(Overlay::Columns(ColumnPicker {
        pane,
        columns,
        before,
        selected: 0,
    }));
    Effects::draw(Redraw::Now)
}

pub(super) fn step(model: &mut Model, by: isize) -> Effects {
    let mut preview = None;
    let incidents = incidents::rows(model);
    match model.view.overlays.last_mut() {
        Some(Overlay::Themes(picker)) => {
            picker.selected = stepped(picker.selected, picker.names.len(), 1, Step::By(by));
            preview = picker.names.get(picker.selected).cloned();
        }
        Some(Overlay::Columns(picker)) => {
            picker.selected = stepped(picker.selected, picker.columns.len(), 1, Step::By(by));
        }
        Some(Overlay::Desks(picker)) => {
            picker.selected = stepped(picker.selected, picker.packs.len(), 1, Step::By(by));
        }
        Some(Overlay::Incidents(picker)) => {
            picker.selected = stepped(picker.selected, incidents, 1, Step::By(by));
        }
        Some(Overlay::Flows(picker)) => {
            picker.selected = stepped(picker.selected, picker.rows.len(), 1, Step::By(by));
        }
        Some(Overlay::Namespaces(picker)) => {
            let len = picker.rows().len();
            picker.selected = stepped(picker.selected, len, 1, Step::By(by));
        }
        _ => {}
    }
    match preview {
        Some(name) => use_theme(model, name),
        None => Effects::draw(Redraw::Now),
    }
}

fn use_theme(model: &mut Model, name: String) -> Effects {
    model.look.theme.clone_from(&name);
    Effects::draw(Redraw::Now).with(Effect::UseTheme(name))
}

pub(super) fn toggle(model: &mut Model) -> Effects {
    match model.view.overlays.last_mut() {
        Some(Overlay::Desks(picker)) => desks::next_pack(picker),
        Some(Overlay::Namespaces(picker)) => desks::mark(picker),
        _ => {}
    }
    if let Some(Overlay::Columns(picker)) = model.view.overlays.last_mut()
        && let Some((column, shown)) = picker.columns.get_mut(picker.selected)
    {
        *shown = !*shown;
        let (pane, column, shown) = (picker.pane, *column, *shown);
        let hidden = &mut model.view.list_mut(pane).hidden;
        if shown {
            hidden.remove(&column);
        } else {
            hidden.insert(column);
        }
    }
    Effects::draw(Redraw::Now)
}

pub(super) fn accept(model: &mut Model) -> Effects {
    match model.view.overlays.pop() {
        Some(Overlay::Desks(picker)) => return accept_desk(model, picker),
        Some(Overlay::Namespaces(picker)) => return desks::take_namespaces(model, &picker),
        Some(Overlay::Incidents(picker)) => return incidents::pick(model, &picker),
        Some(Overlay::Flows(picker)) => return flows::pick(model, picker),
        Some(Overlay::Themes(_)) => model.remembered.theme = Some(model.look.theme.clone()),
        Some(Overlay::Columns(picker)) => {
            let hidden = model
                .view
                .list(picker.pane)
                .hidden
                .iter()
                .map(|column| column.id().to_owned())
                .collect();
            model
                .remembered
                .hidden_columns
                .insert(picker.pane.name().to_owned(), hidden);
        }
        Some(other) => model.view.overlays.push(other),
        None => {}
    }
    Effects::draw(Redraw::Now).with(Effect::Remember(model.remembered.clone()))
}

/// A picker whose desks have not come yet stays.
fn accept_desk(model: &mut Model, picker: DeskPicker) -> Effects {
    if let Some(choice) = picker.chosen() {
        return desks::switch(model, choice);
    }
    model.view.overlays.push(Overlay::Desks(picker));
    Effects::none()
}

/// `esc`: what was previewed goes back to what it was.
pub(super) fn cancelled(model: &mut Model, overlay: Overlay) -> Effects {
    match overlay {
        Overlay::Themes(picker) => return use_theme(model, picker.before),
        Overlay::Columns(picker) => model.view.list_mut(picker.pane).hidden = picker.before,
        Overlay::Document(_) => {
            return Effects::draw(Redraw::Now).and(super::document::closed_one(&overlay));
        }
        Overlay::Walk(_) => return super::walk::closed(model, &overlay),
        _ => {}
    }
    Effects::draw(Redraw::Now)
}
