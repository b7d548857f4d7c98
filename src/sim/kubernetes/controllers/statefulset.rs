//! `StatefulSets`: pods with fixed names, started and replaced in order.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::State;
use super::super::json::{controller_uid, number, owner_reference, text};
use super::super::kinds::Res;
use super::super::store::Entry;
use super::events::Saying;
use super::pod;
use super::rollout::{Tally, replicas, template_hash};

const COMPONENT: &str = "statefulset-controller";

/// The numbers of its pods: from `spec.ordinals.start`, as many as it wants.
fn ordinals(set: &Value) -> std::ops::Range<i64> {
    let start = number(set, "/spec/ordinals/start");
    start..start + replicas(set)
}

const HASH: &str = "controller-revision-hash";

impl State {
    pub fn run_statefulset(&mut self, set: &Arc<Entry>, at: Timestamp) {
        let value = set.value();
        let update = self.record_revision(&value, at);
        let pods = self.pods_of(&set.uid);
        if !self.fill_ordinals(&value, &pods, &update, at) {
            self.replace_one(&value, &pods, &update, at);
        }
        self.tell_statefulset(set, &update, at);
    }

    /// Keeps a `ControllerRevision` of the present template; returns its name.
    pub fn record_revision(&mut self, owner: &Value, at: Timestamp) -> String {
        let name = format!(
            "{}-{}",
            text(owner, "/metadata/name"),
            template_hash(&owner["spec"]["template"])
        );
        let uid = text(owner, "/metadata/uid");
        let mine = self.store.all(Res::ControllerRevisions);
        let mine: Vec<_> = mine
            .filter(|one| controller_uid(&one.value()) == uid)
            .cloned()
            .collect();
        let highest = mine
            .iter()
            .map(|one| number(&one.value(), "/revision"))
            .max()
            .unwrap_or(0);
        if let Some(known) = mine.iter().find(|one| *one.name == *name) {
            let mut value = Value::clone(&known.value());
            if number(&value, "/revision") < highest {
                value["revision"] = (highest + 1).into();
                self.update_own(known, value);
            }
            return name;
        }
        let mut template = owner["spec"]["template"].clone();
        template["$patch"] = "replace".into();
        let revision = json!({
            "metadata": {
                "name": name, "namespace": owner["metadata"]["namespace"],
                "labels": owner["spec"]["template"]["metadata"]["labels"],
                "annotations": owner["metadata"].get("annotations").unwrap_or(&json!({})),
                "ownerReferences": [owner_reference(owner)],
            },
            "data": { "spec": { "template": template } },
            "revision": highest + 1,
        });
        self.create_own(Res::ControllerRevisions, revision, at);
        name
    }

    /// Creates the next missing pod or removes the last surplus one; `true` while there is something to do or to wait for.
    fn fill_ordinals(
        &mut self,
        set: &Value,
        pods: &[Arc<Entry>],
        update: &str,
        at: Timestamp,
    ) -> bool {
        let wanted = ordinals(set);
        let name = text(set, "/metadata/name");
        let in_order = text(set, "/spec/podManagementPolicy") != "Parallel";
        for ordinal in wanted.clone() {
            let pod_name = format!("{name}-{ordinal}");
            let found = pods.iter().find(|pod| *pod.name == *pod_name);
            match found.map(|pod| pod.value()) {
                None => {
                    self.create_ordinal(set, &pod_name, ordinal, update, at);
                    if in_order {
                        return true;
                    }
                }
                Some(pod) if !pod::is_active(&pod) => {
                    if in_order {
                        return true;
                    }
                }
                Some(pod) if in_order && !pod::is_ready(&pod) => {
                    // A sick pod of an old revision may be replaced; a new one is waited for.
                    return pod["metadata"]["labels"][HASH] == update;
                }
                Some(_) => {}
            }
        }
        let ordinal_of = |pod: &Arc<Entry>| {
            let last = pod
                .name
                .rsplit('-')
                .next()
                .and_then(|text| text.parse::<i64>().ok());
            last.unwrap_or(0)
        };
        let surplus = pods
            .iter()
            .filter(|pod| !wanted.contains(&ordinal_of(pod)))
            .max_by_key(|pod| ordinal_of(pod));
        if let Some(pod) = surplus {
            if pod::is_active(&pod.value()) {
                self.delete_ordinal(set, pod, at);
            }
            return true;
        }
        false
    }

