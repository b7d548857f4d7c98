//! What all links of a desk come to, in one word.

use jiff::Timestamp;

use crate::domain::freshness::{Link, SourceId, TroubleKind};

use super::model::Model;

/// What all links come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    None,
    Live,
    Partial,
    Connecting {
        left: usize,
        all: usize,
    },
    Failing {
        count: usize,
        all: usize,
    },
    /// Nothing answers; what is on the screen is at least this old.
    Stale {
        since: Timestamp,
    },
}

impl Links {
    pub fn of(model: &Model) -> Self {
        let mut all = 0;
        let mut connecting = 0;
        let mut partial = false;
        let mut failing = 0;
        let mut latest: Option<Timestamp> = None;
        for (source, link) in &model.links {
            match link {
                Link::Absent => continue,
                Link::Connecting => connecting += 1,
                Link::Live { .. } => {}
                Link::Partial { .. } => partial = true,
                // What a server does not have is no failure: a cluster without a metrics server is whole. Where there are
                // no pods to read there is no such namespace.
                Link::Failed { trouble, .. }
                    if trouble.kind == TroubleKind::Absent && *source != SourceId::Pods =>
                {
                    continue;
                }
                Link::Failed { since, .. } => {
                    failing += 1;
                    latest = Some(latest.map_or(*since, |at| at.max(*since)));
                }
            }
            all += 1;
        }
        match latest {
            _ if model.links.is_empty() => Self::Connecting { left: 0, all: 0 },
            _ if all == 0 => Self::None,
            Some(since) if failing == all => Self::Stale { since },
            _ if failing > 0 => Self::Failing {
                count: failing,
                all,
            },
            _ if connecting > 0 => Self::Connecting {
                left: connecting,
                all,
            },
            _ if partial => Self::Partial,
            _ => Self::Live,
        }
    }
}
