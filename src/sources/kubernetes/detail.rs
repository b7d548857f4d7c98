//! One pod in full, read when it is opened.

mod setting;

use std::fmt::Write as _;

use futures::future::join;
use jiff::Timestamp;
use k8s_openapi::{
    api::{
        apps::v1::ReplicaSet,
        batch::v1::Job,
        core::v1::{
            Container, ContainerPort, ContainerStatus, EphemeralContainer, Pod, PodCondition,
            PodSpec, PodStatus, Probe, ResourceRequirements,
        },
    },
    apimachinery::pkg::{
        apis::meta::v1::{ObjectMeta, OwnerReference, Time},
        util::intstr::IntOrString,
    },
};
use kube::{
    Api, Client,
    api::{ListParams, PartialObjectMeta},
};

use super::{
    events::EventLite,
    interner::Interner,
    trouble::{self, trouble},
    watch::Watcher,
};
use crate::domain::{
    clean::clean,
    event::EventRow,
    freshness::{Trouble, TroubleKind},
    pod_detail::{
        ConditionDetail, ContainerDetail, ContainerKind, ContainerState, PodDetail, PodKey,
    },
};

/// More events than this nobody reads.
const EVENTS: u32 = 200;

pub(super) async fn read(watcher: &Watcher, key: &PodKey) -> Result<PodDetail, Trouble> {
    let client = &watcher.connection.client;
    let pods: Api<Pod> = Api::namespaced(client.clone(), &key.namespace);
    let pod = pods
        .get(&key.name)
        .await
        .map_err(|error| trouble::of(&error))?;
    if pod.metadata.uid.as_deref() != Some(key.uid.as_str()) {
        let said = "this pod is gone; another one has its name now";
        return Err(trouble(TroubleKind::Absent, said));
    }
    let (events, owners) = join(events(client, key), owners(client, key, &pod.metadata)).await;
    let read_at = watcher.clock.now().wall;
    Ok(describe(key, read_at, pod, owners, events))
}

/// `None` where they may not or could not be read: the pod is worth showing without them.
async fn events(client: &Client, key: &PodKey) -> Option<Vec<EventRow>> {
    let api: Api<EventLite> = Api::namespaced(client.clone(), &key.namespace);
    let chosen = ListParams::default()
        .fields(&format!("involvedObject.uid={}", key.uid))
        .limit(EVENTS);
    let list = api.list(&chosen).await.ok()?;
    let mut names = Interner::default();
    let mut rows: Vec<EventRow> = list.items.iter().map(|it| it.row(&mut names)).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.last));
    Some(rows)
}

/// The chain of controllers from the pod upwards, as far as it may be read.
pub(super) async fn owners(client: &Client, key: &PodKey, pod: &ObjectMeta) -> Vec<String> {
    let mut chain = Vec::new();
    let mut next = controller(pod).cloned();
    while let Some(owner) = next {
        chain.push(text(&format!("{}/{}", owner.kind, owner.name)));
        if chain.len() >= 4 {
            break;
        }
        let client = client.clone();
        let above = match owner.kind.as_str() {
            "ReplicaSet" => {
                let api: Api<PartialObjectMeta<ReplicaSet>> =
                    Api::namespaced(client, &key.namespace);
                api.get(&owner.name).await.map(|it| it.metadata)
            }
            "Job" => {
                let api: Api<PartialObjectMeta<Job>> = Api::namespaced(client, &key.namespace);
                api.get(&owner.name).await.map(|it| it.metadata)
            }
            _ => break,
        };
        next = above.ok().as_ref().and_then(controller).cloned();
    }
    chain
}

pub(super) fn controller(meta: &ObjectMeta) -> Option<&OwnerReference> {
    let mut owners = meta.owner_references.iter().flatten();
    owners.find(|it| it.controller == Some(true))
}

