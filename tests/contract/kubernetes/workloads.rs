//! Workloads: what controllers make of them.

use serde_json::{Value, json};

use super::{Kube, Namespace, names_of};

const REVISION: &str = "deployment.kubernetes.io/revision";

async fn settled(space: &Namespace<'_>, replicas: u32) -> Value {
    let deployments = space.apps("deployments");
    space
        .kube
        .until(&deployments, "web", |it| {
            let (status, generation) = (&it["status"], &it["metadata"]["generation"]);
            status["observedGeneration"] == *generation
                && status["replicas"] == replicas
                && status["updatedReplicas"] == replicas
                && status["readyReplicas"] == replicas
                && status["unavailableReplicas"].is_null()
        })
        .await
}

pub async fn a_deployment_brings_pods_up(kube: &Kube) {
    let space = kube.namespace("deploy").await;
    space.deployment("web", 2).await;
    let web = settled(&space, 2).await;
    assert_eq!(web["metadata"]["annotations"][REVISION], "1");
    let pods = kube.get(&space.core("pods")).await.expect(200);
    let pods = pods["items"].as_array().unwrap();
    assert_eq!(pods.len(), 2);
    let sets = kube.get(&space.apps("replicasets")).await.expect(200);
    let set = &sets["items"][0];
    assert_eq!(set["metadata"]["ownerReferences"][0]["name"], "web");
    for pod in pods {
        assert_eq!(pod["status"]["phase"], "Running");
        let owner = &pod["metadata"]["ownerReferences"][0];
        assert_eq!(owner["uid"], set["metadata"]["uid"]);
        assert_eq!(owner["controller"], true);
        let hash = &pod["metadata"]["labels"]["pod-template-hash"];
        assert_eq!(*hash, set["metadata"]["labels"]["pod-template-hash"]);
        let state = &pod["status"]["containerStatuses"][0];
        assert_eq!(state["ready"], true);
        assert!(state["state"]["running"]["startedAt"].is_string());
    }
    space.end().await;
}

pub async fn a_new_template_is_a_new_revision(kube: &Kube) {
    let space = kube.namespace("revision").await;
    space.deployment("web", 2).await;
    settled(&space, 2).await;
    let web = format!("{}/web", space.apps("deployments"));
    let patch = json!({"spec": {"template": {"spec": {"containers": [
        {"name": "main", "image": "registry.local/app:2"},
    ]}}}});
    let patched = kube.patch(&web, "strategic-merge", &patch).await;
    patched.expect(200);
    kube.until(&space.apps("deployments"), "web", |it| {
        it["metadata"]["annotations"][REVISION] == "2"
    })
    .await;
    settled(&space, 2).await;
    let sets = kube.get(&space.apps("replicasets")).await.expect(200);
    let mut seen: Vec<(String, String, i64)> = sets["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|set| {
            let revision = set["metadata"]["annotations"][REVISION].as_str();
            let image = set["spec"]["template"]["spec"]["containers"][0]["image"].as_str();
            (
                revision.unwrap_or_default().to_owned(),
                image.unwrap_or_default().to_owned(),
                set["spec"]["replicas"].as_i64().unwrap_or(-1),
            )
        })
        .collect();
    seen.sort();
    let wanted = [
        ("1", "registry.local/app:1", 0),
        ("2", "registry.local/app:2", 2),
    ]
    .map(|(revision, image, replicas)| (revision.to_owned(), image.to_owned(), replicas));
    assert_eq!(seen, wanted);
    space.end().await;
}

pub async fn a_scaling_is_followed(kube: &Kube) {
    let space = kube.namespace("scaling").await;
    space.deployment("web", 1).await;
    settled(&space, 1).await;
    let scale = format!("{}/web/scale", space.apps("deployments"));
    for replicas in [3, 0] {
        let patch = json!({"spec": {"replicas": replicas}});
        kube.patch(&scale, "merge", &patch).await.expect(200);
        let deployments = space.apps("deployments");
        kube.until(&deployments, "web", |it| {
            it["status"]["observedGeneration"] == it["metadata"]["generation"]
                && it["status"]["readyReplicas"].as_i64().unwrap_or(0) == replicas
                && it["status"]["replicas"].as_i64().unwrap_or(0) == replicas
        })
        .await;
    }
    // What is scaled away goes.
    let pods = space.core("pods");
    let list = kube.get(&pods).await.expect(200);
    if !names_of(&list).is_empty() {
        let path = format!(
            "{pods}?watch=1&resourceVersion={}",
            super::version_of(&list)
        );
        let mut watch = kube.watch(&path).await;
        let mut left = names_of(&list).len();
        while left > 0 {
            watch.until(|kind, _| kind == "DELETED").await;
            left -= 1;
        }
    }
    space.end().await;
}
