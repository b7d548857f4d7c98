//! Rollouts, from the `ReplicaSets` they made.

use std::{collections::HashMap, time::Duration};

use jiff::Timestamp;
use serde::Deserialize;

use crate::{
    domain::{
        change::{Change, What},
        pod::WorkloadKey,
        time::since,
    },
    sources::kubernetes::{
        interner::Interner,
        lite::{Meta, lite, nullable},
        workloads::Template,
    },
};

/// Replica counts of `ReplicaSets` move for this long after a rollout began.
const MOVING: Duration = Duration::from_secs(600);

/// A `ReplicaSet` with what tells of its rollout.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::sources::kubernetes) struct ReplicaSetLite {
    metadata: Meta,
    #[serde(deserialize_with = "nullable")]
    spec: Spec,
}

lite!(ReplicaSetLite, k8s_openapi::api::apps::v1::ReplicaSet);

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Spec {
    #[serde(deserialize_with = "nullable")]
    template: Template,
}

/// One revision of a Deployment.
struct Revision {
    number: Option<u64>,
    created: Option<Timestamp>,
    images: Vec<String>,
}

/// The revisions of all Deployments.
#[derive(Default)]
pub(super) struct Rollouts(HashMap<WorkloadKey, Vec<Revision>>);

impl Rollouts {
    pub fn add(&mut self, set: &ReplicaSetLite, names: &mut Interner) {
        let meta = &set.metadata;
        let Some(owner) = meta.controller().filter(|it| it.kind == "Deployment") else {
            return;
        };
        let key = WorkloadKey {
            namespace: names.name(&meta.namespace),
            kind: names.name(&owner.kind),
            name: names.name(&owner.name),
        };
        self.0.entry(key).or_default().push(Revision {
            number: meta.revision,
            created: meta.created,
            images: set.spec.template.images(),
        });
    }

    /// The rollouts whose time is wanted.
    pub fn changes(&self, wanted: impl Fn(Timestamp) -> bool) -> Vec<Change> {
        let mut changes = Vec::new();
        for (workload, revisions) in &self.0 {
            for revision in revisions {
                let Some(at) = revision.created.filter(|at| wanted(*at)) else {
                    continue;
                };
                let earlier = revisions.iter().filter(|it| it.created < Some(at));
                let before = earlier.max_by_key(|it| (it.number, it.created));
                changes.push(Change {
                    at,
                    what: What::RolledOut {
                        workload: workload.clone(),
                        revision: revision.number,
                        images: revision.images.clone(),
                        before: before.map(|it| it.images.clone()).unwrap_or_default(),
                    },
                });
            }
        }
        changes
    }

    /// Whether a rollout of `workload` explains that its replica counts moved at `at`.
    pub fn explain(&self, workload: &WorkloadKey, at: Timestamp) -> bool {
        let revisions = self.0.get(workload).into_iter().flatten();
        let mut begun = revisions.filter_map(|it| it.created);
        begun.any(|begun| begun <= at && since(begun, at) <= MOVING)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn set(name: &str, revision: &str, created: &str, image: &str) -> ReplicaSetLite {
        serde_json::from_value(json!({
            "metadata": {
                "name": name, "namespace": "prod", "uid": name, "creationTimestamp": created,
                "annotations": {"deployment.kubernetes.io/revision": revision},
                "ownerReferences": [{"kind": "Deployment", "name": "lookup", "controller": true}],
            },
            "spec": {"template": {"spec": {"containers": [{"name": "main", "image": image}]}}},
        }))
        .unwrap()
    }

    #[test]
    fn a_rollout_says_what_ran_before() {
        let mut rollouts = Rollouts::default();
        let mut names = Interner::default();
        rollouts.add(
            &set("a", "1", "2026-11-20T08:00:00Z", "lookup:1"),
            &mut names,
        );
        rollouts.add(
            &set("c", "3", "2026-11-20T10:30:00Z", "lookup:3"),
            &mut names,
        );
        rollouts.add(
            &set("b", "2", "2026-11-20T09:00:00Z", "lookup:2"),
            &mut names,
        );
        let hour: Timestamp = "2026-11-20T10:00:00Z".parse().unwrap();
        let changes = rollouts.changes(|at| at >= hour);
        let [Change { at, what }] = &changes[..] else {
            panic!("{changes:?}");
        };
        assert_eq!(at.to_string(), "2026-11-20T10:30:00Z");
        let What::RolledOut {
            workload,
            revision,
            images,
            before,
        } = what
        else {
            panic!("{what:?}");
        };
        assert_eq!((&*workload.name, *revision), ("lookup", Some(3)));
        assert_eq!(
            (images, before),
            (&vec!["lookup:3".to_owned()], &vec!["lookup:2".to_owned()])
        );
        let minute = |text: &str| text.parse::<Timestamp>().unwrap();
        assert!(rollouts.explain(workload, minute("2026-11-20T10:31:00Z")));
        assert!(!rollouts.explain(workload, minute("2026-11-20T10:29:00Z")));
        assert!(!rollouts.explain(workload, minute("2026-11-20T10:50:00Z")));
    }
}
