//! Tables of text: as wide as they need to be in a pipe, as wide as the terminal on one.

use std::borrow::Cow;

use crate::{
    domain::{clean::clean, light::Light, settings::Glyphs},
    i18n::width::{cells, truncate_middle},
};

/// Cells between two columns.
const GAP: usize = 2;
/// What a name is not cut below.
const LEAST: usize = 12;

/// How a cell is coloured, where there are colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Tint {
    Plain,
    Dim,
    Of(Light),
}

impl Tint {
    /// The parameters of its `SGR` sequence.
    const fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Dim => Some("2"),
            Self::Of(Light::Green) => Some("32"),
            Self::Of(Light::Yellow) => Some("33"),
            Self::Of(Light::Unknown) => Some("35"),
            Self::Of(Light::Red) => Some("31"),
        }
    }

    /// A text in this colour.
    pub fn paint(self, text: &str, colour: bool) -> String {
        match self.code().filter(|_| colour && !text.is_empty()) {
            Some(code) => format!("\x1b[{code}m{text}\x1b[0m"),
            None => text.to_owned(),
        }
    }
}

/// A column: its heading, how its cells stand, and when it goes.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Column {
    pub head: String,
    pub right: bool,
    /// Where the terminal is too narrow those of a higher rank leave first; 0 never does.
    pub rank: u8,
}

/// A cell of a row.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Cell {
    text: String,
    tint: Tint,
}

impl Cell {
    pub fn new(text: impl Into<String>, tint: Tint) -> Self {
        let text = text.into();
        // Tables are lines: what could break or paint one is taken out.
        let text = if text.contains(char::is_control) {
            clean(&text).replace(['\n', '\t'], " ")
        } else {
            text
        };
        Self { text, tint }
    }

    pub fn plain(text: impl Into<String>) -> Self {
        Self::new(text, Tint::Plain)
    }
}

/// Rows under headings.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Table {
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell>>,
}

/// What a table is drawn for.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct Room {
    /// `None`: as wide as it is.
    pub width: Option<usize>,
    pub colour: bool,
    pub glyphs: Glyphs,
}

impl Table {
    pub fn new(columns: Vec<Column>) -> Self {
        Self {
            columns,
            rows: Vec::new(),
        }
    }

    /// The lines; without headings where they are a part of something.
    pub fn draw(&self, room: Room, headed: bool) -> String {
        let shown = self.shown(room.width, headed);
        let mut out = String::new();
        if headed {
            let heads = shown.iter().map(|(index, width)| {
                let column = &self.columns[*index];
                (
                    Cow::Borrowed(&*column.head),
                    column.right,
                    Tint::Dim,
                    *width,
                )
            });
            line(&mut out, heads, room);
        }
        for row in &self.rows {
            let cells = shown.iter().map(|(index, width)| {
                let cell = &row[*index];
                let right = self.columns[*index].right;
                (Cow::Borrowed(&*cell.text), right, cell.tint, *width)
            });
            line(&mut out, cells, room);
        }
        out
    }

    /// Which columns are shown, and how wide each is.
    fn shown(&self, width: Option<usize>, headed: bool) -> Vec<(usize, usize)> {
        let natural = |index: usize| {
            let heads = headed.then(|| cells(&self.columns[index].head));
            let rows = self.rows.iter().map(|row| cells(&row[index].text));
            rows.chain(heads).max().unwrap_or(0)
        };
        let mut shown: Vec<(usize, usize)> = (0..self.columns.len())
            .map(|index| (index, natural(index)))
            // A column that says nothing in any row is none.
            .filter(|(index, _)| self.rows.iter().any(|row| !row[*index].text.is_empty()))
            .collect();
        let Some(room) = width else { return shown };
        let wide = |shown: &[(usize, usize)]| {
            let cells: usize = shown.iter().map(|(_, width)| width + GAP).sum();
            cells.saturating_sub(GAP)
        };
        while wide(&shown) > room {
            let rank = |at: &(usize, (usize, usize))| self.columns[at.1.0].rank;
            let Some((at, _)) = shown.iter().copied().enumerate().max_by_key(rank) else {
                break;
            };
            if self.columns[shown[at].0].rank == 0 {
                break;
            }
            shown.remove(at);
        }
        let over = wide(&shown).saturating_sub(room);
        if let Some((_, widest)) = shown.iter_mut().max_by_key(|(_, width)| *width) {
            *widest = widest.saturating_sub(over).max(LEAST.min(*widest));
        }
        shown
    }
}

fn line<'a>(
    out: &mut String,
    cells_of: impl Iterator<Item = (Cow<'a, str>, bool, Tint, usize)>,
    room: Room,
) {
    let start = out.len();
    for (at, (text, right, tint, width)) in cells_of.enumerate() {
        if at > 0 {
            out.push_str(&" ".repeat(GAP));
        }
        let text = truncate_middle(&text, width, room.glyphs);
        let pad = " ".repeat(width.saturating_sub(cells(&text)));
        if right {
            out.push_str(&pad);
        }
        out.push_str(&tint.paint(&text, room.colour));
        if !right {
            out.push_str(&pad);
        }
    }
    let end = out[start..].trim_end_matches(' ').len() + start;
    out.truncate(end);
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let column = |head: &str, right, rank| Column {
            head: head.to_owned(),
            right,
            rank,
        };
        let mut table = Table::new(vec![
            column("NAME", false, 0),
            column("AGE", true, 1),
            column("NODE", false, 2),
        ]);
        for (name, node) in [("export-worker-7d9f-x2k", "节点-1"), ("导出", "n2")] {
            table.rows.push(vec![
                Cell::new(name, Tint::Of(Light::Red)),
                Cell::plain("5m"),
                Cell::plain(node),
            ]);
        }
        table
    }

    const PIPE: Room = Room {
        width: None,
        colour: false,
        glyphs: Glyphs::Unicode,
    };

    #[test]
    fn a_pipe_gets_every_column_whole() {
        assert_eq!(
            table().draw(PIPE, true),
            "NAME                    AGE  NODE\n\
             export-worker-7d9f-x2k   5m  节点-1\n\
             导出                     5m  n2\n"
        );
    }

    #[test]
    fn a_terminal_loses_columns_first_and_then_the_middle_of_names() {
        let at = |width| {
            let room = Room {
                width: Some(width),
                ..PIPE
            };
            table().draw(room, false)
        };
        assert_eq!(
            at(30),
            "export-worker-7d9f-x2k  5m\n导出                    5m\n"
        );
        assert_eq!(at(13), "export…9f-x2k\n导出\n");
        for width in 12..40 {
            let drawn = at(width);
            assert!(drawn.lines().all(|line| cells(line) <= width), "{drawn}");
        }
    }

    #[test]
    fn colours_are_there_only_where_they_are_asked_for() {
        assert!(!table().draw(PIPE, true).contains('\x1b'));
        let room = Room {
            colour: true,
            ..PIPE
        };
        assert!(table().draw(room, true).contains("\x1b[31mexport"));
    }

    #[test]
    fn a_cell_is_one_line_and_no_sequence() {
        let mut table = table();
        table.rows[0][0] = Cell::plain("two\nlines\x1b[2J");
        assert_eq!(table.draw(PIPE, false).lines().count(), 2);
        assert!(!table.draw(PIPE, false).contains('\x1b'));
    }
}