pub(super) fn describe(
    key: &PodKey,
    read_at: Timestamp,
    pod: Pod,
    owners: Vec<String>,
    events: Option<Vec<EventRow>>,
) -> PodDetail {
    let spec = pod.spec.unwrap_or_default();
    let status = pod.status.unwrap_or_default();
    let pairs = |map: Option<std::collections::BTreeMap<String, String>>| {
        let pairs = map.unwrap_or_default().into_iter();
        pairs
            .map(|(key, value)| (text(&key), text(&value)))
            .collect()
    };
    PodDetail {
        key: key.clone(),
        read_at,
        phase: word(status.phase.as_ref()),
        node: spec.node_name.as_deref().map(text),
        ip: status.pod_ip.as_deref().map(text),
        service_account: spec.service_account_name.as_deref().map(text),
        qos: status.qos_class.as_deref().map(text),
        created: time(pod.metadata.creation_timestamp.as_ref()),
        labels: pairs(pod.metadata.labels),
        annotations: pairs(pod.metadata.annotations),
        owners,
        containers: containers(&spec, &status),
        conditions: status.conditions.iter().flatten().map(condition).collect(),
        events,
    }
}

fn text(raw: &str) -> String {
    clean(raw).into_owned()
}

fn word(raw: Option<&String>) -> String {
    raw.map(|raw| text(raw)).unwrap_or_default()
}

fn time(time: Option<&Time>) -> Option<Timestamp> {
    time.map(|Time(at)| *at)
}

fn condition(condition: &PodCondition) -> ConditionDetail {
    ConditionDetail {
        kind: text(&condition.type_),
        status: text(&condition.status),
        reason: word(condition.reason.as_ref()),
        message: word(condition.message.as_ref()),
        since: time(condition.last_transition_time.as_ref()),
    }
}

/// The containers of a template, which have no state.
pub(super) fn containers_of(spec: &PodSpec) -> Vec<ContainerDetail> {
    containers(spec, &PodStatus::default())
}

/// In the order they start.
pub(super) fn containers(spec: &PodSpec, status: &PodStatus) -> Vec<ContainerDetail> {
    let init = spec.init_containers.iter().flatten().map(|it| {
        let sidecar = it.restart_policy.as_deref() == Some("Always");
        let kind = if sidecar {
            ContainerKind::Sidecar
        } else {
            ContainerKind::Init
        };
        container(it, kind, status.init_container_statuses.as_deref())
    });
    let main = spec.containers.iter();
    let main = main.map(|it| {
        container(
            it,
            ContainerKind::Main,
            status.container_statuses.as_deref(),
        )
    });
    let guests = spec.ephemeral_containers.iter().flatten();
    let guests = guests.map(|it| guest(it, status.ephemeral_container_statuses.as_deref()));
    init.chain(main).chain(guests).collect()
}

fn container(
    container: &Container,
    kind: ContainerKind,
    statuses: Option<&[ContainerStatus]>,
) -> ContainerDetail {
    let probes = [
        ("startup", &container.startup_probe),
        ("readiness", &container.readiness_probe),
        ("liveness", &container.liveness_probe),
    ];
    ContainerDetail {
        image: word(container.image.as_ref()),
        cpu: declared(container.resources.as_ref(), "cpu"),
        memory: declared(container.resources.as_ref(), "memory"),
        ports: container.ports.iter().flatten().map(port).collect(),
        probes: probes
            .into_iter()
            .filter_map(|(name, probe)| Some(format!("{name} {}", told(probe.as_ref()?))))
            .collect(),
        command: setting::command(container),
        env: setting::env(container),
        mounts: setting::mounts(container),
        ..of_status(&container.name, kind, statuses)
    }
}

fn guest(guest: &EphemeralContainer, statuses: Option<&[ContainerStatus]>) -> ContainerDetail {
    ContainerDetail {
        image: word(guest.image.as_ref()),
        ..of_status(&guest.name, ContainerKind::Ephemeral, statuses)
    }
}

