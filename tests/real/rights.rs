//! What the API server denies is shown before anybody proposes it: real users with real rules, through the program.

use k8s_openapi::api::{
    apps::v1::Deployment,
    coordination::v1::Lease,
    core::v1::Pod,
    rbac::v1::{PolicyRule, Role, RoleBinding},
};
use kube::api::ListParams;
use serde_json::{Value, json};

use crate::harness::{Bed, Person, Space, User, until};

fn rule(group: &str, resources: &[&str], verbs: &[&str]) -> PolicyRule {
    serde_json::from_value(json!({"apiGroups": [group], "resources": resources, "verbs": verbs}))
        .unwrap()
}

const READ: [&str; 3] = ["get", "list", "watch"];

/// A space with one pod, whose name is given.
async fn running(space: &Space<'_>) -> String {
    let _: Deployment = space
        .create(json!({
            "metadata": {"name": "web"},
            "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "web"}}, "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "main", "image": "web:1"}]},
            }},
        }))
        .await;
    until("the pod", async || {
        let pods = space
            .api::<Pod>()
            .list(&ListParams::default())
            .await
            .unwrap();
        let names: Vec<String> = pods
            .items
            .into_iter()
            .filter_map(|pod| pod.metadata.name)
            .collect();
        names.first().cloned().ok_or(names)
    })
    .await
}

/// Somebody who may read, scale deployments and lock them, and delete nothing.
async fn scaler(space: &Space<'_>) -> Person {
    let rules = [
        rule("", &["pods", "events"], &READ),
        rule(
            "apps",
            &["deployments", "replicasets", "statefulsets", "daemonsets"],
            &READ,
        ),
        rule("apps", &["deployments/scale"], &["get", "patch"]),
        rule(
            "coordination.k8s.io",
            &["leases"],
            &["get", "create", "update", "delete"],
        ),
    ];
    let _: Role = space
        .create(json!({"metadata": {"name": "scaler"}, "rules": rules}))
        .await;
    let person = Person::in_space(space, "sam", None, "view");
    let subject =
        json!({"kind": "User", "name": person.name, "apiGroup": "rbac.authorization.k8s.io"});
    let _: RoleBinding = space
        .create(json!({
            "metadata": {"name": "scaler"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "scaler"},
            "subjects": [subject],
        }))
        .await;
    person
}

/// The actions as they stand on a target, each with the right it misses.
async fn offered(person: &Person, target: &str) -> Vec<(String, Option<String>)> {
    let told = person
        .call(&["actions", "list", "--json", "--target", target], "")
        .await;
    assert_eq!(told.code, Some(0), "{told:?}");
    let document = told.json();
    let items = document["items"].as_array().unwrap().clone();
    let missing = |item: &Value| {
        let refusal = &item["refusal"];
        (refusal["refusal"] == "forbidden").then(|| {
            let text = |key: &str| refusal[key].as_str().unwrap().to_owned();
            format!("{} {}", text("verb"), text("resource"))
        })
    };
    items
        .iter()
        .filter(|item| item["target"] == target || item["available"] == true)
        .map(|item| (item["id"].as_str().unwrap().to_owned(), missing(item)))
        .collect()
}

