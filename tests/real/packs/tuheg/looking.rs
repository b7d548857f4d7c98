//! What a diagnosis collects, in one run whose output stays.

use super::super::stage::{Stage, told};
use crate::harness::User;

// row: E5
pub async fn collect(stage: &Stage<'_>) {
    stage.deployment("backend-gateway", "main", 2).await;
    stage.deployment("redis", "main", 1).await;
    let scale = [
        "-n",
        &*stage.space.name,
        "scale",
        "deployment/redis",
        "--replicas=2",
    ];
    stage.space.bed.kubectl(User::Admin, &scale);
    stage.is_up("redis").await;
    let run = stage.well("collect", &[]).await;
    let output = |step: usize| format!("{:?}", run.steps[step].output);
    let (pods, events, up, lines) = (output(0), output(1), output(2), output(3));
    // Of all pods of the namespace, with their state.
    let gateway = stage.pods("backend-gateway").await;
    for pod in gateway.iter().chain(&stage.pods("redis").await) {
        assert!(pods.contains(pod.as_str()), "{pod}: {}", told(&run));
    }
    assert!(pods.contains("READY") && pods.contains("Running"), "{pods}");
    assert!(events.contains("ScalingReplicaSet"), "{events}");
    assert!(up.contains("success"), "{up}");
    for pod in &gateway {
        assert!(lines.contains(pod.as_str()), "{pod}: {lines}");
    }
}
