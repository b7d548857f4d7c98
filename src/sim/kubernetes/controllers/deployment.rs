//! Deployments: a `ReplicaSet` for each template, and the rollout from one to the next.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::State;
use super::super::json::{controller_uid, number, owner_reference, text};
use super::super::kinds::Res;
use super::super::store::Entry;
use super::super::write::seconds;
use super::events::Saying;
use super::pod;
use super::rollout::{bare_template, replicas, template_hash};
use super::share_of;

const COMPONENT: &str = "deployment-controller";
const REVISION: &str = "deployment.kubernetes.io/revision";

/// The sums over the `ReplicaSets` of a Deployment.
#[derive(Debug, Default)]
struct Sums {
    all: i64,
    ready: i64,
    available: i64,
    updated: i64,
    updated_available: i64,
}

pub fn revision_of(value: &Value) -> u64 {
    let revision = value["metadata"]["annotations"][REVISION].as_str();
    revision
        .and_then(|revision| revision.parse().ok())
        .unwrap_or(0)
}

impl State {
    pub fn run_deployment(&mut self, deployment: &Arc<Entry>, at: Timestamp) {
        let value = deployment.value();
        if value["spec"]["paused"] != true {
            let newest = self.newest_set(&value, at);
            self.scale_sets(&value, &newest, at);
            self.drop_old_sets(&value, &newest, at);
        }
        self.tell_deployment(deployment, at);
    }

    /// The `ReplicaSets` of a Deployment, oldest revision first.
    pub fn sets_of(&self, deployment: &Value) -> Vec<Arc<Entry>> {
        let uid = text(deployment, "/metadata/uid");
        let all = self.store.all(Res::ReplicaSets);
        let mine = all
            .filter(|set| controller_uid(&set.value()) == uid)
            .cloned();
        let mut mine: Vec<_> = mine.collect();
        mine.sort_by_key(|set| revision_of(&set.value()));
        mine
    }

    /// The `ReplicaSet` of the present template, which is made or brought back to the front if need be.
    fn newest_set(&mut self, deployment: &Value, at: Timestamp) -> String {
        let template = bare_template(&deployment["spec"]["template"]);
        let sets = self.sets_of(deployment);
        let highest = sets
            .iter()
            .map(|set| revision_of(&set.value()))
            .max()
            .unwrap_or(0);
        let same = |set: &&Arc<Entry>| bare_template(&set.value()["spec"]["template"]) == template;
        let found = sets.iter().rev().find(same).cloned();
        let (name, revision) = match found {
            Some(set) if revision_of(&set.value()) == highest => (set.name.to_string(), highest),
            Some(set) => {
                let mut value = Value::clone(&set.value());
                value["metadata"]["annotations"][REVISION] = (highest + 1).to_string().into();
                self.update_own(&set, value);
                (set.name.to_string(), highest + 1)
            }
            None => (
                self.create_set(deployment, &template, highest + 1, at),
                highest + 1,
            ),
        };
        let entry = self.by_value(Res::Deployments, deployment);
        if let Some(entry) = entry.filter(|entry| revision_of(&entry.value()) != revision) {
            let mut value = Value::clone(&entry.value());
            value["metadata"]["annotations"][REVISION] = revision.to_string().into();
            self.update_own(&entry, value);
        }
        name
    }

    /// Makes a `ReplicaSet` without pods.
    pub fn create_set(
        &mut self,
        deployment: &Value,
        template: &Value,
        revision: u64,
        at: Timestamp,
    ) -> String {
        let hash = template_hash(template);
        let name = format!("{}-{hash}", text(deployment, "/metadata/name"));
        let mut template = template.clone();
        template["metadata"]["labels"]["pod-template-hash"] = hash.as_str().into();
        let mut selector = deployment["spec"]["selector"].clone();
        selector["matchLabels"]["pod-template-hash"] = hash.as_str().into();
        let mut annotations = deployment["metadata"]["annotations"].clone();
        if !annotations.is_object() {
            annotations = json!({});
        }
        annotations[REVISION] = revision.to_string().into();
        annotations["deployment.kubernetes.io/desired-replicas"] =
            replicas(deployment).to_string().into();
        let set = json!({
            "metadata": {
                "name": name, "namespace": deployment["metadata"]["namespace"],
                "labels": template["metadata"]["labels"], "annotations": annotations,
                "ownerReferences": [owner_reference(deployment)],
            },
            "spec": { "replicas": 0, "selector": selector, "template": template,
                "minReadySeconds": number(deployment, "/spec/minReadySeconds") },
            "status": { "replicas": 0 },
        });
        self.create_own(Res::ReplicaSets, set, at);
        name
    }

