//! The fields that the API server fills in.

use serde_json::{Value, json};

use super::kinds::Res;

/// Kinds whose metadata carries a generation.
pub fn has_generation(res: Res) -> bool {
    matches!(
        res,
        Res::Deployments
            | Res::ReplicaSets
            | Res::StatefulSets
            | Res::DaemonSets
            | Res::Jobs
            | Res::CronJobs
            | Res::Pods
            | Res::HorizontalPodAutoscalers
            | Res::PodDisruptionBudgets
            | Res::Ingresses
            | Res::ReplicationControllers
    )
}

/// What of metadata is not kept where it is empty.
const METADATA: &[&str] = &["annotations", "labels", "finalizers", "ownerReferences"];

/// The server keeps no empty map or list of these.
fn without_empty(fields: &mut Value, parts: &[&str]) {
    let Some(fields) = fields.as_object_mut() else {
        return;
    };
    for part in parts {
        let is_empty = |it: &Value| {
            it.as_object().is_some_and(serde_json::Map::is_empty)
                || it.as_array().is_some_and(Vec::is_empty)
        };
        if fields.get(*part).is_some_and(is_empty) {
            fields.remove(*part);
        }
    }
}

fn default(object: &mut Value, key: &str, value: impl Into<Value>) {
    if object.get(key).is_none_or(Value::is_null) {
        object[key] = value.into();
    }
}

/// Fills in what the author left out.
pub fn complete(res: Res, value: &mut Value) {
    without_empty(&mut value["metadata"], METADATA);
    match res {
        Res::Pods => {
            pod_spec(&mut value["spec"]);
            default(&mut value["spec"], "restartPolicy", "Always");
            default(
                value,
                "status",
                json!({ "phase": "Pending", "qosClass": "BestEffort" }),
            );
        }
        Res::Deployments | Res::ReplicaSets | Res::StatefulSets | Res::DaemonSets => {
            workload(res, value);
        }
        Res::Jobs => {
            let spec = &mut value["spec"];
            default(spec, "parallelism", 1);
            default(spec, "completions", 1);
            default(spec, "backoffLimit", 6);
            default(spec, "suspend", false);
            template(&mut spec["template"], "Never");
        }
        Res::CronJobs => {
            let spec = &mut value["spec"];
            default(spec, "concurrencyPolicy", "Allow");
            default(spec, "suspend", false);
            default(spec, "successfulJobsHistoryLimit", 3);
            default(spec, "failedJobsHistoryLimit", 1);
            template(&mut spec["jobTemplate"]["spec"]["template"], "Never");
        }
        Res::Namespaces => {
            default(value, "spec", json!({ "finalizers": ["kubernetes"] }));
            default(value, "status", json!({ "phase": "Active" }));
            let name = value["metadata"]["name"].clone();
            if !value["metadata"]["labels"].is_object() {
                value["metadata"]["labels"] = json!({});
            }
            value["metadata"]["labels"]["kubernetes.io/metadata.name"] = name;
        }
        Res::Services => {
            let spec = &mut value["spec"];
            default(spec, "type", "ClusterIP");
            default(spec, "sessionAffinity", "None");
            for port in spec["ports"].as_array_mut().into_iter().flatten() {
                default(port, "protocol", "TCP");
                let target = port["port"].clone();
                default(port, "targetPort", target);
            }
            default(value, "status", json!({ "loadBalancer": {} }));
        }
        Res::Ingresses => without_empty(&mut value["spec"], &["rules", "tls"]),
        Res::Nodes => default(value, "spec", json!({})),
        _ => {}
    }
}

fn workload(res: Res, value: &mut Value) {
    let spec = &mut value["spec"];
    if res != Res::DaemonSets {
        default(spec, "replicas", 1);
    }
    if res != Res::ReplicaSets {
        default(spec, "revisionHistoryLimit", 10);
    }
    let rolling = |what: Value| json!({ "type": "RollingUpdate", "rollingUpdate": what });
    match res {
        Res::Deployments => {
            default(spec, "progressDeadlineSeconds", 600);
            let usual = json!({ "maxSurge": "25%", "maxUnavailable": "25%" });
            default(spec, "strategy", rolling(usual.clone()));
            default(&mut spec["strategy"], "type", "RollingUpdate");
            if spec["strategy"]["type"] == "RollingUpdate" {
                default(&mut spec["strategy"], "rollingUpdate", usual);
            }
        }
        Res::StatefulSets => {
            default(spec, "podManagementPolicy", "OrderedReady");
            default(spec, "updateStrategy", rolling(json!({ "partition": 0 })));
        }
        Res::DaemonSets => {
            let usual = json!({ "maxSurge": 0, "maxUnavailable": 1 });
            default(spec, "updateStrategy", rolling(usual));
        }
        _ => {}
    }
    template(&mut spec["template"], "Always");
}

fn template(template: &mut Value, restart: &str) {
    if !template["metadata"].is_object() {
        template["metadata"] = json!({});
    }
    if !template["spec"].is_object() {
        template["spec"] = json!({});
    }
    pod_spec(&mut template["spec"]);
    default(&mut template["spec"], "restartPolicy", restart);
}

fn pod_spec(spec: &mut Value) {
    default(spec, "dnsPolicy", "ClusterFirst");
    default(spec, "schedulerName", "default-scheduler");
    default(spec, "securityContext", json!({}));
    default(spec, "terminationGracePeriodSeconds", 30);
    for list in ["containers", "initContainers"] {
        for container in spec[list].as_array_mut().into_iter().flatten() {
            let image = container["image"].as_str().unwrap_or_default();
            let moving = image.ends_with(":latest") || !image.contains(':');
            default(
                container,
                "imagePullPolicy",
                if moving { "Always" } else { "IfNotPresent" },
            );
            default(container, "resources", json!({}));
            default(container, "terminationMessagePath", "/dev/termination-log");
            default(container, "terminationMessagePolicy", "File");
            for port in container["ports"].as_array_mut().into_iter().flatten() {
                default(port, "protocol", "TCP");
            }
        }
    }
    // Indexing a missing list above has left a null behind.
    if let Some(spec) = spec.as_object_mut() {
        spec.retain(|_, part| !part.is_null());
    }
}
