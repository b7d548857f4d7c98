//! What a server says about itself and about who asks.

use http::Method;
use serde_json::{Value, json};

use super::Kube;

async fn review(kube: &Kube, path: &str, token: &str, body: &Value) -> Value {
    let call = kube.bare(Method::POST, path).token(Some(token));
    call.body("application/json", body)
        .answer()
        .await
        .expect(201)
}

pub async fn it_says_who_one_is(kube: &Kube) {
    let path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    let asked = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"});
    let said = review(kube, path, &kube.viewer, &asked).await;
    assert_eq!(said["kind"], "SelfSubjectReview");
    let user = &said["status"]["userInfo"];
    assert_eq!(user["username"], kube.viewer_name.as_str());
    let groups = user["groups"].as_array().unwrap();
    assert!(groups.contains(&json!("system:authenticated")), "{user}");
    // It needs no permission but to be known.
    let said = review(kube, path, &kube.nobody, &asked).await;
    assert_ne!(said["status"]["userInfo"]["username"], Value::Null);
}

pub async fn it_says_what_one_may(kube: &Kube) {
    let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    let may = async |token: &str, verb: &str, group: &str, resource: &str| {
        let asked = json!({"spec": {"resourceAttributes": {
            "namespace": "default", "verb": verb, "group": group, "resource": resource,
        }}});
        let said = review(kube, path, token, &asked).await;
        said["status"]["allowed"].as_bool().unwrap()
    };
    assert!(may(&kube.admin, "patch", "apps", "deployments").await);
    assert!(may(&kube.viewer, "list", "", "pods").await);
    assert!(!may(&kube.viewer, "patch", "apps", "deployments").await);
    assert!(!may(&kube.nobody, "list", "", "pods").await);
}

pub async fn it_says_all_one_may(kube: &Kube) {
    let path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";
    let asked = json!({"spec": {"namespace": "default"}});
    let said = review(kube, path, &kube.viewer, &asked).await;
    let rules = said["status"]["resourceRules"].as_array().unwrap();
    let reads = rules.iter().any(|rule| {
        let has = |key: &str, wanted: &str| {
            rule[key]
                .as_array()
                .is_some_and(|all| all.iter().any(|it| it == wanted || it == "*"))
        };
        has("verbs", "list") && has("apiGroups", "") && has("resources", "pods")
    });
    assert!(reads, "{said}");
    assert!(said["status"]["incomplete"].is_boolean(), "{said}");
}

pub async fn it_has_a_version_a_date_and_an_identity(kube: &Kube) {
    let answer = kube.get("/version").await;
    let version = answer.expect(200);
    assert_eq!(version["major"], "1");
    let minor = version["minor"].as_str().unwrap();
    assert!(minor.parse::<u32>().is_ok(), "{version}");
    assert!(version["gitVersion"].as_str().unwrap().starts_with("v1."));
    let date = answer.header("date").expect("an answer has its date");
    assert!(date.ends_with(" GMT"), "{date}");
    // The uid of kube-system is what a cluster is told apart by.
    let system = kube.get("/api/v1/namespaces/kube-system").await.expect(200);
    let uid = system["metadata"]["uid"].as_str().unwrap();
    assert_eq!(uid.len(), 36);
    let ready = kube.get("/readyz").await;
    assert_eq!((ready.status.as_u16(), ready.text().as_str()), (200, "ok"));
}

pub async fn it_lists_the_kinds_it_has(kube: &Kube) {
    let accept =
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
    for (path, group, version, plural, kind) in [
        ("/api", "", "v1", "pods", "Pod"),
        ("/apis", "apps", "v1", "deployments", "Deployment"),
        (
            "/apis",
            "policy",
            "v1",
            "poddisruptionbudgets",
            "PodDisruptionBudget",
        ),
    ] {
        let call = kube.call(Method::GET, path).header("accept", accept);
        let all = call.answer().await.expect(200);
        assert_eq!(all["kind"], "APIGroupDiscoveryList", "{path}");
        let groups = all["items"].as_array().unwrap();
        let found = groups
            .iter()
            .find(|it| it["metadata"]["name"].as_str().unwrap_or_default() == group)
            .unwrap_or_else(|| panic!("no group {group:?}"));
        let versions = found["versions"].as_array().unwrap();
        let found = versions.iter().find(|it| it["version"] == version).unwrap();
        let resources = found["resources"].as_array().unwrap();
        let found = resources.iter().find(|it| it["resource"] == plural);
        let found = found.unwrap_or_else(|| panic!("no {plural}"));
        assert_eq!(found["responseKind"]["kind"], kind);
        assert_eq!(found["scope"], "Namespaced");
        let verbs = found["verbs"].as_array().unwrap();
        assert!(verbs.contains(&json!("watch")), "{found}");
    }
    let old = kube.get("/apis/apps/v1").await.expect(200);
    assert_eq!(old["kind"], "APIResourceList");
    let names: Vec<&str> = old["resources"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|it| it["name"].as_str())
        .collect();
    for wanted in ["deployments", "deployments/scale", "replicasets"] {
        assert!(names.contains(&wanted), "{names:?}");
    }
}
