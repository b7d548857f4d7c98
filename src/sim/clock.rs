//! The clock of the embedded cluster: simulated time, and the only place in `sim` that reads the real one.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// Simulated time: runs from a start at a speed, or stands until it is moved by hand.
#[derive(Debug)]
pub struct SimClock {
    start: Timestamp,
    hand: Hand,
}

#[derive(Debug)]
enum Hand {
    Running { since: Instant, speed: f64 },
    Manual(Mutex<Timestamp>),
}

impl SimClock {
    /// A clock that starts at `start` and runs `speed` times as fast as real time.
    pub fn running(start: Timestamp, speed: f64) -> Arc<Self> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the named home of the clock in sim"
        )]
        let since = Instant::now();
        let speed = speed.max(0.0);
        Arc::new(Self {
            start,
            hand: Hand::Running { since, speed },
        })
    }

    /// A clock that stands at `start` until [`SimClock::advance`] moves it.
    pub fn manual(start: Timestamp) -> Arc<Self> {
        let hand = Hand::Manual(Mutex::new(start));
        Arc::new(Self { start, hand })
    }

    /// The wall clock, to start a simulation at the present.
    #[expect(
        clippy::disallowed_methods,
        reason = "the named home of the clock in sim"
    )]
    pub fn wall() -> Timestamp {
        Timestamp::now()
    }

    /// The simulated present.
    pub fn now(&self) -> Timestamp {
        match &self.hand {
            Hand::Running { since, speed } => {
                let elapsed = since.elapsed().as_secs_f64() * speed;
                let moved = SignedDuration::try_from_secs_f64(elapsed).unwrap_or_default();
                self.start.checked_add(moved).unwrap_or(Timestamp::MAX)
            }
            Hand::Manual(at) => *at.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// When the simulation began.
    pub fn start(&self) -> Timestamp {
        self.start
    }

    /// Simulated seconds per real second; 0 for a manual clock.
    pub fn speed(&self) -> f64 {
        match &self.hand {
            Hand::Running { speed, .. } => *speed,
            Hand::Manual(_) => 0.0,
        }
    }

    /// Moves a manual clock forward; a running clock moves by itself and ignores this.
    pub fn advance(&self, by: Duration) -> Timestamp {
        if let Hand::Manual(at) = &self.hand {
            let mut at = at.lock().unwrap_or_else(PoisonError::into_inner);
            let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
            *at = at.checked_add(by).unwrap_or(Timestamp::MAX);
        }
        self.now()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> Timestamp {
        "2026-03-01T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_manual_clock_moves_only_by_hand() {
        let clock = SimClock::manual(start());
        assert_eq!(clock.now(), start());
        let later = clock.advance(Duration::from_secs(90));
        assert_eq!(later.duration_since(start()).as_secs(), 90);
        assert_eq!(clock.now(), later);
    }

    #[test]
    fn a_running_clock_never_goes_back() {
        let clock = SimClock::running(start(), 1000.0);
        let first = clock.now();
        assert!(first >= start());
        assert!(clock.now() >= first);
        assert_eq!(clock.advance(Duration::from_secs(3600)).min(first), first);
    }
}
