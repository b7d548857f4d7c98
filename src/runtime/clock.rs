//! The program's clock: time is read here and enters everything else as a value.

use std::{sync::OnceLock, time::Instant};

use jiff::{SignedDuration, Timestamp};

use crate::domain::time::{Clock, Moment};

/// How far the whole process is ahead of the machine: a demo may begin at another time of day.
static AHEAD: OnceLock<SignedDuration> = OnceLock::new();

/// Puts the clocks of this process where a demo begins, before anything of it is dated; only the first call counts.
#[expect(clippy::disallowed_methods, reason = "this is the clock's home")]
pub fn begin_at(start: Timestamp) {
    AHEAD.get_or_init(|| start.duration_since(Timestamp::now()));
}

#[expect(clippy::disallowed_methods, reason = "this is the clock's home")]
fn wall() -> Timestamp {
    let ahead = AHEAD.get().copied().unwrap_or_default();
    let now = Timestamp::now();
    now.checked_add(ahead).unwrap_or(now)
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock's home")]
    pub fn start() -> Self {
        Self {
            started: Instant::now(),
        }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        Moment::new(wall(), self.started.elapsed())
    }
}
