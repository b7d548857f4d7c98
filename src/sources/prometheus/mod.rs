//! Prometheus: values, series, rules and charts of one desk, each in a lane of its own that no other lane holds up.

mod api;
mod batch;
mod charts;
mod discovery;
pub mod doctor;
mod grid;
mod instants;
mod refused;
mod rules;
mod series;
mod wire;

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::sync::mpsc;

pub use charts::Ask;

use self::{api::Api, batch::Outcome};
use super::{
    http::{Backoff, HttpEndpoint, jittered},
    links::{Lane, Links},
    outbox::Outbox,
    sleep_until,
};
use crate::domain::{
    freshness::SourceId,
    time::Clock,
    watchlist::{Probe, Watchlist},
};

/// How often what the watchlist does not say is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cadence {
    pub rules: Duration,
    /// How often a generic desk looks for new SLOs and queues.
    pub discovery: Duration,
}

impl Default for Cadence {
    fn default() -> Self {
        Self {
            rules: Duration::from_secs(30),
            discovery: Duration::from_secs(300),
        }
    }
}

/// Reads everything of the watchlist again and again, and answers what is asked. It never returns; dropping it ends it.
pub async fn run(
    endpoint: HttpEndpoint,
    watchlist: Watchlist,
    cadence: Cadence,
    outbox: Outbox,
    asks: mpsc::Receiver<Ask>,
    clock: Arc<dyn Clock>,
) {
    let Watchlist {
        probes,
        series,
        discover,
        reads: _,
    } = watchlist;
    let ages = instants::ages(&probes);
    let (slow, quick): (Vec<Probe>, Vec<Probe>) = probes.into_iter().partition(instants::is_slow);
    let mut lanes = Vec::new();
    if discover || !quick.is_empty() {
        lanes.push(instants::LANE);
    }
    if discover || !slow.is_empty() {
        lanes.push(instants::SLOW_LANE);
    }
    if discover || !series.is_empty() {
        lanes.push(series::LANE);
    }
    // The last to be believed: what was found is read whether or not more can be looked for.
    if discover {
        lanes.push(discovery::LANE);
    }
    if lanes.is_empty() {
        lanes.push(PULSE);
    }
    let values_links = Links::new(
        SourceId::Prometheus,
        &lanes,
        outbox.clone(),
        Arc::clone(&clock),
    );
    let rules_links = Links::new(
        SourceId::Rules,
        &[rules::LANE],
        outbox.clone(),
        Arc::clone(&clock),
    );
    let api = Api::new(endpoint, clock, outbox);
    let (found_quick, more) = mpsc::channel(4);
    let (found_slow, more_slow) = mpsc::channel(4);
    let (found_series, more_series) = mpsc::channel(4);
    let readers = discovery::Readers {
        quick: found_quick,
        slow: found_slow,
        series: found_series,
    };
    let idle = lanes == [PULSE];
    let quick = instants::Instants::new(quick, ages.clone());
    let slow = instants::Instants::new(slow, ages);
    // The order matters: who is polled first asks first, and the values fill the first screen.
    futures::join!(
        instants::poll(&api, instants::LANE, quick, &values_links, more),
        rules::poll(&api, cadence.rules, &rules_links),
        series::poll(&api, series, &values_links, more_series),
        instants::poll(&api, instants::SLOW_LANE, slow, &values_links, more_slow),
        async {
            if discover {
                Box::pin(discovery::poll(
                    &api,
                    cadence.discovery,
                    &values_links,
                    readers,
                ))
                .await;
            }
        },
        async {
            if idle {
                pulse(&api, cadence.rules, &values_links).await;
            }
        },
        charts::serve(&api, asks),
    );
}

/// The lane of a desk that reads nothing: it only says whether the server is there, for charts.
const PULSE: &str = "server";

async fn pulse(api: &Api, every: Duration, links: &Links) {
    let mut backoff = Backoff::default();
    loop {
        let wait = match api.alive().await {
            Ok(()) => {
                backoff.succeeded();
                links.report(PULSE, Lane::Good);
                jittered(every)
            }
            Err(failure) => {
                let wait = backoff.failed(&failure);
                links.report(
                    PULSE,
                    Lane::Failed {
                        trouble: failure.trouble,
                        retry_at: after(api.now(), wait),
                    },
                );
                wait
            }
        };
        tokio::time::sleep(wait).await;
    }
}

/// Tells the link how a round went; returns how long to wait where the server is in trouble.
fn report(
    api: &Api,
    links: &Links,
    lane: &'static str,
    outcome: &Outcome,
    backoff: &mut Backoff,
) -> Option<Duration> {
    let Some(failure) = outcome.failed.values().next() else {
        backoff.succeeded();
        links.report(lane, lane_of(outcome.warnings.clone()));
        return None;
    };
    if outcome.accepted.is_empty() && outcome.refused.is_empty() {
        let wait = backoff.failed(failure);
        links.report(
            lane,
            Lane::Failed {
                trouble: failure.trouble.clone(),
                retry_at: after(api.now(), wait),
            },
        );
        return Some(wait);
    }
    links.report(
        lane,
        Lane::Partial(format!(
            "{} of the queries: {}",
            outcome.failed.len(),
            failure.trouble.detail
        )),
    );
    failure.retry_after
}

/// A good answer, or a partial one where the server warned.
fn lane_of(mut warnings: Vec<String>) -> Lane {
    warnings.sort();
    warnings.dedup();
    if warnings.is_empty() {
        Lane::Good
    } else {
        Lane::Partial(warnings.join("; "))
    }
}

fn after(now: Timestamp, wait: Duration) -> Timestamp {
    now.checked_add(wait).unwrap_or(now)
}
