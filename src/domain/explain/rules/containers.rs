//! A container that can't be made: a key, a ConfigMap or a Secret is missing, its user is root, its program is not there.

use jiff::Timestamp;

use crate::domain::{
    explain::{Cause, Clause, Evidence, Finding, Next, Say, Seen},
    pod_detail::{ContainerDetail, ContainerState},
};

use super::{between, clause, finding, of_init, words};

pub(super) fn not_created(evidence: &Evidence, _now: Timestamp) -> Option<Finding> {
    let (container, reason, message) = evidence.containers().find_map(failing)?;
    let mut clauses = vec![what(container, reason, message)];
    clauses.extend(of_init(container));
    if matches!(
        clauses[0].say,
        Say::CreateFailed | Say::CommandMissing | Say::RunsAsRoot
    ) {
        clauses.extend(words(message));
    }
    Some(finding(
        Cause::ContainerNotCreated,
        clauses,
        &[Seen::State],
        &[Next::Describe, Next::Events],
    ))
}

fn failing(container: &ContainerDetail) -> Option<(&ContainerDetail, &str, &str)> {
    let last = container.last_state.as_ref();
    match (&container.state, last) {
        (ContainerState::Waiting { reason, message }, _)
            if matches!(
                reason.as_str(),
                "CreateContainerConfigError"
                    | "CreateContainerError"
                    | "RunContainerError"
                    | "PreCreateHookError"
                    | "PreStartHookError"
                    | "PostStartHookError"
            ) =>
        {
            Some((container, reason, message))
        }
        // The runtime could not start it: that is told as a death that never lived.
        (
            ContainerState::Waiting { .. } | ContainerState::Terminated { .. },
            Some(ContainerState::Terminated {
                reason, message, ..
            }),
        ) if matches!(reason.as_str(), "StartError" | "ContainerCannotRun") => {
            Some((container, reason, message))
        }
        (
            ContainerState::Terminated {
                reason, message, ..
            },
            _,
        ) if matches!(reason.as_str(), "StartError" | "ContainerCannotRun") => {
            Some((container, reason, message))
        }
        _ => None,
    }
}

fn what(container: &ContainerDetail, reason: &str, message: &str) -> Clause {
    if let Some((key, rest)) = message
        .strip_prefix("couldn't find key ")
        .and_then(|rest| rest.split_once(" in "))
    {
        let mut words = rest.split(' ');
        let kind = words.next().unwrap_or_default();
        let name = words.next().unwrap_or_default();
        return clause(Say::KeyMissing, container)
            .and("key", key)
            .and("kind", kind)
            .and("name", name);
    }
    for (mark, kind) in [("configmap \"", "ConfigMap"), ("secret \"", "Secret")] {
        if let Some(name) = between(message, mark, "\" not found") {
            return clause(Say::ConfigMissing, container)
                .and("kind", kind)
                .and("name", name);
        }
    }
    if message.contains("runAsNonRoot") {
        return clause(Say::RunsAsRoot, container);
    }
    if message.contains("executable file not found")
        || message.contains("no such file or directory")
        || message.contains("exec format error")
    {
        return clause(Say::CommandMissing, container);
    }
    clause(Say::CreateFailed, container).and("reason", reason)
}
