//! Lists one picks from while the effect is seen behind them: themes, columns.

use ratatui::{buffer::Buffer, text::Line};

use crate::app::{
    layout::Area,
    overlay::{ColumnPicker, ThemePicker},
    view::Column,
};
use crate::theme::Role;
use crate::ui::{
    panes,
    scene::Scene,
    widgets::{
        canvas::{put, put_sides, rect, row},
        popup::{self, Place},
    },
};

/// Cells of the pickers.
const WIDE: u16 = 34;

pub fn draw_themes(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, picker: &ThemePicker) {
    let rows = picker
        .names
        .iter()
        .map(|name| {
            let right = if *name == picker.before {
                scene.line(Role::Dim, scene.t("theme-current"))
            } else {
                Line::default()
            };
            (scene.line(Role::Text, name.as_str()), right)
        })
        .collect();
    list(
        buffer,
        scene,
        body,
        (scene.t("themes-title"), WIDE),
        rows,
        picker.selected,
    );
}

pub fn draw_columns(buffer: &mut Buffer, scene: &Scene<'_>, body: Area, picker: &ColumnPicker) {
    let rows = picker
        .columns
        .iter()
        .map(|(column, shown)| {
            let (sign, role) = if *shown {
                (scene.glyph.checked, Role::Text)
            } else {
                (scene.glyph.unchecked, Role::Dim)
            };
            let text = format!("{sign} {}", scene.t(column_text(*column)));
            (scene.line(role, text), Line::default())
        })
        .collect();
    let title = scene.with(
        "columns-title",
        &[("pane", panes::name(scene, picker.pane).into())],
    );
    list(buffer, scene, body, (&title, WIDE), rows, picker.selected);
}

/// The text that names a column.
pub const fn column_text(column: Column) -> &'static str {
    match column {
        Column::Namespace => "column-namespace",
        Column::Ready => "column-ready",
        Column::Status => "column-status",
        Column::Restarts => "column-restarts",
        Column::Age => "column-age",
        Column::Node => "column-node",
        Column::Cpu => "column-cpu",
        Column::Memory => "column-memory",
        Column::Severity => "column-severity",
        Column::State => "column-state",
        Column::Labels => "column-labels",
        Column::Value => "column-value",
        Column::Limit => "column-limit",
        Column::Trend => "column-trend",
        Column::Budget => "column-budget",
        Column::Rates => "column-rates",
        Column::Oldest => "column-oldest",
    }
}

pub fn list(
    buffer: &mut Buffer,
    scene: &Scene<'_>,
    body: Area,
    window: (&str, u16),
    rows: Vec<(Line<'_>, Line<'_>)>,
    selected: usize,
) {
    list_over(buffer, scene, body, window, (rows, selected), Vec::new());
}

/// A list, and below it what is to be said of the row that is selected.
pub fn list_over(
    buffer: &mut Buffer,
    scene: &Scene<'_>,
    body: Area,
    (title, wide): (&str, u16),
    (rows, selected): (Vec<(Line<'_>, Line<'_>)>, usize),
    below: Vec<Line<'_>>,
) {
    let wished = (wide, (rows.len() + below.len()) as u16 + 2);
    let area = popup::draw(buffer, scene, body, Place::Right, wished, title);
    let height = usize::from(area.height).saturating_sub(below.len()).max(1);
    for (index, line) in below.into_iter().enumerate() {
        let at = height + index;
        if at < usize::from(area.height) {
            put(buffer, row(area, at as u16), line, scene.glyphs());
        }
    }
    let first = (selected + 1).saturating_sub(height);
    for (index, (left, right)) in rows.into_iter().enumerate().skip(first).take(height) {
        let at = row(area, (index - first) as u16);
        put_sides(buffer, at, left, right, scene.glyphs());
        if index == selected && at.x > 0 {
            let wide = Area::new(at.x - 1, at.y, at.width + 2, 1);
            buffer.set_style(rect(wide), scene.style(Role::Selection));
            put(
                buffer,
                Area::new(wide.x, wide.y, 1, 1),
                scene.line(Role::Accent, scene.glyph.bar),
                scene.glyphs(),
            );
        }
    }
}
