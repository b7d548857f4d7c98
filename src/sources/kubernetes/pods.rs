//! Pods as rows.

use super::{
    health::Facts,
    interner::Interner,
    lite::{Condition, Meta},
    rows::{Later, Projected, Scene, Seen, Told},
    status::{PodLite, condition, print},
};
use crate::domain::{
    clean::clean,
    freshness::SourceId,
    id::Uid,
    observation::{Observation, Rows},
    pod::{Name, PodRow, WorkloadKey},
};

impl Told for PodRow {
    const SOURCE: SourceId = SourceId::Pods;

    fn uid(&self) -> &Uid {
        &self.uid
    }

    fn observation(rows: Rows<Self>) -> Observation {
        Observation::Pods(rows)
    }
}

impl Seen for PodLite {
    type Row = PodRow;

    fn uid(&self) -> Uid {
        self.metadata.uid()
    }

    fn project(self, scene: &mut Scene<'_>) -> Projected<PodRow> {
        let printed = print(&self);
        let facts = Facts::of(&self, &printed);
        let last_death = last_death(&self, &printed.status);
        let names = &mut *scene.names;
        let row = PodRow {
            uid: self.metadata.uid(),
            namespace: names.name(&self.metadata.namespace),
            // Names of pods are their own: interning them would only fill the interner.
            name: Name::from(&*clean(&self.metadata.name)),
            status: names.name(&printed.status),
            generation: self.metadata.generation,
            health: facts.at(scene.now),
            ready: printed.ready,
            containers: printed.containers,
            is_ready: condition(&self.status.conditions, "Ready").and_then(Condition::says),
            restarts: printed.restarts,
            last_restart: printed.last_restart,
            last_death: last_death.map(|said| names.name(&said)),
            created: self.metadata.created,
            node: names.some(&self.spec.node_name),
            workload: workload(&self.metadata, names),
            labels: names.labels(&self.metadata.labels),
        };
        let later = facts
            .later(scene.now)
            .into_iter()
            .map(|(at, health)| Later {
                at,
                row: PodRow {
                    health,
                    ..row.clone()
                },
            })
            .collect();
        Projected { row, later }
    }
}

/// Makes rows of pods as the API server writes them; what rows share is kept once.
#[derive(Default)]
pub struct PodReader {
    names: Interner,
}

impl PodReader {
    /// The row of one pod, as it is `now`.
    pub fn read(&mut self, json: &[u8], now: jiff::Timestamp) -> serde_json::Result<PodRow> {
        let pod: PodLite = serde_json::from_slice(json)?;
        let names = &mut self.names;
        Ok(pod.project(&mut Scene { now, names }).row)
    }
}

/// Why a container last died, unless the status says the same.
fn last_death(pod: &PodLite, status: &str) -> Option<String> {
    let init = pod.status.init_container_statuses.iter();
    init.chain(&pod.status.container_statuses)
        .filter_map(|container| container.last_state.terminated.as_ref())
        .max_by_key(|end| end.finished_at)
        .map(super::status::Terminated::said)
        .filter(|said| said != status.trim_start_matches("Init:"))
}

/// The workload behind the controller: a Deployment behind its `ReplicaSet`, a `CronJob` behind its Job.
fn workload(meta: &Meta, names: &mut Interner) -> Option<WorkloadKey> {
    let owner = meta.controller()?;
    let behind = |label: &str| {
        let hash = meta.labels.get(label)?;
        owner.name.strip_suffix(hash.as_str())?.strip_suffix('-')
    };
    let (kind, name) = match owner.kind.as_str() {
        // A static pod "belongs" to its node, which is no workload.
        "Node" => return None,
        "ReplicaSet" => behind("pod-template-hash")
            .map(|name| ("Deployment", name))
            .or_else(|| behind("rollouts-pod-template-hash").map(|name| ("Rollout", name)))
            .unwrap_or(("ReplicaSet", &owner.name)),
        "Job" => {
            cron_job(&owner.name).map_or(("Job", owner.name.as_str()), |name| ("CronJob", name))
        }
        kind => (kind, owner.name.as_str()),
    };
    Some(WorkloadKey {
        namespace: names.name(&meta.namespace),
        kind: names.name(kind),
        name: names.name(name),
    })
}

/// `report-29384756` is a run of the `CronJob` `report`.
fn cron_job(job: &str) -> Option<&str> {
    let (name, minute) = job.rsplit_once('-')?;
    let numbered = minute.len() >= 8 && minute.bytes().all(|byte| byte.is_ascii_digit());
    (numbered && !name.is_empty()).then_some(name)
}

#[cfg(test)]
pub(super) fn row_of(json: serde_json::Value, now: jiff::Timestamp) -> Projected<PodRow> {
    let pod: PodLite = serde_json::from_value(json).unwrap();
    let mut names = Interner::default();
    pod.project(&mut Scene {
        now,
        names: &mut names,
    })
}

#[cfg(test)]
#[path = "pods_tests.rs"]
mod tests;
