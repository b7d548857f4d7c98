//! Everything of one pod that the detail screen shows, read when it is opened.

use jiff::Timestamp;

use super::{event::EventRow, id::Uid};

/// Which pod: select by uid, never by row; the name is what the API is asked by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PodKey {
    pub namespace: String,
    pub name: String,
    pub uid: Uid,
}

/// A pod with its containers, conditions, events and owners.
#[derive(Debug, Clone, PartialEq)]
pub struct PodDetail {
    pub key: PodKey,
    pub read_at: Timestamp,
    pub phase: String,
    pub node: Option<String>,
    pub ip: Option<String>,
    pub service_account: Option<String>,
    pub qos: Option<String>,
    pub created: Option<Timestamp>,
    pub labels: Vec<(String, String)>,
    pub annotations: Vec<(String, String)>,
    /// From the pod upwards: `ReplicaSet/x`, `Deployment/y`.
    pub owners: Vec<String>,
    pub containers: Vec<ContainerDetail>,
    pub conditions: Vec<ConditionDetail>,
    /// Newest first; `None` when they may not be read.
    pub events: Option<Vec<EventRow>>,
}

/// What kind of container it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContainerKind {
    Init,
    /// An init container that goes on running.
    Sidecar,
    Main,
    Ephemeral,
}

/// One container of a pod.
#[derive(Debug, Clone, PartialEq)]
pub struct ContainerDetail {
    pub name: String,
    pub kind: ContainerKind,
    pub image: String,
    pub ready: bool,
    pub restarts: u32,
    pub state: ContainerState,
    pub last_state: Option<ContainerState>,
    /// `cpu 500m/1, memory 256Mi/512Mi`: requests and limits as declared.
    pub cpu: (Option<String>, Option<String>),
    pub memory: (Option<String>, Option<String>),
    pub ports: Vec<String>,
    pub probes: Vec<String>,
    /// Command and arguments, where it does not start what the image names.
    pub command: Vec<String>,
    /// `NAME=value`, `NAME ← secret db/password`
    pub env: Vec<String>,
    /// `/data ← claim data (rw)`
    pub mounts: Vec<String>,
}

/// What a container is doing.
#[derive(Debug, Clone, PartialEq)]
pub enum ContainerState {
    Waiting {
        reason: String,
        message: String,
    },
    Running {
        since: Option<Timestamp>,
    },
    Terminated {
        reason: String,
        message: String,
        code: i32,
        at: Option<Timestamp>,
    },
    Unknown,
}

/// One condition of a pod.
#[derive(Debug, Clone, PartialEq)]
pub struct ConditionDetail {
    pub kind: String,
    pub status: String,
    pub reason: String,
    pub message: String,
    pub since: Option<Timestamp>,
}
