//! The budgets over pods that end.

use serde_json::Value;

use super::super::{
    pods::{Pod, list},
    selector::Selector,
    wire::{Trouble, Wire},
};
use crate::domain::{
    action::{preflight::Budget, target::Target},
    object::KindRef,
};

/// Budgets, as the API has them.
pub(super) fn budget_kind() -> KindRef {
    KindRef::new(
        "policy",
        "v1",
        "PodDisruptionBudget",
        "poddisruptionbudgets",
        true,
    )
}

/// The budgets that select any of these pods.
pub(super) async fn budgets(
    wire: &Wire,
    target: &Target,
    pods: &[&Pod],
) -> Result<Vec<Budget>, Trouble> {
    if pods.is_empty() {
        return Ok(Vec::new());
    }
    let all = list(wire, &budget_kind(), target.namespace(), "").await?;
    let over = |budget: &&Value| {
        let selector = &budget["spec"]["selector"];
        // In this API an empty selector selects all, and none at all selects nothing.
        selector.is_object()
            && pods
                .iter()
                .any(|pod| Selector(selector).matches(pod.labels()))
    };
    let told = |budget: &Value| Budget {
        name: budget["metadata"]["name"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        allowed: budget["status"]["disruptionsAllowed"]
            .as_i64()
            .and_then(|it| i32::try_from(it).ok())
            .unwrap_or(0),
    };
    Ok(all.iter().filter(over).map(told).collect())
}
