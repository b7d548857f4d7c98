use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{DeleteParams, Patch, PatchParams, PostParams, Preconditions};
use kube::{Api, ResourceExt};
use serde_json::json;

use super::*;

fn config(name: &str) -> ConfigMap {
    serde_json::from_value(json!({ "metadata": { "name": name }, "data": { "a": "1" } })).unwrap()
}

#[tokio::test]
async fn a_dry_run_changes_nothing() {
    let served = Served::start().await;
    served.web(2);
    let maps: Api<ConfigMap> = Api::namespaced(served.client("demo"), "shop");
    let dry = PostParams {
        dry_run: true,
        field_manager: None,
    };
    assert!(
        maps.create(&dry, &config("one"))
            .await
            .unwrap()
            .uid()
            .is_some()
    );
    assert_eq!(code(maps.get("one").await).0, 404);
    let web: Api<Deployment> = Api::namespaced(served.client("demo"), "shop");
    let before = web.get("web").await.unwrap();
    let params = PatchParams {
        dry_run: true,
        ..PatchParams::default()
    };
    let patch = Patch::Merge(json!({ "spec": { "replicas": 9 } }));
    let shown = web.patch("web", &params, &patch).await.unwrap();
    assert_eq!(shown.spec.replicas, Some(9));
    assert_eq!(
        shown.metadata.generation,
        before.metadata.generation.map(|g| g + 1)
    );
    assert_eq!(web.get("web").await.unwrap(), before);
    let scaled = web.patch_scale("web", &params, &patch).await.unwrap();
    assert_eq!(scaled.spec.unwrap().replicas, Some(9));
    web.delete("web", &DeleteParams::default().dry_run())
        .await
        .unwrap();
    assert_eq!(web.get("web").await.unwrap(), before);
    served.tasks.finish().await;
}

#[tokio::test]
async fn writes_that_meet_something_else_conflict() {
    let served = Served::start().await;
    let maps: Api<ConfigMap> = Api::namespaced(served.client("demo"), "shop");
    let post = PostParams::default();
    let first = maps.create(&post, &config("one")).await.unwrap();
    assert_eq!(code(maps.create(&post, &config("one")).await).0, 409);
    let mut newer = first.clone();
    newer
        .data
        .as_mut()
        .unwrap()
        .insert("b".to_owned(), "2".to_owned());
    maps.replace("one", &post, &newer).await.unwrap();
    let (status, message) = code(maps.replace("one", &post, &newer).await);
    assert_eq!(status, 409);
    assert!(
        message.contains("the object has been modified"),
        "{message}"
    );
    let test = json!([
        { "op": "test", "path": "/metadata/uid", "value": "other" },
        { "op": "replace", "path": "/data/a", "value": "3" },
    ]);
    let patch: json_patch::Patch = serde_json::from_value(test).unwrap();
    let refused = maps
        .patch("one", &PatchParams::default(), &Patch::Json::<()>(patch))
        .await;
    assert_eq!(code(refused).0, 422);
    let other = DeleteParams::default().preconditions(Preconditions {
        uid: Some("other".to_owned()),
        resource_version: None,
    });
    assert_eq!(code(maps.delete("one", &other).await.map(|_| ())).0, 409);
    assert_eq!(maps.get("one").await.unwrap().data.unwrap()["a"], "1");
    let nowhere: Api<ConfigMap> = Api::namespaced(served.client("demo"), "nowhere");
    assert_eq!(code(nowhere.create(&post, &config("one")).await).0, 404);
    assert_eq!(code(maps.create(&post, &config("Not_A_Name")).await).0, 422);
    served.tasks.finish().await;
}

#[tokio::test]
async fn a_spec_change_is_a_generation_and_has_a_manager() {
    let served = Served::start().await;
    served.web(1);
    let web: Api<Deployment> = Api::namespaced(served.client("demo"), "shop");
    let before = web.get("web").await.unwrap();
    let params = PatchParams::apply("quarterdeck");
    let patch = Patch::Strategic(json!({ "spec": { "template": { "spec": { "containers": [
        { "name": "main", "env": [{ "name": "LEVEL", "value": "debug" }] },
    ] } } } }));
    let after = web.patch("web", &params, &patch).await.unwrap();
    assert_eq!(
        after.metadata.generation,
        before.metadata.generation.map(|g| g + 1)
    );
    let template = after.spec.clone().template.spec.unwrap();
    assert_eq!(template.containers.len(), 1);
    assert_eq!(
        template.containers[0].image.as_deref(),
        Some("registry.example.org/web:2")
    );
    let managers = after
        .managed_fields()
        .iter()
        .map(|one| one.manager.clone().unwrap());
    assert!(
        managers
            .collect::<Vec<_>>()
            .contains(&"quarterdeck".to_owned())
    );
    let label = Patch::Merge(json!({ "metadata": { "labels": { "x": "y" } } }));
    let labelled = web.patch("web", &params, &label).await.unwrap();
    assert_eq!(labelled.metadata.generation, after.metadata.generation);
    served.tasks.finish().await;
}
