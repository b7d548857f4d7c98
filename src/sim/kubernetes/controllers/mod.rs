//! The controllers: what turns specs into pods and pods into their life.

mod budget;
mod concern;
mod cron;
mod cronjob;
mod daemonset;
mod deployment;
pub mod events;
mod job;
pub mod kubelet;
mod node;
pub mod pod;
mod replicaset;
mod rollout;
mod statefulset;

pub use cron::Schedule;
pub use deployment::revision_of;
pub use kubelet::after;
pub use node::node_object;
pub use rollout::{bare_template, template_hash};

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::State;
use super::kinds::Res;
use super::store::{Entry, Key};
use concern::Concern;

/// After so many rounds without rest something is wrong with a controller; the next step goes on.
const ROUNDS: usize = 64;

/// A count or a percentage of `whole`, as surge and budgets are given.
pub fn share_of(value: &Value, whole: i64, round_up: bool) -> i64 {
    match value {
        Value::Number(number) => number.as_i64().unwrap_or(0),
        Value::String(text) => {
            let percent = text.trim_end_matches('%').parse::<i64>().unwrap_or(0);
            let scaled = percent * whole;
            if round_up {
                (scaled + 99) / 100
            } else {
                scaled / 100
            }
        }
        _ => 0,
    }
}

impl State {
    /// Runs everything that is due up to `now`, each at its own time.
    pub fn step(&mut self, now: Timestamp) {
        // What clients wrote since the last step happened right after it.
        let mut at = self.time.min(now);
        loop {
            self.time = at;
            self.settle_down(at);
            match self.next_due() {
                Some(due) if due <= now && due > at => at = due,
                Some(due) if due <= at && at < now => at = now,
                _ => break,
            }
        }
        self.time = now;
        self.sweep_events(now);
    }

    fn next_due(&self) -> Option<Timestamp> {
        let pods = self.kubelet.next_due();
        let rest = self.next_workload_due();
        pods.into_iter().chain(rest).min()
    }

    /// Lets the controllers run at `at` until nothing changes any more.
    pub fn settle_down(&mut self, at: Timestamp) {
        for _ in 0..ROUNDS {
            let touched = self.store.take_touched();
            for (_, key) in touched.iter().filter(|(res, _)| *res == Res::Pods) {
                self.notice_pod(key, at);
            }
            self.run_kubelets(at);
            let due = self.next_due().is_some_and(|due| due <= at);
            if touched.is_empty() && !due && !self.store.is_touched() {
                break;
            }
            let concern = self.concern_of(&touched);
            self.run_controllers(at, &concern);
        }
    }

    fn run_controllers(&mut self, at: Timestamp, concern: &Concern) {
        type Controller = fn(&mut State, &Arc<Entry>, Timestamp);
        let controllers: [(Res, Controller); 8] = [
            (Res::Nodes, State::run_node),
            (Res::CronJobs, State::run_cronjob),
            (Res::Jobs, State::run_job),
            (Res::Deployments, State::run_deployment),
            (Res::ReplicaSets, State::run_replicaset),
            (Res::StatefulSets, State::run_statefulset),
            (Res::DaemonSets, State::run_daemonset),
            (Res::PodDisruptionBudgets, State::run_budget),
        ];
        for (res, run) in controllers {
            let all: Vec<Key> = self
                .store
                .all(res)
                .filter(|entry| !entry.filler)
                .map(|entry| entry.key())
                .collect();
            for key in all {
                if let Some(entry) = self.store.by_key(res, &key)
                    && concern.has(&entry)
                {
                    run(self, &entry, at);
                }
            }
        }
    }

    /// The pods that an object controls.
    pub fn pods_of(&self, uid: &str) -> Vec<Arc<Entry>> {
        let keys = self.kubelet.owned_by(uid);
        let pods = keys
            .iter()
            .filter_map(|key| self.store.by_key(Res::Pods, key));
        pods.filter(|pod| self.kubelet.lives.contains_key(pod.uid.as_ref()))
            .collect()
    }

    /// Creates a pod and begins its life at once.
    pub fn create_pod(&mut self, pod: Value, at: Timestamp) -> Arc<Entry> {
        let entry = self.create_own(Res::Pods, pod, at);
        self.notice_pod(&entry.key(), at);
        entry
    }

    /// Deletes a pod as a controller does.
    pub fn delete_pod(&mut self, pod: &Arc<Entry>, at: Timestamp) {
        self.end_pod(pod, None, at, false);
        self.notice_pod(&pod.key(), at);
    }
}
