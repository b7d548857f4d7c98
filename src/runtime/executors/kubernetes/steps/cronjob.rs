//! A cron job's job, now: as `kubectl create job --from` makes one.

use http::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::super::{
    live::Live,
    survey::Survey,
    wire::{Order, Wire, kind_of},
};
use crate::domain::hex::hex;
use crate::domain::{
    action::{refusal::Refusal, target::Target},
    object::KindRef,
};

/// The longest name of a Job whose pods can be named after it.
const LONGEST: usize = 52;

pub async fn survey(wire: &Wire, target: &Target, run: Option<&str>) -> Result<Survey, Refusal> {
    if &*kind_of(target)?.kind != "CronJob" {
        let why = format!("{target} is no cron job");
        return Err(Refusal::DryRun { why });
    }
    let live = Live(wire.object(target, None).await?);
    let job = Target::Object {
        kind: KindRef::new("batch", "v1", "Job", "jobs", true),
        namespace: target.namespace().map(str::to_owned),
        name: name(target.name(), run.unwrap_or("preview")),
    };
    let order = Order {
        path: collection(&job)?,
        ..Order::of(&job, None, Method::POST, body(&live, job.name()))?
    };
    let mut survey = Survey::of(target, live);
    let generation = survey.live.generation_fact(target);
    survey.facts.extend(generation);
    survey.order = Some(order);
    Ok(survey)
}

fn collection(job: &Target) -> Result<String, Refusal> {
    let path = super::super::wire::path_of(job, None)?;
    let (collection, _) = path.rsplit_once('/').unwrap_or((&path, ""));
    Ok(collection.to_owned())
}

/// The same for the same run, so that a second sending makes no second job.
pub fn name(cronjob: &str, run: &str) -> String {
    let hash = Sha256::digest(run.as_bytes());
    let hash = hex(&hash[..4]);
    let tail = format!("-manual-{hash}");
    let stem: String = cronjob.chars().take(LONGEST - tail.len()).collect();
    format!("{}{tail}", stem.trim_end_matches(['-', '.']))
}

fn body(live: &Live, name: &str) -> Value {
    let template = live.at("/spec/jobTemplate").cloned().unwrap_or_default();
    let mut annotations = template["metadata"]["annotations"].clone();
    if !annotations.is_object() {
        annotations = json!({});
    }
    annotations["cronjob.kubernetes.io/instantiate"] = json!("manual");
    let metadata = &live.0["metadata"];
    let mut body = json!({
        "apiVersion": "batch/v1", "kind": "Job",
        "metadata": {
            "name": name, "namespace": metadata["namespace"], "annotations": annotations,
            "ownerReferences": [{
                "apiVersion": live.0["apiVersion"], "kind": live.0["kind"], "name": metadata["name"],
                "uid": metadata["uid"], "controller": true,
            }],
        },
        "spec": template["spec"],
    });
    if template["metadata"]["labels"].is_object() {
        body["metadata"]["labels"] = template["metadata"]["labels"].clone();
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_has_one_job_of_a_name_that_fits() {
        let long = "a-very-long-name-of-a-cron-job-that-does-not-fit-----into-a-label";
        let made = name(long, "run-1");
        assert!(made.len() <= LONGEST, "{made}");
        assert_eq!(made, name(long, "run-1"));
        assert_ne!(made, name(long, "run-2"));
        assert!(name("backup", "run-1").starts_with("backup-manual-"));
    }
}
