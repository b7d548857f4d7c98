//! What goes with an object that is deleted: its dependents, a namespace's content.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::super::State;
use super::super::kinds::{KINDS, Res};
use super::super::selectors::Selector;
use super::super::store::Entry;

/// The resources whose objects are owned by others.
const OWNED: &[Res] = &[
    Res::ReplicaSets,
    Res::ControllerRevisions,
    Res::Jobs,
    Res::Pods,
];

impl State {
    /// Deletes what `gone` owned, as the garbage collector does.
    pub fn cascade(&mut self, gone: &Entry, now: Timestamp) {
        if gone.res == Res::Namespaces {
            self.empty_namespace(&gone.name, now);
            return;
        }
        for entry in self.dependents(gone) {
            if entry.res == Res::Pods {
                self.end_pod(&entry, None, now, false);
            } else {
                self.remove_object(&entry, now);
            }
        }
    }

    /// Takes the owner out of its dependents, which stay.
    pub fn orphan(&mut self, owner: &Entry) {
        for entry in self.dependents(owner) {
            let mut value = Value::clone(&entry.value());
            if let Some(owners) = value["metadata"]["ownerReferences"].as_array_mut() {
                owners.retain(|one| one["uid"].as_str() != Some(&owner.uid));
            }
            self.update_own(&entry, value);
        }
    }

    fn dependents(&self, owner: &Entry) -> Vec<Arc<Entry>> {
        if !matches!(
            owner.res,
            Res::Deployments
                | Res::ReplicaSets
                | Res::StatefulSets
                | Res::DaemonSets
                | Res::Jobs
                | Res::CronJobs
        ) {
            return Vec::new();
        }
        let selector = Selector {
            namespace: Some(owner.namespace.to_string()),
            ..Selector::default()
        };
        let owned = |entry: &Arc<Entry>| {
            let value = entry.value();
            let owners = value["metadata"]["ownerReferences"].as_array();
            owners.is_some_and(|all| {
                all.iter()
                    .any(|one| one["uid"].as_str() == Some(&owner.uid))
            })
        };
        let candidates = OWNED
            .iter()
            .flat_map(|res| self.store.select(*res, &selector));
        candidates.filter(owned).collect()
    }

    fn empty_namespace(&mut self, namespace: &str, now: Timestamp) {
        let selector = Selector {
            namespace: Some(namespace.to_owned()),
            ..Selector::default()
        };
        for info in KINDS
            .iter()
            .filter(|info| info.namespaced && !info.res.is_metrics())
        {
            for entry in self.store.select(info.res, &selector) {
                if info.res == Res::Pods {
                    self.end_pod(&entry, Some(0), now, false);
                } else {
                    self.store.remove(info.res, &entry.key());
                }
            }
        }
    }
}
