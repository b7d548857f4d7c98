//! One rule per cause, in the order they are asked: what keeps a pod from being at all, then what keeps its containers from
//! running, then from being ready.

mod containers;
mod crashes;
mod images;
mod lifecycle;
mod probes;
mod scheduling;
mod setup;

use jiff::Timestamp;

use crate::domain::pod_detail::{ContainerDetail, ContainerKind};

use super::{Cause, Clause, Evidence, Finding, Next, Say, Seen, Value};

/// What one rule is: it finds its cause or nothing.
type Rule = fn(&Evidence, Timestamp) -> Option<Finding>;

pub(super) const RULES: &[Rule] = &[
    lifecycle::stuck_terminating,
    lifecycle::evicted,
    lifecycle::preempted,
    lifecycle::deadline,
    lifecycle::node_lost,
    lifecycle::refused,
    lifecycle::terminating,
    scheduling::gated,
    scheduling::unschedulable,
    setup::volumes,
    setup::sandbox,
    images::image,
    containers::not_created,
    crashes::liveness,
    crashes::out_of_memory,
    crashes::crashed,
    crashes::ends_and_restarts,
    probes::startup,
    probes::init_stuck,
    probes::readiness,
    probes::readiness_gate,
    crashes::died_before,
    lifecycle::completed,
    lifecycle::starting,
    lifecycle::well,
];

/// Nothing that may be read says why.
pub(super) fn unknown(evidence: &Evidence, _now: Timestamp) -> Finding {
    let phase = evidence.pod.detail.phase.as_str();
    let phase = if phase.is_empty() { "?" } else { phase };
    let mut clauses = vec![Clause::new(Say::NothingSays).and("phase", phase)];
    let conditions = &evidence.pod.detail.conditions;
    let unmet = conditions.iter().find(|it| it.status == "False");
    if let Some((unmet, since)) = unmet.and_then(|it| Some((it, it.since?))) {
        let clause = Clause::new(Say::ConditionUnmet);
        let clause = clause.and("condition", unmet.kind.as_str());
        clauses.push(clause.and("since", Value::At(since)));
    }
    finding(
        Cause::Unknown,
        clauses,
        &[Seen::State, Seen::Conditions],
        &[Next::Describe, Next::Events, Next::Logs],
    )
}

fn finding(cause: Cause, clauses: Vec<Clause>, seen: &[Seen], next: &[Next]) -> Finding {
    Finding {
        cause,
        clauses,
        seen: seen.to_vec(),
        next: next.to_vec(),
    }
}

/// What somebody else said of it, where they said anything.
fn words(text: &str) -> Option<Clause> {
    let text = text.trim();
    (!text.is_empty()).then(|| Clause::new(Say::TheWords).and("words", Value::words(text)))
}

/// That nothing starts before this container, where it is one of those.
fn of_init(container: &ContainerDetail) -> Option<Clause> {
    (container.kind == ContainerKind::Init)
        .then(|| Clause::new(Say::InContainer).and("container", container.name.as_str()))
}

fn clause(say: Say, container: &ContainerDetail) -> Clause {
    Clause::new(say).and("container", container.name.as_str())
}

/// What stands between two marks.
fn between<'t>(text: &'t str, from: &str, to: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(from)?;
    let (inside, _) = rest.split_once(to)?;
    Some(inside.trim())
}
