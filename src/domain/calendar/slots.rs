//! From rules to slots.

use std::time::Duration;

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};

use super::{Calendar, Edge, Happening, Roster, Shift, ShiftNow, Side, Slot, When};

/// How many days ahead the next slot is looked for, step by step: most come soon.
const AHEAD: [i64; 5] = [1, 8, 70, 800, 8_000];

/// The slots from one time (inclusive) to another (exclusive), in order, each time once.
pub fn due_between(when: &When, from: Timestamp, to: Timestamp, roster: &Roster<'_>) -> Vec<Slot> {
    if from >= to {
        return Vec::new();
    }
    let mut found: Vec<Slot> = match when {
        When::At { times, days } => days_of(from, to, roster.zone)
            .filter(|day| days.contains(*day))
            .flat_map(|day| {
                times
                    .iter()
                    .filter_map(move |time| at(day, *time, roster.zone))
            })
            .map(plain)
            .collect(),
        When::Every { every, shifts } => shifts_of(from, to, shifts, roster)
            .flat_map(|shift| steps(&shift, *every, from, to))
            .map(plain)
            .collect(),
        When::Shift { edge, shifts } => shifts_of(from, to, shifts, roster)
            .map(|shift| match edge {
                Edge::Start => shift.from,
                Edge::End => shift.to,
                Edge::BeforeEnd(lead) => {
                    let at = shift.to.checked_sub(lead).unwrap_or(Timestamp::MIN);
                    at.max(shift.from)
                }
            })
            .map(plain)
            .collect(),
        When::Around {
            side,
            action,
            within,
        } => {
            let runs = roster.happened.iter().filter(|run| run.action == *action);
            runs.filter_map(|run| around(run, *side, *within)).collect()
        }
    };
    found.retain(|slot| (from..to).contains(&slot.at));
    found.sort_unstable();
    found.dedup();
    found
}

/// The first slot after a time; `None` where there is none, or none that can be known.
pub fn next_after(when: &When, after: Timestamp, roster: &Roster<'_>) -> Option<Slot> {
    let mut from = after.checked_add(SignedDuration::from_nanos(1)).ok()?;
    for days in AHEAD {
        let to = after
            .checked_add(SignedDuration::from_hours(24 * days))
            .unwrap_or(Timestamp::MAX);
        if let Some(first) = due_between(when, from, to, roster).first() {
            return Some(*first);
        }
        from = to;
    }
    None
}

const fn plain(at: Timestamp) -> Slot {
    Slot { at, until: None }
}

/// The instant of a time of day: a skipped one is as much later as the clocks jumped, a doubled one is the first.
fn at(day: Date, time: Time, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_timestamp(day.to_datetime(time)).ok()
}

/// The days that may have a time between these: a day more on each side, since a zone may skip a whole one.
fn days_of(from: Timestamp, to: Timestamp, zone: &TimeZone) -> impl Iterator<Item = Date> {
    let first = from.to_zoned(zone.clone()).date();
    let last = to.to_zoned(zone.clone()).date();
    let first = (0..2).fold(first, |day, _| day.yesterday().unwrap_or(day));
    std::iter::successors(Some(first), |day| day.tomorrow().ok())
        .take_while(move |day| *day <= last)
}

/// The shifts of these names (none: all) that touch a span.
fn shifts_of(
    from: Timestamp,
    to: Timestamp,
    names: &[String],
    roster: &Roster<'_>,
) -> impl Iterator<Item = ShiftNow> {
    let named = |shift: &&Shift| names.is_empty() || names.contains(&shift.id);
    let shifts: Vec<&Shift> = roster.shifts.iter().filter(named).collect();
    days_of(from, to, roster.zone)
        .flat_map(move |day| {
            let on: Vec<ShiftNow> = shifts
                .iter()
                .filter_map(|shift| shift.on(day, roster.zone))
                .collect();
            on
        })
        .filter(move |shift| shift.from < to && shift.to >= from)
}

/// Every so often from the start of a shift to before its end, as far as it lies in a span.
fn steps(
    shift: &ShiftNow,
    every: Duration,
    from: Timestamp,
    to: Timestamp,
) -> impl Iterator<Item = Timestamp> + use<> {
    let step = i64::try_from(every.as_secs().max(1)).unwrap_or(i64::MAX);
    let (start, end) = (shift.from, shift.to.min(to));
    let before = from.duration_since(start).as_secs().max(0) / step;
    (before..)
        .map_while(move |count| {
            let ahead = SignedDuration::from_secs(step.checked_mul(count)?);
            start.checked_add(ahead).ok()
        })
        .take_while(move |at| *at < end)
}

fn around(run: &Happening, side: Side, within: Duration) -> Option<Slot> {
    Some(match side {
        Side::Before => Slot {
            at: run.began.checked_sub(within).unwrap_or(Timestamp::MIN),
            until: Some(run.began),
        },
        Side::After => Slot {
            at: run.ended?,
            until: Some(later(run.ended?, within)),
        },
    })
}

fn later(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

impl Calendar {
    /// The slots of all rules from one time (inclusive) to another (exclusive), in order, each with its end.
    pub fn between(&self, from: Timestamp, to: Timestamp, roster: &Roster<'_>) -> Vec<Slot> {
        let rules = self.rules.iter();
        let mut slots: Vec<Slot> = rules
            .flat_map(|rule| due_between(rule, from, to, roster))
            .collect();
        slots.sort_unstable();
        slots.dedup_by_key(|slot| slot.at);
        let next = slots
            .last()
            .and_then(|last| self.first_after(last.at, roster));
        let ends: Vec<Option<Timestamp>> = slots
            .iter()
            .skip(1)
            .chain(next.as_ref())
            .map(|slot| Some(slot.at))
            .chain([None])
            .collect();
        for (slot, next) in slots.iter_mut().zip(ends) {
            let within = self.within.map(|within| later(slot.at, within));
            slot.until = slot
                .until
                .or_else(|| [within, next].into_iter().flatten().min());
        }
        slots
    }

    /// The first slot after a time.
    pub fn next(&self, after: Timestamp, roster: &Roster<'_>) -> Option<Slot> {
        let first = self.first_after(after, roster)?;
        let behind = first.at.checked_add(Duration::from_nanos(1)).ok()?;
        self.between(first.at, behind, roster).pop()
    }

    fn first_after(&self, after: Timestamp, roster: &Roster<'_>) -> Option<Slot> {
        let rules = self.rules.iter();
        rules
            .filter_map(|rule| next_after(rule, after, roster))
            .min()
    }

    /// Whether only an event made this slot of it.
    pub fn is_of_event(&self, slot: Slot, happened: &[Happening]) -> bool {
        let made = |rule: &When| match rule {
            When::Around {
                side,
                action,
                within,
            } => {
                let mut runs = happened.iter().filter(|run| run.action == *action);
                runs.any(|run| around(run, *side, *within).is_some_and(|it| it.at == slot.at))
            }
            _ => false,
        };
        self.rules.iter().any(made)
    }

    /// The longest time that one of its rules leaves behind or before an event.
    pub fn longest_around(&self) -> Option<Duration> {
        let around = self.rules.iter().filter_map(|rule| match rule {
            When::Around { within, .. } => Some(*within),
            _ => None,
        });
        around.max()
    }
}
