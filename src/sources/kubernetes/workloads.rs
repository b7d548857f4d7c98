//! Deployments, `StatefulSets` and `DaemonSets` as rows.

use serde::Deserialize;

use super::{
    interner::Interner,
    lite::{Meta, lite, nullable},
    rows::{Projected, Scene, Seen, Told},
};
use crate::domain::{
    clean::clean,
    freshness::SourceId,
    id::Uid,
    observation::{Observation, Rows},
    pod::WorkloadKey,
    workload::WorkloadRow,
};

impl Told for WorkloadRow {
    const SOURCE: SourceId = SourceId::Workloads;

    fn uid(&self) -> &Uid {
        &self.uid
    }

    fn observation(rows: Rows<Self>) -> Observation {
        Observation::Workloads(rows)
    }
}

/// The images of a pod template.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Template {
    #[serde(deserialize_with = "nullable")]
    spec: TemplateSpec,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct TemplateSpec {
    #[serde(deserialize_with = "nullable")]
    containers: Vec<TemplateContainer>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct TemplateContainer {
    #[serde(deserialize_with = "nullable")]
    image: String,
}

impl Template {
    pub fn images(&self) -> Vec<String> {
        let containers = self.spec.containers.iter();
        containers.map(|it| clean(&it.image).into_owned()).collect()
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Spec {
    /// Absent means one.
    replicas: Option<u32>,
    #[serde(deserialize_with = "nullable")]
    template: Template,
}

/// The status of a Deployment or `StatefulSet`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ReplicaStatus {
    #[serde(deserialize_with = "nullable")]
    ready_replicas: u32,
    #[serde(deserialize_with = "nullable")]
    updated_replicas: u32,
    #[serde(deserialize_with = "nullable")]
    observed_generation: i64,
}

/// The status of a `DaemonSet`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct DaemonStatus {
    #[serde(deserialize_with = "nullable")]
    desired_number_scheduled: u32,
    #[serde(deserialize_with = "nullable")]
    number_ready: u32,
    #[serde(deserialize_with = "nullable")]
    updated_number_scheduled: u32,
    #[serde(deserialize_with = "nullable")]
    observed_generation: i64,
}

/// A workload with what its row needs.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, bound(deserialize = "S: Default + Deserialize<'de>"))]
pub(super) struct Workload<S> {
    metadata: Meta,
    #[serde(deserialize_with = "nullable")]
    spec: Spec,
    #[serde(deserialize_with = "nullable")]
    status: S,
}

/// Counts of pods: wanted, ready, of the newest template.
struct Counts {
    desired: u32,
    ready: u32,
    updated: u32,
    observed: i64,
}

impl<S> Workload<S> {
    fn row(self, kind: &str, counts: &Counts, names: &mut Interner) -> Projected<WorkloadRow> {
        let meta = self.metadata;
        WorkloadRow {
            uid: meta.uid(),
            key: WorkloadKey {
                namespace: names.name(&meta.namespace),
                kind: names.name(kind),
                name: names.name(&meta.name),
            },
            desired: counts.desired,
            ready: counts.ready,
            updated: counts.updated,
            generation: meta.generation,
            revision: meta.revision,
            images: self.spec.template.images(),
            created: meta.created,
            observed: counts.observed >= meta.generation,
        }
        .into()
    }

    fn replicas(&self, status: &ReplicaStatus) -> Counts {
        Counts {
            desired: self.spec.replicas.unwrap_or(1),
            ready: status.ready_replicas,
            updated: status.updated_replicas,
            observed: status.observed_generation,
        }
    }
}

macro_rules! workload {
    ($(#[$doc:meta])* $name:ident, $status:ty, $kind:literal, |$it:ident| $counts:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, Deserialize)]
        #[serde(transparent)]
        pub(super) struct $name(Workload<$status>);

        impl std::ops::Deref for $name {
            type Target = Workload<$status>;

            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }

        impl std::ops::DerefMut for $name {
            fn deref_mut(&mut self) -> &mut Self::Target {
                &mut self.0
            }
        }

        lite!($name, k8s_openapi::api::apps::v1::$name);

        impl Seen for $name {
            type Row = WorkloadRow;

            fn uid(&self) -> Uid {
                self.metadata.uid()
            }

            fn project(self, scene: &mut Scene<'_>) -> Projected<WorkloadRow> {
                let $it = &self.0;
                let counts = $counts;
                self.0.row($kind, &counts, scene.names)
            }
        }
    };
}

workload!(
    /// A Deployment with what its row needs.
    Deployment, ReplicaStatus, "Deployment", |it| it.replicas(&it.status)
);
workload!(
    /// A `StatefulSet` with what its row needs.
    StatefulSet, ReplicaStatus, "StatefulSet", |it| it.replicas(&it.status)
);
workload!(
    /// A `DaemonSet` with what its row needs.
    DaemonSet, DaemonStatus, "DaemonSet", |it| Counts {
        desired: it.status.desired_number_scheduled,
        ready: it.status.number_ready,
        updated: it.status.updated_number_scheduled,
        observed: it.status.observed_generation,
    }
);

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;

    fn row<S: Seen<Row = WorkloadRow>>(object: serde_json::Value) -> WorkloadRow {
        let mut names = Interner::default();
        let mut scene = Scene {
            now: Timestamp::UNIX_EPOCH,
            names: &mut names,
        };
        let seen: S = serde_json::from_value(object).unwrap();
        seen.project(&mut scene).row
    }

    #[test]
    fn a_deployment_in_the_middle_of_a_rollout() {
        let deployment = row::<Deployment>(json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"uid": "u", "namespace": "prod", "name": "lookup", "generation": 7,
                "creationTimestamp": "2026-11-20T10:00:00Z",
                "annotations": {"deployment.kubernetes.io/revision": "12", "other": "x"}},
            "spec": {"replicas": 5, "template": {"spec": {"containers": [{"image": "lookup:2"}, {"image": "proxy:1"}]}}},
            "status": {"readyReplicas": 4, "updatedReplicas": 2, "observedGeneration": 6},
        }));
        assert_eq!(
            (deployment.desired, deployment.ready, deployment.updated),
            (5, 4, 2)
        );
        assert_eq!(deployment.revision, Some(12));
        assert_eq!(deployment.images, ["lookup:2", "proxy:1"]);
        assert!(!deployment.observed);
        assert_eq!(&*deployment.key.kind, "Deployment");
    }

    #[test]
    fn what_is_not_written_has_its_default() {
        let set = row::<StatefulSet>(json!({
            "metadata": {"uid": "u", "namespace": "prod", "name": "db", "labels": null},
            "spec": {"template": null}, "status": null,
        }));
        assert_eq!((set.desired, set.ready, set.revision), (1, 0, None));
        assert!(set.observed);
    }

    #[test]
    fn a_daemon_set_counts_nodes() {
        let set = row::<DaemonSet>(json!({
            "metadata": {"uid": "u", "namespace": "kube-system", "name": "agent", "generation": 1},
            "status": {"desiredNumberScheduled": 3, "numberReady": 2, "updatedNumberScheduled": 3, "observedGeneration": 1},
        }));
        assert_eq!((set.desired, set.ready, set.updated), (3, 2, 3));
        assert!(set.observed);
    }
}
