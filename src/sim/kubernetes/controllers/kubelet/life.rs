//! One pod's stage, and what it does when its time has come.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::super::State;
use super::super::super::json::text;
use super::super::super::kinds::Res;
use super::super::super::store::Key;
use super::super::super::write::seconds;
use super::super::events::Saying;
use super::super::pod;
use super::after;
use crate::sim::port::{Fault, WorkloadRef};

/// Where a pod stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Unscheduled,
    Creating,
    /// The image can't be pulled; how often it was tried.
    Pulling(u32),
    Running,
    /// The main container waits to be started again.
    BackOff,
    /// Succeeded or failed for good.
    Over,
    Ending,
    /// Its status is written by somebody else.
    ByHand,
}

/// What the kubelet remembers of one pod.
#[derive(Debug, Clone)]
pub struct Life {
    pub key: Key,
    /// The uid of its controller; empty for a pod of its own.
    pub owner: String,
    pub workload: Option<WorkloadRef>,
    pub stage: Stage,
    pub due: Option<Timestamp>,
    pub started: Timestamp,
    /// When it becomes ready, if nothing is wrong.
    pub ready_at: Timestamp,
    /// When the main container dies of the fault that it was chosen for.
    pub dies_at: Option<Timestamp>,
    /// Deaths without ten quiet minutes between them.
    pub deaths: u32,
    pub last_unhealthy: Option<Timestamp>,
}

impl Life {
    pub fn new(key: Key, owner: String, at: Timestamp) -> Self {
        Self {
            key,
            owner,
            workload: None,
            stage: Stage::Unscheduled,
            due: Some(at),
            started: at,
            ready_at: at,
            dies_at: None,
            deaths: 0,
            last_unhealthy: None,
        }
    }
}

/// Jobs take this long, if nothing is wrong.
const JOB_SECONDS: i64 = 20;
/// A failing probe says so this often.
const UNHEALTHY_EVERY: i64 = 30;

impl State {
    /// The pod's turn: does what is due and sets when it is due again.
    pub fn live(&mut self, uid: &str, at: Timestamp) {
        let Some(life) = self.kubelet.lives.get(uid).cloned() else {
            return;
        };
        let due = match life.stage {
            Stage::Unscheduled => self.schedule(uid, &life, at),
            Stage::Creating => self.start(uid, &life, at),
            Stage::Pulling(tries) => self.pull_again(uid, &life, tries, at),
            Stage::Running => self.run(uid, &life, at),
            Stage::BackOff => self.restart(uid, &life, at),
            Stage::Ending => {
                self.store.remove(Res::Pods, &life.key);
                None
            }
            Stage::Over | Stage::ByHand => None,
        };
        if let Some(life) = self.kubelet.lives.get_mut(uid) {
            life.due = due;
        }
    }

    pub fn set_stage(&mut self, uid: &str, stage: Stage) {
        if let Some(life) = self.kubelet.lives.get_mut(uid) {
            life.stage = stage;
        }
    }

    /// Rewrites the pod; nothing happens if it is gone.
    pub fn edit_pod(&mut self, key: &Key, edit: impl FnOnce(&mut Value)) -> Option<Value> {
        let entry = self.store.by_key(Res::Pods, key)?;
        let mut value = Value::clone(&entry.value());
        edit(&mut value);
        self.update_own(&entry, value.clone());
        Some(value)
    }

    pub fn say_of_pod(
        &mut self,
        pod: &Value,
        warning: bool,
        reason: &str,
        message: &str,
        at: Timestamp,
    ) {
        let saying = Saying {
            warning,
            host: text(pod, "/spec/nodeName"),
            container: pod["spec"]["containers"][0]["name"].as_str(),
            ..Saying::normal("kubelet", reason, message)
        };
        self.say(pod, &saying, at);
    }

