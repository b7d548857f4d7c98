//! Descriptions, manifests, events and rollouts of objects of the embedded cluster.

use jiff::SignedDuration;
use k8s_openapi::api::{
    apps::v1::{DaemonSet, Deployment},
    core::v1::{ConfigMap, Event, Secret, Service},
};
use kube::{
    Api,
    api::{Patch, PatchParams},
};
use quarterdeck::domain::{
    description::{Block, Description, Label},
    desk::Namespaces,
    freshness::TroubleKind,
    object::{KindRef, ObjectKey},
    question::{Answer, Question},
    rollout::Revision,
};
use quarterdeck::sim::port::ClusterPort;
use serde_json::json;

use super::bench::Bench;

fn key(kind: KindRef, name: &str) -> ObjectKey {
    ObjectKey {
        namespace: kind.namespaced.then(|| "a".into()),
        kind,
        name: name.into(),
        uid: None,
    }
}

fn kind(kind: &str, plural: &str) -> KindRef {
    KindRef::new("", "v1", kind, plural, true)
}

fn deployment_kind() -> KindRef {
    KindRef::of_workload("Deployment").unwrap()
}

fn template(image: &str) -> serde_json::Value {
    json!({
        "metadata": {"labels": {"app": "api"}},
        "spec": {"containers": [{"name": "main", "image": image}]},
    })
}

/// Lets the controllers live through half a minute, which nobody has to wait for.
fn live_through(bench: &Bench) {
    let mut now = bench.cluster.clock().now();
    for _ in 0..30 {
        now += SignedDuration::from_secs(1);
        bench.cluster.step(now);
    }
}

async fn with_deployment(bench: &Bench) -> ObjectKey {
    let _: Deployment = bench
        .create(
            "a",
            json!({
                "metadata": {"name": "api", "annotations": {"kubernetes.io/change-cause": "first"}},
                "spec": {
                    "replicas": 2, "selector": {"matchLabels": {"app": "api"}}, "template": template("api:1"),
                },
            }),
        )
        .await;
    live_through(bench);
    key(deployment_kind(), "api")
}

fn tables(told: &Description, label: Label) -> usize {
    let found = told.blocks.iter().find_map(|block| match block {
        Block::Table { title, rows, .. } if *title == label => Some(rows.len()),
        _ => None,
    });
    found.unwrap_or(0)
}

