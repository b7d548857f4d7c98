//! One thing of a snapshot: what it is, how it stands, and how far that can be believed.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::{
    alert::{AlertState, Severity},
    freshness::{Link, Reading, SourceId, Trouble, TroubleKind},
    gauge::Unit,
    id::{Fingerprint, GaugeId, HookId, LightId, QueueId, SloId, Uid},
    light::Light,
    limit::Limit,
    pod::{Labels, Name},
    queue::QueueCourse,
};

use super::super::condition::is_denied;

/// How far a thing can be believed now. The words are those of the schema in `docs/schemas`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Freshness {
    Live,
    /// It was so; nobody judges by it.
    Stale,
    /// We may not look.
    Denied,
    /// The source gives no answer.
    Down,
    /// The source answers, and there is nothing.
    NoData,
}

/// One thing with its light, its source and its age.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    #[serde(flatten)]
    pub what: What,
    /// `None` where nobody judges it: a silenced alert, a gauge without limits, a pod on its way.
    pub light: Option<Light>,
    #[serde(flatten)]
    pub belief: Belief,
}

/// Where a thing is from, of when, and why it is not live.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Belief {
    pub freshness: Freshness,
    #[serde(serialize_with = "slug")]
    pub source: SourceId,
    pub as_of: Option<Timestamp>,
    pub detail: Option<String>,
}

/// A source's name for programs; it never changes.
pub const fn source_slug(source: SourceId) -> &'static str {
    match source {
        SourceId::Pods => "pods",
        SourceId::Workloads => "workloads",
        SourceId::Nodes => "nodes",
        SourceId::Events => "events",
        SourceId::PodMetrics => "pod-metrics",
        SourceId::Prometheus => "prometheus",
        SourceId::Rules => "rules",
        SourceId::Alertmanager => "alertmanager",
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands fields over by reference"
)]
fn slug<S: serde::Serializer>(source: &SourceId, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(source_slug(*source))
}

/// What a thing is, with what is known of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum What {
    Source(SourceEntry),
    Light(LightEntry),
    Hook(HookEntry),
    Slo(SloEntry),
    Gauge(GaugeEntry),
    Queue(QueueEntry),
    Alert(AlertEntry),
    Pod(PodEntry),
}

/// A source and its link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceEntry {
    pub id: &'static str,
    pub link: LinkWord,
    /// What kind of trouble it is in.
    pub trouble: Option<&'static str>,
}

/// Where a link stands, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkWord {
    Absent,
    Connecting,
    Live,
    Partial,
    Failed,
}

/// A light of the pack.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LightEntry {
    pub id: LightId,
    pub title: String,
    /// What it would be by what was last read; the same as `light` while that is live.
    pub last_light: Light,
    /// The conditions that made it so.
    pub reasons: Vec<String>,
}

/// A hook over its last whole window.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HookEntry {
    pub id: HookId,
    pub title: String,
    pub window_end: Option<Timestamp>,
    /// The light of that window, live or not.
    pub window_light: Light,
    /// The running window, provisional.
    pub running_light: Option<Light>,
    pub observed: Vec<Observed>,
}

/// What a hook observed under one name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Observed {
    pub name: String,
    pub value: Option<f64>,
}

/// An SLO.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SloEntry {
    pub id: SloId,
    pub title: String,
    /// The share that must be good.
    pub objective: f64,
    /// The share that was good over the last five minutes.
    pub good: Option<f64>,
    /// What is left of the error budget: 1 is all, below 0 is overspent.
    pub budget_left: Option<f64>,
    pub budget_seconds_left: Option<u64>,
    pub burning: Option<Burning>,
    pub no_traffic: bool,
    /// The windows that were not read, for want of which it may be unknown.
    pub unread: Vec<&'static str>,
}

/// The fastest pair of windows that burns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Burning {
    pub factor: f64,
    pub long: &'static str,
    pub short: &'static str,
    /// How fast it burns over the long one.
    pub rate: Option<f64>,
}

/// A gauge.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GaugeEntry {
    pub id: GaugeId,
    pub title: String,
    pub value: Option<f64>,
    pub unit: Unit,
    /// As a pack writes it: `<= 2.5`.
    #[serde(serialize_with = "limit")]
    pub limit: Option<Limit>,
    /// The window the value is of, in seconds.
    pub over_seconds: Option<u64>,
    /// How far inside its limit it is, as a share of the limit.
    pub headroom: Option<f64>,
}

#[expect(clippy::ref_option, reason = "serde hands fields over by reference")]
fn limit<S: serde::Serializer>(limit: &Option<Limit>, to: S) -> Result<S::Ok, S::Error> {
    match limit {
        Some(limit) => to.collect_str(limit),
        None => to.serialize_none(),
    }
}

/// A queue.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QueueEntry {
    pub id: QueueId,
    pub title: String,
    pub depth: Option<f64>,
    #[serde(serialize_with = "limit")]
    pub depth_limit: Option<Limit>,
    pub oldest_seconds: Option<f64>,
    pub in_per_second: Option<f64>,
    pub out_per_second: Option<f64>,
    pub course: &'static str,
    /// Until it is empty, or red.
    pub course_seconds: Option<u64>,
    #[serde(skip)]
    pub heading: QueueCourse,
}

/// An alert.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AlertEntry {
    pub id: Fingerprint,
    pub name: String,
    pub severity: &'static str,
    /// The pack's own word for it.
    pub severity_word: String,
    pub state: &'static str,
    pub starts_at: Timestamp,
    pub silenced_until: Option<Timestamp>,
    /// By when somebody must have seen it, where the pack says so.
    pub respond_by: Option<Timestamp>,
    pub acknowledged: Option<SeenEntry>,
    /// To whom it was given.
    pub assigned: Option<String>,
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
    pub expression: Option<String>,
    pub runbook: Option<String>,
}

