//! The API server and its store.

use std::time::Duration;

use k8s_openapi::api::core::v1::Pod;
use kube::api::{DeleteParams, ListParams};
use quarterdeck::{
    domain::{
        desk::Namespaces,
        freshness::{Link, SourceId, TroubleKind},
    },
    sources::kubernetes::{KubeOptions, Timeouts},
};
use serde_json::json;
use tokio::time::Instant;

use crate::{
    contract::kubernetes::watches,
    contract_on_real::kube,
    harness::{Bed, Heard, Reader, Space, User, names, timeouts},
};

/// What is watched as long as the source runs.
const WATCHED: [SourceId; 4] = [
    SourceId::Pods,
    SourceId::Workloads,
    SourceId::Nodes,
    SourceId::Events,
];

/// A source whose watches last longer than any of these tests.
fn reader(bed: &Bed, space: &Space<'_>) -> Reader {
    let options = KubeOptions {
        kubeconfig: Some(bed.kubeconfig(User::Viewer)),
        timeouts: Timeouts {
            watch: Duration::from_secs(600),
            ..timeouts()
        },
        ..KubeOptions::default()
    };
    Reader::with(options, Namespaces::Some(vec![space.name.clone()]))
}

fn all_failed(heard: &Heard, kind: TroubleKind) -> bool {
    WATCHED
        .into_iter()
        .all(|source| heard.failed(source).is_some_and(|why| why.kind == kind))
}

/// What the server itself has: names with uids, so that a pod of the same name is another one.
async fn truth(space: &Space<'_>) -> Vec<(String, String)> {
    let all = space.api::<Pod>().list(&ListParams::default()).await;
    let of = |pod: Pod| (pod.metadata.name.unwrap(), pod.metadata.uid.unwrap());
    let mut pods: Vec<_> = all.unwrap().items.into_iter().map(of).collect();
    pods.sort();
    pods
}

fn told(heard: &Heard) -> Vec<(String, String)> {
    let rows = heard.pods.values();
    let mut pods: Vec<_> = rows
        .map(|row| (row.name.to_string(), row.uid.to_string()))
        .collect();
    pods.sort();
    pods
}

/// Waits until all is live and what was told is what the server has.
async fn converges(reader: &mut Reader, space: &Space<'_>) {
    let truth = truth(space).await;
    reader
        .until("the truth", |heard| {
            told(heard) == truth && WATCHED.into_iter().all(|source| heard.is_live(source))
        })
        .await;
    let counts = &reader.heard.counts;
    assert!(
        counts
            .iter()
            .skip_while(|count| **count == 0)
            .all(|count| *count > 0),
        "rows vanished: {counts:?}"
    );
}

async fn three_pods<'a>(bed: &'a Bed, stem: &str) -> (Space<'a>, Reader) {
    let space = Space::new(bed, stem).await;
    for name in ["one", "two", "three"] {
        space.still_pod(name, json!({})).await;
    }
    let mut reader = reader(bed, &space);
    reader.live().await;
    converges(&mut reader, &space).await;
    (space, reader)
}

async fn delete(space: &Space<'_>, name: &str) {
    let now = DeleteParams::default().grace_period(0);
    space.api::<Pod>().delete(name, &now).await.unwrap();
}

/// A killed server, with what another server of the same store did meanwhile.
#[tokio::test]
async fn killed_and_back() {
    let bed = Bed::alone("killed", &["api"]);
    let (space, mut reader) = three_pods(&bed, "killed").await;
    let before = told(&reader.heard);

    bed.part("kill", &["apiserver"]);
    reader
        .until("that nobody is there", |heard| {
            all_failed(heard, TroubleKind::Unreachable)
        })
        .await;
    assert_eq!(told(&reader.heard), before, "the rows stay");
    let Some(Link::Failed { retry_at, .. }) = reader.heard.links.get(&SourceId::Pods) else {
        panic!("a failed link");
    };
    assert!(retry_at.is_some());
    // As another server of this store would have it: a pod goes that nobody here is told of.
    bed.etcdctl(&["del", &format!("/registry/pods/{}/two", space.name)]);
    bed.part("start", &["apiserver"]);
    // Nothing of this is heard of before the source comes back: it runs on this very thread.
    bed.kubectl(
        User::Admin,
        &["-n", &space.name, "delete", "pod", "three", "--now"],
    );
    space.still_pod("four", json!({})).await;
    // One of the same name is another pod: no row of the old one is left beside it.
    space.still_pod("two", json!({})).await;
    converges(&mut reader, &space).await;
    assert_eq!(reader.heard.pod_names(), names(&["one", "two", "four"]));
    // And it goes on.
    delete(&space, "one").await;
    converges(&mut reader, &space).await;
}

