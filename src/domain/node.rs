//! A node as one row.

use jiff::Timestamp;

use super::{id::Uid, pod::Name, usage::Room};

/// One node.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeRow {
    pub uid: Uid,
    pub name: Name,
    pub ready: Option<bool>,
    pub ready_since: Option<Timestamp>,
    pub cordoned: bool,
    /// Conditions that hold and should not: `MemoryPressure`, `DiskPressure` …
    pub pressures: Vec<Name>,
    pub created: Option<Timestamp>,
    pub version: Name,
    /// `control-plane`
    pub roles: Vec<Name>,
    /// As kubectl writes them: `dedicated=batch:NoSchedule`.
    pub taints: Vec<Name>,
    /// What pods may take of it.
    pub room: Room,
    /// How many pods it takes.
    pub most_pods: Option<u32>,
}
