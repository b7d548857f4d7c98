//! The picker of kinds: a line to type on, and the kinds that match it, those that can't be listed with the reason.

use ratatui::{
    buffer::Buffer,
    layout::Position,
    text::{Line, Span},
};
use unicode_segmentation::UnicodeSegmentation;

use crate::app::{
    browser::kinds::{KindPicker, KindRow},
    layout::Area,
};
use crate::domain::table::Listing;
use crate::i18n::width::pad_right;
use crate::theme::Role;
use crate::ui::{
    footer::{input, why_not},
    panes,
    scene::Scene,
    widgets::{
        canvas::{below, put, put_sides, rect, row},
        popup::{self, Place},
    },
};

/// Cells of a kind's short name.
const SHORT: usize = 8;

pub fn draw(
    buffer: &mut Buffer,
    scene: &Scene<'_>,
    body: Area,
    picker: &KindPicker,
) -> Option<Position> {
    let notes = notes(scene, picker, 68);
    let wished = (picker.rows.len() + notes.len()).clamp(1, 18) as u16 + 3;
    let title = scene.t("kinds-title");
    let area = popup::draw(buffer, scene, body, Place::Top, (72, wished), title);
    if area.height < 2 {
        return None;
    }
    let line = row(area, 0);
    let prompt = scene.line(Role::KeyHintKey, scene.glyph.pointer);
    put(buffer, line, prompt, scene.glyphs());
    let field = Area::new(line.x + 2, line.y, line.width.saturating_sub(2), 1);
    let cursor = input(buffer, scene, &picker.input, field);
    let list = below(area, 1);
    let height = usize::from(list.height).saturating_sub(notes.len());
    let first = (picker.selected + 1).saturating_sub(height);
    let seen = picker.rows.iter().enumerate().skip(first).take(height);
    let mut used = 0;
    for (index, kind) in seen {
        let at = row(list, (index - first) as u16);
        draw_row(buffer, scene, at, kind);
        used += 1;
        if index == picker.selected {
            let wide = Area::new(at.x - 1, at.y, at.width + 2, 1);
            buffer.set_style(rect(wide), scene.style(Role::Selection));
            buffer[(wide.x, wide.y)].set_symbol(scene.glyph.bar);
        }
    }
    for (index, note) in notes.into_iter().enumerate() {
        if used + (index as u16) < list.height {
            put(buffer, row(list, used + index as u16), note, scene.glyphs());
        }
    }
    Some(cursor)
}

/// Why there is nothing to pick, or what is not offered.
fn notes<'t>(scene: &Scene<'_>, picker: &KindPicker, width: usize) -> Vec<Line<'t>> {
    let known = &scene.model.kinds;
    let dim = |sign: &str, text: &str| scene.line(Role::Dim, format!("{sign} {text}"));
    let mut lines = Vec::new();
    match (&known.kinds, &known.trouble) {
        (None, None) => {
            let text = format!("{} {}", scene.glyph.broken, scene.t("kinds-reading"));
            lines.push(scene.line(Role::Info, text));
        }
        (_, Some(trouble)) => {
            let name = scene.t("kinds-source");
            lines.extend(panes::trouble_of(scene, name, trouble, None, width));
        }
        (Some(kinds), None) => {
            if picker.rows.is_empty() {
                lines.push(dim(scene.glyph.dash, scene.t("kinds-none")));
            }
            for group in &kinds.silent {
                let text = scene.with("kinds-silent", &[("group", group.as_str().into())]);
                lines.push(dim(scene.glyph.warn, &text));
            }
        }
    }
    lines
}

fn draw_row(buffer: &mut Buffer, scene: &Scene<'_>, at: Area, kind: &KindRow) {
    let role = if kind.can_be_listed() {
        Role::Text
    } else {
        Role::Dim
    };
    let short = kind.info.short.first().map_or("", |short| &**short);
    let short = pad_right(short, SHORT, scene.glyphs());
    let mut left = vec![scene.span(Role::Dim, format!("{short} "))];
    left.extend(matched(scene, &kind.info.kind.plural, &kind.matched, role));
    let right = match kind.info.listing {
        Listing::NotOffered => scene.line(Role::Dim, why_not(scene, "not-listed")),
        Listing::Forbidden => scene.line(Role::Dim, why_not(scene, "forbidden")),
        Listing::Offered if kind.recent => {
            let text = format!("{} {}", scene.t("kinds-recent"), scene.glyph.dot);
            scene.line(Role::Dim, format!("{text} {}", group(kind)))
        }
        Listing::Offered => scene.line(Role::Dim, group(kind)),
    };
    put_sides(buffer, at, Line::from(left), right, scene.glyphs());
}

/// `apps/v1`, `v1`
fn group(kind: &KindRow) -> String {
    let kind = &kind.info.kind;
    if kind.group.is_empty() {
        kind.version.to_string()
    } else {
        format!("{}/{}", kind.group, kind.version)
    }
}

/// A name with the characters that matched standing out.
pub fn matched<'t>(scene: &Scene<'_>, name: &str, matched: &[u32], role: Role) -> Vec<Span<'t>> {
    name.graphemes(true)
        .enumerate()
        .map(|(index, grapheme)| {
            let hit = u32::try_from(index).is_ok_and(|index| matched.contains(&index));
            scene.span(if hit { Role::Match } else { role }, grapheme.to_owned())
        })
        .collect()
}
