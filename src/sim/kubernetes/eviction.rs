//! The eviction subresource: a deletion that disruption budgets can refuse.

use std::sync::Arc;

use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::kinds::Res;
use super::request::Call;
use super::selectors::{Labels, Selector};
use super::status::{ApiError, ApiResult};
use super::store::Entry;
use super::{Cluster, State, controllers};
use crate::sim::server::{self, Body};

/// POST on `eviction`.
pub fn evict(cluster: &Cluster, call: &Call, body: &Value) -> ApiResult<Response<Body>> {
    let options = &body["deleteOptions"];
    let dry = call.dry_run()? || options["dryRun"][0] == "All";
    let now = cluster.now();
    let mut state = cluster.state();
    let pod = state.store.get(Res::Pods, call.namespace(), call.name());
    let pod = pod.ok_or_else(|| ApiError::not_found(Res::Pods, call.name()))?;
    if let Some(uid) = options["preconditions"]["uid"].as_str()
        && uid != pod.uid.as_ref()
    {
        let why = format!(
            "the UID in the precondition ({uid}) does not match the UID in record ({})",
            pod.uid
        );
        return Err(ApiError::conflict(Res::Pods, call.name(), &why));
    }
    if let Some((budget, needed, healthy)) = state.forbidding_budget(&pod) {
        return Err(ApiError::disruption(&budget, needed, healthy));
    }
    state.end_pod(&pod, options["gracePeriodSeconds"].as_i64(), now, dry);
    let status = json!({ "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201 });
    Ok(server::json(StatusCode::CREATED, &status))
}

impl State {
    /// A budget that can't spare this pod, with the pods it needs and has.
    fn forbidding_budget(&self, pod: &Arc<Entry>) -> Option<(String, i64, i64)> {
        let here = Selector {
            namespace: Some(pod.namespace.to_string()),
            ..Selector::default()
        };
        let is_ready = controllers::pod::is_ready;
        if !is_ready(&pod.value()) {
            return None;
        }
        for budget in self.store.select(Res::PodDisruptionBudgets, &here) {
            let value = budget.value();
            let labels = Labels::of_object(&value["spec"]["selector"]);
            if labels.is_empty() || !labels.matches(|key| pod.label(key)) {
                continue;
            }
            let all = self.store.select(Res::Pods, &here);
            let covered = all
                .iter()
                .filter(|one| labels.matches(|key| one.label(key)));
            let covered: Vec<_> = covered.map(|one| one.value()).collect();
            let expected = covered.len() as i64;
            let healthy = covered.iter().filter(|one| is_ready(one)).count() as i64;
            let share = |value: &Value| controllers::share_of(value, expected, true);
            let needed = match value["spec"].get("minAvailable") {
                Some(least) => share(least),
                None => expected - share(&value["spec"]["maxUnavailable"]),
            };
            if healthy - 1 < needed {
                return Some((budget.name.to_string(), needed, healthy));
            }
        }
        None
    }
}
