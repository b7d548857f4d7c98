//! Writes: dry runs, conflicts, preconditions, budgets.

use serde_json::{Value, json};

use super::{Kube, version_of};

pub async fn a_dry_run_changes_nothing(kube: &Kube) {
    let space = kube.namespace("dry").await;
    let before = space.deployment("web", 1).await;
    let web = format!("{}/web", space.apps("deployments"));
    let before = {
        let version = version_of(&before);
        kube.until(&space.apps("deployments"), "web", |it| {
            version_of(it) != version && it["status"]["readyReplicas"] == 1
        })
        .await
    };
    let shown = kube
        .patch(
            &format!("{web}?dryRun=All"),
            "merge",
            &json!({"spec": {"replicas": 9}}),
        )
        .await
        .expect(200);
    assert_eq!(shown["spec"]["replicas"], 9);
    let generation = |it: &Value| it["metadata"]["generation"].as_i64().unwrap();
    assert_eq!(generation(&shown), generation(&before) + 1);
    let after = kube.get(&web).await.expect(200);
    assert_eq!(after["spec"], before["spec"]);
    assert_eq!(generation(&after), generation(&before));
    let dry = json!({"dryRun": ["All"]});
    kube.delete(&web, &dry).await.expect(200);
    kube.get(&web).await.expect(200);
    let none = kube.patch(&format!("{web}?dryRun=Some"), "merge", &json!({}));
    let (reason, _) = none.await.refused(422);
    assert_eq!(reason, "Invalid");
    space.end().await;
}

pub async fn a_stale_version_conflicts(kube: &Kube) {
    let space = kube.namespace("stale").await;
    let mut map = space.config_map("one").await;
    let path = format!("{}/one", space.core("configmaps"));
    let newer = json!({"data": {"a": "2"}});
    kube.patch(&path, "merge", &newer).await.expect(200);
    map["data"]["a"] = json!("3");
    let (reason, message) = kube.put(&path, &map).await.refused(409);
    assert_eq!(reason, "Conflict");
    assert!(
        message.contains("the object has been modified"),
        "{message}"
    );
    let stale = json!({"metadata": {"resourceVersion": version_of(&map)}, "data": {"a": "3"}});
    let (reason, _) = kube.patch(&path, "merge", &stale).await.refused(409);
    assert_eq!(reason, "Conflict");
    assert_eq!(kube.get(&path).await.expect(200)["data"]["a"], "2");
    space.end().await;
}

pub async fn a_failed_test_of_a_patch_is_invalid(kube: &Kube) {
    let space = kube.namespace("test").await;
    let map = space.config_map("one").await;
    let path = format!("{}/one", space.core("configmaps"));
    let patch = |uid: &Value| {
        json!([
            {"op": "test", "path": "/metadata/uid", "value": uid},
            {"op": "replace", "path": "/data/a", "value": "2"},
        ])
    };
    let wrong = patch(&json!("another"));
    let (reason, message) = kube.patch(&path, "json", &wrong).await.refused(422);
    assert_eq!(reason, "Invalid");
    assert!(
        message.contains("the server rejected our request due to an error in our request"),
        "{message}"
    );
    let right = patch(&map["metadata"]["uid"]);
    let after = kube.patch(&path, "json", &right).await.expect(200);
    assert_eq!(after["data"]["a"], "2");
    space.end().await;
}

pub async fn a_name_that_is_taken_conflicts(kube: &Kube) {
    let space = kube.namespace("taken").await;
    space.config_map("one").await;
    let again = kube.post(
        &space.core("configmaps"),
        &json!({"metadata": {"name": "one"}}),
    );
    let (reason, message) = again.await.refused(409);
    assert_eq!(reason, "AlreadyExists");
    assert_eq!(message, "configmaps \"one\" already exists");
    space.end().await;
}

pub async fn an_uid_that_is_another_conflicts(kube: &Kube) {
    let space = kube.namespace("uid").await;
    space.waiting_pod("one", &["main"]).await;
    let path = format!("{}/one", space.core("pods"));
    let options = json!({"preconditions": {"uid": "00000000-0000-4000-8000-000000000000"}});
    let (reason, _) = kube.delete(&path, &options).await.refused(409);
    assert_eq!(reason, "Conflict");
    kube.get(&path).await.expect(200);
    space.end().await;
}

pub async fn only_a_change_of_the_spec_is_a_generation(kube: &Kube) {
    let space = kube.namespace("generation").await;
    let made = space.deployment("web", 0).await;
    let web = format!("{}/web", space.apps("deployments"));
    assert_eq!(made["metadata"]["generation"], 1);
    let labelled = json!({"metadata": {"labels": {"a": "1"}}});
    let labelled = kube.patch(&web, "merge", &labelled).await.expect(200);
    assert_eq!(labelled["metadata"]["generation"], 1);
    // Of a Deployment, the annotations count as well.
    let marked = json!({"metadata": {"annotations": {"a": "1"}}});
    let marked = kube.patch(&web, "merge", &marked).await.expect(200);
    assert_eq!(marked["metadata"]["generation"], 2);
    let changed = json!({"spec": {"paused": true}});
    let changed = kube.patch(&web, "merge", &changed).await.expect(200);
    assert_eq!(changed["metadata"]["generation"], 3);
    // The status is not written by who writes the object, nor the other way round.
    let status = json!({"status": {"collisionCount": 4}, "spec": {"replicas": 7}});
    let kept = kube.patch(&format!("{web}/status"), "merge", &status);
    let kept = kept.await.expect(200);
    assert_eq!(kept["spec"]["replicas"], 0);
    assert_eq!(kept["status"]["collisionCount"], 4);
    assert_eq!(kept["metadata"]["generation"], 3);
    space.end().await;
}

