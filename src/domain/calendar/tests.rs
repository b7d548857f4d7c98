use std::{collections::BTreeSet, sync::Arc, time::Duration};

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, Time, Weekday, date, time},
    tz::TimeZone,
};
use proptest::prelude::*;

use super::{
    Calendar, DayRule, Edge, Happening, Holidays, Hours, Nth, OnDays, Roster, Shift, Side, Slot,
    When, due_between, next_after,
    oracle::{Minutes, due},
};
use crate::domain::text::Text;

/// Zones with every kind of change: one hour, half an hour, at midnight, a whole day, none.
const ZONES: [&str; 9] = [
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "UTC",
];

/// Days around which something is odd: changes of clocks, leap days, ends of years, a day that never was.
const ODD: [Date; 14] = [
    date(2024, 2, 28),
    date(2026, 2, 28),
    date(2023, 12, 31),
    date(2026, 3, 29),
    date(2026, 10, 25),
    date(2026, 3, 8),
    date(2026, 11, 1),
    date(2018, 11, 4),
    date(2018, 2, 18),
    date(2026, 4, 5),
    date(2026, 10, 4),
    date(2011, 12, 29),
    date(2026, 6, 30),
    date(2000, 2, 29),
];

fn holidays() -> Arc<Holidays> {
    Arc::new(Holidays {
        off: [date(2026, 3, 30), date(2024, 3, 1), date(2026, 10, 26)].into(),
        worked: [date(2026, 3, 28), date(2024, 3, 2), date(2026, 10, 24)].into(),
        known: vec![(date(2026, 1, 1), date(2026, 12, 31))],
    })
}

fn weekday() -> impl Strategy<Value = Weekday> {
    (1_i8..=7).prop_map(|number| Weekday::from_monday_one_offset(number).expect("1 to 7"))
}

fn clock() -> impl Strategy<Value = Time> {
    // Often where clocks change.
    prop_oneof![
        (0_i8..24, 0_i8..60).prop_map(|(hour, minute)| time(hour, minute, 0, 0)),
        (0_i8..4, prop::sample::select(vec![0_i8, 15, 30, 59]))
            .prop_map(|(hour, minute)| time(hour, minute, 0, 0)),
    ]
}

fn day_rule() -> impl Strategy<Value = DayRule> {
    prop_oneof![
        prop::collection::vec(weekday(), 1..4).prop_map(DayRule::Weekdays),
        Just(DayRule::Workdays),
        Just(DayRule::DaysOff),
        (1_i8..=31).prop_map(DayRule::OfMonth),
        Just(DayRule::LastOfMonth),
        (1_i8..=5, weekday()).prop_map(|(nth, day)| DayRule::Nth(Nth::From(nth), day)),
        weekday().prop_map(|day| DayRule::Nth(Nth::Last, day)),
        Just(DayRule::QuarterEnd),
        (1_u32..120, 0_i32..60).prop_map(|(days, ahead)| DayRule::Cycle {
            days,
            from: date(2011, 10, 1)
                .checked_add(jiff::Span::new().days(ahead))
                .expect("in range"),
        }),
    ]
}

fn on_days() -> impl Strategy<Value = OnDays> {
    prop_oneof![
        1 => Just(OnDays::all()),
        3 => prop::collection::vec(day_rule(), 1..3).prop_map(|any| OnDays {
            any,
            holidays: holidays(),
        }),
    ]
}

fn roster() -> impl Strategy<Value = Vec<Shift>> {
    prop::collection::vec((clock(), clock(), on_days()), 1..4).prop_map(|shifts| {
        let named = |(index, (from, to, days)): (usize, (Time, Time, OnDays))| Shift {
            id: format!("shift-{index}"),
            title: Text::from("shift"),
            hours: Hours { from, to, days },
        };
        shifts.into_iter().enumerate().map(named).collect()
    })
}

fn names() -> impl Strategy<Value = Vec<String>> {
    prop_oneof![
        Just(Vec::new()),
        Just(vec!["shift-0".to_owned()]),
        Just(vec!["shift-0".to_owned(), "shift-2".to_owned()]),
    ]
}

fn rule() -> impl Strategy<Value = When> {
    prop_oneof![
        (prop::collection::vec(clock(), 1..4), on_days())
            .prop_map(|(times, days)| When::At { times, days }),
        (1_u64..400, names()).prop_map(|(minutes, shifts)| When::Every {
            every: Duration::from_secs(60 * minutes),
            shifts,
        }),
        (edge(), names()).prop_map(|(edge, shifts)| When::Shift { edge, shifts }),
    ]
}

fn edge() -> impl Strategy<Value = Edge> {
    prop_oneof![
        Just(Edge::Start),
        Just(Edge::End),
        (1_u64..900).prop_map(|minutes| Edge::BeforeEnd(Duration::from_secs(60 * minutes))),
    ]
}

