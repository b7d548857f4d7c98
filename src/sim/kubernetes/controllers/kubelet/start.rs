//! The beginning of a pod: a node, an image, a running container, ready.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::super::State;
use super::super::super::dice;
use super::super::super::json::{list, number, text};
use super::super::super::kinds::Res;
use super::super::super::write::seconds;
use super::super::events::Saying;
use super::super::pod;
use super::after;
use super::life::{Life, Stage};
use crate::sim::port::Fault;

/// How long the scheduler waits before it tries a pod again.
const SCHEDULE_AGAIN: i64 = 30;

impl State {
    /// Gives the pod a node, or says why not.
    pub fn schedule(&mut self, uid: &str, life: &Life, at: Timestamp) -> Option<Timestamp> {
        let value = self.store.by_key(Res::Pods, &life.key)?.value();
        if pod::is_gated(&value) {
            return Some(after(at, SCHEDULE_AGAIN));
        }
        let given = text(&value, "/spec/nodeName").to_owned();
        let node = if given.is_empty() {
            self.choose_node(life, &value)
        } else {
            Ok(given)
        };
        let node = match node {
            Ok(node) => node,
            Err(message) => {
                let new = self.edit_pod(&life.key, |pod| {
                    let why_not = Some(("Unschedulable", message.as_str()));
                    pod::set_pod_condition(pod, "PodScheduled", why_not, at);
                });
                let saying = Saying::warning("default-scheduler", "FailedScheduling", &message);
                self.say(&new?, &saying, at);
                return Some(after(at, SCHEDULE_AGAIN));
            }
        };
        let new = self.edit_pod(&life.key, |pod| {
            pod["spec"]["nodeName"] = node.as_str().into();
            pod::set_pod_condition(pod, "PodScheduled", None, at);
            pod::set_pod_condition(pod, "Initialized", None, at);
            pod["status"]["startTime"] = seconds(at).into();
            pod["status"]["hostIP"] = address_of(&node).into();
            pod["status"]["containerStatuses"] = pod::waiting_statuses(pod, "ContainerCreating");
            pod::refresh_ready(pod, at);
        })?;
        let name = text(&new, "/metadata/name");
        let namespace = text(&new, "/metadata/namespace");
        let message = format!("Successfully assigned {namespace}/{name} to {node}");
        self.say(
            &new,
            &Saying::normal("default-scheduler", "Scheduled", &message),
            at,
        );
        self.set_stage(uid, Stage::Creating);
        let takes = 1 + self.dice.below(2) as i64;
        Some(after(at, takes))
    }

    /// The node with the fewest pods among those that take any.
    fn choose_node(&self, life: &Life, pod: &Value) -> Result<String, String> {
        let played = life
            .workload
            .as_ref()
            .and_then(|at| self.kubelet.faults.get(at));
        if let Some(played) = played.filter(|played| played.fits(pod))
            && let Fault::Unschedulable { message } = &played.fault
        {
            return Err(message.clone());
        }
        let total = self.store.len(Res::Nodes);
        let wanted = pod["spec"]["nodeSelector"].as_object();
        let takes = |node: &Value| {
            let labels = &node["metadata"]["labels"];
            let mut wanted = wanted.into_iter().flatten();
            node["spec"]["unschedulable"] != true
                && pod::is_ready(node)
                && wanted.all(|(key, value)| labels[key] == *value)
        };
        let mut loads: Vec<(usize, &str)> = Vec::new();
        for node in self
            .store
            .all(Res::Nodes)
            .filter(|node| takes(&node.value()))
        {
            let load = self.kubelet.lives.values().filter(|life| {
                let pod = self.store.by_key(Res::Pods, &life.key);
                pod.is_some_and(|pod| pod.field("spec.nodeName") == node.name.as_ref())
            });
            loads.push((load.count(), &node.name));
        }
        let least = loads.iter().min();
        least.map(|(_, name)| (*name).to_owned()).ok_or_else(|| {
            format!(
                "0/{total} nodes are available: {total} node(s) were unschedulable. preemption: 0/{total} nodes are available: {total} Preemption is not helpful for scheduling."
            )
        })
    }

    /// Pulls the image and starts the containers.
    pub fn start(&mut self, uid: &str, life: &Life, at: Timestamp) -> Option<Timestamp> {
        let value = self.store.by_key(Res::Pods, &life.key)?.value();
        if self.node_is_lost(text(&value, "/spec/nodeName")) {
            return Some(after(at, 10));
        }
        if self.image_trouble(life, &value).is_some() {
            return self.pull_again(uid, life, 0, at);
        }
        let ready_after = self.ready_after(life, &value);
        self.kubelet.addresses += 1;
        let number = self.kubelet.addresses;
        let address = format!("10.244.{}.{}", (number / 250) % 250 + 1, number % 250 + 2);
        let wait_for_ready = ready_after > 0;
        let new = self.edit_pod(&life.key, |pod| {
            pod["status"]["phase"] = "Running".into();
            pod["status"]["podIP"] = address.as_str().into();
            pod["status"]["podIPs"] = json!([{ "ip": address }]);
            pod::set_pod_condition(pod, "PodReadyToStartContainers", None, at);
            let statuses = running_statuses(pod, uid, wait_for_ready, at);
            pod["status"]["containerStatuses"] = statuses;
            pod::refresh_ready(pod, at);
        })?;
        self.say_started(&new, at);
        for container in list(&new, "/spec/containers") {
            let said = format!("starting {}", text(container, "/image"));
            self.logs.write(uid, text(container, "/name"), at, &said);
        }
        let ready_at = after(at, ready_after);
        if let Some(life) = self.kubelet.lives.get_mut(uid) {
            life.stage = Stage::Running;
            life.started = at;
            life.ready_at = ready_at;
        }
        Some(ready_at)
    }

