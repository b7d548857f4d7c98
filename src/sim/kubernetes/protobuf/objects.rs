//! The fields of the objects that are told as protobuf, by the numbers of Kubernetes' `generated.proto`.

use super::kinds::{Field, Shape};
use super::workloads::{DAEMON_SET, DEPLOYMENT, REPLICA_SET, STATEFUL_SET};
use crate::sim::kubernetes::kinds::Res;

use Shape::{
    Flag, Inline, IntOrString, Json, Message, Messages, Number, QuantityMap, Text, TextMap, Texts,
    Time,
};

/// The fields of objects of this kind.
pub(super) fn fields_of(res: Res) -> Option<&'static [Field]> {
    Some(match res {
        Res::Pods => POD,
        Res::Nodes => NODE,
        Res::Events => EVENT,
        Res::Deployments => DEPLOYMENT,
        Res::ReplicaSets => REPLICA_SET,
        Res::StatefulSets => STATEFUL_SET,
        Res::DaemonSets => DAEMON_SET,
        _ => return None,
    })
}

/// A list without its items.
pub(super) const LIST: &[Field] = &[(
    1,
    "metadata",
    Message(&[
        (2, "resourceVersion", Text),
        (3, "continue", Text),
        (4, "remainingItemCount", Number),
    ]),
)];

pub(super) const STATUS: &[Field] = &[
    (1, "metadata", Message(&[])),
    (2, "status", Text),
    (3, "message", Text),
    (4, "reason", Text),
    (
        5,
        "details",
        Message(&[
            (1, "name", Text),
            (2, "group", Text),
            (3, "kind", Text),
            (
                4,
                "causes",
                Messages(&[
                    (1, "reason", Text),
                    (2, "message", Text),
                    (3, "field", Text),
                ]),
            ),
            (5, "retryAfterSeconds", Number),
        ]),
    ),
    (6, "code", Number),
];

pub(super) const META: Field = (
    1,
    "metadata",
    Message(&[
        (1, "name", Text),
        (2, "generateName", Text),
        (3, "namespace", Text),
        (5, "uid", Text),
        (6, "resourceVersion", Text),
        (7, "generation", Number),
        (8, "creationTimestamp", Time),
        (9, "deletionTimestamp", Time),
        (10, "deletionGracePeriodSeconds", Number),
        (11, "labels", TextMap),
        (12, "annotations", TextMap),
        (
            13,
            "ownerReferences",
            Messages(&[
                (1, "kind", Text),
                (3, "name", Text),
                (4, "uid", Text),
                (5, "apiVersion", Text),
                (6, "controller", Flag),
                (7, "blockOwnerDeletion", Flag),
            ]),
        ),
        (14, "finalizers", Texts),
        (
            17,
            "managedFields",
            Messages(&[
                (1, "manager", Text),
                (2, "operation", Text),
                (3, "apiVersion", Text),
                (4, "time", Time),
                (6, "fieldsType", Text),
                (7, "fieldsV1", Json),
                (8, "subresource", Text),
            ]),
        ),
    ]),
);

const RESOURCES: Shape = Message(&[(1, "limits", QuantityMap), (2, "requests", QuantityMap)]);

const PROBE: Shape = Message(&[
    (
        1,
        "",
        Inline(&[
            (1, "exec", Message(&[(1, "command", Texts)])),
            (
                2,
                "httpGet",
                Message(&[
                    (1, "path", Text),
                    (2, "port", IntOrString),
                    (3, "host", Text),
                    (4, "scheme", Text),
                ]),
            ),
            (
                3,
                "tcpSocket",
                Message(&[(1, "port", IntOrString), (2, "host", Text)]),
            ),
        ]),
    ),
    (2, "initialDelaySeconds", Number),
    (3, "timeoutSeconds", Number),
    (4, "periodSeconds", Number),
    (5, "successThreshold", Number),
    (6, "failureThreshold", Number),
]);

