//! More of what serves and less of it again, with the permits in proportion.

use super::super::stage::{Stage, told};
use crate::harness::until;

/// What is served by so many pods with so many permits in all.
async fn served(stage: &Stage<'_>, name: &str, container: &str, replicas: i32, permits: &str) {
    let variables = [("DOUBAO_PERMITS", permits)];
    stage
        .deployment_with(name, container, replicas, &variables)
        .await;
}

fn to<'a>(replicas: &'a str, permits: &'a str) -> [(&'a str, &'a str); 2] {
    [("replicas", replicas), ("permits", permits)]
}

async fn has(stage: &Stage<'_>, name: &str, replicas: i32, permits: &str) {
    assert_eq!(stage.replicas(name).await, replicas);
    let found = stage.variable(name, "DOUBAO_PERMITS").await;
    assert_eq!(found.as_deref(), Some(permits));
}

async fn scale(stage: &Stage<'_>, action: &str, name: &str, container: &str) {
    let tried = async {
        served(stage, name, container, 2, "40").await;
        let more = to("3", "60");
        stage.refuses(action, &more, "five minutes of load").await;
        stage.readings.forget(&["queue-wait"]);
        stage.refuses(action, &more, "GuardUnknown").await;
        stage.readings.say(&[("queue-wait", 0.6)]);
        stage.refuses(action, &to("3", "40"), "in proportion").await;
        stage.refuses(action, &to("1", "20"), "upwards").await;
        has(stage, name, 2, "40").await;
        // The load falls once there are more of them.
        let falls = async {
            until("more pods are asked for", async || {
                match stage.replicas(name).await {
                    3 => Ok(()),
                    other => Err(other),
                }
            })
            .await;
            stage.readings.say(&[("queue-wait", 0.1)]);
        };
        let (run, ()) = tokio::join!(stage.well(action, &more), falls);
        has(stage, name, 3, "60").await;
        let entry = run.steps.last().and_then(|it| it.evidence.as_ref());
        assert!(entry.is_some(), "capacity-events: {}", told(&run));
    };
    tokio::select! {
        () = tried => {}
        never = stage.admits() => match never {},
    }
}

async fn shrink(stage: &Stage<'_>, action: &str, name: &str, container: &str) {
    let tried = async {
        served(stage, name, container, 3, "60").await;
        stage.readings.say(&[("queue-wait", 0.6)]);
        stage
            .refuses(action, &to("2", "40"), "three calm windows")
            .await;
        stage.readings.say(&[("queue-wait", 0.1)]);
        stage.refuses(action, &to("2", "60"), "in proportion").await;
        stage.well(action, &to("2", "40")).await;
        has(stage, name, 2, "40").await;
    };
    tokio::select! {
        () = tried => {}
        never = stage.admits() => match never {},
    }
}

// row: C20
pub async fn scale_bff(stage: &Stage<'_>) {
    scale(stage, "scale-lookup-bff", "lookup-bff", "bff").await;
}

// row: C20
pub async fn scale_adapter(stage: &Stage<'_>) {
    scale(stage, "scale-llm-adapter", "llm-adapter", "adapter").await;
}

// row: C20
pub async fn shrink_bff(stage: &Stage<'_>) {
    shrink(stage, "shrink-lookup-bff", "lookup-bff", "bff").await;
}

// row: C20
pub async fn shrink_adapter(stage: &Stage<'_>) {
    shrink(stage, "shrink-llm-adapter", "llm-adapter", "adapter").await;
}

// row: C16, C24
pub async fn scale_poller(stage: &Stage<'_>) {
    stage.deployment("subscription-poller", "poller", 1).await;
    stage
        .refuses("scale-subscription-poller", &[("replicas", "13")], "13")
        .await;
    stage
        .well("scale-subscription-poller", &[("replicas", "3")])
        .await;
    assert_eq!(stage.replicas("subscription-poller").await, 3);
}

async fn restart(stage: &Stage<'_>, action: &str, name: &str) {
    stage.deployment(name, "main", 2).await;
    let before = stage.pods(name).await;
    stage.well(action, &[]).await;
    let after = stage.pods(name).await;
    assert!(
        after.iter().all(|pod| !before.contains(pod)),
        "{before:?} {after:?}"
    );
}

// row: C16, C24
pub async fn restart_streaming(stage: &Stage<'_>) {
    restart(stage, "restart-streaming-gateway", "streaming-gateway").await;
}

// row: C16, C24
pub async fn restart_adapter(stage: &Stage<'_>) {
    restart(stage, "restart-llm-adapter", "llm-adapter").await;
}
