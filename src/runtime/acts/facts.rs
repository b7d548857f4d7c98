//! The facts a plan stands on, from one of its steps on.

use crate::{
    domain::action::{fact::Fact, plan::Plan, refusal::Refusal},
    runtime::executors::Executors,
};

/// Reads the facts again that the steps of a plan stand on, from one of them on: those before it are done.
pub async fn facts_of(
    executors: &Executors,
    step: usize,
    plan: &Plan,
) -> Result<Vec<Fact>, Refusal> {
    if step == 0 {
        return executors.recheck(plan).await;
    }
    let mut rest = plan.clone();
    rest.steps.drain(..step.min(plan.steps.len()));
    executors.recheck(&rest).await
}
