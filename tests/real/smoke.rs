//! The bed is what it says, and the harness reaches all of it.

use std::{collections::BTreeSet, time::Duration};

use k8s_openapi::api::apps::v1::Deployment;
use quarterdeck::domain::{
    desk::Namespaces,
    freshness::{SourceId, TroubleKind},
};
use serde_json::json;

use crate::harness::{Bed, Credentials, Exporter, Reader, Space, User, until};

#[tokio::test]
async fn a_deployment_comes_up_and_its_pods_are_rows() {
    let bed = Bed::shared();
    let space = Space::new(&bed, "smoke").await;
    let _: Deployment = space
        .create(json!({
            "metadata": {"name": "web"},
            "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "web"}}, "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "main", "image": "web:1"}]},
            }},
        }))
        .await;
    let namespaces = Namespaces::Some(vec![space.name.clone()]);
    let mut reader = Reader::new(bed.kubeconfig(User::Viewer), namespaces);
    reader.live().await;
    reader
        .until("three pods that run", |heard| {
            heard.pods.len() == 3
                && heard
                    .pods
                    .values()
                    .all(|row| &*row.status == "Running" && row.ready == 1)
        })
        .await;
    assert!(reader.heard.nodes.len() >= 8);
    assert_eq!(reader.heard.failures, []);
    let printed = bed.kubectl(
        User::Admin,
        &[
            "-n",
            &space.name,
            "get",
            "pods",
            "--no-headers",
            "-o",
            "custom-columns=:.metadata.name",
        ],
    );
    let printed: BTreeSet<String> = printed.lines().map(str::to_owned).collect();
    assert_eq!(reader.heard.pod_names(), printed);
}

#[tokio::test]
async fn who_may_not_read_is_told_so() {
    let bed = Bed::shared();
    let mut reader = Reader::new(bed.kubeconfig(User::Oncall), Namespaces::All);
    reader
        .until("the refusal", |heard| {
            heard
                .failed(SourceId::Pods)
                .is_some_and(|why| why.kind == TroubleKind::Forbidden)
        })
        .await;
    let own = Namespaces::Some(vec!["oncall".to_owned()]);
    let mut reader = Reader::new(bed.kubeconfig(User::Oncall), own);
    reader
        .until("its own namespace", |heard| heard.is_live(SourceId::Pods))
        .await;
}

#[tokio::test]
async fn an_api_server_of_ones_own_is_killed_and_comes_back() {
    let bed = Bed::alone("smoke", &["api"]);
    let space = Space::new(&bed, "smoke").await;
    space.still_pod("one", json!({})).await;
    let mut reader = Reader::new(bed.kubeconfig(User::Admin), Namespaces::All);
    reader.live().await;
    bed.part("kill", &["apiserver"]);
    reader
        .until("the loss", |heard| heard.failed(SourceId::Pods).is_some())
        .await;
    assert_eq!(reader.heard.pods.len(), 1);
    bed.compact();
    bed.part("start", &["apiserver"]);
    reader.live().await;
    assert_eq!(reader.heard.pods.len(), 1);
}

#[tokio::test]
async fn a_certificate_of_ones_own_is_taken() {
    let bed = Bed::shared();
    let folder = tempfile::tempdir().unwrap();
    let who = Credentials::certificate(&bed, "viewer", &[], Duration::from_secs(60));
    let kubeconfig = bed.kubeconfig_of(&who, folder.path());
    let mut reader = Reader::new(kubeconfig, Namespaces::All);
    reader.live().await;
}

#[tokio::test]
async fn both_prometheuses_scrape_what_a_test_says() {
    let bed = Bed::shared();
    let exporter = Exporter::new(&bed, "smoke", "bed_value 21\n").await;
    for prometheus in ["PROMETHEUS_URL", "PROMETHEUS_OLD_URL"] {
        let url = format!("{}/api/v1/query", bed.place(prometheus));
        let query = format!("bed:value:double{{job=\"{}\"}}", exporter.job);
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        until(&format!("a value in {prometheus}"), async || {
            let asking = client.get(&url).query(&[("query", &query)]).send();
            let answer: serde_json::Value = asking.await.unwrap().json().await.unwrap();
            let value = &answer["data"]["result"][0]["value"][1];
            assert!(value == "42" || value.is_null(), "{answer}");
            if value == "42" { Ok(()) } else { Err(answer) }
        })
        .await;
    }
}
