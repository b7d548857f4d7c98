//! Days off, and the days worked to make up for them.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};

/// A calendar of holidays: days off, make-up workdays, and the span of days it speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holidays {
    pub off: BTreeSet<Date>,
    /// Days of a weekend that are worked.
    pub worked: BTreeSet<Date>,
    /// First and last day of each span that somebody wrote down.
    pub known: Vec<(Date, Date)>,
}

impl Holidays {
    /// Monday to Friday but for days off, and the days worked instead.
    pub fn is_workday(&self, day: Date) -> bool {
        if self.worked.contains(&day) {
            return true;
        }
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        !weekend && !self.off.contains(&day)
    }

    /// Whether the holidays of this day are written down; outside of that only weekends are known to be off.
    pub fn knows(&self, day: Date) -> bool {
        self.known
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&day))
    }

    /// Both together: one calendar for each year.
    pub fn join(&mut self, other: &Self) {
        self.off.extend(&other.off);
        self.worked.extend(&other.worked);
        self.known.extend(&other.known);
    }
}
