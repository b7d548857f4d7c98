//! Exports that pile up: more workers by rungs, jobs that are tried again once.

use super::{
    super::stage::{Stage, told},
    databases::{Tables, redis},
};

fn piles_up(stage: &Stage<'_>, depth: f64) {
    stage.readings.say(&[("exports-depth", depth)]);
}

// row: C17
pub async fn scale(stage: &Stage<'_>) {
    stage.deployment("export-worker", "worker", 24).await;
    let to = |replicas| [("replicas", replicas)];
    piles_up(stage, 2000.0);
    stage
        .refuses("scale-export-workers", &to("36"), "backlog")
        .await;
    piles_up(stage, 2001.0);
    // No rung is skipped, and none is made up.
    stage.refuses("scale-export-workers", &to("48"), "36").await;
    stage.refuses("scale-export-workers", &to("30"), "30").await;
    assert_eq!(stage.replicas("export-worker").await, 24);
    let run = stage.well("scale-export-workers", &to("36")).await;
    assert_eq!(stage.replicas("export-worker").await, 36, "{}", told(&run));
}

// row: C17
pub async fn shrink(stage: &Stage<'_>) {
    stage.deployment("export-worker", "worker", 36).await;
    let to = [("replicas", "24")];
    piles_up(stage, 300.0);
    stage
        .refuses("shrink-export-workers", &to, "three good windows")
        .await;
    piles_up(stage, 12.0);
    stage.well("shrink-export-workers", &to).await;
    assert_eq!(stage.replicas("export-worker").await, 24);
}

// row: C17
pub async fn restart(stage: &Stage<'_>) {
    stage.deployment("export-worker", "worker", 3).await;
    let before = stage.pods("export-worker").await;
    let run = stage.well("restart-export-workers", &[]).await;
    assert!(
        run.steps[0].evidence.is_some(),
        "the image was looked at: {}",
        told(&run)
    );
    let after = stage.pods("export-worker").await;
    assert!(
        after.iter().all(|pod| !before.contains(pod)),
        "{before:?} {after:?}"
    );
}

// row: C17
pub async fn stuck(stage: &Stage<'_>) {
    let _tables = Tables::exports(stage);
    let run = stage.well("stuck-exports", &[]).await;
    let said = told(&run);
    assert!(said.contains("job-4"), "{said}");
    for other in ["job-1", "job-5", "job-6"] {
        assert!(!said.contains(other), "{other} is not stuck: {said}");
    }
    assert!(
        said.contains("failed") && said.contains("running"),
        "{said}"
    );
}

// row: C17, G11
pub async fn requeue(stage: &Stage<'_>) {
    let tables = Tables::exports(stage);
    let run = stage
        .well("requeue-exports", &[("ids", "job-1,job-2,job-4")])
        .await;
    let failed = "SELECT string_agg(job_id, ',') FROM export_jobs WHERE status = 'failed'";
    assert_eq!(tables.ask(failed), "job-3", "{}", told(&run));
    // What runs is left alone, and what was failed stands once where the trigger put it.
    let pending =
        "SELECT string_agg(job_id, ',' ORDER BY job_id) FROM export_jobs WHERE status = 'pending'";
    assert_eq!(tables.ask(pending), "job-1,job-2");
    let enqueued = "SELECT string_agg(job_id, ',' ORDER BY job_id) FROM enqueued";
    assert_eq!(tables.ask(enqueued), "job-1,job-2");
    let again = [("ids", "job-1,job-2")];
    stage
        .refuses("requeue-exports", &again, "none of these failed")
        .await;
    assert_eq!(tables.ask(enqueued), "job-1,job-2");
}

// row: C17
pub async fn push(stage: &Stage<'_>) {
    let tables = Tables::exports(stage);
    tables.ask("INSERT INTO export_jobs (job_id, status) VALUES ('job-7', 'pending'), ('job-8', 'pending')");
    redis(stage, "5", &["DEL", "exports:pending"]);
    redis(stage, "5", &["LPUSH", "exports:pending", "job-7"]);
    stage
        .refuses("push-export", &[("id", "job-7")], "stands in the queue")
        .await;
    // One that runs, is done, has failed, or is not there: each is known, and none waits.
    for id in ["job-4", "job-6", "job-1", "job-9"] {
        stage.refuses("push-export", &[("id", id)], "Guard {").await;
    }
    stage.well("push-export", &[("id", "job-8")]).await;
    let queue = redis(stage, "5", &["LRANGE", "exports:pending", "0", "-1"]);
    redis(stage, "5", &["DEL", "exports:pending"]);
    assert_eq!(queue, "job-8\njob-7", "each stands once");
}
