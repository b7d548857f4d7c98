//! Filler pods for load tests: rendered from a template without ever being parsed here.

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::State;
use super::controllers::{bare_template, template_hash};
use super::json::owner_reference;
use super::kinds::Res;
use super::store::{Entry, EntryIndex, Key, head};
use super::write::seconds;

/// Pods of one filler workload.
const PER_WORKLOAD: usize = 50;
/// So long ago filler came to be, in seconds: it is no change of the last hour.
const AGE: i64 = 3 * 3_600;

/// What differs between filler pods of one workload.
#[derive(Debug, Clone)]
struct Pod {
    workload: usize,
    name: String,
    uid: String,
    node: String,
    address: String,
    created: Timestamp,
    since: Timestamp,
    ready: bool,
    restarts: u32,
}

/// One piece of a rendered pod.
#[derive(Debug, Clone)]
enum Piece {
    Text(String),
    Slot(Slot),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    Name,
    Uid,
    Version,
    Node,
    Address,
    Created,
    Since,
    Ready,
    ReadyWord,
    Restarts,
}

const SLOTS: &[(Slot, &str)] = &[
    (Slot::Name, "@name@"),
    (Slot::Uid, "@uid@"),
    (Slot::Version, "@version@"),
    (Slot::Node, "@node@"),
    (Slot::Address, "@address@"),
    (Slot::Created, "@created@"),
    (Slot::Since, "@since@"),
    (Slot::Ready, "\"@ready@\""),
    (Slot::ReadyWord, "@readyword@"),
    (Slot::Restarts, "\"@restarts@\""),
];

/// One filler workload: how its pods are rendered.
#[derive(Debug)]
struct Workload {
    namespace: String,
    name: String,
    hash: String,
    pieces: Vec<Piece>,
}

/// All filler pods.
#[derive(Debug, Default)]
pub struct Filler {
    workloads: Vec<Workload>,
    pods: Vec<Pod>,
}

impl State {
    /// Creates `count` more filler pods, in workloads of fifty that have run for hours.
    pub fn fill(&mut self, namespace: &str, count: usize, now: Timestamp) {
        let created = super::controllers::after(now, -AGE);
        let mut nodes: Vec<String> = self
            .store
            .all(Res::Nodes)
            .map(|n| n.name.to_string())
            .collect();
        if nodes.is_empty() {
            nodes.push("node-1".to_owned());
        }
        for made in 0..count {
            if made % PER_WORKLOAD == 0 {
                let replicas = PER_WORKLOAD.min(count - made);
                self.fill_workload(namespace, replicas, created);
            }
            let workload = self.filler.workloads.len() - 1;
            let number = self.filler.pods.len();
            let of = &self.filler.workloads[workload];
            let name = format!("{}-{}-{}", of.name, of.hash, self.dice.suffix());
            let pod = Pod {
                workload,
                name,
                uid: self.dice.uid(),
                node: nodes[number % nodes.len()].clone(),
                address: format!(
                    "10.{}.{}.{}",
                    100 + number / 62_500,
                    number / 250 % 250,
                    number % 250 + 2
                ),
                created,
                since: created,
                ready: true,
                restarts: 0,
            };
            self.put_filler(&pod);
            self.filler.pods.push(pod);
        }
    }

    /// Changes the status of `count` filler pods: a restart, or readiness lost and found.
    pub fn churn(&mut self, count: usize, now: Timestamp) {
        if self.filler.pods.is_empty() {
            return;
        }
        for _ in 0..count {
            let index = self.dice.below(self.filler.pods.len() as u64) as usize;
            let restarts = self.dice.below(4) == 0;
            let mut pod = self.filler.pods[index].clone();
            pod.since = now;
            if restarts && pod.ready {
                pod.restarts += 1;
            } else {
                pod.ready = !pod.ready;
            }
            let key: Key = (
                self.filler.workloads[pod.workload].namespace.clone(),
                pod.name.clone(),
            );
            // A pod that somebody changed or deleted is no longer ours.
            if self
                .store
                .by_key(Res::Pods, &key)
                .is_some_and(|entry| entry.filler)
            {
                self.put_filler(&pod);
                self.filler.pods[index] = pod;
            }
        }
    }

    fn put_filler(&mut self, pod: &Pod) {
        let version = self.store.next_version();
        let workload = &self.filler.workloads[pod.workload];
        let bytes = render(workload, pod, version);
        let index = EntryIndex {
            res: Res::Pods,
            namespace: &workload.namespace,
            name: &pod.name,
            uid: &pod.uid,
            labels: &[
                ("app", &workload.name),
                ("pod-template-hash", &workload.hash),
            ],
            fields: &[
                ("spec.nodeName", &pod.node),
                ("spec.restartPolicy", "Always"),
                ("spec.schedulerName", "default-scheduler"),
                ("spec.serviceAccountName", "default"),
                ("status.phase", "Running"),
                ("status.podIP", &pod.address),
            ],
        };
        self.store
            .put_entry(Entry::rendered(&index, version, bytes));
    }

