//! The locks of a process by what they lock, and those of a demo, which nobody outside sees.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use futures::{FutureExt, future::BoxFuture};

use super::{Held, Holder, Locks};
use crate::domain::action::{access::Access, refusal::Refusal, target::LockKey};

/// Takes each lock where it belongs.
#[derive(Clone, Default)]
pub struct LockSet {
    pub leases: Option<Arc<dyn Locks>>,
    pub host: Option<Arc<dyn Locks>>,
    /// Those of all hosts; where there are none, those of this host.
    pub shared: Option<Arc<dyn Locks>>,
}

impl Locks for LockSet {
    fn take<'a>(
        &'a self,
        key: &'a LockKey,
        holder: &'a Holder,
    ) -> BoxFuture<'a, Result<Box<dyn Held>, Refusal>> {
        let (of_kind, what) = match key {
            LockKey::Lease { .. } => (&self.leases, "Lease"),
            LockKey::Shared { .. } if self.shared.is_some() => (&self.shared, "PostgreSQL"),
            LockKey::Host { .. } | LockKey::Shared { .. } => (&self.host, "host"),
        };
        if let Some(locks) = of_kind {
            locks.take(key, holder)
        } else {
            let why = format!("no lock of this kind can be taken here: {what}");
            async { Err(Refusal::NoLock { why }) }.boxed()
        }
    }

    fn needs(&self, key: &LockKey) -> Vec<Access> {
        let leases = self.leases.as_ref();
        leases.map_or_else(Vec::new, |leases| leases.needs(key))
    }
}

/// Locks that only this process knows.
#[derive(Clone, Default)]
pub struct OwnLocks(Arc<Mutex<BTreeMap<LockKey, Holder>>>);

/// A lock of this process.
struct Own {
    locks: OwnLocks,
    key: LockKey,
    holder: Holder,
}

impl Locks for OwnLocks {
    fn take<'a>(
        &'a self,
        key: &'a LockKey,
        holder: &'a Holder,
    ) -> BoxFuture<'a, Result<Box<dyn Held>, Refusal>> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let taken: Result<Box<dyn Held>, Refusal> = if let Some(other) = held.get(key) {
            Err(Refusal::Busy {
                who: other.who.clone(),
                run: Some(other.run.clone()),
                since: None,
            })
        } else {
            held.insert(key.clone(), holder.clone());
            Ok(Box::new(Own {
                locks: self.clone(),
                key: key.clone(),
                holder: holder.clone(),
            }))
        };
        async { taken }.boxed()
    }
}

impl Held for Own {
    fn check(&self) -> BoxFuture<'_, Result<(), String>> {
        let held = self.locks.0.lock().unwrap_or_else(PoisonError::into_inner);
        let ours = match held.get(&self.key) {
            Some(holder) if *holder == self.holder => Ok(()),
            Some(other) => Err(other.who.clone()),
            None => Err("nobody".to_owned()),
        };
        async { ours }.boxed()
    }

    fn release(self: Box<Self>) -> BoxFuture<'static, ()> {
        drop(self);
        async {}.boxed()
    }

    fn name(&self) -> String {
        match &self.key {
            LockKey::Lease { name, .. } | LockKey::Host { name } | LockKey::Shared { name } => {
                name.clone()
            }
        }
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        let mut held = self.locks.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.get(&self.key) == Some(&self.holder) {
            held.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(run: &str) -> Holder {
        Holder {
            who: "li".to_owned(),
            host: "bastion-1".to_owned(),
            run: run.to_owned(),
        }
    }

    fn key(name: &str) -> LockKey {
        LockKey::Shared {
            name: name.to_owned(),
        }
    }

    #[tokio::test]
    async fn one_has_it_and_the_other_is_told_who() {
        let locks = OwnLocks::default();
        let held = locks.take(&key("a"), &holder("1")).await.unwrap();
        assert_eq!(held.check().await, Ok(()));
        let busy = locks.take(&key("a"), &holder("2")).await.err();
        assert!(matches!(busy, Some(Refusal::Busy { run: Some(run), .. }) if run == "1"));
        assert!(locks.take(&key("b"), &holder("2")).await.is_ok());
        held.release().await;
        assert!(locks.take(&key("a"), &holder("2")).await.is_ok());
    }

    #[tokio::test]
    async fn each_lock_is_taken_where_it_belongs() {
        let host = Arc::new(OwnLocks::default());
        let set = LockSet {
            host: Some(host),
            ..LockSet::default()
        };
        let lease = LockKey::Lease {
            namespace: None,
            name: "a".to_owned(),
        };
        let none = set.take(&lease, &holder("1")).await.err();
        assert!(matches!(none, Some(Refusal::NoLock { .. })));
        assert!(set.take(&key("a"), &holder("1")).await.is_ok());
    }
}
