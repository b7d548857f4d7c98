//! How long to wait after a failure.

use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};

/// Grows with failures in a row, up to a limit, with jitter so that many cockpits don't come back at once.
pub(super) struct Backoff {
    attempt: u32,
    first: Duration,
    max: Duration,
    /// Monotonic time until which the last wait lasted.
    waited_until: Duration,
}

impl Backoff {
    pub const fn new(max: Duration) -> Self {
        Self {
            attempt: 0,
            first: Duration::from_millis(500),
            max,
            waited_until: Duration::ZERO,
        }
    }

    /// The wait after a failure at `now`. Being well for as long as the longest wait makes it short again.
    pub fn after_failure(&mut self, now: Duration, asked: Option<Duration>) -> Duration {
        if now.saturating_sub(self.waited_until) >= self.max {
            self.attempt = 0;
        }
        let grown = self.first.saturating_mul(1 << self.attempt.min(10));
        self.attempt = self.attempt.saturating_add(1);
        // What the server asks for is a floor, and a little more keeps a crowd apart.
        let wait = match asked {
            Some(asked) => asked + self.first.mul_f64(random()),
            None => grown.min(self.max).mul_f64(0.5 + random() / 2.0),
        };
        self.waited_until = now + wait;
        wait
    }
}

/// From 0 to 1, as random as the keys of a hash map.
fn random() -> f64 {
    f64::from(RandomState::new().hash_one(()) as u32) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_limit_and_fall_after_a_calm() {
        let max = Duration::from_secs(30);
        let mut backoff = Backoff::new(max);
        let mut now = Duration::ZERO;
        let mut last = Duration::ZERO;
        for _ in 0..12 {
            last = backoff.after_failure(now, None);
            assert!(last <= max);
            now += last;
        }
        assert!(last >= max / 2, "{last:?}");
        let calm = backoff.after_failure(now + max, None);
        assert!(calm <= Duration::from_millis(500), "{calm:?}");
    }

    #[test]
    fn what_the_server_asks_for_is_kept() {
        let asked = Duration::from_secs(7);
        let wait = Backoff::new(Duration::from_secs(30)).after_failure(Duration::ZERO, Some(asked));
        assert!(
            wait >= asked && wait <= asked + Duration::from_millis(500),
            "{wait:?}"
        );
    }
}
