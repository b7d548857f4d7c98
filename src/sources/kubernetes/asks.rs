//! Questions a person asks: answered beside the watches, each within its limit.

use futures::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use tokio::sync::mpsc;

use super::{
    detail,
    run::too_late,
    usage::{self, Metrics},
    watch::Watcher,
};
use crate::{
    domain::{freshness::Trouble, observation::Observation, pod_detail::PodKey},
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
}

/// What a piece of work leaves behind.
enum Done {
    Detail,
    Usage(Metrics),
}

/// Answers what is asked until nobody can ask any more.
pub(super) async fn answer(mut asks: mpsc::Receiver<Ask>, watcher: Watcher) {
    let mut work: FuturesUnordered<BoxFuture<'_, Done>> = FuturesUnordered::new();
    let mut metrics = Some(Metrics::default());
    let mut waiting: Option<Vec<PodKey>> = None;
    let mut open = true;
    while open || !work.is_empty() {
        tokio::select! {
            ask = asks.recv(), if open && work.len() < AT_ONCE => match ask {
                Some(Ask::Detail(key)) => work.push(tell_detail(&watcher, key).boxed()),
                Some(Ask::Usage(pods)) => waiting = Some(pods),
                None => open = false,
            },
            Some(done) = work.next() => if let Done::Usage(known) = done {
                metrics = Some(known);
            },
        }
        if waiting.is_some()
            && let Some(metrics) = metrics.take()
            && let Some(pods) = waiting.take()
        {
            work.push(tell_usage(&watcher, pods, metrics).boxed());
        }
    }
}

/// The answer while there is no connection.
pub(super) fn refuse(ask: Ask, why: &Trouble, outbox: &Outbox) {
    if let Ask::Detail(key) = ask {
        let detail = Box::new(Err(why.clone()));
        outbox.send(Observation::PodDetail { key, detail });
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
