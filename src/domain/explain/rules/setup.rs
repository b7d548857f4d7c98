//! What a pod needs on its node before any container is made: volumes, a sandbox with a network.

use jiff::Timestamp;

use crate::domain::{
    event::EventRow,
    explain::{Cause, Clause, Evidence, Finding, Next, Say, Seen},
    pod_detail::ContainerState,
};

use super::{between, finding, words};

/// Containers wait to be made, and none says why itself.
fn waits_to_be_made(evidence: &Evidence) -> bool {
    let mut containers = evidence.containers();
    evidence.pod.detail.node.is_some()
        && containers.any(|container| match &container.state {
            ContainerState::Waiting { reason, .. } => {
                matches!(
                    reason.as_str(),
                    "ContainerCreating" | "PodInitializing" | ""
                )
            }
            ContainerState::Unknown => true,
            _ => false,
        })
}

/// Nothing was pulled or made since.
fn still_holds(evidence: &Evidence, event: &EventRow) -> bool {
    let at = event.last.or(event.first);
    let later = evidence.event(&["Pulling", "Pulled", "Created", "Started"]);
    later.is_none_or(|later| later.last.or(later.first) < at)
}

pub(super) fn volumes(evidence: &Evidence, _now: Timestamp) -> Option<Finding> {
    if !waits_to_be_made(evidence) {
        return None;
    }
    let event = evidence
        .event(&["FailedMount", "FailedAttachVolume", "FailedMapVolume"])
        .filter(|event| still_holds(evidence, event))?;
    // The kubelet's summary "timed out waiting" names the volumes but not the cause; another event does.
    let telling = evidence
        .event_that(|other| {
            matches!(&*other.reason, "FailedMount" | "FailedAttachVolume")
                && !other
                    .message
                    .starts_with("Unable to attach or mount volumes")
        })
        .unwrap_or(event);
    let name = between(&telling.message, "volume \"", "\"").unwrap_or_default();
    let say = if &*telling.reason == "FailedAttachVolume" {
        Say::AttachFailed
    } else {
        Say::MountFailed
    };
    let mut clauses = vec![Clause::new(say).and("name", name)];
    let said = telling
        .message
        .split_once(" : ")
        .map_or(telling.message.as_str(), |(_, said)| said);
    clauses.extend(words(said));
    Some(finding(
        Cause::VolumeNotMounted,
        clauses,
        &[Seen::Events, Seen::State],
        &[Next::Events, Next::Describe, Next::Node],
    ))
}

pub(super) fn sandbox(evidence: &Evidence, _now: Timestamp) -> Option<Finding> {
    if !waits_to_be_made(evidence) {
        return None;
    }
    let event = evidence
        .event(&[
            "FailedCreatePodSandBox",
            "FailedCreatePodSandbox",
            "NetworkNotReady",
        ])
        .filter(|event| still_holds(evidence, event))?;
    let say = if &*event.reason == "NetworkNotReady" {
        Say::NetworkNotReady
    } else {
        Say::SandboxNotMade
    };
    let mut clauses = vec![Clause::new(say)];
    let said = event
        .message
        .trim_start_matches("Failed to create pod sandbox: ");
    clauses.extend(words(said));
    Some(finding(
        Cause::SandboxFailed,
        clauses,
        &[Seen::Events, Seen::State],
        &[Next::Events, Next::Node],
    ))
}
