use http::StatusCode;
use k8s_openapi::api::core::v1::Event;
use quarterdeck::domain::{
    freshness::{Link, SourceId, TroubleKind},
    pod_detail::{ContainerKind, PodKey},
    question::{Answer, Question},
    usage::UsageQuestion,
};
use quarterdeck::{sim::server::NetFault, sources::kubernetes::Ask};
use serde_json::json;

use super::bench::{Bench, names};

fn key_of(bench: &Bench, name: &str) -> PodKey {
    let row = bench
        .heard
        .pods
        .values()
        .find(|row| &*row.name == name)
        .unwrap();
    PodKey {
        namespace: row.namespace.to_string(),
        name: row.name.to_string(),
        uid: row.uid.clone(),
    }
}

#[tokio::test]
async fn a_pod_is_told_in_full() {
    let mut bench = Bench::live(&["one"]).await;
    let key = key_of(&bench, "one");
    let _: Event = bench
        .create(
            "a",
            json!({
                "metadata": {"name": "one.1"}, "type": "Warning", "reason": "Unhealthy", "message": "probe failed",
                "involvedObject": {"kind": "Pod", "name": "one", "namespace": "a", "uid": key.uid.as_str()},
                "lastTimestamp": "2026-03-01T12:00:00Z",
            }),
        )
        .await;
    bench.asks.send(Ask::Detail(key.clone())).await.unwrap();
    bench
        .until("the detail", |heard| !heard.details.is_empty())
        .await;
    let (told, detail) = &bench.heard.details[0];
    let detail = detail.as_ref().unwrap();
    assert_eq!(told, &key);
    assert_eq!(detail.containers[0].image, "lookup:1");
    assert_eq!(detail.containers[0].kind, ContainerKind::Main);
    let events = detail.events.as_ref().unwrap();
    assert!(events.iter().any(|row| row.message == "probe failed"));
}

#[tokio::test]
async fn another_pod_of_the_same_name_is_not_taken_for_it() {
    let mut bench = Bench::live(&["one"]).await;
    let mut key = key_of(&bench, "one");
    key.uid = "someone-else".into();
    bench.asks.send(Ask::Detail(key)).await.unwrap();
    bench
        .until("the answer", |heard| !heard.details.is_empty())
        .await;
    let why = bench.heard.details[0].1.as_ref().unwrap_err();
    assert_eq!(why.kind, TroubleKind::Absent);
}

#[tokio::test]
async fn a_hung_question_holds_nothing_up() {
    let mut bench = Bench::live(&["one"]).await;
    let key = key_of(&bench, "one");
    bench
        .faults()
        .strike_at("/namespaces/a/pods/one", NetFault::Hang);
    bench.asks.send(Ask::Detail(key)).await.unwrap();
    bench.create_pod("a", "two").await;
    bench
        .until("the watch to go on", |heard| {
            heard.pod_names() == names(&["one", "two"])
        })
        .await;
    bench
        .until("the answer", |heard| !heard.details.is_empty())
        .await;
    let why = bench.heard.details[0].1.as_ref().unwrap_err();
    assert_eq!(why.kind, TroubleKind::TimedOut);
    assert!(bench.heard.is_live(SourceId::Pods));
}

#[tokio::test]
async fn a_cluster_without_metrics_is_no_failure() {
    let mut bench = Bench::live(&["one"]).await;
    let key = key_of(&bench, "one");
    bench
        .faults()
        .strike_at("metrics.k8s.io", NetFault::status(StatusCode::NOT_FOUND));
    bench.asks.send(Ask::Usage(vec![key])).await.unwrap();
    bench
        .until("the absence", |heard| {
            heard.links.get(&SourceId::PodMetrics) == Some(&Link::Absent)
        })
        .await;
    assert_eq!(bench.heard.usage, []);
}

#[tokio::test]
async fn a_pod_that_may_not_be_read_is_left_out_of_the_usage() {
    let mut bench = Bench::live(&["one", "two"]).await;
    let keys = vec![key_of(&bench, "one"), key_of(&bench, "two")];
    let denied = || NetFault::status(StatusCode::FORBIDDEN);
    bench
        .faults()
        .strike_at("/api/v1/namespaces/a/pods/one", denied());
    for request in [1, 2] {
        let question = Question::Usage(UsageQuestion {
            pods: keys.clone(),
            known: Vec::new(),
        });
        bench
            .asks
            .send(Ask::Question { request, question })
            .await
            .unwrap();
        bench
            .until("the answer", |heard| {
                heard.told.iter().any(|(asked, _)| *asked == request)
            })
            .await;
        // Where none can be read there is nothing to leave out.
        bench
            .faults()
            .strike_at("/api/v1/namespaces/a/pods/two", denied());
    }
    let Ok(Answer::Usage(sight)) = &bench.heard.told[0].1 else {
        panic!("{:?}", bench.heard.told);
    };
    let uids: Vec<_> = sight.pods.iter().map(|pod| &pod.uid).collect();
    assert_eq!(uids, [&keys[1].uid]);
    let left_out = sight.left_out.as_ref().unwrap();
    assert_eq!(
        (left_out.pods, left_out.why.kind),
        (1, TroubleKind::Forbidden)
    );
    let why = bench.heard.told[1].1.as_ref().unwrap_err();
    assert_eq!(why.kind, TroubleKind::Forbidden);
}
