//! The axes: values at the left, times below, limits across, alerts where they began.

use jiff::Timestamp;
use ratatui::buffer::Buffer;

use crate::app::{layout::Area, overlay::Chart};
use crate::domain::{change::What, time::floor_to};
use crate::i18n::{time, width::cells};
use crate::theme::Role;
use crate::ui::{figure, scene::Scene, widgets::canvas::put};

use super::frame::{Frame, bounds, tick_text};

/// The steps of the axis of time, in seconds.
const STEPS: [u64; 13] = [
    60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800,
];

pub fn draw_values(buffer: &mut Buffer, scene: &Scene<'_>, chart: &Chart, frame: &Frame) {
    let style = scene.style(Role::Border);
    let x = frame.plot.x - 1;
    for y in frame.plot.y..frame.plot.y + frame.plot.height {
        buffer[(x, y)]
            .set_symbol(scene.glyph.vertical)
            .set_style(style);
    }
    for tick in &frame.ticks {
        let Some(y) = frame.row(*tick) else { continue };
        let text = tick_text(scene, *tick, &frame.ticks, chart.unit);
        let wide = cells(&text) as u16;
        let start = x.saturating_sub(wide + 1);
        put(
            buffer,
            Area::new(start, y, wide, 1),
            scene.line(Role::Dim, text),
            scene.glyphs(),
        );
    }
}

pub fn draw_limits(buffer: &mut Buffer, scene: &Scene<'_>, chart: &Chart, frame: &Frame) {
    let style = scene.style(Role::LimitLine);
    for limit in &chart.limits {
        let text = figure::limit(*limit, chart.unit, scene.glyph);
        for bound in bounds(*limit) {
            let Some(y) = frame.row(bound) else { continue };
            for x in frame.plot.x..frame.plot.x + frame.plot.width {
                buffer[(x, y)]
                    .set_symbol(scene.glyph.limit_line)
                    .set_style(style);
            }
            // Beside the line, not on it: the values may run along it.
            let above = if y > frame.plot.y { y - 1 } else { y + 1 };
            let wide = (cells(&text) as u16).min(frame.plot.width);
            put(
                buffer,
                Area::new(frame.plot.x + 1, above, wide, 1),
                scene.line(Role::LimitLine, text.clone()),
                scene.glyphs(),
            );
        }
    }
}

pub fn draw_times(buffer: &mut Buffer, scene: &Scene<'_>, frame: &Frame) {
    let style = scene.style(Role::Border);
    let y = frame.plot.y + frame.plot.height;
    let (left, right) = (frame.plot.x, frame.plot.x + frame.plot.width);
    for x in left..right {
        buffer[(x, y)].set_symbol(scene.glyph.axis).set_style(style);
    }
    buffer[(left - 1, y)]
        .set_symbol(scene.glyph.corners[2])
        .set_style(style);
    let span = frame
        .end
        .duration_since(frame.start)
        .as_secs()
        .unsigned_abs();
    let most = u64::from(frame.plot.width / 12).max(2);
    let step = STEPS
        .into_iter()
        .find(|step| span / step <= most)
        .unwrap_or(604_800);
    let days = step >= 86_400;
    let mut free = left;
    for at in grid(scene, frame, step) {
        let Some(x) = frame.column(at) else { continue };
        let text = if days {
            time::day_and_clock(at, scene.zone())
        } else {
            time::clock(at, scene.zone())
        };
        let wide = cells(&text) as u16;
        let start = x.saturating_sub(wide / 2).max(left);
        if start < free || start + wide > right {
            continue;
        }
        free = start + wide + 2;
        buffer[(x, y)]
            .set_symbol(scene.glyph.axis_tick)
            .set_style(style);
        put(
            buffer,
            Area::new(start, y + 1, wide, 1),
            scene.line(Role::Dim, text),
            scene.glyphs(),
        );
    }
}

/// Whole steps of the wall clock in the desk's zone, within the chart.
fn grid(scene: &Scene<'_>, frame: &Frame, step: u64) -> Vec<Timestamp> {
    let offset = i64::from(scene.zone().to_offset(frame.start).seconds());
    let shifted = |at: Timestamp, by: i64| {
        Timestamp::from_second(at.as_second().saturating_add(by)).unwrap_or(at)
    };
    let local = shifted(frame.start, offset);
    let first = shifted(
        floor_to(local, std::time::Duration::from_secs(step)),
        -offset,
    );
    let step = i64::try_from(step).unwrap_or(i64::MAX);
    (0..64)
        .map(|index| shifted(first, step.saturating_mul(index)))
        .skip_while(|at| *at < frame.start)
        .take_while(|at| *at <= frame.end)
        .collect()
}

/// A mark on the axis where an alert began: those that are there, and those the time line remembers.
pub fn draw_alerts(buffer: &mut Buffer, scene: &Scene<'_>, frame: &Frame) {
    let y = frame.plot.y + frame.plot.height;
    let style = scene.style(Role::Error);
    let now = scene
        .model
        .alerts
        .alerts
        .values()
        .map(|line| line.alert.starts_at);
    let came = scene
        .model
        .time_line
        .changes
        .iter()
        .filter(|(_, change)| matches!(change.what, What::AlertCame { .. }))
        .map(|(_, change)| change.at);
    for at in now.chain(came) {
        if let Some(x) = frame.column(at) {
            buffer[(x, y)].set_symbol(scene.glyph.mark).set_style(style);
        }
    }
}
