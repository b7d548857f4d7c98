//! What sources are asked to read, in the order of nobody: the pack's queries as sources see them.

use std::time::Duration;

use super::{action::step::Written, freshness::age_limit, id::QueryId};

/// One value read again and again.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    pub id: QueryId,
    /// `PromQL` that gives one sample (the first is taken where it gives more).
    pub expr: String,
    /// The selector from whose newest sample the value's age comes, `up{job="lookup"}`.
    pub source: Option<String>,
    pub every: Duration,
}

/// One series read again and again, on its grid.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesWatch {
    pub id: QueryId,
    pub expr: String,
    pub step: Duration,
    /// How far back it reaches.
    pub span: Duration,
    pub every: Duration,
    /// `Some` for windows: the end of the grid is this much before now, floored to `step`; the running window is asked
    /// too and comes as one more value at the end.
    pub delay: Option<Duration>,
}

impl Probe {
    /// Past this age its value is stale.
    pub fn age_limit(&self) -> Duration {
        age_limit(self.every)
    }
}

impl SeriesWatch {
    /// Past this age its newest point is stale: a point is as old as its step before the next one can come.
    pub fn age_limit(&self) -> Duration {
        age_limit(self.every) + self.step + self.delay.unwrap_or_default()
    }
}

/// Something that is read again and again and is no query: what a program, a database, a unit or a server says.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadWatch {
    /// The pack's own name.
    pub name: String,
    pub step: Written,
    /// The numbers that are taken from what it says.
    pub fields: Vec<ReadField>,
    pub every: Duration,
}

/// One number of what is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadField {
    pub id: QueryId,
    /// `None`: all that was said is the number.
    pub name: Option<String>,
}

/// Everything a desk reads again and again, beside its cluster and its alerts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Watchlist {
    pub probes: Vec<Probe>,
    pub reads: Vec<ReadWatch>,
    pub series: Vec<SeriesWatch>,
    /// Discover SLOs and queues from the usual series (the generic desk).
    pub discover: bool,
}

/// The label that carries a query's id in its answer: `label_replace(<expr>, "quarterdeck", "<id>", "", "")`.
pub const MARK: &str = "quarterdeck";

/// The query as it is sent: marked with its id, so that several travel in one and the embedded cluster can answer.
pub fn marked(expr: &str, id: &QueryId) -> String {
    format!("label_replace({expr}, \"{MARK}\", \"{id}\", \"\", \"\")")
}

/// The id of the query for the age of a probe's source: `glancy/lookup-p95` → `glancy/age/lookup-p95`.
pub fn age_id(probe: &QueryId) -> QueryId {
    let text = probe.as_str();
    match text.split_once('/') {
        Some((pack, rest)) => format!("{pack}/age/{rest}").into(),
        None => format!("age/{text}").into(),
    }
}
