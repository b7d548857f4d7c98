//! When to ask again after a failure.

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher as _, Hasher as _},
    time::Duration,
};

use super::failure::Failure;
use crate::domain::freshness::TroubleKind;

/// The longest time between two tries.
const LONGEST: Duration = Duration::from_secs(60);

/// How often one server failed in a row, and what follows from that.
#[derive(Debug, Clone, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    pub const fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// How long to wait after this failure: doubling, never shorter than the server asked for. What a person must mend
    /// (a token, a right, an address) is not asked for every second.
    pub fn failed(&mut self, failure: &Failure) -> Duration {
        let first = match failure.trouble.kind {
            TroubleKind::Unauthorized
            | TroubleKind::Forbidden
            | TroubleKind::NotTheApi
            | TroubleKind::BadQuestion
            | TroubleKind::Absent => Duration::from_secs(15),
            TroubleKind::Unreachable
            | TroubleKind::TimedOut
            | TroubleKind::Throttled
            | TroubleKind::ServerError => Duration::from_secs(2),
        };
        let doubled = first.saturating_mul(1 << self.failures.min(5)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        match failure.retry_after {
            Some(asked) => asked.max(doubled),
            None => jittered(doubled),
        }
    }
}

/// A time within a tenth of the given one, so that many cockpits don't ask in step.
pub fn jittered(time: Duration) -> Duration {
    let noise = RandomState::new().build_hasher().finish() % 1_000;
    time.mul_f64(0.9 + noise as f64 / 5_000.0)
}
