//! What a person asks about the cluster beside what is watched, and what comes back.

use super::{
    description::Description, freshness::Trouble, manifest::Manifest, object::ObjectKey, pod::Name,
    rollout::Revision,
};

/// The number a question was asked under: an answer to one that nobody waits for any more is dropped.
pub type RequestId = u64;

/// One question to the cluster. Some are answered once, some go on until they are dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// The events about one object, newest first.
    Events(ObjectKey),
    /// All events of a namespace, or of the whole cluster, newest first.
    EventsIn(Option<Name>),
    /// What there is to know of an object, in words.
    Describe(ObjectKey),
    /// The object as the server has it, secrets masked.
    Manifest(ObjectKey),
    /// The revisions of a workload, newest first.
    Rollouts(ObjectKey),
}

/// What came back.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Events(Vec<super::event::EventRow>),
    Described(Box<Description>),
    Manifest(Box<Manifest>),
    Rollouts(Vec<Revision>),
}

/// An answer, or why there is none.
pub type Answered = Result<Answer, Trouble>;