const CONTAINERS: Shape = Messages(&[
    (1, "name", Text),
    (2, "image", Text),
    (3, "command", Texts),
    (4, "args", Texts),
    (5, "workingDir", Text),
    (
        6,
        "ports",
        Messages(&[
            (1, "name", Text),
            (2, "hostPort", Number),
            (3, "containerPort", Number),
            (4, "protocol", Text),
        ]),
    ),
    (7, "env", Messages(&[(1, "name", Text), (2, "value", Text)])),
    (8, "resources", RESOURCES),
    (
        9,
        "volumeMounts",
        Messages(&[
            (1, "name", Text),
            (2, "readOnly", Flag),
            (3, "mountPath", Text),
            (4, "subPath", Text),
        ]),
    ),
    (10, "livenessProbe", PROBE),
    (11, "readinessProbe", PROBE),
    (13, "terminationMessagePath", Text),
    (14, "imagePullPolicy", Text),
    (20, "terminationMessagePolicy", Text),
    (22, "startupProbe", PROBE),
    (24, "restartPolicy", Text),
]);

const KEYS: Shape = Messages(&[(1, "key", Text), (2, "path", Text), (3, "mode", Number)]);

const VOLUMES: Shape = Messages(&[
    (1, "name", Text),
    (
        2,
        "",
        Inline(&[
            (2, "emptyDir", Message(&[(1, "medium", Text)])),
            (
                19,
                "configMap",
                Message(&[
                    (1, "", Inline(&[(1, "name", Text)])),
                    (2, "items", KEYS),
                    (3, "defaultMode", Number),
                ]),
            ),
            (
                26,
                "projected",
                Message(&[
                    (
                        1,
                        "sources",
                        Messages(&[
                            (
                                3,
                                "configMap",
                                Message(&[
                                    (1, "", Inline(&[(1, "name", Text)])),
                                    (2, "items", KEYS),
                                ]),
                            ),
                            (
                                4,
                                "serviceAccountToken",
                                Message(&[
                                    (1, "audience", Text),
                                    (2, "expirationSeconds", Number),
                                    (3, "path", Text),
                                ]),
                            ),
                        ]),
                    ),
                    (2, "defaultMode", Number),
                ]),
            ),
        ]),
    ),
]);

const POD_SPEC: Shape = Message(&[
    (1, "volumes", VOLUMES),
    (2, "containers", CONTAINERS),
    (3, "restartPolicy", Text),
    (4, "terminationGracePeriodSeconds", Number),
    (5, "activeDeadlineSeconds", Number),
    (6, "dnsPolicy", Text),
    (7, "nodeSelector", TextMap),
    (8, "serviceAccountName", Text),
    (9, "serviceAccount", Text),
    (10, "nodeName", Text),
    (14, "securityContext", Message(&[])),
    (16, "hostname", Text),
    (17, "subdomain", Text),
    (19, "schedulerName", Text),
    (20, "initContainers", CONTAINERS),
    (
        22,
        "tolerations",
        Messages(&[
            (1, "key", Text),
            (2, "operator", Text),
            (3, "value", Text),
            (4, "effect", Text),
            (5, "tolerationSeconds", Number),
        ]),
    ),
    (24, "priorityClassName", Text),
    (25, "priority", Number),
    (30, "enableServiceLinks", Flag),
    (31, "preemptionPolicy", Text),
]);

pub(super) const TEMPLATE: Shape = Message(&[META, (2, "spec", POD_SPEC)]);
pub(super) const SELECTOR: Shape = Message(&[
    (1, "matchLabels", TextMap),
    (
        2,
        "matchExpressions",
        Messages(&[
            (1, "key", Text),
            (2, "operator", Text),
            (3, "values", Texts),
        ]),
    ),
]);

const STATE: Shape = Message(&[
    (
        1,
        "waiting",
        Message(&[(1, "reason", Text), (2, "message", Text)]),
    ),
    (2, "running", Message(&[(1, "startedAt", Time)])),
    (
        3,
        "terminated",
        Message(&[
            (1, "exitCode", Number),
            (2, "signal", Number),
            (3, "reason", Text),
            (4, "message", Text),
            (5, "startedAt", Time),
            (6, "finishedAt", Time),
            (7, "containerID", Text),
        ]),
    ),
]);