    pub fn by_value(&self, res: Res, value: &Value) -> Option<Arc<Entry>> {
        let (namespace, name) = (
            text(value, "/metadata/namespace"),
            text(value, "/metadata/name"),
        );
        self.store.get(res, namespace, name)
    }

    fn scale_sets(&mut self, deployment: &Value, newest: &str, at: Timestamp) {
        let wanted = replicas(deployment);
        let sets = self.sets_of(deployment);
        let (new, old): (Vec<_>, Vec<_>) = sets.into_iter().partition(|set| *set.name == *newest);
        let Some(new) = new.into_iter().next() else {
            return;
        };
        let strategy = &deployment["spec"]["strategy"];
        let old_total: i64 = old.iter().map(|set| replicas(&set.value())).sum();
        let is = replicas(&new.value());
        if strategy["type"] == "Recreate" {
            for set in &old {
                self.scale_set(deployment, set, 0, at);
            }
            let left: usize = old.iter().map(|set| self.pods_of(&set.uid).len()).sum();
            if left == 0 {
                self.scale_set(deployment, &new, wanted, at);
            }
            return;
        }
        let rolling = &strategy["rollingUpdate"];
        let surge = share_of(&rolling["maxSurge"], wanted, true);
        let mut unavailable = share_of(&rolling["maxUnavailable"], wanted, false);
        if surge == 0 && unavailable == 0 {
            unavailable = 1;
        }
        if old_total == 0 {
            self.scale_set(deployment, &new, wanted, at);
            return;
        }
        // A finished rollout's older pods are scaled with the rest; here the new set grows within the surge.
        let room = (wanted + surge - (is + old_total)).max(0);
        let target = if is > wanted {
            wanted
        } else {
            (is + room).min(wanted)
        };
        self.scale_set(deployment, &new, target, at);
        self.shrink_old(deployment, &new, &old, wanted - unavailable, at);
    }

    /// Takes pods of old sets away, the unready ones first, while enough stay available.
    fn shrink_old(
        &mut self,
        deployment: &Value,
        new: &Arc<Entry>,
        old: &[Arc<Entry>],
        least: i64,
        at: Timestamp,
    ) {
        let now_new = self.by_value(Res::ReplicaSets, &new.value());
        let new_value = now_new.map_or_else(|| new.value(), |entry| entry.value());
        let available = |set: &Value| number(set, "/status/availableReplicas");
        let old_available: i64 = old.iter().map(|set| available(&set.value())).sum();
        let mut spare = available(&new_value) + old_available - least;
        for set in old {
            let value = set.value();
            let is = replicas(&value);
            let sick = (is - available(&value)).max(0);
            let healthy = (is - sick).min(spare.max(0));
            let target = is - sick - healthy;
            spare -= healthy;
            if target < is {
                self.scale_set(deployment, set, target, at);
            }
        }
    }

    fn scale_set(&mut self, deployment: &Value, set: &Arc<Entry>, to: i64, at: Timestamp) {
        let value = set.value();
        let from = replicas(&value);
        if from == to {
            return;
        }
        let mut new = Value::clone(&value);
        new["spec"]["replicas"] = to.into();
        new["metadata"]["annotations"]["deployment.kubernetes.io/desired-replicas"] =
            replicas(deployment).to_string().into();
        new["metadata"]["generation"] = (number(&value, "/metadata/generation") + 1).into();
        self.update_own(set, new);
        let direction = if to > from { "up" } else { "down" };
        let message = format!(
            "Scaled {direction} replica set {} from {from} to {to}",
            set.name
        );
        self.say(
            deployment,
            &Saying::normal(COMPONENT, "ScalingReplicaSet", &message),
            at,
        );
    }

    fn drop_old_sets(&mut self, deployment: &Value, newest: &str, at: Timestamp) {
        let limit = deployment["spec"]["revisionHistoryLimit"]
            .as_u64()
            .unwrap_or(10) as usize;
        let mut idle = self.sets_of(deployment);
        idle.retain(|set| {
            let value = set.value();
            *set.name != *newest && replicas(&value) == 0 && number(&value, "/status/replicas") == 0
        });
        let surplus = idle.len().saturating_sub(limit);
        for set in &idle[..surplus] {
            self.remove_object(set, at);
        }
    }

