//! What came of a run, and of each of its steps.

use serde::{Deserialize, Serialize};

use super::value::{Value, Values};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Done and as it should be, and the world got better (or nothing says how it would).
    Verified,
    /// Done, and nothing says how it should be then: nobody looked.
    Done,
    /// Done and as it should be, but the world did not get better.
    NotHelped,
    /// Done, but it did not become as it should in time.
    Unverified,
    /// A step failed; what was done before it is told.
    Failed,
    /// It is not known what was done.
    Unknown,
    /// A person or a drifted fact stopped it; what was done before is told.
    Aborted,
}

impl Verdict {
    pub const ALL: [Self; 7] = [
        Self::Verified,
        Self::Done,
        Self::NotHelped,
        Self::Unverified,
        Self::Failed,
        Self::Unknown,
        Self::Aborted,
    ];

    /// Its texts are `verdict-<id>`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Done => "done",
            Self::NotHelped => "not-helped",
            Self::Unverified => "unverified",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Aborted => "aborted",
        }
    }
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "end")]
pub enum StepEnd {
    /// Done. What it says of itself for a person: the name of a Job, the id of a silence, an exit code.
    Done {
        #[serde(default)]
        said: Vec<Said>,
        #[serde(default)]
        saved: Values,
    },
    /// It was not done, and that is certain.
    Failed { why: String },
    /// It was sent, and what came of it is not known: a lost reply, a time-out.
    Unknown { why: String },
    /// It was stopped by a person; whether a part of it was done is told.
    Cancelled { done: Option<String> },
}

/// A named result of a step; one for each pod where it reached several.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// `job`, `silence`, `rc`, `replicas`, …
    pub name: String,
    /// The pod, where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    pub value: Value,
}

/// A piece of what a program of a step wrote, stripped of controls and of secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    pub step: usize,
    /// The pod, where there are several, or the log it was added to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    pub stream: Stream,
    pub text: String,
}

/// Which of its streams a program wrote to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stream {
    Out,
    Err,
    /// What we say of it: that the rest was cut.
    Note,
}
