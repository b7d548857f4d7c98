//! Questions a person asks: answered beside the watches, each within its limit.

use std::collections::HashMap;

use futures::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use tokio::{
    sync::mpsc,
    task::{AbortHandle, Id, JoinError, JoinSet},
};

use super::{
    detail, questions,
    run::{Scopes, too_late},
    trouble::trouble,
    usage::{self, Metrics},
    watch::Watcher,
};
use crate::{
    domain::{
        freshness::{Trouble, TroubleKind},
        observation::Observation,
        pod_detail::PodKey,
        question::{Question, RequestId},
    },
    sources::outbox::Outbox,
};

/// How many details are read at once; more wait for their turn.
const AT_ONCE: usize = 8;

/// One question to the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Everything of one pod, answered with an [`Observation::PodDetail`].
    Detail(PodKey),
    /// What these pods use, answered with an [`Observation::Usage`]. A newer question replaces one that waits.
    Usage(Vec<PodKey>),
    /// Answered with [`Observation::Answered`] under the same number, once or until it is dropped.
    Question {
        request: RequestId,
        question: Question,
    },
    /// Nobody waits for these any more.
    Drop(Vec<RequestId>),
}

/// What a piece of work leaves behind.
enum Done {
    Detail,
    Usage(Metrics),
}

/// Answers what is asked until nobody can ask any more.
pub(super) async fn answer(mut asks: mpsc::Receiver<Ask>, watcher: Watcher, scopes: Scopes) {
    let mut work: FuturesUnordered<BoxFuture<'_, Done>> = FuturesUnordered::new();
    let mut metrics = Some(Metrics::default());
    let mut waiting: Option<Vec<PodKey>> = None;
    let mut running = Running::default();
    let mut open = true;
    while open || !work.is_empty() {
        tokio::select! {
            ask = asks.recv(), if open && work.len() < AT_ONCE => match ask {
                Some(Ask::Detail(key)) => work.push(tell_detail(&watcher, key).boxed()),
                Some(Ask::Usage(pods)) => waiting = Some(pods),
                Some(Ask::Question { request, question }) => {
                    let answering = questions::answer(watcher.clone(), scopes.clone(), request, question);
                    running.start(request, answering);
                }
                Some(Ask::Drop(requests)) => running.end(&requests),
                None => open = false,
            },
            Some(done) = work.next() => if let Done::Usage(known) = done {
                metrics = Some(known);
            },
            Some(ended) = running.next() => running.forget(ended, &watcher.outbox),
        }
        if waiting.is_some()
            && let Some(metrics) = metrics.take()
            && let Some(pods) = waiting.take()
        {
            work.push(tell_usage(&watcher, pods, metrics).boxed());
        }
    }
}

/// Questions that are being answered, each of which can be ended.
#[derive(Default)]
struct Running {
    tasks: JoinSet<()>,
    handles: HashMap<RequestId, AbortHandle>,
    requests: HashMap<Id, RequestId>,
}

/// How the task of a question ended.
type Ended = Result<(Id, ()), JoinError>;

impl Running {
    fn start(&mut self, request: RequestId, answering: BoxFuture<'static, ()>) {
        let handle = self.tasks.spawn(answering);
        self.requests.insert(handle.id(), request);
        self.handles.insert(request, handle);
    }

    fn end(&mut self, requests: &[RequestId]) {
        for request in requests {
            if let Some(handle) = self.handles.remove(request) {
                handle.abort();
            }
        }
    }

    async fn next(&mut self) -> Option<Ended> {
        self.tasks.join_next_with_id().await
    }

    /// One that fell over must not leave a screen waiting for ever; one that was ended is waited for by nobody.
    fn forget(&mut self, ended: Ended, outbox: &Outbox) {
        let (id, fell_over) = match ended {
            Ok((id, ())) => (id, false),
            Err(error) => (error.id(), error.is_panic()),
        };
        let Some(request) = self.requests.remove(&id) else {
            return;
        };
        // The number may have been asked again since.
        if self
            .handles
            .get(&request)
            .is_some_and(|handle| handle.id() == id)
        {
            self.handles.remove(&request);
        }
        if fell_over {
            let said = "a defect in Quarterdeck: the question fell over; the log says why";
            let trouble = trouble(TroubleKind::NotTheApi, said);
            let answer = Box::new(Err(trouble));
            outbox.send(Observation::Answered { request, answer });
        }
    }
}

/// The answer while there is no connection.
pub(super) fn refuse(ask: Ask, why: &Trouble, outbox: &Outbox) {
    match ask {
        Ask::Detail(key) => {
            let detail = Box::new(Err(why.clone()));
            outbox.send(Observation::PodDetail { key, detail });
        }
        Ask::Question { request, .. } => {
            let answer = Box::new(Err(why.clone()));
            outbox.send(Observation::Answered { request, answer });
        }
        Ask::Usage(_) | Ask::Drop(_) => {}
    }
}

async fn tell_detail(watcher: &Watcher, key: PodKey) -> Done {
    let limit = watcher.connection.timeouts.ask;
    let reading = detail::read(watcher, &key);
    let detail = tokio::time::timeout(limit, reading)
        .await
        .unwrap_or_else(|_| Err(too_late(limit)));
    let detail = Box::new(detail);
    watcher.outbox.send(Observation::PodDetail { key, detail });
    Done::Detail
}

async fn tell_usage(watcher: &Watcher, pods: Vec<PodKey>, mut metrics: Metrics) -> Done {
    let limit = watcher.connection.timeouts.ask;
    let now = watcher.clock.now();
    if metrics.may_ask(now.mono) {
        let reading = usage::read(&watcher.connection, &pods);
        let answer = tokio::time::timeout(limit, reading)
            .await
            .unwrap_or_else(|_| Err(too_late(limit)));
        metrics.tell(answer, watcher.clock.now(), &watcher.outbox);
    }
    Done::Usage(metrics)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::outbox::{Inbox, outbox};

    async fn told(running: &mut Running, outbox: &Outbox, inbox: &mut Inbox) -> Vec<RequestId> {
        while let Some(ended) = running.next().await {
            running.forget(ended, outbox);
        }
        assert!(running.requests.is_empty() && running.handles.is_empty());
        let seen = inbox.take().into_iter();
        seen.filter_map(|it| match it {
            Observation::Answered { request, answer } => answer.is_err().then_some(request),
            _ => None,
        })
        .collect()
    }

    #[tokio::test]
    async fn one_that_was_ended_takes_no_answer_from_the_others() {
        let (outbox, mut inbox) = outbox();
        let mut running = Running::default();
        running.start(1, std::future::pending().boxed());
        running.start(2, std::future::ready(()).boxed());
        running.start(3, std::future::ready(()).boxed());
        running.end(&[1]);
        while !running.handles.values().all(AbortHandle::is_finished) {
            tokio::task::yield_now().await;
        }
        assert!(told(&mut running, &outbox, &mut inbox).await.is_empty());
    }

    #[tokio::test]
    async fn one_that_fell_over_says_so_under_its_own_number() {
        let (outbox, mut inbox) = outbox();
        let mut running = Running::default();
        running.start(1, async { panic!("as it was told to") }.boxed());
        running.start(2, std::future::ready(()).boxed());
        assert_eq!(told(&mut running, &outbox, &mut inbox).await, [1]);
    }
}
