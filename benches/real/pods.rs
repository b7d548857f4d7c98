//! Pods that nobody runs, Running and Ready, and changed as fast as is asked.

use std::{error::Error, time::Duration};

use futures::{StreamExt, TryStreamExt, stream};
use k8s_openapi::api::core::v1::{Namespace, Node, Pod, PodTemplate};
use kube::{
    Api, Client,
    api::{DeleteParams, ListParams, Patch, PatchParams, PostParams},
};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::copies::{Sample, Store};

type Fallible<T> = Result<T, Box<dyn Error>>;

const APPS: usize = 40;
/// Requests under way at once.
const HANDS: usize = 12;

/// The node they are on.
const NODE: &str = "nobodys";

// The names of namespaces are all of one length, as those of pods are: see `copies.rs`.
/// The namespace with everything in it.
pub const ONE: &str = "figures";
/// The namespace of the pods that the others are copies of.
const SAMPLES: &str = "samples";

/// The fifty namespaces pods are spread over.
pub fn many() -> Vec<String> {
    (0..50).map(|number| format!("team-{number:02}")).collect()
}

fn app(number: usize) -> String {
    format!("service-{:02}", number % APPS)
}

/// The name of the pod of this number; the first one stands first in every list, and its STATUS can be set.
fn name(number: usize) -> String {
    let app = match number {
        0 => "aaa-marked".to_owned(),
        _ => app(number),
    };
    format!("{app}-7d9c5b8f6b-{number:05}")
}

/// A request that fails because the thing is there already has done what it should.
fn there<T>(answer: Result<T, kube::Error>) -> Result<(), kube::Error> {
    match answer {
        Err(kube::Error::Api(status)) if status.code == 409 => Ok(()),
        other => other.map(|_| ()),
    }
}

/// The node all of them are on, which no kubelet ever answers for; namespaces, and what owns the pods in them.
pub async fn prepare(client: &Client) -> Fallible<()> {
    let now = "2026-01-01T00:00:00Z";
    let node = serde_json::from_value(json!({
        "metadata": { "name": NODE },
        "status": {
            "capacity": { "cpu": "4000", "memory": "64Ti", "pods": "110000" },
            "allocatable": { "cpu": "4000", "memory": "64Ti", "pods": "110000" },
            "conditions": [{ "type": "Ready", "status": "True", "reason": "KubeletReady",
                "lastHeartbeatTime": now, "lastTransitionTime": now }],
        },
    }))?;
    let nodes: Api<Node> = Api::all(client.clone());
    there(nodes.create(&PostParams::default(), &node).await)?;
    let all = many()
        .into_iter()
        .chain([ONE.to_owned(), SAMPLES.to_owned()]);
    stream::iter(all.map(Ok))
        .try_for_each_concurrent(HANDS, |namespace| prepare_namespace(client, namespace))
        .await?;
    Ok(())
}

async fn prepare_namespace(client: &Client, namespace: String) -> Result<(), kube::Error> {
    let namespaces: Api<Namespace> = Api::all(client.clone());
    let object = Namespace {
        metadata: kube::core::ObjectMeta {
            name: Some(namespace.clone()),
            ..kube::core::ObjectMeta::default()
        },
        ..Namespace::default()
    };
    there(namespaces.create(&PostParams::default(), &object).await)?;
    let owners: Api<PodTemplate> = Api::namespaced(client.clone(), &namespace);
    for number in 0..APPS {
        let owner = serde_json::from_value(json!({
            "metadata": { "name": app(number) },
            "template": { "spec": { "containers": [{ "name": "server", "image": "registry.example.org/server:1" }] } },
        }))
        .map_err(kube::Error::SerdeError)?;
        there(owners.create(&PostParams::default(), &owner).await)?;
    }
    Ok(())
}

