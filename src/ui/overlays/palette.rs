//! The palette: a line to type on, and what matches it; what can't be done stands there with its reason.

use ratatui::{buffer::Buffer, layout::Position, text::Line};

use super::kinds::matched;
use crate::app::{
    layout::Area,
    offering::Offered,
    overlay::{Palette, PaletteItem, PaletteObject, PaletteOver, PaletteRow},
};
use crate::i18n::{
    action_words,
    width::{cells, truncate},
};
use crate::theme::Role;
use crate::ui::{
    footer::{command_title, input, why_not},
    scene::Scene,
    widgets::{
        canvas::{below, put, put_sides, rect, row},
        popup::{self, Place},
        wrap::wrap_most,
    },
};

/// Cells of it where there is little room, and the widest it gets: longer lines are hard to read.
const WIDE: (u16, u16) = (78, 104);
/// Rows that are seen at once.
const ROWS: u16 = 16;

pub fn draw(
    buffer: &mut Buffer,
    scene: &Scene<'_>,
    body: Area,
    palette: &Palette,
) -> Option<Position> {
    let wide = (body.width / 3 * 2).clamp(WIDE.0, WIDE.1);
    let room = usize::from(body.width.min(wide)).saturating_sub(4);
    let reason = reason(scene, palette, room);
    let foot = reason.len() as u16;
    let rows = (palette.rows.len().max(1) as u16).min(ROWS);
    let title = scene.t(match palette.over {
        PaletteOver::All => "palette-title",
        PaletteOver::Selected => "command-act",
        PaletteOver::Proposed(..) => "palette-proposed",
    });
    let wished = (wide, rows + 3 + foot);
    // Where not all rows can be seen, that there are more is.
    let seen = usize::from((rows + 3 + foot).min(body.height).saturating_sub(3 + foot));
    let title = if palette.rows.len() > seen {
        let place = palette.selected + 1;
        format!("{title} {place}/{}", palette.rows.len())
    } else {
        title.to_owned()
    };
    let area = popup::draw(buffer, scene, body, Place::Top, wished, &title);
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
    let height = usize::from(list.height.saturating_sub(foot).max(1));
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
    for (index, line) in reason.into_iter().enumerate() {
        let y = list.height.saturating_sub(foot) + index as u16;
        if y < list.height {
            put(buffer, row(list, y), line, scene.glyphs());
        }
    }
    Some(cursor)
}

/// Why the selected action can't be done, in full.
fn reason<'a>(scene: &Scene<'a>, palette: &Palette, width: usize) -> Vec<Line<'a>> {
    let Some(row) = palette.rows.get(palette.selected) else {
        return Vec::new();
    };
    let PaletteItem::Action(offered) = &row.item else {
        return Vec::new();
    };
    let Err(refusal) = &offered.available else {
        return Vec::new();
    };
    let text = scene.refusal(refusal);
    let text = format!("{} {text}", scene.glyph.warn);
    wrap_most(&text, width, 3, scene.glyphs())
        .into_iter()
        .map(|part| scene.line(Role::Warn, part))
        .collect()
}

fn draw_row(buffer: &mut Buffer, scene: &Scene<'_>, at: Area, row: &PaletteRow) {
    let role = if row.is_disabled() {
        Role::Dim
    } else {
        Role::Text
    };
    let (left, right) = match &row.item {
        PaletteItem::Action(offered) => action(scene, at, row, offered),
        PaletteItem::Command(command) => {
            let title = command_title(scene, *command);
            let right = match row.why_not {
                Some(why) => scene.line(Role::Dim, why_not(scene, why.id())),
                None => match scene.paint.keys.key(*command) {
                    Some(key) => scene.line(Role::KeyHintKey, key),
                    None => Line::default(),
                },
            };
            (
                Line::from(matched(scene, &title, &row.matched, role)),
                right,
            )
        }
        PaletteItem::Flow { id, alert } => {
            let spec = scene.model.pack.flow(id);
            let title = spec.map_or(id.as_str(), |spec| scene.pick(&spec.title));
            let left = matched(scene, title, &row.matched, role);
            let alert = alert.as_ref().map(|mark| mark.name.as_str());
            return super::flow::draw_offer(buffer, scene, at, left, alert);
        }
        PaletteItem::Kind(info) => {
            let left = Line::from(matched(scene, &info.kind.plural, &row.matched, role));
            let right = match row.why_not {
                Some(why) => why_not(scene, why.id()),
                None => command_title(scene, crate::app::command::Command::Browse),
            };
            (left, scene.line(Role::Dim, right))
        }
        PaletteItem::Object(object) => {
            let left = Line::from(matched(scene, object.name(), &row.matched, role));
            let what = match object {
                PaletteObject::Pod(key) => format!("{} {}", scene.t("palette-pod"), key.namespace),
                PaletteObject::Workload(key) => {
                    format!("{} {}", key.kind.to_lowercase(), key.namespace)
                }
                PaletteObject::Node(_) => scene.t("palette-node").to_owned(),
                PaletteObject::Alert { .. } => scene.t("palette-alert").to_owned(),
            };
            (left, scene.line(Role::Dim, what))
        }
    };
    put_sides(buffer, at, left, right, scene.glyphs());
}

/// The title and the target; at the right the tier, or why not in as many words as fit.
fn action<'a>(
    scene: &Scene<'a>,
    at: Area,
    row: &PaletteRow,
    offered: &Offered,
) -> (Line<'a>, Line<'a>) {
    let disabled = offered.available.is_err();
    let role = if disabled { Role::Dim } else { Role::Text };
    let title = scene.pick(&offered.title).to_owned();
    let title = if title.is_empty() {
        offered.id.name().to_owned()
    } else {
        title
    };
    let (sign, sign_role) = if disabled {
        (scene.glyph.pointer, Role::Dim)
    } else if offered.red {
        (scene.glyph.pointer, Role::Error)
    } else {
        (scene.glyph.pointer, Role::Accent)
    };
    let mut left = vec![scene.span(sign_role, format!("{sign} "))];
    left.extend(matched(scene, &title, &row.matched, role));
    let mut used = cells(&title) + 2;
    if let Some(target) = &offered.target {
        let text = format!("  {target}");
        used += cells(&text);
        left.push(scene.span(Role::Dim, text));
    }
    let right = match &offered.available {
        Ok(()) => scene.line(Role::Accent, offered.tier.name()),
        Err(refusal) => {
            let text = action_words::refusal(scene.paint.texts, refusal);
            let room = usize::from(at.width).saturating_sub(used + 2).max(12);
            scene.line(
                Role::Dim,
                truncate(&text, room, scene.glyphs()).into_owned(),
            )
        }
    };
    (Line::from(left), right)
}
