//! Calendars that clash.

use super::Schedule;
use crate::pack::lint::{finding::Finding, material::Context};

/// How long something is taken to run whose end nobody states, in minutes.
const RUNS: u32 = 1;

pub(super) fn look(context: &Context<'_>) {
    let all = &context.material.data.schedules;
    for one in all {
        for other in all.iter().filter(|it| meets(one, it)) {
            if one.reads.is_some() && one.reads == other.writes {
                clash(context, "schedule-reads-while-written", one, other);
            }
            if one.is_window && !other.is_window {
                clash(context, "schedule-in-the-window", one, other);
            }
        }
    }
}

/// Both are named, each with the other's place.
fn clash(context: &Context<'_>, rule: &'static str, one: &Schedule, other: &Schedule) {
    for (at, with) in [(one, other), (other, one)] {
        context.sink.push(Finding {
            rule,
            place: at.place,
            at: at.at.clone(),
            subject: format!("{} / {} ({})", at.name, with.name, with.at),
            with: Some(with.at.clone()),
            secret: false,
        });
    }
}

fn meets(one: &Schedule, other: &Schedule) -> bool {
    let day = match (one.weekday, other.weekday) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    let end = |it: &Schedule| it.to.max(it.from + RUNS);
    day && one.from < end(other) && other.from < end(one)
}
