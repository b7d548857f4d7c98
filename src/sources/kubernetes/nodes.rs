//! Nodes as rows.

use serde::Deserialize;

use super::{
    lite::{Condition, Meta, lite, nullable},
    rows::{Projected, Scene, Seen, Told},
};
use crate::domain::{
    freshness::SourceId,
    id::Uid,
    node::NodeRow,
    observation::{Observation, Rows},
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
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Status {
    #[serde(deserialize_with = "nullable")]
    pub conditions: Vec<Condition>,
    #[serde(deserialize_with = "nullable")]
    node_info: NodeInfo,
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
            "metadata": {"uid": "n", "name": "worker-1"},
            "spec": {"unschedulable": true},
            "status": {
                "conditions": [
                    {"type": "MemoryPressure", "status": "True"}, {"type": "DiskPressure", "status": "False"},
                    {"type": "Ready", "status": ready, "lastTransitionTime": "2026-11-20T10:00:00Z"},
                ],
                "nodeInfo": {"kubeletVersion": "v1.35.0"},
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
    }

    #[test]
    fn a_silent_kubelet_is_unknown() {
        assert_eq!(row("Unknown").ready, None);
    }
}
