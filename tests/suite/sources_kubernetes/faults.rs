use std::time::Duration;

use http::StatusCode;
use quarterdeck::domain::{
    desk::Namespaces,
    freshness::{Link, SourceId, TroubleKind},
};
use quarterdeck::sim::server::NetFault;

use super::bench::{Bench, names};

/// The path that only the source asks: others name a namespace.
const WATCHED: &str = "/api/v1/pods";

/// Breaks the pods' watch with `fault`, changes the cluster behind its back, heals, and expects the truth.
async fn survives(fault: NetFault, kind: TroubleKind) {
    let mut bench = Bench::live(&["one", "two"]).await;
    bench.faults().strike_at(WATCHED, fault);
    bench.faults().cut_connections();
    bench
        .until("the failure", |heard| {
            heard
                .failed(SourceId::Pods)
                .is_some_and(|why| why.kind == kind)
        })
        .await;
    let Some(Link::Failed { retry_at, .. }) = bench.heard.links.get(&SourceId::Pods) else {
        panic!("a failed link");
    };
    assert!(retry_at.is_some());
    assert_eq!(bench.heard.pod_names(), names(&["one", "two"]));
    bench.delete_pod("a", "one").await;
    bench.create_pod("a", "three").await;
    assert_eq!(bench.heard.pod_names(), names(&["one", "two"]));
    bench.faults().heal();
    bench
        .until("the truth", |heard| {
            heard.is_live(SourceId::Pods) && heard.pod_names() == names(&["three", "two"])
        })
        .await;
    assert!(
        bench.heard.counts.iter().all(|count| *count > 0),
        "rows vanished: {:?}",
        bench.heard.counts
    );
}

fn status(code: StatusCode) -> NetFault {
    NetFault::status(code)
}

#[tokio::test]
async fn a_server_that_hangs() {
    survives(NetFault::Hang, TroubleKind::TimedOut).await;
}

#[tokio::test]
async fn a_server_that_hangs_up() {
    survives(NetFault::Drop, TroubleKind::Unreachable).await;
}

#[tokio::test]
async fn garbage() {
    survives(NetFault::Garbage, TroubleKind::NotTheApi).await;
}

#[tokio::test]
async fn the_page_of_a_login_proxy() {
    survives(NetFault::Html, TroubleKind::NotTheApi).await;
}

#[tokio::test]
async fn a_revoked_token() {
    survives(status(StatusCode::UNAUTHORIZED), TroubleKind::Unauthorized).await;
}

#[tokio::test]
async fn a_lost_right() {
    survives(status(StatusCode::FORBIDDEN), TroubleKind::Forbidden).await;
}

#[tokio::test]
async fn a_server_error() {
    let fault = status(StatusCode::INTERNAL_SERVER_ERROR);
    survives(fault, TroubleKind::ServerError).await;
}

#[tokio::test]
async fn a_throttled_client_waits_as_long_as_it_is_told() {
    let mut bench = Bench::live(&["one"]).await;
    let fault = NetFault::Status {
        code: StatusCode::TOO_MANY_REQUESTS,
        retry_after: Some(60),
    };
    bench.faults().strike_at(WATCHED, fault);
    bench.faults().cut_connections();
    bench
        .until("the refusal", |heard| {
            heard
                .failed(SourceId::Pods)
                .is_some_and(|why| why.kind == TroubleKind::Throttled)
        })
        .await;
    let Some(Link::Failed {
        since, retry_at, ..
    }) = bench.heard.links.get(&SourceId::Pods)
    else {
        panic!("a failed link");
    };
    let wait = retry_at.unwrap().duration_since(*since);
    assert!(wait.as_secs() >= 60, "{wait:?}");
}

#[tokio::test]
async fn an_expired_watch_lists_again_and_nobody_notices() {
    let mut bench = Bench::live(&["one", "two"]).await;
    bench.faults().expire_watches();
    bench.cluster.compact();
    bench.delete_pod("a", "two").await;
    bench.create_pod("a", "three").await;
    bench
        .until("the truth", |heard| {
            heard.pod_names() == names(&["one", "three"])
        })
        .await;
    assert_eq!(bench.heard.failures, []);
}

#[tokio::test]
async fn cut_connections_are_taken_up_again() {
    let mut bench = Bench::live(&["one"]).await;
    bench.faults().cut_connections();
    bench.create_pod("a", "two").await;
    bench
        .until("the new pod", |heard| {
            heard.is_live(SourceId::Pods) && heard.pod_names() == names(&["one", "two"])
        })
        .await;
}