pub async fn the_scale_is_read_and_written(kube: &Kube) {
    let space = kube.namespace("scale").await;
    space.deployment("web", 1).await;
    let path = format!("{}/web/scale", space.apps("deployments"));
    let scale = kube.get(&path).await.expect(200);
    assert_eq!(scale["kind"], "Scale");
    assert_eq!(scale["apiVersion"], "autoscaling/v1");
    assert_eq!(scale["spec"]["replicas"], 1);
    assert_eq!(scale["status"]["selector"], "app=web");
    let three = json!({"spec": {"replicas": 3}});
    let scaled = kube.patch(&path, "merge", &three).await.expect(200);
    assert_eq!(scaled["spec"]["replicas"], 3);
    let deployments = space.apps("deployments");
    let web = kube.get(&format!("{deployments}/web")).await.expect(200);
    assert_eq!(web["spec"]["replicas"], 3);
    space.end().await;
}

pub async fn what_is_not_valid_is_refused_with_its_field(kube: &Kube) {
    let space = kube.namespace("invalid").await;
    space.deployment("web", 1).await;
    let web = format!("{}/web", space.apps("deployments"));
    let bad = kube.patch(&web, "merge", &json!({"spec": {"replicas": -1}}));
    let answer = bad.await;
    let (reason, message) = answer.refused(422);
    assert_eq!(reason, "Invalid");
    assert!(
        message.contains("spec.replicas: Invalid value: -1"),
        "{message}"
    );
    let causes = &answer.json()["details"]["causes"];
    assert_eq!(causes[0]["field"], "spec.replicas", "{causes}");
    let bad = kube.post(
        &space.core("configmaps"),
        &json!({"metadata": {"name": "Not A Name"}}),
    );
    let (reason, message) = bad.await.refused(422);
    assert_eq!(reason, "Invalid");
    assert!(
        message.contains("metadata.name: Invalid value"),
        "{message}"
    );
    space.end().await;
}

// row: E6
pub async fn an_ingress_without_rules_has_a_default_backend(kube: &Kube) {
    let space = kube.namespace("ingress").await;
    let ingresses = format!(
        "/apis/networking.k8s.io/v1/namespaces/{}/ingresses",
        space.name
    );
    let backend = json!({"service": {"name": "web", "port": {"number": 80}}});
    let path = json!({"path": "/", "pathType": "Prefix", "backend": backend});
    let rules = json!([{"host": "a.example", "http": {"paths": [path]}}]);
    let main = json!({"metadata": {"name": "main"}, "spec": {"rules": rules}});
    kube.post(&ingresses, &main).await.expect(201);
    let main = format!("{ingresses}/main");
    let none = json!({"spec": {"rules": []}});
    for kind in ["merge", "strategic-merge"] {
        let refused = kube.patch(&main, kind, &none).await;
        let (reason, message) = refused.refused(422);
        assert_eq!(reason, "Invalid");
        let why = "either `defaultBackend` or `rules` must be specified";
        assert!(message.contains(why), "{message}");
    }
    let both = json!({"spec": {"defaultBackend": backend, "rules": []}});
    let now = kube.patch(&main, "merge", &both).await.expect(200);
    assert_eq!(now["spec"]["defaultBackend"], backend);
    let gone = now["spec"]["rules"].as_array().is_none_or(Vec::is_empty);
    assert!(gone, "{now}");
    space.end().await;
}

pub async fn an_eviction_over_the_budget_is_too_many_requests(kube: &Kube) {
    let space = kube.namespace("budget").await;
    let budgets = format!(
        "/apis/policy/v1/namespaces/{}/poddisruptionbudgets",
        space.name
    );
    let budget = json!({
        "metadata": {"name": "web"},
        "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}},
    });
    kube.post(&budgets, &budget).await.expect(201);
    space.deployment("web", 1).await;
    kube.until(&budgets, "web", |it| it["status"]["currentHealthy"] == 1)
        .await;
    let pods = kube.get(&space.core("pods")).await.expect(200);
    let pod = super::names_of(&pods).remove(0);
    let eviction = json!({
        "apiVersion": "policy/v1", "kind": "Eviction",
        "metadata": {"name": pod, "namespace": space.name},
    });
    let path = format!("{}/{pod}/eviction", space.core("pods"));
    let answer = kube.post(&path, &eviction).await;
    let (reason, message) = answer.refused(429);
    assert_eq!(reason, "TooManyRequests");
    assert_eq!(
        message,
        "Cannot evict pod as it would violate the pod's disruption budget."
    );
    let causes = &answer.json()["details"]["causes"];
    assert_eq!(causes[0]["reason"], "DisruptionBudget", "{causes}");
    space.end().await;
}

