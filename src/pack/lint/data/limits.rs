//! Limits of one quantity that contradict each other.

use std::collections::BTreeMap;

use super::{Limit, Role};
use crate::pack::lint::{
    finding::Finding,
    material::{Context, Step},
};

pub(super) fn look(context: &Context<'_>) {
    let limits = &context.material.data.limits;
    for (at, one) in limits.iter().enumerate() {
        alone(context, one, limits);
        for other in &limits[..at] {
            if one.of == other.of {
                pair(context, one, other);
                pair(context, other, one);
            }
        }
    }
    flags(context);
}

fn find(context: &Context<'_>, rule: &'static str, at: &Limit, subject: String) {
    context.sink.find(rule, at.place, at.at.clone(), subject);
}

fn find_with(context: &Context<'_>, rule: &'static str, at: &Limit, other: &Limit) {
    context.sink.push(Finding {
        rule,
        place: at.place,
        at: at.at.clone(),
        subject: format!("{} {} / {} ({})", at.shown, at.range, other.range, other.at),
        with: Some(other.at.clone()),
        secret: false,
    });
}

/// Both sides of a contradiction are named, each with the other's place.
fn both(context: &Context<'_>, rule: &'static str, one: &Limit, other: &Limit) {
    find_with(context, rule, one, other);
    find_with(context, rule, other, one);
}

fn same(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-9 * one.abs().max(other.abs()).max(1.0)
}

/// What one limit is wrong in by itself, or by what it cites.
fn alone(context: &Context<'_>, one: &Limit, all: &[Limit]) {
    if let Some(times) = one.times {
        let baseline = all
            .iter()
            .any(|it| it.of == format!("baseline of {}", one.of));
        if !baseline {
            find(
                context,
                "limit-of-no-baseline",
                one,
                format!("{times}× {}", one.of),
            );
        }
    }
    if let Some(name) = &one.cites {
        let mut defined = all
            .iter()
            .filter(|it| it.who.as_ref() == Some(name))
            .peekable();
        if defined.peek().is_some() && !defined.any(|it| it.of == one.of) {
            find(
                context,
                "limit-under-anothers-name",
                one,
                format!("{name}: {}", one.of),
            );
        }
    }
    if one.role == Role::Sample {
        let shows = one.does.as_deref().unwrap_or_default();
        let role = match shows {
            "yellow" => Role::Yellow,
            "red" => Role::Red,
            _ => Role::Green,
        };
        let mut of = all.iter().filter(|it| it.of == one.of && it.role == role);
        let value = one.range.edge().0;
        if let Some(limit) = of.next()
            && !limit.range.has(value)
            && !of.any(|it| it.range.has(value))
        {
            find(
                context,
                "limit-sample-otherwise",
                one,
                format!("{value} {shows} / {}", limit.range),
            );
        }
    }
}

fn pair(context: &Context<'_>, one: &Limit, other: &Limit) {
    let (edge, with) = one.range.edge();
    let (limit, without) = other.range.edge();
    let along = one.range.goes_up() == other.range.goes_up();
    match (one.role, other.role) {
        (Role::Target, Role::Alert) => {
            let apart = if other.range.goes_up() {
                limit > edge
            } else {
                limit < edge
            };
            if one.range.goes_up() != other.range.goes_up() && apart {
                both(context, "limit-alert-after-target", one, other);
            }
        }
        (Role::Red, Role::Red) if along && !same(edge, limit) => {
            both(context, "limit-two-reds", one, other);
        }
        (Role::Yellow, Role::Yellow) if along && !same(edge, limit) => {
            both(context, "limit-two-yellows", one, other);
        }
        (Role::Green, Role::Red) if one.range.meets(&other.range) => {
            both(context, "limit-green-and-red", one, other);
        }
        (Role::Green, Role::Yellow) if one.range.meets(&other.range) => {
            both(context, "limit-green-and-yellow", one, other);
        }
        (Role::Pass, Role::Yellow | Role::Red) if one.range.meets(&other.range) => {
            both(context, "limit-passes-in-colour", one, other);
        }
        (Role::Alert, Role::Yellow | Role::Red)
            if same(edge, limit)
                && with != without
                && one.range.goes_up() == other.range.goes_up() =>
        {
            both(context, "limit-two-operators", one, other);
        }
        (Role::Act, Role::Act) => acts(context, one, other),
        (Role::Class, Role::Class) => {
            let meet = same(edge, limit) && one.range.goes_up() != other.range.goes_up();
            if meet && !with && !without {
                both(context, "limit-between-classes", one, other);
            }
        }
        _ => {}
    }
}

/// One limit and two answers, or one answer at two limits.
fn acts(context: &Context<'_>, one: &Limit, other: &Limit) {
    let at_one = same(one.range.edge().0, other.range.edge().0);
    let does_one = one.does == other.does;
    if at_one && !does_one {
        both(context, "limit-two-answers", one, other);
    }
    if !at_one && does_one {
        both(context, "limit-one-answer-twice", one, other);
    }
}

/// Two switches of one last name, set to the same.
fn flags(context: &Context<'_>) {
    /// A switch: its whole name, its value.
    type Switch<'a> = (
        &'a Step<'a>,
        crate::pack::lint::place::Place,
        &'a str,
        &'a str,
    );
    let mut by_last: BTreeMap<&str, Vec<Switch<'_>>> = BTreeMap::new();
    for (step, call) in context.calls() {
        for pair in call.words.windows(2) {
            let name = &*pair[0].text;
            let value = &*pair[1].text;
            let dotted = name.matches('.').count() >= 2 && !name.contains(['/', ':', '*', '=']);
            let set =
                call.words.iter().any(|it| it.is("set")) && matches!(value, "true" | "on" | "1");
            if let Some((_, last)) = name.rsplit_once('.').filter(|_| dotted && set) {
                let all = by_last.entry(last).or_default();
                all.push((step, pair[0].place, name, value));
            }
        }
    }
    for switches in by_last.values() {
        for (step, place, name, value) in switches {
            let other = switches.iter().find(|it| it.2 != *name && it.3 == *value);
            if let Some((with, at, other, _)) = other {
                context.sink.push(Finding {
                    rule: "limit-two-switches",
                    place: *place,
                    at: step.script.at(*place),
                    subject: format!("{name} / {other}"),
                    with: Some(with.script.at(*at)),
                    secret: false,
                });
            }
        }
    }
}
