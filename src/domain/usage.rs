//! What containers and nodes use, against what they asked for and what they may have.

use jiff::Timestamp;

use super::{freshness::Trouble, id::Uid, pod::Name, pod::PodUsage, pod_detail::PodKey};

/// An amount of CPU and of memory, each where it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Room {
    pub cpu_millicores: Option<u32>,
    pub memory_bytes: Option<u64>,
}

/// One container: what it uses now, what it asked for, what it may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerUse {
    pub name: Name,
    /// `None` where it was not measured.
    pub used: Option<PodUsage>,
    pub requests: Room,
    pub limits: Room,
}

/// One pod with its containers, in the order they are declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodUse {
    pub uid: Uid,
    /// When it was measured, by the server's clock.
    pub at: Option<Timestamp>,
    pub containers: Vec<ContainerUse>,
}

/// The pods whose usage is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageQuestion {
    pub pods: Vec<PodKey>,
    /// Those of them whose requests and limits are known: only what they use is read.
    pub known: Vec<PodUse>,
}

/// What is known of the pods that were asked about.
#[derive(Debug, Clone, PartialEq)]
pub struct UsageSight {
    pub pods: Vec<PodUse>,
    /// Why nothing was measured; requests and limits are known all the same.
    pub trouble: Option<Trouble>,
    /// Those that could not be read, where others could.
    pub left_out: Option<LeftOut>,
}

/// Pods that could not be read.
#[derive(Debug, Clone, PartialEq)]
pub struct LeftOut {
    pub pods: usize,
    /// Why the first of them could not.
    pub why: Trouble,
}

/// What every node uses, by name.
pub type NodesUse = Vec<(Name, PodUsage)>;
