//! Any object the server has, named so that it can be asked for.

use serde::{Deserialize, Serialize};

use super::{
    id::Uid,
    node::NodeRow,
    pod::{Name, WorkloadKey},
    pod_detail::PodKey,
};

/// A kind as the server's API names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "WrittenKind", into = "WrittenKind")]
pub struct KindRef {
    /// Empty for the core group.
    pub group: Name,
    pub version: Name,
    /// `Deployment`
    pub kind: Name,
    /// `deployments`
    pub plural: Name,
    pub namespaced: bool,
}

/// A kind as it is written down.
#[derive(Serialize, Deserialize)]
struct WrittenKind {
    group: String,
    version: String,
    kind: String,
    plural: String,
    namespaced: bool,
}

impl From<WrittenKind> for KindRef {
    fn from(kind: WrittenKind) -> Self {
        Self {
            group: kind.group.into(),
            version: kind.version.into(),
            kind: kind.kind.into(),
            plural: kind.plural.into(),
            namespaced: kind.namespaced,
        }
    }
}

impl From<KindRef> for WrittenKind {
    fn from(kind: KindRef) -> Self {
        Self {
            group: kind.group.to_string(),
            version: kind.version.to_string(),
            kind: kind.kind.to_string(),
            plural: kind.plural.to_string(),
            namespaced: kind.namespaced,
        }
    }
}

impl KindRef {
    pub fn new(group: &str, version: &str, kind: &str, plural: &str, namespaced: bool) -> Self {
        Self {
            group: group.into(),
            version: version.into(),
            kind: kind.into(),
            plural: plural.into(),
            namespaced,
        }
    }

    pub fn nodes() -> Self {
        Self::new("", "v1", "Node", "nodes", false)
    }

    pub fn pods() -> Self {
        Self::new("", "v1", "Pod", "pods", true)
    }

    /// The kinds of workloads the watch knows; `None` for another owner, whose API only discovery knows.
    pub fn of_workload(kind: &str) -> Option<Self> {
        let (group, version, plural) = match kind {
            "Deployment" => ("apps", "v1", "deployments"),
            "StatefulSet" => ("apps", "v1", "statefulsets"),
            "DaemonSet" => ("apps", "v1", "daemonsets"),
            "ReplicaSet" => ("apps", "v1", "replicasets"),
            "Job" => ("batch", "v1", "jobs"),
            "CronJob" => ("batch", "v1", "cronjobs"),
            "ReplicationController" => ("", "v1", "replicationcontrollers"),
            _ => return None,
        };
        Some(Self::new(group, version, kind, plural, true))
    }

    /// `deployments.apps`, or `pods` in the core group: what kubectl takes.
    pub fn resource(&self) -> String {
        if self.group.is_empty() {
            self.plural.to_string()
        } else {
            format!("{}.{}", self.plural, self.group)
        }
    }
}

/// One object: what the API is asked by, and its uid where it is known, so that a namesake is not taken for it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ObjectKey {
    pub kind: KindRef,
    /// `None` where the kind has none.
    pub namespace: Option<Name>,
    pub name: Name,
    pub uid: Option<Uid>,
}

impl From<&PodKey> for ObjectKey {
    fn from(pod: &PodKey) -> Self {
        Self {
            kind: KindRef::pods(),
            namespace: Some(pod.namespace.as_str().into()),
            name: pod.name.as_str().into(),
            uid: Some(pod.uid.clone()),
        }
    }
}

impl ObjectKey {
    pub fn of_node(node: &NodeRow) -> Self {
        Self {
            uid: Some(node.uid.clone()),
            ..Self::node(&node.name)
        }
    }

    pub fn node(name: &Name) -> Self {
        Self {
            kind: KindRef::nodes(),
            namespace: None,
            name: name.clone(),
            uid: None,
        }
    }

    /// `None` where the owner is of a kind the watch does not know.
    pub fn of_workload(key: &WorkloadKey) -> Option<Self> {
        Some(Self {
            kind: KindRef::of_workload(&key.kind)?,
            namespace: Some(key.namespace.clone()),
            name: key.name.clone(),
            uid: None,
        })
    }
}
