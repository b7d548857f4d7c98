//! Scale.

use http::Method;
use quarterdeck::{
    domain::action::{
        fact::FactName,
        refusal::Refusal,
        step::{Planned, StepKind},
        value::Value as Known,
        verdict::StepEnd,
    },
    runtime::executors::kubernetes::{KubernetesExecutor, audit_id},
};
use serde_json::json;

use super::{
    stage::{Stage, Who, act, clock, failed, look, plan, planned, run},
    way::{MERGE, Mischief},
};

fn scale(stage: &Stage, name: &str, replicas: i64) -> Planned {
    planned(StepKind::Scale {
        target: stage.target("Deployment", name),
        replicas,
    })
}

async fn replicas(stage: &Stage, name: &str) -> i64 {
    let path = format!("{}/{name}", stage.apps("deployments"));
    stage.get(&path).await["spec"]["replicas"].as_i64().unwrap()
}

pub async fn it_scales(stage: &Stage) {
    stage.deployment("web", 1).await;
    stage.deployment("web-2", 1).await;
    let executor = stage.executor(Who::Admin).await;
    let step = scale(stage, "web", 3);
    let found = look(&executor, &step).await.unwrap();
    assert_eq!(stage.way.seen().len(), 0, "a look changes nothing");
    assert_eq!(replicas(stage, "web").await, 1);
    let told: Vec<_> = found
        .changes
        .iter()
        .map(|it| (it.field.as_str(), it.from.as_deref(), it.to.as_deref()))
        .collect();
    assert_eq!(told, [("spec.replicas", Some("1"), Some("3"))]);
    assert_eq!(found.before["replicas"], Known::Int(1));
    assert_eq!(found.undo, [scale(stage, "web", 1)]);
    let (end, _) = run(&executor, &plan(&step, &found.facts)).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    assert_eq!(replicas(stage, "web").await, 3);
    assert_eq!(replicas(stage, "web-2").await, 1);
    let seen = stage.way.seen();
    assert_eq!(seen.len(), 1, "{seen:#?}");
    let header = |name: &str| seen[0].headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("audit-id"), audit_id(&"run-1".into()));
    assert!(header("user-agent").starts_with("quarterdeck/"));
    assert!(seen[0].query.contains("fieldManager=quarterdeck"));
    // Who wrote it last is told to the next one.
    let again = look(&executor, &scale(stage, "web", 1)).await.unwrap();
    let fact = again
        .facts
        .iter()
        .find(|it| it.name == FactName::Field("/spec/replicas".to_owned()));
    let by = fact.unwrap().by.clone().unwrap();
    assert!(by.split(' ').next() == Some("quarterdeck"), "{by}");
}

// row: G9
pub async fn one_that_drifted_is_left_alone(stage: &Stage) {
    stage.deployment("web", 1).await;
    let executor = stage.executor(Who::Admin).await;
    let step = scale(stage, "web", 3);
    let found = look(&executor, &step).await.unwrap();
    let web = format!("{}/web", stage.apps("deployments"));
    stage.merge(&web, &json!({"spec": {"replicas": 2}})).await;
    let plan = plan(&step, &found.facts);
    let (end, _) = run(&executor, &plan).await;
    let why = failed(&end);
    assert!(why.contains("/spec/replicas was 1 and is 2 now"), "{why}");
    assert_eq!(replicas(stage, "web").await, 2);
    assert_eq!(stage.way.seen().len(), 0);
}

pub async fn one_that_drifts_in_the_last_moment_is_left_alone(stage: &Stage) {
    stage.deployment("web", 1).await;
    let executor = stage.executor(Who::Admin).await;
    let web = format!("{}/web?fieldManager=somebody", stage.apps("deployments"));
    let other = json!({"spec": {"replicas": 2}});
    stage
        .way
        .meanwhile(vec![(Method::PATCH, web, MERGE, other)]);
    let (_, end) = act(&executor, &scale(stage, "web", 3)).await;
    let why = failed(&end);
    assert!(
        why.contains("/spec/replicas was 1 and is 2 now, written by somebody"),
        "{why}"
    );
    assert_eq!(replicas(stage, "web").await, 2);
}

