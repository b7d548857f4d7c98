//! Alerts that left: what they were, and why they went as far as that is proven.

use jiff::Timestamp;

use super::model::AlertLine;
use crate::domain::departure::Cause;

/// An alert that left.
#[derive(Debug, Clone, PartialEq)]
pub struct Departed {
    pub line: AlertLine,
    pub at: Timestamp,
    pub cause: Cause,
    pub inquiry: Inquiry,
}

/// A cause for programs; it never changes.
pub const fn cause_slug(cause: Cause) -> &'static str {
    match cause {
        Cause::Recovered => "recovered",
        Cause::DataLost => "data-lost",
        Cause::RuleGone => "rule-gone",
        Cause::Silenced => "silenced",
        Cause::Inhibited => "inhibited",
        Cause::Unknown => "unknown",
    }
}

/// How far it was looked into why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inquiry {
    /// Nothing is asked before this time.
    From(Timestamp),
    /// Prometheus was asked under this number.
    Asked {
        request: u64,
        /// The question for `up`, where the labels name what it is of.
        up: Option<String>,
        sources: Vec<String>,
    },
    /// There is no more to find out.
    Closed,
}
