//! What holds for every kind of step on objects: each is asked, sent once, stopped and refused in the same way.

use quarterdeck::domain::action::{
    fact::{Fact, FactName},
    refusal::Refusal,
    step::{Patch, Planned, StepKind, Template},
    value::Value as Known,
    verdict::StepEnd,
};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{
    stage::{Stage, Who, act, failed, look, plan, planned, run, run_until},
    way::Mischief,
};
use crate::contract::kubernetes::pod;

/// One step of each kind, and everything they act on.
async fn one_of_each(stage: &Stage) -> Vec<Planned> {
    stage.deployment("web", 0).await;
    let web = format!("{}/web", stage.apps("deployments"));
    let image = json!({"spec": {"template": {"spec": {
        "containers": [{"name": "main", "image": "registry.local/app:2"}]
    }}}});
    for change in [None, Some(&image)] {
        if let Some(change) = change {
            stage.merge(&web, change).await;
        }
        stage
            .kube
            .until(&stage.apps("deployments"), "web", |it| {
                it["status"]["observedGeneration"] == it["metadata"]["generation"]
            })
            .await;
    }
    for name in ["one", "two"] {
        let waiting = pod(name, &["main"], true);
        stage.create(&stage.core("pods"), &waiting).await;
    }
    let cronjob = json!({
        "metadata": {"name": "backup"},
        "spec": {"schedule": "0 0 1 1 *", "jobTemplate": {"spec": {"template": {"spec": {
            "restartPolicy": "Never",
            "containers": [{"name": "main", "image": "registry.local/backup:1"}],
        }}}}},
    });
    let cronjobs = format!("/apis/batch/v1/namespaces/{}/cronjobs", stage.space);
    stage.create(&cronjobs, &cronjob).await;
    let node = json!({"metadata": {"name": stage.space}});
    stage.create("/api/v1/nodes", &node).await;
    let web = || stage.target("Deployment", "web");
    let node = || stage.target("Node", &stage.space);
    let paused = [("minReadySeconds".to_owned(), Patch::Value(Known::Int(5)))];
    let paused = [("spec".to_owned(), Patch::Fields(paused.into()))];
    [
        StepKind::Restart { target: web() },
        StepKind::Scale {
            target: web(),
            replicas: 1,
        },
        StepKind::SetEnv {
            target: web(),
            container: None,
            name: "LEVEL".to_owned(),
            value: Some(Template::plain("debug")),
        },
        StepKind::Patch {
            target: web(),
            patch: Patch::Fields(paused.into()),
        },
        StepKind::Rollback {
            target: web(),
            revision: None,
        },
        StepKind::DeletePod {
            target: stage.target("Pod", "one"),
        },
        StepKind::Evict {
            target: stage.target("Pod", "two"),
        },
        StepKind::RunCronjob {
            target: stage.target("CronJob", "backup"),
        },
        StepKind::Cordon { target: node() },
        StepKind::Uncordon { target: node() },
    ]
    .into_iter()
    .map(planned)
    .collect()
}

async fn end(stage: &Stage) {
    let node = format!("/api/v1/nodes/{}", stage.space);
    stage.kube.delete(&node, &json!({})).await.expect(200);
}

pub async fn a_lost_reply_is_unknown_and_it_was_sent_once(stage: &Stage) {
    let steps = one_of_each(stage).await;
    let (patient, executor) = (
        stage.patient_executor().await,
        stage.executor(Who::Admin).await,
    );
    for step in steps {
        let name = step.kind.name();
        let before = stage.way.seen().len();
        let found = look(&patient, &step).await.unwrap();
        stage.way.does(Mischief::Swallow);
        let (end, _) = run(&executor, &plan(&step, &found.facts)).await;
        assert!(matches!(end, StepEnd::Unknown { .. }), "{name}: {end:?}");
        assert_eq!(stage.way.seen().len(), before + 1, "{name}");
    }
    end(stage).await;
}

pub async fn one_that_is_stopped_before_it_is_sent_did_nothing(stage: &Stage) {
    let steps = one_of_each(stage).await;
    let executor = stage.patient_executor().await;
    let stopped = CancellationToken::new();
    stopped.cancel();
    for step in steps {
        let name = step.kind.name();
        let found = look(&executor, &step).await.unwrap();
        let plan = plan(&step, &found.facts);
        let (end, _) = run_until(&executor, &plan, &stopped).await;
        assert_eq!(end, StepEnd::Cancelled { done: None }, "{name}");
    }
    assert_eq!(stage.way.seen().len(), 0);
    end(stage).await;
}

pub async fn one_that_was_agreed_to_for_another_object_is_not_sent(stage: &Stage) {
    let steps = one_of_each(stage).await;
    let executor = stage.patient_executor().await;
    for step in steps {
        let name = step.kind.name();
        let mut found = look(&executor, &step).await.unwrap();
        let uid: Vec<&mut Fact> = found
            .facts
            .iter_mut()
            .filter(|fact| fact.name == FactName::Uid)
            .collect();
        assert_eq!(uid.len(), 1, "{name} rests on which object it is");
        for fact in uid {
            fact.value = Known::text("of one that is gone");
        }
        let (end, _) = run(&executor, &plan(&step, &found.facts)).await;
        assert!(failed(&end).contains("its uid was"), "{name}: {end:?}");
    }
    assert_eq!(stage.way.seen().len(), 0);
    end(stage).await;
}

pub async fn who_may_not_is_told_before_anything_is_sent(stage: &Stage) {
    let steps = one_of_each(stage).await;
    let viewer = stage.executor(Who::Viewer).await;
    for step in steps {
        let name = step.kind.name();
        let refusal = look(&viewer, &step).await.unwrap_err();
        assert!(
            matches!(refusal, Refusal::Forbidden { .. }),
            "{name}: {refusal:?}"
        );
    }
    assert_eq!(stage.way.seen().len(), 0);
    end(stage).await;
}

pub async fn names_that_look_alike_and_other_namespaces_are_left_alone(stage: &Stage) {
    stage.deployment("web", 1).await;
    stage.deployment("web-1", 1).await;
    let other = stage.kube.namespace("acts").await.name;
    let deployments = |space: &str| format!("/apis/apps/v1/namespaces/{space}/deployments");
    let web = format!("{}/web", stage.apps("deployments"));
    let mut same = stage.get(&web).await;
    same["metadata"] = json!({"name": "web"});
    same.as_object_mut().expect("an object").remove("status");
    stage.create(&deployments(&other), &same).await;
    let executor = stage.executor(Who::Admin).await;
    let step = planned(StepKind::Scale {
        target: stage.target("Deployment", "web"),
        replicas: 3,
    });
    let (_, ended) = act(&executor, &step).await;
    assert!(matches!(ended, StepEnd::Done { .. }), "{ended:?}");
    let replicas =
        async |path: String| stage.get(&path).await["spec"]["replicas"].as_i64().unwrap();
    assert_eq!(replicas(web).await, 3);
    let alike = format!("{}/web-1", stage.apps("deployments"));
    assert_eq!(replicas(alike).await, 1);
    let elsewhere = format!("{}/web", deployments(&other));
    assert_eq!(replicas(elsewhere).await, 1);
    let path = format!("/api/v1/namespaces/{other}");
    let _ = stage.kube.delete(&path, &json!({})).await;
}
