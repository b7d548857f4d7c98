//! The kinds of objects that the embedded API server knows.

/// One resource of the embedded API server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Res {
    Pods,
    Nodes,
    Namespaces,
    Events,
    Services,
    Endpoints,
    ConfigMaps,
    Secrets,
    ServiceAccounts,
    PersistentVolumeClaims,
    ResourceQuotas,
    ReplicationControllers,
    Deployments,
    ReplicaSets,
    StatefulSets,
    DaemonSets,
    ControllerRevisions,
    Jobs,
    CronJobs,
    HorizontalPodAutoscalers,
    PodDisruptionBudgets,
    Ingresses,
    Leases,
    NodeMetrics,
    PodMetrics,
}

/// What discovery tells about a resource.
#[derive(Debug)]
pub struct Info {
    pub res: Res,
    pub group: &'static str,
    pub version: &'static str,
    pub kind: &'static str,
    pub plural: &'static str,
    pub singular: &'static str,
    pub short: &'static [&'static str],
    pub namespaced: bool,
    pub in_all: bool,
    pub subresources: &'static [&'static str],
}

type Names = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);
type Place = (&'static str, &'static str);

const fn info(
    res: Res,
    place: Place,
    names: Names,
    namespaced: bool,
    in_all: bool,
    subresources: &'static [&'static str],
) -> Info {
    Info {
        res,
        group: place.0,
        version: place.1,
        kind: names.0,
        plural: names.1,
        singular: names.2,
        short: names.3,
        namespaced,
        in_all,
        subresources,
    }
}

const CORE: Place = ("", "v1");
const APPS: Place = ("apps", "v1");
const BATCH: Place = ("batch", "v1");
const METRICS: Place = ("metrics.k8s.io", "v1beta1");
const SCALED: &[&str] = &["scale", "status"];
const STATUS: &[&str] = &["status"];

/// All resources, in the order of [`Res`].
pub static KINDS: &[Info] = &[
    info(
        Res::Pods,
        CORE,
        ("Pod", "pods", "pod", &["po"]),
        true,
        true,
        &["eviction", "exec", "log", "status"],
    ),
    info(
        Res::Nodes,
        CORE,
        ("Node", "nodes", "node", &["no"]),
        false,
        false,
        STATUS,
    ),
    info(
        Res::Namespaces,
        CORE,
        ("Namespace", "namespaces", "namespace", &["ns"]),
        false,
        false,
        STATUS,
    ),
    info(
        Res::Events,
        CORE,
        ("Event", "events", "event", &["ev"]),
        true,
        false,
        &[],
    ),
    info(
        Res::Services,
        CORE,
        ("Service", "services", "service", &["svc"]),
        true,
        true,
        STATUS,
    ),
    info(
        Res::Endpoints,
        CORE,
        ("Endpoints", "endpoints", "endpoints", &["ep"]),
        true,
        false,
        &[],
    ),
    info(
        Res::ConfigMaps,
        CORE,
        ("ConfigMap", "configmaps", "configmap", &["cm"]),
        true,
        false,
        &[],
    ),
    info(
        Res::Secrets,
        CORE,
        ("Secret", "secrets", "secret", &[]),
        true,
        false,
        &[],
    ),
    info(
        Res::ServiceAccounts,
        CORE,
        (
            "ServiceAccount",
            "serviceaccounts",
            "serviceaccount",
            &["sa"],
        ),
        true,
        false,
        &[],
    ),
    info(
        Res::PersistentVolumeClaims,
        CORE,
        (
            "PersistentVolumeClaim",
            "persistentvolumeclaims",
            "persistentvolumeclaim",
            &["pvc"],
        ),
        true,
        false,
        STATUS,
    ),
    info(
        Res::ResourceQuotas,
        CORE,
        (
            "ResourceQuota",
            "resourcequotas",
            "resourcequota",
            &["quota"],
        ),
        true,
        false,
        STATUS,
    ),
    info(
        Res::ReplicationControllers,
        CORE,
        (
            "ReplicationController",
            "replicationcontrollers",
            "replicationcontroller",
            &["rc"],
        ),
        true,
        true,
        SCALED,
    ),
    info(
        Res::Deployments,
        APPS,
        ("Deployment", "deployments", "deployment", &["deploy"]),
        true,
        true,
        SCALED,
    ),
    info(
        Res::ReplicaSets,
        APPS,
        ("ReplicaSet", "replicasets", "replicaset", &["rs"]),
        true,
        true,
        SCALED,
    ),
    info(
        Res::StatefulSets,
        APPS,
        ("StatefulSet", "statefulsets", "statefulset", &["sts"]),
        true,
        true,
        SCALED,
    ),
    info(
        Res::DaemonSets,
        APPS,
        ("DaemonSet", "daemonsets", "daemonset", &["ds"]),
        true,
        true,
        STATUS,
    ),
    info(
        Res::ControllerRevisions,
        APPS,
        (
            "ControllerRevision",
            "controllerrevisions",
            "controllerrevision",
            &[],
        ),
        true,
        false,
        &[],
    ),
    info(
        Res::Jobs,
        BATCH,
        ("Job", "jobs", "job", &[]),
        true,
        true,
        STATUS,
    ),
    info(
        Res::CronJobs,
        BATCH,
        ("CronJob", "cronjobs", "cronjob", &["cj"]),
        true,
        true,
        STATUS,
    ),
    info(
        Res::HorizontalPodAutoscalers,
        ("autoscaling", "v2"),
        (
            "HorizontalPodAutoscaler",
            "horizontalpodautoscalers",
            "horizontalpodautoscaler",
            &["hpa"],
        ),
        true,
        true,
        STATUS,
    ),
    info(
        Res::PodDisruptionBudgets,
        ("policy", "v1"),
        (
            "PodDisruptionBudget",
            "poddisruptionbudgets",
            "poddisruptionbudget",
            &["pdb"],
        ),
        true,
        false,
        STATUS,
    ),
    info(
        Res::Ingresses,
        ("networking.k8s.io", "v1"),
        ("Ingress", "ingresses", "ingress", &["ing"]),
        true,
        false,
        STATUS,
    ),
    info(
        Res::Leases,
        ("coordination.k8s.io", "v1"),
        ("Lease", "leases", "lease", &[]),
        true,
        false,
        &[],
    ),
    info(
        Res::NodeMetrics,
        METRICS,
        ("NodeMetrics", "nodes", "", &[]),
        false,
        false,
        &[],
    ),
    info(
        Res::PodMetrics,
        METRICS,
        ("PodMetrics", "pods", "", &[]),
        true,
        false,
        &[],
    ),
];

