//! Pods that nobody runs: made quickly, marked Running and Ready, and changed as fast as is asked.

use std::{error::Error, sync::Arc, time::Duration};

use futures::{StreamExt, TryStreamExt, stream};
use k8s_openapi::api::core::v1::{Namespace, Node, Pod, PodTemplate};
use kube::{
    Api, Client,
    api::{ListParams, Patch, PatchParams, PostParams},
};
use serde_json::{Value, json};
use tokio::task::JoinSet;

type Fallible<T> = Result<T, Box<dyn Error>>;

/// Stands first in every list; its STATUS can be set.
const MARKED: &str = "aaa-marked";
const APPS: usize = 40;
/// Requests under way at once.
const HANDS: usize = 12;

/// The namespace with everything in it.
pub const ONE: &str = "figures";

/// The fifty namespaces pods are spread over.
pub fn many() -> Vec<String> {
    (0..50).map(|number| format!("team-{number:02}")).collect()
}

fn app(number: usize) -> String {
    format!("service-{:02}", number % APPS)
}

/// The name of the pod of this number; the first is the marked one.
pub fn name(number: usize) -> String {
    match number {
        0 => MARKED.to_owned(),
        _ => format!("{}-7d9c5b8f6b-{number:05}", app(number)),
    }
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
        "metadata": { "name": "figures" },
        "status": {
            "capacity": { "cpu": "4000", "memory": "64Ti", "pods": "110000" },
            "allocatable": { "cpu": "4000", "memory": "64Ti", "pods": "110000" },
            "conditions": [{ "type": "Ready", "status": "True", "reason": "KubeletReady",
                "lastHeartbeatTime": now, "lastTransitionTime": now }],
        },
    }))?;
    let nodes: Api<Node> = Api::all(client.clone());
    there(nodes.create(&PostParams::default(), &node).await)?;
    let all = many().into_iter().chain([ONE.to_owned()]);
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

/// The owners of pods in a namespace. No controller knows their kind, so the pods stay as they are written.
async fn owners(client: &Client, namespace: &str) -> Result<Vec<Value>, kube::Error> {
    let owners: Api<PodTemplate> = Api::namespaced(client.clone(), namespace);
    let owners = stream::iter(0..APPS).then(|number| {
        let (owners, name) = (owners.clone(), app(number));
        async move {
            let owner = owners.get(&name).await?;
            Ok(
                json!([{ "apiVersion": "v1", "kind": "PodTemplate", "name": name,
                "uid": owner.metadata.uid, "controller": true }]),
            )
        }
    });
    owners.try_collect().await
}

/// Makes the pods `from..to` of a namespace, Running and Ready.
pub async fn fill(client: &Client, namespace: &str, from: usize, to: usize) -> Fallible<()> {
    let owners = Arc::new(owners(client, namespace).await?);
    let pods: Api<Pod> = Api::namespaced(client.clone(), namespace);
    stream::iter((from..to).map(Ok))
        .try_for_each_concurrent(HANDS, |number| {
            let (pods, owners) = (pods.clone(), Arc::clone(&owners));
            async move {
                let pod: Pod = serde_json::from_value(pod(number, &owners[number % APPS]))
                    .map_err(kube::Error::SerdeError)?;
                there(pods.create(&PostParams::default(), &pod).await)?;
                set(&pods, number, &json!({ "status": status(number, 0) })).await
            }
        })
        .await
        .map_err(Into::into)
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
    let env: Vec<Value> = (0..14)
        .map(|at| {
            json!({ "name": format!("{}_SETTING_{at:02}", which.to_uppercase()),
            "value": format!("https://{}.internal.example.org:8443/{which}/{at:02}?timeout=5s", app(number)) })
        })
        .collect();
    let probe =
        |path: &str| json!({ "httpGet": { "path": path, "port": 8080 }, "periodSeconds": 10 });
    json!({
        "name": which,
        "image": format!("registry.example.org/{}/{which}:2026.11.{}", app(number), number % 7),
        "ports": [{ "name": "http", "containerPort": 8080 }],
        "env": env,
        "resources": { "requests": { "cpu": "100m", "memory": "128Mi" }, "limits": { "memory": "256Mi" } },
        "readinessProbe": probe("/ready"), "livenessProbe": probe("/live"),
        "volumeMounts": [{ "name": "config", "mountPath": "/etc/service", "readOnly": true }],
    })
}

fn pod(number: usize, owners: &Value) -> Value {
    json!({
        "metadata": {
            "name": name(number),
            "labels": { "app.kubernetes.io/name": app(number), "app.kubernetes.io/part-of": "figures",
                "app.kubernetes.io/version": format!("2026.11.{}", number % 7), "pod-template-hash": "7d9c5b8f6b",
                "team": format!("team-{}", number % 5) },
            "annotations": { "prometheus.io/scrape": "true", "prometheus.io/port": "9090",
                "checksum/config": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef" },
            "ownerReferences": owners,
        },
        "spec": {
            "nodeName": "figures",
            "tolerations": [{ "operator": "Exists" }],
            "automountServiceAccountToken": false,
            "volumes": [{ "name": "config", "configMap": { "name": app(number) } }],
            "containers": [container(number, "server"), container(number, "proxy")],
        },
    })
}

/// How the pod of this number stands after so many changes.
fn status(number: usize, changes: usize) -> Value {
    let started = "2026-11-01T08:00:00Z";
    let ready = changes % 2 == 0;
    let word = if ready { "True" } else { "False" };
    let container = |which: &str, ready: bool, restarts: usize| {
        json!({ "name": which, "ready": ready, "started": true, "restartCount": restarts,
            "image": format!("registry.example.org/{}/{which}:2026.11.{}", app(number), number % 7),
            "imageID": "registry.example.org/image@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "containerID": format!("containerd://9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b{number:07}"),
            "state": { "running": { "startedAt": started } } })
    };
    let condition = |kind: &str, word: &str| json!({ "type": kind, "status": word, "lastTransitionTime": started });
    let address = format!(
        "10.{}.{}.{}",
        100 + number / 65_000,
        number / 250 % 250,
        number % 250 + 1
    );
    json!({
        "phase": "Running", "qosClass": "Burstable", "startTime": started,
        "hostIP": "10.0.0.1", "hostIPs": [{ "ip": "10.0.0.1" }], "podIP": address, "podIPs": [{ "ip": address }],
        "conditions": [condition("Initialized", "True"), condition("PodReadyToStartContainers", "True"),
            condition("Ready", word), condition("ContainersReady", word), condition("PodScheduled", "True")],
        "containerStatuses": [container("server", ready, changes / 2), container("proxy", true, 0)],
    })
}
