//! Locks on targets: who acts on something keeps others away. A lock is no fence; the facts' preconditions are.

pub mod host;
pub mod lease;
pub mod postgres;
pub mod set;

use futures::future::BoxFuture;

use crate::domain::action::{access::Access, refusal::Refusal, target::LockKey};

/// Who holds a lock, as others are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The principal.
    pub who: String,
    pub host: String,
    pub run: String,
}

/// A way to take locks of some kind.
pub trait Locks: Send + Sync {
    /// Takes the lock, or says who has it.
    fn take<'a>(
        &'a self,
        key: &'a LockKey,
        holder: &'a Holder,
    ) -> BoxFuture<'a, Result<Box<dyn Held>, Refusal>>;

    /// What the API server must allow for it.
    fn needs(&self, _key: &LockKey) -> Vec<Access> {
        Vec::new()
    }
}

/// A lock that is held; it is renewed by itself until it is given back or dropped.
pub trait Held: Send + Sync {
    /// Asks whether it still is ours; else who has it.
    fn check(&self) -> BoxFuture<'_, Result<(), String>>;

    fn release(self: Box<Self>) -> BoxFuture<'static, ()>;

    /// What it is, as the prompt and the journal name it: `Lease prod/quarterdeck-deployments-apps-backend`.
    fn name(&self) -> String;
}
