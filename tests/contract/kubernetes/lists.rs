//! Lists: pages, selectors, tables.

use http::Method;
use serde_json::json;

use super::{Kube, names_of, version_of};

pub async fn pages_join_to_the_whole_list(kube: &Kube) {
    let space = kube.namespace("pages").await;
    for number in 0..7 {
        space.config_map(&format!("map-{number}")).await;
    }
    let path = format!("{}?labelSelector=of%3Dcontract", space.core("configmaps"));
    let whole = names_of(&kube.get(&path).await.expect(200));
    assert_eq!(whole.len(), 7);
    let first = kube.get(&format!("{path}&limit=3")).await.expect(200);
    let (mut seen, version) = (names_of(&first), version_of(&first));
    assert_eq!(seen.len(), 3);
    let mut token = first["metadata"]["continue"].as_str().map(str::to_owned);
    // What comes between two pages is not in the list that was begun.
    space.config_map("map-late").await;
    while let Some(next) = token.filter(|it| !it.is_empty()) {
        let next = format!("{path}&limit=3&continue={next}");
        let page = kube.get(&next).await.expect(200);
        assert_eq!(version_of(&page), version, "one list has one version");
        seen.extend(names_of(&page));
        token = page["metadata"]["continue"].as_str().map(str::to_owned);
    }
    assert_eq!(seen, whole);
    space.end().await;
}

pub async fn a_continue_token_that_is_none_is_a_bad_request(kube: &Kube) {
    let path = "/api/v1/pods?limit=3&continue=none";
    let (reason, message) = kube.get(path).await.refused(400);
    assert_eq!(reason, "BadRequest");
    assert!(message.contains("continue key is not valid"), "{message}");
}

pub async fn selectors_choose(kube: &Kube) {
    let space = kube.namespace("selectors").await;
    for name in ["one", "two", "three"] {
        space.waiting_pod(name, &["main"]).await;
    }
    let pods = space.core("pods");
    let chosen = async |query: &str| {
        let answer = kube.get(&format!("{pods}?{query}")).await;
        let mut names = names_of(&answer.expect(200));
        names.sort();
        names
    };
    assert_eq!(chosen("labelSelector=app%3Done").await, ["one"]);
    assert_eq!(
        chosen("labelSelector=app%20in%20(one,two)").await,
        ["one", "two"]
    );
    assert_eq!(chosen("labelSelector=app!%3Done").await, ["three", "two"]);
    assert_eq!(chosen("labelSelector=!app").await, Vec::<String>::new());
    assert_eq!(chosen("fieldSelector=metadata.name%3Dtwo").await, ["two"]);
    assert_eq!(
        chosen("fieldSelector=status.phase%3DPending").await.len(),
        3
    );
    assert_eq!(
        chosen("fieldSelector=spec.nodeName%3Dnowhere").await.len(),
        0
    );
    let bad = kube.get(&format!("{pods}?fieldSelector=spec.colour%3Dred"));
    let (reason, _) = bad.await.refused(400);
    assert_eq!(reason, "BadRequest");
    let bad = kube.get(&format!("{pods}?labelSelector=%3D%3D%3D"));
    let (reason, _) = bad.await.refused(400);
    assert_eq!(reason, "BadRequest");
    space.end().await;
}

pub async fn a_table_has_the_printers_columns(kube: &Kube) {
    let space = kube.namespace("table").await;
    space.waiting_pod("one", &["main", "other"]).await;
    let table = kube
        .call(Method::GET, &space.core("pods"))
        .header(
            "accept",
            "application/json;as=Table;v=v1;g=meta.k8s.io,application/json",
        )
        .answer()
        .await
        .expect(200);
    assert_eq!(table["kind"], "Table");
    assert_eq!(table["apiVersion"], "meta.k8s.io/v1");
    let columns = table["columnDefinitions"].as_array().unwrap();
    let names: Vec<&str> = columns
        .iter()
        .map(|it| it["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "Name",
            "Ready",
            "Status",
            "Restarts",
            "Age",
            "IP",
            "Node",
            "Nominated Node",
            "Readiness Gates"
        ]
    );
    let wide: Vec<i64> = columns
        .iter()
        .map(|it| it["priority"].as_i64().unwrap())
        .collect();
    assert_eq!(wide, [0, 0, 0, 0, 0, 1, 1, 1, 1]);
    let row = &table["rows"][0];
    assert_eq!(
        row["cells"].as_array().unwrap()[..4],
        [
            json!("one"),
            json!("0/2"),
            json!("SchedulingGated"),
            json!("0")
        ]
    );
    assert_eq!(row["object"]["kind"], "PartialObjectMetadata", "{row}");
    assert_eq!(row["object"]["metadata"]["name"], "one");
    space.end().await;
}

pub async fn a_big_list_is_zipped_when_asked(kube: &Kube) {
    let space = kube.namespace("zipped").await;
    let filler = "x".repeat(200_000);
    let made = kube.post(
        &space.core("configmaps"),
        &json!({"metadata": {"name": "big"}, "data": {"filler": filler}}),
    );
    made.await.expect(201);
    let path = space.core("configmaps");
    let zipped = kube
        .call(Method::GET, &path)
        .header("accept-encoding", "gzip")
        .answer()
        .await;
    assert_eq!(zipped.header("content-encoding"), Some("gzip"));
    assert!(zipped.body.len() < 50_000, "{}", zipped.body.len());
    let plain = kube
        .call(Method::GET, &path)
        .header("accept-encoding", "identity")
        .answer()
        .await;
    assert_eq!(plain.header("content-encoding"), None);
    assert!(plain.body.len() > 200_000);
    space.end().await;
}
