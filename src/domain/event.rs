//! A Kubernetes Event as one row.

use jiff::Timestamp;

use super::{id::Uid, pod::Name};

/// One Event of the cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRow {
    pub uid: Uid,
    pub namespace: Name,
    /// The object it is about.
    pub kind: Name,
    pub name: Name,
    pub object_uid: Option<Uid>,
    pub warning: bool,
    pub reason: Name,
    pub message: String,
    pub count: u32,
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
    pub from: Name,
}
