//! Which days a rule means.

use std::sync::Arc;

use jiff::civil::{Date, Weekday};

use super::Holidays;

/// Days of a calendar that a rule picks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DayRule {
    Weekdays(Vec<Weekday>),
    Workdays,
    DaysOff,
    /// The n-th of each month that has one.
    OfMonth(i8),
    LastOfMonth,
    /// `2nd mon`, `last fri` of each month that has one.
    Nth(Nth, Weekday),
    /// The last day of March, June, September and December.
    QuarterEnd,
    /// Every so many days from an anchor on, never before it.
    Cycle {
        days: u32,
        from: Date,
    },
}

/// Which of the same weekdays of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nth {
    From(i8),
    Last,
}

/// Days that any of some rules picks, with the holidays they know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnDays {
    pub any: Vec<DayRule>,
    pub holidays: Arc<Holidays>,
}

impl OnDays {
    /// Each day.
    pub fn all() -> Self {
        Self::weekdays(
            Weekday::Monday
                .cycle_forward()
                .take(7)
                .collect::<Vec<Weekday>>(),
        )
    }

    pub fn weekdays(days: Vec<Weekday>) -> Self {
        Self {
            any: vec![DayRule::Weekdays(days)],
            holidays: Arc::default(),
        }
    }

    pub fn contains(&self, day: Date) -> bool {
        self.any
            .iter()
            .any(|rule| rule.contains(day, &self.holidays))
    }

    /// Whether what is picked depends on holidays.
    pub fn asks_holidays(&self) -> bool {
        let asks = |rule: &DayRule| matches!(rule, DayRule::Workdays | DayRule::DaysOff);
        self.any.iter().any(asks)
    }
}

impl DayRule {
    fn contains(&self, day: Date, holidays: &Holidays) -> bool {
        match self {
            Self::Weekdays(days) => days.contains(&day.weekday()),
            Self::Workdays => holidays.is_workday(day),
            Self::DaysOff => !holidays.is_workday(day),
            Self::OfMonth(number) => day.day() == *number,
            Self::LastOfMonth => day.day() == day.days_in_month(),
            Self::Nth(nth, weekday) => {
                day.weekday() == *weekday
                    && match nth {
                        Nth::From(number) => (day.day() - 1) / 7 + 1 == *number,
                        Nth::Last => day.day() + 7 > day.days_in_month(),
                    }
            }
            Self::QuarterEnd => day.month() % 3 == 0 && day.day() == day.days_in_month(),
            Self::Cycle { days, from } => {
                let past = day.duration_since(*from).as_hours() / 24;
                past >= 0 && past % i64::from((*days).max(1)) == 0
            }
        }
    }
}
