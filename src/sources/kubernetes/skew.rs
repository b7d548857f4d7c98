//! How far the server's clock is off ours, as long as the source runs.

use std::time::Duration;

use super::watch::Watcher;
use crate::domain::{freshness::SourceId, observation::Observation};

/// How often a server is asked for its time while its clock moves against ours.
const EVERY: Duration = Duration::from_secs(2);
/// After so many answers that say nothing new the clocks are taken to go alike again.
const ENOUGH: u32 = 5;

/// Tells each change. What the source asks for anyway dates the server's clock; only while that clock runs away, as the
/// simulated time of an embedded cluster does, it is asked for its time beside.
pub(super) async fn tell(watcher: Watcher) {
    let mut skew = watcher.connection.pulse.skew();
    let mut asks = 0;
    loop {
        tokio::select! {
            changed = skew.changed() => {
                if changed.is_err() {
                    return;
                }
                asks = ENOUGH;
                let ahead = *skew.borrow_and_update();
                let source = SourceId::Pods;
                watcher.outbox.send(Observation::Skew { source, ahead });
            }
            () = tokio::time::sleep(EVERY), if asks > 0 => {
                asks -= 1;
                if let Err(error) = watcher.connection.client.apiserver_version().await {
                    // A refusal is dated as well; whether the server is there the watches tell.
                    tracing::debug!(%error, "the server's time was not told");
                }
            }
        }
    }
}
