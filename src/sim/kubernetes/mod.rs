//! The embedded Kubernetes cluster: an API server over real HTTPS, with controllers that are stepped by hand.

mod api;
mod controllers;
mod defaults;
mod dice;
mod discovery;
mod eviction;
mod exec;
mod fields;
mod filler;
mod json;
mod kinds;
mod list;
mod logs;
mod metrics;
mod output;
mod patch;
mod port;
mod protobuf;
mod request;
mod review;
mod scale;
mod selectors;
mod status;
mod store;
mod table;
#[cfg(test)]
mod tests;
mod watch;
mod write;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

pub use api::ApiServer;
pub use exec::{ExecAnswer, ExecAnswers, ExecQuestion};

use crate::sim::clock::SimClock;
use crate::sim::port::WorkloadRef;
use crate::sim::server::Faults;
use controllers::events::Index;
use controllers::kubelet::Kubelet;
use dice::Dice;
use kinds::Res;
use store::Store;

/// How many changes per resource a watch can look back.
const LOG_LENGTH: usize = 4096;

/// The embedded cluster: its objects, its controllers, its API server.
#[derive(Debug)]
pub struct Cluster {
    state: Mutex<State>,
    clock: Arc<SimClock>,
    faults: Arc<Faults>,
    exec: Mutex<Arc<dyn ExecAnswers>>,
    bookmark_every: Mutex<Duration>,
}

/// Everything that changes.
#[derive(Debug)]
struct State {
    store: Store,
    snapshots: list::Snapshots,
    dice: Dice,
    logs: logs::Logs,
    events: Index,
    kubelet: Kubelet,
    /// CPU millicores and memory MiB of each pod of a workload.
    usage: BTreeMap<WorkloadRef, (u32, u32)>,
    filler: filler::Filler,
    /// The time of the last step: what happens between steps happens then.
    time: Timestamp,
}

impl Cluster {
    /// An empty cluster; the same seed makes the same names and uids.
    pub fn new(seed: u64, clock: Arc<SimClock>) -> Arc<Self> {
        let now = clock.now();
        let mut state = State {
            store: Store::new(LOG_LENGTH),
            snapshots: list::Snapshots::default(),
            dice: Dice::new(seed),
            logs: logs::Logs::default(),
            events: Index::default(),
            kubelet: Kubelet::default(),
            usage: BTreeMap::new(),
            filler: filler::Filler::default(),
            time: now,
        };
        let born = now
            .checked_sub(jiff::SignedDuration::from_hours(24 * 41))
            .unwrap_or(now);
        for name in ["kube-system", "kube-public", "kube-node-lease", "default"] {
            state.create_own(
                Res::Namespaces,
                json!({ "metadata": { "name": name } }),
                born,
            );
        }
        Arc::new(Self {
            state: Mutex::new(state),
            clock,
            faults: Arc::default(),
            exec: Mutex::new(Arc::new(exec::NothingThere)),
            bookmark_every: Mutex::new(Duration::from_secs(45)),
        })
    }

    /// What is mounted on the HTTPS server.
    pub fn handler(self: &Arc<Self>) -> Arc<ApiServer> {
        Arc::new(ApiServer::new(Arc::clone(self)))
    }

    /// The faults of the API server: give them to the server that [`Cluster::handler`] is mounted on.
    pub fn faults(&self) -> &Arc<Faults> {
        &self.faults
    }

    /// The clock that the cluster lives by.
    pub fn clock(&self) -> &Arc<SimClock> {
        &self.clock
    }

    /// The uid of kube-system, by which a cluster is known.
    pub fn uid(&self) -> String {
        let found = self.state().store.get(Res::Namespaces, "", "kube-system");
        found.map_or_else(String::new, |entry| entry.uid.to_string())
    }

    /// Lets `answers` answer exec from now on.
    pub fn answer_exec(&self, answers: Arc<dyn ExecAnswers>) {
        *self.exec.lock().unwrap_or_else(PoisonError::into_inner) = answers;
    }

    /// How often watches get a bookmark.
    pub fn set_bookmark_interval(&self, every: Duration) {
        *self
            .bookmark_every
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = every;
    }

    /// Forgets the log of changes and all unfinished lists: older versions and continue tokens are 410 from now on.
    pub fn compact(&self) {
        let mut state = self.state();
        state.store.compact();
        state.snapshots.clear();
    }

    /// How many changes per resource a watch can look back.
    pub fn set_log_length(&self, length: usize) {
        self.state().store.set_log_length(length);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The present for requests.
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn exec_answers(&self) -> Arc<dyn ExecAnswers> {
        let answers = self.exec.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&answers)
    }

    fn bookmark_every(&self) -> Duration {
        *self
            .bookmark_every
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
