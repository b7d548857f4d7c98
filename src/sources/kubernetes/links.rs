//! One link made of several lists and watches: namespaces, or kinds that are drawn together.

use jiff::Timestamp;

use crate::domain::freshness::{Link, Trouble};

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
}

impl Links {
    pub fn new(names: Vec<String>) -> Self {
        let parts = names.into_iter().map(|name| (name, Part::Connecting));
        Self {
            parts: parts.collect(),
        }
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
        for (name, part) in &self.parts {
            match part {
                Part::Connecting => {}
                Part::Live { since } => lives.push(*since),
                Part::Failed {
                    since,
                    trouble,
                    retry_at,
                } => failures.push((name, *since, trouble, *retry_at)),
            }
        }
        let newest = lives.iter().max().copied();
        let told = |(name, _, trouble, _): &(&String, Timestamp, &Trouble, Timestamp)| {
            if self.parts.len() == 1 {
                trouble.detail.clone()
            } else {
                format!("{name}: {}", trouble.detail)
            }
        };
        match (newest, failures.first()) {
            (Some(since), None) if lives.len() == self.parts.len() => Link::Live { since },
            (_, None) => Link::Connecting,
            (Some(since), Some(_)) => Link::Partial {
                since,
                detail: failures.iter().map(told).collect::<Vec<_>>().join("; "),
            },
            (None, Some(first)) => Link::Failed {
                since: failures.iter().map(|it| it.1).min().unwrap_or(first.1),
                trouble: Trouble::new(first.2.kind, told(first)),
                retry_at: failures.iter().map(|it| it.3).min(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::freshness::TroubleKind;

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
}
