//! What the cluster shows of itself: its pods, its events, what was logged, how a CronJob is doing.

use serde::{Deserialize, Serialize};

/// What is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum View {
    /// All pods of the namespace of the target.
    Pods,
    /// The events of that namespace, the newest last.
    Events {
        /// So many of the newest.
        tail: u32,
    },
    /// What all containers of all pods of the target logged, by time; of a CronJob the whole log of its newest Job.
    Lines {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        container: Option<String>,
        /// So many of the newest of each container; `None`: all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tail: Option<u32>,
        /// Seconds back from now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<u32>,
    },
    /// When a CronJob was scheduled and succeeded last, and what became of its newest Job.
    Cronjob {
        /// The zone whose day today is.
        zone: String,
    },
}

impl View {
    /// As packs write it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Pods => "pods",
            Self::Events { .. } => "events",
            Self::Lines { .. } => "lines",
            Self::Cronjob { .. } => "cronjob",
        }
    }

    /// The values it gives.
    pub const fn gives(&self) -> &'static [&'static str] {
        match self {
            Self::Pods => &["count", "unwell", "who"],
            Self::Events { .. } => &["count", "warnings"],
            Self::Lines { .. } => &["count", "pods"],
            Self::Cronjob { .. } => &[
                "suspended",
                "scheduled",
                "succeeded",
                "scheduled_today",
                "succeeded_today",
                "job",
                "state",
            ],
        }
    }
}
