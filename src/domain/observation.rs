//! What a source saw. Sources send these and nothing else; `runtime` wraps them into events.

use jiff::{SignedDuration, Timestamp};

use super::{
    alert::{Alert, AlertRule},
    change::Change,
    event::EventRow,
    freshness::{Link, Reading, SourceId, Trouble},
    gauge::GaugeSpec,
    id::{QueryId, Uid},
    identity::Identity,
    node::NodeRow,
    place::Place,
    pod::{PodRow, PodUsage},
    pod_detail::{PodDetail, PodKey},
    question::{Answered, RequestId},
    queue::QueueSpec,
    series::Series,
    silence::Silence,
    slo::SloSpec,
    watchlist::{Probe, SeriesWatch},
    workload::WorkloadRow,
};

/// Rows of one kind: all of them (after a list), or those that changed since the last.
#[derive(Debug, Clone, PartialEq)]
pub enum Rows<T> {
    /// Replaces everything known before.
    All(Vec<T>),
    Changed {
        upserts: Vec<T>,
        gone: Vec<Uid>,
    },
}

/// The answers to one round of instant questions.
pub type Answers = Vec<(QueryId, Reading<f64>)>;

/// What a generic desk found, with what is read of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    pub slos: Vec<SloSpec>,
    pub queues: Vec<QueueSpec>,
    pub gauges: Vec<GaugeSpec>,
    pub probes: Vec<Probe>,
    pub series: Vec<SeriesWatch>,
}

/// One thing a source saw.
#[derive(Debug, Clone, PartialEq)]
pub enum Observation {
    Link {
        source: SourceId,
        link: Link,
    },
    /// How far the server's clock is ahead of ours.
    Skew {
        source: SourceId,
        ahead: SignedDuration,
    },
    /// Who asks of which cluster, whenever that was asked.
    Identity(Identity),
    /// The credential plugin that waits for a person to sign in; `None`: none does any more.
    SignIn(Option<String>),
    /// Where a source is read, or was looked for.
    Place {
        source: SourceId,
        place: Place,
    },
    Pods(Rows<PodRow>),
    Workloads(Rows<WorkloadRow>),
    Nodes(Rows<NodeRow>),
    Events(Rows<EventRow>),
    /// Usage of the pods that were asked for.
    Usage(Vec<(Uid, PodUsage)>),
    /// Changes read from history: old ReplicaSets, events, ConfigMaps. Duplicates are the receiver's to drop.
    Changes(Vec<Change>),
    Answers(Answers),
    /// The answers of what is no query, by our own clock.
    Reads(Answers),
    Series(Vec<(QueryId, Reading<Series>)>),
    /// Everything Alertmanager and Prometheus' rules have now.
    Alerts {
        from: SourceId,
        at: Timestamp,
        alerts: Vec<Alert>,
    },
    Rules(Vec<AlertRule>),
    /// All silences that are not over.
    Silences(Vec<Silence>),
    /// Everything a generic desk found in Prometheus.
    Discovered(Found),
    PodDetail {
        key: PodKey,
        detail: Box<Result<PodDetail, Trouble>>,
    },
    /// The answer to a person's question, or the newest state of one that goes on.
    Answered {
        request: RequestId,
        answer: Box<Answered>,
    },
    /// The answer to a chart's question, told by the number it was asked under. A question may give several series.
    Chart {
        request: u64,
        answer: Result<Vec<(String, Series)>, Trouble>,
    },
}
