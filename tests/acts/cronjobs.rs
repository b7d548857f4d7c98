//! Run a cron job now.

use quarterdeck::domain::action::{
    refusal::Refusal,
    step::{Planned, StepKind},
    value::Value as Known,
    verdict::StepEnd,
};
use serde_json::{Value, json};

use super::{
    stage::{Stage, Who, act, failed, look, plan, planned, run},
    way::Mischief,
};

fn run_cronjob(stage: &Stage) -> Planned {
    planned(StepKind::RunCronjob {
        target: stage.target("CronJob", "backup"),
    })
}

fn collection(stage: &Stage, plural: &str) -> String {
    format!("/apis/batch/v1/namespaces/{}/{plural}", stage.space)
}

async fn cronjob(stage: &Stage) -> Value {
    let body = json!({
        "metadata": {"name": "backup"},
        "spec": {"schedule": "0 0 1 1 *", "jobTemplate": {
            "metadata": {"labels": {"of": "backup"}, "annotations": {"kept": "yes"}},
            "spec": {"template": {"spec": {
                "restartPolicy": "Never",
                "containers": [{"name": "main", "image": "registry.local/backup:1"}],
            }}},
        }},
    });
    stage.create(&collection(stage, "cronjobs"), &body).await
}

async fn jobs(stage: &Stage) -> Vec<Value> {
    let jobs = stage.get(&collection(stage, "jobs")).await;
    jobs["items"].as_array().unwrap().clone()
}

pub async fn it_makes_one_job(stage: &Stage) {
    let cronjob = cronjob(stage).await;
    let executor = stage.executor(Who::Admin).await;
    let step = run_cronjob(stage);
    let found = look(&executor, &step).await.unwrap();
    assert_eq!(jobs(stage).await.len(), 0, "a look makes nothing");
    assert_eq!(found.blast.pods_more, 1);
    let plan = plan(&step, &found.facts);
    let (end, _) = run(&executor, &plan).await;
    let StepEnd::Done { said, .. } = end else {
        panic!("{end:?}");
    };
    let made = jobs(stage).await;
    assert_eq!(made.len(), 1);
    let metadata = &made[0]["metadata"];
    assert_eq!(said[0].name, "job");
    assert_eq!(
        said[0].value,
        Known::text(metadata["name"].as_str().unwrap())
    );
    assert_eq!(
        metadata["annotations"]["cronjob.kubernetes.io/instantiate"],
        "manual"
    );
    assert_eq!(metadata["annotations"]["kept"], "yes");
    assert_eq!(metadata["labels"]["of"], "backup");
    let owner = &metadata["ownerReferences"][0];
    assert_eq!(owner["uid"], cronjob["metadata"]["uid"]);
    assert_eq!(owner["controller"], true);
    // The same step of the same run makes no second one, and says which one there is.
    let (end, _) = run(&executor, &plan).await;
    assert!(
        matches!(&end, StepEnd::Done { said: again, .. } if *again == said),
        "{end:?}"
    );
    assert_eq!(jobs(stage).await.len(), 1);
}

pub async fn a_lost_reply_is_unknown_and_one_job_is_there(stage: &Stage) {
    cronjob(stage).await;
    let executor = stage.executor(Who::Admin).await;
    stage.way.does(Mischief::Cut);
    let (_, end) = act(&executor, &run_cronjob(stage)).await;
    assert!(matches!(end, StepEnd::Unknown { .. }), "{end:?}");
    assert_eq!(jobs(stage).await.len(), 1);
}

pub async fn one_that_was_changed_is_not_run(stage: &Stage) {
    cronjob(stage).await;
    let executor = stage.executor(Who::Admin).await;
    let step = run_cronjob(stage);
    let found = look(&executor, &step).await.unwrap();
    let path = format!("{}/backup", collection(stage, "cronjobs"));
    stage
        .merge(&path, &json!({"spec": {"schedule": "0 0 2 1 *"}}))
        .await;
    let (end, _) = run(&executor, &plan(&step, &found.facts)).await;
    assert!(failed(&end).contains("its generation was"), "{end:?}");
    let viewer = stage.executor(Who::Viewer).await;
    let refusal = look(&viewer, &step).await.unwrap_err();
    let Refusal::Forbidden { verb, resource, .. } = refusal else {
        panic!("{refusal:?}");
    };
    assert_eq!((verb.as_str(), resource.as_str()), ("create", "jobs.batch"));
    assert_eq!(jobs(stage).await.len(), 0);
}
