//! A slow second opinion: it walks through the minutes of a zone and asks of each whether something is due.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime, Time, Weekday},
    tz::TimeZone,
};

use super::{DayRule, Edge, Holidays, Nth, OnDays, Shift, When};

/// The first instant of each minute of the local clock in a span, those that are skipped included.
pub(super) struct Minutes {
    first: BTreeMap<DateTime, Timestamp>,
}

fn minute() -> SignedDuration {
    SignedDuration::from_mins(1)
}

impl Minutes {
    /// Walks from days before to days behind a span, minute by minute.
    pub fn walk(from: Timestamp, to: Timestamp, zone: &TimeZone) -> Self {
        let margin = SignedDuration::from_hours(24 * 4);
        let mut now = from - margin;
        // To a whole minute of the local clock.
        let off = i64::from(now.to_zoned(zone.clone()).second());
        now -= SignedDuration::from_secs(off);
        let mut first = BTreeMap::new();
        let mut last: Option<DateTime> = None;
        while now < to + margin {
            let shown = now.to_zoned(zone.clone()).datetime();
            if let Some(last) = last {
                // What the clock jumped over comes as much later as it jumped.
                let gap = last + minute();
                let jumped = shown.duration_since(gap);
                let mut skipped = gap;
                while skipped < shown {
                    let later = now + skipped.duration_since(gap);
                    debug_assert!(jumped >= SignedDuration::ZERO);
                    first.entry(skipped).or_insert(later);
                    skipped += minute();
                }
            }
            first.entry(shown).or_insert(now);
            last = Some(last.map_or(shown, |last| last.max(shown)));
            now += minute();
        }
        Self { first }
    }

    fn at(&self, day: Date, time: Time) -> Option<Timestamp> {
        self.first.get(&day.to_datetime(time)).copied()
    }

    fn days(&self) -> BTreeSet<Date> {
        self.first.keys().map(|shown| shown.date()).collect()
    }

    fn shifts(&self, shifts: &[Shift], names: &[String]) -> Vec<(Timestamp, Timestamp)> {
        let mut found = Vec::new();
        for shift in shifts {
            if !names.is_empty() && !names.contains(&shift.id) {
                continue;
            }
            for day in self.days() {
                let over = shift.hours.to <= shift.hours.from;
                let end = if over {
                    day + jiff::Span::new().days(1)
                } else {
                    day
                };
                if picked(&shift.hours.days, day)
                    && let (Some(from), Some(to)) =
                        (self.at(day, shift.hours.from), self.at(end, shift.hours.to))
                {
                    found.push((from, to));
                }
            }
        }
        found
    }
}

/// Whether days pick a day, counted out from the first of its month.
fn picked(days: &OnDays, day: Date) -> bool {
    days.any
        .iter()
        .any(|rule| one_picked(rule, day, &days.holidays))
}

fn one_picked(rule: &DayRule, day: Date, holidays: &Holidays) -> bool {
    let next = day + jiff::Span::new().days(1);
    let is_last = next.month() != day.month();
    let works = {
        let weekend = [Weekday::Saturday, Weekday::Sunday].contains(&day.weekday());
        (!weekend && !holidays.off.contains(&day)) || holidays.worked.contains(&day)
    };
    match rule {
        DayRule::Weekdays(those) => those.iter().any(|one| *one == day.weekday()),
        DayRule::Workdays => works,
        DayRule::DaysOff => !works,
        DayRule::OfMonth(number) => {
            let mut count = 1;
            let mut at = day.first_of_month();
            while at != day {
                at += jiff::Span::new().days(1);
                count += 1;
            }
            count == *number
        }
        DayRule::LastOfMonth => is_last,
        DayRule::QuarterEnd => is_last && [1, 4, 7, 10].contains(&next.month()),
        DayRule::Nth(nth, weekday) => {
            let mut of_month = Vec::new();
            let mut at = day.first_of_month();
            while at.month() == day.month() {
                if at.weekday() == *weekday {
                    of_month.push(at);
                }
                at += jiff::Span::new().days(1);
            }
            let wanted = match nth {
                Nth::From(number) => of_month.get(usize::try_from(*number).unwrap_or(0) - 1),
                Nth::Last => of_month.last(),
            };
            wanted == Some(&day)
        }
        DayRule::Cycle { days, from } => {
            let mut at = *from;
            while at < day {
                at += jiff::Span::new().days(*days);
            }
            at == day
        }
    }
}

/// What is due in a span.
pub(super) fn due(
    when: &When,
    (from, to): (Timestamp, Timestamp),
    shifts: &[Shift],
    minutes: &Minutes,
) -> BTreeSet<Timestamp> {
    let mut found = BTreeSet::new();
    match when {
        When::At { times, days } => {
            for day in minutes.days() {
                for time in times {
                    if picked(days, day) {
                        found.extend(minutes.at(day, *time));
                    }
                }
            }
        }
        When::Every {
            every,
            shifts: names,
        } => {
            let every = SignedDuration::try_from(*every).expect("it is short");
            for (start, end) in minutes.shifts(shifts, names) {
                let mut at = start;
                while at < end {
                    found.insert(at);
                    at += every;
                }
            }
        }
        When::Shift {
            edge,
            shifts: names,
        } => {
            for (start, end) in minutes.shifts(shifts, names) {
                found.insert(match edge {
                    Edge::Start => start,
                    Edge::End => end,
                    Edge::BeforeEnd(lead) => start.max(end - *lead),
                });
            }
        }
        When::Around { .. } => unreachable!("what happens is no matter of minutes"),
    }
    found.retain(|at| from <= *at && *at < to);
    found
}
