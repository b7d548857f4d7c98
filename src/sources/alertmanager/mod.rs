//! Alertmanager: every peer of a cluster is asked at once, and their lists are joined.

pub mod doctor;
mod union;
mod wire;

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use futures::{StreamExt as _, stream::FuturesUnordered};
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use self::{
    union::{PeerView, silences, union},
    wire::{GettableAlert, Silence},
};
use super::{
    http::{Backoff, Failure, HttpClient, HttpEndpoint, Question, Reply, jittered},
    links::{Lane, Links},
    outbox::Outbox,
};
use crate::domain::{
    freshness::{SourceId, Trouble, TroubleKind},
    observation::Observation,
    time::Clock,
};

/// The only lane of this link.
const LANE: &str = "alerts";
/// How much later than the first peer the others may answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// What one peer said, and its clock.
struct Heard {
    view: PeerView,
    date: Option<Timestamp>,
    /// Alerts came, silences did not: the end of a silence is not known.
    lacks: Option<Failure>,
}

/// Reads the alerts of all peers again and again. It never returns; dropping it ends it.
pub async fn run(
    endpoints: Vec<HttpEndpoint>,
    outbox: Outbox,
    clock: Arc<dyn Clock>,
    cadence: Duration,
) {
    let links = Links::new(
        SourceId::Alertmanager,
        &[LANE],
        outbox.clone(),
        Arc::clone(&clock),
    );
    let peers: Vec<HttpClient> = endpoints.into_iter().map(HttpClient::new).collect();
    let mut backoff = Backoff::default();
    let mut skew = None;
    loop {
        let heard = gather(&peers, &*clock).await;
        let now = clock.now().wall;
        let mut views = Vec::new();
        let mut dates = Vec::new();
        let mut lost: Vec<(String, Failure)> = Vec::new();
        for (peer, answer) in peers.iter().zip(heard) {
            match answer {
                Ok(heard) => {
                    dates.extend(heard.date);
                    lost.extend(heard.lacks.map(|failure| (peer.endpoint().host(), failure)));
                    views.push(heard.view);
                }
                Err(failure) => lost.push((peer.endpoint().host(), failure)),
            }
        }
        tell_skew(&outbox, &mut skew, &dates, now);
        let wait = if views.is_empty() {
            give_up(&links, &mut backoff, &lost, now)
        } else {
            backoff.succeeded();
            // Where one could not tell its silences, the others have them: they gossip. Where none could, nothing is new.
            if views.iter().any(|view| view.told_silences) {
                outbox.send(Observation::Silences(silences(&views, now)));
            }
            outbox.send(Observation::Alerts {
                from: SourceId::Alertmanager,
                at: now,
                alerts: union(views),
            });
            links.report(LANE, lane_of(&lost));
            jittered(cadence)
        };
        tokio::time::sleep(wait).await;
    }
}

/// Asks every peer at once; when one has answered the others get a little time more, so that a peer that hangs holds up
/// nobody's alerts.
async fn gather(peers: &[HttpClient], clock: &dyn Clock) -> Vec<Result<Heard, Failure>> {
    let mut asked: FuturesUnordered<_> = peers
        .iter()
        .enumerate()
        .map(|(index, peer)| async move { (index, ask(peer, clock).await) })
        .collect();
    let mut heard: Vec<Option<Result<Heard, Failure>>> = peers.iter().map(|_| None).collect();
    let mut last_call = None;
    loop {
        let next = tokio::select! {
            next = asked.next() => next,
            () = super::sleep_until(last_call) => None,
        };
        let Some((index, answer)) = next else { break };
        if answer.is_ok() && last_call.is_none() {
            last_call = Some(Instant::now() + PATIENCE);
        }
        heard[index] = Some(answer);
    }
    let late = || {
        Failure::new(
            TroubleKind::TimedOut,
            format!("{PATIENCE:?} behind the others"),
        )
    };
    heard
        .into_iter()
        .map(|answer| answer.unwrap_or_else(|| Err(late())))
        .collect()
}

/// Alerts and silences of one peer; without silences the alerts are still told.
async fn ask(peer: &HttpClient, clock: &dyn Clock) -> Result<Heard, Failure> {
    let now = clock.now().wall;
    let (alerts, silences) = (
        Question::get("api/v2/alerts"),
        Question::get("api/v2/silences"),
    );
    let (alerts, silences) = futures::join!(peer.ask(&alerts, now), peer.ask(&silences, now));
    let reply = alerts?;
    let date = reply.date;
    let alerts: Vec<GettableAlert> = reply.json()?;
    let silences: Result<Vec<Silence>, Failure> = silences
        .as_ref()
        .map_err(Clone::clone)
        .and_then(Reply::json);
    let hidden = alerts
        .iter()
        .any(|alert| !alert.status.silenced_by.is_empty());
    let told_silences = silences.is_ok();
    let (silences, lacks) = match silences {
        Ok(silences) => (silences, None),
        Err(failure) => (Vec::new(), hidden.then_some(failure)),
    };
    Ok(Heard {
        view: PeerView {
            alerts,
            silences,
            told_silences,
        },
        date,
        lacks,
    })
}

fn lane_of(lost: &[(String, Failure)]) -> Lane {
    if lost.is_empty() {
        return Lane::Good;
    }
    Lane::Partial(named(lost))
}

fn named(lost: &[(String, Failure)]) -> String {
    let each: Vec<String> = lost
        .iter()
        .map(|(peer, failure)| format!("{peer}: {}", failure.trouble.detail))
        .collect();
    each.join("; ")
}

/// No peer answered: the first one's trouble decides what is drawn, all are named.
fn give_up(
    links: &Links,
    backoff: &mut Backoff,
    lost: &[(String, Failure)],
    now: Timestamp,
) -> Duration {
    let Some((_, first)) = lost.first() else {
        return Duration::from_secs(60);
    };
    let wait = backoff.failed(first);
    let detail = if lost.len() == 1 {
        first.trouble.detail.clone()
    } else {
        named(lost)
    };
    links.report(
        LANE,
        Lane::Failed {
            trouble: Trouble::new(first.trouble.kind, detail),
            retry_at: now.checked_add(wait).unwrap_or(now),
        },
    );
    wait
}

/// The clocks of peers are taken for one: the one that is off most counts.
fn tell_skew(
    outbox: &Outbox,
    told: &mut Option<SignedDuration>,
    dates: &[Timestamp],
    now: Timestamp,
) {
    let skews = dates.iter().map(|date| super::http::ahead(*date, now));
    let Some(ahead) = skews.max_by_key(|ahead| ahead.abs()) else {
        return;
    };
    if told.is_none_or(|old| (ahead - old).abs() > SignedDuration::from_secs(1)) {
        *told = Some(ahead);
        outbox.send(Observation::Skew {
            source: SourceId::Alertmanager,
            ahead,
        });
    }
}
