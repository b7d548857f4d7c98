//! Scalings of Deployments, from the events their controller wrote.

use std::{collections::HashMap, time::Duration};

use jiff::Timestamp;

use super::rollouts::Rollouts;
use crate::{
    domain::{
        change::{Change, What},
        clean::clean,
        pod::WorkloadKey,
        time::since,
    },
    sources::kubernetes::{events::EventLite, interner::Interner},
};

/// Events of two `ReplicaSets` nearer than this belong to one rollout.
const TOGETHER: Duration = Duration::from_secs(600);

/// What one event says.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    at: Timestamp,
    set: String,
    from: Option<u32>,
    to: u32,
}

/// The events of all Deployments.
#[derive(Default)]
pub(super) struct Scalings(HashMap<WorkloadKey, Vec<Said>>);

impl Scalings {
    pub fn add(&mut self, event: &EventLite, names: &mut Interner) {
        let object = &event.involved_object;
        if object.kind != "Deployment" || event.reason != "ScalingReplicaSet" {
            return;
        }
        let Some((at, (set, from, to))) = event.last().zip(parse(&event.message)) else {
            return;
        };
        let key = WorkloadKey {
            namespace: names.name(&event.metadata.namespace),
            kind: names.name(&object.kind),
            name: names.name(&object.name),
        };
        let set = clean(set).into_owned();
        self.0
            .entry(key)
            .or_default()
            .push(Said { at, set, from, to });
    }

    /// Those that changed the size of the Deployment: a rollout moves replicas from one `ReplicaSet` to another, and is told
    /// of as what it is.
    pub fn changes<'a>(&'a self, rollouts: &'a Rollouts) -> impl Iterator<Item = Change> + 'a {
        self.0.iter().flat_map(move |(workload, all)| {
            let scaled = all.iter().filter(move |it| {
                !rollouts.explain(workload, it.at) && !all.iter().any(|other| it.moves_with(other))
            });
            scaled.map(move |it| Change {
                at: it.at,
                what: What::Scaled {
                    workload: workload.clone(),
                    from: it.from,
                    to: it.to,
                },
            })
        })
    }
}

impl Said {
    fn moves_with(&self, other: &Self) -> bool {
        let apart = since(self.at, other.at).max(since(other.at, self.at));
        self.set != other.set && apart <= TOGETHER
    }
}

/// `Scaled up replica set lookup-5d9 from 3 to 5`; before Kubernetes 1.20 without the `from`.
fn parse(message: &str) -> Option<(&str, Option<u32>, u32)> {
    let rest = message
        .strip_prefix("Scaled up replica set ")
        .or_else(|| message.strip_prefix("Scaled down replica set "))?;
    let (rest, to) = rest.rsplit_once(" to ")?;
    let to = to.trim().parse().ok()?;
    match rest.rsplit_once(" from ") {
        Some((set, from)) => Some((set, Some(from.parse().ok()?), to)),
        None => Some((rest, None, to)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(second: u32, message: &str) -> EventLite {
        serde_json::from_value(json!({
            "metadata": {"uid": message, "namespace": "prod"},
            "involvedObject": {"kind": "Deployment", "name": "lookup"},
            "reason": "ScalingReplicaSet", "message": message,
            "lastTimestamp": format!("2026-11-20T10:{:02}:{:02}Z", second / 60, second % 60),
        }))
        .unwrap()
    }

    fn changes(events: &[(u32, &str)]) -> Vec<(Option<u32>, u32)> {
        let mut scalings = Scalings::default();
        let mut names = Interner::default();
        for (second, message) in events {
            scalings.add(&event(*second, message), &mut names);
        }
        let mut changes: Vec<_> = scalings.changes(&Rollouts::default()).collect();
        changes.sort_by_key(|change| change.at);
        changes
            .into_iter()
            .map(|change| match change.what {
                What::Scaled { from, to, .. } => (from, to),
                other => panic!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn sizes_are_read_from_both_forms() {
        assert_eq!(
            changes(&[
                (0, "Scaled up replica set lookup-a from 3 to 5"),
                (60, "Scaled down replica set lookup-a to 2"),
                (90, "Scaled sideways"),
            ]),
            [(Some(3), 5), (None, 2)]
        );
    }

    #[test]
    fn a_rollout_is_no_scaling() {
        assert_eq!(
            changes(&[
                (0, "Scaled up replica set lookup-b from 0 to 1"),
                (5, "Scaled down replica set lookup-a from 3 to 2"),
                (2_000, "Scaled up replica set lookup-b from 3 to 6"),
            ]),
            [(Some(3), 6)]
        );
    }
}
