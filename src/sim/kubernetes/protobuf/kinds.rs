//! The fields of the messages that are read, by their numbers.

/// How a field's bytes are to be read.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    Text,
    Number,
    Flag,
    /// Text that may come more than once.
    Texts,
    /// Map entries of text to text.
    TextMap,
    /// Map entries of text to an amount.
    QuantityMap,
    /// Seconds and nanoseconds.
    Time,
    IntOrString,
    /// JSON as it is.
    Json,
    /// A message whose members stand beside it in the JSON.
    Inline(&'static [Field]),
    Message(&'static [Field]),
    /// A message that may come more than once.
    Messages(&'static [Field]),
}

impl Shape {
    /// What an entry of this map consists of.
    pub fn pair(self) -> &'static [Field] {
        match self {
            Self::QuantityMap => &[
                (1, "key", Self::Text),
                (2, "value", Self::Message(&[(1, "string", Self::Text)])),
            ],
            _ => &[(1, "key", Self::Text), (2, "value", Self::Text)],
        }
    }
}

/// Number, JSON name and shape.
pub(super) type Field = (u64, &'static str, Shape);

const OBJECT_META: &[Field] = &[
    (1, "name", Shape::Text),
    (2, "generateName", Shape::Text),
    (3, "namespace", Shape::Text),
    (5, "uid", Shape::Text),
    (6, "resourceVersion", Shape::Text),
    (11, "labels", Shape::TextMap),
    (12, "annotations", Shape::TextMap),
    (
        13,
        "ownerReferences",
        Shape::Messages(&[
            (1, "kind", Shape::Text),
            (3, "name", Shape::Text),
            (4, "uid", Shape::Text),
            (5, "apiVersion", Shape::Text),
            (6, "controller", Shape::Flag),
            (7, "blockOwnerDeletion", Shape::Flag),
        ]),
    ),
    (14, "finalizers", Shape::Texts),
];
const ACCESS_SPEC: &[Field] = &[
    (
        1,
        "resourceAttributes",
        Shape::Message(&[
            (1, "namespace", Shape::Text),
            (2, "verb", Shape::Text),
            (3, "group", Shape::Text),
            (4, "version", Shape::Text),
            (5, "resource", Shape::Text),
            (6, "subresource", Shape::Text),
            (7, "name", Shape::Text),
        ]),
    ),
    (
        2,
        "nonResourceAttributes",
        Shape::Message(&[(1, "path", Shape::Text), (2, "verb", Shape::Text)]),
    ),
];
const DELETE_OPTIONS: &[Field] = &[
    (1, "gracePeriodSeconds", Shape::Number),
    (
        2,
        "preconditions",
        Shape::Message(&[(1, "uid", Shape::Text), (2, "resourceVersion", Shape::Text)]),
    ),
    (3, "orphanDependents", Shape::Flag),
    (4, "propagationPolicy", Shape::Text),
    (5, "dryRun", Shape::Texts),
];
const META: Field = (1, "metadata", Shape::Message(OBJECT_META));
pub(super) const ENVELOPE: &[Field] = &[(1, "apiVersion", Shape::Text), (2, "kind", Shape::Text)];

const CONTAINER: &[Field] = &[
    (1, "name", Shape::Text),
    (2, "image", Shape::Text),
    (3, "command", Shape::Texts),
    (4, "args", Shape::Texts),
    (5, "workingDir", Shape::Text),
    (
        6,
        "ports",
        Shape::Messages(&[
            (1, "name", Shape::Text),
            (3, "containerPort", Shape::Number),
            (4, "protocol", Shape::Text),
        ]),
    ),
    (
        7,
        "env",
        Shape::Messages(&[(1, "name", Shape::Text), (2, "value", Shape::Text)]),
    ),
    (
        8,
        "resources",
        Shape::Message(&[
            (1, "limits", Shape::QuantityMap),
            (2, "requests", Shape::QuantityMap),
        ]),
    ),
    (13, "terminationMessagePath", Shape::Text),
    (14, "imagePullPolicy", Shape::Text),
    (20, "terminationMessagePolicy", Shape::Text),
];
const POD_SPEC: &[Field] = &[
    (2, "containers", Shape::Messages(CONTAINER)),
    (3, "restartPolicy", Shape::Text),
    (4, "terminationGracePeriodSeconds", Shape::Number),
    (5, "activeDeadlineSeconds", Shape::Number),
    (6, "dnsPolicy", Shape::Text),
    (7, "nodeSelector", Shape::TextMap),
    (8, "serviceAccountName", Shape::Text),
    (9, "serviceAccount", Shape::Text),
    (10, "nodeName", Shape::Text),
    (19, "schedulerName", Shape::Text),
    (20, "initContainers", Shape::Messages(CONTAINER)),
    (24, "priorityClassName", Shape::Text),
];
const TEMPLATE: Shape = Shape::Message(&[META, (2, "spec", Shape::Message(POD_SPEC))]);
const SELECTOR: Shape = Shape::Message(&[(1, "matchLabels", Shape::TextMap)]);
const JOB_SPEC: &[Field] = &[
    (1, "parallelism", Shape::Number),
    (2, "completions", Shape::Number),
    (3, "activeDeadlineSeconds", Shape::Number),
    (4, "selector", SELECTOR),
    (6, "template", TEMPLATE),
    (7, "backoffLimit", Shape::Number),
    (8, "ttlSecondsAfterFinished", Shape::Number),
    (9, "completionMode", Shape::Text),
    (10, "suspend", Shape::Flag),
];
const DEPLOYMENT_SPEC: &[Field] = &[
    (1, "replicas", Shape::Number),
    (2, "selector", SELECTOR),
    (3, "template", TEMPLATE),
    (5, "minReadySeconds", Shape::Number),
    (6, "revisionHistoryLimit", Shape::Number),
    (7, "paused", Shape::Flag),
    (9, "progressDeadlineSeconds", Shape::Number),
];

/// The fields of a kind that commands create typed objects of. Of pods that is what the embedded cluster plays: no
/// volumes, probes or affinities.
pub(super) fn fields_of(kind: &str) -> Option<&'static [Field]> {
    Some(match kind {
        "SelfSubjectReview" | "Namespace" => &[META],
        "SelfSubjectAccessReview" => &[META, (2, "spec", Shape::Message(ACCESS_SPEC))],
        "SelfSubjectRulesReview" => &[
            META,
            (2, "spec", Shape::Message(&[(1, "namespace", Shape::Text)])),
        ],
        "ConfigMap" => &[META, (2, "data", Shape::TextMap)],
        "Eviction" => &[META, (2, "deleteOptions", Shape::Message(DELETE_OPTIONS))],
        "Job" => &[META, (2, "spec", Shape::Message(JOB_SPEC))],
        "Deployment" => &[META, (2, "spec", Shape::Message(DEPLOYMENT_SPEC))],
        "DeleteOptions" => DELETE_OPTIONS,
        _ => return None,
    })
}
