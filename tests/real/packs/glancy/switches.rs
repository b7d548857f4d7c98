//! The switches of configctl: a snapshot first, what was there is kept and given back.

use super::super::stage::{Stage, told};
use crate::harness::until;

// row: C7
pub async fn list(stage: &Stage<'_>) {
    let run = stage.well("flags-list", &[]).await;
    assert!(
        told(&run).contains("glancy.exports.enabled=true"),
        "{}",
        told(&run)
    );
}

// row: C7
pub async fn snapshot(stage: &Stage<'_>) {
    let run = stage.well("config-snapshot", &[]).await;
    assert!(run.steps[1].evidence.is_some(), "{}", told(&run));
    assert_eq!(
        stage.says("calls/configctl"),
        "snapshot create --env prod\n"
    );
}

// row: C7, C16
pub async fn force_basic(stage: &Stage<'_>) {
    switch(stage, "force-basic", "glancy.lookup.force_basic", "true").await;
}

// row: C7, C16
pub async fn force_degrade(stage: &Stage<'_>) {
    stage.readings.say(&[("circuit-open", 1.0)]);
    stage.refuses("force-degrade", &[], "circuit").await;
    stage.readings.say(&[("circuit-open", 0.0)]);
    switch(stage, "force-degrade", "glancy.degrade.force_basic", "true").await;
}

// row: C7, C16
pub async fn stop_regenerate(stage: &Stage<'_>) {
    switch(
        stage,
        "stop-regenerate",
        "glancy.regenerate.enabled",
        "false",
    )
    .await;
}

// row: C7, C17
pub async fn stop_exports(stage: &Stage<'_>) {
    switch(stage, "stop-exports", "glancy.exports.enabled", "false").await;
}

// row: C7, C20
pub async fn stop_low_priority_exports(stage: &Stage<'_>) {
    let flag = "glancy.exports.low_priority";
    switch(stage, "stop-low-priority-exports", flag, "false").await;
}

// row: C7, C16
pub async fn cache_l2_first(stage: &Stage<'_>) {
    let why = [("why", "429")];
    stage.refuses("cache-l2-first", &why, "only where").await;
    stage.readings.say(&[("rate-429", 0.025)]);
    // Cost does not ask for it, and nothing else was said.
    stage.refuses("cache-l2-first", &[], "only where").await;
    // Fewer are limited once it is set.
    let flag = "glancy.cache.mode";
    let falls = async {
        until("it is set", async || {
            match stage.says(&format!("state/flags/{flag}")) {
                set if set == "l2_prio\n" => Ok(()),
                other => Err(other),
            }
        })
        .await;
        stage.readings.say(&[("rate-429", 0.01)]);
    };
    let set = switch_with(stage, "cache-l2-first", &why, flag, "l2_prio");
    tokio::join!(set, falls);
}

// row: C7, C16
pub async fn limit_user_rpm(stage: &Stage<'_>) {
    let rpm = [("rpm", "150")];
    switch_with(
        stage,
        "limit-user-rpm",
        &rpm,
        "glancy.ratelimit.user_rpm",
        "150",
    )
    .await;
}

async fn switch(stage: &Stage<'_>, action: &str, flag: &str, value: &str) {
    switch_with(stage, action, &[], flag, value).await;
}

/// It is set, kept, refused a second time and given back; each call names the environment.
async fn switch_with(
    stage: &Stage<'_>,
    action: &str,
    params: &[(&str, &str)],
    flag: &str,
    value: &str,
) {
    let at = format!("state/flags/{flag}");
    let before = stage.says(&at);
    let run = stage.well(action, params).await;
    assert_eq!(stage.says(&at), format!("{value}\n"));
    let saved = told(&run);
    assert!(saved.contains("snap-20250418-01"), "{saved}");
    let kept = format!("{:?}", run.intent.plan.before);
    assert!(kept.contains(before.trim()), "{kept}");
    stage.refuses(action, params, "now.value").await;
    let back = stage.takes_back(&run).await.unwrap();
    assert_eq!(stage.says(&at), before, "{}", told(&back));
    let calls = stage.says("calls/configctl");
    assert!(
        calls.lines().all(|call| call.ends_with(" --env prod")),
        "{calls}"
    );
    let order: Vec<&str> = calls
        .lines()
        .filter(|call| !call.starts_with("feature get"))
        .collect();
    let set = |value: &str| format!("feature set {flag} {value} --env prod");
    let wanted = [
        "snapshot create --env prod".to_owned(),
        set(value),
        set(before.trim()),
    ];
    assert_eq!(order, wanted);
}
