//! Values read again and again, each round in as few questions as can be.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    time::Duration,
};

use jiff::Timestamp;
use tokio::{sync::mpsc, time::Instant};

use super::{
    api::{Api, When},
    batch::{Arm, MOST_ARMS, Outcome, ask_all, batches},
    refused::Refused,
};
use crate::{
    domain::{
        freshness::{Reading, Trouble},
        id::QueryId,
        observation::{Answers, Observation},
        watchlist::{Probe, age_id},
    },
    sources::{
        http::{Backoff, jittered},
        links::Links,
    },
};

/// The lane of what moves quickly.
pub(super) const LANE: &str = "values";
/// The lane of what is read seldom, since it costs the server much: no quick value waits for it.
pub(super) const SLOW_LANE: &str = "long windows";
/// From this pace on a value is slow.
const SLOW_FROM: Duration = Duration::from_secs(60);
/// No value is asked more often than this.
const LEAST_EVERY: Duration = Duration::from_secs(5);

/// The values of a desk and what is known of them.
pub(super) struct Instants {
    /// Those of the watchlist come first.
    probes: Vec<Probe>,
    /// How many the watchlist has.
    own: usize,
    /// Each selector with the id its age is asked under.
    ages: BTreeMap<String, QueryId>,
    readings: HashMap<QueryId, Reading<f64>>,
    refused: Refused,
    most_arms: usize,
}

/// Whether a value belongs into the slow lane.
pub(super) fn is_slow(probe: &Probe) -> bool {
    probe.every >= SLOW_FROM
}

/// Each selector of these probes with the id its age is asked under: that of the first probe that names it.
pub(super) fn ages(probes: &[Probe]) -> BTreeMap<String, QueryId> {
    let mut ages = BTreeMap::new();
    for probe in probes {
        if let Some(selector) = &probe.source {
            ages.entry(selector.clone())
                .or_insert_with(|| age_id(&probe.id));
        }
    }
    ages
}

impl Instants {
    /// The values of one lane; `ages` may know the selectors of others too.
    pub fn new(probes: Vec<Probe>, ages: BTreeMap<String, QueryId>) -> Self {
        let mut all = Self {
            probes: Vec::new(),
            own: 0,
            ages,
            readings: HashMap::new(),
            refused: Refused::default(),
            most_arms: MOST_ARMS,
        };
        all.add(probes);
        all.own = all.probes.len();
        all
    }

    /// Takes all that a discovery found: what it found before and no longer does is not asked any more.
    fn found(&mut self, probes: Vec<Probe>) {
        let before = self.probes.split_off(self.own);
        self.add(probes);
        for gone in before {
            if self.probes.contains(&gone) {
                continue;
            }
            if !self.probes.iter().any(|probe| probe.id == gone.id) {
                self.readings.remove(&gone.id);
            }
            if let Some(selector) = &gone.source
                && !self.probes.iter().any(|it| it.source == gone.source)
            {
                self.ages.remove(selector);
            }
        }
    }

    fn add(&mut self, probes: Vec<Probe>) {
        for probe in probes {
            if self.probes.iter().any(|known| known.id == probe.id) {
                continue;
            }
            if let Some(selector) = &probe.source {
                self.ages
                    .entry(selector.clone())
                    .or_insert_with(|| age_id(&probe.id));
            }
            self.probes.push(probe);
        }
    }

    /// Every pace at which something is asked.
    fn paces(&self) -> HashSet<Duration> {
        self.probes.iter().map(pace).collect()
    }

    /// The questions of one round, with the ages of the sources behind them.
    fn arms(&self, due: &[Probe], now: Instant) -> Vec<Arm> {
        let mut arms: Vec<Arm> = due
            .iter()
            .map(|probe| Arm::new(probe.id.clone(), &probe.expr))
            .collect();
        let selectors: HashSet<&String> = due
            .iter()
            .filter_map(|probe| probe.source.as_ref())
            .collect();
        arms.extend(
            self.ages
                .iter()
                .filter(|(selector, _)| selectors.contains(selector))
                .map(|(selector, id)| Arm::new(id.clone(), &age_of(selector))),
        );
        arms.retain(|arm| self.refused.may_ask(&arm.id, now));
        arms
    }

