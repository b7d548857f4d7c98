//! What has been sent and not taken: one place for each thing that can be told, so that it cannot grow without bound.

use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
};

use jiff::{SignedDuration, Timestamp};

use crate::domain::{
    alert::{Alert, AlertRule},
    change::Change,
    event::EventRow,
    freshness::{Link, Reading, SourceId, Trouble},
    id::{QueryId, Uid},
    identity::Identity,
    node::NodeRow,
    observation::{Observation, Rows},
    place::Place,
    pod::{PodRow, PodUsage},
    pod_detail::{PodDetail, PodKey},
    question::{Answer, Answered, RequestId},
    series::Series,
    silence::Silence,
    workload::WorkloadRow,
};

/// How many changes are kept; older ones give way.
pub(super) const CHANGES_KEPT: usize = 500;

/// A row that is told apart by its uid.
pub(super) trait Keyed {
    fn uid(&self) -> &Uid;
}

macro_rules! keyed {
    ($($row:ty),*) => { $(impl Keyed for $row {
        fn uid(&self) -> &Uid {
            &self.uid
        }
    })* };
}

keyed!(PodRow, WorkloadRow, NodeRow, EventRow);

/// Rows of one kind as they stand between two takes.
#[derive(Debug)]
pub(super) struct PendingRows<T> {
    /// The next take replaces everything known before.
    all: bool,
    /// `None`: gone.
    rows: HashMap<Uid, Option<T>>,
}

impl<T> Default for PendingRows<T> {
    fn default() -> Self {
        Self {
            all: false,
            rows: HashMap::new(),
        }
    }
}

