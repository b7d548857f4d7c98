//! Series read again and again on their grid: trends, and the windows of hooks.

use std::{collections::HashMap, time::Duration};

use jiff::Timestamp;
use tokio::{sync::mpsc, time::Instant};

use super::{
    api::{Api, Grid, When},
    batch::{Arm, MOST_ARMS, Outcome, ask_all, batches},
    grid::{grid, laid, missing, spliced},
    refused::Refused,
};
use crate::{
    domain::{
        freshness::Reading, id::QueryId, observation::Observation, series::Series,
        watchlist::SeriesWatch,
    },
    sources::{
        http::{Backoff, jittered},
        links::Links,
    },
};

/// The lane's name in the link.
pub(super) const LANE: &str = "series";
/// No series is asked more often than this.
const LEAST_EVERY: Duration = Duration::from_secs(5);
/// After this time a series is read whole again, since history may have been filled in.
const WHOLE_EVERY: Duration = Duration::from_secs(600);

/// What series asked together have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Shape {
    every: Duration,
    step: Duration,
    span: Duration,
    delay: Option<Duration>,
}

impl Shape {
    fn of(watch: &SeriesWatch) -> Self {
        Self {
            every: watch.every.max(LEAST_EVERY),
            step: watch.step,
            span: watch.span,
            delay: watch.delay,
        }
    }
}

/// The series of one shape and what is known of them.
struct Group {
    shape: Shape,
    watches: Vec<SeriesWatch>,
    /// As last read, without the running window.
    known: HashMap<QueryId, Series>,
    readings: HashMap<QueryId, Reading<Series>>,
    refused: Refused,
    most_arms: usize,
    next: Instant,
    whole_at: Instant,
}

impl Group {
    /// What must be asked to have all of `grid`: the tail where every series has the rest.
    fn gap(&self, grid: Grid, now: Instant) -> Grid {
        if now >= self.whole_at {
            return grid;
        }
        let starts: Option<Vec<Timestamp>> = self
            .watches
            .iter()
            .filter(|watch| self.refused.may_ask(&watch.id, now))
            .map(|watch| Some(missing(self.known.get(&watch.id)?, grid)?.start))
            .collect();
        match starts.and_then(|starts| starts.into_iter().min()) {
            Some(start) => Grid { start, ..grid },
            None => grid,
        }
    }

    /// Asks the grid, and the running window where there is one.
    async fn round(&mut self, api: &Api) -> (Vec<(QueryId, Reading<Series>)>, Outcome) {
        let now = Instant::now();
        let at = api.server_now();
        let whole = grid(at, self.shape.step, self.shape.span, self.shape.delay);
        let gap = self.gap(whole, now);
        let arms: Vec<Arm> = self
            .watches
            .iter()
            .filter(|watch| self.refused.may_ask(&watch.id, now))
            .map(|watch| Arm::new(watch.id.clone(), &watch.expr))
            .collect();
        let batches = batches(arms, self.most_arms, self.refused.ids());
        let running = async {
            match self.shape.delay {
                Some(_) => ask_all(api, batches.clone(), When::At(at)).await,
                None => Outcome::default(),
            }
        };
        let (mut outcome, running) =
            futures::join!(ask_all(api, batches.clone(), When::Over(gap)), running);
        // What is provisional spoils nothing that is whole.
        outcome.samples = running.samples;
        outcome.warnings.extend(running.warnings);
        if let Some(failure) = running.failed.values().next() {
            outcome
                .warnings
                .push(format!("the running window: {}", failure.trouble.detail));
        }
        if outcome.too_much {
            self.most_arms = (self.most_arms / 2).max(1);
        }
        self.refused.learn(&outcome, now);
        if gap == whole && outcome.failed.is_empty() {
            self.whole_at = now + WHOLE_EVERY;
        }
        let readings = self
            .watches
            .iter()
            .map(|watch| {
                (
                    watch.id.clone(),
                    self.read(&watch.id, &outcome, whole, gap, at),
                )
            })
            .collect::<Vec<_>>();
        for (id, reading) in &readings {
            self.readings.insert(id.clone(), reading.clone());
            if let Some(grid_part) = self.grid_part(id, &outcome, whole, gap) {
                self.known.insert(id.clone(), grid_part);
            }
        }
        (readings, outcome)
    }

    /// The series on its grid, from what was known and what came; `None` where nothing came.
    fn grid_part(&self, id: &QueryId, outcome: &Outcome, whole: Grid, gap: Grid) -> Option<Series> {
        if outcome.failure(id).is_some() || !outcome.accepted.contains(id) {
            return None;
        }
        let tail = laid(outcome.series.get(id).map_or(&[], Vec::as_slice), gap);
        Some(match self.known.get(id) {
            Some(known) if gap != whole => spliced(known, &tail, whole),
            _ => tail,
        })
    }