/// What the status says of a container; what only its spec says is empty.
fn of_status(
    name: &str,
    kind: ContainerKind,
    statuses: Option<&[ContainerStatus]>,
) -> ContainerDetail {
    let status = statuses
        .iter()
        .copied()
        .flatten()
        .find(|it| it.name == name);
    let state = |it: &Option<k8s_openapi::api::core::v1::ContainerState>| {
        it.as_ref().map_or(ContainerState::Unknown, state_of)
    };
    ContainerDetail {
        name: text(name),
        kind,
        image: String::new(),
        ready: status.is_some_and(|it| it.ready),
        restarts: status.map_or(0, |it| u32::try_from(it.restart_count).unwrap_or(0)),
        state: status.map_or(ContainerState::Unknown, |it| state(&it.state)),
        last_state: status
            .map(|it| state(&it.last_state))
            .filter(|it| *it != ContainerState::Unknown),
        cpu: (None, None),
        memory: (None, None),
        ports: Vec::new(),
        probes: Vec::new(),
        command: Vec::new(),
        env: Vec::new(),
        mounts: Vec::new(),
    }
}

fn state_of(state: &k8s_openapi::api::core::v1::ContainerState) -> ContainerState {
    if let Some(waiting) = &state.waiting {
        ContainerState::Waiting {
            reason: word(waiting.reason.as_ref()),
            message: word(waiting.message.as_ref()),
        }
    } else if let Some(running) = &state.running {
        ContainerState::Running {
            since: time(running.started_at.as_ref()),
        }
    } else if let Some(ended) = &state.terminated {
        ContainerState::Terminated {
            reason: word(ended.reason.as_ref()),
            message: word(ended.message.as_ref()),
            code: ended.exit_code,
            at: time(ended.finished_at.as_ref()),
        }
    } else {
        ContainerState::Unknown
    }
}

/// Request and limit of one resource.
fn declared(
    resources: Option<&ResourceRequirements>,
    name: &str,
) -> (Option<String>, Option<String>) {
    let of = |map: Option<&std::collections::BTreeMap<_, _>>| {
        let quantity: &k8s_openapi::apimachinery::pkg::api::resource::Quantity = map?.get(name)?;
        Some(text(&quantity.0))
    };
    (
        of(resources.and_then(|it| it.requests.as_ref())),
        of(resources.and_then(|it| it.limits.as_ref())),
    )
}

fn port(port: &ContainerPort) -> String {
    let protocol = port.protocol.as_deref().unwrap_or("TCP");
    let name = port.name.as_deref().map(|it| format!(" ({it})"));
    let name = name.unwrap_or_default();
    text(&format!("{}/{protocol}{name}", port.container_port))
}

/// A probe as `kubectl describe` tells it.
fn told(probe: &Probe) -> String {
    let mut said = if let Some(http) = &probe.http_get {
        let scheme = http.scheme.as_deref().unwrap_or("HTTP").to_lowercase();
        let host = http.host.as_deref().unwrap_or_default();
        let path = http.path.as_deref().unwrap_or_default();
        format!("http-get {scheme}://{host}:{}{path}", number(&http.port))
    } else if let Some(tcp) = &probe.tcp_socket {
        let host = tcp.host.as_deref().unwrap_or_default();
        format!("tcp-socket {host}:{}", number(&tcp.port))
    } else if let Some(grpc) = &probe.grpc {
        format!(
            "grpc :{} {}",
            grpc.port,
            grpc.service.as_deref().unwrap_or_default()
        )
    } else if let Some(exec) = &probe.exec {
        format!("exec {:?}", exec.command.as_deref().unwrap_or_default())
    } else {
        "unknown".to_owned()
    };
    // Writing to a String does not fail.
    let _ = write!(
        said,
        " delay={}s timeout={}s period={}s #success={} #failure={}",
        probe.initial_delay_seconds.unwrap_or(0),
        probe.timeout_seconds.unwrap_or(1),
        probe.period_seconds.unwrap_or(10),
        probe.success_threshold.unwrap_or(1),
        probe.failure_threshold.unwrap_or(3),
    );
    text(&said)
}

fn number(port: &IntOrString) -> String {
    match port {
        IntOrString::Int(number) => number.to_string(),
        IntOrString::String(name) => name.clone(),
    }
}

#[cfg(test)]
#[path = "detail_tests.rs"]
mod tests;
