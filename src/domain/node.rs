//! A node as one row.

use jiff::Timestamp;

use super::{id::Uid, pod::Name};

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
}
