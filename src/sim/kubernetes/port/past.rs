//! The past of a workload that the scenario finds running.

use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use super::super::State;
use super::super::controllers::{Schedule, after, set_condition};
use super::super::json::text;
use super::super::kinds::Res;
use super::super::store::Key;
use super::super::write::seconds;
use crate::sim::port::{PastRun, WorkloadRef};

/// More turns than any workload needs to come up.
const TURNS: usize = 5000;
/// So many runs of a `CronJob` lie behind it, if nobody said.
const RUNS: usize = 3;
/// What a run that fails may take, in seconds.
const DEADLINE: i64 = 3_600;

impl State {
    /// Lets the workload come up at `from`, in the past, with the times it would have had.
    pub fn come_up(&mut self, res: Res, key: &Key, at: &WorkloadRef, from: Timestamp) {
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

    /// Plays the runs that lie behind a `CronJob`: these, or else the last of its schedule.
    pub fn past_runs(&mut self, key: &Key, at: &WorkloadRef, runs: &[PastRun]) {
        let Some(cron) = self.store.by_key(Res::CronJobs, key) else {
            return;
        };
        let mut value = Value::clone(&cron.value());
        let text_of = text(&value, "/spec/schedule").to_owned();
        let text_of = match runs.last() {
            Some(last) => moved(&text_of, last.at),
            None => text_of,
        };
        let Some(schedule) = Schedule::parse(&text_of) else {
            return;
        };
        let created: Timestamp = text(&value, "/metadata/creationTimestamp")
            .parse()
            .unwrap_or(self.time);
        let runs = if runs.is_empty() {
            self.scheduled(&schedule, created)
        } else {
            runs.to_vec()
        };
        for run in &runs {
            let time = whole_minute(run.at);
            self.create_job(&value, time, time);
            let job = format!("{}-{}", at.name, time.as_second() / 60);
            let job = (at.namespace.clone(), job);
            if run.failed {
                self.run_out_of_time(&job, time);
            } else {
                self.come_up(Res::Jobs, &job, at, time);
            }
        }
        if !value["status"].is_object() {
            value["status"] = json!({});
        }
        value["spec"]["schedule"] = text_of.into();
        if let Some(last) = schedule.last(self.time) {
            value["status"]["lastScheduleTime"] = seconds(last).into();
        }
        self.update_own(&cron, value);
    }

    /// The last times of a schedule, as runs that went well.
    fn scheduled(&self, schedule: &Schedule, created: Timestamp) -> Vec<PastRun> {
        let mut runs = Vec::new();
        let mut before = after(self.time, -60);
        while runs.len() < RUNS {
            let Some(at) = schedule.last(before).filter(|time| *time > created) else {
                break;
            };
            runs.push(PastRun { at, failed: false });
            before = after(at, -1);
        }
        runs.reverse();
        runs
    }

    /// Ends a Job that took longer than it may; that deletes its pods.
    fn run_out_of_time(&mut self, key: &Key, began: Timestamp) {
        let Some(job) = self.store.by_key(Res::Jobs, key) else {
            return;
        };
        let ended = after(began, DEADLINE);
        let mut value = Value::clone(&job.value());
        value["spec"]["activeDeadlineSeconds"] = DEADLINE.into();
        value["status"] = json!({ "startTime": seconds(began), "failed": 1 });
        let message = "Job was active longer than specified deadline";
        set_condition(
            &mut value,
            "Failed",
            "True",
            "DeadlineExceeded",
            message,
            ended,
        );
        self.update_own(&job, value);
    }
}

fn whole_minute(at: Timestamp) -> Timestamp {
    after(at, -at.as_second().rem_euclid(60))
}

/// A schedule of every so many hours, moved so that it meets `at`.
fn moved(schedule: &str, at: Timestamp) -> String {
    let at = at.to_zoned(TimeZone::UTC);
    let mut fields: Vec<String> = schedule.split_whitespace().map(str::to_owned).collect();
    if let [minute, hour, ..] = fields.as_mut_slice() {
        *minute = at.minute().to_string();
        let every = hour
            .strip_prefix("*/")
            .and_then(|every| every.parse::<i8>().ok());
        if let Some(every) = every.filter(|every| *every > 0) {
            *hour = format!("{}-23/{every}", at.hour() % every);
        }
    }
    fields.join(" ")
}
