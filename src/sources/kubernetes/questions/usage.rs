//! What containers and nodes use, with what they asked for: the metrics API beside the pods themselves.

use std::collections::HashMap;

use futures::{StreamExt, future::join, stream};
use serde::Deserialize;

use crate::{
    domain::{
        clean::clean,
        freshness::Trouble,
        id::Uid,
        pod::{Name, PodUsage},
        pod_detail::PodKey,
        question::Answer,
        usage::{ContainerUse, LeftOut, PodUse, UsageQuestion, UsageSight},
    },
    sources::kubernetes::{
        connect::Connection,
        lite::{Meta, nullable},
        nodes::Amounts,
        trouble,
        usage::{self, AT_ONCE, PodMetrics, Used},
        watch::Watcher,
    },
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PodLite {
    #[serde(deserialize_with = "nullable")]
    metadata: Meta,
    #[serde(deserialize_with = "nullable")]
    spec: Spec,
    #[serde(deserialize_with = "nullable")]
    status: Status,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Spec {
    #[serde(deserialize_with = "nullable")]
    init_containers: Vec<Container>,
    #[serde(deserialize_with = "nullable")]
    containers: Vec<Container>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Container {
    #[serde(deserialize_with = "nullable")]
    name: String,
    restart_policy: Option<String>,
    #[serde(deserialize_with = "nullable")]
    resources: Resources,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Resources {
    #[serde(deserialize_with = "nullable")]
    requests: Amounts,
    #[serde(deserialize_with = "nullable")]
    limits: Amounts,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    #[serde(deserialize_with = "nullable")]
    init_container_statuses: Vec<ContainerStatus>,
    #[serde(deserialize_with = "nullable")]
    container_statuses: Vec<ContainerStatus>,
}

/// What is in force: a pod can be resized while it runs.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ContainerStatus {
    #[serde(deserialize_with = "nullable")]
    name: String,
    resources: Option<Resources>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct NodeMetricsList {
    #[serde(deserialize_with = "nullable")]
    items: Vec<NodeMetrics>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct NodeMetrics {
    metadata: Meta,
    #[serde(deserialize_with = "nullable")]
    usage: Used,
}

/// What the nodes use.
pub(super) async fn nodes(watcher: &Watcher) -> Result<Answer, Trouble> {
    let path = "/apis/metrics.k8s.io/v1beta1/nodes";
    let list: NodeMetricsList = usage::get(&watcher.connection, path)
        .await
        .map_err(|error| trouble::of(&error))?;
    let nodes = list.items.iter();
    let used = nodes.map(|it| (Name::from(&*clean(&it.metadata.name)), it.usage.amount()));
    Ok(Answer::NodesUse(used.collect()))
}

/// What the containers of these pods use. Without metrics their requests and limits are told alone; a pod that can't be
/// read is left out as long as another one can, and one that is known is read again only where it was not measured.
pub(super) async fn pods(watcher: &Watcher, question: &UsageQuestion) -> Result<Answer, Trouble> {
    let connection = &watcher.connection;
    let known: HashMap<&Uid, &PodUse> = question.known.iter().map(|it| (&it.uid, it)).collect();
    let reads = question.pods.iter().map(|key| {
        let known = known.get(&key.uid).copied();
        read(connection, key, known)
    });
    let reads: Vec<_> = reads.collect();
    let mut reads = stream::iter(reads).buffered(AT_ONCE);
    let mut sight = UsageSight {
        pods: Vec::new(),
        trouble: None,
        left_out: None,
    };
    let mut answers = 0_usize;
    while let Some((pod, metrics)) = reads.next().await {
        let metrics = metrics.unwrap_or_else(|error| {
            sight.trouble.get_or_insert(trouble::of(&error));
            None
        });
        match pod {
            Ok(pod) => {
                answers += 1;
                sight.pods.extend(pod.map(|pod| measured(pod, metrics)));
            }
            Err(error) => {
                let left_out = sight.left_out.get_or_insert_with(|| LeftOut {
                    pods: 0,
                    why: trouble::of(&error),
                });
                left_out.pods += 1;
            }
        }
    }
    match sight.left_out {
        Some(left_out) if answers == 0 => Err(left_out.why),
        _ => Ok(Answer::Usage(sight)),
    }
}

/// A pod without what it uses, and that.
type Read = (
    kube::Result<Option<PodUse>>,
    kube::Result<Option<PodMetrics>>,
);

/// A pod and what it uses; `None` where it is gone, or another one has its name.
async fn read(connection: &Connection, key: &PodKey, known: Option<&PodUse>) -> Read {
    if let Some(known) = known {
        let metrics = usage::metrics_of(connection, key).await;
        if !matches!(metrics, Ok(None)) {
            return (Ok(Some(known.clone())), metrics);
        }
        return (pod(connection, key).await, metrics);
    }
    join(pod(connection, key), usage::metrics_of(connection, key)).await
}

async fn pod(connection: &Connection, key: &PodKey) -> kube::Result<Option<PodUse>> {
    let path = format!("/api/v1/namespaces/{}/pods/{}", key.namespace, key.name);
    match usage::get::<PodLite>(connection, &path).await {
        Ok(pod) if pod.metadata.uid == key.uid.as_str() => Ok(Some(declared(key, &pod))),
        Ok(_) => Ok(None),
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(None),
        Err(error) => Err(error),
    }
}

/// The pod with what was measured of it.
fn measured(mut pod: PodUse, metrics: Option<PodMetrics>) -> PodUse {
    pod.at = metrics.as_ref().and_then(|it| it.timestamp);
    let measured = metrics.map(|it| it.containers).unwrap_or_default();
    let used: HashMap<&str, PodUsage> = measured
        .iter()
        .map(|it| (it.name.as_str(), it.usage.amount()))
        .collect();
    for container in &mut pod.containers {
        container.used = used.get(&*container.name).copied();
    }
    pod
}

/// The pod with what its containers asked for and may have.
fn declared(key: &PodKey, pod: &PodLite) -> PodUse {
    let statuses = &pod.status;
    let in_force = |name: &str| {
        let mut all = statuses
            .container_statuses
            .iter()
            .chain(&statuses.init_container_statuses);
        all.find(|it| it.name == name)
            .and_then(|it| it.resources.as_ref())
    };
    // Of the init containers only those that go on running use anything for long.
    let sidecars = pod.spec.init_containers.iter();
    let sidecars = sidecars.filter(|it| it.restart_policy.as_deref() == Some("Always"));
    let containers = sidecars.chain(&pod.spec.containers).map(|container| {
        let resources = in_force(&container.name).unwrap_or(&container.resources);
        ContainerUse {
            name: Name::from(&*clean(&container.name)),
            used: None,
            requests: resources.requests.room(),
            limits: resources.limits.room(),
        }
    });
    PodUse {
        uid: key.uid.clone(),
        at: None,
        containers: containers.collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::usage::Room;

    #[test]
    fn what_is_in_force_counts_and_what_was_not_measured_is_not_zero() {
        let pod: PodLite = serde_json::from_value(json!({
            "metadata": {"uid": "u"},
            "spec": {
                "initContainers": [
                    {"name": "setup"}, {"name": "proxy", "restartPolicy": "Always"},
                ],
                "containers": [{"name": "main", "resources": {
                    "requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "128Mi"},
                }}],
            },
            "status": {"containerStatuses": [{"name": "main", "resources": {
                "requests": {"cpu": "200m", "memory": "64Mi"}, "limits": {"memory": "256Mi"},
            }}]},
        }))
        .unwrap();
        let metrics: PodMetrics = serde_json::from_value(json!({
            "metadata": {"name": "a", "namespace": "b"}, "timestamp": "2026-11-21T10:00:00Z",
            "containers": [{"name": "main", "usage": {"cpu": "150m", "memory": "100Mi"}}],
        }))
        .unwrap();
        let key = PodKey {
            namespace: "b".into(),
            name: "a".into(),
            uid: "u".into(),
        };
        let told = measured(declared(&key, &pod), Some(metrics));
        assert!(told.at.is_some());
        let [proxy, main] = &told.containers[..] else {
            panic!("{told:?}");
        };
        assert_eq!((&*proxy.name, proxy.used), ("proxy", None));
        let used = PodUsage {
            cpu_millicores: 150,
            memory_bytes: 100 << 20,
        };
        assert_eq!(main.used, Some(used));
        assert_eq!(main.requests.cpu_millicores, Some(200));
        let limits = Room {
            cpu_millicores: None,
            memory_bytes: Some(256 << 20),
        };
        assert_eq!(main.limits, limits);
    }
}
