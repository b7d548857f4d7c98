//! The past of a workload that the scenario finds running.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::State;
use super::super::controllers::Schedule;
use super::super::json::text;
use super::super::kinds::Res;
use super::super::store::Key;
use super::super::write::seconds;
use crate::sim::port::WorkloadRef;

/// More turns than any workload needs to come up.
const TURNS: usize = 5000;
/// So many runs of a `CronJob` lie behind it.
const RUNS: usize = 3;

impl State {
    /// Lets the workload come up at `from`, in the past, with the times it would have had.
    pub fn live_through(&mut self, res: Res, key: &Key, at: &WorkloadRef, from: Timestamp) {
        if res == Res::CronJobs {
            self.past_runs(key, at);
        } else {
            self.come_up(res, key, at, from);
        }
        self.store.touch(res, key.clone());
    }

    fn come_up(&mut self, res: Res, key: &Key, at: &WorkloadRef, from: Timestamp) {
        let mut time = from;
        for _ in 0..TURNS {
            let version = self.store.version();
            self.run_owner(res, key, time);
            for (res, key) in self.store.take_touched() {
                if res == Res::Pods {
                    self.notice_pod(&key, time);
                } else if self.store.by_key(res, &key).is_none() {
                    self.store.touch(res, key);
                }
            }
            let pods = self.kubelet.of_workload(at);
            let due = pods
                .iter()
                .filter_map(|uid| self.kubelet.lives.get(uid)?.due)
                .min();
            match due.filter(|due| *due < self.time) {
                Some(due) => {
                    time = time.max(due);
                    for uid in pods {
                        let is_due = self.kubelet.lives.get(&uid).and_then(|life| life.due);
                        if is_due.is_some_and(|due| due <= time) {
                            self.live(&uid, time);
                        }
                    }
                }
                None if self.store.version() == version => break,
                None => {}
            }
        }
    }

    /// The controllers that concern one workload.
    fn run_owner(&mut self, res: Res, key: &Key, time: Timestamp) {
        let Some(entry) = self.store.by_key(res, key) else {
            return;
        };
        match res {
            Res::Deployments => {
                self.run_deployment(&entry, time);
                for set in self.sets_of(&entry.value()) {
                    self.run_replicaset(&set, time);
                }
                if let Some(entry) = self.store.by_key(res, key) {
                    self.run_deployment(&entry, time);
                }
            }
            Res::StatefulSets => self.run_statefulset(&entry, time),
            Res::DaemonSets => self.run_daemonset(&entry, time),
            Res::Jobs => self.run_job(&entry, time),
            _ => {}
        }
    }

    /// The last runs of a `CronJob`, all of which went well.
    fn past_runs(&mut self, key: &Key, at: &WorkloadRef) {
        let Some(cron) = self.store.by_key(Res::CronJobs, key) else {
            return;
        };
        let value = cron.value();
        let Some(schedule) = Schedule::parse(text(&value, "/spec/schedule")) else {
            return;
        };
        let created: Timestamp = text(&value, "/metadata/creationTimestamp")
            .parse()
            .unwrap_or(self.time);
        let mut times = Vec::new();
        let mut before = super::super::controllers::after(self.time, -60);
        while times.len() < RUNS {
            match schedule.last(before).filter(|time| *time > created) {
                Some(time) => {
                    times.push(time);
                    before = super::super::controllers::after(time, -1);
                }
                None => break,
            }
        }
        for time in times.iter().rev() {
            self.create_job(&value, *time, *time);
            let job = format!("{}-{}", at.name, time.as_second() / 60);
            self.come_up(Res::Jobs, &(at.namespace.clone(), job), at, *time);
        }
        if let (Some(last), Some(cron)) = (
            schedule.last(self.time),
            self.store.by_key(Res::CronJobs, key),
        ) {
            let mut new = Value::clone(&cron.value());
            if !new["status"].is_object() {
                new["status"] = json!({});
            }
            new["status"]["lastScheduleTime"] = seconds(last).into();
            self.update_own(&cron, new);
        }
    }
}
