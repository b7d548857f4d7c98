//! Pods and logs, of all pods of a workload.

use super::super::stage::{Stage, told};

async fn shows_each(stage: &Stage<'_>, action: &str, name: &str, container: &str) {
    stage.deployment(name, container, 2).await;
    let pods = stage.pods(name).await;
    assert_eq!(pods.len(), 2);
    let run = stage.well(action, &[]).await;
    let [list, lines] = &run.steps[..] else {
        panic!("{}", told(&run));
    };
    for pod in &pods {
        for step in [list, lines] {
            let said = format!("{:?}", step.output);
            assert!(said.contains(pod), "{pod}: {}", told(&run));
        }
    }
}

// row: C17, G6
pub async fn workers(stage: &Stage<'_>) {
    shows_each(stage, "export-logs", "export-worker", "worker").await;
}

// row: C16, G6
pub async fn gateway(stage: &Stage<'_>) {
    shows_each(stage, "gateway-logs", "api-gateway", "gateway").await;
}

// row: C16, C18, G6
pub async fn adapter(stage: &Stage<'_>) {
    shows_each(stage, "adapter-logs", "llm-adapter", "adapter").await;
}
