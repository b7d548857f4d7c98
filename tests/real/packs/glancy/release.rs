//! The canary: one step at a time, and back.

use quarterdeck::domain::action::verdict::Verdict;

use super::super::{
    programs::file,
    stage::{Stage, told, verdict},
};

fn stands_on(stage: &Stage<'_>, text: &str) {
    file(stage.folder.path(), "state/stage", &format!("{text}\n"));
}

// row: C5
pub async fn status(stage: &Stage<'_>) {
    let run = stage.well("stage-status", &[]).await;
    assert!(told(&run).contains("REL-B1"), "{}", told(&run));
}

// row: C5
pub async fn promote_staging(stage: &Stage<'_>) {
    stage.well("promote-staging", &[]).await;
    assert_eq!(stage.says("state/staging"), "staged\n");
}

// row: C6
pub async fn rollback(stage: &Stage<'_>) {
    let batch = |name| [("batch", name)];
    stands_on(stage, "REL-B2 5 0");
    stage
        .refuses("rollback", &batch("REL-B3"), "the batch that is out")
        .await;
    stage.well("rollback", &batch("REL-B2")).await;
    assert_eq!(
        stage.says("state/flags/glancy.lookup.force_basic"),
        "true\n"
    );
    // The script triggers it, and nobody else does.
    assert_eq!(stage.says("state/dr-05"), "triggered\n");
    let calls = stage.says("calls/configctl");
    assert!(!calls.contains("feature set"), "{calls}");
}

// row: C6
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rollback_whose_kill_switch_is_not_set_is_not_verified() {
    let bed = crate::harness::Bed::shared();
    let stage = super::stage(&bed).await;
    stands_on(&stage, "REL-B2 5 0");
    file(stage.folder.path(), "state/no-kill-switch", "");
    let run = stage.does("rollback", &[("batch", "REL-B2")]).await;
    assert_eq!(verdict(&run), Verdict::Unverified, "{}", told(&run));
    assert!(told(&run).contains("kill.value"), "{}", told(&run));
    assert_eq!(stage.says("state/dr-05"), "triggered\n");
}
