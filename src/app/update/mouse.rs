//! The mouse: it selects, opens and scrolls what is under it, and nothing needs it.

use crate::app::{
    command::Command,
    effect::{Effects, Redraw},
    event::Mouse,
    layout::{layout, lines_per_item, title_lines},
    model::Model,
    overlay::Overlay,
    update::{command, kinds, lists, palette, picker},
    view::Pane,
};

pub(super) fn moved(model: &mut Model, mouse: Mouse) -> Effects {
    let (column, row) = match mouse {
        Mouse::Click { column, row }
        | Mouse::DoubleClick { column, row }
        | Mouse::ScrollUp { column, row }
        | Mouse::ScrollDown { column, row } => (column, row),
    };
    if !model.view.overlays.is_empty() {
        return match mouse {
            Mouse::ScrollUp { .. } => scroll(model, -3),
            Mouse::ScrollDown { .. } => scroll(model, 3),
            _ => Effects::none(),
        };
    }
    let Some(pane) = pane_at(model, column, row) else {
        return Effects::none();
    };
    model.view.focus = pane;
    match mouse {
        Mouse::Click { .. } => {
            select(model, pane, row);
            Effects::draw(Redraw::Now)
        }
        Mouse::DoubleClick { .. } => {
            if select(model, pane, row) {
                command::run(model, Command::Open)
            } else {
                Effects::draw(Redraw::Now)
            }
        }
        Mouse::ScrollUp { .. } => lists::step(model, lists::Step::By(-3)),
        Mouse::ScrollDown { .. } => lists::step(model, lists::Step::By(3)),
    }
}

/// Scrolls the open screen, whatever it is: a list, something to pick from, a text.
fn scroll(model: &mut Model, by: isize) -> Effects {
    match model.view.overlays.last() {
        Some(Overlay::Logs(screen)) if screen.popup.is_some() => {
            super::logs::pick(model, by.signum());
            Effects::draw(Redraw::Now)
        }
        Some(
            Overlay::Changes(_)
            | Overlay::Journal(_)
            | Overlay::Routine(_)
            | Overlay::Guards(_)
            | Overlay::Logs(_)
            | Overlay::Browser(_)
            | Overlay::Nodes(_)
            | Overlay::Usage(_),
        ) => lists::step(model, lists::Step::By(by)),
        Some(Overlay::Themes(_) | Overlay::Columns(_)) => picker::step(model, by.signum()),
        Some(Overlay::Kinds(_)) => kinds::step(model, by.signum()),
        Some(Overlay::Palette(_)) => palette::step(model, by.signum()),
        _ => command::scroll(model, by),
    }
}

fn pane_at(model: &Model, column: u16, row: u16) -> Option<Pane> {
    let layout = layout(model.size, &model.view)?;
    layout
        .panes
        .iter()
        .find(|(_, area)| area.contains(column, row))
        .map(|(pane, _)| *pane)
}

/// Selects the item drawn on a row; `false` where there is none.
fn select(model: &mut Model, pane: Pane, row: u16) -> bool {
    let Some(area) = layout(model.size, &model.view).and_then(|layout| layout.pane(pane)) else {
        return false;
    };
    let Some(line) = row.checked_sub(area.y + title_lines(model.view.zoomed)) else {
        return false;
    };
    let list = model.view.list_mut(pane);
    let item = list
        .items
        .get(list.offset + usize::from(line / lines_per_item(pane, area)))
        .cloned();
    let found = item.is_some();
    if found {
        list.selected = item;
        list.chosen = true;
    }
    found
}
