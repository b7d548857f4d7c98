//! The kubelets and the scheduler: the life of each pod, from Pending to its end.

mod life;
mod start;
mod trouble;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

pub use life::Life;
pub use start::address_of;
pub use trouble::Played;

use super::super::State;
use super::super::json::{controller, controller_uid, list, text};
use super::super::kinds::Res;
use super::super::store::Key;
use crate::sim::port::WorkloadRef;
use life::Stage;

/// A pod that came with a status of its own: it plays no life here.
fn has_status_already(pod: &Value) -> bool {
    text(pod, "/status/phase") != "Pending" || !list(pod, "/status/containerStatuses").is_empty()
}

/// What the kubelets remember of pods.
#[derive(Debug, Default)]
pub struct Kubelet {
    /// By the pod's uid.
    pub lives: BTreeMap<String, Life>,
    pub faults: BTreeMap<WorkloadRef, Played>,
    /// Seconds until a new pod of a workload is ready.
    pub ready_after: BTreeMap<WorkloadRef, u32>,
    by_hand: BTreeSet<String>,
    addresses: u32,
}

impl Kubelet {
    /// From now on the pod's status is what somebody wrote by hand.
    pub fn leave_alone(&mut self, uid: &str) {
        self.by_hand.insert(uid.to_owned());
        if let Some(life) = self.lives.get_mut(uid) {
            life.stage = Stage::ByHand;
            life.due = None;
        }
    }

    pub fn workload_of(&self, uid: &str) -> Option<&WorkloadRef> {
        self.lives.get(uid)?.workload.as_ref()
    }

    /// When something happens next.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.lives.values().filter_map(|life| life.due).min()
    }

    /// The keys of the pods that an object controls.
    pub fn owned_by(&self, uid: &str) -> Vec<Key> {
        let mine = self.lives.values().filter(|life| life.owner == uid);
        let mut keys: Vec<Key> = mine.map(|life| life.key.clone()).collect();
        keys.sort();
        keys
    }

    /// The uids of a workload's pods, in the order of their names.
    pub fn of_workload(&self, at: &WorkloadRef) -> Vec<String> {
        let mine = self
            .lives
            .iter()
            .filter(|(_, life)| life.workload.as_ref() == Some(at));
        let mut mine: Vec<_> = mine.map(|(uid, life)| (&life.key, uid.clone())).collect();
        mine.sort();
        mine.into_iter().map(|(_, uid)| uid).collect()
    }
}

pub fn after(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(seconds))
        .unwrap_or(at)
}

impl State {
    /// A pod was created, changed or removed: begins, bends or ends its life.
    pub fn notice_pod(&mut self, key: &Key, at: Timestamp) {
        let Some(entry) = self.store.by_key(Res::Pods, key) else {
            let gone = self.kubelet.lives.iter().find(|(_, life)| life.key == *key);
            if let Some(uid) = gone.map(|(uid, _)| uid.clone()) {
                self.forget_pod(&uid);
            }
            return;
        };
        let uid = entry.uid.to_string();
        if !self.kubelet.lives.contains_key(&uid) {
            let stale = self.kubelet.lives.iter().find(|(_, life)| life.key == *key);
            if let Some(stale) = stale.map(|(uid, _)| uid.clone()) {
                self.forget_pod(&stale);
            }
            let value = entry.value();
            let mut life = Life::new(key.clone(), controller_uid(&value).to_owned(), at);
            life.workload = self.workload_that_owns(&value);
            if self.kubelet.by_hand.contains(&uid) || has_status_already(&value) {
                life.stage = Stage::ByHand;
                life.due = None;
            }
            self.kubelet.lives.insert(uid.clone(), life);
        }
        let ending = entry.value()["metadata"]["deletionTimestamp"].is_string();
        if ending {
            self.begin_end(&uid, at);
        }
    }

    fn forget_pod(&mut self, uid: &str) {
        self.kubelet.lives.remove(uid);
        self.kubelet.by_hand.remove(uid);
        for played in self.kubelet.faults.values_mut() {
            played.chosen.remove(uid);
        }
        self.logs.forget(uid);
    }

    /// The workload that a pod belongs to, through its `ReplicaSet` or Job.
    fn workload_that_owns(&self, pod: &Value) -> Option<WorkloadRef> {
        let namespace = text(pod, "/metadata/namespace");
        let owner = controller(pod)?;
        let named = |kind: &str, name: &str| WorkloadRef {
            namespace: namespace.to_owned(),
            kind: kind.to_owned(),
            name: name.to_owned(),
        };
        let (kind, name) = (text(owner, "/kind"), text(owner, "/name"));
        let between = match kind {
            "ReplicaSet" => Res::ReplicaSets,
            "Job" => Res::Jobs,
            _ => return Some(named(kind, name)),
        };
        let between = self.store.get(between, namespace, name)?.value();
        let above = controller(&between);
        Some(above.map_or_else(
            || named(kind, name),
            |above| named(text(above, "/kind"), text(above, "/name")),
        ))
    }

    /// Lets everything happen to pods that is due at `at`.
    pub fn run_kubelets(&mut self, at: Timestamp) {
        self.choose_troubled(at);
        let due = self
            .kubelet
            .lives
            .iter()
            .filter(|(_, life)| life.due.is_some_and(|due| due <= at));
        let due: Vec<String> = due.map(|(uid, _)| uid.clone()).collect();
        for uid in due {
            self.live(&uid, at);
        }
    }
}