/// The uids of what owns the pods in a namespace. No controller knows its kind, so the pods stay as they are written.
async fn owners(client: &Client, namespace: &str) -> Result<Vec<String>, kube::Error> {
    let owners: Api<PodTemplate> = Api::namespaced(client.clone(), namespace);
    let owners = stream::iter(0..APPS).then(|number| {
        let owners = owners.clone();
        async move {
            Ok(owners
                .get(&app(number))
                .await?
                .metadata
                .uid
                .unwrap_or_default())
        }
    });
    owners.try_collect().await
}

/// One pod of each app as the server stores it, and removed again.
pub async fn samples(client: &Client, store: &Store) -> Fallible<Vec<Sample>> {
    let owners = owners(client, SAMPLES).await?;
    let pods: Api<Pod> = Api::namespaced(client.clone(), SAMPLES);
    let mut samples = Vec::new();
    for (number, owner) in owners.into_iter().enumerate() {
        let pod: Pod = serde_json::from_value(pod(number, &owner))?;
        there(pods.create(&PostParams::default(), &pod).await)?;
        set(&pods, number, &json!({ "status": status(number, 0) })).await?;
        let stored = store.get(SAMPLES, &name(number)).await?;
        let uid = pods
            .get(&name(number))
            .await?
            .metadata
            .uid
            .unwrap_or_default();
        samples.push(Sample {
            stored,
            written: [
                SAMPLES.to_owned(),
                name(number),
                uid,
                owner,
                address(number),
                identity(number),
            ],
        });
        let at_once = DeleteParams::default().grace_period(0);
        pods.delete(&name(number), &at_once).await?;
    }
    Ok(samples)
}

/// Makes the pods `from..to` of a namespace, Running and Ready.
pub async fn fill(
    client: &Client,
    store: &Store,
    samples: &[Sample],
    namespace: &str,
    from: usize,
    to: usize,
) -> Fallible<()> {
    let owners = owners(client, namespace).await?;
    let place = many().iter().position(|it| it == namespace).unwrap_or(99);
    let numbers: Vec<usize> = (from..to).collect();
    for part in numbers.chunks(64) {
        let mut pods = Vec::new();
        for &number in part {
            let uid = format!("{number:08x}-{place:04}-4000-8000-{number:012x}");
            let owner = owners[number % APPS].clone();
            let written = [
                namespace.to_owned(),
                name(number),
                uid,
                owner,
                address(number),
                identity(number),
            ];
            pods.push((name(number), samples[number % APPS].copy(&written)?));
        }
        store.put(namespace, &pods).await?;
    }
    Ok(())
}

/// How many pods there are; `None` asks for all namespaces.
pub async fn total(client: &Client, namespace: Option<&str>) -> Fallible<usize> {
    let pods: Api<Pod> = match namespace {
        Some(name) => Api::namespaced(client.clone(), name),
        None => Api::all(client.clone()),
    };
    let one = pods.list_metadata(&ListParams::default().limit(1)).await?;
    let rest = one.metadata.remaining_item_count.unwrap_or(0);
    Ok(one.items.len() + usize::try_from(rest)?)
}

async fn set(pods: &Api<Pod>, number: usize, patch: &Value) -> Result<(), kube::Error> {
    let (params, patch) = (PatchParams::default(), Patch::Merge(patch));
    pods.patch_status(&name(number), &params, &patch).await?;
    Ok(())
}

/// Gives the marked pod this STATUS.
pub async fn mark(client: &Client, namespace: &str, word: &str) -> Result<(), kube::Error> {
    let pods: Api<Pod> = Api::namespaced(client.clone(), namespace);
    let failed = json!({ "phase": "Failed", "reason": word, "containerStatuses": null });
    set(&pods, 0, &json!({ "status": failed })).await
}

/// Changes `rate` pods a second, for ever: readiness goes, comes back, and a container restarts.
pub async fn change(client: &Client, namespace: &str, pods: usize, rate: u32) -> Fallible<()> {
    let api: Api<Pod> = Api::namespaced(client.clone(), namespace);
    let mut beat = tokio::time::interval(Duration::from_secs(1) / rate);
    let mut under_way = JoinSet::new();
    for turn in 0.. {
        beat.tick().await;
        if under_way.len() >= HANDS
            && let Some(done) = under_way.join_next().await
        {
            done??;
        }
        // A stride that shares no factor with the count meets all of them; the marked one is left alone.
        let number = 1 + turn * 7919 % (pods - 1);
        let changes = 1 + turn / 50;
        let api = api.clone();
        under_way.spawn(async move {
            let patch = json!({ "status": status(number, changes) });
            set(&api, number, &patch).await
        });
    }
    Ok(())
}

