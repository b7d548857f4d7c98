//! metrics.k8s.io: what pods and nodes use, computed when asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::State;
use super::dice;
use super::kinds::Res;
use super::store::Entry;
use super::write::seconds;

/// CPU in nanocores and memory in KiB.
#[derive(Debug, Clone, Copy, Default)]
struct Usage {
    cpu: u64,
    memory: u64,
}

impl Usage {
    fn quantities(self) -> Value {
        json!({ "cpu": format!("{}n", self.cpu), "memory": format!("{}Ki", self.memory) })
    }
}

/// The metrics of all running pods, or of all nodes.
pub fn entries(state: &State, res: Res) -> Vec<Arc<Entry>> {
    if res == Res::NodeMetrics {
        return nodes(state);
    }
    let pods = state.store.all(Res::Pods).filter(|pod| is_running(pod));
    pods.map(|pod| pod_metrics(state, pod)).collect()
}

/// The metrics of one running pod, or of one node.
pub fn entry(state: &State, res: Res, namespace: &str, name: &str) -> Option<Arc<Entry>> {
    if res == Res::NodeMetrics {
        let mut all = nodes(state).into_iter();
        return all.find(|node| node.name.as_ref() == name);
    }
    let pod = state.store.get(Res::Pods, namespace, name)?;
    is_running(&pod).then(|| pod_metrics(state, &pod))
}

fn is_running(pod: &Entry) -> bool {
    pod.field("status.phase") == "Running"
}

/// What a pod uses: its workload's figure, a little different for each pod and each quarter minute.
fn usage_of(state: &State, pod: &Entry) -> Usage {
    let known = state.kubelet.workload_of(&pod.uid);
    let (cpu, memory) = known
        .and_then(|workload| state.usage.get(workload).copied())
        .unwrap_or((12, 48));
    let slot = state.time.as_second().div_euclid(15).unsigned_abs();
    let own = dice::mix(dice::hash(&pod.uid) ^ slot) % 101;
    let varied = |value: u64, spread: u64| value * (1000 - spread * 50 + own * spread) / 1000;
    Usage {
        cpu: varied(u64::from(cpu) * 1_000_000, 2),
        memory: varied(u64::from(memory) * 1024, 1),
    }
}

fn pod_metrics(state: &State, pod: &Arc<Entry>) -> Arc<Entry> {
    let value = pod.value();
    let names = value["spec"]["containers"].as_array();
    let names: Vec<&Value> = names
        .into_iter()
        .flatten()
        .map(|one| &one["name"])
        .collect();
    let whole = usage_of(state, pod);
    let sidecar = Usage {
        cpu: 2_000_000,
        memory: 18 * 1024,
    };
    let containers = names.iter().enumerate().map(|(index, name)| {
        let usage = if index == 0 { whole } else { sidecar };
        json!({ "name": name, "usage": usage.quantities() })
    });
    let metrics = json!({
        "metadata": {
            "name": *pod.name, "namespace": *pod.namespace, "labels": value["metadata"]["labels"],
            "creationTimestamp": seconds(state.time),
        },
        "timestamp": seconds(state.time),
        "window": "15s",
        "containers": containers.collect::<Vec<_>>(),
    });
    Arc::new(Entry::new(
        Res::PodMetrics,
        with_kind(Res::PodMetrics, metrics),
        0,
    ))
}

fn nodes(state: &State) -> Vec<Arc<Entry>> {
    let mut sums: BTreeMap<&str, Usage> = BTreeMap::new();
    for pod in state.store.all(Res::Pods).filter(|pod| is_running(pod)) {
        let usage = usage_of(state, pod);
        let sum = sums.entry(pod.field("spec.nodeName")).or_default();
        sum.cpu += usage.cpu;
        sum.memory += usage.memory;
    }
    let system = Usage {
        cpu: 180_000_000,
        memory: 900 * 1024,
    };
    let metrics = state.store.all(Res::Nodes).map(|node| {
        let own = sums.get(node.name.as_ref()).copied().unwrap_or_default();
        let usage = Usage {
            cpu: own.cpu + system.cpu,
            memory: own.memory + system.memory,
        };
        let metrics = json!({
            "metadata": { "name": *node.name, "creationTimestamp": seconds(state.time) },
            "timestamp": seconds(state.time),
            "window": "20s",
            "usage": usage.quantities(),
        });
        Arc::new(Entry::new(
            Res::NodeMetrics,
            with_kind(Res::NodeMetrics, metrics),
            0,
        ))
    });
    metrics.collect()
}

fn with_kind(res: Res, mut value: Value) -> Value {
    value["kind"] = res.info().kind.into();
    value["apiVersion"] = res.info().api_version().into();
    value
}
