//! Tables: which columns there is room for, and rows drawn in them.

use std::collections::BTreeSet;

use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use crate::app::{layout::Area, view::Column};
use crate::i18n::width::{cells, truncate, truncate_middle};
use crate::theme::Role;
use crate::ui::scene::Scene;

use super::canvas::put;
use super::fit::spans_cells;

/// How wide a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    Fixed(u16),
    /// At least the first, at most the second, if there is room.
    Flex(u16, u16),
}

/// One column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Col {
    /// The text that names it.
    pub head: &'static str,
    pub width: Width,
    pub right: bool,
    /// Columns of a higher rank leave first when room is short; 0 never does.
    pub rank: u8,
    /// What hides it, where it can be hidden.
    pub column: Option<Column>,
}

impl Col {
    pub const fn left(head: &'static str, width: Width, rank: u8, column: Option<Column>) -> Self {
        Self {
            head,
            width,
            right: false,
            rank,
            column,
        }
    }

    pub const fn right(head: &'static str, width: Width, rank: u8, column: Option<Column>) -> Self {
        Self {
            head,
            width,
            right: true,
            rank,
            column,
        }
    }

    const fn least(&self) -> u16 {
        match self.width {
            Width::Fixed(width) | Width::Flex(width, _) => width,
        }
    }
}

/// The columns that are shown, with the cells each got.
#[derive(Debug)]
pub struct Table {
    pub shown: Vec<(Col, u16)>,
}

/// Cells between two columns.
const GAP: u16 = 2;

impl Table {
    /// As many of the columns as fit, the most important first, in their own order.
    pub fn fit(cols: &[Col], width: u16, hidden: &BTreeSet<Column>) -> Self {
        let mut kept: Vec<Col> = cols
            .iter()
            .filter(|col| col.column.is_none_or(|column| !hidden.contains(&column)))
            .copied()
            .collect();
        let need = |cols: &[Col]| {
            let gaps = (cols.len() as u16).saturating_sub(1) * GAP;
            cols.iter().map(Col::least).sum::<u16>() + gaps
        };
        while need(&kept) > width {
            let Some((index, _)) = kept
                .iter()
                .enumerate()
                .filter(|(_, col)| col.rank > 0)
                .max_by_key(|(index, col)| (col.rank, *index))
            else {
                break;
            };
            kept.remove(index);
        }
        let mut left = width.saturating_sub(need(&kept));
        let shown = kept
            .into_iter()
            .map(|col| match col.width {
                Width::Fixed(width) => (col, width),
                Width::Flex(least, most) => {
                    let more = left.min(most - least);
                    left -= more;
                    (col, least + more)
                }
            })
            .collect();
        Self { shown }
    }

    pub fn has(&self, head: &str) -> bool {
        self.shown.iter().any(|(col, _)| col.head == head)
    }

    /// The cells a column got; none where it isn't shown.
    pub fn width(&self, head: &str) -> u16 {
        self.shown
            .iter()
            .find(|(col, _)| col.head == head)
            .map_or(0, |(_, width)| *width)
    }

    /// Draws the names of the columns.
    pub fn draw_heads(&self, buffer: &mut Buffer, scene: &Scene<'_>, at: Area) {
        self.draw_row(buffer, scene, at, |head| {
            vec![scene.span(Role::Dim, scene.t(head))]
        });
    }

    /// Draws one row; `cell` is asked for each shown column by its name.
    pub fn draw_row<'t>(
        &self,
        buffer: &mut Buffer,
        scene: &Scene<'_>,
        at: Area,
        mut cell: impl FnMut(&'static str) -> Vec<Span<'t>>,
    ) {
        let mut x = at.x;
        let end = at.x + at.width;
        for (col, width) in &self.shown {
            if x >= end {
                break;
            }
            let width = (*width).min(end - x);
            let spans = cell(col.head);
            let wide = (spans_cells(&spans) as u16).min(width);
            let start = if col.right { x + width - wide } else { x };
            put(
                buffer,
                Area::new(start, at.y, width - (start - x), 1),
                Line::from(spans),
                scene.glyphs(),
            );
            x += width + GAP;
        }
    }
}

/// A name in so many cells: the end of a pod's name (its hash) stays.
pub fn name<'t>(scene: &Scene<'_>, role: Role, text: &'t str, width: usize) -> Span<'t> {
    if cells(text) <= width {
        return scene.span(role, text);
    }
    scene.span(
        role,
        truncate_middle(text, width, scene.glyphs()).into_owned(),
    )
}

/// A title in so many cells: it is read from its start, so its end goes.
pub fn title<'t>(scene: &Scene<'_>, role: Role, text: &'t str, width: usize) -> Span<'t> {
    scene.span(role, truncate(text, width, scene.glyphs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLS: [Col; 4] = [
        Col::left("name", Width::Flex(10, 30), 0, None),
        Col::right("ready", Width::Fixed(5), 1, Some(Column::Ready)),
        Col::left("node", Width::Fixed(12), 3, Some(Column::Node)),
        Col::right("age", Width::Fixed(4), 2, Some(Column::Age)),
    ];

    fn heads(width: u16, hidden: &[Column]) -> Vec<(&'static str, u16)> {
        Table::fit(&COLS, width, &hidden.iter().copied().collect())
            .shown
            .into_iter()
            .map(|(col, width)| (col.head, width))
            .collect()
    }

    #[test]
    fn the_least_important_columns_leave_first() {
        assert_eq!(
            heads(60, &[]),
            [("name", 30), ("ready", 5), ("node", 12), ("age", 4)]
        );
        assert_eq!(heads(30, &[]), [("name", 17), ("ready", 5), ("age", 4)]);
        assert_eq!(heads(18, &[]), [("name", 11), ("ready", 5)]);
        assert_eq!(heads(5, &[]), [("name", 10)]);
        assert_eq!(
            heads(60, &[Column::Node]),
            [("name", 30), ("ready", 5), ("age", 4)]
        );
    }
}
