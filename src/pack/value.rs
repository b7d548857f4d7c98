//! Small values of a pack's files: spans of time, shares, times of day, days of the week.

use std::{fmt, str::FromStr, time::Duration};

use jiff::civil::{Time, Weekday};
use thiserror::Error;

/// Why a text is not a value of its kind.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum BadValue {
    #[error("`{0}` is not a span of time: write `30s`, `5m`, `1h30m`, `1d`")]
    Span(String),
    #[error("`{0}` is not a share: write `99.9%`, more than 0 and less than 100")]
    Share(String),
    #[error("`{0}` is not a time of day: write `07:00`")]
    Time(String),
    #[error("`{0}` are not days: write `mon-sun`, `mon-fri` or `sat,sun`")]
    Days(String),
    #[error("`{0}` is not an address: write `https://…`")]
    Url(String),
}

/// A span of time, `1h30m`; never zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span(pub Duration);

impl FromStr for Span {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        let bad = || BadValue::Span(text.to_owned());
        let mut rest = text.trim();
        let mut seconds: u64 = 0;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(bad)?;
            let number: u64 = rest[..digits].parse().map_err(|_| bad())?;
            let unit = match rest.as_bytes()[digits] {
                b's' => 1,
                b'm' => 60,
                b'h' => 3_600,
                b'd' => 86_400,
                b'w' => 604_800,
                _ => return Err(bad()),
            };
            let part = number.checked_mul(unit).ok_or_else(bad)?;
            seconds = seconds.checked_add(part).ok_or_else(bad)?;
            rest = &rest[digits + 1..];
        }
        // A year and more is a slip, and would overflow arithmetic on timestamps.
        if seconds == 0 || seconds > 366 * 86_400 {
            return Err(bad());
        }
        Ok(Self(Duration::from_secs(seconds)))
    }
}

/// As it reads back.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.as_secs();
        for (unit, seconds) in [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)] {
            if rest >= seconds {
                write!(f, "{}{unit}", rest / seconds)?;
                rest %= seconds;
            }
        }
        Ok(())
    }
}

/// A share written in per cent, `99.9%`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Share(pub f64);

impl FromStr for Share {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        text.trim()
            .strip_suffix('%')
            .and_then(|number| number.trim().parse::<f64>().ok())
            .filter(|number| *number > 0.0 && *number < 100.0)
            .map(|number| Self(number / 100.0))
            .ok_or_else(|| BadValue::Share(text.to_owned()))
    }
}

/// A time of day, `07:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hour(pub Time);

impl FromStr for Hour {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        let bad = || BadValue::Time(text.to_owned());
        let (hour, minute) = text.trim().split_once(':').ok_or_else(bad)?;
        let number = |part: &str| part.parse::<i8>().map_err(|_| bad());
        Time::new(number(hour)?, number(minute)?, 0, 0)
            .map(Self)
            .map_err(|_| bad())
    }
}

/// Days of the week, `mon-fri` or `sat,sun`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Days(pub Vec<Weekday>);

const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

impl FromStr for Days {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        let bad = || BadValue::Days(text.to_owned());
        let index = |name: &str| {
            DAYS.iter()
                .position(|(day, _)| *day == name.trim())
                .ok_or_else(bad)
        };
        let mut days = Vec::new();
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last) = (index(first)?, index(last)?);
            if first > last {
                return Err(bad());
            }
            days.extend(DAYS[first..=last].iter().map(|(_, day)| *day));
        }
        Ok(Self(days))
    }
}

/// An address a browser opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Url(pub String);

impl FromStr for Url {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        let good = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"))
            .is_some_and(|rest| !rest.is_empty())
            && !text.chars().any(|c| c.is_whitespace() || c.is_control());
        if good {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadValue::Url(text.to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_add_up() {
        assert_eq!("1h30m".parse(), Ok(Span(Duration::from_secs(5_400))));
        assert_eq!("45s".parse(), Ok(Span(Duration::from_secs(45))));
        for text in ["1h30m", "45s", "1d1s", "2h"] {
            assert_eq!(text.parse::<Span>().unwrap().to_string(), text);
        }
        for bad in [
            "",
            "5",
            "m",
            "5 minutes",
            "0s",
            "-5m",
            "5x",
            "99999999999999999999s",
            "800d",
        ] {
            assert!(bad.parse::<Span>().is_err(), "{bad}");
        }
    }

    #[test]
    fn shares_hours_and_days() {
        assert_eq!("99.9%".parse(), Ok(Share(99.9 / 100.0)));
        assert!("100%".parse::<Share>().is_err());
        assert!("0.999".parse::<Share>().is_err());
        assert_eq!("19:00".parse(), Ok(Hour(Time::constant(19, 0, 0, 0))));
        assert!("24:00".parse::<Hour>().is_err());
        assert_eq!("mon-sun".parse::<Days>().map(|days| days.0.len()), Ok(7));
        assert_eq!(
            "sat,sun".parse(),
            Ok(Days(vec![Weekday::Saturday, Weekday::Sunday]))
        );
        assert!("fri-mon".parse::<Days>().is_err());
    }
}
