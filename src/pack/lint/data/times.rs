//! Calendars that clash.

use super::Schedule;
use crate::pack::lint::material::Context;

/// How long something is taken to run whose end nobody states, in minutes.
const RUNS: u32 = 1;

pub(super) fn look(context: &Context<'_>) {
    let all = &context.material.data.schedules;
    for one in all {
        for other in all.iter().filter(|it| meets(one, it)) {
            let subject = format!("{} / {} ({})", one.name, other.name, other.at);
            if one.reads.is_some() && one.reads == other.writes {
                let rule = "schedule-reads-while-written";
                context
                    .sink
                    .find(rule, one.place, one.at.clone(), subject.clone());
                context
                    .sink
                    .find(rule, other.place, other.at.clone(), subject.clone());
            }
            if one.is_window && !other.is_window {
                let rule = "schedule-in-the-window";
                context
                    .sink
                    .find(rule, one.place, one.at.clone(), subject.clone());
                context
                    .sink
                    .find(rule, other.place, other.at.clone(), subject);
            }
        }
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
