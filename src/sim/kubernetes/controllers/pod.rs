//! Reading pods.

use serde_json::Value;

/// The pod's Ready condition.
pub fn is_ready(pod: &Value) -> bool {
    let conditions = pod["status"]["conditions"].as_array();
    let ready = conditions
        .into_iter()
        .flatten()
        .find(|c| c["type"] == "Ready");
    ready.is_some_and(|condition| condition["status"] == "True")
}
