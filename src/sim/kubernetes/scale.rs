//! The scale subresource.

use std::sync::Arc;

use http::{Method, Response, StatusCode};
use serde_json::{Value, json};

use super::kinds::Res;
use super::request::Call;
use super::status::{ApiError, ApiResult};
use super::store::Entry;
use super::write::Author;
use super::{Cluster, patch};
use crate::sim::server::{self, Body};

/// GET, PUT and PATCH on `scale`.
pub fn scale(cluster: &Cluster, call: &Call, body: Value) -> ApiResult<Response<Body>> {
    let res = call.place.res;
    let dry = call.dry_run()?;
    let mut state = cluster.state();
    let old = state.store.get(res, call.namespace(), call.name());
    let old = old.ok_or_else(|| ApiError::not_found(res, call.name()))?;
    let wanted = match call.method {
        Method::GET => return Ok(server::json(StatusCode::OK, &scale_of(&old))),
        Method::PUT => body,
        Method::PATCH => {
            let shown = Entry::new(res, scale_of(&old), old.version);
            patch::apply(&call.content_type, res, &shown, &body)?
        }
        _ => return Err(ApiError::method_not_allowed()),
    };
    let replicas = wanted["spec"]["replicas"].as_i64().unwrap_or(0);
    if replicas < 0 {
        let problem = format!("Invalid value: {replicas}: must be greater than or equal to 0");
        return Err(ApiError::invalid(
            res,
            call.name(),
            "spec.replicas",
            &problem,
        ));
    }
    let mut new = Value::clone(&old.value());
    for part in ["resourceVersion", "uid"] {
        if let Some(given) = wanted["metadata"].get(part) {
            new["metadata"][part] = given.clone();
        }
    }
    new["spec"]["replicas"] = replicas.into();
    let author = Author {
        manager: &call.manager,
        now: cluster.now(),
        subresource: Some("scale"),
    };
    let entry = state.replace(&old, new, &author, dry)?;
    Ok(server::json(StatusCode::OK, &scale_of(&entry)))
}

fn scale_of(entry: &Arc<Entry>) -> Value {
    let value = entry.value();
    let metadata = &value["metadata"];
    let labels = value["spec"]["selector"]["matchLabels"].as_object();
    let labels = labels.into_iter().flatten();
    let labels: Vec<String> = labels
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
        .collect();
    debug_assert!(entry.res != Res::Pods, "a pod has no scale");
    let replicas = value["spec"]["replicas"].as_i64().unwrap_or(0);
    // A zero is left out of this kind.
    let spec = if replicas == 0 {
        json!({})
    } else {
        json!({ "replicas": replicas })
    };
    json!({
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {
            "name": metadata["name"], "namespace": metadata["namespace"], "uid": metadata["uid"],
            "resourceVersion": metadata["resourceVersion"], "creationTimestamp": metadata["creationTimestamp"],
        },
        "spec": spec,
        "status": {
            "replicas": value["status"]["replicas"].as_i64().unwrap_or(0), "selector": labels.join(","),
        },
    })
}
