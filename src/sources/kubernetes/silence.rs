//! Whether the server is still there when nothing changes: a watch that is silent looks like one whose server hangs.

use super::{trouble, watch::Watcher};
use crate::domain::freshness::TroubleKind;

/// Asks the server a small thing whenever it was silent for as long as an answer may take, and gives its watches up when
/// it does not answer that: they then say themselves what is wrong, and try again.
pub(super) async fn follow(watcher: Watcher) {
    let pulse = &watcher.connection.pulse;
    let limit = watcher.connection.timeouts.answer;
    loop {
        let left = limit.saturating_sub(pulse.silent_for());
        if !left.is_zero() {
            tokio::time::sleep(left).await;
            continue;
        }
        let Err(error) = watcher.connection.client.apiserver_version().await else {
            continue;
        };
        // A refusal is a word too.
        if matches!(
            trouble::of(&error).kind,
            TroubleKind::TimedOut | TroubleKind::Unreachable
        ) {
            tracing::warn!(%error, "the server is silent");
            pulse.give_up();
        }
        tokio::time::sleep(limit).await;
    }
}