    /// Asks what is due and takes in what came.
    pub async fn round(&mut self, api: &Api, due: &[Probe], now: Instant) -> (Answers, Outcome) {
        let arms = self.arms(due, now);
        let outcome = ask_all(
            api,
            batches(arms, self.most_arms, self.refused.ids()),
            When::Now,
        )
        .await;
        if outcome.too_much {
            self.most_arms = (self.most_arms / 2).max(1);
        }
        self.refused.learn(&outcome, now);
        let mut answers = Answers::new();
        for probe in due {
            let reading = self.read(probe, &outcome);
            self.readings.insert(probe.id.clone(), reading.clone());
            answers.push((probe.id.clone(), reading));
        }
        (answers, outcome)
    }

    fn read(&self, probe: &Probe, outcome: &Outcome) -> Reading<f64> {
        let before = || {
            self.readings
                .get(&probe.id)
                .cloned()
                .unwrap_or(Reading::Waiting)
        };
        let fails = |id: &QueryId| {
            outcome
                .failure(id)
                .map(|failure| &failure.trouble)
                .or_else(|| self.refused.trouble(id))
        };
        if let Some(trouble) = fails(&probe.id) {
            return before().failed(trouble.clone());
        }
        let Some(point) = outcome.sample(&probe.id).filter(|point| !point.1.is_nan()) else {
            return Reading::NoData;
        };
        let Some(selector) = &probe.source else {
            return known(point.1, point.0);
        };
        let Some(age) = self.ages.get(selector) else {
            return Reading::NoData;
        };
        if let Some(trouble) = fails(age) {
            let detail = format!("the age of {selector}: {}", trouble.detail);
            return before().failed(Trouble::new(trouble.kind, detail));
        }
        match outcome.sample(age) {
            Some(last_seen) => known(point.1, last_seen.1),
            None => Reading::NoData,
        }
    }
}

fn pace(probe: &Probe) -> Duration {
    probe.every.max(LEAST_EVERY)
}

/// The time of the newest sample of a selector.
fn age_of(selector: &str) -> String {
    format!("max(max_over_time(timestamp({selector})[1h:15s]))")
}

fn known(value: f64, second: f64) -> Reading<f64> {
    match Timestamp::from_millisecond((second * 1_000.0) as i64) {
        Ok(as_of) if second.is_finite() => Reading::Known { value, as_of },
        _ => Reading::NoData,
    }
}

/// Asks for ever; `more` brings all that a discovery found, each time anew.
pub(super) async fn poll(
    api: &Api,
    lane: &'static str,
    mut instants: Instants,
    links: &Links,
    mut more: mpsc::Receiver<Vec<Probe>>,
) {
    let mut next: HashMap<Duration, Instant> = HashMap::new();
    let mut backoff = Backoff::default();
    let mut found_all = false;
    loop {
        let now = Instant::now();
        let paces = instants.paces();
        next.retain(|pace, _| paces.contains(pace));
        for pace in paces {
            next.entry(pace).or_insert(now);
        }
        let wake = next.values().min().copied();
        tokio::select! {
            found = more.recv(), if !found_all => {
                match found {
                    Some(probes) => instants.found(probes),
                    None => found_all = true,
                }
                continue;
            }
            () = super::sleep_until(wake) => {}
        }
        // What is due within the next second goes along.
        let now = Instant::now();
        let soon = now + Duration::from_secs(1);
        next.retain(|_, at| *at > soon);
        let due: Vec<Probe> = instants
            .probes
            .iter()
            .filter(|probe| !next.contains_key(&pace(probe)))
            .cloned()
            .collect();
        let (answers, outcome) = instants.round(api, &due, now).await;
        api.send(Observation::Answers(answers));
        let wait = super::report(api, links, lane, &outcome, &mut backoff);
        let after = Instant::now();
        for pace in due.iter().map(pace) {
            let at = wait.map_or_else(
                || (now + jittered(pace)).max(after + LEAST_EVERY.min(pace) / 5),
                |wait| after + wait,
            );
            next.insert(pace, at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_discovery_no_longer_finds_is_not_asked() {
        let probe = |name: &str| Probe {
            id: format!("g/{name}").into(),
            expr: name.to_owned(),
            source: Some(format!("up{{job=\"{name}\"}}")),
            every: Duration::from_secs(15),
        };
        let mut instants = Instants::new(vec![probe("own")], BTreeMap::new());
        instants.found(vec![probe("a"), probe("b")]);
        instants
            .readings
            .insert("g/a".to_owned().into(), Reading::NoData);
        let mut other = probe("b");
        other.expr = "changed".to_owned();
        instants.found(vec![other.clone()]);
        assert_eq!(instants.probes, [probe("own"), other]);
        assert_eq!(instants.ages.len(), 2);
        assert!(instants.readings.is_empty());
        instants.found(Vec::new());
        assert_eq!(instants.probes, [probe("own")]);
    }
}
