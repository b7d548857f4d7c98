//! What a person asks about the cluster beside what is watched, and what comes back.

use super::{
    freshness::Trouble,
    object::ObjectKey,
    pod_detail::PodKey,
    table::{KindInfo, Kinds, Sheet},
    usage::{NodesUse, UsageSight},
};

/// The number a question was asked under: an answer to one that nobody waits for any more is dropped.
pub type RequestId = u64;

/// One question to the cluster. Some are answered once, some go on until they are dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// The events about one object, newest first.
    Events(ObjectKey),
    /// Which kinds the server has.
    Kinds,
    /// The objects of a kind as the server prints them; goes on until it is dropped.
    Table(KindInfo),
    /// What the containers of these pods use, against their requests and limits.
    Usage(Vec<PodKey>),
    /// What every node uses.
    NodesUse,
}

/// What came back.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Events(Vec<super::event::EventRow>),
    Kinds(Kinds),
    Table(Box<Sheet>),
    Usage(UsageSight),
    NodesUse(NodesUse),
}

/// An answer, or why there is none.
pub type Answered = Result<Answer, Trouble>;
