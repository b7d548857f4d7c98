//! The ingress without its rules, and with exactly them again.

use std::sync::Arc;

use quarterdeck::domain::action::record::Run;
use serde_json::{Value, json};

use super::super::stage::{Stage, told};
use crate::harness::until;

/// Rules that say more than any server fills in.
fn rules() -> Value {
    json!([
        {"host": "api.tuheg.com", "http": {"paths": [
            {"path": "/v1", "pathType": "Prefix", "backend": {"service": {"name": "backend-gateway", "port": {"number": 8080}}}},
            {"path": "/v2", "pathType": "Exact", "backend": {"service": {"name": "backend-gateway", "port": {"name": "http"}}}},
        ]}},
        {"host": "www.tuheg.com", "http": {"paths": [
            {"path": "/", "pathType": "ImplementationSpecific", "backend": {"service": {"name": "web", "port": {"number": 80}}}},
        ]}},
    ])
}

fn ingress(stage: &Stage<'_>, backend: Option<&str>) {
    let mut spec = json!({"rules": rules()});
    if let Some(name) = backend {
        spec["defaultBackend"] = json!({"service": {"name": name, "port": {"number": 80}}});
    }
    stage.apply(&json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
        "metadata": {"name": "main-ingress"}, "spec": spec,
    }));
}

fn spec(stage: &Stage<'_>) -> Value {
    stage.object("ingress/main-ingress")["spec"].clone()
}

/// The traffic falls once the rules are gone, and no sooner: what is verified is read from the ingress alone.
async fn switched(stage: &Stage<'_>, action: &str) -> Arc<Run> {
    let falls = until("main-ingress without rules", async || {
        let now = spec(stage);
        if now["rules"].is_null() {
            Ok(())
        } else {
            Err(now)
        }
    });
    let falls = async {
        falls.await;
        stage.readings.say(&[("gateway-rate", 0.2)]);
    };
    let (run, ()) = tokio::join!(stage.well(action, &[]), falls);
    run
}

// row: E6
pub async fn to_default(stage: &Stage<'_>) {
    ingress(stage, None);
    stage
        .refuses("traffic-to-default", &[], "no default backend")
        .await;
    assert_eq!(spec(stage)["rules"], rules());
    ingress(stage, Some("apology"));
    let before = spec(stage);
    let run = switched(stage, "traffic-to-default").await;
    let now = spec(stage);
    assert!(now["rules"].is_null(), "{now}");
    assert_eq!(now["defaultBackend"]["service"]["name"], "apology");
    let back = stage.takes_back(&run).await.unwrap();
    assert_eq!(spec(stage), before, "{}", told(&back));
}

// row: E6
pub async fn to_maintenance(stage: &Stage<'_>) {
    ingress(stage, None);
    let before = spec(stage);
    stage
        .refuses("traffic-to-maintenance", &[], "maintenance page")
        .await;
    stage.deployment("maintenance-page", "main", 1).await;
    let run = switched(stage, "traffic-to-maintenance").await;
    let now = spec(stage);
    assert!(now["rules"].is_null(), "{now}");
    assert_eq!(now["defaultBackend"]["service"]["name"], "maintenance-page");
    let back = stage.takes_back(&run).await.unwrap();
    assert_eq!(spec(stage), before, "{}", told(&back));
}
