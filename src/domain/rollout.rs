//! The revisions of a workload.

use jiff::Timestamp;
use serde_json::Value;

/// One revision of a workload: the template it had, and what is left of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Revision {
    pub number: u64,
    /// The `ReplicaSet` or `ControllerRevision` that keeps it.
    pub name: String,
    pub created: Option<Timestamp>,
    pub images: Vec<String>,
    /// Ready and wanted pods of it; `None` where only a count over all revisions is kept.
    pub replicas: Option<(u64, u64)>,
    /// The annotation `kubernetes.io/change-cause`.
    pub cause: Option<String>,
    /// The workload's template is this one.
    pub current: bool,
    /// The pod template without what the controller added to it.
    pub template: Value,
}
