use futures::{StreamExt, TryStreamExt};
use http::{Request, StatusCode};
use k8s_openapi::api::apps::v1::ReplicaSet;
use k8s_openapi::api::core::v1::{Namespace, Node};
use kube::api::{DeleteParams, ListParams, WatchEvent, WatchParams};
use kube::{Api, ResourceExt};

use super::*;
use crate::sim::server::NetFault;

#[tokio::test]
async fn lists_select_and_page_over_a_stable_snapshot() {
    let served = Served::start().await;
    let at = served.web(7);
    let pods = served.pods();
    let all = pods.list(&ListParams::default()).await.unwrap();
    assert_eq!(all.items.len(), 7);
    let on_one = ListParams::default().fields("spec.nodeName=one,status.phase=Running");
    assert_eq!(pods.list(&on_one).await.unwrap().items.len(), 4);
    let none = ListParams::default().labels("app notin (web)");
    assert!(pods.list(&none).await.unwrap().items.is_empty());
    let refused = pods
        .list(&ListParams::default().fields("spec.color=red"))
        .await;
    assert_eq!(code(refused).0, 400);

    let first = pods.list(&ListParams::default().limit(3)).await.unwrap();
    assert_eq!(first.metadata.remaining_item_count, Some(4));
    served.cluster.scale(&at, 1, "test");
    served.pass(60);
    let token = first.metadata.continue_.clone().unwrap();
    let second = pods
        .list(&ListParams::default().limit(3).continue_token(&token))
        .await
        .unwrap();
    assert_eq!(second.items.len(), 3);
    assert_eq!(
        second.metadata.resource_version,
        first.metadata.resource_version
    );
    let token = second.metadata.continue_.clone().unwrap();
    let last = pods
        .list(&ListParams::default().limit(3).continue_token(&token))
        .await
        .unwrap();
    let names = |list: &kube::core::ObjectList<Pod>| -> Vec<String> {
        list.iter().map(ResourceExt::name_any).collect()
    };
    let paged = [names(&first), names(&second), names(&last)].concat();
    assert_eq!(paged, names(&all));
    assert_eq!(
        pods.list(&ListParams::default()).await.unwrap().items.len(),
        1
    );

    served.cluster.compact();
    let expired = pods
        .list(&ListParams::default().limit(3).continue_token(&token))
        .await;
    assert_eq!(code(expired).0, 410);
    served.tasks.finish().await;
}

#[tokio::test]
async fn a_watch_sees_changes_and_bookmarks() {
    let served = Served::start().await;
    let at = served.web(1);
    served
        .cluster
        .set_bookmark_interval(Duration::from_millis(30));
    let pods = served.pods();
    let version = pods
        .list(&ListParams::default())
        .await
        .unwrap()
        .metadata
        .resource_version
        .unwrap();
    let watch = pods
        .watch(&WatchParams::default().labels("app=web"), &version)
        .await
        .unwrap();
    let mut watch = watch.boxed();
    served.cluster.scale(&at, 2, "test");
    served.pass(30);
    let mut last = String::new();
    let mut ready = false;
    while !ready || last.is_empty() {
        match watch.try_next().await.unwrap().unwrap() {
            WatchEvent::Modified(pod) => {
                let conditions = pod.status.unwrap().conditions.unwrap_or_default();
                ready |= conditions
                    .iter()
                    .any(|c| c.type_ == "Ready" && c.status == "True");
            }
            WatchEvent::Bookmark(bookmark) => last = bookmark.metadata.resource_version,
            WatchEvent::Added(pod) => assert!(pod.name_any().starts_with("web-")),
            other => panic!("{other:?}"),
        }
    }
    let version: u64 = version.parse().unwrap();
    assert!(last.parse::<u64>().unwrap() > version);
    served.cluster.scale(&at, 0, "test");
    served.pass(30);
    let mut gone = 0;
    while gone < 2 {
        if let WatchEvent::Deleted(pod) = watch.try_next().await.unwrap().unwrap() {
            assert!(pod.resource_version().unwrap().parse::<u64>().unwrap() > version);
            gone += 1;
        }
    }
    served.tasks.finish().await;
}

#[tokio::test]
async fn a_version_that_the_log_forgot_is_gone() {
    let served = Served::start().await;
    served.web(2);
    let pods = served.pods();
    let first = |version: &'static str| {
        let pods = pods.clone();
        async move {
            let watch = pods.watch(&WatchParams::default(), version).await.unwrap();
            watch.boxed().try_next().await.unwrap().unwrap()
        }
    };
    let expired = |event: WatchEvent<Pod>| match event {
        WatchEvent::Error(status) => {
            assert_eq!((status.code, status.reason.as_str()), (410, "Expired"));
        }
        other => panic!("{other:?}"),
    };
    served.cluster.compact();
    expired(first("1001").await);
    let now = pods
        .list(&ListParams::default())
        .await
        .unwrap()
        .metadata
        .resource_version
        .unwrap();
    let watch = pods.watch(&WatchParams::default(), &now).await.unwrap();
    served.cluster.faults().expire_watches();
    expired(watch.boxed().try_next().await.unwrap().unwrap());
    served.tasks.finish().await;
}

