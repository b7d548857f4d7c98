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
        id::QueryId, observation::Observation, queue::QueueSpec, slo::SloSpec, watchlist::Probe,
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

/// Looks for ever; new probes go to the values' lane.
pub(super) async fn poll(
    api: &Api,
    every: Duration,
    links: &Links,
    found: mpsc::Sender<Vec<Probe>>,
    found_slow: mpsc::Sender<Vec<Probe>>,
) {
    let mut backoff = Backoff::default();
    let mut known: HashSet<QueryId> = HashSet::new();
    let mut told = None;
    loop {
        let arms = queues::arms().into_iter().chain(slos::arms()).collect();
        let outcome = ask_all(api, batches(arms, MOST_ARMS, &HashSet::new()), When::Now).await;
        let wait = super::report(api, links, LANE, &outcome, &mut backoff);
        if wait.is_none() {
            let (slos, mut probes) = slos::read(&outcome);
            let (queues, queue_probes) = queues::read(&outcome);
            probes.extend(queue_probes);
            probes.retain(|probe| known.insert(probe.id.clone()));
            let (slow, quick): (Vec<Probe>, Vec<Probe>) = probes.into_iter().partition(is_slow);
            for (lane, probes) in [(&found, quick), (&found_slow, slow)] {
                if !probes.is_empty() && lane.send(probes).await.is_err() {
                    return;
                }
            }
            tell(api, &mut told, slos, queues);
        }
        tokio::time::sleep(wait.unwrap_or_else(|| jittered(every))).await;
    }
}

/// Says what was found, when it is not what was said before.
fn tell(
    api: &Api,
    told: &mut Option<(Vec<SloSpec>, Vec<QueueSpec>)>,
    slos: Vec<SloSpec>,
    queues: Vec<QueueSpec>,
) {
    let found = (slos, queues);
    if told.as_ref() == Some(&found) {
        return;
    }
    api.send(Observation::Discovered {
        slos: found.0.clone(),
        queues: found.1.clone(),
        gauges: Vec::new(),
    });
    *told = Some(found);
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
