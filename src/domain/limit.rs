//! Limits carry their operator: `"> 500"`, `"<= 2.5"`, `"100 .. 2000"`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer};
use thiserror::Error;

use super::light::Light;

/// A condition on one number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Limit {
    Above(f64),
    AtLeast(f64),
    Below(f64),
    AtMost(f64),
    /// Both bounds included.
    Between(f64, f64),
}

/// Why a text is not a limit.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not a limit: write `> 500`, `>= 99.9`, `< 1`, `<= 2.5` or `100 .. 2000`")]
pub struct BadLimit(String);

impl Limit {
    /// NaN meets no limit.
    pub fn holds(self, value: f64) -> bool {
        match self {
            Self::Above(limit) => value > limit,
            Self::AtLeast(limit) => value >= limit,
            Self::Below(limit) => value < limit,
            Self::AtMost(limit) => value <= limit,
            Self::Between(low, high) => value >= low && value <= high,
        }
    }

    /// The bound to draw as a line; the nearer one of two.
    pub fn bound(self, value: f64) -> f64 {
        match self {
            Self::Above(limit)
            | Self::AtLeast(limit)
            | Self::Below(limit)
            | Self::AtMost(limit) => limit,
            Self::Between(low, high) => {
                if (value - low).abs() < (high - value).abs() {
                    low
                } else {
                    high
                }
            }
        }
    }

    /// How far inside the limit the value stands, as a share of the limit; of the error side where `share` says that
    /// the value is a share with a lower bound. `None` for a limit of zero.
    pub fn headroom(self, value: f64, share: bool) -> Option<f64> {
        let (room, whole) = match self {
            Self::AtMost(limit) | Self::Below(limit) => (limit - value, limit),
            Self::AtLeast(limit) | Self::Above(limit) if share => {
                ((1.0 - limit) - (1.0 - value), 1.0 - limit)
            }
            Self::AtLeast(limit) | Self::Above(limit) => (value - limit, limit),
            Self::Between(low, high) => ((value - low).min(high - value), high - low),
        };
        (whole != 0.0).then(|| room / whole)
    }
}

impl FromStr for Limit {
    type Err = BadLimit;

    fn from_str(text: &str) -> Result<Self, BadLimit> {
        let bad = || BadLimit(text.to_owned());
        let number = |part: &str| {
            part.trim()
                .parse::<f64>()
                .ok()
                .filter(|n| n.is_finite())
                .ok_or_else(bad)
        };
        let trimmed = text.trim();
        if let Some((low, high)) = trimmed.split_once("..") {
            let (low, high) = (number(low)?, number(high)?);
            return if low <= high {
                Ok(Self::Between(low, high))
            } else {
                Err(bad())
            };
        }
        for (sign, make) in [
            (">=", Self::AtLeast as fn(f64) -> Self),
            ("<=", Self::AtMost),
            (">", Self::Above),
            ("<", Self::Below),
        ] {
            if let Some(rest) = trimmed.strip_prefix(sign) {
                return number(rest).map(make);
            }
        }
        Err(bad())
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Above(limit) => write!(f, "> {limit}"),
            Self::AtLeast(limit) => write!(f, ">= {limit}"),
            Self::Below(limit) => write!(f, "< {limit}"),
            Self::AtMost(limit) => write!(f, "<= {limit}"),
            Self::Between(low, high) => write!(f, "{low} .. {high}"),
        }
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// Judges a value by what is good and what is a warning; without a warning limit, headroom under a tenth is yellow.
pub fn judge(value: f64, good: Option<Limit>, warn: Option<Limit>, share: bool) -> Option<Light> {
    if value.is_nan() {
        return Some(Light::Unknown);
    }
    let good = good?;
    if !good.holds(value) {
        return Some(Light::Red);
    }
    let yellow = match warn {
        Some(warn) => warn.holds(value),
        None => good.headroom(value, share).is_some_and(|room| room < 0.1),
    };
    Some(if yellow { Light::Yellow } else { Light::Green })
}