    fn create_ordinal(
        &mut self,
        set: &Value,
        name: &str,
        ordinal: i64,
        update: &str,
        at: Timestamp,
    ) {
        let mut pod = pod::from_template(set, &set["spec"]["template"]);
        pod["metadata"]["name"] = name.into();
        pod["metadata"]["generateName"] = format!("{}-", text(set, "/metadata/name")).into();
        pod["metadata"]["namespace"] = set["metadata"]["namespace"].clone();
        pod["metadata"]["labels"][HASH] = update.into();
        pod["metadata"]["labels"]["statefulset.kubernetes.io/pod-name"] = name.into();
        pod["metadata"]["labels"]["apps.kubernetes.io/pod-index"] = ordinal.to_string().into();
        pod["spec"]["hostname"] = name.into();
        self.create_pod(pod, at);
        let owner = text(set, "/metadata/name");
        let message = format!("create Pod {name} in StatefulSet {owner} successful");
        self.say(
            set,
            &Saying::normal(COMPONENT, "SuccessfulCreate", &message),
            at,
        );
    }

    fn delete_ordinal(&mut self, set: &Value, pod: &Arc<Entry>, at: Timestamp) {
        self.delete_pod(pod, at);
        let owner = text(set, "/metadata/name");
        let message = format!("delete Pod {} in StatefulSet {owner} successful", pod.name);
        self.say(
            set,
            &Saying::normal(COMPONENT, "SuccessfulDelete", &message),
            at,
        );
    }

    /// A rolling update: the highest pod of an older revision goes, one at a time.
    fn replace_one(&mut self, set: &Value, pods: &[Arc<Entry>], update: &str, at: Timestamp) {
        if text(set, "/spec/updateStrategy/type") == "OnDelete" {
            return;
        }
        let partition = number(set, "/spec/updateStrategy/rollingUpdate/partition");
        let name = text(set, "/metadata/name");
        let ordinals = ordinals(set);
        for ordinal in (partition.max(ordinals.start)..ordinals.end).rev() {
            let pod_name = format!("{name}-{ordinal}");
            let Some(pod) = pods.iter().find(|pod| *pod.name == *pod_name) else {
                return;
            };
            if pod.label(HASH) != Some(update) {
                if pod::is_active(&pod.value()) {
                    self.delete_ordinal(set, pod, at);
                }
                return;
            }
            if !pod::is_ready(&pod.value()) {
                return;
            }
        }
    }

    fn tell_statefulset(&mut self, set: &Arc<Entry>, update: &str, at: Timestamp) {
        let value = set.value();
        let pods = self.pods_of(&set.uid);
        let tally = Tally::of(&pods, number(&value, "/spec/minReadySeconds"), at, |pod| {
            pod.label(HASH) == Some(update)
        });
        let finished = tally.updated == replicas(&value)
            && tally.updated_ready == tally.updated
            && tally.all == tally.updated;
        let known = text(&value, "/status/currentRevision");
        let current = if finished || known.is_empty() {
            update
        } else {
            known
        };
        let current_replicas = if current == update {
            tally.updated
        } else {
            tally.all - tally.updated
        };
        let mut new = Value::clone(&value);
        new["status"] = json!({
            "observedGeneration": value["metadata"]["generation"], "replicas": tally.all,
            "readyReplicas": tally.ready, "availableReplicas": tally.available,
            "currentReplicas": current_replicas, "updatedReplicas": tally.updated,
            "currentRevision": current, "updateRevision": update, "collisionCount": 0,
        });
        self.update_own(set, new);
    }
}
