//! How fresh a value is, and what is wrong with its source. Empty ≠ failed ≠ forbidden ≠ no data.

use std::{fmt, time::Duration};

use jiff::Timestamp;

use super::time::since;

/// One place the cockpit reads from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SourceId {
    Pods,
    Workloads,
    Nodes,
    Events,
    PodMetrics,
    Prometheus,
    /// Prometheus' rules and pending alerts.
    Rules,
    Alertmanager,
}

impl SourceId {
    pub const ALL: [Self; 8] = [
        Self::Pods,
        Self::Workloads,
        Self::Nodes,
        Self::Events,
        Self::PodMetrics,
        Self::Prometheus,
        Self::Rules,
        Self::Alertmanager,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Pods => "pods",
            Self::Workloads => "workloads",
            Self::Nodes => "nodes",
            Self::Events => "events",
            Self::PodMetrics => "pod metrics",
            Self::Prometheus => "Prometheus",
            Self::Rules => "Prometheus rules",
            Self::Alertmanager => "Alertmanager",
        }
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What kind of failure a source reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TroubleKind {
    /// No connection: refused, reset, name unknown, TLS.
    Unreachable,
    /// It accepted and did not answer in time.
    TimedOut,
    /// 401.
    Unauthorized,
    /// 403.
    Forbidden,
    /// 429.
    Throttled,
    /// 5xx.
    ServerError,
    /// It answers, but not as this API does: HTML, garbage, another path prefix.
    NotTheApi,
    /// The server refused this very question (400, 422).
    BadQuestion,
    /// The server does not have it (404 of a whole API: no metrics server, no such kind).
    Absent,
}

/// Why a source gives nothing new: the kind decides what is drawn, the detail is the server's own words, cleaned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub kind: TroubleKind,
    pub detail: String,
}

impl Trouble {
    pub fn new(kind: TroubleKind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
        }
    }
}

/// Where the link to a source stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Link {
    /// Not configured on this desk.
    #[default]
    Absent,
    /// The first answer has not come.
    Connecting,
    Live {
        since: Timestamp,
    },
    /// It answers, but not all of it: warnings of a partial response.
    Partial {
        since: Timestamp,
        detail: String,
    },
    Failed {
        since: Timestamp,
        trouble: Trouble,
        retry_at: Option<Timestamp>,
    },
}

impl Link {
    pub const fn is_live(&self) -> bool {
        matches!(self, Self::Live { .. } | Self::Partial { .. })
    }

    pub const fn trouble(&self) -> Option<&Trouble> {
        match self {
            Self::Failed { trouble, .. } => Some(trouble),
            _ => None,
        }
    }
}

/// What a question to a source gave: a value with the time it is of, or why there is none.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading<T> {
    /// Not asked, or the first answer has not come.
    Waiting,
    Known {
        value: T,
        /// The time of the newest sample behind the value, not of the question.
        as_of: Timestamp,
    },
    /// The server answered, and there is nothing: an empty vector, NaN.
    NoData,
    /// The question failed and no earlier value is known.
    Failed(Trouble),
    /// The question failed; this is the last value before that.
    Lost {
        value: T,
        as_of: Timestamp,
        trouble: Trouble,
    },
}

/// How old a value may be that is read `every` so often: three rounds, and never less than a minute.
pub fn age_limit(every: Duration) -> Duration {
    every.saturating_mul(3).max(Duration::from_secs(60))
}

/// How a reading may be drawn and judged now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fresh<'a, T> {
    Waiting,
    Live {
        value: &'a T,
        as_of: Timestamp,
    },
    /// Too old to judge by: drawn dim, unknown to guards.
    Stale {
        value: &'a T,
        as_of: Timestamp,
    },
    NoData,
    /// 401 or 403.
    Denied(&'a Trouble),
    Down(&'a Trouble),
}

impl<T> Reading<T> {
    /// The time a value is of.
    pub const fn as_of(&self) -> Option<Timestamp> {
        match self {
            Self::Known { as_of, .. } | Self::Lost { as_of, .. } => Some(*as_of),
            Self::Waiting | Self::NoData | Self::Failed(_) => None,
        }
    }

    /// Past `limit` a value is stale, whatever the source says.
    pub fn at(&self, now: Timestamp, limit: Duration) -> Fresh<'_, T> {
        match self {
            Self::Waiting => Fresh::Waiting,
            Self::NoData => Fresh::NoData,
            Self::Known { value, as_of } if since(*as_of, now) <= limit => Fresh::Live {
                value,
                as_of: *as_of,
            },
            Self::Known { value, as_of } | Self::Lost { value, as_of, .. } => Fresh::Stale {
                value,
                as_of: *as_of,
            },
            Self::Failed(trouble)
                if matches!(
                    trouble.kind,
                    TroubleKind::Unauthorized | TroubleKind::Forbidden
                ) =>
            {
                Fresh::Denied(trouble)
            }
            Self::Failed(trouble) => Fresh::Down(trouble),
        }
    }

    /// The same reading after its source failed: a known value is kept, marked lost.
    #[must_use]
    pub fn failed(self, trouble: Trouble) -> Self {
        match self {
            Self::Known { value, as_of } | Self::Lost { value, as_of, .. } => Self::Lost {
                value,
                as_of,
                trouble,
            },
            Self::Waiting | Self::NoData | Self::Failed(_) => Self::Failed(trouble),
        }
    }
}

impl<'a, T> Fresh<'a, T> {
    /// The value if it may be judged by: live ones only.
    pub const fn live(self) -> Option<&'a T> {
        match self {
            Self::Live { value, .. } => Some(value),
            _ => None,
        }
    }

    /// The value if there is one to draw, stale or not.
    pub const fn shown(self) -> Option<&'a T> {
        match self {
            Self::Live { value, .. } | Self::Stale { value, .. } => Some(value),
            _ => None,
        }
    }
}
