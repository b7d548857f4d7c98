//! Windows of objectives, cut from counters; before the history begins the scenario says what was.

use super::formula::Windows;
use super::history::History;
use super::noise;
use super::scenario::Slo;

const DAY: f64 = 86_400.0;

/// The past of the objectives.
pub struct Past<'a> {
    pub slos: &'a [Slo],
    pub history: &'a History,
    pub seed: u64,
    pub still: bool,
}

impl Past<'_> {
    /// Errors and all in the window of `over` seconds that ends at `at`.
    pub fn counts(&self, slo: usize, at: f64, over: f64) -> Option<(f64, f64)> {
        let objective = &self.slos[slo];
        let at = self.history.inside(at);
        let end = (
            self.history.counter(objective.errors_sum, at)?,
            self.history.counter(objective.total_sum, at)?,
        );
        let begin = self.sums(slo, at - over);
        Some(((end.0 - begin.0).max(0.0), (end.1 - begin.1).max(0.0)))
    }

    fn sums(&self, slo: usize, at: f64) -> (f64, f64) {
        let objective = &self.slos[slo];
        let first = self.history.first();
        if at >= first
            && let (Some(errors), Some(total)) = (
                self.history.counter(objective.errors_sum, at),
                self.history.counter(objective.total_sum, at),
            )
        {
            return (errors, total);
        }
        let (errors, total) = self.before(slo, first - at);
        let base = (
            self.history
                .counter(objective.errors_sum, first)
                .unwrap_or(0.0),
            self.history
                .counter(objective.total_sum, first)
                .unwrap_or(0.0),
        );
        (base.0 - errors, base.1 - total)
    }

    /// Errors and all in the `seconds` before the history, day by day.
    fn before(&self, slo: usize, seconds: f64) -> (f64, f64) {
        let objective = &self.slos[slo];
        let mut errors = 0.0;
        let mut day = 0.0;
        let mut left = seconds;
        while left > 0.0 {
            let part = left.min(DAY);
            let named = objective
                .before_days
                .iter()
                .find(|(number, _)| (*number - day).abs() < 0.5);
            let ordinary = if self.still {
                objective.before_errors
            } else {
                let wobble = noise::white(self.seed, slo as u64 + 900, day);
                objective.before_errors * (1.0 + 0.4 * wobble)
            };
            let share = named.map_or(ordinary, |(_, share)| *share);
            errors += share * objective.before_total * part;
            left -= part;
            day += 1.0;
        }
        (errors, objective.before_total * seconds)
    }
}

impl Windows for Past<'_> {
    fn bad_share(&self, slo: usize, over: f64) -> f64 {
        match self.counts(slo, self.history.last(), over) {
            Some((errors, total)) if total > 0.0 => errors / total,
            _ => f64::NAN,
        }
    }
}
