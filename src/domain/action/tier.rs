//! How much an action can harm.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How much an action can harm, which decides how it is confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Tier {
    /// Reads only: nothing is confirmed.
    T0,
    /// Can be taken back.
    T1,
    /// Production feels it.
    T2,
    /// Can lose data, cut everyone off or can't be undone.
    T3,
}

impl Tier {
    pub const ALL: [Self; 4] = [Self::T0, Self::T1, Self::T2, Self::T3];

    pub const fn name(self) -> &'static str {
        match self {
            Self::T0 => "T0",
            Self::T1 => "T1",
            Self::T2 => "T2",
            Self::T3 => "T3",
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
