//! The palette: a line to type on, and the commands that match it, disabled ones with their reason.

use ratatui::{buffer::Buffer, layout::Position, text::Line};

use super::kinds::matched;
use crate::app::{
    layout::Area,
    overlay::{Palette, PaletteRow},
};
use crate::theme::Role;
use crate::ui::{
    footer::{command_title, input, why_not},
    scene::Scene,
    widgets::{
        canvas::{below, put, put_sides, rect, row},
        popup::{self, Place},
    },
};

pub fn draw(
    buffer: &mut Buffer,
    scene: &Scene<'_>,
    body: Area,
    palette: &Palette,
) -> Option<Position> {
    let rows = palette.rows.len().clamp(1, 16) as u16;
    let area = popup::draw(
        buffer,
        scene,
        body,
        Place::Top,
        (72, rows + 3),
        scene.t("palette-title"),
    );
    if area.height < 2 {
        return None;
    }
    let line = row(area, 0);
    put(
        buffer,
        line,
        scene.line(Role::KeyHintKey, ":"),
        scene.glyphs(),
    );
    let field = Area::new(line.x + 1, line.y, line.width.saturating_sub(1), 1);
    let cursor = input(buffer, scene, &palette.input, field);
    let list = below(area, 1);
    if palette.rows.is_empty() {
        let text = format!("{} {}", scene.glyph.dash, scene.t("palette-empty"));
        put(
            buffer,
            row(list, 0),
            scene.line(Role::Dim, text),
            scene.glyphs(),
        );
        return Some(cursor);
    }
    let height = usize::from(list.height);
    let first = (palette.selected + 1).saturating_sub(height);
    for (index, palette_row) in palette.rows.iter().enumerate().skip(first).take(height) {
        let at = row(list, (index - first) as u16);
        draw_row(buffer, scene, at, palette_row);
        if index == palette.selected {
            let wide = Area::new(at.x - 1, at.y, at.width + 2, 1);
            buffer.set_style(rect(wide), scene.style(Role::Selection));
            buffer[(wide.x, wide.y)].set_symbol(scene.glyph.bar);
        }
    }
    Some(cursor)
}

fn draw_row(buffer: &mut Buffer, scene: &Scene<'_>, at: Area, row: &PaletteRow) {
    let kind = row.kind.as_ref().map(|info| &info.kind);
    let title = match kind {
        Some(kind) => kind.plural.to_string(),
        None => command_title(scene, row.command),
    };
    let role = if row.why_not.is_some() {
        Role::Dim
    } else {
        Role::Text
    };
    let left = Line::from(matched(scene, &title, &row.matched, role));
    let right = match row.why_not {
        Some(why) => scene.line(Role::Dim, why_not(scene, why.id())),
        None if row.kind.is_some() => scene.line(Role::Dim, command_title(scene, row.command)),
        None => match scene.paint.keys.key(row.command) {
            Some(key) => scene.line(Role::KeyHintKey, key),
            None => Line::default(),
        },
    };
    put_sides(buffer, at, left, right, scene.glyphs());
}