    /// The Deployment and `ReplicaSet` that filler pods belong to; no controller touches them.
    fn fill_workload(&mut self, namespace: &str, replicas: usize, now: Timestamp) {
        let name = format!("filler-{}", self.filler.workloads.len() + 1);
        let template = json!({ "metadata": { "labels": { "app": name } }, "spec": spec() });
        let hash = template_hash(&template);
        let status = json!({
            "observedGeneration": 1, "replicas": replicas, "readyReplicas": replicas, "updatedReplicas": replicas,
            "availableReplicas": replicas,
        });
        let deployment = json!({
            "metadata": { "name": name, "namespace": namespace, "labels": { "app": name },
                "annotations": { "deployment.kubernetes.io/revision": "1" } },
            "spec": { "replicas": replicas, "selector": { "matchLabels": { "app": name } }, "template": template },
            "status": status,
        });
        let deployment = self.put_static(Res::Deployments, deployment, now);
        let mut labelled = bare_template(&template);
        labelled["metadata"]["labels"]["pod-template-hash"] = hash.as_str().into();
        let labels = labelled["metadata"]["labels"].clone();
        let set = json!({
            "metadata": { "name": format!("{name}-{hash}"), "namespace": namespace, "labels": labels,
                "annotations": { "deployment.kubernetes.io/revision": "1" },
                "ownerReferences": [owner_reference(&deployment)] },
            "spec": { "replicas": replicas, "selector": { "matchLabels": labels }, "template": labelled },
            "status": { "observedGeneration": 1, "replicas": replicas, "fullyLabeledReplicas": replicas,
                "readyReplicas": replicas, "availableReplicas": replicas },
        });
        let set = self.put_static(Res::ReplicaSets, set, now);
        let pieces = cut(&pod_text(namespace, &labels, &set));
        self.filler.workloads.push(Workload {
            namespace: namespace.to_owned(),
            name,
            hash,
            pieces,
        });
    }

    fn put_static(&mut self, res: Res, mut value: Value, now: Timestamp) -> Value {
        let version = self.store.next_version();
        value["apiVersion"] = res.info().api_version().into();
        value["kind"] = res.info().kind.into();
        value["metadata"]["uid"] = self.dice.uid().into();
        value["metadata"]["creationTimestamp"] = seconds(now).into();
        value["metadata"]["generation"] = 1.into();
        super::defaults::complete(res, &mut value);
        value["metadata"]["resourceVersion"] = version.to_string().into();
        let mut entry = Entry::new(res, value.clone(), version);
        entry.filler = true;
        self.store.put_entry(entry);
        value
    }
}

/// The spec of a filler pod: two containers with what real ones carry.
fn spec() -> Value {
    let container = |name: &str| {
        let env: Vec<Value> = (0..14)
            .map(|index| json!({ "name": format!("SETTING_{index:02}"), "value": format!("value of setting {index} of {name}") }))
            .collect();
        json!({
            "name": name, "image": format!("registry.example.org/filler/{name}:1.4.2"), "imagePullPolicy": "IfNotPresent",
            "args": ["--config=/etc/filler/config.yaml", "--log-level=info", "--listen=:8080"],
            "ports": [{ "name": "http", "containerPort": 8080, "protocol": "TCP" }],
            "env": env,
            "resources": { "limits": { "cpu": "500m", "memory": "256Mi" }, "requests": { "cpu": "50m", "memory": "128Mi" } },
            "livenessProbe": { "httpGet": { "path": "/livez", "port": "http", "scheme": "HTTP" }, "periodSeconds": 10,
                "timeoutSeconds": 1, "successThreshold": 1, "failureThreshold": 3 },
            "readinessProbe": { "httpGet": { "path": "/readyz", "port": "http", "scheme": "HTTP" }, "periodSeconds": 10,
                "timeoutSeconds": 1, "successThreshold": 1, "failureThreshold": 3 },
            "volumeMounts": [
                { "name": "config", "mountPath": "/etc/filler", "readOnly": true },
                { "name": "kube-api-access", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "readOnly": true },
            ],
            "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
        })
    };
    json!({
        "containers": [container("server"), container("sidecar")],
        "volumes": [
            { "name": "config", "configMap": { "name": "filler", "defaultMode": 420 } },
            { "name": "kube-api-access", "projected": { "defaultMode": 420, "sources": [
                { "serviceAccountToken": { "expirationSeconds": 3607, "path": "token" } },
                { "configMap": { "name": "kube-root-ca.crt", "items": [{ "key": "ca.crt", "path": "ca.crt" }] } },
            ] } },
        ],
        "restartPolicy": "Always", "dnsPolicy": "ClusterFirst", "schedulerName": "default-scheduler",
        "serviceAccountName": "default", "serviceAccount": "default", "terminationGracePeriodSeconds": 30,
        "securityContext": {}, "enableServiceLinks": true, "priority": 0, "preemptionPolicy": "PreemptLowerPriority",
    })
}

