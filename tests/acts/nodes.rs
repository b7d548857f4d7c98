//! Cordon and uncordon.

use http::Method;
use quarterdeck::domain::action::{
    refusal::Refusal, step::StepKind, value::Value as Known, verdict::StepEnd,
};
use serde_json::json;

use super::{
    stage::{Stage, Who, act, failed, look, planned},
    way::MERGE,
};

pub async fn it_cordons_and_uncordons(stage: &Stage) {
    // A node of the test's own, that nobody plays.
    let node = format!("/api/v1/nodes/{}", stage.space);
    stage
        .create("/api/v1/nodes", &json!({"metadata": {"name": stage.space}}))
        .await;
    let target = stage.target("Node", &stage.space);
    let cordon = planned(StepKind::Cordon {
        target: target.clone(),
    });
    let uncordon = planned(StepKind::Uncordon { target });
    let executor = stage.executor(Who::Admin).await;
    let unschedulable = async || stage.get(&node).await["spec"]["unschedulable"].clone();

    let (found, end) = act(&executor, &cordon).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    assert_eq!(unschedulable().await, true);
    assert_eq!(found.before["unschedulable"], Known::Absent);
    assert_eq!(found.undo, std::slice::from_ref(&uncordon));
    assert!(
        found
            .changes
            .iter()
            .any(|it| it.field == "spec.unschedulable"),
        "{:?}",
        found.changes
    );
    // Once more changes nothing, and there is nothing to take back.
    let (found, end) = act(&executor, &cordon).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    assert_eq!(found.undo, []);
    let (found, _) = act(&executor, &uncordon).await;
    assert_eq!(found.undo, std::slice::from_ref(&cordon));
    assert!(unschedulable().await.is_null());
    let (_, end) = act(&executor, &uncordon).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");

    let other = json!({"spec": {"unschedulable": true}});
    stage
        .way
        .meanwhile(vec![(Method::PATCH, node.clone(), MERGE, other)]);
    let (_, end) = act(&executor, &cordon).await;
    assert!(
        failed(&end).contains("/spec/unschedulable was nothing and is true now"),
        "{end:?}"
    );

    let viewer = stage.executor(Who::Viewer).await;
    let refusal = look(&viewer, &uncordon).await.unwrap_err();
    let clusterwide = matches!(
        &refusal,
        Refusal::Forbidden {
            namespace: None,
            ..
        }
    );
    assert!(clusterwide, "{refusal:?}");
    stage.kube.delete(&node, &json!({})).await.expect(200);
}
