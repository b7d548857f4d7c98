//! Time as a value: it enters as an event, nobody here asks a clock.

use std::time::Duration;

use jiff::Timestamp;

/// One reading of both clocks: the wall's, which may jump, and the monotonic one, which may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    pub wall: Timestamp,
    /// Since the process started.
    pub mono: Duration,
}

impl Moment {
    pub const fn new(wall: Timestamp, mono: Duration) -> Self {
        Self { wall, mono }
    }
}

/// Where a part of the program that does IO gets its time from; `runtime` and `sim` have the only real ones.
pub trait Clock: Send + Sync {
    fn now(&self) -> Moment;
}

/// The whole time between two wall clock readings, zero if they stand the wrong way round.
pub fn since(from: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(from)).unwrap_or(Duration::ZERO)
}

/// The newest multiple of `step` since the epoch that is not after `at`: the fixed grid all bastions share.
pub fn floor_to(at: Timestamp, step: Duration) -> Timestamp {
    let step = i64::try_from(step.as_secs().max(1)).unwrap_or(i64::MAX);
    let second = at.as_second();
    Timestamp::from_second(second - second.rem_euclid(step)).unwrap_or(at)
}
