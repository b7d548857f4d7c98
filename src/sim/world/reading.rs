//! Answers to the ids that the watchlist marks on its queries.

use std::collections::BTreeMap;

use super::World;
use super::scenario::{Answer, Model, Reading};

/// Seconds between two scrapes, as far as `age/…` tells.
const SCRAPE: f64 = 5.0;

/// A last sample older than this is not found any more (`max_over_time(…[1h:])`).
const SEEN_WITHIN: f64 = 3600.0;

/// No series of this world goes by that id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no series of this cluster answers the id {0:?}")]
pub struct UnknownId(pub String);

/// What stands behind an id.
pub fn resolve(model: &Model, id: &str) -> Result<Answer, UnknownId> {
    if let Some(answer) = model.ids.get(id) {
        return Ok(answer.clone());
    }
    if id.starts_with("generic/discover/") {
        return Ok(bare(Reading::Nothing, None));
    }
    let unknown = || UnknownId(id.to_owned());
    if let Some(pod) = id.strip_prefix("explain/memory/") {
        let answer = memory_of_pod(model, pod);
        return Ok(answer.unwrap_or_else(|| bare(Reading::Nothing, None)));
    }
    let inside = id
        .strip_prefix(model.pack.as_str())
        .and_then(|rest| rest.strip_prefix('/'));
    let probe = inside
        .and_then(|rest| rest.strip_prefix("age/"))
        .ok_or_else(unknown)?;
    last_seen(model, probe).ok_or_else(unknown)
}

fn bare(reading: Reading, source: Option<usize>) -> Answer {
    Answer {
        reading,
        source,
        labels: BTreeMap::new(),
    }
}

/// What a pod of a workload uses, where the workload's memory is a signal of its own, which alone has a past.
fn memory_of_pod(model: &Model, pod: &str) -> Option<Answer> {
    let (namespace, name) = pod.split_once('/')?;
    let mut workloads = model.workloads.iter();
    let workload = workloads.find(|workload| {
        let rest = name.strip_prefix(workload.at.name.as_str());
        workload.at.namespace == namespace && rest.is_some_and(|rest| rest.starts_with('-'))
    })?;
    let slot = model.slots.get(workload.file.memory.as_deref()?)?;
    Some(bare(Reading::Mebibytes(*slot), None))
}

/// When the exporter was seen that stands behind a probe, a queue, an objective, a hook or its own name.
fn last_seen(model: &Model, probe: &str) -> Option<Answer> {
    let through = |source| Some(bare(Reading::LastScrape, source));
    let full = format!("{}/{probe}", model.pack);
    if let Some(answer) = model.ids.get(&full) {
        return through(answer.source);
    }
    if let Some((_, slot)) = model.sources.iter().find(|(name, _)| name == probe) {
        return through(Some(*slot));
    }
    let name = probe.strip_prefix("slo/").unwrap_or(probe);
    if let Some(slo) = model.slos.iter().find(|slo| slo.name == name) {
        return through(slo.source);
    }
    let name = probe.strip_prefix("queue/").unwrap_or(probe);
    if model.queues.iter().any(|queue| queue.name == name) {
        return through(None);
    }
    let below = format!("{full}/");
    let inside = model.ids.iter().filter(|(id, _)| id.starts_with(&below));
    let first = inside.min_by_key(|(id, _)| id.as_str())?;
    through(first.1.source)
}

impl World {
    /// The value behind an id at a time (seconds relative to the start); `None` is "no data".
    pub fn read(&self, answer: &Answer, at: f64) -> Option<f64> {
        let history = &self.state.history;
        let up = answer
            .source
            .is_none_or(|slot| history.value(slot, at).is_some_and(|up| up > 0.0));
        if answer.reading == Reading::LastScrape {
            return self.last_scrape(answer.source.filter(|_| !up), at);
        }
        if !up {
            return None;
        }
        match answer.reading {
            Reading::Now(slot) => history.value(slot, at),
            Reading::Mebibytes(slot) => history.value(slot, at).map(|value| value * 1_048_576.0),
            Reading::Mean { slot, over } => history.mean(slot, at, over),
            Reading::Ok { slo, over } => self.share(slo, at, over).map(|bad| 1.0 - bad),
            Reading::Bad { slo, over } => self.share(slo, at, over),
            Reading::ErrorCount { slo, over } => self.counts(slo, at, over).map(|counts| counts.0),
            Reading::TotalCount { slo, over } => self.counts(slo, at, over).map(|counts| counts.1),
            Reading::LastScrape | Reading::Nothing => None,
        }
    }

    /// Unix time of the last scrape of an exporter that is down, or just now.
    fn last_scrape(&self, down: Option<usize>, at: f64) -> Option<f64> {
        let start = self.start.as_millisecond() as f64 / 1000.0;
        if self.model.still {
            return Some(start + at);
        }
        let Some(slot) = down else {
            return Some(((start + at) / SCRAPE).floor() * SCRAPE);
        };
        let seen = self.state.history.last_above_zero(slot, at);
        (at - seen <= SEEN_WITHIN).then_some(start + seen)
    }

    fn counts(&self, slo: usize, at: f64, over: f64) -> Option<(f64, f64)> {
        if at < self.state.history.first() && !self.model.still {
            return None;
        }
        self.state.past(&self.model).counts(slo, at, over)
    }

    /// The share of bad events; NaN without traffic, as a real server divides.
    fn share(&self, slo: usize, at: f64, over: f64) -> Option<f64> {
        self.counts(slo, at, over)
            .map(|(errors, total)| errors / total)
    }
}