const CONTAINER_STATUSES: Shape = Messages(&[
    (1, "name", Text),
    (2, "state", STATE),
    (3, "lastState", STATE),
    (4, "ready", Flag),
    (5, "restartCount", Number),
    (6, "image", Text),
    (7, "imageID", Text),
    (8, "containerID", Text),
    (9, "started", Flag),
]);

const ADDRESSES: Shape = Messages(&[(1, "ip", Text)]);

const POD: &[Field] = &[
    META,
    (2, "spec", POD_SPEC),
    (
        3,
        "status",
        Message(&[
            (1, "phase", Text),
            (
                2,
                "conditions",
                Messages(&[
                    (1, "type", Text),
                    (2, "status", Text),
                    (3, "lastProbeTime", Time),
                    (4, "lastTransitionTime", Time),
                    (5, "reason", Text),
                    (6, "message", Text),
                ]),
            ),
            (3, "message", Text),
            (4, "reason", Text),
            (5, "hostIP", Text),
            (6, "podIP", Text),
            (7, "startTime", Time),
            (8, "containerStatuses", CONTAINER_STATUSES),
            (9, "qosClass", Text),
            (10, "initContainerStatuses", CONTAINER_STATUSES),
            (11, "nominatedNodeName", Text),
            (12, "podIPs", ADDRESSES),
            (16, "hostIPs", ADDRESSES),
        ]),
    ),
];

const NODE: &[Field] = &[
    META,
    (
        2,
        "spec",
        Message(&[
            (1, "podCIDR", Text),
            (3, "providerID", Text),
            (4, "unschedulable", Flag),
            (
                5,
                "taints",
                Messages(&[
                    (1, "key", Text),
                    (2, "value", Text),
                    (3, "effect", Text),
                    (4, "timeAdded", Time),
                ]),
            ),
            (7, "podCIDRs", Texts),
        ]),
    ),
    (
        3,
        "status",
        Message(&[
            (1, "capacity", QuantityMap),
            (2, "allocatable", QuantityMap),
            (3, "phase", Text),
            (
                4,
                "conditions",
                Messages(&[
                    (1, "type", Text),
                    (2, "status", Text),
                    (3, "lastHeartbeatTime", Time),
                    (4, "lastTransitionTime", Time),
                    (5, "reason", Text),
                    (6, "message", Text),
                ]),
            ),
            (
                5,
                "addresses",
                Messages(&[(1, "type", Text), (2, "address", Text)]),
            ),
            (
                7,
                "nodeInfo",
                Message(&[
                    (1, "machineID", Text),
                    (2, "systemUUID", Text),
                    (3, "bootID", Text),
                    (4, "kernelVersion", Text),
                    (5, "osImage", Text),
                    (6, "containerRuntimeVersion", Text),
                    (7, "kubeletVersion", Text),
                    (8, "kubeProxyVersion", Text),
                    (9, "operatingSystem", Text),
                    (10, "architecture", Text),
                ]),
            ),
        ]),
    ),
];

const OBJECT: Shape = Message(&[
    (1, "kind", Text),
    (2, "namespace", Text),
    (3, "name", Text),
    (4, "uid", Text),
    (5, "apiVersion", Text),
    (6, "resourceVersion", Text),
    (7, "fieldPath", Text),
]);

const EVENT: &[Field] = &[
    META,
    (2, "involvedObject", OBJECT),
    (3, "reason", Text),
    (4, "message", Text),
    (
        5,
        "source",
        Message(&[(1, "component", Text), (2, "host", Text)]),
    ),
    (6, "firstTimestamp", Time),
    (7, "lastTimestamp", Time),
    (8, "count", Number),
    (9, "type", Text),
    (10, "eventTime", Time),
    (
        11,
        "series",
        Message(&[(1, "count", Number), (2, "lastObservedTime", Time)]),
    ),
    (12, "action", Text),
    (13, "related", OBJECT),
    (14, "reportingComponent", Text),
    (15, "reportingInstance", Text),
];
