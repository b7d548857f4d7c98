//! Faults of pods: who is chosen, how they die, how they come back.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::super::State;
use super::super::super::dice;
use super::super::super::json::{number, text};
use super::super::super::kinds::Res;
use super::super::super::write::seconds;
use super::super::pod;
use super::after;
use super::life::{Life, Stage};
use super::start::container_id;
use crate::sim::port::{Fault, WorkloadRef};

/// A fault that is being played on a workload.
#[derive(Debug, Clone)]
pub struct Played {
    pub fault: Fault,
    pub only_image: Option<String>,
    /// The name of the only pod that it is played on.
    pub only_pod: Option<String>,
    /// The uids of the pods that it is played on.
    pub chosen: BTreeSet<String>,
}

impl Played {
    /// Whether the fault holds for this pod and its image.
    pub fn fits(&self, pod: &Value) -> bool {
        let image = text(pod, "/spec/containers/0/image");
        let name = text(pod, "/metadata/name");
        if self.only_pod.as_deref().is_some_and(|only| only != name) {
            return false;
        }
        self.only_image.as_deref().is_none_or(|only| only == image)
    }

    fn share(&self) -> f64 {
        match &self.fault {
            Fault::OomLoop { share, .. }
            | Fault::CrashLoop { share, .. }
            | Fault::NotReady { share, .. } => share.clamp(0.0, 1.0),
            Fault::ImagePull { .. } | Fault::Unschedulable { .. } => 0.0,
        }
    }
}

/// How long a crashing container lives.
const CRASH_SECONDS: i64 = 2;
/// After this long without a death the back-off starts anew.
const QUIET_SECONDS: i64 = 600;
const LONGEST_BACK_OFF: i64 = 300;

impl State {
    /// Chooses pods for the faults that hold for a share of them, and frees those that are no longer chosen.
    pub fn choose_troubled(&mut self, at: Timestamp) {
        let workloads: Vec<WorkloadRef> = self.kubelet.faults.keys().cloned().collect();
        for workload in workloads {
            let candidates: Vec<String> = self
                .kubelet
                .of_workload(&workload)
                .into_iter()
                .filter(|uid| self.can_be_troubled(uid, &workload))
                .collect();
            let Some(played) = self.kubelet.faults.get_mut(&workload) else {
                continue;
            };
            let share = played.share();
            let chosen = choose(
                &played.chosen,
                &candidates,
                share,
                workload.kind == "CronJob",
            );
            if chosen == played.chosen {
                continue;
            }
            let changed: Vec<String> = chosen
                .symmetric_difference(&played.chosen)
                .cloned()
                .collect();
            played.chosen = chosen;
            for uid in changed {
                self.trouble(&uid, &workload, at);
            }
        }
    }

    /// A fault began or ended: pods that wait for a node or an image try again at once.
    pub fn wake_waiting(&mut self, workload: &WorkloadRef, at: Timestamp) {
        let lives = self.kubelet.lives.values_mut();
        for life in lives.filter(|life| life.workload.as_ref() == Some(workload)) {
            if matches!(life.stage, Stage::Unscheduled | Stage::Pulling(_)) {
                life.due = Some(at);
            }
        }
    }

    fn can_be_troubled(&self, uid: &str, workload: &WorkloadRef) -> bool {
        let Some(life) = self.kubelet.lives.get(uid) else {
            return false;
        };
        let played = self.kubelet.faults.get(workload);
        let entry = self.store.by_key(Res::Pods, &life.key);
        let fits = played
            .zip(entry)
            .is_some_and(|(played, pod)| played.fits(&pod.value()));
        fits && matches!(life.stage, Stage::Running | Stage::BackOff)
    }

    /// A pod was chosen or freed: sets when it dies.
    pub fn trouble(&mut self, uid: &str, workload: &WorkloadRef, at: Timestamp) {
        let dies_at = self.death_of(uid, workload, at);
        if let Some(life) = self.kubelet.lives.get_mut(uid) {
            life.dies_at = dies_at;
            if life.stage == Stage::Running {
                life.due = Some(at);
            }
        }
    }

    /// When a running container dies of the fault it was chosen for.
    fn death_of(&self, uid: &str, workload: &WorkloadRef, at: Timestamp) -> Option<Timestamp> {
        let played = self.kubelet.faults.get(workload)?;
        let life = self.kubelet.lives.get(uid)?;
        if !played.chosen.contains(uid) {
            return None;
        }
        match &played.fault {
            Fault::OomLoop { every, .. } => {
                let every = i64::from((*every).max(1));
                let whole = after(life.started, every);
                if whole > at {
                    return Some(whole);
                }
                // It ran before the fault began: the deaths are spread, not all at once.
                let spread = (dice::hash(uid) % 1000) as i64 * every / 1000;
                Some(after(at, spread.max(1)))
            }
            Fault::CrashLoop { .. } => Some(after(life.started, CRASH_SECONDS).max(at)),
            _ => None,
        }
    }

