//! Pods as JSON: made from templates, and their status rewritten step by step.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::json::{list, owner_reference, text};
use super::super::write::seconds;

/// The pod's Ready condition.
pub fn is_ready(pod: &Value) -> bool {
    condition(pod, "Ready").is_some_and(|condition| condition["status"] == "True")
}

/// Counts for its controller: not on its way out, not over.
pub fn is_active(pod: &Value) -> bool {
    text(pod, "/metadata/deletionTimestamp").is_empty()
        && !matches!(text(pod, "/status/phase"), "Succeeded" | "Failed")
}

pub fn condition<'a>(object: &'a Value, kind: &str) -> Option<&'a Value> {
    let all = list(object, "/status/conditions");
    all.iter().find(|condition| condition["type"] == kind)
}

/// A pod of `owner`, from its template; name and times are still to come.
pub fn from_template(owner: &Value, template: &Value) -> Value {
    let mut spec = template["spec"].clone();
    let defaults = json!({
        "serviceAccountName": "default", "serviceAccount": "default", "enableServiceLinks": true,
        "priority": 0, "preemptionPolicy": "PreemptLowerPriority",
        "tolerations": [
            { "key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300 },
            { "key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300 },
        ],
    });
    for (key, value) in defaults.as_object().into_iter().flatten() {
        if spec.get(key).is_none() {
            spec[key] = value.clone();
        }
    }
    let mut metadata = json!({ "ownerReferences": [owner_reference(owner)] });
    for part in ["labels", "annotations"] {
        if let Some(given) = template["metadata"].get(part) {
            metadata[part] = given.clone();
        }
    }
    let qos = quality(&spec);
    json!({ "metadata": metadata, "spec": spec, "status": { "phase": "Pending", "qosClass": qos } })
}

fn quality(spec: &Value) -> &'static str {
    let containers = list(spec, "/containers");
    let resources = |part: &str| -> Vec<&Value> {
        let all = containers.iter().map(|one| &one["resources"][part]);
        all.filter(|part| !part.is_null()).collect()
    };
    let (limits, requests) = (resources("limits"), resources("requests"));
    if limits.is_empty() && requests.is_empty() {
        "BestEffort"
    } else if limits.len() == containers.len() && (requests.is_empty() || limits == requests) {
        "Guaranteed"
    } else {
        "Burstable"
    }
}

/// Sets a condition; its transition time moves only when its status does.
pub fn set_condition(
    object: &mut Value,
    kind: &str,
    holds: &str,
    reason: &str,
    message: &str,
    at: Timestamp,
) {
    if !object["status"]["conditions"].is_array() {
        object["status"]["conditions"] = json!([]);
    }
    let Some(all) = object["status"]["conditions"].as_array_mut() else {
        return;
    };
    let old = all.iter().position(|condition| condition["type"] == kind);
    let since = match old {
        Some(index) if all[index]["status"] == holds => all[index]["lastTransitionTime"].clone(),
        _ => seconds(at).into(),
    };
    let mut new = json!({ "type": kind, "status": holds, "lastTransitionTime": since });
    if !reason.is_empty() {
        new["reason"] = reason.into();
    }
    if !message.is_empty() {
        new["message"] = message.into();
    }
    match old {
        Some(index) => {
            for part in ["lastProbeTime", "lastHeartbeatTime", "lastUpdateTime"] {
                if let Some(kept) = all[index].get(part) {
                    new[part] = kept.clone();
                }
            }
            all[index] = new;
        }
        None => all.push(new),
    }
}

/// The condition of a pod, with the null that kubelets write.
/// Whether a gate keeps the pod from being scheduled.
pub fn is_gated(pod: &Value) -> bool {
    let gates = pod["spec"]["schedulingGates"].as_array();
    gates.is_some_and(|gates| !gates.is_empty())
}

pub fn set_pod_condition(
    pod: &mut Value,
    kind: &str,
    why_not: Option<(&str, &str)>,
    at: Timestamp,
) {
    let (reason, message) = why_not.unwrap_or_default();
    let holds = if why_not.is_none() { "True" } else { "False" };
    set_condition(pod, kind, holds, reason, message, at);
    let all = pod["status"]["conditions"].as_array_mut();
    for one in all.into_iter().flatten().filter(|one| one["type"] == kind) {
        one["lastProbeTime"] = Value::Null;
    }
}

/// What the API server itself says of a pod that comes with gates.
pub fn gate(pod: &mut Value, at: Timestamp) {
    let message = "Scheduling is blocked due to non-empty scheduling gates";
    set_pod_condition(pod, "PodScheduled", Some(("SchedulingGated", message)), at);
}

/// Ready and `ContainersReady`, from the containers' own flags.
pub fn refresh_ready(pod: &mut Value, at: Timestamp) {
    let unready: Vec<String> = list(pod, "/status/containerStatuses")
        .iter()
        .filter(|one| one["ready"] != true)
        .map(|one| text(one, "/name").to_owned())
        .collect();
    let message = format!("containers with unready status: [{}]", unready.join(" "));
    let why_not = (!unready.is_empty()).then_some(("ContainersNotReady", message.as_str()));
    set_pod_condition(pod, "Ready", why_not, at);
    set_pod_condition(pod, "ContainersReady", why_not, at);
}

/// The statuses of containers that have not started yet.
pub fn waiting_statuses(pod: &Value, reason: &str) -> Value {
    let all = list(pod, "/spec/containers").iter().map(|container| {
        json!({
            "name": container["name"], "image": container["image"], "imageID": "", "ready": false,
            "restartCount": 0, "started": false, "lastState": {},
            "state": { "waiting": { "reason": reason } },
        })
    });
    all.collect()
}
