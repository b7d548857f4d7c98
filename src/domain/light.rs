//! Lights: the one scale of good and bad. Colour means this and nothing else.

use serde::{Deserialize, Serialize};

use super::{id::LightId, text::Text};

/// Green, yellow, red, or not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Light {
    Green,
    Yellow,
    Unknown,
    Red,
}

impl Light {
    /// Worst wins: red, then unknown, then yellow, then green.
    const fn rank(self) -> u8 {
        match self {
            Self::Green => 0,
            Self::Yellow => 1,
            Self::Unknown => 2,
            Self::Red => 3,
        }
    }

    #[must_use]
    pub const fn worst(self, other: Self) -> Self {
        if self.rank() >= other.rank() {
            self
        } else {
            other
        }
    }

    pub fn worst_of(lights: impl IntoIterator<Item = Self>) -> Option<Self> {
        lights.into_iter().reduce(Self::worst)
    }
}

/// A light of the pack as it stands, with the reasons that made it so (ids of the conditions that held or were unknown).
#[derive(Debug, Clone, PartialEq)]
pub struct LightState {
    pub id: LightId,
    pub title: Text,
    pub light: Light,
    pub reasons: Vec<String>,
}
