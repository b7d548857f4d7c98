//! A pod as one row: what kubectl prints of it, and whether it is sick. Rows are kept, never objects.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;

use super::{id::Uid, light::Light};

/// A short string that many rows share.
pub type Name = Arc<str>;

/// Labels; pods of one template share one set.
pub type Labels = BTreeMap<String, String>;

/// How well a pod or workload is, worst first in `Ord`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Health {
    /// Something is wrong that will not pass by itself.
    Sick,
    /// Not ready, or restarted not long ago.
    Shaky,
    /// On its way up or down.
    Moving,
    Well,
    /// Finished as it should.
    Done,
}

impl Health {
    /// How bad it is; `None` for what is on its way or done, which nobody judges.
    pub const fn light(self) -> Option<Light> {
        match self {
            Self::Sick => Some(Light::Red),
            Self::Shaky => Some(Light::Yellow),
            Self::Well => Some(Light::Green),
            Self::Moving | Self::Done => None,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Sick => "sick",
            Self::Shaky => "shaky",
            Self::Moving => "moving",
            Self::Well => "well",
            Self::Done => "done",
        }
    }
}

/// The controller that owns a pod, resolved to the workload (a Deployment, not its ReplicaSet) where it can be.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WorkloadKey {
    pub namespace: Name,
    pub kind: Name,
    pub name: Name,
}

/// One pod.
#[derive(Debug, Clone, PartialEq)]
pub struct PodRow {
    pub uid: Uid,
    pub namespace: Name,
    pub name: Name,
    /// kubectl's STATUS, word for word.
    pub status: Name,
    /// Grows with each change of its spec; 0 where the server does not count.
    pub generation: i64,
    pub health: Health,
    /// kubectl's READY.
    pub ready: u16,
    pub containers: u16,
    /// Its condition Ready, which a node that is gone turns while its containers stay as they were; `None` where nobody
    /// says it, as in records.
    pub is_ready: Option<bool>,
    /// kubectl's RESTARTS with its "(5m ago)".
    pub restarts: u32,
    pub last_restart: Option<Timestamp>,
    /// Why a container last died, when the status no longer says it (`OOMKilled` behind `CrashLoopBackOff`).
    pub last_death: Option<Name>,
    pub created: Option<Timestamp>,
    pub node: Option<Name>,
    pub workload: Option<WorkloadKey>,
    pub labels: Arc<Labels>,
}

/// What a pod uses now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PodUsage {
    pub cpu_millicores: u32,
    pub memory_bytes: u64,
}

/// Pods of one workload, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RollUp {
    pub ready: u32,
    pub total: u32,
    pub sick: u32,
    pub restarts: u32,
    pub worst: Health,
    /// How many pods of each health, in the order of [`Health`].
    pub by_health: [u32; 5],
}

/// All pods, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PodCount {
    /// Fully ready, of those that should be (finished ones are not counted).
    pub ready: u32,
    pub total: u32,
    pub sick: u32,
}
