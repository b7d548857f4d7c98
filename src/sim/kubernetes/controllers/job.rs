//! Jobs: pods that end.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::State;
use super::super::json::{number, text};
use super::super::store::Entry;
use super::super::write::seconds;
use super::events::Saying;
use super::pod;

const COMPONENT: &str = "job-controller";

impl State {
    pub fn run_job(&mut self, job: &Arc<Entry>, at: Timestamp) {
        let value = job.value();
        let is_over = ["Complete", "Failed"]
            .iter()
            .any(|kind| pod::condition(&value, kind).is_some());
        if is_over || value["spec"]["suspend"] == true {
            return;
        }
        let pods = self.pods_of(&job.uid);
        let phase = |wanted: &str| {
            let same = pods
                .iter()
                .filter(|pod| pod.field("status.phase") == wanted);
            same.count() as i64
        };
        let (succeeded, failed) = (phase("Succeeded"), phase("Failed"));
        let active = pods
            .iter()
            .filter(|pod| pod::is_active(&pod.value()))
            .count() as i64;
        let wanted = number(&value, "/spec/completions").max(1);
        let limit = number(&value, "/spec/backoffLimit");
        let given_up = failed > limit;
        let missing = (wanted - succeeded).min(number(&value, "/spec/parallelism").max(1)) - active;
        if !given_up {
            for _ in 0..missing.max(0) {
                self.create_job_pod(&value, at);
            }
        }
        let active = self
            .pods_of(&job.uid)
            .iter()
            .filter(|pod| pod::is_active(&pod.value()))
            .count();
        let mut new = Value::clone(&value);
        let start = value["status"].get("startTime").cloned();
        let ready = pods
            .iter()
            .filter(|pod| pod::is_ready(&pod.value()))
            .count();
        let mut status =
            json!({ "startTime": start.unwrap_or_else(|| seconds(at).into()), "ready": ready });
        for (part, count) in [
            ("active", active as i64),
            ("succeeded", succeeded),
            ("failed", failed),
        ] {
            if count > 0 {
                status[part] = count.into();
            }
        }
        new["status"] = status;
        self.conclude_job(&mut new, succeeded >= wanted, given_up, at);
        self.update_own(job, new);
    }

    /// Says that the Job is over, if it is.
    fn conclude_job(&mut self, new: &mut Value, done: bool, given_up: bool, at: Timestamp) {
        let job = new.clone();
        if done {
            new["status"]["completionTime"] = seconds(at).into();
            let message = "Reached expected number of succeeded pods";
            pod::set_condition(new, "Complete", "True", "CompletionsReached", message, at);
            self.say(
                &job,
                &Saying::normal(COMPONENT, "Completed", "Job completed"),
                at,
            );
        } else if given_up {
            let message = "Job has reached the specified backoff limit";
            pod::set_condition(new, "Failed", "True", "BackoffLimitExceeded", message, at);
            self.say(
                &job,
                &Saying::warning(COMPONENT, "BackoffLimitExceeded", message),
                at,
            );
        }
    }

    fn create_job_pod(&mut self, job: &Value, at: Timestamp) {
        let owner = text(job, "/metadata/name").to_owned();
        let name = format!("{owner}-{}", self.dice.suffix());
        let mut pod = pod::from_template(job, &job["spec"]["template"]);
        let uid = job["metadata"]["uid"].clone();
        pod["metadata"]["name"] = name.as_str().into();
        pod["metadata"]["generateName"] = format!("{owner}-").into();
        pod["metadata"]["namespace"] = job["metadata"]["namespace"].clone();
        for key in ["job-name", "batch.kubernetes.io/job-name"] {
            pod["metadata"]["labels"][key] = owner.as_str().into();
        }
        for key in ["controller-uid", "batch.kubernetes.io/controller-uid"] {
            pod["metadata"]["labels"][key] = uid.clone();
        }
        self.create_pod(pod, at);
        let message = format!("Created pod: {name}");
        self.say(
            job,
            &Saying::normal(COMPONENT, "SuccessfulCreate", &message),
            at,
        );
    }
}