    fn say_started(&mut self, pod: &Value, at: Timestamp) {
        let image = text(pod, "/spec/containers/0/image").to_owned();
        let name = text(pod, "/spec/containers/0/name").to_owned();
        let pulled = format!("Container image \"{image}\" already present on machine");
        self.say_of_pod(pod, false, "Pulled", &pulled, at);
        self.say_of_pod(
            pod,
            false,
            "Created",
            &format!("Created container: {name}"),
            at,
        );
        self.say_of_pod(
            pod,
            false,
            "Started",
            &format!("Started container {name}"),
            at,
        );
    }

    fn ready_after(&self, life: &Life, pod: &Value) -> i64 {
        let known = life
            .workload
            .as_ref()
            .and_then(|at| self.kubelet.ready_after.get(at));
        let probe = &pod["spec"]["containers"][0]["readinessProbe"];
        match known {
            Some(seconds) => i64::from(*seconds),
            None if probe.is_null() => 0,
            None => number(probe, "/initialDelaySeconds").max(1),
        }
    }

    fn image_trouble(&self, life: &Life, pod: &Value) -> Option<String> {
        let played = self.kubelet.faults.get(life.workload.as_ref()?)?;
        match &played.fault {
            Fault::ImagePull { message } if played.fits(pod) => Some(message.clone()),
            _ => None,
        }
    }

    /// The image can't be pulled: `ErrImagePull` and `ImagePullBackOff` by turns, until it can.
    pub fn pull_again(
        &mut self,
        uid: &str,
        life: &Life,
        tries: u32,
        at: Timestamp,
    ) -> Option<Timestamp> {
        let value = self.store.by_key(Res::Pods, &life.key)?.value();
        let Some(why) = self.image_trouble(life, &value) else {
            self.set_stage(uid, Stage::Creating);
            return Some(at);
        };
        let image = text(&value, "/spec/containers/0/image").to_owned();
        let trying = tries.is_multiple_of(2);
        let (reason, message) = if trying {
            (
                "ErrImagePull",
                format!("Failed to pull image \"{image}\": {why}"),
            )
        } else {
            (
                "ImagePullBackOff",
                format!("Back-off pulling image \"{image}\": ErrImagePull: {why}"),
            )
        };
        let new = self.edit_pod(&life.key, |pod| {
            let state = json!({ "waiting": { "reason": reason, "message": message } });
            pod["status"]["containerStatuses"][0]["state"] = state;
        })?;
        if trying {
            self.say_of_pod(
                &new,
                false,
                "Pulling",
                &format!("Pulling image \"{image}\""),
                at,
            );
            self.say_of_pod(&new, true, "Failed", &message, at);
            self.say_of_pod(&new, true, "Failed", "Error: ErrImagePull", at);
        } else {
            let back_off = format!("Back-off pulling image \"{image}\"");
            self.say_of_pod(&new, false, "BackOff", &back_off, at);
        }
        self.set_stage(uid, Stage::Pulling(tries + 1));
        let wait = if trying {
            2
        } else {
            (10 << (tries / 2).min(5)).min(300)
        };
        Some(after(at, wait))
    }
}

fn running_statuses(pod: &Value, uid: &str, wait_for_ready: bool, at: Timestamp) -> Value {
    let all = list(pod, "/spec/containers").iter().enumerate();
    let all = all.map(|(index, container)| {
        let image = text(container, "/image");
        json!({
            "name": container["name"], "image": image, "imageID": image_id(image),
            "containerID": container_id(uid, index, 0), "ready": index > 0 || !wait_for_ready,
            "restartCount": 0, "started": true, "lastState": {},
            "state": { "running": { "startedAt": seconds(at) } },
        })
    });
    all.collect()
}

/// A container's id: another one for each of its lives.
pub fn container_id(uid: &str, index: usize, life: i64) -> String {
    let number = dice::hash(&format!("{uid}/{index}/{life}"));
    let halves = (
        dice::mix(number),
        dice::mix(number ^ 1),
        dice::mix(number ^ 2),
        dice::mix(number ^ 3),
    );
    format!(
        "containerd://{:016x}{:016x}{:016x}{:016x}",
        halves.0, halves.1, halves.2, halves.3
    )
}

fn image_id(image: &str) -> String {
    let number = dice::hash(image);
    let name = image.split(':').next().unwrap_or(image);
    format!(
        "{name}@sha256:{:016x}{:016x}{:016x}{:016x}",
        number,
        dice::mix(number),
        dice::mix(number ^ 1),
        dice::mix(number ^ 2)
    )
}

/// A node's address, the same for the same name.
pub fn address_of(node: &str) -> String {
    let number = dice::hash(node);
    format!("172.18.{}.{}", number % 16, number / 16 % 250 + 2)
}