#[tokio::test]
async fn a_server_that_dies_and_comes_back_leaves_no_ghost() {
    let mut bench = Bench::live(&["one", "two"]).await;
    bench.kill().await;
    bench
        .until("all links to fail", |heard| {
            [
                SourceId::Pods,
                SourceId::Nodes,
                SourceId::Events,
                SourceId::Workloads,
            ]
            .into_iter()
            .all(|source| {
                heard
                    .failed(source)
                    .is_some_and(|why| why.kind == TroubleKind::Unreachable)
            })
        })
        .await;
    assert_eq!(bench.heard.pod_names(), names(&["one", "two"]));
    bench.cluster.compact();
    bench.revive().await;
    bench.delete_pod("a", "one").await;
    bench
        .until("the truth", |heard| {
            heard.pod_names() == names(&["two"])
                && [
                    SourceId::Pods,
                    SourceId::Nodes,
                    SourceId::Events,
                    SourceId::Workloads,
                ]
                .into_iter()
                .all(|source| heard.is_live(source))
        })
        .await;
    assert!(bench.heard.counts.iter().all(|count| *count > 0));
}

#[tokio::test]
async fn an_idle_watch_that_was_lost_is_live_again_without_a_change() {
    let mut bench = Bench::live(&["one"]).await;
    bench.kill().await;
    bench
        .until("the failure", |heard| {
            heard.failed(SourceId::Pods).is_some()
        })
        .await;
    bench.revive().await;
    bench
        .until("the link", |heard| heard.is_live(SourceId::Pods))
        .await;
    assert_eq!(bench.heard.pod_names(), names(&["one"]));
}

#[tokio::test]
async fn latency_below_the_limit_is_no_failure() {
    let mut bench = Bench::new().await;
    bench.create_pod("a", "one").await;
    bench.faults().set_latency(Some(Duration::from_millis(300)));
    bench.read(Namespaces::All);
    bench
        .until("the row", |heard| {
            heard.is_live(SourceId::Pods) && heard.pod_names() == names(&["one"])
        })
        .await;
    assert_eq!(bench.heard.failures, []);
}

#[tokio::test]
async fn a_kubeconfig_that_is_not_there_is_told_and_tried_again() {
    let mut bench = Bench::new().await;
    let mut options = bench.options();
    let right = options.kubeconfig.clone().unwrap();
    let wrong = right.with_file_name("other");
    options.kubeconfig = Some(wrong.clone());
    bench.read_with(options, Namespaces::All);
    bench
        .until("the reason", |heard| {
            heard
                .failed(SourceId::Pods)
                .is_some_and(|why| why.detail.contains("other"))
        })
        .await;
    std::fs::copy(right, wrong).unwrap();
    bench
        .until("the link", |heard| heard.is_live(SourceId::Pods))
        .await;
}

#[tokio::test]
async fn a_cluster_that_never_rests_is_told_truly_through_cuts_and_expiries() {
    use quarterdeck::sim::port::ClusterPort;

    let mut bench = Bench::new().await;
    let now = bench.cluster.clock().now();
    bench.cluster.fill("a", 600, now);
    bench.read(Namespaces::All);
    bench
        .until("the filler", |heard| heard.pods.len() == 600)
        .await;
    for round in 0..6_u32 {
        bench.cluster.churn(100, now);
        match round % 3 {
            0 => bench.faults().cut_connections(),
            1 => bench.faults().expire_watches(),
            _ => bench.cluster.compact(),
        }
        bench.create_pod("b", &format!("extra-{round}")).await;
        bench.cluster.churn(100, now);
        if round > 0 {
            bench.delete_pod("b", &format!("extra-{}", round - 1)).await;
        }
    }
    let api = kube::Api::<k8s_openapi::api::core::v1::Pod>::all(bench.admin().await);
    let list = api.list(&kube::api::ListParams::default()).await.unwrap();
    let restarts = |pod: &k8s_openapi::api::core::v1::Pod| -> i32 {
        let status = pod.status.as_ref();
        let containers = status.and_then(|it| it.container_statuses.as_ref());
        containers
            .into_iter()
            .flatten()
            .map(|it| it.restart_count)
            .sum()
    };
    let truth: std::collections::BTreeMap<String, i32> = list
        .items
        .iter()
        .map(|pod| (pod.metadata.name.clone().unwrap(), restarts(pod)))
        .collect();
    assert_eq!(truth.len(), 601);
    bench
        .until("the truth", |heard| {
            let told = heard.pods.values();
            let told: std::collections::BTreeMap<String, i32> = told
                .map(|row| (row.name.to_string(), i32::try_from(row.restarts).unwrap()))
                .collect();
            heard.is_live(SourceId::Pods) && told == truth
        })
        .await;
}
