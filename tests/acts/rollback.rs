//! Rollback.

use http::Method;
use quarterdeck::domain::action::{
    refusal::Refusal,
    step::{Planned, StepKind},
    value::Value as Known,
    verdict::StepEnd,
};
use serde_json::{Value, json};

use super::{
    stage::{Stage, Who, act, failed, look, planned},
    way::MERGE,
};

fn rollback(stage: &Stage, kind: &str, revision: Option<i64>) -> Planned {
    planned(StepKind::Rollback {
        target: stage.target(kind, &kind.to_lowercase()),
        revision,
    })
}

fn image(object: &Value) -> &str {
    let container = &object["spec"]["template"]["spec"]["containers"][0];
    container["image"].as_str().unwrap()
}

fn of_image(image: &str) -> Value {
    json!({"spec": {"template": {"spec": {
        "containers": [{"name": "main", "image": image}]
    }}}})
}

/// A workload that has seen the images 1, 2 and 3.
async fn revised(stage: &Stage, kind: &str) -> String {
    let plural = format!("{}s", kind.to_lowercase());
    let collection = stage.apps(&plural);
    let name = kind.to_lowercase();
    let web = format!("{collection}/{name}");
    if kind == "Deployment" {
        stage.deployment(&name, 1).await;
    } else {
        let mut body = json!({
            "metadata": {"name": name},
            "spec": {
                "selector": {"matchLabels": {"app": name}},
                "template": {
                    "metadata": {"labels": {"app": name}},
                    "spec": {"containers": [{"name": "main", "image": "registry.local/app:1"}]},
                },
            },
        });
        if kind == "StatefulSet" {
            body["spec"]["serviceName"] = json!("web");
        }
        stage.create(&collection, &body).await;
    }
    for number in 1..=3 {
        let image = of_image(&format!("registry.local/app:{number}"));
        if number > 1 {
            stage.merge(&web, &image).await;
        }
        stage
            .kube
            .until(&collection, &name, |it| {
                it["status"]["observedGeneration"] == it["metadata"]["generation"]
            })
            .await;
    }
    web
}

pub async fn a_deployment_goes_back(stage: &Stage) {
    let web = revised(stage, "Deployment").await;
    let executor = stage.executor(Who::Admin).await;
    let (found, end) = act(&executor, &rollback(stage, "Deployment", None)).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    assert_eq!(image(&stage.get(&web).await), "registry.local/app:2");
    assert_eq!(found.before["revision"], Known::Int(3));
    assert_eq!(found.undo, [rollback(stage, "Deployment", Some(3))]);
    let fields: Vec<&str> = found.changes.iter().map(|it| it.field.as_str()).collect();
    assert_eq!(fields, ["spec.template.spec.containers[main].image"]);
    // And forth again, as its undo says.
    let collection = stage.apps("deployments");
    let rolled =
        |it: &Value| it["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "4";
    stage.kube.until(&collection, "deployment", rolled).await;
    let (_, end) = act(&executor, &found.undo[0]).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    let back = stage.get(&web).await;
    assert_eq!(image(&back), "registry.local/app:3");
    let labels = &back["spec"]["template"]["metadata"]["labels"];
    assert_eq!(*labels, json!({"app": "deployment"}));
}

pub async fn sets_go_back_too(stage: &Stage) {
    for kind in ["StatefulSet", "DaemonSet"] {
        let web = revised(stage, kind).await;
        let executor = stage.executor(Who::Admin).await;
        let (found, end) = act(&executor, &rollback(stage, kind, Some(1))).await;
        assert!(matches!(end, StepEnd::Done { .. }), "{kind}: {end:?}");
        assert_eq!(found.before["revision"], Known::Int(3), "{kind}");
        assert_eq!(
            image(&stage.get(&web).await),
            "registry.local/app:1",
            "{kind}"
        );
    }
}

pub async fn a_revision_that_is_none_is_not_found(stage: &Stage) {
    revised(stage, "Deployment").await;
    let executor = stage.executor(Who::Admin).await;
    let step = rollback(stage, "Deployment", Some(9));
    let refusal = look(&executor, &step).await.unwrap_err();
    assert!(matches!(refusal, Refusal::NotFound { .. }), "{refusal:?}");
}

pub async fn one_whose_spec_moved_in_the_last_moment_is_left_alone(stage: &Stage) {
    let web = revised(stage, "Deployment").await;
    let executor = stage.executor(Who::Admin).await;
    let other = of_image("registry.local/app:4");
    stage
        .way
        .meanwhile(vec![(Method::PATCH, web.clone(), MERGE, other)]);
    let (_, end) = act(&executor, &rollback(stage, "Deployment", None)).await;
    assert!(failed(&end).contains("its generation was"), "{end:?}");
    assert_eq!(image(&stage.get(&web).await), "registry.local/app:4");
}
