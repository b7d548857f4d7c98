//! The patch types: JSON patch, merge patch, strategic merge, and apply as far as JSON goes.

use serde_json::{Map, Value};

use super::kinds::Res;
use super::status::{ApiError, ApiResult};
use super::store::Entry;

pub fn is_apply(content_type: &str) -> bool {
    content_type.starts_with("application/apply-patch")
}

/// The object after the patch.
pub fn apply(content_type: &str, res: Res, old: &Entry, patch: &Value) -> ApiResult<Value> {
    let mut value = Value::clone(&old.value());
    match content_type.split(';').next().unwrap_or_default().trim() {
        "application/json-patch+json" => {
            let patch: json_patch::Patch = serde_json::from_value(patch.clone())
                .map_err(|error| ApiError::bad_request(error.to_string()))?;
            for operation in patch.0 {
                operate(&mut value, operation)?;
            }
        }
        "application/merge-patch+json" => json_patch::merge(&mut value, patch),
        "application/strategic-merge-patch+json"
        | "application/apply-patch+yaml"
        | "application/apply-patch+json" => strategic(&mut value, patch, res),
        other => {
            return Err(ApiError::unsupported_media(&format!(
                "the body of the request was in an unknown format ({other}) - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml"
            )));
        }
    }
    Ok(value)
}

/// One operation. The API server takes a test of null as one of nothing being there, where there is something around it.
fn operate(value: &mut Value, operation: json_patch::PatchOperation) -> ApiResult<()> {
    if let json_patch::PatchOperation::Test(test) = &operation
        && test.value.is_null()
        && value.pointer(test.path.as_str()).is_none()
    {
        let (around, _) = test.path.as_str().rsplit_once('/').unwrap_or_default();
        let around = value.pointer(around);
        return around
            .filter(|it| it.is_object())
            .map(|_| ())
            .ok_or_else(ApiError::rejected_patch);
    }
    let patch = json_patch::Patch(vec![operation]);
    json_patch::patch(value, &patch).map_err(|_| ApiError::rejected_patch())
}

/// By which key the items of a list are merged; `None`: the list is replaced as a whole.
fn merge_key(list: &str, res: Res) -> Option<&'static str> {
    match list {
        "containers"
        | "initContainers"
        | "ephemeralContainers"
        | "env"
        | "volumes"
        | "imagePullSecrets"
        | "secrets" => Some("name"),
        "ports" if res == Res::Services => Some("port"),
        "ports" => Some("containerPort"),
        "volumeMounts" => Some("mountPath"),
        "volumeDevices" => Some("devicePath"),
        "conditions" | "addresses" => Some("type"),
        "ownerReferences" => Some("uid"),
        "hostAliases" => Some("ip"),
        "topologySpreadConstraints" => Some("topologyKey"),
        _ => None,
    }
}

/// Strategic merge patch: maps merge, lists merge by their key where they have one.
pub fn strategic(target: &mut Value, patch: &Value, res: Res) {
    let Some(patch) = patch.as_object() else {
        *target = patch.clone();
        return;
    };
    if patch.get("$patch").and_then(Value::as_str) == Some("replace") {
        let rest = patch.iter().filter(|(key, _)| *key != "$patch");
        *target = Value::Object(rest.map(|(k, v)| (k.clone(), v.clone())).collect());
        return;
    }
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Some(target) = target.as_object_mut() else {
        return;
    };
    if let Some(kept) = patch.get("$retainKeys").and_then(Value::as_array) {
        target.retain(|key, _| kept.iter().any(|kept| kept == key));
    }
    for (key, change) in patch {
        if let Some(list) = key.strip_prefix("$deleteFromPrimitiveList/") {
            let gone = change.as_array().cloned().unwrap_or_default();
            if let Some(items) = target.get_mut(list).and_then(Value::as_array_mut) {
                items.retain(|item| !gone.contains(item));
            }
        } else if key.starts_with('$') {
            // Orders and directives for lists are read with their lists.
        } else if change.is_null() {
            target.remove(key);
        } else {
            let order = patch.get(&format!("$setElementOrder/{key}"));
            let slot = target.entry(key.clone()).or_insert(Value::Null);
            merge_field(slot, key, change, order, res);
        }
    }
}

