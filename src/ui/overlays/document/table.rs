//! Rows of cells under their heads, as wide as they need and no wider than there is room.

use ratatui::text::{Line, Span};

use crate::domain::description::{Mark, Said};
use crate::i18n::{
    time,
    width::{cells, pad_middle, truncate},
};
use crate::theme::Role;
use crate::ui::scene::Scene;

/// Narrower a column is not made.
const LEAST: usize = 6;

/// Cells between two columns.
const GAP: usize = 2;

pub(super) const fn role(mark: Mark) -> Role {
    match mark {
        Mark::Plain => Role::Text,
        Mark::Good => Role::Ok,
        Mark::Warn => Role::Warn,
        Mark::Bad => Role::Error,
        Mark::Dim => Role::Dim,
    }
}

/// A value in words.
pub(super) fn told(scene: &Scene<'_>, said: &Said) -> (Role, String) {
    match said {
        Said::Text(text, mark) => (role(*mark), text.clone()),
        Said::Since(at) => {
            let ago = scene.with("ago", &[("age", scene.age(*at).into())]);
            let clock = time::day_and_clock(*at, scene.zone());
            (Role::Text, format!("{ago}, {clock}"))
        }
        Said::Age(Some(at)) => (Role::Text, scene.age(*at)),
        Said::Age(None) => (Role::Dim, scene.glyph.dash.to_owned()),
        Said::Bytes(bytes) => (Role::Text, size(*bytes)),
    }
}

/// `12 B`, `3.4 KiB`
fn size(bytes: u64) -> String {
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{:.1} KiB", bytes as f64 / 1_024.0),
        _ => format!("{:.1} MiB", bytes as f64 / 1_048_576.0),
    }
}

/// How wide each column is: what it needs, or the widest ones cut until all fit.
fn widths(heads: &[&str], rows: &[Vec<(Role, String)>], room: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = heads.iter().map(|head| cells(head)).collect();
    for row in rows {
        for (width, (_, text)) in widths.iter_mut().zip(row) {
            *width = (*width).max(cells(text));
        }
    }
    let gaps = GAP * heads.len().saturating_sub(1);
    loop {
        let all = widths.iter().sum::<usize>() + gaps;
        let widest = widths.iter().copied().enumerate().max_by_key(|(_, it)| *it);
        match widest {
            Some((at, widest)) if all > room && widest > LEAST => {
                widths[at] = widest
                    .saturating_sub(all - room)
                    .max(LEAST)
                    .max(widest * 2 / 3);
                if widths[at] == widest {
                    widths[at] -= 1;
                }
            }
            _ => return widths,
        }
    }
}

pub(super) fn lines<'t>(
    scene: &Scene<'_>,
    heads: &[&str],
    rows: &[Vec<Said>],
    room: usize,
) -> Vec<Line<'t>> {
    let rows: Vec<Vec<(Role, String)>> = rows
        .iter()
        .map(|row| row.iter().map(|said| told(scene, said)).collect())
        .collect();
    let widths = widths(heads, &rows, room.saturating_sub(3));
    let glyphs = scene.glyphs();
    let mut out = Vec::new();
    let mut head = vec![Span::raw("   ")];
    for (index, (text, width)) in heads.iter().zip(&widths).enumerate() {
        let last = index + 1 == heads.len();
        let text = if last {
            truncate(text, *width, glyphs).into_owned()
        } else {
            pad_middle(text, width + GAP, glyphs)
        };
        head.push(scene.span(Role::Dim, text));
    }
    out.push(Line::from(head));
    for row in rows {
        let mut spans = vec![Span::raw("   ")];
        let count = row.len();
        for (index, ((role, text), width)) in row.into_iter().zip(&widths).enumerate() {
            let mut text = pad_middle(&text, *width, glyphs);
            if index + 1 == count {
                text.truncate(text.trim_end().len());
            } else {
                text.push_str("  ");
            }
            spans.push(scene.span(role, text));
        }
        out.push(Line::from(spans));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_columns_give_way() {
        let row = |texts: [&str; 3]| texts.map(|text| (Role::Text, text.to_owned())).to_vec();
        let rows = [row(["a", "export-worker-7d9f6c5b88-x2kqp", "prod"])];
        assert_eq!(widths(&["N", "NAME", "NS"], &rows, 80), [1, 30, 4]);
        let tight = widths(&["N", "NAME", "NS"], &rows, 30);
        assert!(tight.iter().sum::<usize>() + 4 <= 30, "{tight:?}");
        assert_eq!((tight[0], tight[2]), (1, 4));
    }

    #[test]
    fn sizes_are_short() {
        assert_eq!(size(12), "12 B");
        assert_eq!(size(3_482), "3.4 KiB");
        assert_eq!(size(2_097_152), "2.0 MiB");
    }
}
