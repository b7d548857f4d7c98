//! The fields of workloads that are told as protobuf, by the numbers of Kubernetes' `generated.proto`.

use super::kinds::{Field, Shape};
use super::objects::{META, SELECTOR, TEMPLATE};

use Shape::{Flag, IntOrString, Message, Messages, Number, Text, Time};

const ROLLING: Shape = Message(&[
    (1, "maxUnavailable", IntOrString),
    (2, "maxSurge", IntOrString),
]);
const STRATEGY: Shape = Message(&[(1, "type", Text), (2, "rollingUpdate", ROLLING)]);
const CONDITIONS: Shape = Messages(&[
    (1, "type", Text),
    (2, "status", Text),
    (3, "lastTransitionTime", Time),
    (4, "reason", Text),
    (5, "message", Text),
]);

pub(super) const DEPLOYMENT: &[Field] = &[
    META,
    (
        2,
        "spec",
        Message(&[
            (1, "replicas", Number),
            (2, "selector", SELECTOR),
            (3, "template", TEMPLATE),
            (4, "strategy", STRATEGY),
            (5, "minReadySeconds", Number),
            (6, "revisionHistoryLimit", Number),
            (7, "paused", Flag),
            (9, "progressDeadlineSeconds", Number),
        ]),
    ),
    (
        3,
        "status",
        Message(&[
            (1, "observedGeneration", Number),
            (2, "replicas", Number),
            (3, "updatedReplicas", Number),
            (4, "availableReplicas", Number),
            (5, "unavailableReplicas", Number),
            (
                6,
                "conditions",
                Messages(&[
                    (1, "type", Text),
                    (2, "status", Text),
                    (4, "reason", Text),
                    (5, "message", Text),
                    (6, "lastUpdateTime", Time),
                    (7, "lastTransitionTime", Time),
                ]),
            ),
            (7, "readyReplicas", Number),
            (8, "collisionCount", Number),
        ]),
    ),
];

pub(super) const REPLICA_SET: &[Field] = &[
    META,
    (
        2,
        "spec",
        Message(&[
            (1, "replicas", Number),
            (2, "selector", SELECTOR),
            (3, "template", TEMPLATE),
            (4, "minReadySeconds", Number),
        ]),
    ),
    (
        3,
        "status",
        Message(&[
            (1, "replicas", Number),
            (2, "fullyLabeledReplicas", Number),
            (3, "observedGeneration", Number),
            (4, "readyReplicas", Number),
            (5, "availableReplicas", Number),
            (6, "conditions", CONDITIONS),
        ]),
    ),
];

pub(super) const STATEFUL_SET: &[Field] = &[
    META,
    (
        2,
        "spec",
        Message(&[
            (1, "replicas", Number),
            (2, "selector", SELECTOR),
            (3, "template", TEMPLATE),
            (5, "serviceName", Text),
            (6, "podManagementPolicy", Text),
            (
                7,
                "updateStrategy",
                Message(&[
                    (1, "type", Text),
                    (
                        2,
                        "rollingUpdate",
                        Message(&[(1, "partition", Number), (2, "maxUnavailable", IntOrString)]),
                    ),
                ]),
            ),
            (8, "revisionHistoryLimit", Number),
            (9, "minReadySeconds", Number),
        ]),
    ),
    (
        3,
        "status",
        Message(&[
            (1, "observedGeneration", Number),
            (2, "replicas", Number),
            (3, "readyReplicas", Number),
            (4, "currentReplicas", Number),
            (5, "updatedReplicas", Number),
            (6, "currentRevision", Text),
            (7, "updateRevision", Text),
            (9, "collisionCount", Number),
            (10, "conditions", CONDITIONS),
            (11, "availableReplicas", Number),
        ]),
    ),
];

pub(super) const DAEMON_SET: &[Field] = &[
    META,
    (
        2,
        "spec",
        Message(&[
            (1, "selector", SELECTOR),
            (2, "template", TEMPLATE),
            (3, "updateStrategy", STRATEGY),
            (4, "minReadySeconds", Number),
            (6, "revisionHistoryLimit", Number),
        ]),
    ),
    (
        3,
        "status",
        Message(&[
            (1, "currentNumberScheduled", Number),
            (2, "numberMisscheduled", Number),
            (3, "desiredNumberScheduled", Number),
            (4, "numberReady", Number),
            (5, "observedGeneration", Number),
            (6, "updatedNumberScheduled", Number),
            (7, "numberAvailable", Number),
            (8, "numberUnavailable", Number),
            (9, "collisionCount", Number),
            (10, "conditions", CONDITIONS),
        ]),
    ),
];
