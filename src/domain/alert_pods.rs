//! Which pods an alert speaks of, by the labels exporters usually put on it.

use std::collections::BTreeMap;

use super::pod::PodRow;

/// Labels of one meaning, the surest first: an `exported_` one was set by the object itself, the plain one beside it
/// only names the exporter.
const NAMESPACE: [&str; 3] = ["exported_namespace", "kubernetes_namespace", "namespace"];
const POD: [&str; 5] = [
    "exported_pod",
    "kubernetes_pod_name",
    "pod_name",
    "pod",
    "podname",
];
const NODE: [&str; 4] = ["exported_node", "node", "nodename", "kubernetes_node"];
/// Labels that name a workload, each with its kind.
const WORKLOADS: [(&str, &str); 5] = [
    ("deployment", "Deployment"),
    ("statefulset", "StatefulSet"),
    ("daemonset", "DaemonSet"),
    ("job_name", "Job"),
    ("cronjob", "CronJob"),
];
/// Labels that pods wear under the same name, or under the one beside it.
const WORN: [(&str, &[&str]); 3] = [
    ("app_kubernetes_io_name", &["app.kubernetes.io/name"]),
    ("app", &["app", "app.kubernetes.io/name", "k8s-app"]),
    ("service", &["app", "app.kubernetes.io/name", "k8s-app"]),
];

type Labels = BTreeMap<String, String>;

/// Whether the alert's labels single this pod out. A namespace alone singles out nobody.
pub fn concerns(labels: &Labels, pod: &PodRow) -> bool {
    if let Some(namespace) = first(labels, &NAMESPACE)
        && namespace != &*pod.namespace
    {
        return false;
    }
    if let Some(name) = first(labels, &POD) {
        return name == &*pod.name;
    }
    if let Some(named) = by_workload(labels, pod) {
        return named;
    }
    if let Some((label, worn)) = WORN.iter().find(|(label, _)| labels.contains_key(*label)) {
        return labels
            .get(*label)
            .is_some_and(|value| wears(pod, worn, value));
    }
    first(labels, &NODE).is_some_and(|node| pod.node.as_deref() == Some(node))
}

fn first<'a>(labels: &'a Labels, names: &[&str]) -> Option<&'a str> {
    names
        .iter()
        .find_map(|name| labels.get(*name))
        .map(String::as_str)
        .filter(|value| !value.is_empty())
}

/// `None`: the alert names no workload.
fn by_workload(labels: &Labels, pod: &PodRow) -> Option<bool> {
    let owned_by = |kind: Option<&str>, name: &str| {
        pod.workload.as_ref().is_some_and(|owner| {
            &*owner.name == name && kind.is_none_or(|kind| owner.kind.eq_ignore_ascii_case(kind))
        })
    };
    if let Some((label, kind)) = WORKLOADS
        .iter()
        .find(|(label, _)| labels.contains_key(*label))
    {
        return Some(owned_by(Some(kind), labels.get(*label)?));
    }
    let name = labels.get("workload")?;
    Some(owned_by(
        labels.get("workload_type").map(String::as_str),
        name,
    ))
}

fn wears(pod: &PodRow, names: &[&str], value: &str) -> bool {
    names
        .iter()
        .any(|name| pod.labels.get(*name).is_some_and(|worn| worn == value))
        || pod
            .workload
            .as_ref()
            .is_some_and(|owner| &*owner.name == value)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::pod::{Health, WorkloadKey};

    fn pod() -> PodRow {
        PodRow {
            generation: 1,
            uid: "u1".into(),
            namespace: "prod".into(),
            name: "export-worker-7d9-abc".into(),
            status: "Running".into(),
            health: Health::Well,
            ready: 1,
            containers: 1,
            is_ready: None,
            restarts: 0,
            last_restart: None,
            last_death: None,
            created: None,
            node: Some("node-2".into()),
            workload: Some(WorkloadKey {
                namespace: "prod".into(),
                kind: "Deployment".into(),
                name: "export-worker".into(),
            }),
            labels: Arc::new(BTreeMap::from([("app".to_owned(), "exporter".to_owned())])),
        }
    }

    #[test]
    fn the_surest_label_decides() {
        for (labels, expected) in [
            (
                &[("namespace", "prod"), ("pod", "export-worker-7d9-abc")][..],
                true,
            ),
            (
                &[("namespace", "staging"), ("pod", "export-worker-7d9-abc")],
                false,
            ),
            (
                &[
                    ("pod", "kube-state-metrics-0"),
                    ("exported_pod", "export-worker-7d9-abc"),
                ],
                true,
            ),
            (
                &[("namespace", "prod"), ("deployment", "export-worker")],
                true,
            ),
            (
                &[("namespace", "prod"), ("statefulset", "export-worker")],
                false,
            ),
            (
                &[
                    ("workload", "export-worker"),
                    ("workload_type", "deployment"),
                ],
                true,
            ),
            (&[("app", "exporter")], true),
            (&[("service", "export-worker")], true),
            (&[("app", "lookup"), ("node", "node-2")], false),
            (&[("node", "node-2")], true),
            (&[("namespace", "prod")], false),
            (&[], false),
        ] {
            let labels = labels
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect();
            assert_eq!(concerns(&labels, &pod()), expected, "{labels:?}");
        }
    }
}
