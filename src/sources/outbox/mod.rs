//! Where sources put what they saw until the loop takes it: bounded, the latest value wins.

mod pending;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use self::pending::Pending;
use crate::domain::observation::Observation;

/// What both ends share.
#[derive(Debug, Default)]
struct Shared {
    pending: Mutex<Pending>,
    filled: Notify,
}

impl Shared {
    /// A panic while merging leaves whole values behind, so a poisoned lock is as good as any.
    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The sources' end: takes observations and never makes them wait.
#[derive(Debug, Clone)]
pub struct Outbox(Arc<Shared>);

/// The loop's end: waits for observations and takes all of them at once.
#[derive(Debug)]
pub struct Inbox(Arc<Shared>);

/// Both ends of an empty box.
pub fn outbox() -> (Outbox, Inbox) {
    let shared = Arc::new(Shared::default());
    (Outbox(Arc::clone(&shared)), Inbox(shared))
}

impl Outbox {
    /// Merges `seen` into what has not been taken yet.
    pub fn send(&self, seen: Observation) {
        self.0.pending().merge(seen);
        self.0.filled.notify_one();
    }
}

impl Inbox {
    /// Returns as soon as something is pending.
    pub async fn ready(&mut self) {
        loop {
            let filled = self.0.filled.notified();
            if !self.0.pending().is_empty() {
                return;
            }
            filled.await;
        }
    }

    /// Everything pending, links first; the box is empty afterwards.
    pub fn take(&mut self) -> Vec<Observation> {
        std::mem::take(&mut *self.0.pending()).into_observations()
    }
}