fn container(number: usize, which: &str) -> Value {
    let env: Vec<Value> = (0..6)
        .map(|at| {
            let address = format!("https://{}.internal:8443/{which}/{at:02}", app(number));
            json!({ "name": format!("{}_PEERS_{at:02}", which.to_uppercase()), "value": address })
        })
        .collect();
    let probe =
        |path: &str| json!({ "httpGet": { "path": path, "port": 8080 }, "periodSeconds": 10 });
    json!({
        "name": which,
        "image": format!("registry.example.org/{}/{which}:2026.11.1", app(number)),
        "ports": [{ "name": "http", "containerPort": 8080 }],
        "env": env,
        "resources": { "requests": { "cpu": "100m", "memory": "128Mi" }, "limits": { "memory": "256Mi" } },
        "readinessProbe": probe("/ready"), "livenessProbe": probe("/live"),
        "volumeMounts": [{ "name": "config", "mountPath": "/etc/service", "readOnly": true }],
    })
}

fn pod(number: usize, owner: &str) -> Value {
    json!({
        "metadata": {
            "name": name(number),
            "labels": { "app.kubernetes.io/name": app(number), "app.kubernetes.io/part-of": "shop",
                "app.kubernetes.io/version": "2026.11.1", "pod-template-hash": "7d9c5b8f6b",
                "team": format!("team-{}", number % 5) },
            "annotations": { "prometheus.io/scrape": "true", "prometheus.io/port": "9090",
                "checksum/config": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef" },
            "ownerReferences": [{ "apiVersion": "v1", "kind": "PodTemplate", "name": app(number), "uid": owner,
                "controller": true }],
        },
        "spec": {
            "nodeName": NODE,
            "tolerations": [{ "operator": "Exists" }],
            "automountServiceAccountToken": false,
            "volumes": [{ "name": "config", "configMap": { "name": app(number) } }],
            "containers": [container(number, "server"), container(number, "proxy")],
        },
    })
}

/// Of one length, so that a copy can have its own.
fn address(number: usize) -> String {
    let digits = |part: usize| 100 + part % 150;
    format!(
        "10.{}.{}.{}",
        digits(number / 22_500),
        digits(number / 150),
        digits(number)
    )
}

/// The end of the ids of its containers.
fn identity(number: usize) -> String {
    format!("{number:010}")
}

/// How the pod of this number stands after so many changes.
fn status(number: usize, changes: usize) -> Value {
    let started = "2026-11-01T08:00:00Z";
    let ready = changes.is_multiple_of(2);
    let word = if ready { "True" } else { "False" };
    let container = |which: &str, ready: bool, restarts: usize| {
        json!({ "name": which, "ready": ready, "started": true, "restartCount": restarts,
            "image": format!("registry.example.org/{}/{which}:2026.11.1", app(number)),
            "imageID": "registry.example.org/image@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "containerID": format!("containerd://9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c{}", identity(number)),
            "state": { "running": { "startedAt": started } } })
    };
    let condition = |kind: &str, word: &str| json!({ "type": kind, "status": word, "lastTransitionTime": started });
    let address = address(number);
    json!({
        "phase": "Running", "qosClass": "Burstable", "startTime": started,
        "hostIP": "10.0.0.1", "hostIPs": [{ "ip": "10.0.0.1" }], "podIP": address, "podIPs": [{ "ip": address }],
        "conditions": [condition("Initialized", "True"), condition("PodReadyToStartContainers", "True"),
            condition("Ready", word), condition("ContainersReady", word), condition("PodScheduled", "True")],
        "containerStatuses": [container("server", ready, changes / 2), container("proxy", true, 0)],
    })
}
