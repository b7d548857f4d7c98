//! A description in the language of the screen.

use ratatui::text::{Line, Span};

use crate::domain::description::{Block, Description, Field, FieldName, Label, Said};
use crate::i18n::width::{cells, pad_right};
use crate::theme::Role;
use crate::ui::{overlays::pod, panes, scene::Scene, widgets::wrap::wrap};

use super::table;

/// The words of a label.
pub(super) fn label<'a>(scene: &Scene<'a>, label: Label) -> &'a str {
    scene.t(label.key())
}

pub(super) fn lines<'t>(scene: &Scene<'t>, told: &'t Description, width: usize) -> Vec<Line<'t>> {
    let mut lines = vec![first(scene, told)];
    let mut gap = false;
    for block in &told.blocks {
        let own = block_lines(scene, block, width);
        if own.is_empty() {
            continue;
        }
        let untitled = matches!(block, Block::Fields { title: None, .. });
        if !untitled || gap {
            lines.push(Line::default());
        }
        // Fields without a title follow what is above them, except a table.
        gap = !untitled;
        lines.extend(own);
    }
    if told.left_out > 0 {
        let count = u32::try_from(told.left_out).unwrap_or(u32::MAX);
        let text = scene.with("describe-left-out", &[("count", count.into())]);
        lines.push(scene.line(Role::Warn, format!(" {} {text}", scene.glyph.warn)));
    }
    lines
}

fn first<'t>(scene: &Scene<'_>, told: &Description) -> Line<'t> {
    let mut spans = vec![scene.span(Role::Text, format!(" {}", told.key.kind.resource()))];
    if let Some(created) = told.created {
        let age = scene.with("pod-age", &[("age", scene.age(created).into())]);
        spans.push(scene.dot());
        spans.push(scene.span(Role::Text, age));
    }
    if told.deleted.is_some() {
        spans.push(scene.dot());
        spans.push(scene.span(Role::Warn, label(scene, Label::Terminating).to_owned()));
    }
    Line::from(spans)
}

fn block_lines<'t>(scene: &Scene<'t>, block: &'t Block, width: usize) -> Vec<Line<'t>> {
    match block {
        Block::Fields { title, fields } => field_lines(scene, *title, fields, width),
        Block::Table {
            title,
            heads,
            rows,
            more,
        } => {
            let mut lines = vec![pod::heading(scene, label(scene, *title))];
            if rows.is_empty() {
                lines.push(none(scene));
                return lines;
            }
            let heads: Vec<String> = heads
                .iter()
                .map(|head| lowered(label(scene, *head)))
                .collect();
            let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
            lines.extend(table::lines(scene, &heads, rows, width));
            if *more > 0 {
                let count = u32::try_from(*more).unwrap_or(u32::MAX);
                let text = scene.with("describe-more", &[("count", count.into())]);
                lines.push(scene.line(Role::Dim, format!("   {text}")));
            }
            lines
        }
        Block::Containers(containers) => {
            let mut lines = Vec::new();
            for container in containers {
                if !lines.is_empty() {
                    lines.push(Line::default());
                }
                lines.extend(pod::template_lines(scene, container, width));
            }
            lines
        }
        Block::Conditions(conditions) => {
            let mut lines = vec![pod::heading(scene, scene.t("pod-conditions"))];
            for condition in conditions {
                lines.extend(pod::condition_lines(scene, condition, width));
            }
            lines
        }
        Block::Pairs { title, pairs } => pod::pair_lines(scene, label(scene, *title), pairs, width),
        Block::Unread { title, trouble } => {
            let why = scene.with(
                panes::trouble_text(trouble.kind),
                &[("source", label(scene, *title).into())],
            );
            let mut lines = vec![pod::heading(scene, label(scene, *title))];
            let text = format!(" {} {why}", scene.glyph.unknown);
            lines.push(scene.line(Role::Warn, text));
            for text in wrap(&trouble.detail, width.saturating_sub(3)) {
                lines.push(scene.line(Role::Dim, format!("   {text}")));
            }
            lines
        }
        Block::Events(events) => pod::event_lines(scene, events.as_deref().ok(), width),
    }
}

fn none<'t>(scene: &Scene<'_>) -> Line<'t> {
    let text = format!(" {} {}", scene.glyph.dash, scene.t("describe-none"));
    scene.line(Role::Dim, text)
}

/// Cells of a field's name at least and at most.
const NAME: (usize, usize) = (12, 26);

fn field_lines<'t>(
    scene: &Scene<'_>,
    title: Option<Label>,
    fields: &[Field],
    width: usize,
) -> Vec<Line<'t>> {
    if fields.is_empty() {
        return Vec::new();
    }
    let mut lines = Vec::new();
    if let Some(title) = title {
        lines.push(pod::heading(scene, label(scene, title)));
    }
    let names: Vec<String> = fields.iter().map(|field| name(scene, field)).collect();
    let widest = names.iter().map(|name| cells(name)).max().unwrap_or(0);
    let column = widest.clamp(NAME.0, NAME.1);
    for (field, name) in fields.iter().zip(names) {
        let (role, value) = table::told(scene, &field.said);
        let deep = cells(&name) > column;
        let lead = pad_right(&name, column.max(cells(&name)), scene.glyphs());
        let room = width.saturating_sub(column + 4);
        let mut values = if value.is_empty() && matches!(field.said, Said::Text(..)) {
            Vec::new()
        } else {
            wrap(&value, room)
        };
        let mut spans: Vec<Span<'t>> = vec![scene.span(Role::Dim, format!("   {lead} "))];
        if !deep && !values.is_empty() {
            spans.push(scene.span(role, values.remove(0)));
        }
        lines.push(Line::from(spans));
        let indent = " ".repeat(column + 4);
        lines.extend(
            values
                .into_iter()
                .map(|value| scene.line(role, format!("{indent}{value}"))),
        );
    }
    lines
}

fn name(scene: &Scene<'_>, field: &Field) -> String {
    let own = match &field.name {
        FieldName::Label(own) => lowered(label(scene, *own)),
        FieldName::Own(own) => own.clone(),
    };
    format!("{}{own}", "  ".repeat(usize::from(field.depth)))
}

/// A word that is also a heading begins small among fields; `CPU` and `IP` stay as they are.
fn lowered(word: &str) -> String {
    let mut chars = word.chars();
    let (first, second) = (chars.next(), chars.next());
    match (first, second) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            first.to_lowercase().chain(word.chars().skip(1)).collect()
        }
        _ => word.to_owned(),
    }
}
