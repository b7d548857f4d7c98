//! How a log is opened, and why it may not be.

use std::future::Future;

use k8s_openapi::api::core::v1::Pod;
use kube::{Api, api::LogParams};

use super::{Body, Container, REFUSES_WITHIN, Unheard};
use crate::{
    domain::freshness::{Trouble, TroubleKind},
    sources::kubernetes::{run::too_late, trouble},
};

/// Why it could not be opened.
pub(super) enum Shut {
    /// Nothing will change that.
    Refused(Trouble),
    /// The container has not started: the server's words.
    NotYet(String),
    /// The pod is gone, or its log is.
    Absent(Trouble),
    Failed(Trouble),
}

impl Container {
    /// Opens it. A container that writes nothing gives no answer before its first line, so that after a while without
    /// a refusal it counts as well where the server answers at all; `None` where such a silent one broke, which tells
    /// nothing.
    pub(super) async fn open(&mut self) -> Result<Option<Result<Body, Shut>>, Unheard> {
        let mut opening = Box::pin(self.opening());
        if let Ok(opened) = tokio::time::timeout(REFUSES_WITHIN, &mut opening).await {
            return Ok(Some(opened));
        }
        if self.previous {
            let limit = self.watcher.connection.timeouts.ask;
            let opened = tokio::time::timeout(limit, opening).await;
            return Ok(Some(
                opened.unwrap_or_else(|_| Err(Shut::Failed(too_late(limit)))),
            ));
        }
        let looked = tokio::select! {
            opened = &mut opening => return Ok(Some(opened)),
            looked = self.life() => looked,
        };
        match looked {
            // Who may not read the pod may well read its log, and a refusal is an answer too.
            Err(trouble) if trouble.kind != TroubleKind::Forbidden => {
                return Ok(Some(Err(Shut::Failed(trouble))));
            }
            _ => self.well().await?,
        }
        Ok(match opening.await {
            Err(Shut::Failed(_)) => None,
            opened => Some(opened),
        })
    }

    fn opening(&self) -> impl Future<Output = Result<Body, Shut>> + Send + use<> {
        let connection = &self.watcher.connection;
        let pod = &self.stream.pod;
        let api: Api<Pod> = Api::namespaced(connection.client.clone(), &pod.namespace);
        let again = self.seen.since();
        let seconds = self.since.filter(|_| again.is_none() && !self.previous);
        let params = LogParams {
            container: Some(self.stream.container.to_string()),
            follow: !self.previous,
            previous: self.previous,
            since_seconds: seconds.and_then(|it| i64::try_from(it.as_secs()).ok()),
            since_time: again,
            // What was missed is read whole: it is bounded where it is kept.
            tail_lines: again.is_none().then_some(i64::from(self.tail)),
            timestamps: true,
            ..LogParams::default()
        };
        let name = pod.name.clone();
        async move {
            match api.log_stream(&name, &params).await {
                Ok(body) => Ok(Box::pin(body) as Body),
                Err(error) => Err(shut(&error)),
            }
        }
    }
}

/// What it means that a log can't be opened.
fn shut(error: &kube::Error) -> Shut {
    let trouble = trouble::of(error);
    match trouble.kind {
        TroubleKind::Absent => Shut::Absent(trouble),
        TroubleKind::Forbidden => Shut::Refused(trouble),
        TroubleKind::BadQuestion => match not_yet(&trouble.detail) {
            Some(why) => Shut::NotYet(why.to_owned()),
            None => Shut::Refused(trouble),
        },
        _ => Shut::Failed(trouble),
    }
}

/// Why kubelet says that a container has not started, where it says that.
fn not_yet(said: &str) -> Option<&str> {
    if let Some((_, why)) = said.split_once("is waiting to start") {
        return Some(why.trim_start_matches([':', ' ', '-']));
    }
    (said.starts_with("container ") && said.ends_with("is not available")).then_some("")
}

#[cfg(test)]
mod tests {
    use super::not_yet;

    #[test]
    fn kubelets_words_for_a_container_that_has_not_started() {
        for (said, why) in [
            (
                "container \"a\" in pod \"p\" is waiting to start: ContainerCreating",
                Some("ContainerCreating"),
            ),
            (
                "container \"a\" in pod \"p\" is waiting to start - no logs yet",
                Some("no logs yet"),
            ),
            ("container \"a\" in pod \"p\" is not available", Some("")),
            ("container a is not valid for pod p", None),
            (
                "previous terminated container \"a\" in pod \"p\" not found",
                None,
            ),
        ] {
            assert_eq!(not_yet(said), why, "{said}");
        }
    }
}
