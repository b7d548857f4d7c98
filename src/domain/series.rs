//! Values on a fixed grid of time; where nothing was measured there is a gap, never a zero.

use std::time::Duration;

use jiff::Timestamp;

/// One series on its grid. `None` is absent or NaN: unknown, neither bad nor good.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    pub start: Timestamp,
    pub step: Duration,
    pub values: Vec<Option<f64>>,
}

impl Series {
    /// The time of the value at `index`.
    pub fn time(&self, index: usize) -> Timestamp {
        let ahead =
            i64::try_from(self.step.as_millis().saturating_mul(index as u128)).unwrap_or(i64::MAX);
        Timestamp::from_millisecond(self.start.as_millisecond().saturating_add(ahead))
            .unwrap_or(self.start)
    }

    /// The time of the newest value there is.
    pub fn last_time(&self) -> Option<Timestamp> {
        self.values
            .iter()
            .rposition(Option::is_some)
            .map(|at| self.time(at))
    }

    pub fn last(&self) -> Option<f64> {
        self.values.iter().rev().find_map(|value| *value)
    }

    /// The smallest and the largest value there is.
    pub fn extent(&self) -> Option<(f64, f64)> {
        self.values
            .iter()
            .flatten()
            .fold(None, |extent, value| match extent {
                None => Some((*value, *value)),
                Some((low, high)) => Some((value.min(low), value.max(high))),
            })
    }
}