async fn revisions(bench: &mut Bench, key: &ObjectKey) -> Vec<Revision> {
    match bench.ask(Question::Rollouts(key.clone())).await {
        Ok(Answer::Rollouts(revisions)) => revisions,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_deployment_is_described_with_its_sets_and_its_template() {
    let mut bench = Bench::new().await;
    bench.read(Namespaces::All);
    let key = with_deployment(&bench).await;
    bench.until("its pods", |heard| heard.pods.len() == 2).await;
    let answer = bench.ask(Question::Describe(key)).await;
    let Ok(Answer::Described(told)) = answer else {
        panic!("{answer:?}");
    };
    assert!(told.uid.is_some() && told.created.is_some());
    assert_eq!(tables(&told, Label::Replicas), 1);
    assert_eq!(tables(&told, Label::ReplicaSets), 1);
    let images: Vec<&str> = told
        .blocks
        .iter()
        .filter_map(|block| match block {
            Block::Containers(containers) => Some(containers),
            _ => None,
        })
        .flatten()
        .map(|container| container.image.as_str())
        .collect();
    assert_eq!(images, ["api:1"]);
    let events = told.blocks.iter().find_map(|block| match block {
        Block::Events(events) => Some(events),
        _ => None,
    });
    let events = events.unwrap().as_ref().unwrap();
    assert!(
        events.iter().any(|it| &*it.reason == "ScalingReplicaSet"),
        "{events:?}"
    );
}

#[tokio::test]
async fn each_rollout_is_a_revision_with_its_template() {
    let mut bench = Bench::new().await;
    bench.read(Namespaces::All);
    let key = with_deployment(&bench).await;
    bench.until("its pods", |heard| heard.pods.len() == 2).await;
    let api: Api<Deployment> = Api::namespaced(bench.admin().await, "a");
    let patch = Patch::Merge(json!({
        "metadata": {"annotations": {"kubernetes.io/change-cause": "second"}},
        "spec": {"template": {"spec": {"containers": [{"name": "main", "image": "api:2"}]}}},
    }));
    api.patch("api", &PatchParams::default(), &patch)
        .await
        .unwrap();
    live_through(&bench);
    bench
        .until("the second revision", |heard| {
            let mut rows = heard.workloads.values();
            rows.any(|row| row.revision == Some(2))
        })
        .await;
    let told = revisions(&mut bench, &key).await;
    let numbers: Vec<(u64, bool)> = told.iter().map(|it| (it.number, it.current)).collect();
    assert_eq!(numbers, [(2, true), (1, false)]);
    assert_eq!(told[0].images, ["api:2"]);
    assert_eq!(told[1].images, ["api:1"]);
    assert_eq!(told[0].cause.as_deref(), Some("second"));
    assert!(!told[1].template.to_string().contains("pod-template-hash"));
}

#[tokio::test]
async fn a_daemon_set_has_revisions_too_and_a_pod_has_none() {
    let mut bench = Bench::live(&["one"]).await;
    let _: DaemonSet = bench
        .create(
            "a",
            json!({
                "metadata": {"name": "agent"},
                "spec": {"selector": {"matchLabels": {"app": "api"}}, "template": template("agent:1")},
            }),
        )
        .await;
    live_through(&bench);
    bench
        .until("the set", |heard| {
            heard
                .workloads
                .values()
                .any(|row| &*row.key.name == "agent" && row.observed)
        })
        .await;
    let agent = key(KindRef::of_workload("DaemonSet").unwrap(), "agent");
    let told = revisions(&mut bench, &agent).await;
    assert_eq!(told.len(), 1);
    assert!(told[0].current, "{told:?}");
    let pod = key(KindRef::pods(), "one");
    let why = bench.ask(Question::Rollouts(pod)).await.unwrap_err();
    assert_eq!(why.kind, TroubleKind::BadQuestion);
}

#[tokio::test]
async fn a_secret_leaves_the_source_masked() {
    let mut bench = Bench::live(&[]).await;
    let copy = json!({"kind": "Secret", "data": {"password": "aHVudGVyMg=="}}).to_string();
    let _: Secret = bench
        .create(
            "a",
            json!({
                "metadata": {"name": "db", "annotations": {"kubectl.kubernetes.io/last-applied-configuration": copy}},
                "data": {"password": "aHVudGVyMg=="},
            }),
        )
        .await;
    let secret = key(kind("Secret", "secrets"), "db");
    for question in [
        Question::Manifest(secret.clone()),
        Question::Describe(secret.clone()),
    ] {
        let answer = bench.ask(question).await.unwrap();
        let told = format!("{answer:?}");
        assert!(
            !told.contains("aHVudGVyMg") && !told.contains("hunter2"),
            "{told}"
        );
        assert!(told.contains("password"), "{told}");
    }
    let Ok(Answer::Manifest(manifest)) = bench.ask(Question::Manifest(secret)).await else {
        panic!("no manifest");
    };
    assert_eq!(manifest.object["data"]["password"], "••• (7 bytes)");
}

#[tokio::test]
async fn a_text_too_long_for_a_screen_is_cut_and_counted() {
    let mut bench = Bench::live(&[]).await;
    let _: ConfigMap = bench
        .create(
            "a",
            json!({"metadata": {"name": "big"}, "data": {"all": "x".repeat(300_000), "small": "y"}}),
        )
        .await;
    let big = key(kind("ConfigMap", "configmaps"), "big");
    let answer = bench.ask(Question::Manifest(big)).await;
    let Ok(Answer::Manifest(manifest)) = answer else {
        panic!("no manifest");
    };
    assert_eq!(manifest.cut, 300_000 - 64 * 1024);
    assert_eq!(manifest.object["data"]["small"], "y");
}

#[tokio::test]
async fn what_is_gone_or_another_is_absent() {
    let mut bench = Bench::live(&["one"]).await;
    let nobody = key(KindRef::pods(), "nobody");
    let why = bench.ask(Question::Manifest(nobody)).await.unwrap_err();
    assert_eq!(why.kind, TroubleKind::Absent);
    let mut other = key(KindRef::pods(), "one");
    other.uid = Some("someone-else".into());
    let why = bench.ask(Question::Describe(other)).await.unwrap_err();
    assert_eq!(why.kind, TroubleKind::Absent);
    assert!(why.detail.contains("another one"), "{why:?}");
}

#[tokio::test]
async fn a_service_says_that_its_endpoints_cannot_be_read() {
    let mut bench = Bench::live(&[]).await;
    let _: Service = bench
        .create(
            "a",
            json!({
                "metadata": {"name": "api"},
                "spec": {"selector": {"app": "api"}, "ports": [{"port": 80, "targetPort": "http"}]},
            }),
        )
        .await;
    let answer = bench
        .ask(Question::Describe(key(kind("Service", "services"), "api")))
        .await;
    let Ok(Answer::Described(told)) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(tables(&told, Label::Ports), 1);
    // The embedded cluster has no endpoint slices: the rest of the description stands without them.
    let unread = told.blocks.iter().any(|block| {
        matches!(block, Block::Unread { title: Label::Endpoints, trouble } if trouble.kind == TroubleKind::Absent)
    });
    assert!(unread, "{told:?}");
}

#[tokio::test]
async fn events_of_a_namespace_come_newest_first() {
    let mut bench = Bench::live(&["one"]).await;
    for (name, at) in [
        ("early", "2026-03-01T12:00:00Z"),
        ("late", "2027-03-01T13:00:00Z"),
    ] {
        let _: Event = bench
            .create(
                "a",
                json!({
                    "metadata": {"name": name}, "type": "Warning", "reason": name, "message": name,
                    "involvedObject": {"kind": "Pod", "name": "one", "namespace": "a"}, "lastTimestamp": at,
                }),
            )
            .await;
    }
    let answer = bench.ask(Question::EventsIn(Some("a".into()))).await;
    let Ok(Answer::Events(events)) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(&*events[0].reason, "late");
    assert!(events.windows(2).all(|two| two[0].last >= two[1].last));
    let elsewhere = bench.ask(Question::EventsIn(Some("b".into()))).await;
    assert_eq!(elsewhere, Ok(Answer::Events(Vec::new())));
}
