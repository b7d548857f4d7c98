//! The gateway: made anew, rolled back, scaled.

use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use kube::api::DeleteParams;
use quarterdeck::domain::action::verdict::Verdict;
use serde_json::json;

use super::super::stage::{Stage, told, verdict};
use crate::harness::User;

const GATEWAY: &str = "backend-gateway";

async fn anew(stage: &Stage<'_>, action: &str) {
    stage.deployment(GATEWAY, "main", 3).await;
    let before = stage.pods(GATEWAY).await;
    stage.well(action, &[]).await;
    let after = stage.pods(GATEWAY).await;
    assert!(
        after.iter().all(|pod| !before.contains(pod)),
        "{before:?} {after:?}"
    );
}

// row: E6, E8a, E8b
pub async fn restart(stage: &Stage<'_>) {
    anew(stage, "restart-gateway").await;
}

// row: E9b
pub async fn restart_leaking(stage: &Stage<'_>) {
    anew(stage, "restart-leaking").await;
}

// row: E6, E9a
pub async fn rollback(stage: &Stage<'_>) {
    stage.deployment(GATEWAY, "main", 2).await;
    let bed = stage.space.bed;
    let image = [
        "-n",
        &*stage.space.name,
        "set",
        "image",
        "deployment/backend-gateway",
        "main=registry.local/app:2",
    ];
    bed.kubectl(User::Admin, &image);
    stage.is_up(GATEWAY).await;
    stage.well("rollback-gateway", &[]).await;
    let image = &stage.object("deployment/backend-gateway")["spec"]["template"]["spec"]["containers"]
        [0]["image"];
    assert_eq!(image, "registry.local/app:1");
    assert_eq!(
        stage.says("calls/rollback.sh"),
        "backend-gateway production\n"
    );
    a_script_that_does_nothing_is_not_verified(stage).await;
}

/// All pods are new and ready before as after: only the revision tells.
async fn a_script_that_does_nothing_is_not_verified(stage: &Stage<'_>) {
    const REVISED: &str = "before.was.revision && updated(target) == desired(target) && ready(target) == desired(target)\", within = ";
    let sooner = [format!("{REVISED}\"10m\""), format!("{REVISED}\"15s\"")];
    let replaced = [(&*sooner[0], &*sooner[1])];
    let idle = super::stage_with(stage.space.bed, "exit 0", &replaced).await;
    idle.deployment(GATEWAY, "main", 2).await;
    let run = idle.does("rollback-gateway", &[]).await;
    assert_eq!(verdict(&run), Verdict::Unverified, "{}", told(&run));
    assert!(told(&run).contains("revision"), "{}", told(&run));
}

// row: E8, E8b
pub async fn scale(stage: &Stage<'_>) {
    stage.deployment(GATEWAY, "main", 8).await;
    // "5" would shrink what has more.
    stage.refuses("scale-gateway", &[], "fewer than 5").await;
    assert_eq!(stage.replicas(GATEWAY).await, 8);
    let three = [
        "-n",
        &*stage.space.name,
        "scale",
        "deployment/backend-gateway",
        "--replicas=3",
    ];
    stage.space.bed.kubectl(User::Admin, &three);
    stage.is_up(GATEWAY).await;
    // An autoscaler of another name, which owns it all the same.
    let scaler: HorizontalPodAutoscaler = stage
        .space
        .create(json!({
            "metadata": {"name": "by-load"},
            "spec": {
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": GATEWAY},
                "minReplicas": 2, "maxReplicas": 10,
            },
        }))
        .await;
    stage.refuses("scale-gateway", &[], "by-load").await;
    assert_eq!(stage.replicas(GATEWAY).await, 3);
    let name = scaler.metadata.name.unwrap();
    let scalers = stage.space.api::<HorizontalPodAutoscaler>();
    scalers
        .delete(&name, &DeleteParams::default())
        .await
        .unwrap();
    let run = stage.well("scale-gateway", &[]).await;
    assert_eq!(stage.replicas(GATEWAY).await, 5, "{}", told(&run));
}
