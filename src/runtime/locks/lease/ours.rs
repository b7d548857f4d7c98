//! One Lease: taken, renewed and given back, each time only as it was read.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use k8s_openapi::{
    api::coordination::v1::{Lease, LeaseSpec},
    apimachinery::pkg::apis::meta::v1::MicroTime,
};
use kube::{
    Api,
    api::{DeleteParams, ObjectMeta, PostParams, Preconditions},
};

use super::{TRIES, name::named};
use crate::{
    domain::{action::refusal::Refusal, time::Clock},
    sources::kubernetes::trouble_of,
};

const MANAGER: &str = "quarterdeck";

/// One Lease, as its holder knows it.
#[derive(Clone)]
pub(super) struct Ours {
    pub api: Api<Lease>,
    pub clock: Arc<dyn Clock>,
    pub duration: Duration,
    pub namespace: String,
    pub name: String,
    pub identity: String,
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
    pub fn shown(&self) -> String {
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
    pub async fn try_to_take(&self) -> Result<bool, Refusal> {
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
    pub async fn keep(self) {
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
    pub async fn renewed(&self) -> Result<(), Lost> {
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
    pub async fn given_back(&self) {
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
pub(super) enum Lost {
    To(String),
    Unknown(String),
}
