//! What is found out before a person is asked: what the steps would do, and whether the lock of the target may be taken.

use crate::{
    domain::action::{
        access::Allowed,
        preflight::{Draft, Preflighted},
        refusal::Refusal,
        target::LockKey,
    },
    runtime::runner::Hands,
};

/// Finds out about a draft.
pub(super) async fn preflight(hands: &Hands, draft: &Draft) -> Preflighted {
    let found = hands.executor.preflight(draft).await?;
    lockable(hands, &draft.target.lock()).await?;
    Ok(found)
}

/// What is known to be denied is said before anybody confirms anything, not when the lock is taken.
async fn lockable(hands: &Hands, key: &LockKey) -> Result<(), Refusal> {
    let needs = hands.locks.needs(key);
    if needs.is_empty() {
        return Ok(());
    }
    let answers = hands.papers.may(&needs).await;
    for (access, answer) in needs.into_iter().zip(answers) {
        if let Allowed::No(why) = answer {
            return Err(Refusal::Forbidden {
                verb: access.verb,
                resource: format!("{}.{}", access.resource, access.group),
                namespace: access.namespace,
                why,
            });
        }
    }
    Ok(())
}
