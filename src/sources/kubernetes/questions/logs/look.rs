//! What a pod's containers do, asked where the log alone does not say it.

use k8s_openapi::api::core::v1::Pod;
use kube::Api;

use crate::{
    domain::{
        freshness::{Trouble, TroubleKind},
        pod_detail::{ContainerDetail, ContainerKind, ContainerState, PodKey},
    },
    sources::kubernetes::{detail, run::too_late, trouble, watch::Watcher},
};

/// A pod as far as its logs go.
pub(super) enum Looked {
    There(Vec<Life>),
    /// It is not there, or another one has its name.
    Gone,
}

/// One container, and which of its lives it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Life {
    pub name: String,
    pub kind: ContainerKind,
    pub restarts: u32,
    pub now: Now,
    /// Reason and code of the end of the life before.
    pub last_end: Option<(String, i32)>,
}

/// What a container does now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Now {
    Running,
    /// It runs later, or nobody knows: the cluster's word for it.
    Waiting(String),
    Ended {
        reason: String,
        code: i32,
        /// Its pod starts it no more.
        for_good: bool,
    },
}

pub(super) async fn look(watcher: &Watcher, pod: &PodKey) -> Result<Looked, Trouble> {
    let api: Api<Pod> = Api::namespaced(watcher.connection.client.clone(), &pod.namespace);
    let limit = watcher.connection.timeouts.ask;
    let found = match tokio::time::timeout(limit, api.get(&pod.name)).await {
        Err(_) => return Err(too_late(limit)),
        Ok(Err(error)) => {
            let why = trouble::of(&error);
            return match why.kind {
                TroubleKind::Absent => Ok(Looked::Gone),
                _ => Err(why),
            };
        }
        Ok(Ok(found)) => found,
    };
    if found.metadata.uid.as_deref() != Some(pod.uid.as_str()) {
        return Ok(Looked::Gone);
    }
    let (spec, status) = (
        found.spec.unwrap_or_default(),
        found.status.unwrap_or_default(),
    );
    let over = matches!(status.phase.as_deref(), Some("Succeeded" | "Failed"));
    let never = spec.restart_policy.as_deref() == Some("Never");
    let containers = detail::containers(&spec, &status);
    Ok(Looked::There(
        containers
            .into_iter()
            .map(|it| life(it, over, never))
            .collect(),
    ))
}

fn life(container: ContainerDetail, over: bool, never: bool) -> Life {
    let ended = |state: Option<ContainerState>| match state {
        Some(ContainerState::Terminated { reason, code, .. }) => Some((reason, code)),
        _ => None,
    };
    let now = match container.state {
        ContainerState::Running { .. } => Now::Running,
        ContainerState::Waiting { reason, .. } => Now::Waiting(reason),
        ContainerState::Terminated { reason, code, .. } => {
            let once = match container.kind {
                ContainerKind::Init => code == 0,
                ContainerKind::Ephemeral => true,
                ContainerKind::Sidecar | ContainerKind::Main => false,
            };
            let for_good = over || once || never;
            Now::Ended {
                reason,
                code,
                for_good,
            }
        }
        ContainerState::Unknown => Now::Waiting(String::new()),
    };
    Life {
        name: container.name,
        kind: container.kind,
        restarts: container.restarts,
        now,
        last_end: ended(container.last_state),
    }
}
