//! What a desk without a pack can find by itself: SLOs of the usual generators and queues of the usual exporters.

mod queues;
mod slos;

use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};

use tokio::sync::mpsc;

use super::{
    api::{Api, When},
    batch::{Arm, MOST_ARMS, Outcome, ask_all, batches},
    instants::is_slow,
    wire::VectorRow,
};
use crate::{
    domain::{
        id::QueryId,
        observation::{Found, Observation},
        watchlist::{Probe, SeriesWatch},
    },
    sources::{
        http::{Backoff, jittered},
        links::Links,
    },
};

/// The lane's name in the link.
pub(super) const LANE: &str = "discovery";
/// How many queues or SLOs of one family are taken.
const MOST: usize = 20;
/// How often what was found is read.
const EVERY: Duration = Duration::from_secs(15);
/// The grid of a sparkline, how far back it reaches, and how often it is read again.
const TREND: (Duration, Duration, Duration) = (
    Duration::from_secs(60),
    Duration::from_secs(3_600),
    Duration::from_secs(30),
);

/// The lanes that read what is found.
pub(super) struct Readers {
    pub quick: mpsc::Sender<Vec<Probe>>,
    pub slow: mpsc::Sender<Vec<Probe>>,
    pub series: mpsc::Sender<Vec<SeriesWatch>>,
}

impl Readers {
    /// Hands over all there is to read; whether the lanes are still there.
    async fn read(&self, probes: Vec<Probe>, series: Vec<SeriesWatch>) -> bool {
        let (slow, quick): (Vec<Probe>, Vec<Probe>) = probes.into_iter().partition(is_slow);
        for (lane, probes) in [(&self.quick, quick), (&self.slow, slow)] {
            if lane.send(probes).await.is_err() {
                return false;
            }
        }
        self.series.send(series).await.is_ok()
    }
}

/// What is looked for, and by which questions.
pub(super) fn arms() -> Vec<Arm> {
    queues::arms().into_iter().chain(slos::arms()).collect()
}

/// Looks for ever; what there is goes to the lanes that read it.
pub(super) async fn poll(api: &Api, every: Duration, links: &Links, readers: Readers) {
    let mut backoff = Backoff::default();
    let mut told: Option<Found> = None;
    loop {
        let batches = batches(arms(), MOST_ARMS, &HashSet::new());
        let outcome = ask_all(api, batches, When::Now).await;
        let wait = super::report(api, links, LANE, &outcome, &mut backoff);
        if wait.is_none() {
            let found = read(&outcome);
            let whole = outcome.failed.is_empty();
            if whole || told.as_ref().is_none_or(|told| covers(&found, told)) {
                // Before its values come, it is known what they are of.
                if told.as_ref() != Some(&found) {
                    api.send(Observation::Discovered(found.clone()));
                }
                if !readers
                    .read(found.probes.clone(), found.series.clone())
                    .await
                {
                    return;
                }
                told = Some(found);
            }
        }
        tokio::time::sleep(wait.unwrap_or_else(|| jittered(every))).await;
    }
}

/// Whether a round that failed in part found all that was known: what it could not ask for is not gone.
fn covers(found: &Found, told: &Found) -> bool {
    let ids: HashSet<&QueryId> = found.probes.iter().map(|probe| &probe.id).collect();
    told.probes.iter().all(|probe| ids.contains(&probe.id))
}

/// What a round found.
fn read(outcome: &Outcome) -> Found {
    let (slos, mut probes) = slos::read(outcome);
    let (queues, queue_probes) = queues::read(outcome);
    probes.extend(queue_probes);
    let drawn: HashSet<QueryId> = slos
        .iter()
        .flat_map(|slo| [slo.errors("5m"), slo.total("5m")])
        .chain(queues.iter().map(|queue| queue.depth.clone()))
        .collect();
    let series = probes
        .iter()
        .filter(|probe| drawn.contains(&probe.id))
        .map(trend)
        .collect();
    Found {
        slos,
        queues,
        gauges: Vec::new(),
        probes,
        series,
    }
}

/// The last hour of what a probe reads.
fn trend(probe: &Probe) -> SeriesWatch {
    let (step, span, every) = TREND;
    SeriesWatch {
        id: probe.id.clone(),
        expr: probe.expr.clone(),
        step,
        span,
        every,
        delay: None,
    }
}

/// The id a family is looked for under.
fn family_id(name: &str) -> QueryId {
    format!("generic/discover/{name}").into()
}

fn family_arm(name: &str, expr: &str) -> Arm {
    Arm::new(family_id(name), expr)
}

fn rows<'a>(outcome: &'a Outcome, name: &str) -> &'a [VectorRow] {
    outcome
        .samples
        .get(&family_id(name))
        .map_or(&[], Vec::as_slice)
}

/// The selector of one metric with these labels.
fn selector(metric: &str, labels: &BTreeMap<&str, &str>) -> String {
    let matchers: Vec<String> = labels
        .iter()
        .map(|(name, value)| {
            format!(
                "{name}=\"{}\"",
                value
                    .replace('\\', "\\\\")
                    .replace('"', "\\\"")
                    .replace('\n', "\\n")
            )
        })
        .collect();
    format!("{metric}{{{}}}", matchers.join(","))
}

/// Label values as a part of an id, which travels inside a `PromQL` string: what could end or expand it is replaced, and
/// a hash keeps two apart that look the same then.
fn slug(values: &[&str]) -> String {
    let plain = values.join("/");
    let kept: String = plain
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "._:/-".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    if kept == plain {
        return kept;
    }
    let labels = BTreeMap::from([(String::new(), plain)]);
    format!(
        "{kept}~{}",
        &crate::domain::alert::fingerprint(&labels).as_str()[..6]
    )
}

fn probe(id: QueryId, expr: String, source: String, every: Duration) -> Probe {
    Probe {
        id,
        expr,
        source: Some(source),
        every,
    }
}
