//! Nodes: what they look like, and what happens to the pods of one that is lost.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::State;
use super::super::json::{list, text};
use super::super::kinds::Res;
use super::super::store::Entry;
use super::super::write::seconds;
use super::events::Saying;
use super::kubelet::after;
use super::{kubelet, pod};

/// How long pods stay on a lost node before they are given up.
const GIVE_UP_AFTER: i64 = 300;
const UNREACHABLE: &str = "node.kubernetes.io/unreachable";

/// A healthy node.
pub fn node_object(name: &str, labels: &BTreeMap<String, String>, created: Timestamp) -> Value {
    let mut all = json!({
        "beta.kubernetes.io/arch": "amd64", "kubernetes.io/arch": "amd64", "kubernetes.io/os": "linux",
        "kubernetes.io/hostname": name,
    });
    for (key, value) in labels {
        all[key] = value.as_str().into();
    }
    let resources = json!({
        "cpu": "8", "memory": "32768000Ki", "pods": "110", "ephemeral-storage": "102400Mi",
    });
    let at = seconds(created);
    let condition = |kind: &str, holds: &str, reason: &str, message: &str| {
        json!({
            "type": kind, "status": holds, "reason": reason, "message": message,
            "lastHeartbeatTime": at, "lastTransitionTime": at,
        })
    };
    let quiet = ["MemoryPressure", "DiskPressure", "PIDPressure"].map(|kind| {
        let what = kind.trim_end_matches("Pressure");
        condition(
            kind,
            "False",
            &format!("KubeletHasSufficient{what}"),
            &format!("kubelet has no {} pressure", what.to_lowercase()),
        )
    });
    let mut conditions = quiet.to_vec();
    conditions.push(condition(
        "Ready",
        "True",
        "KubeletReady",
        "kubelet is posting ready status",
    ));
    json!({
        "metadata": { "name": name, "labels": all,
            "annotations": { "node.alpha.kubernetes.io/ttl": "0" } },
        "spec": { "podCIDR": "10.244.0.0/24", "providerID": format!("embedded://{name}") },
        "status": {
            "capacity": resources, "allocatable": resources, "conditions": conditions,
            "addresses": [
                { "type": "InternalIP", "address": kubelet::address_of(name) },
                { "type": "Hostname", "address": name },
            ],
            "nodeInfo": {
                "architecture": "amd64", "bootID": "", "containerRuntimeVersion": "containerd://2.1.4",
                "kernelVersion": "6.12.48", "kubeProxyVersion": "", "kubeletVersion": "v1.34.1",
                "machineID": "", "operatingSystem": "linux", "osImage": "Debian GNU/Linux 13 (trixie)",
                "systemUUID": "",
            },
        },
    })
}

impl State {
    /// A node that doesn't answer, or isn't there.
    pub fn node_is_lost(&self, name: &str) -> bool {
        let node = self.store.get(Res::Nodes, "", name);
        node.is_none_or(|node| !pod::is_ready(&node.value()))
    }

    /// When the pods of a lost node are given up.
    pub fn next_node_due(&self) -> Option<Timestamp> {
        let lost = self.store.all(Res::Nodes).filter_map(|node| {
            let value = node.value();
            let since = lost_since(&value)?;
            let here = self.kubelet.lives.values().any(|life| {
                let pod = self.store.by_key(Res::Pods, &life.key);
                pod.is_some_and(|pod| {
                    *pod.field("spec.nodeName") == *node.name && gives_up(&pod.value())
                })
            });
            here.then(|| after(since, GIVE_UP_AFTER))
        });
        lost.min()
    }