    fn sums(&self, deployment: &Value) -> Sums {
        let mut sums = Sums::default();
        let template = bare_template(&deployment["spec"]["template"]);
        for set in self.sets_of(deployment) {
            let value = set.value();
            let (all, available) = (
                number(&value, "/status/replicas"),
                number(&value, "/status/availableReplicas"),
            );
            sums.all += all;
            sums.ready += number(&value, "/status/readyReplicas");
            sums.available += available;
            if bare_template(&value["spec"]["template"]) == template {
                sums.updated += all;
                sums.updated_available += available;
            }
        }
        sums
    }

    fn tell_deployment(&mut self, deployment: &Arc<Entry>, at: Timestamp) {
        let Some(entry) = self.store.by_key(Res::Deployments, &deployment.key()) else {
            return;
        };
        let value = entry.value();
        let sums = self.sums(&value);
        let wanted = replicas(&value);
        let mut new = Value::clone(&value);
        let conditions = value["status"]["conditions"].clone();
        new["status"] = json!({
            "observedGeneration": value["metadata"]["generation"], "replicas": sums.all,
            "updatedReplicas": sums.updated, "readyReplicas": sums.ready, "availableReplicas": sums.available,
            "conditions": conditions,
        });
        let unavailable = (sums.all.max(wanted) - sums.available).max(0);
        if let Some(status) = new["status"].as_object_mut() {
            status.insert("unavailableReplicas".to_owned(), unavailable.into());
            status.retain(|key, part| {
                key == "observedGeneration" || (*part != json!(0) && !part.is_null())
            });
        }
        let unavailable = share_of(
            &value["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"],
            wanted,
            false,
        );
        let enough = sums.available >= wanted - unavailable;
        let (holds, reason, message) = if enough {
            (
                "True",
                "MinimumReplicasAvailable",
                "Deployment has minimum availability.",
            )
        } else {
            (
                "False",
                "MinimumReplicasUnavailable",
                "Deployment does not have minimum availability.",
            )
        };
        set_dated(&mut new, "Available", (holds, reason, message), false, at);
        self.tell_progress(&value, &mut new, &sums, at);
        self.update_own(&entry, new);
    }

    fn tell_progress(&self, before: &Value, new: &mut Value, sums: &Sums, at: Timestamp) {
        let wanted = replicas(before);
        let newest = self.sets_of(before).pop();
        let set = newest.map_or_else(String::new, |set| set.name.to_string());
        let done = sums.updated == wanted && sums.available >= wanted && sums.all == wanted;
        let progress = ["updatedReplicas", "readyReplicas", "availableReplicas"];
        let moved = progress
            .iter()
            .any(|part| before["status"][*part] != new["status"][*part])
            || before["status"]["observedGeneration"] != new["status"]["observedGeneration"];
        let old = pod::condition(before, "Progressing");
        let updated = old.map_or("", |condition| text(condition, "/lastUpdateTime"));
        let waited = updated
            .parse::<Timestamp>()
            .map_or(0, |since| at.duration_since(since).as_secs());
        let deadline = number(before, "/spec/progressDeadlineSeconds").max(1);
        let was_done = old.is_some_and(|old| text(old, "/reason") == "NewReplicaSetAvailable");
        let template_moved =
            before["status"]["observedGeneration"] != new["status"]["observedGeneration"];
        if done {
            let message = format!("ReplicaSet \"{set}\" has successfully progressed.");
            set_dated(
                new,
                "Progressing",
                ("True", "NewReplicaSetAvailable", &message),
                !was_done,
                at,
            );
        } else if was_done && !template_moved && sums.updated == wanted {
            // A finished rollout stays finished when pods fall ill later.
        } else if waited > deadline && !moved {
            let message = format!("ReplicaSet \"{set}\" has timed out progressing.");
            set_dated(
                new,
                "Progressing",
                ("False", "ProgressDeadlineExceeded", &message),
                false,
                at,
            );
        } else if moved || old.is_none() {
            let message = format!("ReplicaSet \"{set}\" is progressing.");
            set_dated(
                new,
                "Progressing",
                ("True", "ReplicaSetUpdated", &message),
                true,
                at,
            );
        }
    }
}

/// A condition with the update time that Deployments carry.
fn set_dated(value: &mut Value, kind: &str, says: (&str, &str, &str), touch: bool, at: Timestamp) {
    pod::set_condition(value, kind, says.0, says.1, says.2, at);
    let all = value["status"]["conditions"].as_array_mut();
    for one in all.into_iter().flatten().filter(|one| one["type"] == kind) {
        if touch || one["lastUpdateTime"].is_null() {
            one["lastUpdateTime"] = seconds(at).into();
        }
    }
}
