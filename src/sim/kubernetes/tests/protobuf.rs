use http::{Request, header};
use http_body_util::BodyExt;

use super::*;

/// What the server answers: media type and body.
async fn ask(served: &Served, path: &str, accept: &str) -> (u16, String, Vec<u8>) {
    let request = Request::get(path)
        .header(header::ACCEPT, accept)
        .body(kube::client::Body::empty());
    let answer = served.client("demo").send(request.unwrap()).await.unwrap();
    let code = answer.status().as_u16();
    let media = answer.headers()[header::CONTENT_TYPE].to_str().unwrap();
    let media = media.to_owned();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (code, media, body.to_vec())
}

const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";

#[tokio::test]
async fn kinds_that_are_spoken_lose_no_field() {
    let served = Served::start().await;
    let at = served.web(3);
    served.cluster.roll_out(&at, "web:2", "test");
    served.pass(30);
    let fault = crate::sim::port::Fault::OomLoop {
        share: 1.0,
        every: 5,
    };
    served.cluster.set_fault(&at, fault, None);
    served.pass(60);
    served
        .cluster
        .fill("filler", 60, served.cluster.clock().now());
    for kind in ["StatefulSet", "DaemonSet"] {
        let at = WorkloadRef {
            kind: kind.to_owned(),
            name: kind.to_lowercase(),
            ..at.clone()
        };
        let spec = WorkloadSpec {
            image: "store:1".to_owned(),
            replicas: 2,
            ..WorkloadSpec::default()
        };
        served.cluster.create_workload(&at, &spec);
    }
    served.pass(30);
    let either = format!("{PROTOBUF}, application/json");
    for path in [
        "/api/v1/pods",
        "/api/v1/nodes",
        "/api/v1/events",
        "/apis/apps/v1/deployments",
        "/apis/apps/v1/replicasets",
        "/apis/apps/v1/statefulsets",
        "/apis/apps/v1/daemonsets",
    ] {
        let (code, media, body) = ask(&served, path, &either).await;
        assert_eq!((code, &*media), (200, PROTOBUF), "{path}");
        assert!(body.starts_with(b"k8s\0"));
        // Names of objects are there in clear text.
        let list: serde_json::Value =
            serde_json::from_slice(&ask(&served, path, "application/json").await.2).unwrap();
        let items = list["items"].as_array().unwrap();
        assert!(!items.is_empty(), "{path}");
        for item in items {
            let name = item["metadata"]["name"].as_str().unwrap().as_bytes();
            assert!(body.windows(name.len()).any(|it| it == name), "{path}");
        }
    }
    served.tasks.finish().await;
}

#[tokio::test]
async fn what_is_not_spoken_is_told_as_json() {
    let served = Served::start().await;
    let either = format!("{PROTOBUF}, application/json");
    for path in ["/api/v1/namespaces", "/api/v1/nodes/one"] {
        let (code, media, _) = ask(&served, path, &either).await;
        assert_eq!((code, &*media), (200, "application/json"), "{path}");
        assert_eq!(ask(&served, path, PROTOBUF).await.0, 406, "{path}");
    }
    // A pod with a field that has no number here.
    let pod: Pod = serde_json::from_value(serde_json::json!({
        "metadata": { "name": "odd" },
        "spec": { "hostAliases": [{ "ip": "127.0.0.1" }], "containers": [{ "name": "main", "image": "x" }] },
    }))
    .unwrap();
    let (pods, parameters) = (served.pods(), kube::api::PostParams::default());
    pods.create(&parameters, &pod).await.unwrap();
    let (_, media, body) = ask(&served, "/api/v1/pods", &either).await;
    assert_eq!(media, "application/json");
    assert!(String::from_utf8(body).unwrap().contains("hostAliases"));
    served.cluster.faults().speak_json_only(true);
    let (_, media, _) = ask(&served, "/api/v1/nodes", &either).await;
    assert_eq!(media, "application/json");
    served.tasks.finish().await;
}

#[tokio::test]
async fn refusals_are_protobuf_too() {
    let served = Served::start().await;
    let path = "/api/v1/pods?resourceVersion=999999";
    let (code, media, body) = ask(&served, path, PROTOBUF).await;
    assert_eq!((code, &*media), (400, PROTOBUF));
    let said = String::from_utf8_lossy(&body);
    assert!(said.contains("Too large resource version"), "{said}");
    served.tasks.finish().await;
}
