//! Nodes: what they are, what they can carry, and what they carry.

use kube::api::ListParams;
use serde_json::Value;

use super::{Subject, cell, fields::Fields, table};
use crate::{
    domain::{
        description::{Block, Label, Mark, Said},
        object::{KindRef, ObjectKey},
    },
    sources::kubernetes::{
        facts::{array, pairs, scalar, text, time, truth},
        objects, usage,
    },
};

/// How many pods of a node are read.
const PODS: u32 = 500;

const ROLE: &str = "node-role.kubernetes.io/";

pub(super) async fn blocks(subject: &Subject<'_>) -> Vec<Block> {
    let object = &subject.object;
    let mut fields = Fields::default();
    let labels = pairs(object, "/metadata/labels");
    let roles: Vec<&str> = labels
        .iter()
        .filter_map(|(name, _)| name.strip_prefix(ROLE))
        .collect();
    fields.said(Label::Roles, roles.join(", "));
    if truth(object, "/spec/unschedulable") {
        fields.marked(Label::Cordoned, "true".to_owned(), Mark::Warn);
    }
    let taints: Vec<String> = array(object, "/spec/taints").map(taint).collect();
    fields.marked(Label::Taints, taints.join(", "), Mark::Warn);
    let (lease, pods) = futures::future::join(lease(subject), pods(subject)).await;
    if let Some(renewed) = lease {
        fields.put(Label::Lease, renewed);
    }
    let addresses: Vec<String> = array(object, "/status/addresses")
        .filter_map(|it| Some(format!("{} {}", text(it, "/type")?, text(it, "/address")?)))
        .collect();
    fields.said(Label::Addresses, addresses.join(", "));
    fields.at(Label::PodCidr, object, "/spec/podCIDR");
    let info = "/status/nodeInfo";
    let told: Vec<String> = [
        "kubeletVersion",
        "containerRuntimeVersion",
        "osImage",
        "kernelVersion",
        "architecture",
    ]
    .iter()
    .filter_map(|name| text(object, &format!("{info}/{name}")))
    .collect();
    fields.said(Label::Version, told.join(", "));
    let mut blocks = vec![fields.block(None), resources(object)];
    match pods {
        Ok((pods, more)) => blocks.extend(pod_blocks(object, &pods, more)),
        Err(trouble) => blocks.push(Block::Unread {
            title: Label::Pods,
            trouble,
        }),
    }
    blocks
}

/// `dedicated=export:NoSchedule`
fn taint(taint: &Value) -> String {
    let key = text(taint, "/key").unwrap_or_default();
    let value = text(taint, "/value").map(|it| format!("={it}"));
    let effect = text(taint, "/effect").unwrap_or_default();
    format!("{key}{}:{effect}", value.unwrap_or_default())
}

/// When the kubelet last said that it lives.
async fn lease(subject: &Subject<'_>) -> Option<Said> {
    let key = ObjectKey {
        kind: KindRef::new("coordination.k8s.io", "v1", "Lease", "leases", true),
        namespace: Some("kube-node-lease".into()),
        name: subject.key.name.clone(),
        uid: None,
    };
    let lease = objects::get(subject.client, &key).await.ok()?;
    time(&lease, "/spec/renewTime").map(Said::Since)
}

fn resources(object: &Value) -> Block {
    let allocatable = pairs(object, "/status/allocatable");
    let rows = pairs(object, "/status/capacity")
        .into_iter()
        .map(|(name, capacity)| {
            let free = allocatable.iter().find(|(own, _)| *own == name);
            let told = |value: &str| match name.as_str() {
                "pods" => in_full(value),
                _ => value.to_owned(),
            };
            let (capacity, free) = (told(&capacity), free.map(|(_, value)| told(value)));
            vec![Said::text(name), Said::text(capacity), cell(free)]
        })
        .collect();
    let heads = [Label::Resource, Label::Capacity, Label::Allocatable];
    table(Label::Capacity, &heads, rows)
}

async fn pods(
    subject: &Subject<'_>,
) -> Result<(Vec<Value>, bool), crate::domain::freshness::Trouble> {
    let chosen = format!(
        "spec.nodeName={},status.phase!=Succeeded,status.phase!=Failed",
        subject.key.name
    );
    let params = ListParams::default().fields(&chosen).limit(PODS);
    objects::list(subject.client, &KindRef::pods(), None, &params).await
}

/// Requests and limits: cores of cpu, bytes of memory.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Claimed {
    cpu: f64,
    cpu_limit: f64,
    memory: f64,
    memory_limit: f64,
}

impl Claimed {
    fn plus(self, other: Self) -> Self {
        Self {
            cpu: self.cpu + other.cpu,
            cpu_limit: self.cpu_limit + other.cpu_limit,
            memory: self.memory + other.memory,
            memory_limit: self.memory_limit + other.memory_limit,
        }
    }

    fn most(self, other: Self) -> Self {
        Self {
            cpu: self.cpu.max(other.cpu),
            cpu_limit: self.cpu_limit.max(other.cpu_limit),
            memory: self.memory.max(other.memory),
            memory_limit: self.memory_limit.max(other.memory_limit),
        }
    }

