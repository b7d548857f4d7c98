//! An Alertmanager that nobody named, found among the services of the cluster, takes a silence through the API server, from
//! whoever may send one there.

use k8s_openapi::api::rbac::v1::{Role, RoleBinding};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{
    harness::{Bed, Person, Space},
    service_proxy::{lead, serve},
};

/// Somebody who sees the services of the space, and may do this with what is behind them.
async fn person(space: &Space<'_>, name: &str, verbs: &[&str]) -> Person {
    let rules = json!([
        {"apiGroups": [""], "resources": ["services"], "verbs": ["get", "list"]},
        {"apiGroups": [""], "resources": ["services/proxy"], "verbs": verbs},
    ]);
    let _: Role = space
        .create(json!({"metadata": {"name": name}, "rules": rules}))
        .await;
    let person = Person::in_space(space, name, None, "view");
    let _: RoleBinding = space
        .create(json!({
            "metadata": {"name": format!("{name}-proxy")},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
            "subjects": [{"kind": "User", "name": person.name, "apiGroup": "rbac.authorization.k8s.io"}],
        }))
        .await;
    person.config(&format!(
        "namespaces = [\"{}\"]\ndiscover = \"on\"\n",
        space.name
    ));
    person
}

async fn silences(bed: &Bed, alert: &str) -> Vec<Value> {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/api/v2/silences", bed.place("ALERTMANAGER_B_URL"));
    let all: Vec<Value> = client.get(url).send().await.unwrap().json().await.unwrap();
    let of = |it: &Value| it["matchers"][0]["value"] == alert;
    all.into_iter().filter(of).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_was_found_takes_it_and_who_may_not_is_told_before() {
    let bed = Bed::shared();
    let space = Space::new(&bed, "found").await;
    let mut tasks = JoinSet::new();
    let port = lead(&mut tasks, bed.place("ALERTMANAGER_A_URL")).await;
    let alert = format!("Found{}", space.name.replace('-', ""));
    let (of_alert, why) = (format!("matchers=alertname={alert}"), "why=of a test");
    let silence = [
        "generic/silence",
        "--param",
        &of_alert,
        "--param",
        "lasts=5m",
        "--param",
        why,
    ];

    let writer = person(&space, "wim", &["get", "create"]).await;
    // Where there is none, it says what to write where.
    let refused = writer.act(&silence).await;
    assert_eq!(refused.code, Some(4), "{refused:?}");
    assert!(
        refused
            .err
            .contains("alertmanager.urls or alertmanager.services"),
        "{refused:?}"
    );

    serve(&space, "alertmanager-operated", 9093, port).await;
    let reader = person(&space, "rea", &["get"]).await;
    let refused = reader.act(&silence).await;
    assert_eq!(refused.code, Some(4), "{refused:?}");
    assert!(
        refused.err.contains("the right to create services/proxy"),
        "{refused:?}"
    );
    assert_eq!(silences(&bed, &alert).await, Vec::<Value>::new());

    let acted = writer.act(&silence).await;
    assert!(matches!(acted.code, Some(0 | 1)), "{acted:?}");
    let made = silences(&bed, &alert).await;
    assert_eq!(made.len(), 1, "{made:?}");
    assert_eq!(made[0]["createdBy"], writer.name);
}