#[tokio::test]
async fn a_streaming_list_ends_with_its_bookmark() {
    let served = Served::start().await;
    served.web(3);
    let pods = served.pods();
    let params = WatchParams::default().initial_events();
    let mut watch = pods.watch(&params, "0").await.unwrap().boxed();
    let mut added = 0;
    loop {
        match watch.try_next().await.unwrap().unwrap() {
            WatchEvent::Added(_) => added += 1,
            WatchEvent::Bookmark(bookmark) => {
                assert_eq!(
                    bookmark.metadata.annotations["k8s.io/initial-events-end"],
                    "true"
                );
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(added, 3);
    served.cluster.faults().refuse_streaming_lists(true);
    assert_eq!(code(pods.watch(&params, "0").await.map(|_| ())).0, 422);
    served.tasks.finish().await;
}

#[tokio::test]
async fn users_get_what_they_may() {
    let served = Served::start().await;
    let nodes: Api<Node> = Api::all(served.client("viewer"));
    assert_eq!(
        nodes
            .list(&ListParams::default())
            .await
            .unwrap()
            .items
            .len(),
        2
    );
    let (status, message) = code(nodes.delete("one", &DeleteParams::default()).await);
    assert_eq!(status, 403);
    assert_eq!(
        message,
        "nodes \"one\" is forbidden: User \"viewer\" cannot delete resource \"nodes\" in API group \"\" at the cluster scope"
    );
    let spaces: Api<Namespace> = Api::all(served.client("nobody"));
    assert_eq!(code(spaces.list(&ListParams::default()).await).0, 403);
    let stranger: Api<Namespace> = Api::all(served.client("stranger"));
    assert_eq!(code(stranger.list(&ListParams::default()).await).0, 401);
    let uid = Api::<Namespace>::all(served.client("demo"))
        .get("kube-system")
        .await
        .unwrap();
    assert_eq!(uid.uid().unwrap(), served.cluster.uid());
    served.tasks.finish().await;
}

#[tokio::test]
async fn an_overloaded_server_says_when_to_come_back() {
    let served = Served::start().await;
    let fault = NetFault::Status {
        code: StatusCode::TOO_MANY_REQUESTS,
        retry_after: Some(3),
    };
    served.cluster.faults().strike_at("/pods", fault);
    assert_eq!(
        code(served.pods().list(&ListParams::default()).await).0,
        429
    );
    served.cluster.faults().heal();
    assert!(served.pods().list(&ListParams::default()).await.is_ok());
    served.tasks.finish().await;
}

#[tokio::test]
async fn tables_and_media_types() {
    let served = Served::start().await;
    served.web(1);
    let client = served.client("demo");
    let ask = |accept: &str| {
        let request = Request::get("/api/v1/namespaces/shop/pods").header("accept", accept);
        client.request_text(request.body(Vec::new()).unwrap())
    };
    let table = ask("application/json;as=Table;v=v1;g=meta.k8s.io,application/json")
        .await
        .unwrap();
    let table: serde_json::Value = serde_json::from_str(&table).unwrap();
    assert_eq!(table["kind"], "Table");
    let cells = &table["rows"][0]["cells"];
    assert_eq!(
        (cells[1].as_str(), cells[2].as_str()),
        (Some("1/1"), Some("Running"))
    );
    assert_eq!(table["rows"][0]["object"]["kind"], "PartialObjectMetadata");
    let refused = ask("application/yaml").await;
    assert_eq!(code(refused).0, 406);
    served.tasks.finish().await;
}

#[tokio::test]
async fn filler_pods_are_listed_and_churned() {
    let served = Served::start().await;
    let now = served.cluster.clock().now();
    served.cluster.fill("filler", 120, now);
    let pods: Api<Pod> = Api::namespaced(served.client("demo"), "filler");
    let list = pods.list(&ListParams::default()).await.unwrap();
    assert_eq!(list.items.len(), 120);
    let sets: Api<ReplicaSet> = Api::namespaced(served.client("demo"), "filler");
    let sets = sets.list(&ListParams::default()).await.unwrap();
    assert_eq!(sets.items.len(), 3);
    // What was always there is no change of the last hour.
    let created = sets.items[0].metadata.creation_timestamp.clone().unwrap();
    assert!(now.duration_since(created.0).as_hours() >= 2);
    assert_eq!(list.items[0].metadata.creation_timestamp, Some(created));
    let size = serde_json::to_string(&list.items[0]).unwrap().len();
    assert!((5_000..9_000).contains(&size), "{size}");
    let version = list.metadata.resource_version.unwrap();
    let mut watch = pods
        .watch(&WatchParams::default(), &version)
        .await
        .unwrap()
        .boxed();
    served.cluster.churn(20, now);
    for _ in 0..20 {
        let event = watch.try_next().await.unwrap().unwrap();
        assert!(matches!(event, WatchEvent::Modified(_)), "{event:?}");
    }
    served.tasks.finish().await;
}