    fn of_container(container: &Value) -> Self {
        let of = |pointer: &str| {
            let quantity = text(container, &format!("/resources/{pointer}"));
            quantity.and_then(|it| usage::number(&it)).unwrap_or(0.0)
        };
        Self {
            cpu: of("requests/cpu"),
            cpu_limit: of("limits/cpu"),
            memory: of("requests/memory"),
            memory_limit: of("limits/memory"),
        }
    }

    /// What the scheduler counts: containers and sidecars together, or the largest moment of the start.
    pub fn of_pod(pod: &Value) -> Self {
        let running = array(pod, "/spec/containers").map(Self::of_container);
        let mut all = running.fold(Self::default(), Self::plus);
        let mut sidecars = Self::default();
        let mut start = Self::default();
        for container in array(pod, "/spec/initContainers") {
            let own = Self::of_container(container);
            if text(container, "/restartPolicy").as_deref() == Some("Always") {
                sidecars = sidecars.plus(own);
                all = all.plus(own);
                start = start.most(sidecars);
            } else {
                start = start.most(sidecars.plus(own));
            }
        }
        let overhead = |name: &str| {
            let quantity = text(pod, &format!("/spec/overhead/{name}"));
            quantity.and_then(|it| usage::number(&it)).unwrap_or(0.0)
        };
        let mut most = all.most(start);
        most.cpu += overhead("cpu");
        most.memory += overhead("memory");
        most
    }
}

fn pod_blocks(node: &Value, pods: &[Value], more: bool) -> Vec<Block> {
    let of = |name: &str| {
        let quantity = text(node, &format!("/status/allocatable/{name}"));
        quantity.and_then(|it| usage::number(&it))
    };
    let (cpus, memory) = (of("cpu"), of("memory"));
    let mut claimed: Vec<(Claimed, &Value)> =
        pods.iter().map(|pod| (Claimed::of_pod(pod), pod)).collect();
    let all = claimed
        .iter()
        .fold(Claimed::default(), |all, (one, _)| all.plus(*one));
    claimed.sort_by(|(one, _), (other, _)| {
        let by_memory = other.memory.total_cmp(&one.memory);
        by_memory.then(other.cpu.total_cmp(&one.cpu))
    });
    let row = |name: Said, place: Said, claimed: &Claimed| {
        vec![
            name,
            place,
            part(claimed.cpu, cpus, cores),
            part(claimed.cpu_limit, cpus, cores),
            part(claimed.memory, memory, bytes),
            part(claimed.memory_limit, memory, bytes),
        ]
    };
    let count = format!("{}{}", pods.len(), if more { "+" } else { "" });
    let room = array_len(node, &count);
    let mut rows = vec![row(Said::text("="), Said::text(room), &all)];
    rows.extend(claimed.iter().map(|(claimed, pod)| {
        row(
            cell(text(pod, "/metadata/name")),
            cell(text(pod, "/metadata/namespace")),
            claimed,
        )
    }));
    let heads = [
        Label::Name,
        Label::Namespace,
        Label::CpuRequests,
        Label::CpuLimits,
        Label::MemoryRequests,
        Label::MemoryLimits,
    ];
    vec![table(Label::Pods, &heads, rows)]
}

/// `12/110`: how many pods are there and how many may be.
fn array_len(node: &Value, count: &str) -> String {
    match node.pointer("/status/allocatable/pods").and_then(scalar) {
        Some(most) => format!("{count}/{}", in_full(&most)),
        None => count.to_owned(),
    }
}

/// A count that a server may write as `10k`.
fn in_full(quantity: &str) -> String {
    usage::number(quantity).map_or_else(|| quantity.to_owned(), |count| count.to_string())
}

/// `500m 12%`; marked where it is nearly all.
fn part(value: f64, whole: Option<f64>, told: impl Fn(f64) -> String) -> Said {
    if value <= 0.0 {
        return Said::marked("0", Mark::Dim);
    }
    let Some(whole) = whole.filter(|whole| *whole > 0.0) else {
        return Said::text(told(value));
    };
    let percent = value / whole * 100.0;
    let mark = if percent >= 90.0 {
        Mark::Warn
    } else {
        Mark::Plain
    };
    Said::marked(format!("{} {percent:.0}%", told(value)), mark)
}

fn cores(cores: f64) -> String {
    let milli = (cores * 1_000.0).round();
    if milli % 1_000.0 == 0.0 {
        format!("{:.0}", milli / 1_000.0)
    } else {
        format!("{milli:.0}m")
    }
}

pub(super) fn bytes(bytes: f64) -> String {
    const UNITS: [(&str, f64); 4] = [
        ("Ti", 1_099_511_627_776.0),
        ("Gi", 1_073_741_824.0),
        ("Mi", 1_048_576.0),
        ("Ki", 1_024.0),
    ];
    for (unit, size) in UNITS {
        if bytes >= size {
            let count = bytes / size;
            return if count >= 10.0 || (count - count.round()).abs() < 0.05 {
                format!("{count:.0}{unit}")
            } else {
                format!("{count:.1}{unit}")
            };
        }
    }
    format!("{bytes:.0}")
}
