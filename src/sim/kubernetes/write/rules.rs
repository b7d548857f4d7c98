//! What the API server refuses to store.

use serde_json::Value;

use super::super::kinds::Res;
use super::super::selectors::Labels;
use super::super::status::{ApiError, ApiResult};
use super::super::store::Entry;

/// The object says what its path says.
pub fn check_identity(res: Res, namespace: &str, value: &Value) -> ApiResult<()> {
    let info = res.info();
    let said = |key: &str| value[key].as_str().unwrap_or_default();
    if !value.is_object() {
        return Err(ApiError::bad_request(
            "the body of the request is not an object",
        ));
    }
    let wrong_kind = !said("kind").is_empty() && said("kind") != info.kind;
    let wrong_version = !said("apiVersion").is_empty() && said("apiVersion") != info.api_version();
    if wrong_kind || wrong_version {
        return Err(ApiError::bad_request(format!(
            "{} in version \"{}\" cannot be handled as a {}",
            said("kind"),
            said("apiVersion"),
            info.kind
        )));
    }
    let other = value["metadata"]["namespace"].as_str().unwrap_or_default();
    if info.namespaced && !other.is_empty() && other != namespace {
        return Err(ApiError::bad_request(
            "the namespace of the provided object does not match the namespace sent on the request",
        ));
    }
    Ok(())
}

pub fn check_name(res: Res, name: &str) -> ApiResult<()> {
    if name.is_empty() {
        let problem = "Required value: name or generateName is required";
        return Err(ApiError::invalid(res, "", "metadata.name", problem));
    }
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let plain = name.chars().all(|c| letter(c) || c == '-' || c == '.');
    if !plain || !name.starts_with(letter) || !name.ends_with(letter) || name.len() > 253 {
        let problem = format!(
            "Invalid value: \"{name}\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character"
        );
        return Err(ApiError::invalid(res, name, "metadata.name", &problem));
    }
    Ok(())
}

/// An update meets the object it was made from.
pub fn check_update(old: &Entry, new: &Value) -> ApiResult<()> {
    let metadata = &new["metadata"];
    if let Some(version) = metadata["resourceVersion"].as_str()
        && !version.is_empty()
        && version != old.version.to_string()
    {
        return Err(ApiError::modified(old.res, &old.name));
    }
    if let Some(uid) = metadata["uid"].as_str()
        && !uid.is_empty()
        && uid != old.uid.as_ref()
    {
        let why = format!(
            "Precondition failed: UID in precondition: {uid}, UID in object meta: {}",
            old.uid
        );
        return Err(ApiError::conflict(old.res, &old.name, &why));
    }
    let name = metadata["name"].as_str().unwrap_or_default();
    if !name.is_empty() && name != old.name.as_ref() {
        return Err(ApiError::bad_request(
            "the name of the object does not match the name on the URL",
        ));
    }
    Ok(())
}

/// The few rules of content whose refusals people meet.
pub fn check(res: Res, name: &str, value: &Value) -> ApiResult<()> {
    let spec = &value["spec"];
    let invalid = |field: &str, problem: &str| Err(ApiError::invalid(res, name, field, problem));
    match res {
        Res::Deployments | Res::ReplicaSets | Res::StatefulSets | Res::DaemonSets => {
            if let Some(replicas) = spec["replicas"].as_i64().filter(|count| *count < 0) {
                let problem =
                    format!("Invalid value: {replicas}: must be greater than or equal to 0");
                return invalid("spec.replicas", &problem);
            }
            let labels = &spec["template"]["metadata"]["labels"];
            let selector = Labels::of_object(&spec["selector"]);
            if selector.is_empty() {
                return invalid("spec.selector", "Required value");
            }
            if !selector.matches(|key| labels[key].as_str()) {
                let problem = "Invalid value: `selector` does not match template `labels`";
                return invalid("spec.template.metadata.labels", problem);
            }
            check_containers(res, name, "spec.template.spec", &spec["template"]["spec"])
        }
        Res::Pods => check_containers(res, name, "spec", spec),
        Res::Jobs => check_containers(res, name, "spec.template.spec", &spec["template"]["spec"]),
        Res::Ingresses
            if spec["defaultBackend"].is_null()
                && spec["rules"].as_array().is_none_or(Vec::is_empty) =>
        {
            let problem = "Invalid value: []: either `defaultBackend` or `rules` must be specified";
            invalid("spec", problem)
        }
        Res::CronJobs if spec["schedule"].as_str().unwrap_or_default().is_empty() => {
            invalid("spec.schedule", "Required value")
        }
        _ => Ok(()),
    }
}

fn check_containers(res: Res, name: &str, path: &str, spec: &Value) -> ApiResult<()> {
    let containers = spec["containers"].as_array().filter(|all| !all.is_empty());
    let Some(containers) = containers else {
        let field = format!("{path}.containers");
        return Err(ApiError::invalid(res, name, &field, "Required value"));
    };
    for (index, container) in containers.iter().enumerate() {
        for part in ["name", "image"] {
            if container[part].as_str().unwrap_or_default().is_empty() {
                let field = format!("{path}.containers[{index}].{part}");
                return Err(ApiError::invalid(res, name, &field, "Required value"));
            }
        }
    }
    Ok(())
}

/// What can't change once an object exists.
pub fn check_immutable(res: Res, name: &str, before: &Value, new: &Value) -> ApiResult<()> {
    let fixed: &[&str] = match res {
        Res::Deployments | Res::ReplicaSets | Res::DaemonSets => &["selector"],
        Res::StatefulSets => &["selector", "serviceName", "volumeClaimTemplates"],
        Res::Jobs => &["selector", "template", "completions"],
        _ => &[],
    };
    for part in fixed {
        if before["spec"].get(part) != new["spec"].get(part) {
            let field = format!("spec.{part}");
            return Err(ApiError::invalid(
                res,
                name,
                &field,
                "Invalid value: field is immutable",
            ));
        }
    }
    if res == Res::Pods && frozen_part(&before["spec"]) != frozen_part(&new["spec"]) {
        let problem = "Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";
        return Err(ApiError::invalid(res, name, "spec", problem));
    }
    Ok(())
}

/// A pod's spec without what may change.
fn frozen_part(spec: &Value) -> Value {
    let mut spec = spec.clone();
    for list in ["containers", "initContainers"] {
        for container in spec[list].as_array_mut().into_iter().flatten() {
            container["image"] = Value::Null;
        }
        if spec[list].is_null() {
            spec[list] = Value::Array(Vec::new());
        }
    }
    spec["activeDeadlineSeconds"] = Value::Null;
    spec["tolerations"] = Value::Null;
    spec
}