#[track_caller]
fn is(offers: &[(String, Option<String>)], id: &str, missing: Option<&str>) {
    let found = offers.iter().find(|(known, _)| known == id);
    let found = found.map(|(_, missing)| missing.as_deref());
    assert_eq!(found, Some(missing), "{id}: {offers:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_denied_is_listed_with_the_right_it_takes() {
    let bed = Bed::shared();
    let space = Space::new(&bed, "rights").await;
    let pod = format!("pod/{}", running(&space).await);
    let viewer = Person::in_space(&space, "vera", None, "view");
    let offers = offered(&viewer, "deployment/web").await;
    is(&offers, "generic/restart", Some("patch deployments"));
    is(&offers, "generic/scale", Some("patch deployments/scale"));
    let offers = offered(&viewer, &pod).await;
    is(&offers, "generic/delete-pod", Some("delete pods"));
    is(&offers, "generic/evict", Some("create pods/eviction"));

    let scaler = scaler(&space).await;
    let offers = offered(&scaler, "deployment/web").await;
    is(&offers, "generic/restart", Some("patch deployments"));
    is(&offers, "generic/scale", None);
    is(
        &offered(&scaler, &pod).await,
        "generic/delete-pod",
        Some("delete pods"),
    );

    // Who may change an object and not lock it learns that before it is planned.
    bed.kubectl(
        User::Admin,
        &[
            "-n",
            &space.name,
            "create",
            "role",
            "unlocked",
            "--verb=get,patch",
            "--resource=deployments.apps",
        ],
    );
    let unlocked = Person::in_space(&space, "una", None, "view");
    bed.kubectl(
        User::Admin,
        &[
            "-n",
            &space.name,
            "create",
            "rolebinding",
            "unlocked",
            "--role=unlocked",
            &format!("--user={}", unlocked.name),
        ],
    );
    is(
        &offered(&unlocked, "deployment/web").await,
        "generic/restart",
        Some("get leases"),
    );
    let refused = unlocked
        .call(
            &[
                "run",
                "generic/restart",
                "--target",
                "deployment/web",
                "--plan",
            ],
            "",
        )
        .await;
    assert_eq!(refused.code, Some(4), "{refused:?}");
    assert!(refused.err.contains("leases"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_palette_says_it_before_anything_is_proposed() {
    let bed = Bed::shared();
    let space = Space::new(&bed, "rights").await;
    let pod = running(&space).await;
    let scaler = scaler(&space).await;
    let shown = tokio::task::spawn_blocking(move || {
        let mut session = scaler.session(&[]);
        session.shows("web");
        session.types("4");
        session.until("the pod's workload", |terminal| terminal.has("1/1"));
        session.types("A");
        session.shows("Act on what is selected");
        session.until("what may be done and what may not", |terminal| {
            let scale = terminal.row_with("▸ Scale ");
            let restart = terminal.row_with("▸ Restart ");
            scale.is_some_and(|row| row.contains("deployment/web") && !row.contains("you may"))
                && restart.is_some_and(|row| row.contains("you may not patch"))
        });
        session.types("\x1b");
        session.hides("Act on what is selected");
        session.types("q");
        session.left()
    });
    assert_eq!(shown.await.unwrap(), 0, "{pod}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leases_of_what_has_no_namespace_are_where_the_settings_say() {
    let bed = Bed::shared();
    let mut space = Space::new(&bed, "rights").await;
    let node = space.still_node().await;
    bed.kubectl(User::Admin, &["cordon", &node]);
    let noah = Person::in_space(&space, "noah", None, "admin");
    let (role, user) = (
        format!("--clusterrole={node}"),
        format!("--user={}", noah.name),
    );
    let nodes = ["--verb=get,list,watch,patch", "--resource=nodes"];
    bed.kubectl(
        User::Admin,
        &[&["create", "clusterrole", &node][..], &nodes].concat(),
    );
    bed.kubectl(
        User::Admin,
        &["create", "clusterrolebinding", &node, &role, &user],
    );
    let target = format!("node/{node}");
    let uncordon = ["generic/uncordon", "--target", &target];
    // Not where it is unless somebody says otherwise: there nothing is theirs.
    let refused = noah.act(&uncordon).await;
    assert_eq!(refused.code, Some(4), "{refused:?}");
    assert!(
        refused
            .err
            .contains("leases.coordination.k8s.io in default"),
        "{refused:?}"
    );
    noah.config(&format!(
        "namespaces = [\"{0}\"]\ndiscover = \"off\"\n[locks]\nnamespace = \"{0}\"\n",
        space.name
    ));
    let leases = space.api::<Lease>();
    let acting = noah.act_at("after-lock=sleep(10000)", &uncordon);
    let seen = until("the Lease", async || {
        let all = leases.list(&ListParams::default()).await.unwrap();
        let names: Vec<String> = all
            .items
            .into_iter()
            .filter_map(|it| it.metadata.name)
            .collect();
        if names
            .iter()
            .any(|name| *name == format!("quarterdeck-nodes-{node}"))
        {
            Ok(())
        } else {
            Err(names)
        }
    });
    let (acted, ()) = tokio::join!(acting, seen);
    assert_eq!(acted.code, Some(0), "{acted:?}");
    bed.kubectl(
        User::Admin,
        &["delete", "clusterrole,clusterrolebinding", &node],
    );
}
