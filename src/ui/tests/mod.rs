//! The screens as they are drawn, read by eye once and held from then on.

mod colours;
mod headless;
mod overlays;
mod random;
mod screens;

use std::fmt::Write as _;

use ratatui::{
    Terminal,
    backend::TestBackend,
    buffer::{Buffer, CellDiffOption},
    layout::Position,
};

use crate::app::model::{Model, Size};
use crate::i18n::width::cells;

use super::fixture::Means;

/// Draws a model and gives the buffer with the cell of the cursor, where one was set.
pub fn drawn(model: &mut Model, columns: u16, rows: u16) -> (Buffer, Option<Position>) {
    model.size = Size { columns, rows };
    let means = Means::of(model);
    let paint = means.paint();
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal.hide_cursor().unwrap();
    let frame = terminal
        .draw(|frame| super::draw(frame, model, &paint))
        .unwrap();
    let buffer = frame.buffer.clone();
    let shown = terminal.backend().cursor_visible();
    let cursor = shown.then(|| terminal.backend().cursor_position());
    (buffer, cursor)
}

/// The text of a buffer, each line as the terminal shows it.
pub fn text(buffer: &Buffer) -> String {
    let area = buffer.area;
    let mut out = String::new();
    for y in 0..area.height {
        let mut line = String::new();
        let mut x = 0;
        while x < area.width {
            let cell = &buffer[(x, y)];
            if let CellDiffOption::ForcedWidth(width) = cell.diff_option {
                line.push_str(linked(cell.symbol()));
                x += width.get();
            } else {
                line.push_str(cell.symbol());
                x += cells(cell.symbol()).max(1) as u16;
            }
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// The words of an OSC 8 link.
pub fn linked(symbol: &str) -> &str {
    symbol.split("\u{1b}\\").nth(1).map_or(symbol, |rest| {
        rest.strip_suffix("\u{1b}]8;;").unwrap_or(rest)
    })
}

/// A screen as a snapshot.
pub fn screen(model: &mut Model, columns: u16, rows: u16) -> String {
    let (buffer, cursor) = drawn(model, columns, rows);
    let mut out = text(&buffer);
    if let Some(cursor) = cursor {
        let _ = writeln!(out, "cursor {},{}", cursor.x, cursor.y);
    }
    out
}

/// Holds a screen against its snapshot.
macro_rules! holds {
    ($name:expr, $screen:expr) => {
        insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!($name, $screen);
        });
    };
}
pub(crate) use holds;
