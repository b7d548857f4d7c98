//! Queues: how deep, how old, how fast in and out.

use super::{
    id::{QueryId, QueueId},
    limit::Limit,
    text::Text,
};

/// The limits of a queue on one level of alarm.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct QueueLimits {
    pub depth: Option<Limit>,
    pub oldest: Option<Limit>,
}

/// A queue the pack watches.
#[derive(Debug, Clone, PartialEq)]
pub struct QueueSpec {
    pub id: QueueId,
    pub title: Text,
    pub depth: QueryId,
    pub oldest: Option<QueryId>,
    pub rate_in: Option<QueryId>,
    pub rate_out: Option<QueryId>,
    /// Yellow where one of them holds.
    pub warn: QueueLimits,
    /// Red where one of them holds.
    pub red: QueueLimits,
}