    /// The main container dies; it comes back at once the first time, after a back-off later.
    pub fn die(&mut self, uid: &str, life: &Life, at: Timestamp) -> Option<Timestamp> {
        let workload = life.workload.clone()?;
        let fault = self.kubelet.faults.get(&workload)?.fault.clone();
        let (code, reason, message) = match &fault {
            Fault::CrashLoop { code, message, .. } => (*code, "Error", message.clone()),
            _ => (137, "OOMKilled", String::new()),
        };
        let quiet = at.duration_since(life.started).as_secs() > QUIET_SECONDS;
        let deaths = if quiet { 1 } else { life.deaths + 1 };
        if let Some(life) = self.kubelet.lives.get_mut(uid) {
            life.deaths = deaths;
            life.dies_at = None;
        }
        let value = self.store.by_key(Res::Pods, &life.key)?.value();
        let container = text(&value, "/spec/containers/0/name").to_owned();
        if !message.is_empty() {
            self.logs.write(uid, &container, at, &message);
        }
        let for_good = text(&value, "/spec/restartPolicy") == "Never";
        let new = self.edit_pod(&life.key, |pod| {
            let status = &mut pod["status"]["containerStatuses"][0];
            let terminated = json!({
                "exitCode": code, "reason": reason, "message": message, "finishedAt": seconds(at),
                "startedAt": status["state"]["running"]["startedAt"], "containerID": status["containerID"],
            });
            status["ready"] = false.into();
            status["started"] = false.into();
            status["state"] = json!({ "terminated": terminated });
            if message.is_empty()
                && let Some(state) = status["state"]["terminated"].as_object_mut() {
                    state.remove("message");
                }
            if for_good {
                pod["status"]["phase"] = "Failed".into();
            }
            pod::refresh_ready(pod, at);
        })?;
        self.logs.end(uid, &container);
        if for_good {
            self.set_stage(uid, Stage::Over);
            return None;
        }
        self.set_stage(uid, Stage::BackOff);
        if deaths == 1 {
            return Some(after(at, 1));
        }
        Some(self.wait_for_restart(&new, life, uid, deaths, at))
    }

    fn wait_for_restart(
        &mut self,
        pod: &Value,
        life: &Life,
        uid: &str,
        deaths: u32,
        at: Timestamp,
    ) -> Timestamp {
        let wait = (10_i64 << deaths.saturating_sub(2).min(6)).min(LONGEST_BACK_OFF);
        let (name, namespace) = (
            text(pod, "/metadata/name"),
            text(pod, "/metadata/namespace"),
        );
        let container = text(pod, "/spec/containers/0/name");
        let span = match wait {
            300 => "5m0s".to_owned(),
            60.. => format!("{}m{}s", wait / 60, wait % 60),
            _ => format!("{wait}s"),
        };
        let waiting = format!(
            "back-off {span} restarting failed container={container} pod={name}_{namespace}({uid})"
        );
        let said = format!(
            "Back-off restarting failed container {container} in pod {name}_{namespace}({uid})"
        );
        self.edit_pod(&life.key, |pod| {
            let status = &mut pod["status"]["containerStatuses"][0];
            let last = status["state"].take();
            status["lastState"] = last;
            status["state"] =
                json!({ "waiting": { "reason": "CrashLoopBackOff", "message": waiting } });
        });
        self.say_of_pod(pod, true, "BackOff", &said, at);
        after(at, wait)
    }

    /// The main container starts again.
    pub fn restart(&mut self, uid: &str, life: &Life, at: Timestamp) -> Option<Timestamp> {
        let value = self.store.by_key(Res::Pods, &life.key)?.value();
        let container = text(&value, "/spec/containers/0/name").to_owned();
        self.logs.restart(uid, &container);
        let known = life
            .workload
            .as_ref()
            .and_then(|at| self.kubelet.ready_after.get(at));
        let ready_at = after(at, known.map_or(1, |seconds| i64::from(*seconds)));
        let new = self.edit_pod(&life.key, |pod| {
            let status = &mut pod["status"]["containerStatuses"][0];
            let restarts = number(status, "/restartCount") + 1;
            if !status["state"]["terminated"].is_null() {
                let last = status["state"].take();
                status["lastState"] = last;
            }
            status["restartCount"] = restarts.into();
            status["containerID"] = container_id(uid, 0, restarts).into();
            status["state"] = json!({ "running": { "startedAt": seconds(at) } });
            status["started"] = true.into();
            status["ready"] = false.into();
            pod::refresh_ready(pod, at);
        })?;
        self.say_of_pod(
            &new,
            false,
            "Created",
            &format!("Created container: {container}"),
            at,
        );
        self.say_of_pod(
            &new,
            false,
            "Started",
            &format!("Started container {container}"),
            at,
        );
        if let Some(life) = self.kubelet.lives.get_mut(uid) {
            life.stage = Stage::Running;
            life.started = at;
            life.ready_at = ready_at;
        }
        let workload = life.workload.clone();
        let dies_at = workload.and_then(|workload| self.death_of(uid, &workload, at));
        if let Some(life) = self.kubelet.lives.get_mut(uid) {
            life.dies_at = dies_at;
        }
        Some(dies_at.map_or(ready_at, |dies| dies.min(ready_at)))
    }
}

/// Keeps who was chosen before as far as it can; jobs are chosen by chance, since they come one at a time.
fn choose(
    before: &BTreeSet<String>,
    candidates: &[String],
    share: f64,
    by_chance: bool,
) -> BTreeSet<String> {
    if by_chance {
        let unlucky = |uid: &&String| (dice::hash(uid) % 1000) as f64 / 1000.0 < share;
        return candidates.iter().filter(unlucky).cloned().collect();
    }
    let mut wanted = (share * candidates.len() as f64).round() as usize;
    if share > 0.0 && !candidates.is_empty() {
        wanted = wanted.max(1);
    }
    let kept = candidates.iter().filter(|uid| before.contains(*uid));
    let new = candidates.iter().filter(|uid| !before.contains(*uid));
    kept.chain(new).take(wanted).cloned().collect()
}
