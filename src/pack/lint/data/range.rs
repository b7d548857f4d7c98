//! The values that a limit means.

use std::str::FromStr;

/// From one number to another, with or without them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    pub low: f64,
    pub with_low: bool,
    pub high: f64,
    pub with_high: bool,
}

/// A text that is no limit.
#[derive(Debug, thiserror::Error)]
#[error("a limit reads like `> 0.8`")]
pub struct NoRange;

impl FromStr for Range {
    type Err = NoRange;

    fn from_str(text: &str) -> Result<Self, NoRange> {
        let text = text.trim();
        let number = text.trim_start_matches(['<', '>', '=', ' ']);
        let op = text[..text.len() - number.len()].trim();
        let number: f64 = number.trim().parse().map_err(|_| NoRange)?;
        Self::new(op, number).ok_or(NoRange)
    }
}

impl Range {
    pub fn new(op: &str, number: f64) -> Option<Self> {
        let (low, high) = match op {
            "<" | "<=" => (f64::NEG_INFINITY, number),
            ">" | ">=" => (number, f64::INFINITY),
            "=" | "==" => (number, number),
            _ => return None,
        };
        let with = op.contains('=');
        Some(Self {
            low,
            with_low: with && low.is_finite(),
            high,
            with_high: with && high.is_finite(),
        })
    }

    /// Its finite end, and whether the end is in it.
    pub fn edge(&self) -> (f64, bool) {
        if self.low.is_finite() {
            (self.low, self.with_low)
        } else {
            (self.high, self.with_high)
        }
    }

    pub fn goes_up(&self) -> bool {
        self.high == f64::INFINITY
    }

    pub fn meets(&self, other: &Self) -> bool {
        let (low, with_low) = if self.low > other.low {
            (self.low, self.with_low)
        } else if other.low > self.low {
            (other.low, other.with_low)
        } else {
            (self.low, self.with_low && other.with_low)
        };
        let (high, with_high) = if self.high < other.high {
            (self.high, self.with_high)
        } else if other.high < self.high {
            (other.high, other.with_high)
        } else {
            (self.high, self.with_high && other.with_high)
        };
        let touches = (low - high).abs() < f64::EPSILON && with_low && with_high;
        low < high || touches
    }

    pub fn has(&self, number: f64) -> bool {
        let point = Self {
            low: number,
            with_low: true,
            high: number,
            with_high: true,
        };
        self.meets(&point)
    }
}

impl std::fmt::Display for Range {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (edge, with) = self.edge();
        let sign = match (self.goes_up(), with) {
            (_, true) if (self.low - self.high).abs() < f64::EPSILON => "=",
            (true, true) => "≥",
            (true, false) => ">",
            (false, true) => "≤",
            (false, false) => "<",
        };
        write!(f, "{sign}{edge}")
    }
}
