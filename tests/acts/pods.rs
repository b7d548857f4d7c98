//! What ends one pod: delete-pod, evict.

use http::Method;
use quarterdeck::domain::action::{
    preflight::Warning,
    refusal::Refusal,
    step::{Planned, StepKind},
    verdict::StepEnd,
};
use serde_json::{Value, json};

use super::{
    stage::{Stage, Who, act, failed, look, planned},
    way::{JSON, Mischief},
};
use crate::contract::kubernetes::{name_of, pod};

fn delete(stage: &Stage, name: &str) -> Planned {
    planned(StepKind::DeletePod {
        target: stage.target("Pod", name),
    })
}

fn evict(stage: &Stage, name: &str) -> Planned {
    planned(StepKind::Evict {
        target: stage.target("Pod", name),
    })
}

async fn waiting(stage: &Stage, name: &str) -> Value {
    stage
        .create(&stage.core("pods"), &pod(name, &["main"], true))
        .await
}

async fn names(stage: &Stage) -> Vec<String> {
    let pods = stage.get(&stage.core("pods")).await;
    let alive = pods["items"].as_array().unwrap().iter();
    let alive = alive.filter(|it| it["metadata"]["deletionTimestamp"].is_null());
    alive.map(|it| name_of(it).to_owned()).collect()
}

pub async fn exactly_the_pod_that_was_seen_goes(stage: &Stage) {
    for name in ["app", "app-1", "app-2"] {
        waiting(stage, name).await;
    }
    let executor = stage.executor(Who::Admin).await;
    let step = delete(stage, "app");
    let found = look(&executor, &step).await.unwrap();
    assert_eq!(names(stage).await.len(), 3, "a look ends nothing");
    assert_eq!(found.blast.pods, ["app"]);
    assert_eq!(found.blast.pods_more, -1);
    assert_eq!((found.undo, found.changes), (vec![], vec![]));
    let (_, end) = act(&executor, &step).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    assert_eq!(names(stage).await, ["app-1", "app-2"]);
    let (_, end) = act(&executor, &evict(stage, "app-1")).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    assert_eq!(names(stage).await, ["app-2"]);
}

pub async fn a_pod_that_was_made_anew_is_left_alone(stage: &Stage) {
    let path = format!("{}/app", stage.core("pods"));
    waiting(stage, "app").await;
    let executor = stage.patient_executor().await;
    for step in [delete(stage, "app"), evict(stage, "app")] {
        let now = json!({"gracePeriodSeconds": 0});
        stage.way.meanwhile(vec![
            (Method::DELETE, path.clone(), JSON, now),
            (
                Method::POST,
                stage.core("pods"),
                JSON,
                pod("app", &["main"], true),
            ),
        ]);
        let (_, end) = act(&executor, &step).await;
        assert!(failed(&end).contains("its uid was"), "{end:?}");
        assert_eq!(names(stage).await, ["app"]);
    }
}

pub async fn a_budget_refuses_an_eviction(stage: &Stage) {
    let budgets = format!(
        "/apis/policy/v1/namespaces/{}/poddisruptionbudgets",
        stage.space
    );
    let budget = json!({
        "metadata": {"name": "keep-one"},
        "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}},
    });
    stage.create(&budgets, &budget).await;
    stage.ready_deployment("web", 1).await;
    stage
        .kube
        .until(&budgets, "keep-one", |it| {
            it["status"]["currentHealthy"] == 1
        })
        .await;
    let name = names(stage).await.remove(0);
    let executor = stage.executor(Who::Admin).await;
    // A deletion asks no budget; that it goes over one is said.
    let found = look(&executor, &delete(stage, &name)).await.unwrap();
    let over = Warning::OverBudget {
        budget: "keep-one".to_owned(),
        allowed: 0,
    };
    assert!(found.warnings.contains(&over), "{:?}", found.warnings);
    assert_eq!(found.blast.pods_more, 0, "another one comes");
    let refusal = look(&executor, &evict(stage, &name)).await.unwrap_err();
    assert!(
        matches!(&refusal, Refusal::DryRun { why } if why.contains("keep-one")),
        "{refusal:?}"
    );
    // What the budget allowed when it was looked at it may refuse when it is done.
    let path = format!("{budgets}/keep-one");
    let spec = |least: u32| json!({"spec": {"minAvailable": least}});
    stage.merge(&path, &spec(0)).await;
    stage
        .kube
        .until(&budgets, "keep-one", |it| {
            it["status"]["disruptionsAllowed"] == 1
        })
        .await;
    let found = look(&executor, &evict(stage, &name)).await.unwrap();
    stage.merge(&path, &spec(1)).await;
    stage
        .kube
        .until(&budgets, "keep-one", |it| {
            it["status"]["disruptionsAllowed"] == 0
        })
        .await;
    let plan = super::stage::plan(&evict(stage, &name), &found.facts);
    let (end, _) = super::stage::run(&executor, &plan).await;
    assert!(failed(&end).contains("keep-one"), "{end:?}");
    assert_eq!(names(stage).await, [name]);
}

pub async fn a_lost_reply_is_unknown(stage: &Stage) {
    waiting(stage, "app").await;
    let executor = stage.executor(Who::Admin).await;
    stage.way.does(Mischief::Silence);
    let (_, end) = act(&executor, &delete(stage, "app")).await;
    assert!(matches!(end, StepEnd::Unknown { .. }), "{end:?}");
    assert_eq!(names(stage).await, [""; 0]);
    assert_eq!(stage.way.seen().len(), 1);
    stage.way.does(Mischief::Swallow);
    waiting(stage, "app").await;
    let (_, end) = act(&executor, &evict(stage, "app")).await;
    assert!(matches!(end, StepEnd::Unknown { .. }), "{end:?}");
    assert_eq!(names(stage).await, ["app"]);
}

pub async fn who_may_not_is_told(stage: &Stage) {
    waiting(stage, "app").await;
    let executor = stage.executor(Who::Viewer).await;
    for step in [delete(stage, "app"), evict(stage, "app")] {
        let refusal = look(&executor, &step).await.unwrap_err();
        assert!(matches!(refusal, Refusal::Forbidden { .. }), "{refusal:?}");
    }
    let refusal = look(&executor, &delete(stage, "app-")).await.unwrap_err();
    assert!(matches!(refusal, Refusal::NotFound { .. }), "{refusal:?}");
}
