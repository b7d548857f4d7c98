//! Workloads as the scenario orders them.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::State;
use super::super::controllers::bare_template;
use super::super::json::text;
use super::super::kinds::Res;
use crate::sim::port::{WorkloadRef, WorkloadSpec};

impl State {
    /// Creates a workload; one with a past is found in the middle of its life, its pods running.
    pub fn create_workload(&mut self, res: Res, at: &WorkloadRef, spec: &WorkloadSpec) {
        self.kubelet
            .ready_after
            .insert(at.clone(), spec.ready_after);
        let history = history(spec);
        let first = history
            .first()
            .map_or(spec.image.as_str(), |(image, _)| image.as_str());
        let object = object(res, at, spec, first);
        let Some(created) = spec.created else {
            self.create_own(res, object_with_image(object, res, &spec.image), self.time);
            return;
        };
        let entry = self.create_own(res, object, created);
        let mut last = created;
        if res == Res::Deployments {
            for (index, (image, time)) in history.iter().enumerate() {
                self.set_image(&entry.key(), image, index as u64 + 1);
                if let Some(now) = self.store.by_key(res, &entry.key()) {
                    let value = now.value();
                    let template = bare_template(&value["spec"]["template"]);
                    self.create_set(&value, &template, index as u64 + 1, *time);
                }
                last = *time;
            }
        }
        if history.last().is_none_or(|(image, _)| *image != spec.image) {
            if let Some((_, time)) = history.last() {
                last = between(*time, self.time);
            }
            if !history.is_empty() || res != Res::Deployments {
                self.set_image(&entry.key(), &spec.image, history.len() as u64 + 1);
            }
        }
        if res == Res::CronJobs {
            self.past_runs(&entry.key(), at, &spec.runs);
        } else {
            self.come_up(res, &entry.key(), at, last);
        }
        self.store.touch(res, entry.key());
    }

    fn set_image(&mut self, key: &(String, String), image: &str, generation: u64) {
        let found = self.store.by_key(Res::Deployments, key);
        if let Some(entry) = found {
            let mut value =
                object_with_image(Value::clone(&entry.value()), Res::Deployments, image);
            value["metadata"]["generation"] = generation.into();
            self.update_own(&entry, value);
        }
    }
}

/// Earlier rollouts, the first of them at the creation of the workload.
fn history(spec: &WorkloadSpec) -> Vec<(String, Timestamp)> {
    spec.history.clone()
}

/// When the present image was rolled out, if nobody said: between the last known rollout and now.
fn between(last: Timestamp, now: Timestamp) -> Timestamp {
    let span = now.duration_since(last).as_secs().max(0);
    last.checked_add(SignedDuration::from_secs(span / 2))
        .unwrap_or(last)
}

fn object_with_image(mut object: Value, res: Res, image: &str) -> Value {
    if let Some(template) = object.pointer_mut(super::template_path(res)) {
        template["spec"]["containers"][0]["image"] = image.into();
    }
    object
}

fn object(res: Res, at: &WorkloadRef, spec: &WorkloadSpec, image: &str) -> Value {
    let mut labels = json!({ "app": at.name });
    for (key, value) in &spec.labels {
        labels[key] = value.as_str().into();
    }
    let template = json!({
        "metadata": { "labels": labels },
        "spec": { "containers": containers(at, spec, image) },
    });
    let mut object = json!({
        "metadata": {
            "name": at.name, "namespace": at.namespace, "labels": labels, "annotations": spec.annotations,
        },
        "status": {},
    });
    let selector = json!({ "matchLabels": { "app": labels["app"] } });
    object["spec"] = match res {
        Res::CronJobs => json!({
            "schedule": spec.schedule.as_deref().unwrap_or("0 * * * *"), "concurrencyPolicy": "Forbid",
            "jobTemplate": { "spec": {
                "backoffLimit": 2, "completions": 1, "parallelism": 1, "template": template,
            } },
        }),
        Res::DaemonSets => json!({ "selector": selector, "template": template }),
        Res::StatefulSets => json!({
            "replicas": spec.replicas, "serviceName": at.name, "selector": selector, "template": template,
        }),
        Res::Jobs => json!({ "template": template }),
        _ => json!({ "replicas": spec.replicas, "selector": selector, "template": template }),
    };
    object
}

fn containers(at: &WorkloadRef, spec: &WorkloadSpec, image: &str) -> Value {
    let main = ["main".to_owned()];
    let names: &[String] = if spec.containers.is_empty() {
        &main
    } else {
        &spec.containers
    };
    let mut containers = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let mut container = json!({ "name": name, "image": image });
        if index > 0 {
            container["image"] = sidecar_image(image, name).into();
            containers.push(container);
            continue;
        }
        let env = spec
            .env
            .iter()
            .map(|(name, value)| json!({ "name": name, "value": value }));
        let env: Vec<Value> = env.collect();
        if !env.is_empty() {
            container["env"] = env.into();
        }
        for (resource, limit) in [("cpu", &spec.cpu_limit), ("memory", &spec.memory_limit)] {
            if let Some(limit) = limit {
                container["resources"]["limits"][resource] = limit.as_str().into();
                container["resources"]["requests"][resource] = limit.as_str().into();
            }
        }
        if spec.ready_after > 0 && at.kind != "CronJob" {
            container["ports"] = json!([{ "name": "http", "containerPort": 8080 }]);
            container["readinessProbe"] = json!({
                "httpGet": { "path": "/healthz", "port": "http", "scheme": "HTTP" },
                "initialDelaySeconds": spec.ready_after, "periodSeconds": 10, "timeoutSeconds": 1,
                "successThreshold": 1, "failureThreshold": 3,
            });
        }
        containers.push(container);
    }
    debug_assert!(
        text(&containers[0], "/name") == names[0],
        "the first container is the main one"
    );
    containers.into()
}

/// An image of the same registry, named after the sidecar.
fn sidecar_image(image: &str, name: &str) -> String {
    let registry = image.rsplit_once('/').map_or("", |(registry, _)| registry);
    if registry.is_empty() {
        format!("{name}:1")
    } else {
        format!("{registry}/{name}:1")
    }
}
