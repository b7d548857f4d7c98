//! From values and times to cells and back.

use jiff::Timestamp;

use crate::app::{layout::Area, overlay::Chart};
use crate::domain::{gauge::Unit, limit::Limit, series::Series};
use crate::i18n::width::cells;
use crate::ui::{figure, scene::Scene};

/// A limit further away than this many times the spread of the values does not squeeze them.
const REACH: f64 = 6.0;

/// The place of the plot, and what its edges stand for.
#[derive(Debug)]
pub struct Frame {
    /// The cells of the lines alone.
    pub plot: Area,
    pub low: f64,
    pub high: f64,
    pub start: Timestamp,
    pub end: Timestamp,
    /// The values that get a label.
    pub ticks: Vec<f64>,
}

impl Frame {
    pub fn new(scene: &Scene<'_>, chart: &Chart, series: &[(String, Series)], area: Area) -> Self {
        let (low, high) = extent(chart, series);
        // Two lines below are the axis of time; above there is none.
        let rows = area.height.saturating_sub(2);
        let ticks = ticks(low, high, usize::from(rows / 3).clamp(2, 8));
        let low = ticks.first().copied().unwrap_or(low).min(low);
        let high = ticks.last().copied().unwrap_or(high).max(high);
        let labels = ticks
            .iter()
            .map(|tick| cells(&tick_text(scene, *tick, &ticks, chart.unit)))
            .max()
            .unwrap_or(0) as u16
            + 2;
        let end = chart.end.unwrap_or_else(|| scene.now());
        let start = Timestamp::from_second(
            end.as_second()
                .saturating_sub(i64::try_from(chart.span.as_secs()).unwrap_or(i64::MAX)),
        )
        .unwrap_or(end);
        let width = area.width.saturating_sub(labels + 2);
        Self {
            plot: Area::new(area.x + labels + 1, area.y, width, rows),
            low,
            high,
            start,
            end,
            ticks,
        }
    }

    /// How far right a time stands, 0 to 1.
    pub fn across(&self, at: Timestamp) -> f64 {
        let whole = self.end.duration_since(self.start).as_secs_f64();
        if whole <= 0.0 {
            return 0.0;
        }
        at.duration_since(self.start).as_secs_f64() / whole
    }

    /// The column of a time, where it is within the plot.
    pub fn column(&self, at: Timestamp) -> Option<u16> {
        let across = self.across(at);
        (0.0..=1.0).contains(&across).then(|| {
            let last = f64::from(self.plot.width.saturating_sub(1));
            self.plot.x + (across * last).round() as u16
        })
    }

    /// How far up a value stands, 0 to 1.
    pub fn up(&self, value: f64) -> f64 {
        (value - self.low) / (self.high - self.low)
    }

    /// The row of a value, where it is within the plot.
    pub fn row(&self, value: f64) -> Option<u16> {
        let up = self.up(value);
        (0.0..=1.0).contains(&up).then(|| {
            let last = f64::from(self.plot.height.saturating_sub(1));
            self.plot.y + ((1.0 - up) * last).round() as u16
        })
    }
}

/// The text of a tick: as many digits as tell it from its neighbours.
pub fn tick_text(scene: &Scene<'_>, tick: f64, ticks: &[f64], unit: Unit) -> String {
    let step = match ticks {
        [first, second, ..] => (second - first).abs(),
        _ => tick.abs(),
    };
    if unit == Unit::Bytes {
        return figure::bytes(tick);
    }
    let (tick, step) = if unit == Unit::Share {
        (tick * 100.0, step * 100.0)
    } else {
        (tick, step)
    };
    let digits = if step <= 0.0 || step >= 1.0 && step.fract() == 0.0 {
        0
    } else {
        (-step.log10().floor()).clamp(0.0, 6.0) as usize + usize::from(step > 1.0)
    };
    let tick = tick + 0.0;
    format!("{tick:.digits$}{}", figure::suffix(unit, scene.glyph))
}

/// The bounds of a limit.
pub fn bounds(limit: Limit) -> Vec<f64> {
    match limit {
        Limit::Above(bound)
        | Limit::AtLeast(bound)
        | Limit::Below(bound)
        | Limit::AtMost(bound) => {
            vec![bound]
        }
        Limit::Between(low, high) => vec![low, high],
    }
}

fn extent(chart: &Chart, series: &[(String, Series)]) -> (f64, f64) {
    let finite = series
        .iter()
        .flat_map(|(_, series)| series.values.iter().flatten().copied())
        .filter(|value| value.is_finite());
    let (mut low, mut high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| {
        (low.min(v), high.max(v))
    });
    if low > high {
        (low, high) = (0.0, 1.0);
    }
    let spread = (high - low).max(high.abs() * 0.1).max(low.abs() * 0.1);
    for bound in chart.limits.iter().flat_map(|limit| bounds(*limit)) {
        if (bound - high).abs().min((bound - low).abs()) <= spread * REACH {
            low = low.min(bound);
            high = high.max(bound);
        }
    }
    if low > 0.0 && low <= high * 0.5 {
        low = 0.0;
    }
    if high - low < f64::EPSILON * high.abs().max(1.0) {
        let room = (high.abs() * 0.1).max(0.5);
        (low, high) = (low - room, high + room);
    }
    // Differences of the very largest numbers are no numbers.
    (low.max(-1e300), high.min(1e300))
}

/// Round values, about so many, from at or below `low` to at or above `high`.
pub fn ticks(low: f64, high: f64, about: usize) -> Vec<f64> {
    let raw = (high - low) / about as f64;
    if !raw.is_finite() || raw <= 0.0 {
        return vec![low, high];
    }
    let size = 10_f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * size)
        .find(|step| *step >= raw * 0.999)
        .unwrap_or(size * 10.0);
    let first = (low / step + 1e-9).floor();
    let last = (high / step - 1e-9).ceil();
    let count = (last - first).clamp(1.0, 20.0) as usize;
    (0..=count)
        .map(|index| (first + index as f64) * step)
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn about(found: &[f64], wanted: &[f64]) {
        assert_eq!(found.len(), wanted.len(), "{found:?}");
        for (a, b) in found.iter().zip(wanted) {
            assert!((a - b).abs() < 1e-9, "{found:?}");
        }
    }

    #[test]
    fn ticks_are_round_and_hold_the_values() {
        about(
            &ticks(0.0, 2413.0, 5),
            &[0.0, 500.0, 1000.0, 1500.0, 2000.0, 2500.0],
        );
        about(&ticks(0.9971, 0.9999, 4), &[0.997, 0.998, 0.999, 1.0]);
        about(&ticks(0.0, 2.5, 5), &[0.0, 0.5, 1.0, 1.5, 2.0, 2.5]);
    }

    proptest! {
        #[test]
        fn ticks_span_any_extent(low in -1e12_f64..1e12, span in 1e-6_f64..1e12, count in 2_usize..8) {
            let found = ticks(low, low + span, count);
            prop_assert!(found.len() >= 2);
            prop_assert!(found.windows(2).all(|pair| pair[0] <= pair[1]));
        }
    }
}
