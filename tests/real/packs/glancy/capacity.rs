//! More of what serves and less of it again, with the permits in proportion.

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    time::Duration,
};

use super::super::stage::Stage;

/// What is served by so many pods with so many permits in all.
async fn served(stage: &Stage<'_>, name: &str, container: &str, replicas: i32, permits: &str) {
    let variables = [("DOUBAO_PERMITS", permits)];
    stage
        .deployment_with(name, container, replicas, &variables)
        .await;
    for pod in stage.pods(name).await {
        stage.inside(
            &pod,
            &BTreeMap::from([("DOUBAO_PERMITS", permits.to_owned())]),
        );
    }
}

/// Each pod that comes has what its deployment gives it.
async fn gives(stage: &Stage<'_>, name: &str) -> Infallible {
    let mut given = BTreeSet::new();
    let mut tick = tokio::time::interval(Duration::from_millis(200));
    loop {
        tick.tick().await;
        let permits = stage.variable(name, "DOUBAO_PERMITS").await;
        let permits = permits.unwrap_or_default();
        for pod in stage.pods(name).await {
            if given.insert(pod.clone()) {
                stage.inside(&pod, &BTreeMap::from([("DOUBAO_PERMITS", permits.clone())]));
            }
        }
    }
}

async fn shrink(stage: &Stage<'_>, action: &str, name: &str, container: &str) {
    served(stage, name, container, 3, "60").await;
    let to = |replicas, permits| [("replicas", replicas), ("permits", permits)];
    stage.readings.say(&[("queue-wait", 0.6)]);
    stage
        .refuses(action, &to("2", "40"), "three calm windows")
        .await;
    stage.readings.say(&[("queue-wait", 0.1)]);
    stage.refuses(action, &to("2", "60"), "in proportion").await;
    let less = to("2", "40");
    tokio::select! {
        _ = stage.well(action, &less) => {}
        never = gives(stage, name) => match never {},
    }
    assert_eq!(stage.replicas(name).await, 2);
    let permits = stage.variable(name, "DOUBAO_PERMITS").await;
    assert_eq!(permits.as_deref(), Some("40"));
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
