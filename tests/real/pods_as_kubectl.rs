//! NAME, READY, STATUS and RESTARTS of our rows are kubectl's, line for line, on the same server.

mod chance;
mod odd;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::Command,
};

use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::core::v1::Pod;
use kube::{
    Api,
    api::{DeleteParams, Patch, PatchParams, PostParams},
};
use quarterdeck::{
    domain::{desk::Namespaces, pod::PodRow},
    i18n::time,
    sim::clock::SimClock,
};
use serde_json::json;

use self::odd::Odd;
use crate::harness::{Bed, Bench, Reader, Space, User};

/// What is created and patched at a time.
const AT_ONCE: usize = 8;

/// Holds a pod that is deleted.
const HELD: &str = "quarterdeck.bed/held";

/// How many pods are made by chance.
const BY_CHANCE: u32 = 400;

/// Words of STATUS that the odd pods must really have brought about.
const WORDS: &[&str] = &[
    "Completed",
    "ContainerCreating",
    "CrashLoopBackOff",
    "Error",
    "Evicted",
    "ExitCode:3",
    "ImagePullBackOff",
    "Init:1/3",
    "Init:CrashLoopBackOff",
    "Init:Error",
    "Init:ExitCode:7",
    "Init:ImagePullBackOff",
    "Init:Signal:15",
    "NotReady",
    "OOMKilled",
    "Pending",
    "PodInitializing",
    "Running",
    "SchedulingGated",
    "Signal:9",
    "Terminating",
    "Unknown",
];

/// A line without its name: READY, STATUS, RESTARTS.
type Line = [String; 3];

/// A pod that only we write to.
async fn create(api: &Api<Pod>, node: &str, name: &str, odd: &Odd) {
    let mut spec = odd.spec.clone();
    if odd.deleted {
        // The controllers clear away what is going and was never placed.
        spec["nodeName"] = json!(node);
    }
    for (key, value) in [
        ("schedulerName", json!("nobody")),
        ("containers", json!([{"name": "main", "image": "main:1"}])),
    ] {
        if spec.get(key).is_none() {
            spec[key] = value;
        }
    }
    let mut metadata = json!({"name": name});
    if odd.deleted {
        metadata["finalizers"] = json!([HELD]);
    }
    let pod = serde_json::from_value(json!({"metadata": metadata, "spec": spec})).unwrap();
    api.create(&PostParams::default(), &pod).await.unwrap();
    let parameters = PatchParams::default();
    if !odd.status.is_null() {
        let status = Patch::Merge(json!({"status": odd.status}));
        api.patch_status(name, &parameters, &status).await.unwrap();
    }
    if odd.deleted {
        api.delete(name, &DeleteParams::default()).await.unwrap();
    }
}

/// Creates them; those that are deleted on a `node` that nobody plays.
async fn create_all(api: &Api<Pod>, node: &str, pods: &BTreeMap<String, Odd>) {
    stream::iter(pods)
        .for_each_concurrent(AT_ONCE, |(name, odd)| create(api, node, name, odd))
        .await;
}

/// Lets those go that a finalizer holds.
async fn free(api: &Api<Pod>, pods: &BTreeMap<String, Odd>) {
    let freed = Patch::Merge(json!({"metadata": {"finalizers": null}}));
    for (name, _) in pods.iter().filter(|(_, odd)| odd.deleted) {
        let parameters = PatchParams::default();
        api.patch(name, &parameters, &freed).await.unwrap();
    }
}

/// What kubectl prints of the pods of a namespace.
fn printed(mut kubectl: Command, namespace: &str) -> BTreeMap<String, Line> {
    let arguments = ["-n", namespace, "get", "pods", "--no-headers"];
    let output = kubectl.args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
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
/// Returns the words of STATUS that were seen.
async fn compare(space: &Space<'_>, wanted: usize) -> BTreeSet<String> {
    let namespaces = Namespaces::Some(vec![space.name.clone()]);
    let mut reader = Reader::new(space.bed.kubeconfig(User::Viewer), namespaces);
    reader
        .until("all pods", |heard| heard.pods.len() == wanted)
        .await;
    let kubectl = space.bed.kubectl_command(User::Viewer);
    let began = SimClock::wall();
    let theirs = printed(kubectl, &space.name);
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
    theirs.into_values().map(|[_, status, _]| status).collect()
}

/// A line of the real server and one of the embedded, where there is one.
type Lines = [Option<Line>; 2];

/// Where the embedded cluster prints another line than the real one.
async fn differences(space: &Space<'_>, embedded: &Path) -> BTreeMap<String, Lines> {
    let real = printed(space.bed.kubectl_command(User::Viewer), &space.name);
    let mut kubectl = Command::new(space.bed.place("KUBECTL"));
    kubectl.arg("--kubeconfig").arg(embedded);
    // Its server runs in this thread, which must not wait for kubectl.
    let asking = tokio::task::spawn_blocking(|| printed(kubectl, "a"));
    let its = asking.await.unwrap();
    let names: BTreeSet<&String> = real.keys().chain(its.keys()).collect();
    names
        .into_iter()
        .map(|name| {
            (
                name.clone(),
                [real.get(name), its.get(name)].map(Option::<&Line>::cloned),
            )
        })
        .filter(|(_, [real, its])| real != its)
        .collect()
}

#[tokio::test]
async fn every_odd_pod_is_as_kubectl_prints_it() {
    let bed = Bed::shared();
    let mut space = Space::new(&bed, "odd").await;
    let node = space.still_node().await;
    let pods = odd::all(SimClock::wall());
    let api = space.api::<Pod>();
    create_all(&api, &node, &pods).await;
    // The scheduler has had its word.
    let until = "--for=condition=PodScheduled=false";
    let wait = [
        "-n",
        &space.name,
        "wait",
        until,
        "--timeout=30s",
        "pod/unschedulable",
    ];
    bed.kubectl(User::Admin, &wait);
    let shown = compare(&space, pods.len()).await;
    for word in WORDS {
        assert!(shown.contains(*word), "no pod is {word}: {shown:?}");
    }
    free(&api, &pods).await;
}

#[tokio::test]
async fn pods_nobody_thought_of_are_as_kubectl_prints_them() {
    let bed = Bed::shared();
    let space = Space::new(&bed, "chance").await;
    let pods = chance::pods(BY_CHANCE);
    create_all(&space.api(), "", &pods).await;
    compare(&space, pods.len()).await;
}

#[tokio::test]
async fn the_embedded_cluster_prints_them_as_the_real_one_does() {
    let bed = Bed::shared();
    let mut space = Space::new(&bed, "both").await;
    let node = space.still_node().await;
    let embedded = Bench::new().await;
    let mut pods = odd::all(SimClock::wall());
    // Its scheduler is stepped by hand, and nobody steps it here.
    pods.remove("unschedulable");
    pods.extend(chance::pods(BY_CHANCE));
    let api = space.api::<Pod>();
    create_all(&api, &node, &pods).await;
    let its_api = Api::namespaced(embedded.admin().await, "a");
    create_all(&its_api, &node, &pods).await;
    let kubeconfig = embedded.options().kubeconfig.unwrap();
    let mut left = differences(&space, &kubeconfig).await;
    // The text of a time may turn between two questions: what is the same once is the same.
    for _ in 0..5 {
        if left.is_empty() {
            break;
        }
        let again = differences(&space, &kubeconfig).await;
        left.retain(|name, _| again.contains_key(name));
    }
    free(&api, &pods).await;
    assert!(
        left.is_empty(),
        "{} of {} differ:\n{left:#?}",
        left.len(),
        pods.len()
    );
}