/// A frozen server takes connections and never answers.
#[tokio::test]
async fn a_server_that_accepts_and_never_answers() {
    let bed = Bed::alone("frozen", &["api"]);
    let (space, mut reader) = three_pods(&bed, "frozen").await;
    let before = told(&reader.heard);

    bed.part("freeze", &["apiserver"]);
    let frozen = Instant::now();
    reader
        .until("that it is silent", |heard| {
            all_failed(heard, TroubleKind::TimedOut)
        })
        .await;
    // As long as it may be silent, then as long as an answer may take; the rest is a machine under load.
    let limit = 2 * timeouts().answer + Duration::from_secs(6);
    assert!(frozen.elapsed() < limit, "{:?}", frozen.elapsed());
    assert_eq!(told(&reader.heard), before, "the rows stay");
    // One that comes now says so too, and has nothing to show.
    let mut late = self::reader(&bed, &space);
    late.until("that it is silent", |heard| {
        heard
            .failed(SourceId::Pods)
            .is_some_and(|why| why.kind == TroubleKind::TimedOut)
    })
    .await;
    assert_eq!(late.heard.pods.len(), 0);
    assert!(!late.heard.is_live(SourceId::Pods));

    bed.part("thaw", &["apiserver"]);
    converges(&mut late, &space).await;
    delete(&space, "two").await;
    converges(&mut reader, &space).await;
    converges(&mut late, &space).await;
}

/// History thrown away: the server answers 410 to a version that is gone, at a watch and in the middle of a list.
#[tokio::test]
async fn a_compacted_store() {
    let bed = Bed::alone("compacted", &["api"]);
    let (space, mut reader) = three_pods(&bed, "compacted").await;

    let page = space
        .api::<Pod>()
        .list(&ListParams::default().limit(1))
        .await
        .unwrap();
    let token = page.metadata.continue_.expect("there is another page");

    // The reader's version is older than all that the server knows once it is back.
    bed.part("kill", &["apiserver"]);
    reader
        .until("that nobody is there", |heard| {
            all_failed(heard, TroubleKind::Unreachable)
        })
        .await;
    bed.etcdctl(&["del", &format!("/registry/pods/{}/two", space.name)]);
    bed.compact();
    bed.part("start", &["apiserver"]);
    converges(&mut reader, &space).await;
    assert_eq!(reader.heard.pod_names(), names(&["one", "three"]));
    let expired = |failure: &&(SourceId, TroubleKind)| {
        !matches!(failure.1, TroubleKind::Unreachable | TroubleKind::TimedOut)
    };
    assert_eq!(reader.heard.failures.iter().find(expired), None);

    // Pages: the rest of a list is as old as its first page.
    let next = space
        .api::<Pod>()
        .list(&ListParams::default().limit(1).continue_token(&token))
        .await;
    let gone = matches!(&next, Err(kube::Error::Api(status)) if status.code == 410);
    assert!(gone, "{next:?}");
    space.still_pod("four", json!({})).await;
    bed.compact();
    converges(&mut reader, &space).await;
    // With pages of one: whoever starts now reads them whole, whatever was thrown away before.
    let options = KubeOptions {
        kubeconfig: Some(bed.kubeconfig(User::Viewer)),
        timeouts: timeouts(),
        page: Some(1),
        ..KubeOptions::default()
    };
    let mut paged = Reader::with(options, Namespaces::Some(vec![space.name.clone()]));
    converges(&mut paged, &space).await;

    drop(space);
    watches::a_version_too_old_is_gone(&kube(bed)).await;
}

/// A server that knows no streaming lists, as old ones.
#[tokio::test]
async fn streaming_lists_refused() {
    let refuse = [("QDBED_APISERVER", "--feature-gates=WatchList=false")];
    let bed = Bed::alone_with("no-streams", &["api"], &refuse);
    let path = "/api/v1/pods?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan\
                &allowWatchBookmarks=true&timeoutSeconds=1";
    let mut raw = bed.kubectl_command(User::Admin);
    let said = raw.args(["get", "--raw", path]).output().unwrap();
    assert!(!said.status.success(), "the server does stream lists");
    let (space, mut reader) = three_pods(&bed, "no-streams").await;
    delete(&space, "two").await;
    space.still_pod("four", json!({})).await;
    converges(&mut reader, &space).await;
    assert_eq!(reader.heard.failures, []);
}