fn ats(slots: &[Slot]) -> Vec<Timestamp> {
    slots.iter().map(|slot| slot.at).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    // row: A14
    #[test]
    fn slots_are_those_of_a_walk_through_the_minutes(
        zone in prop::sample::select(ZONES.to_vec()),
        around in prop::sample::select(ODD.to_vec()),
        start in -40_i64..24,
        hours in 1_i64..60,
        when in rule(),
        shifts in roster(),
    ) {
        let zone = TimeZone::get(zone).expect("it is bundled");
        let noon = zone.to_timestamp(around.at(0, 0, 0, 0)).expect("in range");
        let from = noon + SignedDuration::from_hours(start);
        let to = from + SignedDuration::from_hours(hours);
        let roster = Roster { zone: &zone, shifts: &shifts, happened: &[] };
        let found = ats(&due_between(&when, from, to, &roster));
        let minutes = Minutes::walk(from, to, &zone);
        let wanted: Vec<Timestamp> = due(&when, (from, to), &shifts, &minutes).into_iter().collect();
        prop_assert_eq!(&found, &wanted);
        // Cut anywhere, nothing is lost and nothing comes twice.
        let cut = from + SignedDuration::from_mins(hours * 23);
        let mut parts = ats(&due_between(&when, from, cut, &roster));
        parts.extend(ats(&due_between(&when, cut, to, &roster)));
        prop_assert_eq!(&parts, &found);
        // And the next one after any is the next one of all.
        for pair in found.windows(2) {
            prop_assert_eq!(next_after(&when, pair[0], &roster).map(|slot| slot.at), Some(pair[1]));
        }
    }

    // row: A15, C21
    #[test]
    fn days_are_those_counted_out(rule in on_days(), ahead in 0_i32..9_000) {
        let day = date(2011, 11, 30)
            .checked_add(jiff::Span::new().days(ahead))
            .expect("in range");
        let noon = time(12, 0, 0, 0);
        let when = When::At { times: vec![noon], days: rule };
        let utc = TimeZone::UTC;
        let from = utc.to_timestamp(day.to_datetime(Time::midnight())).expect("in range");
        let to = from + SignedDuration::from_hours(24);
        let roster = Roster { zone: &utc, shifts: &[], happened: &[] };
        let found: BTreeSet<Timestamp> = ats(&due_between(&when, from, to, &roster)).into_iter().collect();
        let minutes = Minutes::walk(from, to, &utc);
        prop_assert_eq!(found, due(&when, (from, to), &[], &minutes));
    }
}

fn daily(hour: i8, minute: i8, rule: DayRule) -> When {
    When::At {
        times: vec![time(hour, minute, 0, 0)],
        days: OnDays {
            any: vec![rule],
            holidays: Arc::default(),
        },
    }
}

fn in_zone(when: &When, zone: &str, from: &str, to: &str) -> Vec<String> {
    let zone = TimeZone::get(zone).expect("it is bundled");
    let roster = Roster {
        zone: &zone,
        shifts: &[],
        happened: &[],
    };
    let (from, to) = (from.parse().expect("a time"), to.parse().expect("a time"));
    due_between(when, from, to, &roster)
        .iter()
        .map(|slot| {
            let shown = slot.at.to_zoned(zone.clone());
            shown.strftime("%Y-%m-%d %H:%M %z").to_string()
        })
        .collect()
}

#[test]
fn a_skipped_time_is_later_and_a_doubled_one_comes_once() {
    let backup = daily(2, 30, DayRule::Weekdays(vec![Weekday::Sunday]));
    assert_eq!(
        in_zone(
            &backup,
            "Europe/Berlin",
            "2026-03-28T00:00Z",
            "2026-03-30T00:00Z"
        ),
        ["2026-03-29 03:30 +0200"]
    );
    assert_eq!(
        in_zone(
            &backup,
            "Europe/Berlin",
            "2026-10-24T00:00Z",
            "2026-10-26T00:00Z"
        ),
        ["2026-10-25 02:30 +0200"]
    );
}

// row: A15
#[test]
fn ends_of_months_and_quarters_bring_their_days() {
    let year = |when: &When| {
        in_zone(
            when,
            "Asia/Shanghai",
            "2027-12-31T16:00Z",
            "2028-12-31T16:00Z",
        )
    };
    let last = year(&daily(10, 0, DayRule::LastOfMonth));
    assert_eq!(last.len(), 12);
    assert_eq!(last[1], "2028-02-29 10:00 +0800", "a leap year");
    let quarters = year(&daily(10, 0, DayRule::QuarterEnd));
    let days: Vec<&str> = quarters.iter().map(|shown| &shown[5..10]).collect();
    assert_eq!(days, ["03-31", "06-30", "09-30", "12-31"]);
    let thirties = year(&daily(10, 0, DayRule::OfMonth(31)));
    assert_eq!(thirties.len(), 7, "months that have none have none");
    let third = year(&daily(10, 0, DayRule::Nth(Nth::From(5), Weekday::Tuesday)));
    assert!(third.iter().all(|shown| &shown[8..10] > "28"), "{third:?}");
}

