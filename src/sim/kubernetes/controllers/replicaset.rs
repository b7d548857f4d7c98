//! `ReplicaSets`: keep so many pods.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::State;
use super::super::json::number;
use super::super::store::Entry;
use super::events::Saying;
use super::pod;
use super::rollout::{Tally, least_wanted, replicas};

const COMPONENT: &str = "replicaset-controller";

impl State {
    pub fn run_replicaset(&mut self, set: &Arc<Entry>, at: Timestamp) {
        let value = set.value();
        let mut active = self.pods_of(&set.uid);
        active.retain(|pod| pod::is_active(&pod.value()));
        let (is, wanted) = (active.len() as i64, replicas(&value));
        for _ in is..wanted {
            let mut pod = pod::from_template(&value, &value["spec"]["template"]);
            let name = format!("{}-{}", set.name, self.dice.suffix());
            pod["metadata"]["name"] = name.as_str().into();
            pod["metadata"]["generateName"] = format!("{}-", set.name).into();
            pod["metadata"]["namespace"] = (*set.namespace).into();
            self.create_pod(pod, at);
            let message = format!("Created pod: {name}");
            self.say(
                &value,
                &Saying::normal(COMPONENT, "SuccessfulCreate", &message),
                at,
            );
        }
        if is > wanted {
            least_wanted(&mut active);
            for pod in active.iter().take((is - wanted) as usize) {
                self.delete_pod(pod, at);
                let message = format!("Deleted pod: {}", pod.name);
                self.say(
                    &value,
                    &Saying::normal(COMPONENT, "SuccessfulDelete", &message),
                    at,
                );
            }
        }
        let tally = Tally::of(
            &self.pods_of(&set.uid),
            number(&value, "/spec/minReadySeconds"),
            at,
            |_| true,
        );
        let mut new = Value::clone(&value);
        new["status"] = json!({
            "replicas": tally.all, "fullyLabeledReplicas": tally.all, "readyReplicas": tally.ready,
            "availableReplicas": tally.available, "observedGeneration": value["metadata"]["generation"],
        });
        self.update_own(set, new);
    }
}
