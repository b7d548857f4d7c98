//! Backups that are made again.

use k8s_openapi::api::{batch::v1::Job, core::v1::Pod};
use kube::api::ListParams;
use quarterdeck::domain::action::verdict::Verdict;
use serde_json::json;

use super::super::{
    programs::file,
    stage::{Stage, told, verdict},
};
use crate::harness::{Bed, until};

// row: C14
pub async fn base_backup(stage: &Stage<'_>) {
    stage.cronjob("pg-basebackup").await;
    let run = stage.well("rerun-base-backup", &[]).await;
    assert_eq!(verdict(&run), Verdict::Verified, "{}", told(&run));
    assert!(told(&run).contains("succeeded"), "{}", told(&run));
    let jobs = stage
        .space
        .api::<Job>()
        .list(&ListParams::default())
        .await
        .unwrap();
    assert_eq!(jobs.items.len(), 1);
}

// row: C14
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_base_backup_whose_job_fails_is_not_verified() {
    let bed = Bed::shared();
    let sooner = (
        "'succeeded'\", within = \"4h\"",
        "'succeeded'\", within = \"20s\"",
    );
    let stage = super::stage_with(&bed, &[sooner]).await;
    stage.still_cronjob("pg-basebackup").await;
    let pods = stage.space.api::<Pod>();
    let fails = async {
        let name = until("the pod of the job", async || {
            let all = pods.list(&ListParams::default()).await.unwrap().items;
            let pod = all.into_iter().next().ok_or("none")?;
            Ok::<_, &str>(pod.metadata.name.unwrap())
        })
        .await;
        let status = json!({"phase": "Failed"});
        stage.space.patch_status(&name, status).await;
    };
    let (run, ()) = tokio::join!(stage.does("rerun-base-backup", &[]), fails);
    assert_eq!(verdict(&run), Verdict::Unverified, "{}", told(&run));
    assert!(told(&run).contains("failed"), "{}", told(&run));
    // It was made again all the same: nobody makes it a second time by mistake.
    let jobs = stage.space.api::<Job>();
    let jobs = jobs.list(&ListParams::default()).await.unwrap();
    assert_eq!(jobs.items.len(), 1);
}

// row: C14
pub async fn wal(stage: &Stage<'_>) {
    is_said(stage, "rerun-wal").await;
}

fn dumps(stage: &Stage<'_>, ending: &str) -> Vec<std::path::PathBuf> {
    let found = std::fs::read_dir(stage.at("srv/backup")).unwrap();
    let paths = found.map(|it| it.unwrap().path());
    let all = paths.filter(|it| it.extension().is_some_and(|it| it == ending));
    all.collect()
}

// row: C14
pub async fn exports_dump(stage: &Stage<'_>) {
    let run = stage.well("rerun-exports-dump", &[]).await;
    assert_eq!(dumps(stage, "sql").len(), 1, "{}", told(&run));
    assert!(!told(&run).contains("never-shown"));
    // One that ends in the middle is none, whatever it says of itself.
    file(stage.folder.path(), "state/cut-dump", "");
    let run = stage.does("rerun-exports-dump", &[]).await;
    assert!(
        !matches!(verdict(&run), Verdict::Verified | Verdict::Done),
        "{}",
        told(&run)
    );
}

// row: C14
pub async fn redis_dump(stage: &Stage<'_>) {
    let run = stage.well("rerun-redis-dump", &[]).await;
    let [dump] = &dumps(stage, "rdb")[..] else {
        panic!("{}", told(&run));
    };
    let bytes = std::fs::read(dump).unwrap();
    assert!(bytes.starts_with(b"REDIS"), "{} bytes", bytes.len());
}

// row: C14
pub async fn keys_export(stage: &Stage<'_>) {
    let run = stage.well("rerun-keys-export", &[]).await;
    assert_eq!(verdict(&run), Verdict::Verified, "{}", told(&run));
    assert_eq!(stage.says("state/keys"), "exported\n");
}

async fn is_said(stage: &Stage<'_>, action: &str) {
    let run = stage.well(action, &[]).await;
    assert!(
        run.steps.iter().all(|it| it.evidence.is_some()),
        "{}",
        told(&run)
    );
}

// row: C14
pub async fn replication(stage: &Stage<'_>) {
    is_said(stage, "rerun-replication").await;
}

// row: C14
pub async fn results(stage: &Stage<'_>) {
    is_said(stage, "upload-results").await;
}