#[test]
fn every_half_hour_of_a_night_with_a_change_of_clocks_counts_real_minutes() {
    let zone = TimeZone::get("Europe/Berlin").expect("it is bundled");
    let night = Shift {
        id: "night".to_owned(),
        title: Text::from("night"),
        hours: Hours {
            from: time(19, 0, 0, 0),
            to: time(7, 0, 0, 0),
            days: OnDays::all(),
        },
    };
    let every = When::Every {
        every: Duration::from_secs(1_800),
        shifts: vec!["night".to_owned()],
    };
    let count = |from: &str, to: &str| {
        let (from, to) = (from.parse().expect("a time"), to.parse().expect("a time"));
        let roster = Roster {
            zone: &zone,
            shifts: std::slice::from_ref(&night),
            happened: &[],
        };
        due_between(&every, from, to, &roster).len()
    };
    assert_eq!(
        count("2026-03-28T12:00+01:00", "2026-03-29T12:00+02:00"),
        22
    );
    assert_eq!(
        count("2026-10-24T12:00+02:00", "2026-10-25T12:00+01:00"),
        26
    );
    assert_eq!(
        count("2026-06-01T12:00+02:00", "2026-06-02T12:00+02:00"),
        24
    );
}

/// Workdays split, days off one shift of a day; a make-up workday counts as a workday.
// row: A16
#[test]
fn a_roster_with_holidays_covers_every_minute_once() {
    let calendar = Arc::new(Holidays {
        off: [date(2026, 10, 1), date(2026, 10, 2), date(2026, 10, 5)].into(),
        worked: [date(2026, 10, 10)].into(),
        known: vec![(date(2026, 1, 1), date(2026, 12, 31))],
    });
    let shift = |id: &str, from: i8, to: i8, rule: DayRule| Shift {
        id: id.to_owned(),
        title: Text::from(id),
        hours: Hours {
            from: time(from, 0, 0, 0),
            to: time(to, 0, 0, 0),
            days: OnDays {
                any: vec![rule],
                holidays: Arc::clone(&calendar),
            },
        },
    };
    let shifts = [
        shift("primary", 9, 18, DayRule::Workdays),
        shift("backup", 18, 9, DayRule::Workdays),
        shift("whole", 9, 9, DayRule::DaysOff),
    ];
    let zone = TimeZone::get("Asia/Shanghai").expect("it is bundled");
    let on = |now: &str| {
        let now: Timestamp = now.parse().expect("a time");
        super::shift_at(&shifts, &zone, now).map(|on| on.id)
    };
    assert_eq!(
        on("2026-10-05T12:00+08:00").as_deref(),
        Some("whole"),
        "a holiday Monday"
    );
    assert_eq!(
        on("2026-10-06T02:00+08:00").as_deref(),
        Some("whole"),
        "24 h of it"
    );
    assert_eq!(
        on("2026-10-10T12:00+08:00").as_deref(),
        Some("primary"),
        "a make-up Saturday"
    );
    assert_eq!(on("2026-10-10T20:00+08:00").as_deref(), Some("backup"));
    let mut at: Timestamp = "2026-09-28T00:00+08:00".parse().expect("a time");
    let end: Timestamp = "2026-10-13T00:00+08:00".parse().expect("a time");
    while at < end {
        let today = at.to_zoned(zone.clone()).date();
        let of_days = [today.yesterday().expect("in range"), today];
        let on = of_days
            .iter()
            .flat_map(|day| shifts.iter().filter_map(|shift| shift.on(*day, &zone)))
            .filter(|on| on.from <= at && at < on.to)
            .count();
        assert_eq!(on, 1, "{at}");
        at += SignedDuration::from_mins(30);
    }
}

