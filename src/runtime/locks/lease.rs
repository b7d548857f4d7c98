//! Locks in the cluster: a Lease beside the object that is acted on. Whoever holds one renews it; one that nobody renews may
//! be taken over.

use std::{sync::Arc, time::Duration};

use futures::{FutureExt, future::BoxFuture};
use jiff::Timestamp;
use k8s_openapi::{
    api::coordination::v1::{Lease, LeaseSpec},
    apimachinery::pkg::apis::meta::v1::MicroTime,
};
use kube::{
    Api, Client,
    api::{DeleteParams, ObjectMeta, PostParams, Preconditions},
};
use sha2::{Digest, Sha256};
use tokio::task::JoinSet;

use super::{Held, Holder, Locks};
use crate::{
    actions::access::of_lock,
    domain::hex::hex,
    domain::{
        action::{access::Access, refusal::Refusal, target::LockKey},
        clean::clean,
        time::Clock,
    },
    sources::kubernetes::trouble_of,
};

/// The longest name that is taken as it is.
const LONGEST: usize = 200;
/// How often a Lease that changes under our hands is looked at again.
const TRIES: u32 = 5;
const MANAGER: &str = "quarterdeck";

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

/// Who holds it, as it stands in the Lease: neither host nor run has a space in it.
fn identity(holder: &Holder) -> String {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join("-");
    let who = clean(&holder.who);
    format!("{who} {} {}", plain(&holder.host), plain(&holder.run))
}

/// Who is named by an identity, and the run; a Lease may have been written by anybody.
fn named(identity: &str) -> (String, Option<String>) {
    let identity = clean(identity);
    let mut parts = identity.rsplitn(3, ' ');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(run), Some(host), Some(who)) => (format!("{who} ({host})"), Some(run.to_owned())),
        _ => (identity.into_owned(), None),
    }
}

/// A name the API takes. What is long or odd is told apart by its hash.
fn valid(name: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let ends = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if name.len() <= LONGEST
        && name.chars().all(plain)
        && name.starts_with(ends)
        && name.ends_with(ends)
    {
        return name.to_owned();
    }
    let digest = Sha256::digest(name.as_bytes());
    let hash = hex(&digest[..8]);
    let lower = name.to_ascii_lowercase();
    let stem: String = lower
        .chars()
        .take(LONGEST)
        .map(|c| if plain(c) { c } else { '-' })
        .collect();
    format!("{}-{hash}", stem.trim_matches('-'))
}

/// One Lease, as its holder knows it.
#[derive(Clone)]
struct Ours {
    api: Api<Lease>,
    clock: Arc<dyn Clock>,
    duration: Duration,
    namespace: String,
    name: String,
    identity: String,
}

/// A Lease of somebody else.
#[derive(Debug, PartialEq, Eq)]
struct Theirs {
    holder: String,
    since: Option<Timestamp>,
    /// It was not renewed in time.
    over: bool,
}

/// Whose a Lease is.
#[derive(Debug, PartialEq, Eq)]
enum State {
    Free,
    Ours,
    Theirs(Theirs),
}

impl Ours {
    fn shown(&self) -> String {
        format!("Lease {}/{}", self.namespace, self.name)
    }

    fn state(&self, lease: &Lease) -> State {
        let spec = lease.spec.clone().unwrap_or_default();
        let Some(holder) = spec.holder_identity.filter(|it| !it.is_empty()) else {
            return State::Free;
        };
        if holder == self.identity {
            return State::Ours;
        }
        let seconds = spec.lease_duration_seconds.unwrap_or(0).max(0);
        let until = spec.renew_time.map(|MicroTime(at)| {
            let span = jiff::SignedDuration::from_secs(seconds.into());
            at.checked_add(span).unwrap_or(Timestamp::MAX)
        });
        let over = until.is_none_or(|until| until < self.clock.now().wall);
        State::Theirs(Theirs {
            holder,
            since: spec.acquire_time.map(|MicroTime(at)| at),
            over,
        })
    }

    /// Takes it if it may be had. `false`: somebody was quicker, and it is to be looked at again.
    async fn try_to_take(&self) -> Result<bool, Refusal> {
        let Some(lease) = self
            .api
            .get_opt(&self.name)
            .await
            .map_err(|e| self.no_lock("get", &e))?
        else {
            return self.created().await;
        };
        match self.state(&lease) {
            State::Free | State::Ours => self.written(lease).await,
            State::Theirs(theirs) if !theirs.over => Err(busy(&theirs)),
            State::Theirs(theirs) => {
                // Their clock may be another than ours: who lives renews it while it is watched.
                tokio::time::sleep(self.duration / 3 + self.duration / 6).await;
                let again = self
                    .api
                    .get_opt(&self.name)
                    .await
                    .map_err(|e| self.no_lock("get", &e))?;
                let still = again.is_some_and(|it| {
                    it.metadata.resource_version == lease.metadata.resource_version
                });
                if still {
                    return self.written(lease).await;
                }
                Err(busy(&theirs))
            }
        }
    }

    async fn created(&self) -> Result<bool, Refusal> {
        let lease = Lease {
            metadata: ObjectMeta {
                name: Some(self.name.clone()),
                ..ObjectMeta::default()
            },
            spec: Some(self.spec(None)),
        };
        match self.api.create(&parameters(), &lease).await {
            Ok(_) => Ok(true),
            Err(kube::Error::Api(status)) if status.reason == "AlreadyExists" => Ok(false),
            Err(error) => Err(self.no_lock("create", &error)),
        }
    }

