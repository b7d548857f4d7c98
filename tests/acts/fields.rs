//! What sets fields: set-env, patch.

use http::Method;
use quarterdeck::domain::action::{
    refusal::Refusal,
    step::{Patch, Planned, StepKind, Template},
    value::Value as Known,
    verdict::StepEnd,
};
use serde_json::{Value, json};

use super::{
    stage::{Stage, Who, act, failed, look, plan, planned, run},
    way::MERGE,
};

fn set_env(stage: &Stage, name: &str, value: Option<&str>) -> Planned {
    planned(StepKind::SetEnv {
        target: stage.target("Deployment", "web"),
        container: None,
        name: name.to_owned(),
        value: value.map(Template::plain),
    })
}

fn patch(stage: &Stage, value: &Value) -> Planned {
    planned(StepKind::Patch {
        target: stage.target("Deployment", "web"),
        patch: as_patch(value),
    })
}

fn as_patch(value: &Value) -> Patch {
    match value {
        Value::Object(fields) => {
            let fields = fields.iter();
            Patch::Fields(
                fields
                    .map(|(key, it)| (key.clone(), as_patch(it)))
                    .collect(),
            )
        }
        Value::Array(items) => Patch::List(items.iter().map(as_patch).collect()),
        Value::String(text) => Patch::Text(Template::plain(text.as_str())),
        other => Patch::Value(serde_json::from_value(other.clone()).unwrap()),
    }
}

fn env(object: &Value) -> Value {
    let env = object["spec"]["template"]["spec"]["containers"][0].get("env");
    env.cloned().unwrap_or_default()
}

pub async fn a_variable_is_set_and_taken_away(stage: &Stage) {
    stage.deployment("web", 0).await;
    let web = format!("{}/web", stage.apps("deployments"));
    let executor = stage.executor(Who::Admin).await;
    let (first, end) = act(&executor, &set_env(stage, "MODE", Some("fast"))).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    assert_eq!(first.before["value"], Known::Absent);
    act(&executor, &set_env(stage, "MODE-", Some("other"))).await;
    let (second, _) = act(&executor, &set_env(stage, "MODE", Some("slow"))).await;
    assert_eq!(second.before["value"], Known::text("fast"));
    let named =
        |mode: &str| json!([{"name": "MODE", "value": mode}, {"name": "MODE-", "value": "other"}]);
    assert_eq!(env(&stage.get(&web).await), named("slow"));
    let field = "spec.template.spec.containers[main].env[MODE].value";
    assert_eq!(second.changes[0].field, field);
    // Each is taken back by what there was before.
    let (_, end) = act(&executor, &second.undo[0]).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    assert_eq!(env(&stage.get(&web).await), named("fast"));
    act(&executor, &first.undo[0]).await;
    assert_eq!(
        env(&stage.get(&web).await),
        json!([{"name": "MODE-", "value": "other"}])
    );
}

pub async fn a_variable_from_elsewhere_comes_back_from_there(stage: &Stage) {
    stage.deployment("web", 0).await;
    let web = format!("{}/web", stage.apps("deployments"));
    let from = json!([{"name": "MODE", "valueFrom": {"configMapKeyRef": {"name": "modes", "key": "mode"}}}]);
    let given = json!({"spec": {"template": {"spec": {"containers": [
        {"name": "main", "image": "registry.local/app:1", "env": from}
    ]}}}});
    stage.merge(&web, &given).await;
    let executor = stage.executor(Who::Admin).await;
    let (found, end) = act(&executor, &set_env(stage, "MODE", Some("slow"))).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    assert_eq!(
        env(&stage.get(&web).await),
        json!([{"name": "MODE", "value": "slow"}])
    );
    let (_, end) = act(&executor, &found.undo[0]).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    assert_eq!(env(&stage.get(&web).await), from);
}