/// A pod with marks where pods differ.
fn pod_text(namespace: &str, labels: &Value, set: &Value) -> String {
    let mut spec = spec();
    spec["nodeName"] = "@node@".into();
    let status = |name: &str, ready: &str, restarts: Value| {
        json!({
            "name": name, "image": format!("registry.example.org/filler/{name}:1.4.2"),
            "imageID": format!("registry.example.org/filler/{name}@sha256:{}", "5d".repeat(32)),
            "containerID": format!("containerd://{}", "c4".repeat(32)), "ready": ready, "restartCount": restarts,
            "started": true, "lastState": {}, "state": { "running": { "startedAt": "@created@" } },
        })
    };
    let condition = |kind: &str, holds: &str, since: &str| json!({ "type": kind, "status": holds, "lastProbeTime": null, "lastTransitionTime": since });
    let mut sidecar = status("sidecar", "@x@", 0.into());
    sidecar["ready"] = true.into();
    let written = |part: &str| {
        json!({ "f:metadata": { "f:labels": { ".": {}, "f:app": {}, "f:pod-template-hash": {} } }, part: {
        "f:containers": { "k:{\"name\":\"server\"}": { ".": {}, "f:image": {}, "f:env": {}, "f:ports": {} } } } })
    };
    let pod = json!({
        "metadata": {
            "name": "@name@", "namespace": namespace, "uid": "@uid@", "resourceVersion": "@version@", "generation": 1,
            "generateName": format!("{}-", set["metadata"]["name"].as_str().unwrap_or_default()),
            "creationTimestamp": "@created@", "labels": labels, "ownerReferences": [owner_reference(set)],
            "managedFields": [
                { "manager": "kube-controller-manager", "operation": "Update", "apiVersion": "v1", "time": "@created@",
                  "fieldsType": "FieldsV1", "fieldsV1": written("f:spec") },
                { "manager": "kubelet", "operation": "Update", "apiVersion": "v1", "time": "@since@", "subresource": "status",
                  "fieldsType": "FieldsV1", "fieldsV1": written("f:status") },
            ],
        },
        "spec": spec,
        "status": {
            "phase": "Running", "qosClass": "Burstable", "hostIP": "172.18.0.2", "podIP": "@address@",
            "podIPs": [{ "ip": "@address@" }], "startTime": "@created@",
            "conditions": [
                condition("PodScheduled", "True", "@created@"), condition("Initialized", "True", "@created@"),
                condition("PodReadyToStartContainers", "True", "@created@"),
                condition("ContainersReady", "@readyword@", "@since@"), condition("Ready", "@readyword@", "@since@"),
            ],
            "containerStatuses": [status("server", "@ready@", "@restarts@".into()), sidecar],
        },
    });
    let text = pod.to_string();
    format!("{}{}", head(Res::Pods), &text[1..])
}

/// Cuts a text at its marks.
fn cut(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    loop {
        let next = SLOTS
            .iter()
            .filter_map(|(slot, mark)| Some((rest.find(mark)?, *slot, *mark)));
        let Some((at, slot, mark)) = next.min_by_key(|(at, _, _)| *at) else {
            pieces.push(Piece::Text(rest.to_owned()));
            return pieces;
        };
        pieces.push(Piece::Text(rest[..at].to_owned()));
        pieces.push(Piece::Slot(slot));
        rest = &rest[at + mark.len()..];
    }
}

fn render(workload: &Workload, pod: &Pod, version: u64) -> Bytes {
    let mut out = String::with_capacity(8192);
    let (created, since) = (seconds(pod.created), seconds(pod.since));
    let (version, restarts) = (version.to_string(), pod.restarts.to_string());
    for piece in &workload.pieces {
        out.push_str(match piece {
            Piece::Text(text) => text,
            Piece::Slot(Slot::Name) => &pod.name,
            Piece::Slot(Slot::Uid) => &pod.uid,
            Piece::Slot(Slot::Version) => &version,
            Piece::Slot(Slot::Node) => &pod.node,
            Piece::Slot(Slot::Address) => &pod.address,
            Piece::Slot(Slot::Created) => &created,
            Piece::Slot(Slot::Since) => &since,
            Piece::Slot(Slot::Ready) => {
                if pod.ready {
                    "true"
                } else {
                    "false"
                }
            }
            Piece::Slot(Slot::ReadyWord) => {
                if pod.ready {
                    "True"
                } else {
                    "False"
                }
            }
            Piece::Slot(Slot::Restarts) => &restarts,
        });
    }
    out.into()
}