#[test]
fn what_surrounds_an_event_has_its_time() {
    let time = |at: &str| at.parse::<Timestamp>().expect("a time");
    let run = |action: &str, began: &str, ended: Option<&str>| Happening {
        action: action.into(),
        began: time(began),
        ended: ended.map(time),
    };
    let happened = [
        run("x/promote", "2026-11-21T06:00Z", Some("2026-11-21T06:05Z")),
        run("x/promote", "2026-11-21T12:00Z", None),
        run("x/other", "2026-11-21T07:00Z", Some("2026-11-21T07:01Z")),
    ];
    let roster = Roster {
        zone: &TimeZone::UTC,
        shifts: &[],
        happened: &happened,
    };
    let around = |side| When::Around {
        side,
        action: "x/promote".into(),
        within: Duration::from_secs(7_200),
    };
    let all = |when: &When| {
        let day = ("2026-11-21T00:00Z", "2026-11-22T00:00Z");
        due_between(
            when,
            day.0.parse().expect("a time"),
            day.1.parse().expect("a time"),
            &roster,
        )
    };
    let slot = |at: &str, until: &str| Slot {
        at: at.parse().expect("a time"),
        until: Some(until.parse().expect("a time")),
    };
    assert_eq!(
        all(&around(Side::After)),
        [slot("2026-11-21T06:05Z", "2026-11-21T08:05Z")]
    );
    assert_eq!(
        all(&around(Side::Before)),
        [
            slot("2026-11-21T04:00Z", "2026-11-21T06:00Z"),
            slot("2026-11-21T10:00Z", "2026-11-21T12:00Z"),
        ]
    );
}

// row: B14
#[test]
fn the_next_of_what_is_rare_is_found() {
    let next = |when: &When, after: &str| {
        let roster = Roster {
            zone: &TimeZone::UTC,
            shifts: &[],
            happened: &[],
        };
        next_after(when, after.parse().expect("a time"), &roster).map(|slot| slot.at.to_string())
    };
    let drill = daily(
        10,
        0,
        DayRule::Cycle {
            days: 90,
            from: date(2026, 1, 5),
        },
    );
    assert_eq!(
        next(&drill, "2026-01-05T10:00Z").as_deref(),
        Some("2026-04-05T10:00:00Z")
    );
    let leap = daily(8, 0, DayRule::OfMonth(29));
    assert_eq!(
        next(&leap, "2027-01-29T08:00Z").as_deref(),
        Some("2027-03-29T08:00:00Z")
    );
    let never = When::Shift {
        edge: Edge::Start,
        shifts: Vec::new(),
    };
    assert_eq!(next(&never, "2026-01-05T10:00Z"), None);
}

#[test]
fn a_slot_ends_with_its_time_or_with_the_next_one() {
    let calendar = |within: Option<u64>| Calendar {
        rules: vec![
            When::At {
                times: vec![time(10, 0, 0, 0), time(12, 0, 0, 0)],
                days: OnDays::all(),
            },
            daily(11, 0, DayRule::Weekdays(vec![Weekday::Saturday])),
        ],
        within: within.map(Duration::from_secs),
    };
    let roster = Roster {
        zone: &TimeZone::UTC,
        shifts: &[],
        happened: &[],
    };
    let time = |at: &str| at.parse::<Timestamp>().expect("a time");
    let told = |within| -> Vec<String> {
        let (from, to) = (time("2026-11-21T00:00Z"), time("2026-11-22T00:00Z"));
        let slots = calendar(within).between(from, to, &roster);
        let shown = |slot: &Slot| format!("{} {}", slot.at, slot.until.expect("it ends"));
        slots.iter().map(shown).collect()
    };
    assert_eq!(
        told(None),
        [
            "2026-11-21T10:00:00Z 2026-11-21T11:00:00Z",
            "2026-11-21T11:00:00Z 2026-11-21T12:00:00Z",
            "2026-11-21T12:00:00Z 2026-11-22T10:00:00Z",
        ]
    );
    assert_eq!(
        told(Some(5_400))[2],
        "2026-11-21T12:00:00Z 2026-11-21T13:30:00Z"
    );
    let next = calendar(None).next(time("2026-11-21T12:00Z"), &roster);
    assert_eq!(
        next,
        Some(Slot {
            at: time("2026-11-22T10:00Z"),
            until: Some(time("2026-11-22T12:00Z")),
        })
    );
}

// row: A18
#[test]
fn who_works_by_day_is_not_reached_at_ten_at_night() {
    let lead = Hours {
        from: time(9, 0, 0, 0),
        to: time(21, 0, 0, 0),
        days: OnDays {
            any: vec![DayRule::Workdays],
            holidays: holidays(),
        },
    };
    let zone = TimeZone::get("Asia/Shanghai").expect("it is bundled");
    let reached = |at: &str| lead.include(at.parse().expect("a time"), &zone);
    assert!(reached("2026-03-27T20:59:59+08:00"));
    assert!(!reached("2026-03-27T22:00:00+08:00"), "a Friday night");
    assert!(reached("2026-03-28T10:00:00+08:00"), "a make-up Saturday");
    assert!(!reached("2026-03-30T10:00:00+08:00"), "a holiday Monday");
}