impl<T: Keyed> PendingRows<T> {
    pub(super) fn merge(&mut self, seen: Rows<T>) {
        match seen {
            Rows::All(rows) => {
                self.all = true;
                self.rows = rows.into_iter().map(keyed).collect();
            }
            Rows::Changed { upserts, gone } => {
                self.rows.extend(upserts.into_iter().map(keyed));
                for uid in gone {
                    if self.all {
                        self.rows.remove(&uid);
                    } else {
                        self.rows.insert(uid, None);
                    }
                }
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.all && self.rows.is_empty()
    }

    pub(super) fn take(self) -> Option<Rows<T>> {
        if self.is_empty() {
            return None;
        }
        let mut gone = Vec::new();
        let mut upserts = Vec::with_capacity(self.rows.len());
        for (uid, row) in self.rows {
            match row {
                Some(row) => upserts.push(row),
                None => gone.push(uid),
            }
        }
        Some(if self.all {
            Rows::All(upserts)
        } else {
            Rows::Changed { upserts, gone }
        })
    }
}

fn keyed<T: Keyed>(row: T) -> (Uid, Option<T>) {
    (row.uid().clone(), Some(row))
}

/// Values in the order their keys first came, the last value of each key.
#[derive(Debug)]
struct Latest<K, V> {
    places: HashMap<K, usize>,
    values: Vec<(K, V)>,
}

impl<K, V> Default for Latest<K, V> {
    fn default() -> Self {
        Self {
            places: HashMap::new(),
            values: Vec::new(),
        }
    }
}

impl<K: Clone + Eq + Hash, V> Latest<K, V> {
    fn put(&mut self, key: K, value: V) {
        if let Some(place) = self.places.get(&key) {
            self.values[*place].1 = value;
        } else {
            self.places.insert(key.clone(), self.values.len());
            self.values.push((key, value));
        }
    }

    fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let place = *self.places.get(key)?;
        Some(&mut self.values[place].1)
    }

    fn extend(&mut self, pairs: impl IntoIterator<Item = (K, V)>) {
        for (key, value) in pairs {
            self.put(key, value);
        }
    }

    fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

/// The answer to the newest chart question.
type ChartAnswer = Result<Vec<(String, Series)>, Trouble>;

/// Everything that is waiting to be taken.
#[derive(Debug, Default)]
pub(super) struct Pending {
    links: BTreeMap<SourceId, Link>,
    skews: BTreeMap<SourceId, SignedDuration>,
    identity: Option<Identity>,
    /// The newest word about a plugin that waits for a person, as it came.
    sign_in: Option<Observation>,
    places: BTreeMap<SourceId, Place>,
    pods: PendingRows<PodRow>,
    workloads: PendingRows<WorkloadRow>,
    nodes: PendingRows<NodeRow>,
    events: PendingRows<EventRow>,
    usage: Latest<Uid, PodUsage>,
    changes: Vec<Change>,
    answers: Latest<QueryId, Reading<f64>>,
    reads: Latest<QueryId, Reading<f64>>,
    series: Latest<QueryId, Reading<Series>>,
    alerts: BTreeMap<SourceId, (Timestamp, Vec<Alert>)>,
    rules: Option<Vec<AlertRule>>,
    silences: Option<Vec<Silence>>,
    discovered: Option<Box<Observation>>,
    details: Latest<PodKey, Box<Result<PodDetail, Trouble>>>,
    chart: Option<(u64, ChartAnswer)>,
    answered: Latest<RequestId, Box<Answered>>,
}

impl Pending {
    pub(super) fn merge(&mut self, seen: Observation) {
        match seen {
            Observation::Link { source, link } => {
                self.links.insert(source, link);
            }
            Observation::Skew { source, ahead } => {
                self.skews.insert(source, ahead);
            }
            Observation::Identity(identity) => self.identity = Some(identity),
            wants @ Observation::SignIn(_) => self.sign_in = Some(wants),
            Observation::Place { source, place } => {
                self.places.insert(source, place);
            }
            Observation::Pods(rows) => self.pods.merge(rows),
            Observation::Workloads(rows) => self.workloads.merge(rows),
            Observation::Nodes(rows) => self.nodes.merge(rows),
            Observation::Events(rows) => self.events.merge(rows),
            Observation::Usage(usage) => self.usage.extend(usage),
            Observation::Changes(changes) => self.append(changes),
            Observation::Answers(answers) => self.answers.extend(answers),
            Observation::Reads(answers) => self.reads.extend(answers),
            Observation::Series(series) => self.series.extend(series),
            Observation::Alerts { from, at, alerts } => {
                self.alerts.insert(from, (at, alerts));
            }
            Observation::Rules(rules) => self.rules = Some(rules),
            Observation::Silences(silences) => self.silences = Some(silences),
            found @ Observation::Discovered { .. } => self.discovered = Some(Box::new(found)),
            Observation::PodDetail { key, detail } => self.details.put(key, detail),
            Observation::Answered { request, answer } => self.answer(request, *answer),
            Observation::Chart { request, answer } => {
                // A slow answer to an earlier question must not replace the one to a later.
                if self
                    .chart
                    .as_ref()
                    .is_none_or(|(newest, _)| *newest <= request)
                {
                    self.chart = Some((request, answer));
                }
            }
        }
    }

    /// The newest answer counts, but lines of a log are more of it.
    fn answer(&mut self, request: RequestId, answer: Answered) {
        let waiting = self
            .answered
            .get_mut(&request)
            .map(|waiting| &mut **waiting);
        match (waiting, answer) {
            (Some(Ok(Answer::Logs(before))), Ok(Answer::Logs(later))) => before.append(later),
            (_, mut answer) => {
                if let Ok(Answer::Logs(batch)) = &mut answer {
                    let whole = std::mem::take(batch);
                    batch.append(whole);
                }
                self.answered.put(request, Box::new(answer));
            }
        }
    }

    fn append(&mut self, changes: Vec<Change>) {
        for change in changes {
            if !self.changes.contains(&change) {
                self.changes.push(change);
            }
        }
        if self.changes.len() > CHANGES_KEPT {
            self.changes.sort_by_key(|change| change.at);
            let surplus = self.changes.len() - CHANGES_KEPT;
            self.changes.drain(..surplus);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.links.is_empty()
            && self.skews.is_empty()
            && self.identity.is_none()
            && self.sign_in.is_none()
            && self.places.is_empty()
            && self.pods.is_empty()
            && self.workloads.is_empty()
            && self.nodes.is_empty()
            && self.events.is_empty()
            && self.usage.is_empty()
            && self.changes.is_empty()
            && self.answers.is_empty()
            && self.reads.is_empty()
            && self.series.is_empty()
            && self.alerts.is_empty()
            && self.rules.is_none()
            && self.silences.is_none()
            && self.discovered.is_none()
            && self.details.is_empty()
            && self.chart.is_none()
            && self.answered.is_empty()
    }

    /// Links first: who draws rows must know by then how fresh they are.
    pub(super) fn into_observations(self) -> Vec<Observation> {
        let mut out = Vec::new();
        let links = self.links.into_iter();
        out.extend(links.map(|(source, link)| Observation::Link { source, link }));
        let skews = self.skews.into_iter();
        out.extend(skews.map(|(source, ahead)| Observation::Skew { source, ahead }));
        // Before the rows: another cluster's replace all that is known.
        out.extend(self.identity.map(Observation::Identity));
        out.extend(self.sign_in);
        let places = self.places.into_iter();
        out.extend(places.map(|(source, place)| Observation::Place { source, place }));
        out.extend(self.workloads.take().map(Observation::Workloads));
        out.extend(self.pods.take().map(Observation::Pods));
        out.extend(self.nodes.take().map(Observation::Nodes));
        out.extend(self.events.take().map(Observation::Events));
        if !self.usage.is_empty() {
            out.push(Observation::Usage(self.usage.values));
        }
        if !self.changes.is_empty() {
            out.push(Observation::Changes(self.changes));
        }
        out.extend(self.discovered.map(|found| *found));
        if !self.reads.is_empty() {
            out.push(Observation::Reads(self.reads.values));
        }
        if !self.answers.is_empty() {
            out.push(Observation::Answers(self.answers.values));
        }
        if !self.series.is_empty() {
            out.push(Observation::Series(self.series.values));
        }
        out.extend(self.rules.map(Observation::Rules));
        out.extend(self.silences.map(Observation::Silences));
        let alerts = self.alerts.into_iter();
        out.extend(alerts.map(|(from, (at, alerts))| Observation::Alerts { from, at, alerts }));
        let details = self.details.values.into_iter();
        out.extend(details.map(|(key, detail)| Observation::PodDetail { key, detail }));
        let answered = self.answered.values.into_iter();
        out.extend(answered.map(|(request, answer)| Observation::Answered { request, answer }));
        let chart = self.chart.into_iter();
        out.extend(chart.map(|(request, answer)| Observation::Chart { request, answer }));
        out
    }
}
