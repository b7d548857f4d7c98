//! Who asks, and of which cluster: asked at the start and again whenever the credential or the connection is another.

use std::time::Duration;

use k8s_openapi::api::{authentication::v1::SelfSubjectReview, core::v1::Namespace};
use kube::{Api, api::PostParams, core::PartialObjectMeta};
use tokio::sync::watch;

use super::{backoff::Backoff, connect::Connection, trouble, watch::Watcher};
use crate::domain::{
    clean::clean,
    freshness::TroubleKind,
    id::Uid,
    identity::{Identity, Who},
    observation::Observation,
};

/// The least time between two rounds: who asks does not change with every turn of the credential.
const REST: Duration = Duration::from_secs(3);

/// What came of one question.
enum Asked<T> {
    Known(T),
    /// The server does not tell us.
    Untold,
    /// It could not be asked.
    Later,
}

/// Tells who we are, for ever; counts in `others` how often that was somebody else than before, or elsewhere.
pub(super) async fn tell(watcher: Watcher, others: watch::Sender<u64>) {
    let connection = &watcher.connection;
    let mut turns = connection.turns();
    let mut backoff = Backoff::new(connection.timeouts.retry);
    let mut known: Option<Identity> = None;
    loop {
        turns.borrow_and_update();
        let (who, cluster) = futures::join!(who(connection), cluster(connection));
        let (who, cluster) = match (who, cluster) {
            (Asked::Later, _) | (_, Asked::Later) => {
                let wait = backoff.after_failure(watcher.clock.now().mono, None);
                connection.pause(wait).await;
                continue;
            }
            (who, cluster) => (who.told(), cluster.told()),
        };
        let told = Identity { who, cluster };
        let is_other = known
            .as_ref()
            .is_some_and(|before| told.mismatch(before).is_some());
        watcher.outbox.send(Observation::Identity(told.clone()));
        if is_other {
            tracing::warn!(?told, "another user or cluster than before");
            others.send_modify(|count| *count += 1);
            known = Some(told);
        } else {
            known = Some(match known {
                Some(before) => told.or(&before),
                None => told,
            });
        }
        let asked = watcher.clock.now().mono;
        if turns.changed().await.is_err() {
            return;
        }
        let rested = watcher.clock.now().mono.saturating_sub(asked);
        tokio::time::sleep(REST.saturating_sub(rested)).await;
    }
}

/// Who we are to this server and which cluster it is, asked now; the text says why it can't be.
pub async fn show(connection: &Connection) -> Result<Identity, String> {
    let (who, cluster) = futures::join!(who(connection), cluster(connection));
    match (who, cluster) {
        (Asked::Later, _) | (_, Asked::Later) => {
            Err(format!("{} does not say who we are", connection.server))
        }
        (who, cluster) => Ok(Identity {
            who: who.told(),
            cluster: cluster.told(),
        }),
    }
}

impl<T> Asked<T> {
    fn told(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Untold | Self::Later => None,
        }
    }

    fn refused(error: &kube::Error) -> Self {
        let why = trouble::of(error);
        match why.kind {
            TroubleKind::Forbidden | TroubleKind::Absent | TroubleKind::BadQuestion => Self::Untold,
            _ => {
                tracing::debug!(kind = ?why.kind, detail = why.detail, "who asks is not known");
                Self::Later
            }
        }
    }
}

async fn who(connection: &Connection) -> Asked<Who> {
    let api: Api<SelfSubjectReview> = Api::all(connection.client.clone());
    let question = SelfSubjectReview::default();
    match api.create(&PostParams::default(), &question).await {
        Ok(answer) => {
            let user = answer
                .status
                .and_then(|it| it.user_info)
                .unwrap_or_default();
            let text = |text: &String| clean(text).into_owned();
            match user.username.as_ref().map(text).filter(|it| !it.is_empty()) {
                Some(name) => Asked::Known(Who {
                    name,
                    uid: user.uid.as_ref().map(text).filter(|it| !it.is_empty()),
                    groups: user.groups.iter().flatten().map(text).collect(),
                }),
                None => Asked::Untold,
            }
        }
        Err(error) => Asked::refused(&error),
    }
}

async fn cluster(connection: &Connection) -> Asked<Uid> {
    let api: Api<PartialObjectMeta<Namespace>> = Api::all(connection.client.clone());
    match api.get_metadata("kube-system").await {
        Ok(found) => found.metadata.uid.map_or(Asked::Untold, |uid| {
            Asked::Known(Uid::from(clean(&uid).into_owned()))
        }),
        Err(error) => Asked::refused(&error),
    }
}
