//! The unit of the BFF.

use quarterdeck::domain::action::verdict::Verdict;

use super::super::{
    programs::file,
    stage::{Stage, told, verdict},
};

/// What releasectl says of who is served here, and what the switches say.
fn served(stage: &Stage<'_>, here: &str, switch: &str) {
    file(
        stage.folder.path(),
        "state/stage",
        &format!("REL-B2 5 {here}\n"),
    );
    for flag in ["regenerate", "exports"] {
        let path = format!("state/flags/glancy.{flag}.enabled");
        file(stage.folder.path(), &path, &format!("{switch}\n"));
    }
}

// row: C4
pub async fn status(stage: &Stage<'_>) {
    let run = stage.well("backend-status", &[]).await;
    for text in [
        "glancy-backend.service: active",
        "10:00:00 glancy-backend: ready",
        "ready too",
    ] {
        assert!(told(&run).contains(text), "{text}: {}", told(&run));
    }
    // Of a unit that is stopped systemctl ends with 3: it is told, and what follows is looked at as well.
    file(stage.folder.path(), "state/unit", "inactive\n");
    let run = stage.well("backend-status", &[]).await;
    for text in ["glancy-backend.service: inactive", "ready too"] {
        assert!(told(&run).contains(text), "{text}: {}", told(&run));
    }
}

// row: C4
pub async fn start(stage: &Stage<'_>) {
    stage.refuses("backend-start", &[], "runs already").await;
    file(stage.folder.path(), "state/unit", "inactive\n");
    stage.well("backend-start", &[]).await;
    assert_eq!(stage.says("state/unit"), "active\n");
}

// row: C4
pub async fn stop(stage: &Stage<'_>) {
    goes_only_where_nobody_is(stage, "backend-stop").await;
    let run = stage.well("backend-stop", &[]).await;
    assert_eq!(stage.says("state/unit"), "inactive\n");
    let back = stage.takes_back(&run).await.unwrap();
    assert_eq!(stage.says("state/unit"), "active\n", "{}", told(&back));
}

// row: C4
pub async fn restart(stage: &Stage<'_>) {
    goes_only_where_nobody_is(stage, "backend-restart").await;
    stage.well("backend-restart", &[]).await;
    let calls = stage.says("calls/systemctl");
    let restarts = calls.lines().filter(|it| it.starts_with("restart "));
    assert_eq!(restarts.count(), 1, "{calls}");
}

// row: C4
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_that_begins_nothing_anew_is_not_verified() {
    let bed = crate::harness::Bed::shared();
    let stage = super::stage(&bed).await;
    served(&stage, "0", "false");
    file(stage.folder.path(), "state/no-restart", "");
    let run = stage.does("backend-restart", &[]).await;
    assert_eq!(verdict(&run), Verdict::Unverified, "{}", told(&run));
    assert!(told(&run).contains("started.at"), "{}", told(&run));
}

async fn goes_only_where_nobody_is(stage: &Stage<'_>, action: &str) {
    served(stage, "5", "false");
    stage.refuses(action, &[], "stage.here").await;
    served(stage, "0", "true");
    stage.refuses(action, &[], "regenerate.value").await;
    served(stage, "0", "false");
}
