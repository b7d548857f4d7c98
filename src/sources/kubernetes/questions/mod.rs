//! What a person asks beside what is watched: one file per topic. Each is a task of its own that ends when it is dropped.

pub(super) mod events;
mod explain;
mod kinds;
mod logs;
mod manifest;
mod namespaces;
mod rollouts;
mod table;
mod usage;

use futures::{FutureExt, future::BoxFuture};

use super::{
    describe,
    run::{Scopes, too_late},
    watch::Watcher,
};
use crate::domain::{
    freshness::Trouble,
    observation::Observation,
    question::{Answer, Question, RequestId},
};

/// The work of answering one question.
pub(super) fn answer(
    watcher: Watcher,
    scopes: Scopes,
    request: RequestId,
    question: Question,
) -> BoxFuture<'static, ()> {
    async move {
        match question {
            Question::Events(key) => {
                once(&watcher, request, events::read(&watcher, &key)).await;
            }
            Question::Kinds => once(&watcher, request, kinds::read(&watcher, &scopes)).await,
            Question::Usage(question) => {
                once(&watcher, request, usage::pods(&watcher, &question)).await;
            }
            Question::NodesUse => once(&watcher, request, usage::nodes(&watcher)).await,
            Question::Table(kind) => table::follow(watcher, &scopes, request, kind).await,
            Question::EventsIn(namespace) => {
                once(
                    &watcher,
                    request,
                    events::read_all(&watcher, namespace.as_deref()),
                )
                .await;
            }
            Question::Describe(key) => {
                once(&watcher, request, describe::read(&watcher, &key)).await;
            }
            Question::Manifest(key) => {
                once(&watcher, request, manifest::read(&watcher, &key)).await;
            }
            Question::Rollouts(key) => {
                once(&watcher, request, rollouts::read(&watcher, &key)).await;
            }
            Question::Namespaces => once(&watcher, request, namespaces::read(&watcher)).await,
            Question::Explain(key) => explain::tell(&watcher, request, &key).await,
            Question::Logs(question) => logs::read(&watcher, request, question).await,
        }
    }
    .boxed()
}

/// Tells the answer to a question that is answered once, within the limit a person waits.
async fn once(
    watcher: &Watcher,
    request: RequestId,
    reading: impl Future<Output = Result<Answer, Trouble>>,
) {
    let limit = watcher.connection.timeouts.ask;
    let answer = tokio::time::timeout(limit, reading)
        .await
        .unwrap_or_else(|_| Err(too_late(limit)));
    let answer = Box::new(answer);
    watcher
        .outbox
        .send(Observation::Answered { request, answer });
}
