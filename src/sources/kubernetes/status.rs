//! READY, STATUS and RESTARTS of a pod, as `kubectl get pods` prints them (Kubernetes 1.35).

use jiff::Timestamp;
use serde::{Deserialize, de::IgnoredAny};

use super::lite::{Condition, Meta, lite, nullable, time};

/// A pod with what its row needs.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct PodLite {
    pub metadata: Meta,
    #[serde(deserialize_with = "nullable")]
    pub spec: Spec,
    #[serde(deserialize_with = "nullable")]
    pub status: Status,
}

lite!(PodLite, k8s_openapi::api::core::v1::Pod);

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Spec {
    #[serde(deserialize_with = "nullable")]
    pub node_name: String,
    #[serde(deserialize_with = "nullable")]
    pub init_containers: Vec<InitContainer>,
    /// Only how many there are.
    #[serde(deserialize_with = "nullable")]
    pub containers: Vec<IgnoredAny>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct InitContainer {
    #[serde(deserialize_with = "nullable")]
    pub name: String,
    #[serde(deserialize_with = "nullable")]
    pub restart_policy: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Status {
    #[serde(deserialize_with = "nullable")]
    pub phase: String,
    #[serde(deserialize_with = "nullable")]
    pub reason: String,
    #[serde(deserialize_with = "nullable")]
    pub conditions: Vec<Condition>,
    #[serde(deserialize_with = "nullable")]
    pub init_container_statuses: Vec<Container>,
    #[serde(deserialize_with = "nullable")]
    pub container_statuses: Vec<Container>,
}

/// The status of one container.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Container {
    #[serde(deserialize_with = "nullable")]
    pub name: String,
    #[serde(deserialize_with = "nullable")]
    pub ready: bool,
    #[serde(deserialize_with = "nullable")]
    pub started: bool,
    #[serde(deserialize_with = "nullable")]
    pub restart_count: u32,
    #[serde(deserialize_with = "nullable")]
    pub state: State,
    #[serde(deserialize_with = "nullable")]
    pub last_state: State,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct State {
    pub waiting: Option<Waiting>,
    pub running: Option<IgnoredAny>,
    pub terminated: Option<Terminated>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Waiting {
    #[serde(deserialize_with = "nullable")]
    pub reason: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Terminated {
    #[serde(deserialize_with = "nullable")]
    pub exit_code: i32,
    #[serde(deserialize_with = "nullable")]
    pub signal: i32,
    #[serde(deserialize_with = "nullable")]
    pub reason: String,
    #[serde(deserialize_with = "time")]
    pub finished_at: Option<Timestamp>,
}

impl Terminated {
    /// The reason, or what is known instead of one.
    pub fn said(&self) -> String {
        if !self.reason.is_empty() {
            self.reason.clone()
        } else if self.signal != 0 {
            format!("Signal:{}", self.signal)
        } else {
            format!("ExitCode:{}", self.exit_code)
        }
    }
}

/// What kubectl prints of a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Printed {
    pub status: String,
    pub ready: u16,
    pub containers: u16,
    pub restarts: u32,
    pub last_restart: Option<Timestamp>,
}

/// Restarts and when the last one was.
#[derive(Debug, Clone, Copy, Default)]
struct Restarts {
    count: u32,
    last: Option<Timestamp>,
}

impl Restarts {
    fn add(&mut self, container: &Container) {
        self.count = self.count.saturating_add(container.restart_count);
        let ended = container.last_state.terminated.as_ref();
        self.last = self.last.max(ended.and_then(|end| end.finished_at));
    }
}

/// What the init containers say of a pod.
struct Init {
    /// `Init:…` while one of them is not through.
    status: Option<String>,
    ready: u16,
    all: Restarts,
    sidecars: Restarts,
}

pub(super) fn print(pod: &PodLite) -> Printed {
    let Status {
        phase,
        reason,
        conditions,
        container_statuses,
        ..
    } = &pod.status;
    let mut status = if reason.is_empty() { phase } else { reason }.clone();
    if condition(conditions, "PodScheduled").is_some_and(|it| it.reason == "SchedulingGated") {
        "SchedulingGated".clone_into(&mut status);
    }
    let init = print_init(pod);
    let (mut ready, mut restarts) = (init.ready, init.all);
    let initializing = init.status.is_some();
    if let Some(said) = init.status {
        status = said;
    }
    if !initializing || condition(conditions, "Initialized").is_some_and(Condition::holds) {
        restarts = init.sidecars;
        let mut running = false;
        let mut failure = None;
        // From the last to the first: the first container has the last word.
        for container in container_statuses.iter().rev() {
            restarts.add(container);
            match &container.state {
                State {
                    waiting: Some(waiting),
                    ..
                } if !waiting.reason.is_empty() => status.clone_from(&waiting.reason),
                State {
                    terminated: Some(end),
                    ..
                } => {
                    status = end.said();
                    if end.exit_code != 0 {
                        failure = Some(status.clone());
                    }
                }
                State {
                    running: Some(_), ..
                } if container.ready => {
                    running = true;
                    ready += 1;
                }
                _ => {}
            }
        }
        // One container that is through does not speak for the others.
        if status == "Completed" {
            if running && condition(conditions, "Ready").is_some_and(Condition::holds) {
                "Running".clone_into(&mut status);
            } else if let Some(failure) = failure {
                status = failure;
            } else if running {
                "NotReady".clone_into(&mut status);
            }
        }
    }
    if pod.metadata.deleted.is_some() {
        if reason == "NodeLost" {
            "Unknown".clone_into(&mut status);
        } else if phase != "Succeeded" && phase != "Failed" {
            "Terminating".clone_into(&mut status);
        }
    }
    let sidecars = pod.spec.init_containers.iter().filter(|it| it.is_sidecar());
    let containers = pod.spec.containers.len() + sidecars.count();
    Printed {
        status,
        ready,
        containers: u16::try_from(containers).unwrap_or(u16::MAX),
        restarts: restarts.count,
        last_restart: restarts.last.filter(|_| restarts.count > 0),
    }
}

impl InitContainer {
    fn is_sidecar(&self) -> bool {
        self.restart_policy == "Always"
    }
}

fn print_init(pod: &PodLite) -> Init {
    let declared = &pod.spec.init_containers;
    let mut init = Init {
        status: None,
        ready: 0,
        all: Restarts::default(),
        sidecars: Restarts::default(),
    };
    for (place, container) in pod.status.init_container_statuses.iter().enumerate() {
        let sidecar = declared
            .iter()
            .any(|it| it.name == container.name && it.is_sidecar());
        init.all.add(container);
        if sidecar {
            init.sidecars.add(container);
        }
        let State {
            waiting,
            terminated,
            ..
        } = &container.state;
        if terminated.as_ref().is_some_and(|end| end.exit_code == 0) {
            continue;
        }
        if sidecar && container.started {
            init.ready += u16::from(container.ready);
            continue;
        }
        let waits = waiting.as_ref().map(|waiting| waiting.reason.as_str());
        init.status = Some(match (terminated, waits) {
            (Some(end), _) => format!("Init:{}", end.said()),
            (None, Some(reason)) if !reason.is_empty() && reason != "PodInitializing" => {
                format!("Init:{reason}")
            }
            _ => format!("Init:{place}/{}", declared.len()),
        });
        break;
    }
    init
}

pub(super) fn condition<'a>(conditions: &'a [Condition], kind: &str) -> Option<&'a Condition> {
    conditions.iter().find(|it| it.kind == kind)
}

#[cfg(test)]
#[path = "status_tests.rs"]
mod tests;
