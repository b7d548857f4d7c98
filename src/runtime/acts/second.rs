//! A second person's agreement: who gave it, and one that was pasted into the prompt.

use std::sync::Arc;

use tokio::task::spawn_blocking;

use super::{Means, actor::actor, launch::no_ledger};
use crate::{
    domain::action::{plan::Plan, record::Entry, refusal::Refusal},
    ledger::Ledger,
    runtime::approval::Council,
};

/// The names of those who agree to a plan beside the one who asks.
pub(super) async fn agreed(means: &Arc<Means>, plan: Arc<Plan>) -> Result<Vec<String>, Refusal> {
    asked(means, move |_, council| names(&council, &plan)).await
}

/// Keeps a signature that was pasted, where it counts for the plan; then who agrees.
pub(super) async fn sign(
    means: &Arc<Means>,
    plan: Arc<Plan>,
    text: String,
) -> Result<Vec<String>, Refusal> {
    let principal = means.principal().await;
    let signed = asked(means, move |ledger, council| {
        let (approval, signer) = council.signed(&plan, &text)?;
        let entry = Entry::Approval {
            plan: approval.plan.clone(),
            principal: signer.principal,
            key: signer.key,
            signature: approval.to_string(),
        };
        let kept = ledger.append(&actor(principal), None, &entry);
        kept.map_err(no_ledger)?;
        names(&council, &plan)
    });
    let signed = signed.await;
    means.wrote.notify_one();
    signed
}

fn names(council: &Council<'_>, plan: &Plan) -> Result<Vec<String>, Refusal> {
    let agreed = council.agreed(plan)?.into_iter();
    Ok(agreed.map(|signer| signer.principal).collect())
}

async fn asked<T: Send + 'static>(
    means: &Arc<Means>,
    ask: impl FnOnce(&dyn Ledger, Council<'_>) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let (shelf, signers) = (means.shelf.clone(), means.footing().signers.clone());
    let now = means.clock.now().wall;
    let done = spawn_blocking(move || {
        let ledger = shelf.ledger().map_err(no_ledger)?;
        let own_key = actor(None).ssh_key;
        let council = Council {
            ledger: &*ledger,
            signers: &signers,
            run: None,
            own_key: own_key.as_deref(),
            now,
        };
        ask(&*ledger, council)
    });
    done.await.map_err(no_ledger)?
}
