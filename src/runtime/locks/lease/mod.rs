//! Locks in the cluster: a Lease beside the object that is acted on. Whoever holds one renews it; one that nobody renews may
//! be taken over.

mod name;
mod ours;

use std::{sync::Arc, time::Duration};

use futures::{FutureExt, future::BoxFuture};
use kube::{Api, Client};
use tokio::task::JoinSet;

use self::{
    name::{identity, named, valid},
    ours::{Lost, Ours},
};
use super::{Held, Holder, Locks};
use crate::{
    actions::access::of_lock,
    domain::{
        action::{access::Access, refusal::Refusal, target::LockKey},
        time::Clock,
    },
};

/// How often a Lease that changes under our hands is looked at again.
const TRIES: u32 = 5;

/// How Leases are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseTerms {
    /// The namespace of those for objects that have none.
    pub namespace: String,
    /// How long one holds that is not renewed; it is renewed at a third of it.
    pub duration: Duration,
}

impl Default for LeaseTerms {
    fn default() -> Self {
        Self {
            namespace: "default".to_owned(),
            duration: Duration::from_secs(30),
        }
    }
}

/// Takes locks that are Leases.
#[derive(Clone)]
pub struct LeaseLocks {
    client: Client,
    clock: Arc<dyn Clock>,
    terms: LeaseTerms,
}

impl LeaseLocks {
    pub const fn new(client: Client, clock: Arc<dyn Clock>, terms: LeaseTerms) -> Self {
        Self {
            client,
            clock,
            terms,
        }
    }

    async fn taken(&self, key: &LockKey, holder: &Holder) -> Result<Box<dyn Held>, Refusal> {
        let LockKey::Lease { namespace, name } = key else {
            return Err(Refusal::NoLock {
                why: "a lock of this host is no Lease".to_owned(),
            });
        };
        let space = namespace.as_ref().unwrap_or(&self.terms.namespace);
        let ours = Ours {
            api: Api::namespaced(self.client.clone(), space),
            clock: Arc::clone(&self.clock),
            duration: self.terms.duration,
            namespace: space.clone(),
            name: valid(name),
            identity: identity(holder),
        };
        for _ in 0..TRIES {
            if ours.try_to_take().await? {
                let mut renewing = JoinSet::new();
                renewing.spawn(ours.clone().keep());
                return Ok(Box::new(LeaseLock { ours, renewing }));
            }
        }
        Err(Refusal::NoLock {
            why: format!("{} changes all the time", ours.shown()),
        })
    }
}

impl Locks for LeaseLocks {
    fn take<'a>(
        &'a self,
        key: &'a LockKey,
        holder: &'a Holder,
    ) -> BoxFuture<'a, Result<Box<dyn Held>, Refusal>> {
        self.taken(key, holder).boxed()
    }

    fn needs(&self, key: &LockKey) -> Vec<Access> {
        let LockKey::Lease { namespace, name } = key else {
            return Vec::new();
        };
        let space = namespace.as_ref().unwrap_or(&self.terms.namespace);
        of_lock(&LockKey::Lease {
            namespace: Some(space.clone()),
            name: valid(name),
        })
    }
}

/// A Lease that is held. Dropped without being given back it runs out by itself.
struct LeaseLock {
    ours: Ours,
    renewing: JoinSet<()>,
}

impl Held for LeaseLock {
    fn check(&self) -> BoxFuture<'_, Result<(), String>> {
        async move {
            self.ours.renewed().await.map_err(|lost| match lost {
                Lost::To(holder) => named(&holder).0,
                Lost::Unknown(why) => format!("not known: {why}"),
            })
        }
        .boxed()
    }

    fn release(self: Box<Self>) -> BoxFuture<'static, ()> {
        async move {
            let Self { ours, mut renewing } = *self;
            // A renewal on its way would bring it back.
            renewing.shutdown().await;
            ours.given_back().await;
        }
        .boxed()
    }

    fn name(&self) -> String {
        self.ours.shown()
    }
}
