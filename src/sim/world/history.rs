//! What every name was at every step: one column for each slot, one shared column of times.

use std::collections::VecDeque;

/// How far back a sample still counts as the present one, in seconds, as in Prometheus.
const LOOKBACK: f64 = 300.0;

/// Steps that are kept: the pre-roll and half a day at live steps.
const KEEP: usize = 10_500;

/// The recorded past of a world.
#[derive(Debug)]
pub struct History {
    times: VecDeque<f64>,
    columns: Vec<VecDeque<f64>>,
    /// A still world was always and will always be as it is.
    endless: bool,
}

impl History {
    pub fn new(slots: usize, expected: usize, endless: bool) -> Self {
        Self {
            times: VecDeque::with_capacity(expected),
            columns: (0..slots)
                .map(|_| VecDeque::with_capacity(expected))
                .collect(),
            endless,
        }
    }

    /// Records one step; times only grow.
    pub fn record(&mut self, at: f64, values: &[f64]) {
        if self.times.len() >= KEEP {
            self.times.pop_front();
            for column in &mut self.columns {
                column.pop_front();
            }
        }
        self.times.push_back(at);
        for (column, value) in self.columns.iter_mut().zip(values) {
            column.push_back(*value);
        }
    }

    /// The time of the first step that is kept.
    pub fn first(&self) -> f64 {
        self.times.front().copied().unwrap_or(0.0)
    }

    /// The time of the last step.
    pub fn last(&self) -> f64 {
        self.times.back().copied().unwrap_or(0.0)
    }

    /// A time as the history understands it: an endless one was always as it is at its last step.
    pub fn inside(&self, at: f64) -> f64 {
        if self.endless { self.last() } else { at }
    }

    fn index(&self, at: f64) -> Option<usize> {
        let after = self.times.partition_point(|time| *time <= at + 1e-6);
        after.checked_sub(1)
    }

    /// The sample that an instant query finds at a time.
    pub fn value(&self, slot: usize, at: f64) -> Option<f64> {
        let at = self.inside(at);
        let index = self.index(at)?;
        let fresh = at - self.times[index] <= LOOKBACK;
        let value = self.columns[slot][index];
        (fresh && !value.is_nan()).then_some(value)
    }

    /// The mean of the samples in `(at − over, at]`.
    pub fn mean(&self, slot: usize, at: f64, over: f64) -> Option<f64> {
        let at = self.inside(at);
        let end = self.index(at)? + 1;
        let begin = self.index(at - over).map_or(0, |index| index + 1);
        let (mut sum, mut count) = (0.0, 0_u32);
        for index in begin..end {
            let value = self.columns[slot][index];
            if !value.is_nan() {
                sum += value;
                count += 1;
            }
        }
        (count > 0).then(|| sum / f64::from(count))
    }

    /// A counter at a time, on a straight line between samples; `None` before the history.
    pub fn counter(&self, slot: usize, at: f64) -> Option<f64> {
        let index = self.index(at)?;
        let (time, value) = (self.times[index], self.columns[slot][index]);
        let Some(next) = self.times.get(index + 1) else {
            return Some(value);
        };
        let part = (at - time) / (next - time);
        Some(value + (self.columns[slot][index + 1] - value) * part)
    }

    /// The last time at or before `at` when a slot was above zero; the first step when it never was.
    pub fn last_above_zero(&self, slot: usize, at: f64) -> f64 {
        let Some(from) = self.index(self.inside(at)) else {
            return self.first();
        };
        (0..=from)
            .rev()
            .find(|index| self.columns[slot][*index] > 0.0)
            .map_or(self.first(), |index| self.times[index])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted() -> History {
        let mut history = History::new(1, 10, false);
        for k in 0..10 {
            history.record(f64::from(k) * 15.0, &[f64::from(k)]);
        }
        history
    }

    #[test]
    fn an_instant_finds_the_last_sample_within_the_lookback() {
        let history = counted();
        assert_eq!(history.value(0, 29.9), Some(1.0));
        assert_eq!(history.value(0, 30.0), Some(2.0));
        assert_eq!(history.value(0, 135.0 + 300.0), Some(9.0));
        assert_eq!(history.value(0, 135.0 + 301.0), None);
        assert_eq!(history.value(0, -1.0), None);
    }

    #[test]
    fn a_window_is_open_on_the_left() {
        let history = counted();
        assert_eq!(history.mean(0, 30.0, 30.0), Some(1.5));
        assert_eq!(history.counter(0, 37.5), Some(2.5));
    }

    #[test]
    fn gaps_are_absent() {
        let mut history = History::new(1, 3, false);
        history.record(0.0, &[1.0]);
        history.record(15.0, &[f64::NAN]);
        assert_eq!(history.value(0, 15.0), None);
        assert_eq!(history.mean(0, 15.0, 30.0), Some(1.0));
        assert!((history.last_above_zero(0, 20.0)).abs() < 1e-9);
    }

    #[test]
    fn old_steps_make_room() {
        let mut history = History::new(1, 0, false);
        for k in 0..KEEP + 5 {
            history.record(k as f64, &[1.0]);
        }
        assert!((history.first() - 5.0).abs() < 1e-9);
    }
}
