//! What a person asks beside what is watched: one file per topic. Each is a task of its own that ends when it is dropped.

mod events;
mod logs;

use futures::{FutureExt, future::BoxFuture};

use super::{
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
    _scopes: Scopes,
    request: RequestId,
    question: Question,
) -> BoxFuture<'static, ()> {
    async move {
        match question {
            Question::Events(key) => {
                once(&watcher, request, events::read(&watcher, &key)).await;
            }
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