    fn read(
        &self,
        id: &QueryId,
        outcome: &Outcome,
        whole: Grid,
        gap: Grid,
        at: Timestamp,
    ) -> Reading<Series> {
        let Some(mut series) = self.grid_part(id, outcome, whole, gap) else {
            let before = self.readings.get(id).cloned().unwrap_or(Reading::Waiting);
            let failure = outcome.failure(id).map(|failure| &failure.trouble);
            return match failure.or_else(|| self.refused.trouble(id)) {
                Some(trouble) => before.failed(trouble.clone()),
                None => before,
            };
        };
        let mut as_of = series
            .values
            .iter()
            .rposition(Option::is_some)
            .map(|index| series.time(index));
        if self.shape.delay.is_some() {
            let running = outcome
                .sample(id)
                .map(|point| point.1)
                .filter(|value| !value.is_nan());
            if running.is_some() {
                as_of = Some(at);
            }
            series.values.push(running);
        }
        match as_of {
            Some(as_of) => Reading::Known {
                value: series,
                as_of,
            },
            None => Reading::NoData,
        }
    }
}

/// Puts each series to those asked together with it.
fn add(groups: &mut Vec<Group>, watches: Vec<SeriesWatch>) {
    let now = Instant::now();
    for watch in watches {
        let shape = Shape::of(&watch);
        if let Some(group) = groups.iter_mut().find(|group| group.shape == shape) {
            group.watches.push(watch);
            group.next = now;
            continue;
        }
        groups.push(Group {
            shape,
            watches: vec![watch],
            known: HashMap::new(),
            readings: HashMap::new(),
            refused: Refused::default(),
            most_arms: MOST_ARMS,
            next: now,
            whole_at: now,
        });
    }
    groups.sort_by_key(|group| group.shape);
}

/// Takes all that a discovery found in the place of what it found before.
fn replace(groups: &mut Vec<Group>, found: &mut Vec<SeriesWatch>, now: Vec<SeriesWatch>) {
    let gone: Vec<&SeriesWatch> = found.iter().filter(|watch| !now.contains(watch)).collect();
    for group in &mut *groups {
        for watch in &gone {
            let before = group.watches.len();
            group.watches.retain(|it| it != *watch);
            if group.watches.len() < before {
                group.known.remove(&watch.id);
                group.readings.remove(&watch.id);
            }
        }
    }
    groups.retain(|group| !group.watches.is_empty());
    let new = now.iter().filter(|watch| !found.contains(watch)).cloned();
    add(groups, new.collect());
    *found = now;
}

/// Asks for ever; `more` brings all that a discovery found, each time anew.
pub(super) async fn poll(
    api: &Api,
    watches: Vec<SeriesWatch>,
    links: &Links,
    mut more: mpsc::Receiver<Vec<SeriesWatch>>,
) {
    let mut groups: Vec<Group> = Vec::new();
    add(&mut groups, watches);
    let mut discovered = Vec::new();
    let mut backoff = Backoff::default();
    let mut found_all = false;
    loop {
        let wake = groups.iter().map(|group| group.next).min();
        tokio::select! {
            found = more.recv(), if !found_all => {
                match found {
                    Some(watches) => replace(&mut groups, &mut discovered, watches),
                    None => found_all = true,
                }
                continue;
            }
            () = super::sleep_until(wake) => {}
        }
        let started = Instant::now();
        let due: Vec<&mut Group> = groups
            .iter_mut()
            .filter(|group| group.next <= started)
            .collect();
        let rounds = futures::future::join_all(due.into_iter().map(|group| async {
            let (readings, outcome) = group.round(api).await;
            api.send(Observation::Series(readings));
            group.next = (started + jittered(group.shape.every))
                .max(Instant::now() + Duration::from_secs(1));
            outcome
        }))
        .await;
        let mut outcome = Outcome::default();
        for one in rounds {
            outcome.merge(one);
        }
        if let Some(wait) = super::report(api, links, LANE, &outcome, &mut backoff) {
            let at = Instant::now() + wait;
            for group in groups.iter_mut().filter(|group| group.next > started) {
                group.next = at;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_a_discovery_no_longer_finds_is_not_asked() {
        let watch = |name: &str| SeriesWatch {
            id: format!("g/{name}").into(),
            expr: name.to_owned(),
            step: Duration::from_secs(60),
            span: Duration::from_secs(3_600),
            every: Duration::from_secs(30),
            delay: None,
        };
        let (mut groups, mut found) = (Vec::new(), Vec::new());
        add(&mut groups, vec![watch("own")]);
        replace(&mut groups, &mut found, vec![watch("a"), watch("b")]);
        replace(&mut groups, &mut found, vec![watch("b"), watch("c")]);
        assert_eq!(groups[0].watches, [watch("own"), watch("b"), watch("c")]);
        replace(&mut groups, &mut found, Vec::new());
        assert_eq!(groups[0].watches, [watch("own")]);
    }
}
