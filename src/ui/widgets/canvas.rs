//! Lines and rules put into the buffer, clipped to their cells.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use crate::app::layout::Area;
use crate::domain::settings::Glyphs;
use crate::i18n::width::{cells, truncate};
use crate::theme::Role;
use crate::ui::scene::Scene;

use super::{fit::spans_cells, link};

pub const fn rect(area: Area) -> Rect {
    Rect::new(area.x, area.y, area.width, area.height)
}

/// The area without its outermost lines and columns.
pub const fn inset(area: Area, columns: u16, rows: u16) -> Area {
    Area::new(
        area.x + columns,
        area.y + rows,
        area.width.saturating_sub(2 * columns),
        area.height.saturating_sub(2 * rows),
    )
}

/// One line of an area.
pub const fn row(area: Area, index: u16) -> Area {
    Area::new(area.x, area.y + index, area.width, 1)
}

/// The area below its first lines.
pub const fn below(area: Area, rows: u16) -> Area {
    let rows = if rows > area.height {
        area.height
    } else {
        rows
    };
    Area::new(area.x, area.y + rows, area.width, area.height - rows)
}

/// The line in at most so many cells, its end cut with an ellipsis where it is longer.
pub fn clip<'a>(line: Line<'a>, width: usize, glyphs: Glyphs) -> Line<'a> {
    if spans_cells(&line.spans) <= width {
        return line;
    }
    let mut left = width;
    let mut kept: Vec<Span<'a>> = Vec::new();
    let count = line.spans.len();
    for (index, span) in line.spans.into_iter().enumerate() {
        let wide = cells(&span.content);
        if wide < left || (wide == left && index + 1 == count) {
            left -= wide;
            kept.push(span);
            continue;
        }
        let style = span.style;
        let mut text = span.content.into_owned();
        if wide <= left {
            // It fits, but something behind it doesn't, and that must show.
            text.push_str("  ");
        }
        kept.push(Span::styled(
            truncate(&text, left, glyphs).into_owned(),
            style,
        ));
        break;
    }
    Line::from(kept)
}

/// Draws a line at the left of one row.
pub fn put(buffer: &mut Buffer, at: Area, line: Line<'_>, glyphs: Glyphs) {
    if at.width == 0 || at.height == 0 {
        return;
    }
    let clipped = clip(line, usize::from(at.width), glyphs);
    buffer.set_line(at.x, at.y, &clipped, at.width);
}

/// Draws one part at the left and one at the right of a row; the left one gives way.
pub fn put_sides(buffer: &mut Buffer, at: Area, left: Line<'_>, right: Line<'_>, glyphs: Glyphs) {
    let wide = (spans_cells(&right.spans) as u16).min(at.width);
    let room = at
        .width
        .saturating_sub(if wide == 0 { 0 } else { wide + 1 });
    put(buffer, Area::new(at.x, at.y, room, 1), left, glyphs);
    put(
        buffer,
        Area::new(at.x + at.width - wide, at.y, wide, 1),
        right,
        glyphs,
    );
}

/// Draws a rule with a title in it, and perhaps something at its right end.
pub fn title_rule(
    buffer: &mut Buffer,
    scene: &Scene<'_>,
    at: Area,
    title: Line<'_>,
    tail: Line<'_>,
    border: Role,
) {
    let style = scene.style(border);
    for x in at.x..at.x + at.width {
        buffer[(x, at.y)]
            .set_symbol(scene.glyph.horizontal)
            .set_style(style);
    }
    let tail_wide = spans_cells(&tail.spans) as u16;
    let title_wide = (spans_cells(&title.spans) as u16).min(at.width);
    put(
        buffer,
        Area::new(at.x, at.y, at.width, 1),
        title,
        scene.glyphs(),
    );
    if tail_wide > 0 && title_wide + tail_wide + 3 <= at.width {
        let x = at.x + at.width - tail_wide - 1;
        put(
            buffer,
            Area::new(x, at.y, tail_wide, 1),
            tail,
            scene.glyphs(),
        );
    }
}

/// Empties an area for something that lies over what is there; half a wide character left outside becomes a space.
pub fn clear(buffer: &mut Buffer, scene: &Scene<'_>, area: Area, role: Role) {
    let style = scene.style(role);
    for y in area.y..area.y + area.height {
        link::cover(buffer, area.x, y);
        if area.x > 0 && cells(buffer[(area.x - 1, y)].symbol()) > 1 {
            buffer[(area.x - 1, y)].set_symbol(" ");
        }
        for x in area.x..area.x + area.width {
            let cell = &mut buffer[(x, y)];
            cell.reset();
            cell.set_style(style);
        }
    }
}
