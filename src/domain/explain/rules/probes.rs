//! Containers that run and are not ready: probes, init containers that don't end, readiness gates.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::{
    explain::{Cause, Clause, Evidence, Finding, Next, Say, Seen, Value},
    pod_detail::{ContainerDetail, ContainerKind, ContainerState},
    time::since,
};

use super::{clause, finding, words};

/// An init container may take so long.
const INIT: Duration = Duration::from_secs(60);
/// A container may take so long to be ready without anybody saying why.
const READY: Duration = Duration::from_secs(30);

fn running_since(container: &ContainerDetail) -> Option<Timestamp> {
    match container.state {
        ContainerState::Running { since } => since,
        _ => None,
    }
}

fn has_probe(container: &ContainerDetail, kind: &str) -> bool {
    container.probes.iter().any(|probe| probe.starts_with(kind))
}

/// The newest word of a probe of this kind, and what it said.
fn probe_said(evidence: &Evidence, kind: &str, since: Option<Timestamp>) -> Option<Clause> {
    let start = format!("{kind} probe");
    let event = evidence.event_that(|event| {
        matches!(&*event.reason, "Unhealthy" | "ProbeWarning") && event.message.starts_with(&start)
    })?;
    // What was said before it started is of another life.
    let told = event.last.or(event.first);
    if let (Some(told), Some(since)) = (told, since)
        && told < since
    {
        return None;
    }
    let said = event.message.split_once(": ").map_or("", |(_, said)| said);
    words(said).or_else(|| words(&event.message))
}

pub(super) fn startup(evidence: &Evidence, _now: Timestamp) -> Option<Finding> {
    let container = evidence.containers().find(|container| {
        let started = evidence
            .facts(&container.name)
            .and_then(|facts| facts.started);
        running_since(container).is_some()
            && started == Some(false)
            && has_probe(container, "startup")
    })?;
    let said = probe_said(evidence, "Startup", running_since(container))?;
    Some(finding(
        Cause::StartupFailed,
        vec![clause(Say::StartupProbe, container), said],
        &[Seen::Events, Seen::State],
        &[Next::Logs, Next::Events],
    ))
}

pub(super) fn init_stuck(evidence: &Evidence, now: Timestamp) -> Option<Finding> {
    let (container, span) = evidence.containers().find_map(|container| {
        let init = container.kind == ContainerKind::Init
            || (container.kind == ContainerKind::Sidecar
                && evidence
                    .facts(&container.name)
                    .is_some_and(|facts| facts.started == Some(false)));
        let span = since(running_since(container)?, now);
        (init && span > INIT).then_some((container, span))
    })?;
    Some(finding(
        Cause::InitStuck,
        vec![clause(Say::InitRunsLong, container).and("span", Value::Span(span))],
        &[Seen::State],
        &[Next::Logs, Next::Events],
    ))
}

pub(super) fn readiness(evidence: &Evidence, now: Timestamp) -> Option<Finding> {
    let container = evidence.containers().find(|container| {
        container.kind != ContainerKind::Init
            && !container.ready
            && running_since(container).is_some()
    })?;
    if let Some(said) = probe_said(evidence, "Readiness", running_since(container)) {
        let mut clauses = vec![clause(Say::ProbeFails, container).and("probe", "readiness")];
        clauses.push(said);
        return Some(finding(
            Cause::ReadinessFailed,
            clauses,
            &[Seen::Events, Seen::State],
            &[Next::Logs, Next::Events],
        ));
    }
    let span = since(running_since(container)?, now);
    (has_probe(container, "readiness") && span > READY).then(|| {
        finding(
            Cause::ReadinessFailed,
            vec![clause(Say::NotReadyUnsaid, container).and("span", Value::Span(span))],
            &[Seen::State],
            &[Next::Logs, Next::Events, Next::Describe],
        )
    })
}

pub(super) fn readiness_gate(evidence: &Evidence, _now: Timestamp) -> Option<Finding> {
    let containers_ready = evidence
        .condition("ContainersReady")
        .is_some_and(|condition| condition.status == "True");
    let not_ready = evidence
        .condition("Ready")
        .is_some_and(|condition| condition.status != "True");
    let gates = evidence.pod.readiness_gates.iter();
    let open: Vec<&String> = gates
        .filter(|gate| {
            evidence
                .condition(gate)
                .is_none_or(|condition| condition.status != "True")
        })
        .collect();
    if !containers_ready || !not_ready || open.is_empty() {
        return None;
    }
    let mut clauses = vec![Clause::new(Say::GatesOpen).and("names", Value::list(&open))];
    let said = open
        .iter()
        .find_map(|gate| evidence.condition(gate).and_then(|it| words(&it.message)));
    clauses.extend(said);
    Some(finding(
        Cause::ReadinessGate,
        clauses,
        &[Seen::Conditions],
        &[Next::Describe, Next::Events],
    ))
}
