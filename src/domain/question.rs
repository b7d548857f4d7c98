//! What a person asks about the cluster beside what is watched, and what comes back.

use super::{
    freshness::Trouble,
    log::{LogBatch, LogQuestion},
    object::ObjectKey,
};

/// The number a question was asked under: an answer to one that nobody waits for any more is dropped.
pub type RequestId = u64;

/// One question to the cluster. Some are answered once, some go on until they are dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// The events about one object, newest first.
    Events(ObjectKey),
    /// What containers write, merged from many of them; goes on until it is dropped.
    Logs(LogQuestion),
}

/// What came back.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Events(Vec<super::event::EventRow>),
    /// What came since the last one.
    Logs(LogBatch),
}

/// An answer, or why there is none.
pub type Answered = Result<Answer, Trouble>;
