//! Nodes as rows.

use serde::Deserialize;

use super::{
    lite::{Condition, Meta, lite, nullable},
    rows::{Projected, Scene, Seen, Told},
    usage::number,
};
use crate::domain::{
    freshness::SourceId,
    id::Uid,
    node::NodeRow,
    observation::{Observation, Rows},
    usage::Room,
};

impl Told for NodeRow {
    const SOURCE: SourceId = SourceId::Nodes;

    fn uid(&self) -> &Uid {
        &self.uid
    }

    fn observation(rows: Rows<Self>) -> Observation {
        Observation::Nodes(rows)
    }
}

/// A node with what its row needs.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct NodeLite {
    pub metadata: Meta,
    #[serde(deserialize_with = "nullable")]
    spec: Spec,
    #[serde(deserialize_with = "nullable")]
    pub status: Status,
}

lite!(NodeLite, k8s_openapi::api::core::v1::Node);

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Spec {
    #[serde(deserialize_with = "nullable")]
    unschedulable: bool,
    #[serde(deserialize_with = "nullable")]
    taints: Vec<Taint>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Taint {
    #[serde(deserialize_with = "nullable")]
    key: String,
    #[serde(deserialize_with = "nullable")]
    value: String,
    #[serde(deserialize_with = "nullable")]
    effect: String,
}

impl Taint {
    fn written(&self) -> String {
        let value = if self.value.is_empty() { "" } else { "=" };
        format!("{}{value}{}:{}", self.key, self.value, self.effect)
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Status {
    #[serde(deserialize_with = "nullable")]
    pub conditions: Vec<Condition>,
    #[serde(deserialize_with = "nullable")]
    node_info: NodeInfo,
    #[serde(deserialize_with = "nullable")]
    allocatable: Amounts,
}

/// Amounts of what pods share, as they are declared.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Amounts {
    #[serde(deserialize_with = "nullable")]
    cpu: String,
    #[serde(deserialize_with = "nullable")]
    memory: String,
    #[serde(deserialize_with = "nullable")]
    pods: String,
}

impl Amounts {
    pub fn room(&self) -> Room {
        Room {
            cpu_millicores: number(&self.cpu).map(|it| (it * 1_000.0).round() as u32),
            memory_bytes: number(&self.memory).map(|it| it as u64),
        }
    }
}

/// What a node is for, out of its labels, by name.
fn roles(meta: &Meta) -> impl Iterator<Item = &str> {
    let labels = meta.labels.iter();
    labels.filter_map(
        |(key, value)| match key.strip_prefix("node-role.kubernetes.io/") {
            Some(role) => (!role.is_empty()).then_some(role),
            None => (key == "kubernetes.io/role").then_some(value.as_str()),
        },
    )
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct NodeInfo {
    #[serde(deserialize_with = "nullable")]
    kubelet_version: String,
}

impl Seen for NodeLite {
    type Row = NodeRow;

    fn uid(&self) -> Uid {
        self.metadata.uid()
    }

    fn project(self, scene: &mut Scene<'_>) -> Projected<NodeRow> {
        let conditions = &self.status.conditions;
        let ready = conditions.iter().find(|it| it.kind == "Ready");
        let pressures = conditions
            .iter()
            .filter(|it| it.kind != "Ready" && it.holds());
        NodeRow {
            uid: self.metadata.uid(),
            name: scene.names.name(&self.metadata.name),
            // "Unknown" is what the controller writes when the kubelet is silent: nobody knows.
            ready: ready.and_then(|it| match it.status.as_str() {
                "True" => Some(true),
                "False" => Some(false),
                _ => None,
            }),
            ready_since: ready.and_then(|it| it.last_transition_time),
            cordoned: self.spec.unschedulable,
            pressures: pressures.map(|it| scene.names.name(&it.kind)).collect(),
            created: self.metadata.created,
            version: scene.names.name(&self.status.node_info.kubelet_version),
            roles: roles(&self.metadata)
                .map(|it| scene.names.name(it))
                .collect(),
            taints: self
                .spec
                .taints
                .iter()
                .map(|it| scene.names.name(&it.written()))
                .collect(),
            room: self.status.allocatable.room(),
            most_pods: number(&self.status.allocatable.pods).map(|it| it as u32),
        }
        .into()
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;
    use crate::sources::kubernetes::interner::Interner;

    fn row(ready: &str) -> NodeRow {
        let node: NodeLite = serde_json::from_value(json!({
            "metadata": {"uid": "n", "name": "worker-1", "labels": {"node-role.kubernetes.io/worker": "", "x": "y"}},
            "spec": {"unschedulable": true, "taints": [
                {"key": "dedicated", "value": "batch", "effect": "NoSchedule"}, {"key": "gpu", "effect": "NoExecute"},
            ]},
            "status": {
                "conditions": [
                    {"type": "MemoryPressure", "status": "True"}, {"type": "DiskPressure", "status": "False"},
                    {"type": "Ready", "status": ready, "lastTransitionTime": "2026-11-20T10:00:00Z"},
                ],
                "nodeInfo": {"kubeletVersion": "v1.35.0"},
                "allocatable": {"cpu": "3920m", "memory": "7Gi", "pods": "110"},
            },
        }))
        .unwrap();
        let mut names = Interner::default();
        node.project(&mut Scene {
            now: Timestamp::UNIX_EPOCH,
            names: &mut names,
        })
        .row
    }

    #[test]
    fn a_node_says_what_is_wrong_with_it() {
        let node = row("False");
        assert_eq!((node.ready, node.cordoned), (Some(false), true));
        assert_eq!(node.pressures, ["MemoryPressure".into()]);
        assert_eq!(&*node.version, "v1.35.0");
        assert!(node.ready_since.is_some());
        assert_eq!(node.roles, ["worker".into()]);
        assert_eq!(
            node.taints,
            ["dedicated=batch:NoSchedule".into(), "gpu:NoExecute".into()]
        );
        let room = Room {
            cpu_millicores: Some(3_920),
            memory_bytes: Some(7 << 30),
        };
        assert_eq!((node.room, node.most_pods), (room, Some(110)));
    }

    #[test]
    fn a_silent_kubelet_is_unknown() {
        assert_eq!(row("Unknown").ready, None);
    }
}
