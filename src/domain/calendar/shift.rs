//! Shifts: which one is on, and from when to when, on the pack's own clocks.

use jiff::{
    Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};

use super::OnDays;
use crate::domain::text::Text;

/// A shift of the pack's roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    pub id: String,
    pub title: Text,
    pub hours: Hours,
}

/// The shift that is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShiftNow {
    pub id: String,
    pub title: Text,
    pub from: Timestamp,
    pub to: Timestamp,
}

/// Hours of some days: when somebody can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    pub from: Time,
    /// Not after `from`: they end on the next day.
    pub to: Time,
    /// The days they start on.
    pub days: OnDays,
}

impl Hours {
    /// When those that start on a day begin and end. A time that a change of clocks skips is as much later.
    fn on(&self, day: Date, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
        if !self.days.contains(day) {
            return None;
        }
        let end = if self.to > self.from {
            day
        } else {
            day.tomorrow().ok()?
        };
        let at = |day: Date, time: Time| zone.to_timestamp(day.to_datetime(time)).ok();
        Some((at(day, self.from)?, at(end, self.to)?))
    }

    /// Whether a time lies in them.
    pub fn include(&self, at: Timestamp, zone: &TimeZone) -> bool {
        let today = at.to_zoned(zone.clone()).date();
        let days = [today.yesterday().ok(), Some(today)];
        let spans = days.into_iter().flatten();
        spans
            .filter_map(|day| self.on(day, zone))
            .any(|(from, to)| from <= at && at < to)
    }
}

impl Shift {
    /// When the shift that starts on a day begins and ends.
    pub(super) fn on(&self, day: Date, zone: &TimeZone) -> Option<ShiftNow> {
        let (from, to) = self.hours.on(day, zone)?;
        Some(ShiftNow {
            id: self.id.clone(),
            title: self.title.clone(),
            from,
            to,
        })
    }
}

/// The shift that is on; the one that began last where two are.
pub fn shift_at(shifts: &[Shift], zone: &TimeZone, now: Timestamp) -> Option<ShiftNow> {
    let today = now.to_zoned(zone.clone()).date();
    [today.yesterday().ok(), Some(today)]
        .into_iter()
        .flatten()
        .flat_map(|day| shifts.iter().filter_map(move |shift| shift.on(day, zone)))
        .filter(|shift| shift.from <= now && now < shift.to)
        .max_by_key(|shift| shift.from)
}

#[cfg(test)]
mod tests {
    use jiff::civil::Weekday;

    use super::*;

    fn shift(id: &str, from: i8, to: i8) -> Shift {
        Shift {
            id: id.to_owned(),
            title: Text::from(id),
            hours: Hours {
                from: Time::constant(from, 0, 0, 0),
                to: Time::constant(to, 0, 0, 0),
                days: OnDays::all(),
            },
        }
    }

    fn at(shifts: &[Shift], zone: &str, now: &str) -> Option<(String, i64)> {
        let zone = TimeZone::get(zone).expect("the tests' zones exist");
        shift_at(shifts, &zone, now.parse().expect("a time"))
            .map(|on| (on.id, (on.to.as_second() - on.from.as_second()) / 60))
    }

    #[test]
    fn day_and_night_take_turns_at_seven() {
        let roster = [shift("day", 7, 19), shift("night", 19, 7)];
        let on = |now| at(&roster, "Asia/Shanghai", now).map(|(id, _)| id);
        assert_eq!(on("2026-11-21T06:59:59+08:00").as_deref(), Some("night"));
        assert_eq!(on("2026-11-21T07:00:00+08:00").as_deref(), Some("day"));
        assert_eq!(on("2026-11-21T18:59:59+08:00").as_deref(), Some("day"));
        assert_eq!(on("2026-11-21T19:00:00+08:00").as_deref(), Some("night"));
        assert_eq!(on("2026-11-22T00:00:00+08:00").as_deref(), Some("night"));
    }

    #[test]
    fn a_night_with_a_change_of_clocks_has_its_true_length() {
        let roster = [shift("night", 19, 7)];
        let on = |now| at(&roster, "Europe/Berlin", now);
        assert_eq!(
            on("2026-03-29T04:00:00+02:00"),
            Some(("night".to_owned(), 11 * 60))
        );
        assert_eq!(
            on("2026-10-25T04:00:00+01:00"),
            Some(("night".to_owned(), 13 * 60))
        );
        assert_eq!(
            on("2026-06-01T04:00:00+02:00"),
            Some(("night".to_owned(), 12 * 60))
        );
    }

    #[test]
    fn a_shift_belongs_to_the_day_it_starts_on() {
        let mut friday = shift("friday", 19, 7);
        friday.hours.days = OnDays::weekdays(vec![Weekday::Friday]);
        let on = |now| at(std::slice::from_ref(&friday), "UTC", now).is_some();
        assert!(on("2026-11-20T23:00:00Z"), "Friday night");
        assert!(on("2026-11-21T06:00:00Z"), "Saturday morning");
        assert!(!on("2026-11-21T23:00:00Z"), "Saturday night");
    }

    #[test]
    fn equal_ends_are_a_whole_day() {
        let roster = [shift("all", 9, 9)];
        assert_eq!(
            at(&roster, "UTC", "2026-11-21T08:00:00Z"),
            Some(("all".to_owned(), 24 * 60))
        );
    }
}
