//! The four panes of the watch.

mod alerts;
mod condition;
mod pods;
mod queues;
mod slos;
mod title;

use ratatui::{buffer::Buffer, style::Modifier};

use crate::app::{
    layout::{self, Area},
    view::{Item, Pane},
};
use crate::theme::Role;

use super::scene::Scene;
use super::widgets::canvas::{below, rect, row, title_rule};

pub use crate::app::condition::{Condition, is_denied};
pub(super) use alerts::{
    care_text as alert_care, mark as alert_mark, severity_role, severity_word,
    state_text as alert_state,
};
pub use condition::{mending, name as source_name, trouble_lines, trouble_of, trouble_text};
pub(super) use pods::health_mark;
pub use title::name;

/// Draws one pane: its title rule, its rows, or why there are none.
pub fn draw(buffer: &mut Buffer, scene: &Scene<'_>, pane: Pane, area: Area) {
    if area.height == 0 || area.width == 0 {
        return;
    }
    let condition = Condition::of(scene.model, pane);
    let border = if scene.model.view.focus == pane {
        Role::BorderFocused
    } else {
        Role::Border
    };
    let (title, tail) = title::of(scene, pane, &condition, area.width);
    title_rule(buffer, scene, row(area, 0), title, tail, border);
    let body = below(area, 1);
    if condition.has_rows() {
        rows(buffer, scene, pane, area, &condition);
    } else {
        condition::draw(buffer, scene, pane, body, &condition);
    }
}

/// A visible row: its item, its lines on the screen, and how it is to be drawn.
pub(super) struct Place {
    pub area: Area,
    /// One cell at the left is the selection bar's.
    pub inner: Area,
}

/// Draws the rows that can be seen, and no others.
fn rows(buffer: &mut Buffer, scene: &Scene<'_>, pane: Pane, area: Area, condition: &Condition<'_>) {
    let list = scene.model.view.list(pane);
    let lines = layout::lines_per_item(pane, area);
    let zoomed = scene.model.view.zoomed;
    let heads = layout::title_lines(zoomed) - 1;
    let visible = layout::items_visible(pane, area, zoomed);
    let body = below(area, 1 + heads);
    let first = list
        .offset
        .min(list.items.len().saturating_sub(visible.max(1)));
    let seen = &list.items[first..list.items.len().min(first + visible)];
    let inner = Area::new(
        area.x + 1,
        body.y,
        area.width.saturating_sub(1),
        body.height,
    );
    let columns = columns(scene, pane, inner.width, heads > 0);
    if heads > 0 {
        let heads_at = Area::new(inner.x, area.y + 1, inner.width, 1);
        columns.heads(buffer, scene, heads_at);
    }
    for (index, item) in seen.iter().enumerate() {
        let top = index as u16 * lines;
        let place = Place {
            area: Area::new(area.x, body.y + top, area.width, lines),
            inner: Area::new(inner.x, inner.y + top, inner.width, lines),
        };
        columns.row(buffer, scene, item, &place);
        if condition.stale() {
            buffer.set_style(rect(place.area), scene.style(Role::Stale));
        }
        select(buffer, scene, pane, item, &place);
    }
    let used = seen.len() as u16 * lines;
    if used < body.height {
        condition::draw_below(buffer, scene, pane, below(body, used), condition);
    }
}

/// Marks the selected row.
fn select(buffer: &mut Buffer, scene: &Scene<'_>, pane: Pane, item: &Item, place: &Place) {
    let view = &scene.model.view;
    if view.list(pane).selected.as_ref() != Some(item) {
        return;
    }
    let focused = view.focus == pane && view.overlays.is_empty();
    let (role, bar) = if focused {
        (Role::Selection, scene.glyph.bar)
    } else {
        (Role::SelectionInactive, scene.glyph.bar_idle)
    };
    buffer.set_style(rect(place.area), scene.style(role));
    let accent = scene.style(Role::Accent);
    for y in place.area.y..place.area.y + place.area.height {
        let cell = &mut buffer[(place.area.x, y)];
        cell.set_symbol(bar);
        if focused && let Some(colour) = accent.fg {
            cell.fg = colour;
            cell.modifier.remove(Modifier::REVERSED);
        }
    }
}

/// The rows of one pane at one width.
enum Rows {
    Alerts(alerts::Rows),
    Slos(slos::Rows),
    Queues(queues::Rows),
    Pods(pods::Rows),
}

fn columns(scene: &Scene<'_>, pane: Pane, width: u16, headed: bool) -> Rows {
    match pane {
        Pane::Alerts => Rows::Alerts(alerts::Rows::new(scene, width, headed)),
        Pane::Slos => Rows::Slos(slos::Rows::new(scene, width, headed)),
        Pane::Queues => Rows::Queues(queues::Rows::new(scene, width, headed)),
        Pane::Pods => Rows::Pods(pods::Rows::new(scene, width, headed)),
    }
}

impl Rows {
    fn heads(&self, buffer: &mut Buffer, scene: &Scene<'_>, at: Area) {
        match self {
            Self::Alerts(rows) => rows.heads(buffer, scene, at),
            Self::Slos(rows) => rows.heads(buffer, scene, at),
            Self::Queues(rows) => rows.heads(buffer, scene, at),
            Self::Pods(rows) => rows.heads(buffer, scene, at),
        }
    }

    fn row(&self, buffer: &mut Buffer, scene: &Scene<'_>, item: &Item, place: &Place) {
        match self {
            Self::Alerts(rows) => rows.row(buffer, scene, item, place),
            Self::Slos(rows) => rows.row(buffer, scene, item, place),
            Self::Queues(rows) => rows.row(buffer, scene, item, place),
            Self::Pods(rows) => rows.row(buffer, scene, item, place),
        }
    }
}