/// That somebody saw an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SeenEntry {
    pub at: Timestamp,
    pub by: String,
    pub note: Option<String>,
}

/// A pod.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PodEntry {
    pub id: Uid,
    #[serde(serialize_with = "name")]
    pub namespace: Name,
    #[serde(serialize_with = "name")]
    pub name: Name,
    /// kubectl's STATUS.
    #[serde(serialize_with = "name")]
    pub status: Name,
    pub health: &'static str,
    pub ready: u16,
    pub containers: u16,
    pub restarts: u32,
    pub last_restart: Option<Timestamp>,
    #[serde(serialize_with = "some_name")]
    pub last_death: Option<Name>,
    pub created: Option<Timestamp>,
    #[serde(serialize_with = "some_name")]
    pub node: Option<Name>,
    pub workload: Option<WorkloadName>,
    #[serde(serialize_with = "labels")]
    pub labels: Arc<Labels>,
}

/// The workload that a pod is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorkloadName {
    #[serde(serialize_with = "name")]
    pub kind: Name,
    #[serde(serialize_with = "name")]
    pub name: Name,
}

fn name<S: serde::Serializer>(name: &Name, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(name)
}

#[expect(clippy::ref_option, reason = "serde hands fields over by reference")]
fn some_name<S: serde::Serializer>(name: &Option<Name>, to: S) -> Result<S::Ok, S::Error> {
    match name {
        Some(name) => to.serialize_some(&**name),
        None => to.serialize_none(),
    }
}

fn labels<S: serde::Serializer>(labels: &Arc<Labels>, to: S) -> Result<S::Ok, S::Error> {
    labels.as_ref().serialize(to)
}

impl Belief {
    /// What a link says of everything that comes over it.
    pub(super) fn of_link(source: SourceId, link: &Link, as_of: Option<Timestamp>) -> Self {
        let (freshness, detail) = match link {
            Link::Live { .. } => (Freshness::Live, None),
            Link::Partial { detail, .. } => (Freshness::Live, Some(detail.clone())),
            Link::Failed { trouble, .. } => (failed(trouble).0, Some(trouble.detail.clone())),
            Link::Connecting => (Freshness::Down, None),
            Link::Absent => (Freshness::NoData, None),
        };
        Self {
            freshness,
            source,
            as_of,
            detail: detail.filter(|detail| !detail.is_empty()),
        }
    }

    /// What a reading says of itself; one that never came says what its link says.
    pub(super) fn of_reading<T>(
        source: SourceId,
        link: &Link,
        reading: &Reading<T>,
        stale: bool,
    ) -> Self {
        let (freshness, as_of, detail) = match reading {
            Reading::Known { as_of, .. } if stale => (Freshness::Stale, Some(*as_of), None),
            Reading::Known { as_of, .. } => (Freshness::Live, Some(*as_of), None),
            Reading::Lost { as_of, trouble, .. } => {
                let detail = Some(trouble.detail.clone());
                (Freshness::Stale, Some(*as_of), detail)
            }
            Reading::NoData => (Freshness::NoData, None, None),
            Reading::Failed(trouble) => {
                let (freshness, detail) = failed(trouble);
                (freshness, None, Some(detail))
            }
            Reading::Waiting if link.is_live() => (Freshness::NoData, None, None),
            Reading::Waiting => return Self::of_link(source, link, None),
        };
        Self {
            freshness,
            source,
            as_of,
            detail,
        }
    }
}

fn failed(trouble: &Trouble) -> (Freshness, String) {
    let freshness = if is_denied(trouble) {
        Freshness::Denied
    } else {
        Freshness::Down
    };
    (freshness, trouble.detail.clone())
}

/// A kind of trouble for programs.
pub const fn trouble_slug(kind: TroubleKind) -> &'static str {
    match kind {
        TroubleKind::Unreachable => "unreachable",
        TroubleKind::TimedOut => "timed-out",
        TroubleKind::Unauthorized => "unauthorized",
        TroubleKind::Forbidden => "forbidden",
        TroubleKind::Throttled => "throttled",
        TroubleKind::ServerError => "server-error",
        TroubleKind::NotTheApi => "not-the-api",
        TroubleKind::BadQuestion => "bad-question",
        TroubleKind::Absent => "absent",
    }
}

pub(super) const fn severity_slug(severity: Severity) -> &'static str {
    match severity {
        Severity::S1 => "s1",
        Severity::S2 => "s2",
        Severity::S3 => "s3",
        Severity::S4 => "s4",
        Severity::Unranked => "unranked",
    }
}

pub(super) const fn state_slug(state: &AlertState) -> &'static str {
    match state {
        AlertState::Pending => "pending",
        AlertState::FiringUnseen => "firing-unseen",
        AlertState::Unprocessed => "unprocessed",
        AlertState::Firing => "firing",
        AlertState::Silenced { .. } => "silenced",
        AlertState::Inhibited { .. } => "inhibited",
    }
}

pub(super) fn course_slug(course: QueueCourse) -> (&'static str, Option<u64>) {
    match course {
        QueueCourse::Empty => ("empty", None),
        QueueCourse::Draining(span) => ("draining", Some(span.as_secs())),
        QueueCourse::Filling(span) => ("filling", span.map(|span| span.as_secs())),
        QueueCourse::Steady => ("steady", None),
        QueueCourse::Stalled => ("stalled", None),
        QueueCourse::Unknown => ("unknown", None),
    }
}