fn merge_field(slot: &mut Value, key: &str, change: &Value, order: Option<&Value>, res: Res) {
    match change {
        Value::Object(map) if map.get("$patch").and_then(Value::as_str) == Some("delete") => {
            *slot = Value::Null;
        }
        Value::Object(_) => strategic(slot, change, res),
        Value::Array(items) => match merge_key(key, res) {
            Some(by) => merge_list(slot, items, by, order, res),
            None if key == "finalizers" => {
                let list = slot.as_array().cloned().unwrap_or_default();
                let new = items.iter().filter(|item| !list.contains(item));
                *slot = list.iter().chain(new).cloned().collect();
            }
            None => *slot = change.clone(),
        },
        other => *slot = other.clone(),
    }
}

fn merge_list(slot: &mut Value, items: &[Value], by: &str, order: Option<&Value>, res: Res) {
    let mut list = slot.as_array().cloned().unwrap_or_default();
    if items.iter().any(|item| item["$patch"] == "replace") {
        list.clear();
    }
    for item in items {
        let here = list.iter().position(|known| known[by] == item[by]);
        match (item["$patch"].as_str(), here) {
            (Some("delete"), Some(index)) => {
                list.remove(index);
            }
            (Some("delete"), None) => {}
            (Some("replace"), _) if item.as_object().is_some_and(|item| item.len() == 1) => {}
            (_, Some(index)) => strategic(&mut list[index], item, res),
            (_, None) => {
                let mut new = Value::Null;
                strategic(&mut new, item, res);
                list.push(new);
            }
        }
    }
    if let Some(order) = order.and_then(Value::as_array) {
        let place = |item: &Value| order.iter().position(|known| known[by] == item[by]);
        list.sort_by_key(|item| place(item).unwrap_or(usize::MAX));
    }
    *slot = list.into();
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_merge_by_name() {
        let mut pod = json!({ "spec": { "containers": [
            { "name": "a", "image": "a:1", "env": [{ "name": "X", "value": "1" }], "args": ["x", "y"] },
            { "name": "b", "image": "b:1" },
        ] } });
        let patch = json!({ "spec": { "containers": [
            { "name": "a", "image": "a:2", "env": [{ "name": "Y", "value": "2" }], "args": ["z"] },
            { "name": "b", "$patch": "delete" },
            { "name": "c", "image": "c:1" },
        ], "$setElementOrder/containers": [{ "name": "c" }, { "name": "a" }] } });
        strategic(&mut pod, &patch, Res::Pods);
        assert_eq!(
            pod["spec"]["containers"],
            json!([
                { "name": "c", "image": "c:1" },
                { "name": "a", "image": "a:2", "args": ["z"],
                  "env": [{ "name": "X", "value": "1" }, { "name": "Y", "value": "2" }] },
            ])
        );
    }

    #[test]
    fn maps_merge_and_nulls_remove() {
        let mut value = json!({ "metadata": { "labels": { "a": "1", "b": "2" } }, "spec": { "strategy": {
            "type": "RollingUpdate", "rollingUpdate": { "maxSurge": 1 } } } });
        let patch = json!({ "metadata": { "labels": { "a": null, "c": "3" } }, "spec": { "strategy": {
            "$retainKeys": ["type"], "type": "Recreate" } } });
        strategic(&mut value, &patch, Res::Deployments);
        assert_eq!(value["metadata"]["labels"], json!({ "b": "2", "c": "3" }));
        assert_eq!(value["spec"]["strategy"], json!({ "type": "Recreate" }));
    }
}
