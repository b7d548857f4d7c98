//! The pods of a workload: those it controls, not those whose names or labels look alike.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    live::Live,
    path,
    selector::Selector,
    steps::rollback::is_controlled,
    wire::{Trouble, Wire},
};
use crate::domain::{action::target::Target, object::KindRef};

/// A pod as far as it matters to who acts on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Pod {
    pub name: String,
    pub object: Value,
}

impl Pod {
    pub fn is_ready(&self) -> bool {
        let conditions = self.object["status"]["conditions"].as_array();
        let mut conditions = conditions.into_iter().flatten();
        conditions.any(|it| it["type"] == "Ready" && it["status"] == "True")
    }

    /// Whether it runs or will: it has neither finished nor is it going.
    pub fn lives(&self) -> bool {
        let phase = self.object["status"]["phase"].as_str();
        !matches!(phase, Some("Succeeded" | "Failed"))
            && self.object["metadata"]["deletionTimestamp"].is_null()
    }

    pub fn labels(&self) -> &Value {
        &self.object["metadata"]["labels"]
    }

    /// The number at the end of the name of a StatefulSet's pod.
    pub fn ordinal(&self) -> Option<i64> {
        self.name.rsplit_once('-')?.1.parse().ok()
    }
}

/// The pods that are there of a target and live, by name.
pub async fn pods_of(wire: &Wire, target: &Target, live: &Live) -> Result<Vec<Pod>, Trouble> {
    let Target::Object {
        kind, namespace, ..
    } = target
    else {
        return Ok(Vec::new());
    };
    if *kind == KindRef::pods() {
        return Ok(vec![pod(live.0.clone())]);
    }
    let selector = Selector(&live.0["spec"]["selector"]);
    if !kind.namespaced || selector.is_empty() {
        return Ok(Vec::new());
    }
    let namespace = namespace.as_deref();
    let query = selector.query();
    let mut owners: BTreeSet<String> = live.uid().map(str::to_owned).into_iter().collect();
    if &*kind.kind == "Deployment" {
        let sets = KindRef::new("apps", "v1", "ReplicaSet", "replicasets", true);
        let sets = list(wire, &sets, namespace, &query).await?;
        let own = sets.iter().filter(|it| is_controlled(it, live.uid()));
        let uids = own.filter_map(|it| it["metadata"]["uid"].as_str());
        owners = uids.map(str::to_owned).collect();
    }
    let all = list(wire, &KindRef::pods(), namespace, &query).await?;
    let own = |it: &Value| owners.iter().any(|uid| is_controlled(it, Some(uid)));
    let pods = all.into_iter().filter(own).map(pod);
    let mut pods: Vec<Pod> = pods.filter(Pod::lives).collect();
    pods.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(pods)
}

fn pod(object: Value) -> Pod {
    Pod {
        name: object["metadata"]["name"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        object,
    }
}

/// All objects of a kind in a namespace, or those of a selector.
pub async fn list(
    wire: &Wire,
    kind: &KindRef,
    namespace: Option<&str>,
    selector: &str,
) -> Result<Vec<Value>, Trouble> {
    let Some(path) = path::collection(kind, namespace) else {
        return Ok(Vec::new());
    };
    let path = if selector.is_empty() {
        path
    } else {
        path::with(&path, &[("labelSelector", selector)])
    };
    let mut list = wire.get(&path).await?;
    match list["items"].take() {
        Value::Array(items) => Ok(items),
        _ => Ok(Vec::new()),
    }
}
