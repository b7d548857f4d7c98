//! `due`: the calendar of a check.

use std::time::Duration;

use jiff::civil::Time;

use super::Known;
use crate::{
    domain::calendar::{Calendar, DayRule, Edge, OnDays, Side, When},
    pack::{
        holidays::{date, hours, on_days},
        manifest::{known as known_ids, span_of},
        reader::{Node, Table},
    },
};

const DAY: Duration = Duration::from_secs(86_400);

/// How long before the end of a shift something is due that says no `within`.
const BEFORE_END: Duration = Duration::from_secs(30 * 60);

/// The calendar of what a person does: what is due at the end of a shift is so before it, while they are there.
pub(super) fn of_checks(table: &Table<'_>, known: &Known<'_>) -> Calendar {
    let mut calendar = calendar(table, known);
    let lead = calendar.within.unwrap_or(BEFORE_END);
    for rule in &mut calendar.rules {
        if let When::Shift { edge, .. } = rule
            && *edge == Edge::End
        {
            *edge = Edge::BeforeEnd(lead);
        }
    }
    calendar
}

/// `due = { at = "10:00" }`, or several of them, and `within`.
pub(in crate::pack) fn calendar(table: &Table<'_>, known: &Known<'_>) -> Calendar {
    let rules = match table.get("due") {
        None => Vec::new(),
        Some(node) if node.is_array() => {
            let items = node.array().unwrap_or_default();
            items.iter().filter_map(|item| when(item, known)).collect()
        }
        Some(node) => when(&node, known).into_iter().collect(),
    };
    let within = table.get("within");
    if let (Some(node), None) = (&within, table.get("due")) {
        node.error("nothing says when it is due", None);
    }
    Calendar {
        rules,
        within: within.and_then(|node| span_of(&node)),
    }
}

fn when(node: &Node<'_>, known: &Known<'_>) -> Option<When> {
    let table = node.table()?;
    let found = if table.get("at").is_some() {
        at_times(&table, known)
    } else if table.get("every").is_some() {
        every(&table, known)
    } else if let Some(node) = table.get("shift") {
        let edges = [("start", Edge::Start), ("end", Edge::End)];
        let edge = node.one_of("end of a shift", &edges);
        let shifts = shifts(&table, "of", known);
        Some(When::Shift {
            edge: edge?,
            shifts: shifts?,
        })
    } else {
        around(&table, known)
    };
    table.finish();
    found
}

/// `{ at = "10:00", on = "mon" }`, `{ at = "10:00", every = "90d", from = "2026-01-05" }`.
fn at_times(table: &Table<'_>, known: &Known<'_>) -> Option<When> {
    let times: Vec<Time> = hours(&table.get("at")?);
    let days = match table.get("every") {
        Some(every) => {
            if let Some(node) = table.get("on") {
                node.error("`on` or `every`, not both", None);
            }
            cycle(table, &every)
        }
        None => on_days(table, "on", known.years),
    };
    (!times.is_empty()).then_some(When::At { times, days: days? })
}

fn cycle(table: &Table<'_>, every: &Node<'_>) -> Option<OnDays> {
    let span = span_of(every);
    let from = table.require("from").and_then(|node| {
        let text = node.str()?;
        date(&node, text)
    });
    let span = span?;
    if span.as_secs() % DAY.as_secs() != 0 {
        let help = "write `14d`, `2w`, `90d`".to_owned();
        every.error(
            "at times of day it comes every so many whole days",
            Some(help),
        );
        return None;
    }
    let days = u32::try_from(span.as_secs() / DAY.as_secs()).ok()?;
    let mut on = OnDays::all();
    on.any = vec![DayRule::Cycle { days, from: from? }];
    Some(on)
}

/// `{ every = "30m", in = "day" }`: in these shifts, or in each.
fn every(table: &Table<'_>, known: &Known<'_>) -> Option<When> {
    let node = table.get("every")?;
    let span = span_of(&node);
    let shifts = shifts(table, "in", known);
    let span = span?;
    if span.as_secs() % 60 != 0 || span > DAY {
        let help = "write `30m`, `1h`; with `at` also `14d`".to_owned();
        node.error("in a shift it comes every so many minutes", Some(help));
        return None;
    }
    if known.manifest.shifts.is_empty() {
        node.error("this pack has no shift", None);
        return None;
    }
    Some(When::Every {
        every: span,
        shifts: shifts?,
    })
}

/// The shifts under a key; none named: each. `None` where one is not there, which has been reported.
fn shifts(table: &Table<'_>, key: &str, known: &Known<'_>) -> Option<Vec<String>> {
    let Some(node) = table.get(key) else {
        return Some(Vec::new());
    };
    let ids = known.manifest.shifts.iter();
    let ids: Vec<String> = ids.map(|shift| shift.id.clone()).collect();
    let found = known_ids(Some(node), "shift", &ids);
    (!found.is_empty()).then_some(found)
}

/// `{ after = "promote", within = "24h" }`.
fn around(table: &Table<'_>, known: &Known<'_>) -> Option<When> {
    let (side, node) = match (table.get("after"), table.get("before")) {
        (Some(node), None) => (Side::After, node),
        (None, Some(node)) => (Side::Before, node),
        (Some(_), Some(node)) => {
            node.error("`after` or `before`, not both", None);
            return None;
        }
        (None, None) => {
            let help = "`at`, `every`, `shift`, `after` or `before`".to_owned();
            table.error("it doesn't say when", Some(help));
            return None;
        }
    };
    let action = known.actions(Some(node)).pop();
    let within = table.require("within").and_then(|node| span_of(&node));
    Some(When::Around {
        side,
        action: action?,
        within: within?,
    })
}