pub async fn another_of_the_same_name_is_left_alone(stage: &Stage) {
    stage.deployment("web", 1).await;
    let executor = stage.executor(Who::Admin).await;
    let step = scale(stage, "web", 3);
    let found = look(&executor, &step).await.unwrap();
    let web = format!("{}/web", stage.apps("deployments"));
    stage
        .kube
        .delete(&web, &json!({"propagationPolicy": "Background"}))
        .await
        .expect(200);
    stage.deployment("web", 1).await;
    let (end, _) = run(&executor, &plan(&step, &found.facts)).await;
    let why = failed(&end);
    assert!(why.contains("its uid was"), "{why}");
    assert_eq!(replicas(stage, "web").await, 1);
    assert_eq!(stage.way.seen().len(), 0);
}

pub async fn a_lost_reply_is_unknown_and_it_was_done_once(stage: &Stage) {
    lost(stage, Mischief::Silence).await;
}

pub async fn a_cut_reply_is_unknown_and_it_was_done_once(stage: &Stage) {
    lost(stage, Mischief::Cut).await;
}

async fn lost(stage: &Stage, mischief: Mischief) {
    stage.deployment("web", 1).await;
    let executor = stage.executor(Who::Admin).await;
    stage.way.does(mischief);
    let (_, end) = act(&executor, &scale(stage, "web", 3)).await;
    assert!(matches!(end, StepEnd::Unknown { .. }), "{end:?}");
    assert_eq!(replicas(stage, "web").await, 3);
    let seen = stage.way.seen();
    assert_eq!(seen.len(), 1, "{seen:#?}");
}

pub async fn a_server_that_is_away_did_nothing(stage: &Stage) {
    stage.deployment("web", 1).await;
    // The port of a listener that is gone.
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", gone.local_addr().unwrap());
    drop(gone);
    let connection = stage.connect(Who::Admin, &url, &stage.way.ca_pem).await;
    let away = KubernetesExecutor::new(&connection, clock());
    let step = scale(stage, "web", 3);
    let refusal = look(&away, &step).await.unwrap_err();
    assert!(matches!(refusal, Refusal::Unreadable { .. }), "{refusal:?}");
    let executor = stage.executor(Who::Admin).await;
    let found = look(&executor, &step).await.unwrap();
    let (end, _) = run(&away, &plan(&step, &found.facts)).await;
    failed(&end);
    assert_eq!(replicas(stage, "web").await, 1);
}

pub async fn who_may_not_is_told_what_is_missing(stage: &Stage) {
    stage.deployment("web", 1).await;
    let executor = stage.executor(Who::Viewer).await;
    let refusal = look(&executor, &scale(stage, "web", 3)).await.unwrap_err();
    let Refusal::Forbidden {
        verb,
        resource,
        namespace,
        why,
    } = refusal
    else {
        panic!("{refusal:?}");
    };
    assert_eq!(
        (verb.as_str(), resource.as_str()),
        ("patch", "deployments/scale.apps")
    );
    assert_eq!(namespace.as_deref(), Some(stage.space.as_str()));
    assert!(why.contains(&stage.kube.viewer_name), "{why}");
    assert_eq!(replicas(stage, "web").await, 1);
}

pub async fn what_is_not_there_is_not_found(stage: &Stage) {
    stage.deployment("web", 1).await;
    let executor = stage.executor(Who::Admin).await;
    for name in ["web-", "we", "../deployments/web", "web/scale", ""] {
        let refusal = look(&executor, &scale(stage, name, 3)).await.unwrap_err();
        let known = matches!(refusal, Refusal::NotFound { .. } | Refusal::DryRun { .. });
        assert!(known, "{name}: {refusal:?}");
    }
    assert_eq!(stage.way.seen().len(), 0);
}

pub async fn from_and_to_none(stage: &Stage) {
    stage.deployment("web", 2).await;
    let executor = stage.executor(Who::Admin).await;
    for (from, to) in [(2, 0), (0, 0), (0, 1)] {
        let (found, end) = act(&executor, &scale(stage, "web", to)).await;
        assert_eq!(found.before["replicas"], Known::Int(from));
        assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
        assert_eq!(replicas(stage, "web").await, to);
    }
    // What was none is tested too.
    let step = scale(stage, "web", 0);
    let found = look(&executor, &step).await.unwrap();
    act(&executor, &step).await;
    let three = scale(stage, "web", 3);
    let none = look(&executor, &three).await.unwrap();
    let web = format!("{}/web", stage.apps("deployments"));
    let other = json!({"spec": {"replicas": 2}});
    stage
        .way
        .meanwhile(vec![(Method::PATCH, web, MERGE, other)]);
    let (end, _) = run(&executor, &plan(&three, &none.facts)).await;
    assert!(
        failed(&end).contains("was 0 and is 2 now"),
        "{end:?} {found:?}"
    );
}
