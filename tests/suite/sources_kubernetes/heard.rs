//! What a receiver of the Kubernetes source keeps.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use quarterdeck::domain::{
    change::Change,
    event::EventRow,
    freshness::{Link, SourceId, Trouble, TroubleKind},
    id::Uid,
    identity::Identity,
    node::NodeRow,
    observation::{Observation, Rows},
    pod::{PodRow, PodUsage},
    pod_detail::{PodDetail, PodKey},
    question::{Answered, RequestId},
    workload::WorkloadRow,
};

/// Everything heard so far, as a receiver keeps it.
#[derive(Debug, Default)]
pub struct Heard {
    pub pods: BTreeMap<Uid, PodRow>,
    pub workloads: BTreeMap<Uid, WorkloadRow>,
    pub nodes: BTreeMap<Uid, NodeRow>,
    pub events: BTreeMap<Uid, EventRow>,
    pub links: BTreeMap<SourceId, Link>,
    /// Kinds of failures that any link went through.
    pub failures: Vec<(SourceId, TroubleKind)>,
    pub usage: Vec<(Uid, PodUsage)>,
    pub changes: Vec<Change>,
    /// How far the server's clock was ahead, whenever that was told.
    pub skews: Vec<SignedDuration>,
    /// Who we were, whenever that was told.
    pub identities: Vec<Identity>,
    /// The credential plugin that waits for a person.
    pub sign_in: Option<String>,
    pub details: Vec<(PodKey, Result<PodDetail, Trouble>)>,
    /// Every answer to a question, by its number.
    pub told: Vec<(RequestId, Answered)>,
    /// How many pods there were after each word about them.
    pub counts: Vec<usize>,
}

fn apply<R>(known: &mut BTreeMap<Uid, R>, rows: Rows<R>, uid: impl Fn(&R) -> Uid) {
    let (upserts, gone) = match rows {
        Rows::All(rows) => {
            known.clear();
            (rows, Vec::new())
        }
        Rows::Changed { upserts, gone } => (upserts, gone),
    };
    known.extend(upserts.into_iter().map(|row| (uid(&row), row)));
    for uid in gone {
        known.remove(&uid);
    }
}

impl Heard {
    pub fn hear(&mut self, seen: Observation) {
        match seen {
            Observation::Link { source, link } => {
                if let Some(trouble) = link.trouble() {
                    self.failures.push((source, trouble.kind));
                }
                self.links.insert(source, link);
            }
            Observation::Pods(rows) => {
                apply(&mut self.pods, rows, |row| row.uid.clone());
                self.counts.push(self.pods.len());
            }
            Observation::Workloads(rows) => {
                apply(&mut self.workloads, rows, |row| row.uid.clone());
            }
            Observation::Nodes(rows) => apply(&mut self.nodes, rows, |row| row.uid.clone()),
            Observation::Events(rows) => apply(&mut self.events, rows, |row| row.uid.clone()),
            Observation::Usage(usage) => self.usage.extend(usage),
            Observation::Identity(identity) => self.identities.push(identity),
            Observation::SignIn(wants) => self.sign_in = wants,
            Observation::Changes(changes) => self.changes.extend(changes),
            Observation::Skew { ahead, .. } => self.skews.push(ahead),
            Observation::PodDetail { key, detail } => self.details.push((key, *detail)),
            Observation::Answered { request, answer } => self.told.push((request, *answer)),
            _ => {}
        }
    }

    /// The newest answer to a question.
    pub fn answer(&self, request: RequestId) -> Option<&Answered> {
        let mut told = self.told.iter().rev();
        told.find(|(asked, _)| *asked == request)
            .map(|(_, answer)| answer)
    }

    pub fn pod_names(&self) -> BTreeSet<String> {
        self.pods.values().map(|row| row.name.to_string()).collect()
    }

    pub fn is_live(&self, source: SourceId) -> bool {
        matches!(self.links.get(&source), Some(Link::Live { .. }))
    }

    pub fn failed(&self, source: SourceId) -> Option<&Trouble> {
        self.links.get(&source)?.trouble()
    }
}

pub fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|it| (*it).to_owned()).collect()
}
