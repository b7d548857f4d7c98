//! Help: the keys that mean something here, in two columns.

use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use crate::app::{
    command::{Command, Context},
    layout::Area,
};
use crate::i18n::width::{cells, pad_left};
use crate::theme::Role;
use crate::ui::{
    footer::command_title,
    scene::Scene,
    widgets::{document, fit::spans_cells, wrap::wrap},
};

/// Cells of the key, before what it does.
const KEY: usize = 8;

/// Cells between the two columns.
const GAP: usize = 2;

pub fn draw(
    buffer: &mut Buffer,
    scene: &Scene<'_>,
    body: Area,
    contexts: &[Context],
    scroll: usize,
) {
    let width = usize::from(body.width).saturating_sub(1);
    let mut lines = Vec::new();
    for context in shown(contexts) {
        let rows = rows(scene, context);
        if rows.is_empty() {
            continue;
        }
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        let key = format!("key-context-{}", context.name());
        let text = scene.paint.texts.t(&key).to_owned();
        lines.push(scene.line(Role::Title, format!(" {text}")));
        lines.extend(columns(rows, width));
        if context == Context::List {
            lines.push(Line::default());
            lines.extend(filter_lines(scene, width));
        }
    }
    let title = document::title(scene, scene.t("help-title"));
    document::draw(buffer, scene, body, title, lines, scroll);
}

/// What a filter can be written in, and what each form of it means.
const FILTER: [(&str, &str); 4] = [
    ("word", "help-filter-word"),
    ("label=value", "help-filter-label"),
    ("!not", "help-filter-not"),
    ("/regex/", "help-filter-regex"),
];

/// Cells of a form of a filter.
const FORM: usize = 12;

fn filter_lines<'t>(scene: &Scene<'_>, width: usize) -> Vec<Line<'t>> {
    let title = format!(" {}", scene.t("help-filter"));
    let mut lines = vec![scene.line(Role::Title, title)];
    for (form, means) in FILTER {
        for (index, text) in wrap(scene.t(means), width.saturating_sub(FORM + 3))
            .into_iter()
            .enumerate()
        {
            let lead = if index == 0 { form } else { "" };
            lines.push(Line::from(vec![
                scene.span(Role::KeyHintKey, format!("  {lead:<FORM$}")),
                scene.span(Role::Text, format!(" {text}")),
            ]));
        }
    }
    lines
}

/// The contexts it was opened from, then all others, so that help is whole wherever it is read.
fn shown(contexts: &[Context]) -> Vec<Context> {
    let mut all: Vec<Context> = contexts.to_vec();
    for context in Context::ALL {
        if !all.contains(&context) {
            all.push(context);
        }
    }
    all
}

fn rows<'t>(scene: &Scene<'_>, context: Context) -> Vec<Vec<Span<'t>>> {
    Command::ALL
        .iter()
        .copied()
        .filter(|command| command.context() == context)
        .map(|command| {
            let (role, key) = match scene.paint.keys.key(command) {
                Some(key) => (Role::KeyHintKey, key),
                None => (Role::Dim, scene.glyph.dash.to_owned()),
            };
            let key_cells = cells(&key).max(KEY);
            vec![
                scene.span(role, pad_left(&key, key_cells, scene.glyphs())),
                Span::raw("  "),
                scene.span(Role::Text, command_title(scene, command)),
            ]
        })
        .collect()
}

/// Down the first column, then down the second, each as wide as its rows; one column where two don't fit.
fn columns<'t>(rows: Vec<Vec<Span<'t>>>, width: usize) -> Vec<Line<'t>> {
    let height = rows.len().div_ceil(2);
    let widest = |rows: &[Vec<Span<'t>>]| {
        rows.iter()
            .map(|row| spans_cells(row))
            .max()
            .unwrap_or_default()
    };
    let first = widest(&rows[..height]).max((width - width.min(GAP)) / 2 - 1);
    let second = widest(&rows[height..]);
    let first = first.min(width.saturating_sub(second + GAP));
    if widest(&rows[..height]) > first {
        return rows.into_iter().map(Line::from).collect();
    }
    let mut rest = rows.into_iter();
    let left: Vec<_> = rest.by_ref().take(height).collect();
    left.into_iter()
        .map(|mut row| {
            if let Some(other) = rest.next() {
                let gap = first + GAP - spans_cells(&row);
                row.push(Span::raw(" ".repeat(gap)));
                row.extend(other);
            }
            Line::from(row)
        })
        .collect()
}
