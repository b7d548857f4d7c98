//! Cron schedules: five fields, in UTC.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

/// A parsed schedule: the allowed values of each field as bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
    any_day: bool,
    any_weekday: bool,
}

impl Schedule {
    pub fn parse(text: &str) -> Option<Self> {
        let text = match text.trim() {
            "@hourly" => "0 * * * *",
            "@daily" | "@midnight" => "0 0 * * *",
            "@weekly" => "0 0 * * 0",
            "@monthly" => "0 0 1 * *",
            "@yearly" | "@annually" => "0 0 1 1 *",
            other => other,
        };
        let parts: Vec<&str> = text.split_whitespace().collect();
        let [minutes, hours, days, months, weekdays] = parts.as_slice() else {
            return None;
        };
        let weekday_bits = field(weekdays, 0, 7)?;
        Some(Self {
            minutes: field(minutes, 0, 59)?,
            hours: field(hours, 0, 23)?,
            days: field(days, 1, 31)?,
            months: field(months, 1, 12)?,
            // Sunday is 0 and 7.
            weekdays: weekday_bits | (weekday_bits >> 7 & 1),
            any_day: days.starts_with('*'),
            any_weekday: weekdays.starts_with('*'),
        })
    }

    fn matches(&self, at: Timestamp) -> bool {
        let at = at.to_zoned(TimeZone::UTC);
        let has = |bits: u64, value: i8| bits & (1 << value) != 0;
        let day = has(self.days, at.day());
        let weekday = has(self.weekdays, at.weekday().to_sunday_zero_offset());
        let date = if self.any_day || self.any_weekday {
            day && weekday
        } else {
            day || weekday
        };
        date && has(self.minutes, at.minute())
            && has(self.hours, at.hour())
            && has(self.months, at.month())
    }

    /// The first time after `after`; `None` if there is none within two years.
    pub fn next(&self, after: Timestamp) -> Option<Timestamp> {
        self.search(after, 1)
    }

    /// The last time at or before `at`.
    pub fn last(&self, at: Timestamp) -> Option<Timestamp> {
        self.search(at, -1)
    }

    fn search(&self, from: Timestamp, direction: i64) -> Option<Timestamp> {
        let minute = from.as_second().div_euclid(60);
        let first = if direction > 0 { minute + 1 } else { minute };
        let step = SignedDuration::from_secs(60 * direction);
        let mut at = Timestamp::from_second(first * 60).ok()?;
        for _ in 0..2 * 366 * 24 * 60 {
            if self.matches(at) {
                return Some(at);
            }
            at = at.checked_add(step).ok()?;
        }
        None
    }
}

fn field(text: &str, low: u32, high: u32) -> Option<u64> {
    let mut bits = 0;
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, step.parse::<u32>().ok().filter(|step| *step > 0)?),
            None => (part, 1),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (low, high),
            Some((from, to)) => (from.parse().ok()?, to.parse().ok()?),
            None => {
                let one = range.parse().ok()?;
                (one, if part.contains('/') { high } else { one })
            }
        };
        if from < low || to > high || from > to {
            return None;
        }
        for value in (from..=to).step_by(step as usize) {
            bits |= 1 << value;
        }
    }
    Some(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_find_their_next_and_last_time() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let noon = at("2026-03-01T12:03:30Z");
        let next = |text: &str| Schedule::parse(text).unwrap().next(noon).unwrap();
        assert_eq!(next("*/5 * * * *"), at("2026-03-01T12:05:00Z"));
        assert_eq!(next("0 2 * * *"), at("2026-03-02T02:00:00Z"));
        assert_eq!(next("15 10 * * 1-5"), at("2026-03-02T10:15:00Z"));
        assert_eq!(next("0 0 1 4 *"), at("2026-04-01T00:00:00Z"));
        let last = Schedule::parse("*/5 * * * *").unwrap().last(noon);
        assert_eq!(last, Some(at("2026-03-01T12:00:00Z")));
        for broken in ["", "* * * *", "61 * * * *", "*/0 * * * *", "a * * * *"] {
            assert_eq!(Schedule::parse(broken), None, "{broken}");
        }
    }
}
