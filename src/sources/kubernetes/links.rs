//! One link made of several lists and watches: namespaces, or kinds that are drawn together.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::freshness::{Link, Trouble, TroubleKind};

/// Where one list and watch stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Connecting,
    Live {
        since: Timestamp,
    },
    Failed {
        since: Timestamp,
        trouble: Trouble,
        retry_at: Timestamp,
    },
}

/// The parts of one source with their names.
pub(super) struct Links {
    parts: Vec<(String, Part)>,
    /// What is known not to be there, by part: an API server lists what does not exist as empty.
    missing: BTreeMap<usize, Missing>,
}

/// A namespace that the server says it does not have.
struct Missing {
    since: Timestamp,
    trouble: Trouble,
    retry_at: Timestamp,
}

impl Links {
    pub fn new(names: Vec<String>) -> Self {
        let parts = names.into_iter().map(|name| (name, Part::Connecting));
        Self {
            parts: parts.collect(),
            missing: BTreeMap::new(),
        }
    }

    /// What this part lists does not exist, as its server said.
    pub fn missing(&mut self, part: usize, now: Timestamp, trouble: Trouble, retry_at: Timestamp) {
        let known = self.missing.get(&part).map(|known| known.since);
        let since = known.unwrap_or(now);
        let missing = Missing {
            since,
            trouble,
            retry_at,
        };
        self.missing.insert(part, missing);
    }

    /// What this part lists exists, or nothing says that it does not.
    pub fn found(&mut self, part: usize) {
        self.missing.remove(&part);
    }

    pub fn live(&mut self, part: usize, now: Timestamp) {
        if let Some((_, part)) = self.parts.get_mut(part)
            && !matches!(part, Part::Live { .. })
        {
            *part = Part::Live { since: now };
        }
    }

    pub fn failed(&mut self, part: usize, now: Timestamp, trouble: Trouble, retry_at: Timestamp) {
        if let Some((_, part)) = self.parts.get_mut(part) {
            let since = match part {
                Part::Failed { since, .. } => *since,
                Part::Connecting | Part::Live { .. } => now,
            };
            *part = Part::Failed {
                since,
                trouble,
                retry_at,
            };
        }
    }

    /// All of them as one. Denied namespaces leave the others: that is a partial answer.
    pub fn joined(&self) -> Link {
        let mut lives = Vec::new();
        let mut failures = Vec::new();
        let alone = self.parts.len() == 1;
        for (place, (name, part)) in self.parts.iter().enumerate() {
            match (part, self.missing.get(&place)) {
                (
                    Part::Failed {
                        since,
                        trouble,
                        retry_at,
                    },
                    _,
                ) => {
                    let said = &trouble.detail;
                    let said = if alone {
                        said.clone()
                    } else {
                        format!("{name}: {said}")
                    };
                    failures.push((*since, trouble.kind, said, *retry_at));
                }
                (
                    _,
                    Some(Missing {
                        since,
                        trouble,
                        retry_at,
                    }),
                ) => {
                    failures.push((*since, trouble.kind, trouble.detail.clone(), *retry_at));
                }
                (Part::Live { since }, None) => lives.push(*since),
                (Part::Connecting, None) => {}
            }
        }
        let newest = lives.iter().max().copied();
        match (newest, failures.first()) {
            (Some(since), None) if lives.len() == self.parts.len() => Link::Live { since },
            (_, None) => Link::Connecting,
            (Some(since), Some(_)) => Link::Partial {
                since,
                detail: said(&failures),
            },
            (None, Some(first)) => Link::Failed {
                since: failures.iter().map(|it| it.0).min().unwrap_or(first.0),
                trouble: Trouble::new(first.1, first.2.clone()),
                retry_at: failures.iter().map(|it| it.3).min(),
            },
        }
    }
}

type Failure = (Timestamp, TroubleKind, String, Timestamp);

fn said(failures: &[Failure]) -> String {
    let said: Vec<&str> = failures.iter().map(|it| it.2.as_str()).collect();
    said.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn denied() -> Trouble {
        Trouble::new(TroubleKind::Forbidden, "pods is forbidden")
    }

    #[test]
    fn a_denied_namespace_leaves_the_others() {
        let mut links = Links::new(vec!["a".into(), "b".into()]);
        assert_eq!(links.joined(), Link::Connecting);
        links.live(0, at(1));
        assert_eq!(links.joined(), Link::Connecting);
        links.failed(1, at(2), denied(), at(5));
        assert_eq!(
            links.joined(),
            Link::Partial {
                since: at(1),
                detail: "b: pods is forbidden".into()
            }
        );
        links.live(1, at(6));
        assert_eq!(links.joined(), Link::Live { since: at(6) });
    }

    #[test]
    fn a_failure_dates_from_its_first_word() {
        let mut links = Links::new(vec!["a".into()]);
        links.live(0, at(1));
        links.failed(0, at(2), denied(), at(3));
        links.failed(0, at(4), denied(), at(8));
        assert_eq!(
            links.joined(),
            Link::Failed {
                since: at(2),
                trouble: denied(),
                retry_at: Some(at(8))
            }
        );
    }
    fn absent() -> Trouble {
        Trouble::new(TroubleKind::Absent, "namespace b not found")
    }

    #[test]
    fn a_namespace_that_does_not_exist_is_not_an_empty_one() {
        let mut links = Links::new(vec!["a".into(), "b".into()]);
        links.live(0, at(1));
        links.live(1, at(1));
        links.missing(1, at(2), absent(), at(60));
        let detail = "namespace b not found".to_owned();
        let since = at(1);
        assert_eq!(links.joined(), Link::Partial { since, detail });
        links.found(1);
        assert_eq!(links.joined(), Link::Live { since });
    }

    #[test]
    fn a_lost_server_says_more_than_a_missing_namespace() {
        let mut links = Links::new(vec!["b".into()]);
        links.live(0, at(1));
        links.missing(0, at(2), absent(), at(60));
        links.missing(0, at(60), absent(), at(120));
        let link = links.joined();
        let since = at(2);
        let retry_at = Some(at(120));
        let trouble = absent();
        assert_eq!(
            link,
            Link::Failed {
                since,
                trouble,
                retry_at
            }
        );
        links.failed(0, at(70), denied(), at(75));
        assert_eq!(links.joined().trouble(), Some(&denied()));
    }
}
