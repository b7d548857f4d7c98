//! `PodDisruptionBudgets`: how many pods may go now.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::State;
use super::super::kinds::Res;
use super::super::selectors::{Labels, Selector};
use super::super::store::Entry;
use super::{pod, share_of};

impl State {
    pub fn run_budget(&mut self, budget: &Arc<Entry>, at: Timestamp) {
        let value = budget.value();
        let labels = Labels::of_object(&value["spec"]["selector"]);
        let here = Selector {
            namespace: Some(budget.namespace.to_string()),
            ..Selector::default()
        };
        let pods = self.store.select(Res::Pods, &here).into_iter();
        let pods: Vec<_> = pods
            .filter(|one| labels.matches(|key| one.label(key)))
            .collect();
        let expected = pods.len() as i64;
        let healthy = pods
            .iter()
            .filter(|one| pod::is_ready(&one.value()))
            .count() as i64;
        let needed = match value["spec"].get("minAvailable") {
            Some(least) => share_of(least, expected, true),
            None => expected - share_of(&value["spec"]["maxUnavailable"], expected, true),
        };
        let spare = (healthy - needed).max(0);
        let mut new = Value::clone(&value);
        let conditions = value["status"]["conditions"].clone();
        new["status"] = json!({
            "currentHealthy": healthy, "desiredHealthy": needed, "disruptionsAllowed": spare,
            "expectedPods": expected, "observedGeneration": value["metadata"]["generation"],
            "conditions": conditions,
        });
        let (holds, reason) = if spare > 0 {
            ("True", "SufficientPods")
        } else {
            ("False", "InsufficientPods")
        };
        pod::set_condition(&mut new, "DisruptionAllowed", holds, reason, "", at);
        self.update_own(budget, new);
    }
}
