//! The canary: one step at a time, and back.

use quarterdeck::domain::action::verdict::{Output, Verdict};

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

// row: C5, C8
pub async fn promote(stage: &Stage<'_>) {
    let to = |batch, weight| [("batch", batch), ("weight", weight)];
    let next = to("REL-B2", "5");
    let said = |why| stage.refuses("promote", &next, why);
    stands_on(stage, "REL-B2 5 0");
    stage
        .refuses("promote", &to("REL-B4", "50"), "one step at a time")
        .await;
    // Nobody said of REL-B2 what a person has to say.
    stage
        .refuses("promote", &to("REL-B3", "15"), "GuardUnknown")
        .await;
    stands_on(stage, "REL-B1 1 0");
    stage
        .refuses("promote", &to("REL-B2", "15"), "each batch with its weight")
        .await;
    // The gate is red, by its number and by its hook; it is unknown; the release light is red.
    stage.readings.say(&[("cost-burn", 0.81)]);
    said("gate of the step one stands on").await;
    stage
        .readings
        .say(&[("cost-burn", 0.5), ("hook/HK-05/delay", 5.1)]);
    said("gate of the step one stands on").await;
    stage.readings.say(&[("hook/HK-05/delay", 1.0)]);
    stage.readings.forget(&["sub-success"]);
    said("GuardUnknown").await;
    stage
        .readings
        .say(&[("sub-success", 1.0), ("regen-p95", 3.1)]);
    said("gate of the step one stands on").await;
    stage.readings.say(&[("regen-p95", 1.5)]);
    let calls = stage.says("calls/releasectl");
    assert!(!calls.contains("promote"), "{calls}");
    let run = stage.well("promote", &next).await;
    assert_eq!(stage.says("state/stage"), "REL-B2 5 0\n");
    let verdict = run.steps.last().and_then(|it| it.evidence.as_ref());
    assert!(verdict.is_some(), "{}", told(&run));
    let calls = stage.says("calls/releasectl");
    let wanted = "stage promote --env prod --batch REL-B2 --weight 5";
    assert_eq!(
        calls
            .lines()
            .filter(|it| it.contains("promote"))
            .collect::<Vec<_>>(),
        [wanted]
    );
}

// row: C5
pub async fn promote_staging(stage: &Stage<'_>) {
    let replays = |number| [("replays", number)];
    stage
        .refuses("promote-staging", &replays("499"), "500 contract replays")
        .await;
    assert_eq!(stage.says("state/staging"), "");
    stage.well("promote-staging", &replays("500")).await;
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

// row: C6
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_earlier_rollback_wrote_confirms_nothing() {
    let bed = crate::harness::Bed::shared();
    let stage = super::stage(&bed).await;
    stands_on(&stage, "REL-B2 5 0");
    let earlier = "REL-B2: DR-05: started\n";
    file(stage.folder.path(), "rollback_stage.log", earlier);
    file(stage.folder.path(), "state/no-dr-05", "");
    let run = stage.does("rollback", &[("batch", "REL-B2")]).await;
    assert_eq!(verdict(&run), Verdict::Unverified, "{}", told(&run));
    assert!(told(&run).contains("log.dr05"), "{}", told(&run));
    let log = stage.says("rollback_stage.log");
    assert_eq!(log, format!("{earlier}REL-B2: kill switch alone\n"));
    // And what it wrote itself does.
    std::fs::remove_file(stage.at("state/no-dr-05")).unwrap();
    stands_on(&stage, "REL-B2 5 0");
    stage.well("rollback", &[("batch", "REL-B2")]).await;
    assert_eq!(stage.says("state/dr-05"), "triggered\n");
}

// row: C6
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_of_a_rollback_is_shown_while_its_script_still_runs() {
    let bed = crate::harness::Bed::shared();
    let stage = super::stage(&bed).await;
    stands_on(&stage, "REL-B2 5 0");
    let log = "rollback_stage.log";
    file(stage.folder.path(), log, "REL-B1: DR-05: started\n");
    file(stage.folder.path(), "state/waits", "");
    let path = stage.at(log).display().to_string();
    let of_log = |all: &[Output]| -> String {
        let of_log = all.iter().filter(|it| it.of.as_ref() == Some(&path));
        of_log.map(|it| it.text.as_str()).collect()
    };
    let watching = async {
        crate::harness::until("a line of the log", async || {
            let all = stage.written();
            if of_log(&all).contains("REL-B2: DR-05: started\n") {
                Ok(())
            } else {
                Err(all)
            }
        })
        .await;
        // It waits for this, so its last word is not there yet.
        let all = stage.written();
        assert!(
            !all.iter().any(|it| it.text.contains("is rolled back")),
            "{all:?}"
        );
        std::fs::remove_file(stage.at("state/waits")).unwrap();
    };
    let batch = [("batch", "REL-B2")];
    let (run, ()) = futures::join!(stage.well("rollback", &batch), watching);
    let script = &run.steps[1].output;
    assert_eq!(of_log(script), "REL-B2: DR-05: started\n", "{}", told(&run));
    assert!(
        script
            .iter()
            .any(|it| it.of.is_none() && it.text.contains("is rolled back"))
    );
}