    /// Writes us into a Lease, if it still is as it was read.
    async fn written(&self, mut lease: Lease) -> Result<bool, Refusal> {
        lease.spec = Some(self.spec(lease.spec.take()));
        match self.api.replace(&self.name, &parameters(), &lease).await {
            Ok(_) => Ok(true),
            Err(kube::Error::Api(status)) if [404, 409].contains(&status.code) => Ok(false),
            Err(error) => Err(self.no_lock("update", &error)),
        }
    }

    fn spec(&self, before: Option<LeaseSpec>) -> LeaseSpec {
        let now = MicroTime(self.clock.now().wall);
        let before = before.unwrap_or_default();
        let is_ours = before.holder_identity.as_deref() == Some(self.identity.as_str());
        let transitions = before.lease_transitions.unwrap_or(0);
        LeaseSpec {
            holder_identity: Some(self.identity.clone()),
            lease_duration_seconds: i32::try_from(self.duration.as_secs().max(1)).ok(),
            acquire_time: if is_ours {
                before.acquire_time
            } else {
                Some(now.clone())
            },
            renew_time: Some(now),
            lease_transitions: Some(if is_ours {
                transitions
            } else {
                transitions.saturating_add(1)
            }),
            ..LeaseSpec::default()
        }
    }

    fn no_lock(&self, verb: &str, error: &kube::Error) -> Refusal {
        let said = trouble_of(error).detail;
        let why = match error {
            kube::Error::Api(status) if status.code == 403 => format!(
                "the permission to {verb} leases.coordination.k8s.io in {} is missing: {said}",
                self.namespace
            ),
            _ => format!("{}: {said}", self.shown()),
        };
        Refusal::NoLock { why }
    }

    /// Renews it as long as it is ours.
    async fn keep(self) {
        loop {
            tokio::time::sleep(self.duration / 3).await;
            match self.renewed().await {
                Ok(()) => {}
                Err(Lost::To(holder)) => {
                    tracing::warn!(lease = self.shown(), holder, "the lock was lost");
                    return;
                }
                Err(Lost::Unknown(why)) => {
                    tracing::warn!(lease = self.shown(), why, "the lock was not renewed");
                }
            }
        }
    }

    /// Whether it is ours: it is renewed on that occasion.
    async fn renewed(&self) -> Result<(), Lost> {
        let unknown = |error: &kube::Error| Lost::Unknown(trouble_of(error).detail);
        for _ in 0..TRIES {
            let lease = self
                .api
                .get_opt(&self.name)
                .await
                .map_err(|e| unknown(&e))?;
            let Some(mut lease) = lease else {
                return Err(Lost::To("nobody".to_owned()));
            };
            match self.state(&lease) {
                State::Ours => {}
                State::Free => return Err(Lost::To("nobody".to_owned())),
                State::Theirs(theirs) => return Err(Lost::To(theirs.holder)),
            }
            lease.spec = Some(self.spec(lease.spec.take()));
            match self.api.replace(&self.name, &parameters(), &lease).await {
                Ok(_) => return Ok(()),
                // Somebody wrote in between: perhaps we ourselves, beside.
                Err(kube::Error::Api(status)) if [404, 409].contains(&status.code) => {}
                Err(error) => return Err(unknown(&error)),
            }
        }
        Err(Lost::Unknown(format!(
            "{} changes all the time",
            self.shown()
        )))
    }

    /// Takes us out of it. What it then is belongs to whoever takes it next.
    async fn given_back(&self) {
        let Ok(Some(mut lease)) = self.api.get_opt(&self.name).await else {
            return;
        };
        if self.state(&lease) != State::Ours {
            return;
        }
        let options = DeleteParams {
            preconditions: Some(Preconditions {
                uid: lease.metadata.uid.clone(),
                resource_version: lease.metadata.resource_version.clone(),
            }),
            ..DeleteParams::default()
        };
        if self.api.delete(&self.name, &options).await.is_ok() {
            return;
        }
        // Who may not delete it may still write that nobody holds it.
        if let Some(spec) = &mut lease.spec {
            spec.holder_identity = None;
        }
        if let Err(error) = self.api.replace(&self.name, &parameters(), &lease).await {
            tracing::warn!(
                lease = self.shown(),
                why = trouble_of(&error).detail,
                "the lock was not given back"
            );
        }
    }
}

fn parameters() -> PostParams {
    PostParams {
        field_manager: Some(MANAGER.to_owned()),
        ..PostParams::default()
    }
}

fn busy(theirs: &Theirs) -> Refusal {
    let (who, run) = named(&theirs.holder);
    Refusal::Busy {
        who,
        run,
        since: theirs.since,
    }
}

/// Why it can't be said that it is ours.
enum Lost {
    To(String),
    Unknown(String),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_valid_and_told_apart() {
        let plain = "quarterdeck-deployments-apps-backend";
        assert_eq!(valid(plain), plain);
        let long = |end: &str| format!("quarterdeck-deployments-apps-{}{end}", "x".repeat(220));
        assert_ne!(valid(&long("a")), valid(&long("b")));
        assert!(valid(&long("a")).len() < 253);
        let odd = valid("quarterdeck-clusterroles-system:Node_x-");
        assert!(
            odd.starts_with("quarterdeck-clusterroles-system-node-x-"),
            "{odd}"
        );
        assert!(
            odd.chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        );
        assert_ne!(odd, valid("quarterdeck-clusterroles-system-node-x-"));
    }

    #[test]
    fn who_holds_it_is_named() {
        let holder = Holder {
            who: "Ada L. <ada@example.com>".to_owned(),
            host: "bastion-1".to_owned(),
            run: "run-1".to_owned(),
        };
        let identity = identity(&holder);
        let (who, run) = named(&identity);
        assert_eq!(who, "Ada L. <ada@example.com> (bastion-1)");
        assert_eq!(run.as_deref(), Some("run-1"));
        assert_eq!(named("\u{1b}[31msomebody").0, "somebody");
    }
}
