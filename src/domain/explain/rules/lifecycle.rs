//! The pod as a whole: ended, being ended, refused, lost with its node, just started, well.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::{
    explain::{Cause, Clause, Evidence, Finding, Next, Part, Say, Seen, Value},
    pod_detail::{ContainerKind, ContainerState},
    time::since,
};

use super::{between, finding, words};

/// The kubelet and the API may take so long after the grace.
const SLACK: Duration = Duration::from_secs(15);
/// A pod may take so long to start without being suspicious.
const STARTS: Duration = Duration::from_secs(60);

pub(super) fn stuck_terminating(evidence: &Evidence, now: Timestamp) -> Option<Finding> {
    let deletion = evidence.pod.deletion?;
    let past = since(deletion.ends, now);
    if past <= SLACK {
        return None;
    }
    // A node that is away is the cause, and said by its own rule.
    if evidence.pod.finalizers.is_empty() && lost(evidence) {
        return None;
    }
    let clause = if evidence.pod.finalizers.is_empty() {
        Clause::new(Say::PastGrace).and("grace", Value::Span(deletion.grace))
    } else {
        Clause::new(Say::HeldByFinalizers).and("names", Value::list(&evidence.pod.finalizers))
    };
    let mut clauses = vec![clause.and("past", Value::Span(past))];
    let mut seen = vec![Seen::State];
    if let Some(event) = evidence.event(&["FailedKillPod", "FailedPreStopHook"]) {
        clauses.extend(words(&event.message));
        seen.push(Seen::Events);
    }
    Some(finding(
        Cause::StuckTerminating,
        clauses,
        &seen,
        &[Next::Describe, Next::Events, Next::Node],
    ))
}

pub(super) fn terminating(evidence: &Evidence, now: Timestamp) -> Option<Finding> {
    let deletion = evidence.pod.deletion?;
    let left = since(now, deletion.ends);
    Some(finding(
        Cause::Terminating,
        vec![Clause::new(Say::Ending).and("left", Value::Span(left))],
        &[Seen::State],
        &[Next::Events],
    ))
}

pub(super) fn evicted(evidence: &Evidence, _now: Timestamp) -> Option<Finding> {
    let target = evidence
        .condition("DisruptionTarget")
        .filter(|condition| condition.status == "True");
    let target_reason = target.map_or("", |condition| condition.reason.as_str());
    let plainly = evidence.pod.reason == "Evicted";
    let node = || evidence.pod.detail.node.clone().unwrap_or_default();
    let (clause, said) = match target_reason {
        "EvictionByEvictionAPI" => (Clause::new(Say::EvictedByApi), target),
        "DeletionByTaintManager" => (Clause::new(Say::EvictedByTaint), target),
        _ if plainly => {
            let resource = between(&evidence.pod.message, "low on resource: ", ".");
            let clause = match resource {
                Some(resource) => Clause::new(Say::EvictedFor).and("resource", resource),
                None => Clause::new(Say::EvictedPlain),
            };
            (clause, None)
        }
        _ => return None,
    };
    let mut clauses = vec![clause.and("node", node().as_str())];
    let mut seen = vec![Seen::State];
    if let Part::Known(facts) = &evidence.node
        && let Some(state) = facts
            .state
            .as_ref()
            .filter(|state| !state.pressures.is_empty())
    {
        clauses.push(Clause::new(Say::NodeHasPressure).and("names", Value::list(&state.pressures)));
        seen.push(Seen::Node);
    }
    let message = said.map_or(evidence.pod.message.as_str(), |said| said.message.as_str());
    clauses.extend(words(message));
    Some(finding(
        Cause::Evicted,
        clauses,
        &seen,
        &[Next::Node, Next::Events, Next::Describe],
    ))
}

pub(super) fn preempted(evidence: &Evidence, _now: Timestamp) -> Option<Finding> {
    let target = evidence.condition("DisruptionTarget").filter(|condition| {
        condition.status == "True" && condition.reason.starts_with("Preemption")
    });
    let event = evidence.event(&["Preempted"]);
    if target.is_none() && event.is_none() && evidence.pod.reason != "Preempting" {
        return None;
    }
    let node = evidence.pod.detail.node.clone().unwrap_or_default();
    let mut clauses = vec![Clause::new(Say::PreemptedBy).and("node", node.as_str())];
    let said = event
        .map(|event| event.message.as_str())
        .or(target.map(|target| target.message.as_str()))
        .unwrap_or(&evidence.pod.message);
    clauses.extend(words(said));
    let from = if event.is_some() {
        Seen::Events
    } else {
        Seen::Conditions
    };
    Some(finding(
        Cause::Preempted,
        clauses,
        &[from],
        &[Next::Events, Next::Node],
    ))
}

