//! The line of one series: braille dots where the set has them, one sign for each column otherwise.

use ratatui::{buffer::Buffer, style::Style};

use crate::domain::series::Series;
use crate::ui::scene::Scene;

use super::frame::Frame;

/// The bit of each dot of a braille cell, by row and column.
const BITS: [[u32; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

const BLANK: u32 = 0x2800;

/// Draws one series over what is there.
pub fn draw(
    buffer: &mut Buffer,
    scene: &Scene<'_>,
    frame: &Frame,
    series: &Series,
    style: Style,
    dot: &'static str,
) {
    let (wide, high) = if scene.glyph.braille { (2, 4) } else { (1, 1) };
    let columns = usize::from(frame.plot.width) * wide;
    let rows = usize::from(frame.plot.height) * high;
    if columns == 0 || rows == 0 {
        return;
    }
    let heights = heights(frame, series, columns, rows);
    let mut before: Option<usize> = None;
    for (column, height) in heights.iter().enumerate() {
        let Some(row) = *height else {
            before = None;
            continue;
        };
        // From the height before to this one, so that a jump is a line and a gap stays a gap.
        let from = before.map_or(row, |before| match before.cmp(&row) {
            std::cmp::Ordering::Less => before + 1,
            std::cmp::Ordering::Equal => row,
            std::cmp::Ordering::Greater => before - 1,
        });
        for row in from.min(row)..=from.max(row) {
            set(buffer, scene, frame, (column, row), style, dot);
        }
        before = Some(row);
    }
}

/// The row of each column of dots; `None` where nothing was measured.
fn heights(frame: &Frame, series: &Series, columns: usize, rows: usize) -> Vec<Option<usize>> {
    let mut sums: Vec<(f64, u32)> = vec![(0.0, 0); columns];
    let mut points: Vec<Option<usize>> = Vec::with_capacity(series.values.len());
    let last = (columns - 1) as f64;
    for (index, value) in series.values.iter().enumerate() {
        let across = frame.across(series.time(index));
        let inside = (0.0..=1.0).contains(&across);
        let column = (across * last).round().clamp(0.0, last) as usize;
        points.push(None);
        if let Some(value) = value.filter(|value| value.is_finite() && inside) {
            sums[column].0 += value;
            sums[column].1 += 1;
            points[index] = Some(column);
        }
    }
    let mut means: Vec<Option<f64>> = sums
        .into_iter()
        .map(|(sum, count)| (count > 0).then(|| sum / f64::from(count)))
        .collect();
    // Between two neighbours on the grid that were both measured the line goes on.
    for pair in points.windows(2) {
        let [Some(from), Some(to)] = *pair else {
            continue;
        };
        let (Some(a), Some(b)) = (means[from], means[to]) else {
            continue;
        };
        let between = means.iter_mut().enumerate().take(to).skip(from + 1);
        for (column, mean) in between {
            let share = (column - from) as f64 / (to - from) as f64;
            *mean = Some(a + (b - a) * share);
        }
    }
    let top = (rows - 1) as f64;
    means
        .into_iter()
        .map(|mean| {
            let up = frame.up(mean?).clamp(0.0, 1.0);
            Some(((1.0 - up) * top).round() as usize)
        })
        .collect()
}

fn set(
    buffer: &mut Buffer,
    scene: &Scene<'_>,
    frame: &Frame,
    (column, row): (usize, usize),
    style: Style,
    dot: &'static str,
) {
    let (wide, high) = if scene.glyph.braille { (2, 4) } else { (1, 1) };
    let x = frame.plot.x + (column / wide) as u16;
    let y = frame.plot.y + (row / high) as u16;
    let cell = &mut buffer[(x, y)];
    if !scene.glyph.braille {
        cell.set_symbol(dot).set_style(style);
        return;
    }
    let bit = BITS[row % 4][column % 2];
    let there = cell
        .symbol()
        .chars()
        .next()
        .map(u32::from)
        .filter(|c| (BLANK..BLANK + 256).contains(c))
        .unwrap_or(BLANK);
    if let Some(sign) = char::from_u32(there | bit) {
        cell.set_char(sign).set_style(style);
    }
}

/// Writes the number of a series over its newest value, so that no colour is needed to tell it from the others.
pub fn draw_number(
    buffer: &mut Buffer,
    frame: &Frame,
    series: &Series,
    number: usize,
    style: Style,
) {
    let newest = series
        .values
        .iter()
        .enumerate()
        .rev()
        .find_map(|(index, value)| {
            let value = value.filter(|value| value.is_finite())?;
            let up = frame.up(value);
            if !(0.0..=1.0).contains(&up) {
                return None;
            }
            let dots = f64::from(frame.plot.height) * 4.0 - 1.0;
            let row = ((1.0 - up) * dots).round() as u16 / 4;
            Some((frame.column(series.time(index))?, frame.plot.y + row))
        });
    let sign = char::from_digit(number as u32, 10);
    if let (Some(at), Some(sign)) = (newest, sign) {
        buffer[at].set_char(sign).set_style(style);
    }
}
