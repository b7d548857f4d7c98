//! `DaemonSets`: one pod on each node.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::State;
use super::super::json::{number, text};
use super::super::kinds::Res;
use super::super::store::Entry;
use super::events::Saying;
use super::pod;
use super::rollout::Tally;

const COMPONENT: &str = "daemonset-controller";
const HASH: &str = "controller-revision-hash";

impl State {
    pub fn run_daemonset(&mut self, set: &Arc<Entry>, at: Timestamp) {
        let value = set.value();
        let revision = self.record_revision(&value, at);
        let hash = revision.rsplit('-').next().unwrap_or_default().to_owned();
        let nodes = self.eligible_nodes(&value);
        let pods = self.pods_of(&set.uid);
        for node in &nodes {
            let here = pods.iter().any(|pod| pod.field("spec.nodeName") == node);
            if !here {
                self.create_on_node(&value, node, &hash, at);
            }
        }
        for pod in &pods {
            let node = pod.field("spec.nodeName");
            if !nodes.iter().any(|known| known == node) && pod::is_active(&pod.value()) {
                self.delete_pod(pod, at);
            }
        }
        self.replace_daemon(&value, &pods, &hash, at);
        self.tell_daemonset(set, nodes.len() as i64, &hash, at);
    }

    fn eligible_nodes(&self, set: &Value) -> Vec<String> {
        let wanted = set["spec"]["template"]["spec"]["nodeSelector"].as_object();
        let fits = |node: &&Arc<Entry>| {
            let mut wanted = wanted.into_iter().flatten();
            wanted.all(|(key, value)| node.label(key) == value.as_str())
        };
        let nodes = self.store.all(Res::Nodes).filter(fits);
        nodes.map(|node| node.name.to_string()).collect()
    }

    fn create_on_node(&mut self, set: &Value, node: &str, hash: &str, at: Timestamp) {
        let owner = text(set, "/metadata/name").to_owned();
        let name = format!("{owner}-{}", self.dice.suffix());
        let mut pod = pod::from_template(set, &set["spec"]["template"]);
        pod["metadata"]["name"] = name.as_str().into();
        pod["metadata"]["generateName"] = format!("{owner}-").into();
        pod["metadata"]["namespace"] = set["metadata"]["namespace"].clone();
        pod["metadata"]["labels"][HASH] = hash.into();
        pod["metadata"]["labels"]["pod-template-generation"] =
            number(set, "/metadata/generation").to_string().into();
        pod["spec"]["nodeName"] = node.into();
        self.create_pod(pod, at);
        let message = format!("Created pod: {name}");
        self.say(
            set,
            &Saying::normal(COMPONENT, "SuccessfulCreate", &message),
            at,
        );
    }

    fn replace_daemon(&mut self, set: &Value, pods: &[Arc<Entry>], hash: &str, at: Timestamp) {
        if text(set, "/spec/updateStrategy/type") == "OnDelete" {
            return;
        }
        let away = pods
            .iter()
            .filter(|pod| !pod::is_ready(&pod.value()))
            .count() as i64;
        let room = super::share_of(
            &set["spec"]["updateStrategy"]["rollingUpdate"]["maxUnavailable"],
            pods.len() as i64,
            true,
        );
        let mut room = room.max(1) - away;
        for pod in pods.iter().filter(|pod| pod.label(HASH) != Some(hash)) {
            let value = pod.value();
            if !pod::is_active(&value) {
                continue;
            }
            if pod::is_ready(&value) {
                if room <= 0 {
                    continue;
                }
                room -= 1;
            }
            self.delete_pod(pod, at);
            let message = format!("Deleted pod: {}", pod.name);
            self.say(
                set,
                &Saying::normal(COMPONENT, "SuccessfulDelete", &message),
                at,
            );
        }
    }

    fn tell_daemonset(&mut self, set: &Arc<Entry>, nodes: i64, hash: &str, at: Timestamp) {
        let value = set.value();
        let pods = self.pods_of(&set.uid);
        let tally = Tally::of(&pods, number(&value, "/spec/minReadySeconds"), at, |pod| {
            pod.label(HASH) == Some(hash)
        });
        let mut new = Value::clone(&value);
        new["status"] = json!({
            "observedGeneration": value["metadata"]["generation"], "desiredNumberScheduled": nodes,
            "currentNumberScheduled": tally.all, "numberMisscheduled": 0, "numberReady": tally.ready,
            "numberAvailable": tally.available, "numberUnavailable": (nodes - tally.available).max(0),
            "updatedNumberScheduled": tally.updated,
        });
        self.update_own(set, new);
    }
}