impl Res {
    pub fn info(self) -> &'static Info {
        &KINDS[self as usize]
    }

    /// The resource at a place of the API.
    pub fn at(group: &str, version: &str, plural: &str) -> Option<Self> {
        let found = KINDS
            .iter()
            .find(|k| k.plural == plural && k.group == group && k.version == version);
        found.map(|k| k.res)
    }

    /// The resource whose objects carry this apiVersion and kind.
    pub fn of_kind(api_version: &str, kind: &str) -> Option<Self> {
        let found = KINDS
            .iter()
            .find(|k| k.kind == kind && k.api_version() == api_version);
        found.map(|k| k.res)
    }

    /// Computed when asked for, not stored.
    pub fn is_metrics(self) -> bool {
        matches!(self, Self::NodeMetrics | Self::PodMetrics)
    }

    pub fn has_status(self) -> bool {
        self.info().subresources.contains(&"status")
    }

    /// The fields that a fieldSelector may name, beside metadata.name and metadata.namespace.
    pub fn selectable_fields(self) -> &'static [&'static str] {
        match self {
            Self::Pods => &[
                "spec.nodeName",
                "spec.restartPolicy",
                "spec.schedulerName",
                "spec.serviceAccountName",
                "status.phase",
                "status.podIP",
            ],
            Self::Events => &[
                "involvedObject.kind",
                "involvedObject.namespace",
                "involvedObject.name",
                "involvedObject.uid",
                "involvedObject.apiVersion",
                "involvedObject.resourceVersion",
                "involvedObject.fieldPath",
                "reason",
                "reportingComponent",
                "source",
                "type",
            ],
            Self::Nodes => &["spec.unschedulable"],
            Self::Namespaces => &["status.phase"],
            Self::Jobs => &["status.successful"],
            Self::ReplicaSets => &["status.replicas"],
            _ => &[],
        }
    }
}

impl Info {
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_owned()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// `pods`, `deployments.apps`: as error messages name the resource.
    pub fn qualified(&self) -> String {
        if self.group.is_empty() {
            self.plural.to_owned()
        } else {
            format!("{}.{}", self.plural, self.group)
        }
    }

    pub fn verbs(&self) -> &'static [&'static str] {
        if self.res.is_metrics() {
            &["get", "list"]
        } else {
            &[
                "create",
                "delete",
                "deletecollection",
                "get",
                "list",
                "patch",
                "update",
                "watch",
            ]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for (index, info) in KINDS.iter().enumerate() {
            assert_eq!(info.res as usize, index, "{}", info.kind);
            assert_eq!(
                Res::at(info.group, info.version, info.plural),
                Some(info.res)
            );
        }
    }
}
