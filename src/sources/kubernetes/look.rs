//! Whether a namespace that somebody named exists.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::core::v1::Namespace;
use kube::{Api, core::PartialObjectMeta};

use super::{backoff::Backoff, trouble::trouble, watch::Watcher};
use crate::domain::freshness::{Trouble, TroubleKind};

/// What is known after a look.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sight {
    Missing {
        trouble: Trouble,
        retry_at: Timestamp,
    },
    /// It is there, or we may not know.
    Found,
}

/// Looks for one namespace again and again.
pub(super) struct Look {
    watcher: Watcher,
    namespace: String,
    api: Api<PartialObjectMeta<Namespace>>,
    backoff: Backoff,
}

impl Look {
    pub fn new(watcher: &Watcher, namespace: String) -> Self {
        Self {
            api: Api::all(watcher.connection.client.clone()),
            backoff: Backoff::new(watcher.connection.timeouts.retry),
            watcher: watcher.clone(),
            namespace,
        }
    }

    /// What the server says, if it answers, and how long to wait before the next look.
    pub async fn look(&mut self) -> (Option<Sight>, Duration) {
        let answer = self.api.get_metadata(&self.namespace).await;
        let now = self.watcher.clock.now();
        let wait = self.watcher.connection.timeouts.look;
        let span = SignedDuration::try_from(wait).unwrap_or_default();
        let retry_at = now.wall.checked_add(span).unwrap_or(now.wall);
        let known = match answer {
            Ok(_) => Some(Sight::Found),
            Err(error) => sight_of(&error, &self.namespace, retry_at),
        };
        if known.is_some() {
            return (known, wait);
        }
        (None, self.backoff.after_failure(now.mono, None))
    }
}

/// What a refusal says about the namespace; `None` when it says nothing.
fn sight_of(error: &kube::Error, namespace: &str, retry_at: Timestamp) -> Option<Sight> {
    match error {
        kube::Error::Api(status) if status.code == 403 => Some(Sight::Found),
        // A proxy in between has pages for what it does not find; the API server names a reason.
        kube::Error::Api(status) if status.code == 404 && status.reason == "NotFound" => {
            let said = format!("namespace {namespace} not found");
            let trouble = trouble(TroubleKind::Absent, &said);
            Some(Sight::Missing { trouble, retry_at })
        }
        error => {
            tracing::debug!(%error, namespace, "not known whether the namespace exists");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use kube::core::Status;

    use super::*;

    fn sight(code: u16, reason: &str) -> Option<Sight> {
        let status = Status::failure("said", reason).with_code(code);
        let error = kube::Error::Api(Box::new(status));
        sight_of(&error, "nope", Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn only_the_api_servers_own_word_makes_a_namespace_missing() {
        let missing = sight(404, "NotFound");
        let Some(Sight::Missing { trouble, .. }) = missing else {
            panic!("{missing:?}");
        };
        assert_eq!(
            trouble,
            Trouble::new(TroubleKind::Absent, "namespace nope not found")
        );
        assert_eq!(sight(403, "Forbidden"), Some(Sight::Found));
        for (code, reason) in [
            (404, "Failed to parse error data"),
            (401, "Unauthorized"),
            (500, "InternalError"),
        ] {
            assert_eq!(sight(code, reason), None, "{code}");
        }
    }
}