    fn run(&mut self, uid: &str, life: &Life, at: Timestamp) -> Option<Timestamp> {
        if life.dies_at.is_some_and(|dies| dies <= at) {
            return self.die(uid, life, at);
        }
        let value = self.store.by_key(Res::Pods, &life.key)?.value();
        if text(&value, "/spec/restartPolicy") != "Always" {
            let ends = after(life.started, JOB_SECONDS);
            if ends <= at {
                self.complete(uid, life, at);
                return None;
            }
            return Some(life.dies_at.map_or(ends, |dies| dies.min(ends)));
        }
        let unhealthy = self.probe_failure(uid, life);
        let ready = life.ready_at <= at && unhealthy.is_none();
        if ready != pod::is_ready(&value) {
            self.edit_pod(&life.key, |pod| {
                pod["status"]["containerStatuses"][0]["ready"] = ready.into();
                pod::refresh_ready(pod, at);
            });
        }
        let mut next = life.dies_at;
        let mut sooner = |when: Timestamp| next = Some(next.map_or(when, |next| next.min(when)));
        if life.ready_at > at {
            sooner(life.ready_at);
        }
        if let Some(message) = unhealthy.filter(|_| life.ready_at <= at) {
            let said = life
                .last_unhealthy
                .is_some_and(|last| after(last, UNHEALTHY_EVERY) > at);
            if !said {
                self.say_of_pod(&value, true, "Unhealthy", &message, at);
                if let Some(life) = self.kubelet.lives.get_mut(uid) {
                    life.last_unhealthy = Some(at);
                }
            }
            let last = if said {
                life.last_unhealthy.unwrap_or(at)
            } else {
                at
            };
            sooner(after(last, UNHEALTHY_EVERY));
        }
        next
    }

    fn probe_failure(&self, uid: &str, life: &Life) -> Option<String> {
        let played = self.kubelet.faults.get(life.workload.as_ref()?)?;
        match &played.fault {
            Fault::NotReady { message, .. } if played.chosen.contains(uid) => {
                Some(format!("Readiness probe failed: {message}"))
            }
            _ => None,
        }
    }

    fn complete(&mut self, uid: &str, life: &Life, at: Timestamp) {
        self.set_stage(uid, Stage::Over);
        self.logs.end_all(uid);
        self.edit_pod(&life.key, |pod| {
            pod["status"]["phase"] = "Succeeded".into();
            for status in pod["status"]["containerStatuses"].as_array_mut().into_iter().flatten() {
                let began = status["state"]["running"]["startedAt"].clone();
                status["state"] = json!({ "terminated": {
                    "exitCode": 0, "reason": "Completed", "startedAt": began, "finishedAt": seconds(at),
                    "containerID": status["containerID"],
                } });
                status["ready"] = false.into();
                status["started"] = false.into();
            }
            let done = Some(("PodCompleted", ""));
            for kind in ["Initialized", "Ready", "ContainersReady"] {
                let why = if kind == "Initialized" { None } else { done };
                pod::set_pod_condition(pod, kind, why, at);
            }
        });
    }

    /// A deletion has begun: the containers are told, and the pod goes when they have gone.
    pub fn begin_end(&mut self, uid: &str, at: Timestamp) {
        let Some(life) = self.kubelet.lives.get(uid).cloned() else {
            return;
        };
        if life.stage == Stage::Ending {
            return;
        }
        let Some(entry) = self.store.by_key(Res::Pods, &life.key) else {
            return;
        };
        let value = entry.value();
        let grace = value["metadata"]["deletionGracePeriodSeconds"]
            .as_i64()
            .unwrap_or(30);
        let takes = (1 + self.dice.below(3) as i64).min(grace);
        let lost = self.node_is_lost(text(&value, "/spec/nodeName"));
        if let Some(container) = value["spec"]["containers"][0]["name"].as_str() {
            let message = format!("Stopping container {container}");
            self.say_of_pod(&value, false, "Killing", &message, at);
        }
        if let Some(life) = self.kubelet.lives.get_mut(uid) {
            life.stage = Stage::Ending;
            // Nobody ends the containers of a node that is gone.
            life.due = (!lost).then(|| after(at, takes));
        }
    }
}
