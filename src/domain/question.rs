//! What a person asks about the cluster beside what is watched, and what comes back.

use super::{freshness::Trouble, object::ObjectKey, pod_detail::PodKey};

/// The number a question was asked under: an answer to one that nobody waits for any more is dropped.
pub type RequestId = u64;

/// One question to the cluster. Some are answered once, some go on until they are dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// The events about one object, newest first.
    Events(ObjectKey),
    /// Why a pod is as it is: told again as each part of the evidence comes.
    Explain(PodKey),
    /// The names of all namespaces, where they may be listed.
    Namespaces,
}

/// What came back.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Events(Vec<super::event::EventRow>),
    Explain(Box<super::explain::Evidence>),
    Namespaces(Vec<String>),
}

/// An answer, or why there is none.
pub type Answered = Result<Answer, Trouble>;