    pub fn run_node(&mut self, node: &Arc<Entry>, at: Timestamp) {
        let value = node.value();
        let lost = lost_since(&value);
        let keys: Vec<_> = self
            .kubelet
            .lives
            .values()
            .map(|life| life.key.clone())
            .collect();
        let pods = keys
            .iter()
            .filter_map(|key| self.store.by_key(Res::Pods, key));
        let here: Vec<_> = pods
            .filter(|pod| *pod.field("spec.nodeName") == *node.name)
            .collect();
        for entry in here {
            let pod = entry.value();
            let Some(since) = lost else {
                self.wake(&entry, at);
                continue;
            };
            if pod::is_ready(&pod) {
                let mut new = Value::clone(&pod);
                pod::set_pod_condition(&mut new, "Ready", Some(("NodeNotReady", "")), at);
                self.update_own(&entry, new);
                let saying =
                    Saying::warning("node-controller", "NodeNotReady", "Node is not ready");
                self.say(&pod, &saying, at);
            }
            if after(since, GIVE_UP_AFTER) <= at && gives_up(&pod) {
                let name = format!("{}/{}", entry.namespace, entry.name);
                let message = format!("Marking for deletion Pod {name}");
                self.say(
                    &pod,
                    &Saying::normal(
                        "taint-eviction-controller",
                        "TaintManagerEviction",
                        &message,
                    ),
                    at,
                );
                self.delete_pod(&entry, at);
            }
        }
    }

    /// The pod's node answers again: what it missed happens now.
    fn wake(&mut self, entry: &Arc<Entry>, at: Timestamp) {
        let value = entry.value();
        let not_ready =
            pod::condition(&value, "Ready").is_some_and(|c| text(c, "/reason") == "NodeNotReady");
        let asleep = !text(&value, "/metadata/deletionTimestamp").is_empty();
        if let Some(life) = self.kubelet.lives.get_mut(entry.uid.as_ref())
            && (not_ready || (asleep && life.due.is_none()))
        {
            life.due = Some(at);
        }
        if not_ready {
            let mut new = Value::clone(&value);
            pod::refresh_ready(&mut new, at);
            self.update_own(entry, new);
        }
    }

    pub fn set_node_condition(&mut self, name: &str, ready: bool, message: &str, at: Timestamp) {
        let Some(entry) = self.store.get(Res::Nodes, "", name) else {
            return;
        };
        let mut node = Value::clone(&entry.value());
        let taints = list(&node, "/spec/taints")
            .iter()
            .filter(|taint| taint["key"] != UNREACHABLE);
        let mut taints: Vec<Value> = taints.cloned().collect();
        let (reason, event) = if ready {
            pod::set_condition(
                &mut node,
                "Ready",
                "True",
                "KubeletReady",
                "kubelet is posting ready status",
                at,
            );
            ("NodeReady", "NodeReady")
        } else {
            pod::set_condition(
                &mut node,
                "Ready",
                "Unknown",
                "NodeStatusUnknown",
                message,
                at,
            );
            for effect in ["NoSchedule", "NoExecute"] {
                taints.push(
                    json!({ "key": UNREACHABLE, "effect": effect, "timeAdded": seconds(at) }),
                );
            }
            ("NodeNotReady", "NodeNotReady")
        };
        if taints.is_empty() {
            if let Some(spec) = node["spec"].as_object_mut() {
                spec.remove("taints");
            }
        } else {
            node["spec"]["taints"] = taints.into();
        }
        self.update_own(&entry, node.clone());
        let message = format!("Node {name} status is now: {event}");
        self.say(
            &node,
            &Saying::normal("node-controller", reason, &message),
            at,
        );
    }
}

fn lost_since(node: &Value) -> Option<Timestamp> {
    let ready = pod::condition(node, "Ready")?;
    if ready["status"] == "True" {
        return None;
    }
    text(ready, "/lastTransitionTime").parse().ok()
}

/// Pods that tolerate a lost node for some time only.
fn gives_up(pod: &Value) -> bool {
    let daemon = list(pod, "/metadata/ownerReferences")
        .iter()
        .any(|one| one["kind"] == "DaemonSet");
    !daemon && pod::is_active(pod)
}