pub(super) fn deadline(evidence: &Evidence, _now: Timestamp) -> Option<Finding> {
    if evidence.pod.reason != "DeadlineExceeded" {
        return None;
    }
    let clause = match evidence.pod.deadline {
        Some(deadline) => Clause::new(Say::PastDeadline).and("deadline", Value::Span(deadline)),
        None => Clause::new(Say::PastSomeDeadline),
    };
    Some(finding(
        Cause::DeadlineExceeded,
        vec![clause],
        &[Seen::State],
        &[Next::Logs, Next::Describe],
    ))
}

/// Whether the node is known to be away.
fn lost(evidence: &Evidence) -> bool {
    let node_says = match &evidence.node {
        Part::Known(facts) => facts.state.as_ref().is_none_or(|state| !state.ready),
        _ => false,
    };
    node_says || evidence.pod.reason == "NodeLost"
}

pub(super) fn node_lost(evidence: &Evidence, _now: Timestamp) -> Option<Finding> {
    if !lost(evidence) {
        return None;
    }
    let name = evidence.pod.detail.node.clone().unwrap_or_default();
    let clause = match evidence.node.known().map(|facts| &facts.state) {
        Some(None) => Clause::new(Say::NodeGone),
        Some(Some(state)) => match state.since {
            Some(at) => Clause::new(Say::NodeNotReady).and("since", Value::At(at)),
            None => Clause::new(Say::NodeNotReadyNow),
        },
        None => Clause::new(Say::NodeNotReadyNow),
    };
    Some(finding(
        Cause::NodeLost,
        vec![clause.and("node", name.as_str())],
        &[Seen::Node, Seen::Conditions],
        &[Next::Node, Next::Events],
    ))
}

/// The pod failed with a reason of its own: the kubelet would not have it, or its node was shut down.
pub(super) fn refused(evidence: &Evidence, _now: Timestamp) -> Option<Finding> {
    let pod = &evidence.pod;
    if pod.reason.is_empty() || pod.detail.phase != "Failed" {
        return None;
    }
    let node = pod.detail.node.clone().unwrap_or_default();
    let shut_down = matches!(
        pod.reason.as_str(),
        "Terminated" | "NodeShutdown" | "Shutdown"
    );
    let clause = if shut_down {
        Clause::new(Say::NodeShutDown)
    } else {
        Clause::new(Say::RefusedBy).and("reason", pod.reason.as_str())
    };
    let mut clauses = vec![clause.and("node", node.as_str())];
    clauses.extend(words(&pod.message));
    Some(finding(
        Cause::Refused,
        clauses,
        &[Seen::State],
        &[Next::Node, Next::Describe],
    ))
}

pub(super) fn completed(evidence: &Evidence, _now: Timestamp) -> Option<Finding> {
    if evidence.pod.detail.phase != "Succeeded" {
        return None;
    }
    let ended = evidence
        .containers()
        .filter_map(|container| match &container.state {
            ContainerState::Terminated { at, .. } => *at,
            _ => None,
        });
    let clause = match ended.max() {
        Some(at) => Clause::new(Say::DoneAt).and("at", Value::At(at)),
        None => Clause::new(Say::Done),
    };
    Some(finding(
        Cause::Completed,
        vec![clause],
        &[Seen::State],
        &[Next::Logs],
    ))
}

/// A young pod, or one whose image is being pulled: on its way, as far as anything tells.
pub(super) fn starting(evidence: &Evidence, now: Timestamp) -> Option<Finding> {
    let detail = &evidence.pod.detail;
    let age = since(detail.created?, now);
    let waits = detail.phase == "Pending" || evidence.containers().any(|it| !it.ready);
    if !waits || !matches!(detail.phase.as_str(), "Pending" | "Running") {
        return None;
    }
    let pulls = evidence
        .event(&["Pulling", "Pulled", "Started", "Created"])
        .filter(|event| &*event.reason == "Pulling");
    let mut clauses = Vec::new();
    let mut seen = vec![Seen::State];
    if let Some(event) = pulls {
        let image = between(&event.message, "\"", "\"").unwrap_or(&event.message);
        clauses.push(Clause::new(Say::Pulling).and("image", image));
        seen.push(Seen::Events);
    } else if age > STARTS {
        return None;
    }
    clauses.insert(
        0,
        Clause::new(Say::StartingSince).and("span", Value::Span(age)),
    );
    Some(finding(Cause::Starting, clauses, &seen, &[Next::Events]))
}

pub(super) fn well(evidence: &Evidence, _now: Timestamp) -> Option<Finding> {
    let running = evidence
        .containers()
        .filter(|container| container.kind != ContainerKind::Init)
        .all(|container| container.ready);
    let ready = evidence
        .condition("Ready")
        .is_none_or(|condition| condition.status == "True");
    (running && ready && evidence.pod.detail.phase == "Running").then(|| {
        finding(
            Cause::Well,
            vec![Clause::new(Say::RunsWell)],
            &[Seen::State, Seen::Conditions],
            &[Next::Logs],
        )
    })
}
