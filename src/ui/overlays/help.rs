//! Help: the keys that mean something here, in two columns.

use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use crate::app::{
    command::{Command, Context},
    layout::Area,
};
use crate::i18n::width::{cells, pad_left, pad_right};
use crate::theme::Role;
use crate::ui::{footer::command_title, scene::Scene, widgets::document};

/// Cells of the key, before what it does.
const KEY: usize = 12;

/// From this width on there are two columns.
const TWO: u16 = 76;

pub fn draw(
    buffer: &mut Buffer,
    scene: &Scene<'_>,
    body: Area,
    contexts: &[Context],
    scroll: usize,
) {
    let inner = usize::from(body.width).saturating_sub(2);
    let two = body.width >= TWO;
    let width = if two { (inner - 2) / 2 } else { inner };
    let mut lines = Vec::new();
    for context in shown(contexts) {
        let rows = rows(scene, context, width);
        if rows.is_empty() {
            continue;
        }
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        let key = format!("key-context-{}", context.name());
        let text = scene.paint.texts.t(&key).to_owned();
        lines.push(scene.line(Role::Title, format!(" {text}")));
        lines.extend(columns(rows, if two { 2 } else { 1 }));
    }
    let title = document::title(scene, scene.t("help-title"));
    document::draw(buffer, scene, body, title, lines, scroll);
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

fn rows<'t>(scene: &Scene<'_>, context: Context, width: usize) -> Vec<Vec<Span<'t>>> {
    Command::ALL
        .iter()
        .copied()
        .filter(|command| command.context() == context)
        .map(|command| {
            let glyphs = scene.glyphs();
            let (role, key) = match scene.paint.keys.key(command) {
                Some(key) => (Role::KeyHintKey, key),
                None => (Role::Dim, scene.glyph.dash.to_owned()),
            };
            let key_cells = cells(&key).max(KEY);
            let title = command_title(scene, command);
            vec![
                scene.span(role, pad_left(&key, key_cells, glyphs)),
                Span::raw("  "),
                scene.span(
                    Role::Text,
                    pad_right(&title, width.saturating_sub(key_cells + 2), glyphs),
                ),
            ]
        })
        .collect()
}

/// Down the first column, then down the second.
fn columns<'t>(rows: Vec<Vec<Span<'t>>>, count: usize) -> Vec<Line<'t>> {
    let height = rows.len().div_ceil(count);
    let mut lines: Vec<Line<'t>> = vec![Line::from(Span::raw(" ")); height];
    for (index, row) in rows.into_iter().enumerate() {
        let line = &mut lines[index % height];
        if index >= height {
            line.spans.push(Span::raw("  "));
        }
        line.spans.extend(row);
    }
    lines
}
