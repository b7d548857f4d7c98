//! Which field of a message is which field of the JSON, for the fields that rows are made of. Numbers are those of the
//! `generated.proto` files of Kubernetes; a number there never changes its meaning.

/// How a field is written as JSON.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    Text,
    Number,
    Flag,
    /// Whole seconds, as the API writes a `Time`.
    Time,
    /// Microseconds, as the API writes a `MicroTime`.
    MicroTime,
    Message(Table),
    Messages(Table),
    /// Texts by key.
    Map,
    /// Of the texts by key only these.
    Chosen(&'static [&'static str]),
    /// Of the quantities by key only these, as they were written.
    Amounts(&'static [&'static str]),
}

/// Number, JSON name and shape of a field.
pub(super) type Field = (u64, &'static str, Shape);
/// The fields of a message that are read.
pub(super) type Table = &'static [Field];

/// A kind of object that is read from protobuf.
#[derive(Debug)]
#[expect(clippy::struct_field_names, reason = "`kind` is what the API calls it")]
pub(super) struct Kind {
    /// What its paths begin with.
    root: &'static str,
    plural: &'static str,
    pub api_version: &'static str,
    pub kind: &'static str,
    pub list: &'static str,
    pub fields: Table,
}

/// What a list says of itself.
pub(super) const LIST_META: Table = &[
    (2, "resourceVersion", Shape::Text),
    (3, "continue", Shape::Text),
    (4, "remainingItemCount", Shape::Number),
];

/// A refusal.
pub(super) const STATUS: Table = &[
    (1, "metadata", Shape::Message(LIST_META)),
    (2, "status", Shape::Text),
    (3, "message", Shape::Text),
    (4, "reason", Shape::Text),
    (5, "details", Shape::Message(STATUS_DETAILS)),
    (6, "code", Shape::Number),
];

const STATUS_DETAILS: Table = &[
    (1, "name", Shape::Text),
    (2, "group", Shape::Text),
    (3, "kind", Shape::Text),
    (4, "causes", Shape::Messages(STATUS_CAUSE)),
    (5, "retryAfterSeconds", Shape::Number),
    (6, "uid", Shape::Text),
];

const STATUS_CAUSE: Table = &[
    (1, "reason", Shape::Text),
    (2, "message", Shape::Text),
    (3, "field", Shape::Text),
];

/// What a bookmark has.
pub(super) const BOOKMARK: Table = &[(
    1,
    "metadata",
    Shape::Message(&[
        (6, "resourceVersion", Shape::Text),
        (12, "annotations", Shape::Map),
    ]),
)];

const META: Field = (1, "metadata", Shape::Message(OBJECT_META));

const OBJECT_META: Table = &[
    (1, "name", Shape::Text),
    (3, "namespace", Shape::Text),
    (5, "uid", Shape::Text),
    (6, "resourceVersion", Shape::Text),
    (7, "generation", Shape::Number),
    (8, "creationTimestamp", Shape::Time),
    (9, "deletionTimestamp", Shape::Time),
    (11, "labels", Shape::Map),
    (
        12,
        "annotations",
        Shape::Chosen(&["deployment.kubernetes.io/revision"]),
    ),
    (
        13,
        "ownerReferences",
        Shape::Messages(&[
            (1, "kind", Shape::Text),
            (3, "name", Shape::Text),
            (6, "controller", Shape::Flag),
        ]),
    ),
];

/// Of pods and of nodes.
const CONDITION: Table = &[
    (1, "type", Shape::Text),
    (2, "status", Shape::Text),
    (4, "lastTransitionTime", Shape::Time),
    (5, "reason", Shape::Text),
];

const POD: Table = &[
    META,
    (
        2,
        "spec",
        Shape::Message(&[
            // Only how many there are.
            (2, "containers", Shape::Messages(&[])),
            (10, "nodeName", Shape::Text),
            (
                20,
                "initContainers",
                Shape::Messages(&[(1, "name", Shape::Text), (24, "restartPolicy", Shape::Text)]),
            ),
        ]),
    ),
    (
        3,
        "status",
        Shape::Message(&[
            (1, "phase", Shape::Text),
            (2, "conditions", Shape::Messages(CONDITION)),
            (4, "reason", Shape::Text),
            (8, "containerStatuses", Shape::Messages(CONTAINER_STATUS)),
            (
                10,
                "initContainerStatuses",
                Shape::Messages(CONTAINER_STATUS),
            ),
        ]),
    ),
];

const CONTAINER_STATUS: Table = &[
    (1, "name", Shape::Text),
    (2, "state", Shape::Message(CONTAINER_STATE)),
    (3, "lastState", Shape::Message(CONTAINER_STATE)),
    (4, "ready", Shape::Flag),
    (5, "restartCount", Shape::Number),
    (9, "started", Shape::Flag),
];

const CONTAINER_STATE: Table = &[
    (1, "waiting", Shape::Message(&[(1, "reason", Shape::Text)])),
    (2, "running", Shape::Message(&[])),
    (
        3,
        "terminated",
        Shape::Message(&[
            (1, "exitCode", Shape::Number),
            (2, "signal", Shape::Number),
            (3, "reason", Shape::Text),
            (6, "finishedAt", Shape::Time),
        ]),
    ),
];

const NODE: Table = &[
    META,
    (
        2,
        "spec",
        Shape::Message(&[
            (4, "unschedulable", Shape::Flag),
            (
                5,
                "taints",
                Shape::Messages(&[
                    (1, "key", Shape::Text),
                    (2, "value", Shape::Text),
                    (3, "effect", Shape::Text),
                ]),
            ),
        ]),
    ),
    (
        3,
        "status",
        Shape::Message(&[
            (2, "allocatable", Shape::Amounts(&["cpu", "memory", "pods"])),
            (4, "conditions", Shape::Messages(CONDITION)),
            (
                7,
                "nodeInfo",
                Shape::Message(&[(7, "kubeletVersion", Shape::Text)]),
            ),
        ]),
    ),
];

const EVENT: Table = &[
    META,
    (
        2,
        "involvedObject",
        Shape::Message(&[
            (1, "kind", Shape::Text),
            (3, "name", Shape::Text),
            (4, "uid", Shape::Text),
        ]),
    ),
    (3, "reason", Shape::Text),
    (4, "message", Shape::Text),
    (
        5,
        "source",
        Shape::Message(&[(1, "component", Shape::Text)]),
    ),
    (6, "firstTimestamp", Shape::Time),
    (7, "lastTimestamp", Shape::Time),
    (8, "count", Shape::Number),
    (9, "type", Shape::Text),
    (10, "eventTime", Shape::MicroTime),
    (
        11,
        "series",
        Shape::Message(&[
            (1, "count", Shape::Number),
            (2, "lastObservedTime", Shape::MicroTime),
        ]),
    ),
    (14, "reportingComponent", Shape::Text),
];

/// A pod template: its images.
const TEMPLATE: Shape = Shape::Message(&[(
    2,
    "spec",
    Shape::Message(&[(
        2,
        "containers",
        Shape::Messages(&[(2, "image", Shape::Text)]),
    )]),
)]);

const DEPLOYMENT: Table = &[
    META,
    (
        2,
        "spec",
        Shape::Message(&[(1, "replicas", Shape::Number), (3, "template", TEMPLATE)]),
    ),
    (
        3,
        "status",
        Shape::Message(&[
            (1, "observedGeneration", Shape::Number),
            (3, "updatedReplicas", Shape::Number),
            (7, "readyReplicas", Shape::Number),
        ]),
    ),
];

const STATEFUL_SET: Table = &[
    META,
    (
        2,
        "spec",
        Shape::Message(&[(1, "replicas", Shape::Number), (3, "template", TEMPLATE)]),
    ),
    (
        3,
        "status",
        Shape::Message(&[
            (1, "observedGeneration", Shape::Number),
            (3, "readyReplicas", Shape::Number),
            (5, "updatedReplicas", Shape::Number),
        ]),
    ),
];

const DAEMON_SET: Table = &[
    META,
    (2, "spec", Shape::Message(&[(2, "template", TEMPLATE)])),
    (
        3,
        "status",
        Shape::Message(&[
            (3, "desiredNumberScheduled", Shape::Number),
            (4, "numberReady", Shape::Number),
            (5, "observedGeneration", Shape::Number),
            (6, "updatedNumberScheduled", Shape::Number),
        ]),
    ),
];

const REPLICA_SET: Table = &[
    META,
    (2, "spec", Shape::Message(&[(3, "template", TEMPLATE)])),
];

const CORE: (&str, &str) = ("/api/v1/", "v1");
const APPS: (&str, &str) = ("/apis/apps/v1/", "apps/v1");

macro_rules! kind {
    ($group:expr, $plural:literal, $kind:literal, $fields:expr) => {
        Kind {
            root: $group.0,
            plural: $plural,
            api_version: $group.1,
            kind: $kind,
            list: concat!($kind, "List"),
            fields: $fields,
        }
    };
}

pub(super) static KINDS: &[Kind] = &[
    kind!(CORE, "pods", "Pod", POD),
    kind!(CORE, "events", "Event", EVENT),
    kind!(CORE, "nodes", "Node", NODE),
    kind!(APPS, "deployments", "Deployment", DEPLOYMENT),
    kind!(APPS, "statefulsets", "StatefulSet", STATEFUL_SET),
    kind!(APPS, "daemonsets", "DaemonSet", DAEMON_SET),
    kind!(APPS, "replicasets", "ReplicaSet", REPLICA_SET),
];

/// The kind whose collection, of one namespace or of all, `path` is.
pub(super) fn kind_of(path: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| {
        let Some(rest) = path.strip_prefix(kind.root) else {
            return false;
        };
        let plural = match rest.strip_prefix("namespaces/") {
            Some(rest) => rest.split_once('/').map(|(_, plural)| plural),
            None => Some(rest),
        };
        plural == Some(kind.plural)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_collections_are_known() {
        let kind = |path| kind_of(path).map(|it| it.kind);
        assert_eq!(kind("/api/v1/pods"), Some("Pod"));
        assert_eq!(kind("/api/v1/namespaces/prod/pods"), Some("Pod"));
        assert_eq!(
            kind("/apis/apps/v1/namespaces/prod/deployments"),
            Some("Deployment")
        );
        for path in [
            "/api/v1/namespaces/prod/pods/lookup-1",
            "/api/v1/namespaces/pods",
            "/api/v1/pods/log",
            "/apis/metrics.k8s.io/v1beta1/pods",
            "/apis/events.k8s.io/v1/events",
            "/api/v1/configmaps",
            "/version",
        ] {
            assert_eq!(kind(path), None, "{path}");
        }
    }

    #[test]
    fn no_table_names_a_field_twice() {
        fn check(table: Table) {
            for (place, (number, name, shape)) in table.iter().enumerate() {
                let before = &table[..place];
                assert!(before.iter().all(|it| it.0 != *number && it.1 != *name));
                if let Shape::Message(table) | Shape::Messages(table) = shape {
                    check(table);
                }
            }
        }
        check(STATUS);
        for kind in KINDS {
            check(kind.fields);
        }
    }
}
