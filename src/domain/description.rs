//! An object told in words: blocks of fields, tables, containers, conditions and events, in no language yet.

use jiff::Timestamp;

use super::{
    event::EventRow,
    freshness::Trouble,
    id::Uid,
    object::ObjectKey,
    pod_detail::{ConditionDetail, ContainerDetail},
};

macro_rules! labels {
    ($($variant:ident $id:literal;)*) => {
        /// What a field, a column or a block is called; its words are the text `describe-<id>` of `i18n`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Label {
            $($variant,)*
        }

        impl Label {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The key of its words.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$variant => concat!("describe-", $id),)* }
            }
        }
    };
}

labels! {
    Access "access";
    Active "active";
    Address "address";
    Addresses "addresses";
    Allocatable "allocatable";
    Allocated "allocated";
    Annotations "annotations";
    Available "available";
    Backoff "backoff";
    Capacity "capacity";
    Claim "claim";
    Class "class";
    Completions "completions";
    Concurrency "concurrency";
    Cordoned "cordoned";
    CpuLimits "cpu-limits";
    CpuRequests "cpu-requests";
    Created "created";
    Data "data";
    Deadline "deadline";
    Default "default";
    Deleted "deleted";
    Desired "desired";
    Endpoints "endpoints";
    Failed "failed";
    Finalizers "finalizers";
    Finished "finished";
    Hard "hard";
    Host "host";
    Immutable "immutable";
    Images "images";
    Ip "ip";
    Jobs "jobs";
    Key "key";
    Labels "labels";
    LastRun "last-run";
    LastScaled "last-scaled";
    LastSuccess "last-success";
    Lease "lease";
    Max "max";
    MemoryLimits "memory-limits";
    MemoryRequests "memory-requests";
    Metric "metric";
    Metrics "metrics";
    Min "min";
    MinReady "min-ready";
    Mode "mode";
    Name "name";
    Namespace "namespace";
    Node "node";
    NodeSelector "node-selector";
    Now "now";
    OwnedBy "owned-by";
    Parallelism "parallelism";
    Path "path";
    Paused "paused";
    PodCidr "pod-cidr";
    Pods "pods";
    Policy "policy";
    Port "port";
    Ports "ports";
    Progress "progress";
    Provisioner "provisioner";
    Quota "quota";
    Ready "ready";
    Reason "reason";
    ReclaimPolicy "reclaim-policy";
    Replicas "replicas";
    ReplicaSet "replica-set";
    ReplicaSets "replica-sets";
    Resource "resource";
    Revision "revision";
    RevisionLimit "revision-limit";
    Roles "roles";
    Rules "rules";
    Schedule "schedule";
    Scopes "scopes";
    Selector "selector";
    Service "service";
    ServiceAccount "service-account";
    SessionAffinity "session-affinity";
    Size "size";
    Spec "spec";
    Started "started";
    Status "status";
    StorageClass "storage-class";
    Strategy "strategy";
    Succeeded "succeeded";
    Suspended "suspended";
    Taints "taints";
    Target "target";
    Template "template";
    Terminating "terminating";
    Tls "tls";
    Tolerations "tolerations";
    Took "took";
    TrafficPolicy "traffic-policy";
    Type "type";
    Unavailable "unavailable";
    Updated "updated";
    Used "used";
    UsedBy "used-by";
    Version "version";
    Volume "volume";
    VolumeClaims "volume-claims";
    Volumes "volumes";
    Zone "zone";
}

/// What a field is called: one of our words, or the object's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldName {
    Label(Label),
    Own(String),
}

/// How a value is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mark {
    #[default]
    Plain,
    Good,
    Warn,
    Bad,
    /// It matters less.
    Dim,
}

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    Text(String, Mark),
    /// A time, told by how long ago it is and by the clock.
    Since(Timestamp),
    /// A time, told by how long ago it is only: in tables.
    Age(Option<Timestamp>),
    Bytes(u64),
}

impl Said {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into(), Mark::Plain)
    }

    pub fn marked(text: impl Into<String>, mark: Mark) -> Self {
        Self::Text(text.into(), mark)
    }
}

/// A name with its value, so deep in a tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    pub depth: u8,
    pub name: FieldName,
    pub said: Said,
}

impl Field {
    pub fn new(label: Label, said: Said) -> Self {
        Self {
            depth: 0,
            name: FieldName::Label(label),
            said,
        }
    }
}

/// One part of a description.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    Fields {
        title: Option<Label>,
        fields: Vec<Field>,
    },
    Table {
        title: Label,
        heads: Vec<Label>,
        rows: Vec<Vec<Said>>,
        /// How many more there are.
        more: usize,
    },
    /// Containers of a template: they have no state.
    Containers(Vec<ContainerDetail>),
    Conditions(Vec<ConditionDetail>),
    Pairs {
        title: Label,
        pairs: Vec<(String, String)>,
    },
    /// This part could not be read; the others stand.
    Unread {
        title: Label,
        trouble: Trouble,
    },
    /// The events about it, newest first.
    Events(Result<Vec<EventRow>, Trouble>),
}

/// An object told in words.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    pub key: ObjectKey,
    pub uid: Option<Uid>,
    pub created: Option<Timestamp>,
    /// Since when it is being deleted.
    pub deleted: Option<Timestamp>,
    pub blocks: Vec<Block>,
    /// So many fields were left out because there are too many.
    pub left_out: usize,
}

/// Whether a condition of this name is trouble where it is true.
pub fn is_bad_when_true(kind: &str) -> bool {
    const BAD: [&str; 12] = [
        "Pressure",
        "Unavailable",
        "Failure",
        "Failed",
        "Degraded",
        "Stalled",
        "Error",
        "FailureTarget",
        "DisruptionTarget",
        "ScalingLimited",
        "Conflict",
        "Terminating",
    ];
    BAD.iter().any(|end| kind.ends_with(end))
}

/// Whether a condition of this name only says where things stand: false is no trouble, and true no merit.
pub fn is_neutral(kind: &str) -> bool {
    matches!(
        kind,
        "Suspended" | "Complete" | "SuccessCriteriaMet" | "Reconciling" | "Resizing"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_taken_as_they_are_meant() {
        for kind in [
            "MemoryPressure",
            "NetworkUnavailable",
            "ReplicaFailure",
            "Failed",
        ] {
            assert!(is_bad_when_true(kind), "{kind}");
        }
        for kind in ["Ready", "Available", "PodScheduled", "AbleToScale"] {
            assert!(!is_bad_when_true(kind), "{kind}");
        }
    }
}
