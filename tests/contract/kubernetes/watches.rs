//! Watches: order, bookmarks, streaming lists, and their ends.

use serde_json::{Value, json};

use super::{Kube, name_of, version_of};

pub async fn changes_come_in_order(kube: &Kube) {
    let space = kube.namespace("watch").await;
    let maps = space.core("configmaps");
    let list = kube.get(&maps).await.expect(200);
    let path = format!(
        "{maps}?watch=1&labelSelector=of%3Dcontract&resourceVersion={}",
        version_of(&list)
    );
    let mut watch = kube.watch(&path).await;
    space.config_map("one").await;
    let one = format!("{maps}/one");
    kube.patch(&one, "merge", &json!({"data": {"a": "2"}}))
        .await
        .expect(200);
    kube.delete(&one, &json!({})).await.expect(200);
    let mut seen = Vec::new();
    let mut versions = Vec::new();
    for _ in 0..3 {
        let (kind, object) = watch.event().await.unwrap();
        assert_eq!(object["kind"], "ConfigMap");
        assert_eq!(object["apiVersion"], "v1");
        versions.push(version_of(&object).parse::<u64>().unwrap());
        seen.push((kind, object["data"]["a"].as_str().unwrap().to_owned()));
    }
    let wanted = [("ADDED", "1"), ("MODIFIED", "2"), ("DELETED", "2")]
        .map(|(kind, a)| (kind.to_owned(), a.to_owned()));
    assert_eq!(seen, wanted);
    assert!(versions.is_sorted_by(|a, b| a < b), "{versions:?}");
    // What leaves a selector is deleted for who watches by it.
    space.config_map("two").await;
    let two = format!("{maps}/two");
    kube.patch(&two, "merge", &json!({"metadata": {"labels": null}}))
        .await
        .expect(200);
    let kinds = [
        watch.event().await.unwrap().0,
        watch.event().await.unwrap().0,
    ];
    assert_eq!(kinds, ["ADDED", "DELETED"]);
    space.end().await;
}

pub async fn a_streaming_list_ends_with_a_bookmark(kube: &Kube) {
    let space = kube.namespace("streaming").await;
    for name in ["one", "two"] {
        space.config_map(name).await;
    }
    let path = format!(
        "{}?watch=1&labelSelector=of%3Dcontract&sendInitialEvents=true\
         &resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true",
        space.core("configmaps")
    );
    let mut watch = kube.watch(&path).await;
    assert_eq!(watch.status.as_u16(), 200);
    let mut names = Vec::new();
    for _ in 0..2 {
        let (kind, object) = watch.event().await.unwrap();
        assert_eq!(kind, "ADDED");
        names.push(name_of(&object).to_owned());
    }
    assert_eq!(names, ["one", "two"]);
    let (kind, bookmark) = watch.event().await.unwrap();
    assert_eq!(kind, "BOOKMARK");
    assert_eq!(bookmark["kind"], "ConfigMap");
    assert_eq!(
        bookmark["metadata"]["annotations"]["k8s.io/initial-events-end"],
        "true"
    );
    assert!(version_of(&bookmark).parse::<u64>().unwrap() > 0);
    // And it goes on as a watch.
    space.config_map("three").await;
    let (kind, object) = watch.event().await.unwrap();
    assert_eq!((kind.as_str(), name_of(&object)), ("ADDED", "three"));
    // It wants the match to be said.
    let unsaid = format!(
        "{}?watch=1&sendInitialEvents=true",
        space.core("configmaps")
    );
    let (reason, _) = kube.get(&unsaid).await.refused(422);
    assert_eq!(reason, "Invalid");
    space.end().await;
}

pub async fn bookmarks_come_when_asked(kube: &Kube) {
    let space = kube.namespace("bookmarks").await;
    let maps = space.core("configmaps");
    let version = version_of(&kube.get(&maps).await.expect(200));
    // A server sends one shortly before the watch ends, as well as it can: now and then one misses it.
    let path = format!(
        "{maps}?watch=1&resourceVersion={version}&allowWatchBookmarks=true&timeoutSeconds=6"
    );
    let mut object = Value::Null;
    for _ in 0..5 {
        let mut watch = kube.watch(&path).await;
        while let Some((kind, told)) = watch.event().await {
            if kind == "BOOKMARK" {
                object = told;
            }
        }
        if !object.is_null() {
            break;
        }
    }
    assert_eq!(object["kind"], "ConfigMap");
    let told = version_of(&object).parse::<u64>().unwrap();
    assert!(told >= version.parse().unwrap());
    space.end().await;
}

pub async fn a_version_too_old_is_gone(kube: &Kube) {
    let mut watch = kube
        .watch("/api/v1/configmaps?watch=1&resourceVersion=1")
        .await;
    assert_eq!(watch.status.as_u16(), 200);
    let (kind, status) = watch.event().await.unwrap();
    assert_eq!(kind, "ERROR");
    assert_eq!(status["kind"], "Status");
    assert_eq!(status["code"], 410);
    assert_eq!(status["reason"], "Expired");
    let message = status["message"].as_str().unwrap();
    assert!(
        message.starts_with("too old resource version: 1 ("),
        "{message}"
    );
    assert_eq!(watch.event().await, None);
}

pub async fn a_watch_ends_when_it_was_to_end(kube: &Kube) {
    let version = version_of(&kube.get("/api/v1/namespaces").await.expect(200));
    let path = format!(
        "/api/v1/namespaces?watch=1&resourceVersion={version}&timeoutSeconds=1\
         &fieldSelector=metadata.name%3Dnone"
    );
    let mut watch = kube.watch(&path).await;
    assert_eq!(watch.event().await, None);
}

pub async fn a_deleted_object_comes_as_it_last_was(kube: &Kube) {
    let space = kube.namespace("deleted").await;
    let pod = space.waiting_pod("one", &["main"]).await;
    let pods = space.core("pods");
    let path = format!("{pods}?watch=1&resourceVersion={}", version_of(&pod));
    let mut watch = kube.watch(&path).await;
    kube.delete(&format!("{pods}/one"), &json!({"gracePeriodSeconds": 0}))
        .await
        .expect(200);
    let last = watch.until(|kind, _| kind == "DELETED").await;
    assert_eq!(last["metadata"]["uid"], pod["metadata"]["uid"]);
    assert_eq!(last["spec"]["containers"][0]["name"], "main");
    kube.get(&format!("{pods}/one")).await.refused(404);
    space.end().await;
}
