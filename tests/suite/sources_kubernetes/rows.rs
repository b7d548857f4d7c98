use http::StatusCode;
use k8s_openapi::api::{
    apps::v1::Deployment,
    core::v1::{ConfigMap, Event},
};
use quarterdeck::domain::{
    change::What,
    desk::Namespaces,
    freshness::{Link, SourceId, TroubleKind},
    pod::Health,
};
use quarterdeck::sim::server::NetFault;
use serde_json::json;

use super::bench::{Bench, names};

#[tokio::test]
async fn an_empty_cluster_is_live_and_empty() {
    let bench = Bench::live(&[]).await;
    assert!(bench.heard.pods.is_empty());
    assert_eq!(bench.heard.failures, []);
}

#[tokio::test]
async fn rows_come_change_and_go() {
    let mut bench = Bench::live(&["one", "two"]).await;
    let key = bench.create_pod("a", "three").await;
    bench
        .until("the new pod", |heard| {
            heard.pod_names() == names(&["one", "three", "two"])
        })
        .await;
    bench
        .patch_status(
            &key,
            json!({"phase": "Running", "containerStatuses": [{
                "name": "main", "image": "lookup:1", "imageID": "", "ready": false, "restartCount": 3,
                "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled"}},
            }]}),
        )
        .await;
    let uid = key.uid.clone();
    bench
        .until("the crash loop", |heard| {
            heard.pods.get(&uid).is_some_and(|row| {
                &*row.status == "CrashLoopBackOff"
                    && row.health == Health::Sick
                    && row.restarts == 3
                    && row.last_death.as_deref() == Some("OOMKilled")
            })
        })
        .await;
    bench.delete_pod("a", "one").await;
    bench
        .until("the pod to go", |heard| {
            heard.pod_names() == names(&["three", "two"])
        })
        .await;
    assert_eq!(bench.heard.failures, []);
}

#[tokio::test]
async fn a_server_that_knows_no_protobuf_is_read_as_well() {
    let mut bench = Bench::new().await;
    bench.create_pod("a", "one").await;
    bench.create_pod("a", "two").await;
    bench.faults().speak_json_only(true);
    bench.read(Namespaces::All);
    bench
        .until("the list", |heard| {
            heard.is_live(SourceId::Pods) && heard.pod_names() == names(&["one", "two"])
        })
        .await;
    bench.create_pod("a", "three").await;
    bench.delete_pod("a", "one").await;
    bench
        .until("the changes", |heard| {
            heard.pod_names() == names(&["three", "two"])
        })
        .await;
    assert_eq!(bench.heard.failures, []);
}

#[tokio::test]
async fn more_pods_than_a_page_come_page_by_page() {
    let mut bench = Bench::new().await;
    let client = bench.admin().await;
    let api = kube::Api::<k8s_openapi::api::core::v1::Pod>::namespaced(client, "a");
    let parameters = kube::api::PostParams::default();
    let creates = (0..620).map(|number| {
        let pod = serde_json::from_value(json!({
            "metadata": {"name": format!("p{number}")},
            "spec": {"containers": [{"name": "main", "image": "x"}]},
        }));
        let (api, parameters) = (api.clone(), parameters.clone());
        async move { api.create(&parameters, &pod.unwrap()).await.unwrap() }
    });
    futures::StreamExt::buffer_unordered(futures::stream::iter(creates), 16)
        .for_each_done()
        .await;
    bench.read(Namespaces::All);
    bench
        .until("all pods", |heard| {
            heard.pods.len() == 620 && heard.is_live(SourceId::Pods)
        })
        .await;
    assert_eq!(bench.heard.failures, []);
}

/// Runs a stream to its end.
trait Drain {
    async fn for_each_done(self);
}

impl<S: futures::Stream> Drain for S {
    async fn for_each_done(self) {
        futures::StreamExt::for_each(self, |_| std::future::ready(())).await;
    }
}

