//! Restart.

use quarterdeck::domain::action::{
    refusal::Refusal,
    step::{Planned, StepKind},
    verdict::StepEnd,
};
use serde_json::{Value, json};

use super::stage::{Stage, Who, act, failed, look, plan, planned, run};

fn restart(stage: &Stage, kind: &str, name: &str) -> Planned {
    planned(StepKind::Restart {
        target: stage.target(kind, name),
    })
}

fn restarted_at(object: &Value) -> &Value {
    &object["spec"]["template"]["metadata"]["annotations"]["kubectl.kubernetes.io/restartedAt"]
}

pub async fn it_restarts(stage: &Stage) {
    stage.deployment("web", 1).await;
    let web = format!("{}/web", stage.apps("deployments"));
    let executor = stage.executor(Who::Admin).await;
    // The first makes the annotations, the second replaces one, both within a second.
    let mut before = Value::Null;
    for _ in 0..2 {
        let (found, end) = act(&executor, &restart(stage, "Deployment", "web")).await;
        assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
        assert_eq!(found.undo, []);
        assert_eq!(found.changes.len(), 1, "{:?}", found.changes);
        let after = restarted_at(&stage.get(&web).await).clone();
        assert!(after.is_string() && after != before, "{after} {before}");
        before = after;
    }
    assert_eq!(stage.way.seen().len(), 2);
}

pub async fn one_that_was_restarted_meanwhile_is_left_alone(stage: &Stage) {
    stage.deployment("web", 1).await;
    let web = format!("{}/web", stage.apps("deployments"));
    let executor = stage.executor(Who::Admin).await;
    let step = restart(stage, "Deployment", "web");
    let found = look(&executor, &step).await.unwrap();
    let other = json!({"spec": {"template": {"metadata": {"annotations": {
        "kubectl.kubernetes.io/restartedAt": "2026-01-01T00:00:00Z"
    }}}}});
    stage.merge(&web, &other).await;
    let (end, _) = run(&executor, &plan(&step, &found.facts)).await;
    assert!(
        failed(&end).contains("was nothing and is 2026-01-01"),
        "{end:?}"
    );
    assert_eq!(restarted_at(&stage.get(&web).await), "2026-01-01T00:00:00Z");
    assert_eq!(stage.way.seen().len(), 0);
}

pub async fn one_that_is_paused_is_refused(stage: &Stage) {
    stage.deployment("web", 1).await;
    let web = format!("{}/web", stage.apps("deployments"));
    stage.merge(&web, &json!({"spec": {"paused": true}})).await;
    let executor = stage.executor(Who::Admin).await;
    let refusal = look(&executor, &restart(stage, "Deployment", "web"))
        .await
        .unwrap_err();
    assert!(
        matches!(&refusal, Refusal::DryRun { why } if why.contains("paused")),
        "{refusal:?}"
    );
    // A ReplicaSet's pods don't follow its template.
    let refusal = look(&executor, &restart(stage, "ReplicaSet", "web"))
        .await
        .unwrap_err();
    assert!(matches!(refusal, Refusal::DryRun { .. }), "{refusal:?}");
}
