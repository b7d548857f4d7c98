//! The whole screen.

use ratatui::{Frame, buffer::Buffer, layout::Position};

use crate::app::{
    layout::{Area, Layout, SMALLEST, layout},
    model::{Model, Size},
    view::Pane,
};
use crate::i18n::width::cells;
use crate::theme::Role;

use super::scene::{Paint, Scene};
use super::widgets::canvas::{clear, put, row};
use super::{due, footer, header, overlays, panes, strip};

/// Draws the model as it stands.
pub fn draw(frame: &mut Frame<'_>, model: &Model, paint: &Paint<'_>) {
    let area = frame.area();
    let size = Size {
        columns: area.width,
        rows: area.height,
    };
    let buffer = frame.buffer_mut();
    let cursor = paint_all(buffer, model, paint, size);
    if let Some(cursor) = cursor {
        frame.set_cursor_position(cursor);
    }
}

/// Draws all of it and gives the cell of the real cursor, where something is being typed.
fn paint_all(
    buffer: &mut Buffer,
    model: &Model,
    paint: &Paint<'_>,
    size: Size,
) -> Option<Position> {
    let scene = Scene::new(model, paint);
    let whole = Area::new(0, 0, size.columns, size.rows);
    let Some(layout) = layout(size, &model.view) else {
        too_small(buffer, &scene, whole);
        return None;
    };
    if overlays::is_past(model) {
        let all = Area::new(0, 0, size.columns, size.rows.saturating_sub(1));
        let cursor = overlays::draw(buffer, &scene, all);
        let typed = footer::draw(buffer, &scene, layout.footer);
        return cursor.or(typed);
    }
    header::draw(buffer, &scene, layout.header);
    if overlays::covers(model) {
        strip::draw(buffer, &scene, layout.strip);
        let cursor = overlays::draw(buffer, &scene, layout.body);
        let typed = footer::draw(buffer, &scene, layout.footer);
        return cursor.or(typed);
    }
    due::draw(buffer, &scene, layout.due);
    draw_panes(buffer, &scene, &layout);
    let cursor = overlays::draw(buffer, &scene, layout.body);
    let typed = footer::draw(buffer, &scene, layout.footer);
    cursor.or(typed)
}

/// The strip, and the panes that are visible.
fn draw_panes(buffer: &mut Buffer, scene: &Scene<'_>, layout: &Layout) {
    strip::draw(buffer, scene, layout.strip);
    if let Some(tabs) = layout.tabs {
        draw_tabs(buffer, scene, tabs);
    }
    for (pane, area) in &layout.panes {
        panes::draw(buffer, scene, *pane, *area);
    }
    draw_joints(buffer, scene, layout);
}

/// Draws a model of the past: strip and panes, on all of the buffer.
pub(super) fn draw_bare(buffer: &mut Buffer, scene: &Scene<'_>) {
    let whole = buffer.area;
    let size = Size {
        columns: whole.width,
        rows: whole.height,
    };
    clear(
        buffer,
        scene,
        Area::new(0, 0, size.columns, size.rows),
        Role::Text,
    );
    if let Some(layout) = layout(size, &scene.model.view) {
        draw_panes(buffer, scene, &layout);
    }
}

/// The vertical rule between the columns of panes, and where it meets the title rules.
fn draw_joints(buffer: &mut Buffer, scene: &Scene<'_>, layout: &Layout) {
    let (Some(left), Some(right), Some(lower)) = (
        layout.pane(Pane::Alerts),
        layout.pane(Pane::Slos),
        layout.pane(Pane::Queues),
    ) else {
        return;
    };
    if right.x == 0 || right.x == left.x {
        return;
    }
    let x = right.x - 1;
    let style = scene.style(Role::Border);
    let end = lower.y + lower.height;
    for y in left.y..end {
        let sign = if y == left.y {
            scene.glyph.tee_down
        } else if y == lower.y {
            scene.glyph.cross
        } else {
            scene.glyph.vertical
        };
        buffer[(x, y)].set_symbol(sign).set_style(style);
    }
    if layout.due.height > 0 {
        buffer[(x, layout.due.y)]
            .set_symbol(scene.glyph.tee_up)
            .set_style(style);
    }
}

/// The names of the panes where only one of them is seen.
fn draw_tabs(buffer: &mut Buffer, scene: &Scene<'_>, at: Area) {
    let mut spans = vec![scene.span(Role::Dim, " ")];
    for (index, pane) in Pane::ALL.into_iter().enumerate() {
        let (role, lead) = if pane == scene.model.view.focus {
            (Role::TitleFocused, scene.glyph.bar)
        } else {
            (Role::Dim, " ")
        };
        let text = format!("{lead}{} {}  ", index + 1, panes::name(scene, pane));
        spans.push(scene.span(role, text));
    }
    put(buffer, at, spans.into(), scene.glyphs());
}

/// A terminal too small for the panes: what it needs, in the middle, and nothing else.
fn too_small(buffer: &mut Buffer, scene: &Scene<'_>, whole: Area) {
    if whole.width == 0 || whole.height == 0 {
        return;
    }
    clear(buffer, scene, whole, Role::Text);
    let needed = scene.with(
        "too-small",
        &[
            ("columns", SMALLEST.columns.into()),
            ("rows", SMALLEST.rows.into()),
        ],
    );
    let now = scene.with(
        "too-small-now",
        &[
            ("columns", whole.width.into()),
            ("rows", whole.height.into()),
        ],
    );
    let lines = [needed, now];
    let top = whole.height.saturating_sub(lines.len() as u16) / 2;
    for (index, text) in lines.into_iter().enumerate() {
        let y = top + index as u16;
        if y >= whole.height {
            break;
        }
        let wide = (cells(&text) as u16).min(whole.width);
        let at = row(whole, y);
        let x = at.x + (at.width - wide) / 2;
        put(
            buffer,
            Area::new(x, at.y, whole.width - x, 1),
            scene.line(Role::Text, text),
            scene.glyphs(),
        );
    }
}