#[tokio::test]
async fn a_denied_kind_leaves_the_others() {
    let mut bench = Bench::new().await;
    bench.create_pod("a", "one").await;
    bench
        .faults()
        .strike_at("/api/v1/nodes", NetFault::status(StatusCode::FORBIDDEN));
    bench.read(Namespaces::All);
    bench
        .until("pods without nodes", |heard| {
            let nodes = heard.failed(SourceId::Nodes);
            nodes.is_some_and(|why| why.kind == TroubleKind::Forbidden)
                && heard.is_live(SourceId::Pods)
                && heard.is_live(SourceId::Workloads)
                && heard.pod_names() == names(&["one"])
        })
        .await;
    bench.faults().heal();
    bench
        .until("nodes after all", |heard| heard.is_live(SourceId::Nodes))
        .await;
}

#[tokio::test]
async fn a_denied_namespace_leaves_the_others() {
    let mut bench = Bench::new().await;
    bench.create_pod("a", "one").await;
    bench.create_pod("b", "two").await;
    let denied = NetFault::status(StatusCode::FORBIDDEN);
    bench.faults().strike_at("/namespaces/b/pods", denied);
    bench.read(Namespaces::Some(vec!["a".into(), "b".into(), "a".into()]));
    bench
        .until("a partial answer", |heard| {
            matches!(heard.links.get(&SourceId::Pods), Some(Link::Partial { detail, .. }) if detail.starts_with("b: "))
                && heard.pod_names() == names(&["one"])
        })
        .await;
    bench.faults().heal();
    bench
        .until("both namespaces", |heard| {
            heard.is_live(SourceId::Pods) && heard.pod_names() == names(&["one", "two"])
        })
        .await;
}

#[tokio::test]
async fn no_namespace_named_means_that_of_the_context() {
    let mut bench = Bench::new().await;
    bench.create_pod("a", "one").await;
    bench.create_pod("b", "two").await;
    bench.read(Namespaces::Some(vec![]));
    bench
        .until("the context's namespace", |heard| {
            heard.is_live(SourceId::Pods) && heard.pod_names() == names(&["one"])
        })
        .await;
}

#[tokio::test]
async fn workloads_and_events_are_rows_too() {
    let mut bench = Bench::live(&[]).await;
    let _: Deployment = bench
        .create(
            "a",
            json!({
                "metadata": {"name": "lookup"},
                "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "lookup"}}, "template": {
                    "metadata": {"labels": {"app": "lookup"}},
                    "spec": {"containers": [{"name": "main", "image": "lookup:1"}]},
                }},
            }),
        )
        .await;
    let _: Event = bench
        .create(
            "a",
            json!({
                "metadata": {"name": "lookup.1"}, "type": "Warning", "reason": "BackOff", "message": "again",
                "involvedObject": {"kind": "Pod", "name": "lookup-1", "namespace": "a"},
                "lastTimestamp": "2026-03-01T12:00:00Z",
            }),
        )
        .await;
    bench
        .until("both rows", |heard| {
            let lookup = heard.workloads.values().any(|row| {
                &*row.key.name == "lookup" && row.desired == 3 && row.images == ["lookup:1"]
            });
            let again = heard
                .events
                .values()
                .any(|row| row.message == "again" && row.warning);
            lookup && again
        })
        .await;
}

#[tokio::test]
async fn a_config_that_was_written_is_on_the_time_line() {
    let mut bench = Bench::new().await;
    let _: ConfigMap = bench
        .create(
            "a",
            json!({"metadata": {"name": "limits"}, "data": {"max": "5"}}),
        )
        .await;
    bench.read(Namespaces::Some(vec!["a".into()]));
    bench
        .until("the change", |heard| {
            heard.changes.iter().any(|change| {
                matches!(&change.what, What::ConfigChanged { name, .. } if &**name == "limits")
            })
        })
        .await;
}
