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
    way::{MERGE, Mischief},
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

// row: E6
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

/// A controller writes an annotation of its own at any moment: that is no drift of what a patch rests on.
pub async fn what_others_write_between_is_no_refusal(stage: &Stage) {
    // No controller annotates these.
    let sets = stage.apps("statefulsets");
    let labels = json!({"app": "modes"});
    let body = json!({"metadata": {"name": "modes"}, "spec": {
        "replicas": 0, "serviceName": "modes", "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": [
            {"name": "main", "image": "registry.local/app:1"}
        ]}},
    }});
    stage.create(&sets, &body).await;
    let modes = format!("{sets}/modes");
    let executor = stage.executor(Who::Admin).await;
    let step = |of: &str| {
        let target = stage.target("StatefulSet", "modes");
        let patch = json!({"metadata": {"annotations": {"example.com/of": of}}});
        planned(StepKind::Patch {
            target,
            patch: as_patch(&patch),
        })
    };
    let theirs = |key: &str| {
        let body = json!({"metadata": {"annotations": {key: "theirs"}}});
        vec![(Method::PATCH, modes.clone(), MERGE, body)]
    };
    let of_us = step("us");
    // The map of annotations comes into being between the two: what was tested for is not so any more.
    stage
        .way
        .does(Mischief::BetweenReadAndTrial(theirs("example.com/first")));
    let found = look(&executor, &of_us).await.unwrap();
    let fields: Vec<&str> = found.changes.iter().map(|it| it.field.as_str()).collect();
    assert_eq!(fields, ["metadata.annotations[example.com/of]"]);
    let gone = json!({"metadata": {"annotations": {"example.com/first": null}}});
    stage.merge(&modes, &gone).await;
    stage.way.meanwhile(theirs("example.com/second"));
    let (end, _) = run(&executor, &plan(&of_us, &found.facts)).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    assert_eq!(stage.way.seen().len(), 2, "once refused, once done");
    let annotations = stage.get(&modes).await["metadata"]["annotations"].clone();
    assert_eq!(annotations["example.com/of"], "us");
    assert_eq!(annotations["example.com/second"], "theirs");
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
