//! `CronJobs`: a Job at each time of the schedule.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::State;
use super::super::json::{controller_uid, number, owner_reference, text};
use super::super::kinds::Res;
use super::super::store::Entry;
use super::super::write::seconds;
use super::cron::Schedule;
use super::events::Saying;
use super::pod;

const COMPONENT: &str = "cronjob-controller";

impl State {
    /// When a `CronJob` is due next.
    pub fn next_workload_due(&self) -> Option<Timestamp> {
        let crons = self
            .store
            .all(Res::CronJobs)
            .filter_map(|cron| due(&cron.value()));
        let evictions = self.next_node_due();
        crons.chain(evictions).min()
    }

    pub fn run_cronjob(&mut self, cron: &Arc<Entry>, at: Timestamp) {
        let value = cron.value();
        let mut new = Value::clone(&value);
        if let Some(due) = due(&value).filter(|due| *due <= at) {
            // Times that were missed are not made up for, except the last.
            let schedule = Schedule::parse(text(&value, "/spec/schedule"));
            let time = schedule
                .and_then(|schedule| schedule.last(at))
                .unwrap_or(due);
            new["status"]["lastScheduleTime"] = seconds(time).into();
            let busy = !self.jobs_of(cron, true).is_empty();
            if !(busy && text(&value, "/spec/concurrencyPolicy") == "Forbid") {
                self.create_job(&value, time, at);
            }
        }
        self.drop_old_jobs(cron, at);
        let active = self.jobs_of(cron, true).into_iter().map(|job| {
            json!({
                "kind": "Job", "apiVersion": "batch/v1", "name": *job.name, "namespace": *job.namespace,
                "uid": *job.uid, "resourceVersion": job.version.to_string(),
            })
        });
        let active: Vec<Value> = active.collect();
        let ended = self.jobs_of(cron, false).into_iter();
        let last = ended.filter_map(|job| {
            let value = job.value();
            Some(value["status"]["completionTime"].as_str()?.to_owned())
        });
        if let Some(last) = last.max() {
            new["status"]["lastSuccessfulTime"] = last.into();
        }
        if !new["status"].is_object() {
            new["status"] = json!({});
        }
        if let Some(status) = new["status"].as_object_mut() {
            status.remove("active");
        }
        if !active.is_empty() {
            new["status"]["active"] = active.into();
        }
        self.update_own(cron, new);
    }

    /// The Jobs of a `CronJob` that are active, or those that are over; oldest first.
    fn jobs_of(&self, cron: &Entry, active: bool) -> Vec<Arc<Entry>> {
        let all = self.store.all(Res::Jobs).filter(|job| {
            let value = job.value();
            let over = ["Complete", "Failed"]
                .iter()
                .any(|kind| pod::condition(&value, kind).is_some());
            controller_uid(&value) == cron.uid.as_ref() && over != active
        });
        let mut all: Vec<_> = all.cloned().collect();
        all.sort_by_key(|job| text(&job.value(), "/metadata/creationTimestamp").to_owned());
        all
    }

    /// Makes the Job of one time of the schedule.
    pub fn create_job(&mut self, cron: &Value, time: Timestamp, at: Timestamp) {
        let owner = text(cron, "/metadata/name");
        let name = format!("{owner}-{}", time.as_second() / 60);
        let template = &cron["spec"]["jobTemplate"];
        let mut labels = template["spec"]["template"]["metadata"]["labels"].clone();
        if !labels.is_object() {
            labels = json!({});
        }
        let mut spec = template["spec"].clone();
        labels["batch.kubernetes.io/job-name"] = name.as_str().into();
        labels["job-name"] = name.as_str().into();
        spec["template"]["metadata"]["labels"] = labels.clone();
        let job = json!({
            "metadata": {
                "name": name, "namespace": cron["metadata"]["namespace"], "labels": labels,
                "annotations": { "batch.kubernetes.io/cronjob-scheduled-timestamp": seconds(time) },
                "ownerReferences": [owner_reference(cron)],
            },
            "spec": spec,
            "status": {},
        });
        let namespace = text(cron, "/metadata/namespace");
        if self.store.get(Res::Jobs, namespace, &name).is_some() {
            return;
        }
        let job = self.create_own(Res::Jobs, job, at);
        let mut value = Value::clone(&job.value());
        value["spec"]["selector"] =
            json!({ "matchLabels": { "batch.kubernetes.io/controller-uid": *job.uid } });
        self.update_own(&job, value);
        let message = format!("Created job {name}");
        self.say(
            cron,
            &Saying::normal(COMPONENT, "SuccessfulCreate", &message),
            at,
        );
    }

    fn drop_old_jobs(&mut self, cron: &Arc<Entry>, at: Timestamp) {
        let value = cron.value();
        let ended = self.jobs_of(cron, false);
        for (kind, part) in [
            ("Complete", "/spec/successfulJobsHistoryLimit"),
            ("Failed", "/spec/failedJobsHistoryLimit"),
        ] {
            let same = ended
                .iter()
                .filter(|job| pod::condition(&job.value(), kind).is_some());
            let same: Vec<_> = same.collect();
            let surplus = same
                .len()
                .saturating_sub(number(&value, part).max(0) as usize);
            for job in &same[..surplus] {
                self.remove_object(job, at);
            }
        }
    }
}

/// The first time of the schedule after the last one that was served.
fn due(cron: &Value) -> Option<Timestamp> {
    if cron["spec"]["suspend"] == true {
        return None;
    }
    let last = text(cron, "/status/lastScheduleTime");
    let last = if last.is_empty() {
        text(cron, "/metadata/creationTimestamp")
    } else {
        last
    };
    let last: Timestamp = last.parse().ok()?;
    Schedule::parse(text(cron, "/spec/schedule"))?.next(last)
}
