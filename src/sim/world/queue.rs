//! A queue as a fluid: what comes in waits until the workers have taken what came before it.

use std::collections::VecDeque;

/// The state of one queue.
#[derive(Debug, Clone, Default)]
pub struct Fluid {
    pub depth: f64,
    /// Age of the job at the head, in seconds.
    pub oldest: f64,
    pub rate_in: f64,
    pub rate_out: f64,
    came: f64,
    went: f64,
    /// How much had come in by when, from the head on.
    arrivals: VecDeque<(f64, f64)>,
}

impl Fluid {
    pub fn new(depth: f64) -> Self {
        Self {
            depth,
            came: depth,
            ..Self::default()
        }
    }

    /// Lets `seconds` pass that end at `at`: jobs are offered and taken at these rates.
    pub fn step(&mut self, at: f64, seconds: f64, offered: f64, capacity: f64, floor: f64) {
        if seconds <= 0.0 {
            self.arrivals.push_back((at, self.came));
            self.oldest = floor;
            return;
        }
        let offered = offered.max(0.0);
        let taken = (capacity.max(0.0) * seconds).min(self.depth + offered * seconds);
        self.came += offered * seconds;
        self.went += taken;
        self.depth = self.came - self.went;
        self.rate_in = offered;
        self.rate_out = taken / seconds;
        self.arrivals.push_back((at, self.came));
        // The head came when as much had come in as has gone out by now.
        while self.arrivals.len() > 2 && self.arrivals[1].1 <= self.went {
            self.arrivals.pop_front();
        }
        self.oldest = self.age(at).max(floor);
    }

    fn age(&self, at: f64) -> f64 {
        if self.depth < 0.5 {
            return 0.0;
        }
        let (Some(before), Some(after)) = (self.arrivals.front(), self.arrivals.get(1)) else {
            return 0.0;
        };
        let part = ((self.went - before.1) / (after.1 - before.1)).clamp(0.0, 1.0);
        let came_at = before.0 + (after.0 - before.0) * if part.is_nan() { 0.0 } else { part };
        at - came_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_that_takes_less_than_it_gets_grows_and_ages() {
        let mut queue = Fluid::new(0.0);
        for k in 0..=120 {
            queue.step(
                f64::from(k) * 15.0,
                if k == 0 { 0.0 } else { 15.0 },
                10.0,
                8.0,
                1.0,
            );
        }
        assert!((queue.depth - 3600.0).abs() < 1e-6);
        // 14,400 jobs went, at 10/s they had come after 1,440 s of 1,800.
        assert!((queue.oldest - 360.0).abs() < 1.0, "{}", queue.oldest);
        assert!((queue.rate_out - 8.0).abs() < 1e-9);
    }

    #[test]
    fn an_empty_queue_goes_out_as_it_comes_in() {
        let mut queue = Fluid::new(100.0);
        for k in 0..40 {
            queue.step(
                f64::from(k) * 15.0,
                if k == 0 { 0.0 } else { 15.0 },
                2.0,
                10.0,
                1.5,
            );
        }
        assert!(queue.depth.abs() < 1e-6);
        assert!((queue.rate_out - 2.0).abs() < 1e-9);
        assert!((queue.oldest - 1.5).abs() < 1e-9);
    }

    #[test]
    fn stalled_workers_let_the_head_age() {
        let mut queue = Fluid::new(0.0);
        queue.step(0.0, 0.0, 5.0, 0.0, 1.0);
        for k in 1..=40 {
            queue.step(f64::from(k) * 15.0, 15.0, 5.0, 0.0, 1.0);
        }
        assert!((queue.oldest - 600.0).abs() < 16.0, "{}", queue.oldest);
        assert!(queue.rate_out.abs() < 1e-9);
    }
}
