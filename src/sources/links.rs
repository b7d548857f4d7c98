//! The link to one server as its lanes of questions report it, told only when it changes.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::outbox::Outbox;
use crate::domain::{
    freshness::{Link, SourceId, Trouble},
    observation::Observation,
    time::Clock,
};

/// How one lane of questions fared last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Lane {
    #[default]
    Waiting,
    Good,
    /// It answers, but not all of it.
    Partial(String),
    Failed {
        trouble: Trouble,
        retry_at: Timestamp,
    },
}

/// Joins the lanes of one source. The first lane that was asked anything decides whether the source is there; what fails
/// only in the others makes it partial.
pub struct Links {
    source: SourceId,
    outbox: Outbox,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

struct State {
    lanes: Vec<(&'static str, Lane)>,
    told: Link,
}

impl Links {
    /// Says at once that the source is being asked.
    pub fn new(
        source: SourceId,
        lanes: &[&'static str],
        outbox: Outbox,
        clock: Arc<dyn Clock>,
    ) -> Self {
        outbox.send(Observation::Link {
            source,
            link: Link::Connecting,
        });
        Self {
            source,
            outbox,
            clock,
            state: Mutex::new(State {
                lanes: lanes.iter().map(|name| (*name, Lane::Waiting)).collect(),
                told: Link::Connecting,
            }),
        }
    }

    /// Takes one lane's report.
    pub fn report(&self, name: &'static str, lane: Lane) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = state.lanes.iter_mut().find(|(known, _)| *known == name) {
            place.1 = lane;
        }
        let link = joined(&state.lanes, &state.told, self.clock.now().wall);
        if link != state.told {
            state.told = link.clone();
            self.outbox.send(Observation::Link {
                source: self.source,
                link,
            });
        }
    }
}

fn joined(lanes: &[(&'static str, Lane)], told: &Link, now: Timestamp) -> Link {
    let asked = |lane: &Lane| *lane != Lane::Waiting;
    let Some(first) = lanes.iter().position(|(_, lane)| asked(lane)) else {
        return told.clone();
    };
    if let Lane::Failed { trouble, retry_at } = &lanes[first].1 {
        return Link::Failed {
            since: match told {
                Link::Failed {
                    since,
                    trouble: known,
                    ..
                } if known.kind == trouble.kind => *since,
                _ => now,
            },
            trouble: trouble.clone(),
            retry_at: Some(*retry_at),
        };
    }
    let lacks: Vec<String> = lanes
        .iter()
        .enumerate()
        .filter_map(|(index, (name, lane))| {
            let why = match lane {
                Lane::Waiting | Lane::Good => return None,
                Lane::Partial(why) => why,
                Lane::Failed { trouble, .. } => &trouble.detail,
            };
            Some(if index == first {
                why.clone()
            } else {
                format!("{name}: {why}")
            })
        })
        .collect();
    let since = |same: bool| match told {
        Link::Live { since } | Link::Partial { since, .. } if same => *since,
        _ => now,
    };
    if lacks.is_empty() {
        Link::Live {
            since: since(matches!(told, Link::Live { .. })),
        }
    } else {
        Link::Partial {
            since: since(matches!(told, Link::Partial { .. })),
            detail: lacks.join("; "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::freshness::TroubleKind;

    fn now() -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    fn failed() -> Lane {
        Lane::Failed {
            trouble: Trouble::new(TroubleKind::TimedOut, "late"),
            retry_at: now(),
        }
    }

    #[test]
    fn the_first_lane_that_was_asked_decides() {
        let link = |lanes: [Lane; 3]| {
            let names = ["values", "series", "discovery"];
            let lanes: Vec<_> = names.into_iter().zip(lanes).collect();
            joined(&lanes, &Link::Connecting, now())
        };
        let live = Link::Live { since: now() };
        let partial = |detail: &str| Link::Partial {
            since: now(),
            detail: detail.to_owned(),
        };
        assert_eq!(
            link([Lane::Waiting, Lane::Waiting, Lane::Waiting]),
            Link::Connecting
        );
        assert_eq!(
            link([Lane::Good, Lane::Good, failed()]),
            partial("discovery: late")
        );
        assert!(link([failed(), Lane::Good, Lane::Good]).trouble().is_some());
        // Nothing was found that could be read.
        assert_eq!(link([Lane::Waiting, Lane::Waiting, Lane::Good]), live);
        assert!(
            link([Lane::Waiting, Lane::Waiting, failed()])
                .trouble()
                .is_some()
        );
        assert_eq!(
            link([Lane::Waiting, Lane::Good, failed()]),
            partial("discovery: late")
        );
    }
}
