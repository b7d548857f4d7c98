//! What is asked of one pod: logs and exec.

use serde_json::json;
use tokio::io::AsyncReadExt as _;

use super::{Kube, Namespace, pod};

async fn running(space: &Namespace<'_>, name: &str, containers: &[&str]) {
    let pods = space.core("pods");
    let made = space.kube.post(&pods, &pod(name, containers, false));
    made.await.expect(201);
    let running = |it: &serde_json::Value| it["status"]["phase"] == "Running";
    space.kube.until(&pods, name, running).await;
}

pub async fn logs_are_lines_with_times(kube: &Kube) {
    let space = kube.namespace("logs").await;
    running(&space, "one", &["main"]).await;
    let path = format!("{}/one/log", space.core("pods"));
    let answer = kube
        .get(&format!("{path}?timestamps=true&tailLines=2"))
        .await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
    let kind = answer.header("content-type").unwrap_or_default().to_owned();
    assert!(kind.starts_with("text/plain"), "{kind}");
    let text = answer.text();
    let lines: Vec<&str> = text.lines().collect();
    assert!(!lines.is_empty() && lines.len() <= 2, "{text}");
    for line in lines {
        let (time, _) = line.split_once(' ').expect("a time before the line");
        time.parse::<jiff::Timestamp>().expect("the time is one");
    }
    space.end().await;
}

pub async fn a_container_must_be_named_where_there_are_two(kube: &Kube) {
    let space = kube.namespace("containers").await;
    running(&space, "one", &["main", "other"]).await;
    let path = format!("{}/one/log", space.core("pods"));
    let (reason, message) = kube.get(&path).await.refused(400);
    assert_eq!(reason, "BadRequest");
    assert_eq!(
        message,
        "a container name must be specified for pod one, choose one of: [main other]"
    );
    let (_, message) = kube
        .get(&format!("{path}?container=none"))
        .await
        .refused(400);
    assert_eq!(message, "container none is not valid for pod one");
    space.end().await;
}

pub async fn exec_gives_output_and_code(kube: &Kube) {
    let space = kube.namespace("exec").await;
    running(&space, "one", &["main"]).await;
    let mut config = kube::Config::new(kube.url.parse().expect("an URL"));
    config.accept_invalid_certs = true;
    config.auth_info.token = Some(kube.admin.clone().into());
    let client = kube::Client::try_from(config).expect("a client");
    let api: kube::Api<k8s_openapi::api::core::v1::Pod> =
        kube::Api::namespaced(client, &space.name);
    let params = kube::api::AttachParams::default();
    let mut process = api
        .exec("one", ["echo", "hello there"], &params)
        .await
        .expect("exec is taken");
    let status = process.take_status().expect("a status is to come");
    let mut said = String::new();
    let mut out = process.stdout().expect("an output");
    out.read_to_string(&mut said).await.expect("text");
    assert_eq!(said, "hello there\n");
    let status = status.await.expect("a status");
    assert_eq!(status.status.as_deref(), Some("Success"));
    let mut process = api
        .exec("one", ["false"], &params)
        .await
        .expect("exec is taken");
    let status = process.take_status().expect("a status is to come");
    let status = status.await.expect("a status");
    assert_eq!(status.status.as_deref(), Some("Failure"));
    // The code itself is the kubelet's to tell, and not every kubelet is one.
    assert!(status.message.unwrap_or_default().contains("exit status 1"));
    // There is no such pod.
    let path = format!("{}/none/exec?command=true&stdout=true", space.core("pods"));
    kube.post(&path, &json!({})).await.refused(404);
    space.end().await;
}
