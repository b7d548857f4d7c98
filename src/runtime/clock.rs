//! The program's clock: time is read here and enters everything else as a value.

use std::time::Instant;

use jiff::Timestamp;

use crate::domain::time::{Clock, Moment};

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
    #[expect(clippy::disallowed_methods, reason = "this is the clock's home")]
    fn now(&self) -> Moment {
        Moment::new(Timestamp::now(), self.started.elapsed())
    }
}
