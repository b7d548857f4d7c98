//! Service level objectives: what is promised.

use std::time::Duration;

use super::{
    id::{QueryId, SloId},
    text::Text,
};

/// The time an objective is promised over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// The calendar month in the pack's zone.
    Month,
    Rolling(Duration),
}

/// The windows an SLO is read over: the pairs of burn-rate alerts, and the month.
pub const SLO_WINDOWS: [(&str, u64); 8] = [
    ("5m", 300),
    ("30m", 1_800),
    ("1h", 3_600),
    ("2h", 7_200),
    ("6h", 21_600),
    ("1d", 86_400),
    ("3d", 259_200),
    ("30d", 2_592_000),
];

/// An objective the pack watches. Its queries are `<pack>/slo/<id>/errors:<window>` and `…/total:<window>`, for each of
/// [`SLO_WINDOWS`]; error share is errors over total.
#[derive(Debug, Clone, PartialEq)]
pub struct SloSpec {
    pub id: SloId,
    pub title: Text,
    /// The share that must be good, 0.999.
    pub objective: f64,
    pub period: Period,
    /// Prefix of its queries: `glancy/slo/lookup`.
    pub queries: QueryId,
    pub link: Option<String>,
}

impl SloSpec {
    pub fn errors(&self, window: &str) -> QueryId {
        format!("{}/errors:{window}", self.queries).into()
    }

    pub fn total(&self, window: &str) -> QueryId {
        format!("{}/total:{window}", self.queries).into()
    }
}