pub async fn a_test_of_null_is_one_of_nothing(kube: &Kube) {
    let space = kube.namespace("null").await;
    space.config_map("one").await;
    let path = format!("{}/one", space.core("configmaps"));
    let add = |at: &str| {
        json!([
            {"op": "test", "path": at, "value": null},
            {"op": "add", "path": at, "value": "2"},
        ])
    };
    let after = kube.patch(&path, "json", &add("/data/b")).await.expect(200);
    assert_eq!(after["data"]["b"], "2");
    let (reason, _) = kube
        .patch(&path, "json", &add("/data/b"))
        .await
        .refused(422);
    assert_eq!(reason, "Invalid");
    // Nothing is around it.
    let nowhere = add("/metadata/annotations/b");
    kube.patch(&path, "json", &nowhere).await.refused(422);
    space.end().await;
}

pub async fn the_scale_takes_a_tested_patch(kube: &Kube) {
    let space = kube.namespace("scaletest").await;
    let made = space.deployment("web", 2).await;
    let path = format!("{}/web/scale", space.apps("deployments"));
    let patch = |uid: &Value, old: Value, new: u32| {
        json!([
            {"op": "test", "path": "/metadata/uid", "value": uid},
            {"op": "test", "path": "/spec/replicas", "value": old},
            {"op": "add", "path": "/spec/replicas", "value": new},
        ])
    };
    let uid = &made["metadata"]["uid"];
    let other = json!("another");
    kube.patch(&path, "json", &patch(&other, json!(2), 3))
        .await
        .refused(422);
    kube.patch(&path, "json", &patch(uid, json!(1), 3))
        .await
        .refused(422);
    let dry = format!("{path}?dryRun=All");
    let shown = kube
        .patch(&dry, "json", &patch(uid, json!(2), 0))
        .await
        .expect(200);
    // A zero is left out.
    assert!(shown["spec"].get("replicas").is_none(), "{shown}");
    assert_eq!(kube.get(&path).await.expect(200)["spec"]["replicas"], 2);
    kube.patch(&path, "json", &patch(uid, json!(2), 0))
        .await
        .expect(200);
    let back = kube.patch(&path, "json", &patch(uid, Value::Null, 1)).await;
    assert_eq!(back.expect(200)["spec"]["replicas"], 1);
    space.end().await;
}

pub async fn an_eviction_of_another_pod_conflicts(kube: &Kube) {
    let space = kube.namespace("evict").await;
    let pod = space.waiting_pod("one", &["main"]).await;
    let path = format!("{}/one/eviction", space.core("pods"));
    let eviction = |uid: &Value, dry: bool| {
        let mut body = json!({
            "apiVersion": "policy/v1", "kind": "Eviction",
            "metadata": {"name": "one", "namespace": space.name},
            "deleteOptions": {"preconditions": {"uid": uid}},
        });
        if dry {
            body["deleteOptions"]["dryRun"] = json!(["All"]);
        }
        body
    };
    let other = json!("00000000-0000-4000-8000-000000000000");
    let (reason, _) = kube
        .post(&path, &eviction(&other, false))
        .await
        .refused(409);
    assert_eq!(reason, "Conflict");
    let uid = &pod["metadata"]["uid"];
    let dry = kube
        .post(&format!("{path}?dryRun=All"), &eviction(uid, true))
        .await;
    dry.expect(201);
    let one = format!("{}/one", space.core("pods"));
    let still = kube.get(&one).await.expect(200);
    assert!(still["metadata"]["deletionTimestamp"].is_null());
    kube.post(&path, &eviction(uid, false)).await.expect(201);
    space.end().await;
}

pub async fn a_lease_that_moved_conflicts(kube: &Kube) {
    let space = kube.namespace("lease").await;
    let leases = format!(
        "/apis/coordination.k8s.io/v1/namespaces/{}/leases",
        space.name
    );
    let body = json!({"metadata": {"name": "one"}, "spec": {"holderIdentity": "a"}});
    let first = kube.post(&leases, &body).await.expect(201);
    let path = format!("{leases}/one");
    let mut second = first.clone();
    second["spec"]["holderIdentity"] = json!("b");
    kube.put(&path, &second).await.expect(200);
    let mut late = first.clone();
    late["spec"]["holderIdentity"] = json!("c");
    let (reason, _) = kube.put(&path, &late).await.refused(409);
    assert_eq!(reason, "Conflict");
    let options = json!({"preconditions": {
        "uid": first["metadata"]["uid"], "resourceVersion": version_of(&first),
    }});
    kube.delete(&path, &options).await.refused(409);
    assert_eq!(
        kube.get(&path).await.expect(200)["spec"]["holderIdentity"],
        "b"
    );
    let (reason, _) = kube.post(&leases, &body).await.refused(409);
    assert_eq!(reason, "AlreadyExists");
    space.end().await;
}
