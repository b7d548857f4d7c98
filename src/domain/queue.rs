//! Queues: how deep, how old, how fast in and out.

use std::time::Duration;

use super::{
    id::{QueryId, QueueId},
    light::Light,
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

/// Where a queue is heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueueCourse {
    Empty,
    /// Drains; empty after this time.
    Draining(Duration),
    /// Grows; red after this time (`None`: red already, or no limit).
    Filling(Option<Duration>),
    Steady,
    /// Age high and nothing leaves.
    Stalled,
    Unknown,
}

/// A queue as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct QueueState {
    pub light: Light,
    pub depth: Option<f64>,
    /// Seconds.
    pub oldest: Option<f64>,
    pub rate_in: Option<f64>,
    pub rate_out: Option<f64>,
    pub course: QueueCourse,
}
