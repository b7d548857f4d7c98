//! NAME, READY, STATUS and RESTARTS of our rows are kubectl's, line for line, on the same server.

mod chance;
mod odd;

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::core::v1::Pod;
use kube::api::DeleteParams;
use quarterdeck::{
    domain::{desk::Namespaces, pod::PodRow},
    i18n::time,
    sim::clock::SimClock,
};
use serde_json::{Value, json};

use crate::harness::{Bed, Reader, Space, User};

/// What is created and patched at a time.
const AT_ONCE: usize = 8;

/// A line without its name: READY, STATUS, RESTARTS.
type Line = [String; 3];

/// Creates a pod that only we write to. It is patched until it is as asked: others may write their word first.
async fn create(space: &Space<'_>, name: &str, spec: &Value, status: &Value, deleted: bool) {
    let mut spec = spec.clone();
    for (key, value) in [
        ("schedulerName", json!("nobody")),
        ("containers", json!([{"name": "main", "image": "main:1"}])),
    ] {
        if spec.get(key).is_none() {
            spec[key] = value;
        }
    }
    let mut metadata = json!({"name": name});
    if deleted {
        metadata["finalizers"] = json!(["quarterdeck.bed/held"]);
    }
    let _: Pod = space
        .create(json!({"metadata": metadata, "spec": spec}))
        .await;
    if !status.is_null() {
        space.patch_status(name, status.clone()).await;
    }
    if deleted {
        let api = space.api::<Pod>();
        api.delete(name, &DeleteParams::default()).await.unwrap();
    }
}

/// What kubectl prints of the pods of a namespace.
fn printed(space: &Space<'_>) -> BTreeMap<String, Line> {
    let arguments = ["-n", &space.name, "get", "pods", "--no-headers"];
    let text = space.bed.kubectl(User::Viewer, &arguments);
    text.lines()
        .map(|line| {
            // Three spaces stand between columns, one at most within them.
            let cells: Vec<&str> = line
                .split("   ")
                .map(str::trim)
                .filter(|cell| !cell.is_empty())
                .collect();
            let [name, ready, status, restarts, _age] = cells[..] else {
                panic!("five columns: {line}");
            };
            let line = [ready, status, restarts].map(str::to_owned);
            (name.to_owned(), line)
        })
        .collect()
}

/// The same of our row, as it is at `now`.
fn ours(row: &PodRow, now: Timestamp) -> Line {
    let restarts = match row.last_restart {
        Some(at) => {
            let since = time::as_kubectl(now.duration_since(at));
            format!("{} ({since} ago)", row.restarts)
        }
        None => row.restarts.to_string(),
    };
    let ready = format!("{}/{}", row.ready, row.containers);
    [ready, row.status.to_string(), restarts]
}

/// Reads the pods of the namespace through our source and through kubectl until both know the same state, and compares.
async fn compare(space: &Space<'_>, wanted: usize) {
    let namespaces = Namespaces::Some(vec![space.name.clone()]);
    let mut reader = Reader::new(space.bed.kubeconfig(User::Viewer), namespaces);
    reader
        .until("all pods", |heard| heard.pods.len() == wanted)
        .await;
    let began = SimClock::wall();
    let theirs = printed(space);
    let ended = SimClock::wall();
    let names: BTreeSet<String> = theirs.keys().cloned().collect();
    assert_eq!(reader.heard.pod_names(), names);
    // What kubectl says of a time it said somewhere between the two moments.
    let mut moments = vec![began, ended];
    let mut at = began;
    while at < ended {
        moments.push(at);
        at += SignedDuration::from_millis(100);
    }
    let differences: Vec<String> = reader
        .heard
        .pods
        .values()
        .filter_map(|row| {
            let theirs = &theirs[&*row.name];
            let same = moments.iter().any(|now| ours(row, *now) == *theirs);
            (!same).then(|| {
                format!(
                    "{}: kubectl {theirs:?}, we {:?}",
                    row.name,
                    ours(row, ended)
                )
            })
        })
        .collect();
    assert!(
        differences.is_empty(),
        "{} of {wanted} differ:\n{}",
        differences.len(),
        differences.join("\n")
    );
}

#[tokio::test]
async fn every_odd_pod_is_as_kubectl_prints_it() {
    let bed = Bed::shared();
    let space = Space::new(&bed, "odd").await;
    let pods = odd::all(SimClock::wall());
    stream::iter(&pods)
        .for_each_concurrent(AT_ONCE, |it| {
            create(&space, it.name, &it.spec, &it.status, it.deleted)
        })
        .await;
    // The scheduler has had its word.
    bed.kubectl(
        User::Admin,
        &[
            "-n",
            &space.name,
            "wait",
            "--for=condition=PodScheduled=false",
            "--timeout=30s",
            "pod/unschedulable",
        ],
    );
    compare(&space, pods.len()).await;
    let held: Vec<&str> = pods
        .iter()
        .filter(|it| it.deleted)
        .map(|it| it.name)
        .collect();
    for name in held {
        let api = space.api::<Pod>();
        let freed = kube::api::Patch::Merge(json!({"metadata": {"finalizers": null}}));
        api.patch(name, &kube::api::PatchParams::default(), &freed)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn pods_nobody_thought_of_are_as_kubectl_prints_them() {
    const PODS: u32 = 400;
    let bed = Bed::shared();
    let space = Space::new(&bed, "chance").await;
    stream::iter(0..PODS)
        .for_each_concurrent(AT_ONCE, async |number| {
            let (spec, status) = chance::pod(number);
            create(&space, &format!("p{number}"), &spec, &status, false).await;
        })
        .await;
    compare(&space, PODS as usize).await;
}
