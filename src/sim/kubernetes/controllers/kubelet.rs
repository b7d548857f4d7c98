//! The kubelets.

use std::collections::{BTreeMap, BTreeSet};

use crate::sim::port::WorkloadRef;

/// What the kubelets remember of pods.
#[derive(Debug, Default)]
pub struct Kubelet {
    by_hand: BTreeSet<String>,
    workloads: BTreeMap<String, WorkloadRef>,
}

impl Kubelet {
    /// From now on the pod's status is what somebody wrote by hand.
    pub fn leave_alone(&mut self, uid: &str) {
        self.by_hand.insert(uid.to_owned());
    }

    pub fn workload_of(&self, uid: &str) -> Option<&WorkloadRef> {
        self.workloads.get(uid)
    }
}
