//! A pod as an explanation needs it.

use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::core::v1::{ContainerState, ContainerStatus, Pod};

use crate::{
    domain::{
        clean::clean,
        explain::{ContainerFacts, Deletion, PodFacts},
        pod_detail::PodKey,
        time::since,
    },
    sources::kubernetes::detail,
};

pub(super) fn of(key: &PodKey, read_at: Timestamp, pod: Pod) -> PodFacts {
    let text = |raw: &str| clean(raw).into_owned();
    let word = |raw: Option<&String>| raw.map(|raw| text(raw)).unwrap_or_default();
    let spec = pod.spec.clone().unwrap_or_default();
    let status = pod.status.clone().unwrap_or_default();
    let grace = pod.metadata.deletion_grace_period_seconds.unwrap_or(0);
    let deletion = pod.metadata.deletion_timestamp.as_ref().map(|at| Deletion {
        ends: at.0,
        grace: seconds(grace),
    });
    let statuses = [&status.init_container_statuses, &status.container_statuses];
    PodFacts {
        reason: word(status.reason.as_ref()),
        message: word(status.message.as_ref()),
        deletion,
        finalizers: all(pod.metadata.finalizers.iter().flatten()),
        scheduling_gates: all(spec.scheduling_gates.iter().flatten().map(|it| &it.name)),
        readiness_gates: all(spec
            .readiness_gates
            .iter()
            .flatten()
            .map(|it| &it.condition_type)),
        claims: all(spec
            .volumes
            .iter()
            .flatten()
            .filter_map(|volume| Some(&volume.persistent_volume_claim.as_ref()?.claim_name))),
        deadline: spec.active_deadline_seconds.map(seconds),
        containers: statuses
            .into_iter()
            .flatten()
            .flatten()
            .map(container)
            .collect(),
        detail: detail::describe(key, read_at, pod, Vec::new(), None),
    }
}

fn all<'s>(names: impl Iterator<Item = &'s String>) -> Vec<String> {
    names.map(|name| clean(name).into_owned()).collect()
}

fn seconds(count: i64) -> Duration {
    Duration::from_secs(u64::try_from(count).unwrap_or(0))
}

fn container(status: &ContainerStatus) -> ContainerFacts {
    let ended = |state: &Option<ContainerState>| state.as_ref()?.terminated.clone();
    let death = ended(&status.state).or_else(|| ended(&status.last_state));
    let lived = death.as_ref().and_then(|death| {
        let (from, to) = (death.started_at.as_ref()?, death.finished_at.as_ref()?);
        Some(since(from.0, to.0))
    });
    ContainerFacts {
        name: clean(&status.name).into_owned(),
        started: status.started,
        lived,
        signal: death.and_then(|death| death.signal).filter(|it| *it != 0),
    }
}