pub async fn a_variable_that_drifts_in_the_last_moment_is_left_alone(stage: &Stage) {
    stage.deployment("web", 0).await;
    let web = format!("{}/web", stage.apps("deployments"));
    let executor = stage.executor(Who::Admin).await;
    act(&executor, &set_env(stage, "MODE", Some("fast"))).await;
    let other = json!({"spec": {"template": {"spec": {"containers": [
        {"name": "main", "image": "registry.local/app:1", "env": [{"name": "MODE", "value": "theirs"}]}
    ]}}}});
    stage
        .way
        .meanwhile(vec![(Method::PATCH, web.clone(), MERGE, other)]);
    let (_, end) = act(&executor, &set_env(stage, "MODE", Some("slow"))).await;
    failed(&end);
    assert_eq!(
        env(&stage.get(&web).await),
        json!([{"name": "MODE", "value": "theirs"}])
    );
}

pub async fn a_patch_sets_what_it_names_and_is_taken_back(stage: &Stage) {
    stage.deployment("web", 0).await;
    let web = format!("{}/web", stage.apps("deployments"));
    let executor = stage.executor(Who::Admin).await;
    let step = patch(
        stage,
        &json!({
            "metadata": {"annotations": {"example.com/of": "us"}},
            "spec": {"minReadySeconds": 7, "template": {"spec": {"containers": [
                {"name": "main", "args": ["--fast"]}
            ]}}},
        }),
    );
    let (found, end) = act(&executor, &step).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    let after = stage.get(&web).await;
    let container = |it: &Value| it["spec"]["template"]["spec"]["containers"][0].clone();
    assert_eq!(container(&after)["args"], json!(["--fast"]));
    assert_eq!(container(&after)["image"], "registry.local/app:1");
    assert_eq!(after["spec"]["minReadySeconds"], 7);
    assert_eq!(after["metadata"]["annotations"]["example.com/of"], "us");
    let mut fields: Vec<&str> = found.changes.iter().map(|it| it.field.as_str()).collect();
    fields.sort_unstable();
    assert!(fields.contains(&"spec.minReadySeconds"), "{fields:?}");
    assert!(
        fields.contains(&"spec.template.spec.containers[main].args"),
        "{fields:?}"
    );
    let (_, end) = act(&executor, &found.undo[0]).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    let back = stage.get(&web).await;
    assert!(container(&back)["args"].is_null());
    assert!(back["spec"]["minReadySeconds"].is_null());
    assert!(back["metadata"]["annotations"]["example.com/of"].is_null());
}

pub async fn a_patch_of_what_drifted_is_not_sent(stage: &Stage) {
    stage.deployment("web", 0).await;
    let web = format!("{}/web", stage.apps("deployments"));
    let executor = stage.executor(Who::Admin).await;
    let step = patch(stage, &json!({"spec": {"minReadySeconds": 7}}));
    let found = look(&executor, &step).await.unwrap();
    stage
        .merge(&web, &json!({"spec": {"minReadySeconds": 3}}))
        .await;
    let (end, _) = run(&executor, &plan(&step, &found.facts)).await;
    failed(&end);
    assert_eq!(stage.way.seen().len(), 0);
    let other = json!({"spec": {"minReadySeconds": 4}});
    stage
        .way
        .meanwhile(vec![(Method::PATCH, web.clone(), MERGE, other)]);
    let (_, end) = act(&executor, &step).await;
    failed(&end);
    assert_eq!(stage.get(&web).await["spec"]["minReadySeconds"], 4);
}

pub async fn what_the_server_would_not_take_is_refused(stage: &Stage) {
    stage.deployment("web", 0).await;
    let executor = stage.executor(Who::Admin).await;
    let wrong = patch(
        stage,
        &json!({"spec": {"template": {"spec": {"containers": [
            {"name": "main", "image": ""}
        ]}}}}),
    );
    let refusal = look(&executor, &wrong).await.unwrap_err();
    assert!(matches!(refusal, Refusal::DryRun { .. }), "{refusal:?}");
    let status = patch(stage, &json!({"status": {"replicas": 9}}));
    let refusal = look(&executor, &status).await.unwrap_err();
    assert!(matches!(refusal, Refusal::DryRun { .. }), "{refusal:?}");
    let viewer = stage.executor(Who::Viewer).await;
    let refusal = look(&viewer, &set_env(stage, "A", Some("b")))
        .await
        .unwrap_err();
    assert!(matches!(refusal, Refusal::Forbidden { .. }), "{refusal:?}");
    assert_eq!(stage.way.seen().len(), 0);
}
