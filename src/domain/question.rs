//! What a person asks about the cluster beside what is watched, and what comes back.

use super::{
    description::Description,
    freshness::Trouble,
    log::{LogBatch, LogQuestion},
    manifest::Manifest,
    object::ObjectKey,
    pod::Name,
    pod_detail::PodKey,
    rollout::Revision,
    table::{KindInfo, Kinds, Sheet},
    usage::{NodesUse, UsageQuestion, UsageSight},
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
    Usage(UsageQuestion),
    /// What every node uses.
    NodesUse,
    /// All events of a namespace, or of the whole cluster, newest first.
    EventsIn(Option<Name>),
    /// What there is to know of an object, in words.
    Describe(ObjectKey),
    /// The object as the server has it, secrets masked.
    Manifest(ObjectKey),
    /// The revisions of a workload, newest first.
    Rollouts(ObjectKey),
    /// Why a pod is as it is: told again as each part of the evidence comes.
    Explain(PodKey),
    /// The names of all namespaces, where they may be listed.
    Namespaces,
    /// What containers write, merged from many of them; goes on until it is dropped.
    Logs(LogQuestion),
}

/// What came back.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Events(Vec<super::event::EventRow>),
    Kinds(Kinds),
    Table(Box<Sheet>),
    Usage(UsageSight),
    NodesUse(NodesUse),
    Described(Box<Description>),
    Manifest(Box<Manifest>),
    Rollouts(Vec<Revision>),
    Explain(Box<super::explain::Evidence>),
    Namespaces(Vec<String>),
    /// What came since the last one.
    Logs(LogBatch),
}

/// An answer, or why there is none.
pub type Answered = Result<Answer, Trouble>;
