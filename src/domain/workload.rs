//! A workload as one row.

use jiff::Timestamp;

use super::{id::Uid, pod::WorkloadKey};

/// A Deployment, StatefulSet or DaemonSet.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkloadRow {
    pub uid: Uid,
    pub key: WorkloadKey,
    pub desired: u32,
    pub ready: u32,
    pub updated: u32,
    pub generation: i64,
    /// `deployment.kubernetes.io/revision`, where there is one.
    pub revision: Option<u64>,
    pub images: Vec<String>,
    pub created: Option<Timestamp>,
    /// The controller has seen the newest spec.
    pub observed: bool,
}
