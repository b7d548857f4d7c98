//! What the containers of a pod or a workload use, with what they used since the screen was opened.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use crate::domain::{
    freshness::Trouble,
    id::Uid,
    pod::{Name, PodUsage},
    pod_detail::PodKey,
    question::{Answer, Answered, RequestId},
    usage::{ContainerUse, LeftOut, PodUse, UsageQuestion},
};

use super::{browser::cursor::Cursor, subject::Subject};

/// The pods that are asked about; those of a workload beyond them are counted only.
pub const PODS: usize = 40;

/// How long requests and limits hold that were read: those in force follow a change of the pod some time later, and old
/// servers don't count changes.
const HOLDS: Duration = Duration::from_secs(120);

/// How many measurements of a container are kept.
const KEPT: usize = 120;

/// The screen of usage.
#[derive(Debug, Clone)]
pub struct UsageScreen {
    pub subject: Subject,
    /// The pods that were asked about, in the order they are drawn.
    pub pods: Vec<PodKey>,
    /// How many more the subject has.
    pub more: usize,
    pub lines: Vec<UsageLine>,
    pub cursor: Cursor,
    /// The question that is on its way.
    pub asked: Option<RequestId>,
    /// When an answer was told, on the monotonic clock.
    pub told: Option<Duration>,
    /// Why nothing could be read.
    pub failed: Option<Trouble>,
    /// Why nothing was measured.
    pub unmeasured: Option<Trouble>,
    /// Pods that could not be read, where others could.
    pub left_out: Option<LeftOut>,
    trends: BTreeMap<(Uid, Name), Trend>,
    /// What was read of the pods themselves.
    known: BTreeMap<Uid, Declared>,
    /// The generation of each pod that is asked about; `None` where what is known of it holds.
    asking: BTreeMap<Uid, Option<i64>>,
}

/// A pod's requests and limits, as of when they were read.
#[derive(Debug, Clone)]
struct Declared {
    generation: i64,
    read: Duration,
    pod: PodUse,
}

/// One container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageLine {
    /// The pod's and the container's, so that a selection stays on it.
    pub uid: Uid,
    pub pod: PodKey,
    pub container: ContainerUse,
    /// The first of its pod.
    pub first: bool,
}

/// What a container used, the newest last.
#[derive(Debug, Clone, Default)]
pub struct Trend {
    at: Option<jiff::Timestamp>,
    used: VecDeque<PodUsage>,
}

impl Trend {
    pub fn cpu(&self) -> Vec<Option<f64>> {
        let used = self.used.iter();
        used.map(|it| Some(f64::from(it.cpu_millicores))).collect()
    }

    pub fn memory(&self) -> Vec<Option<f64>> {
        let used = self.used.iter();
        used.map(|it| Some(it.memory_bytes as f64)).collect()
    }

    /// Takes a measurement, unless it is the one that is known.
    fn take(&mut self, at: Option<jiff::Timestamp>, used: PodUsage) {
        if at.is_some() && at == self.at {
            return;
        }
        self.at = at;
        self.used.push_back(used);
        if self.used.len() > KEPT {
            self.used.pop_front();
        }
    }
}

impl UsageScreen {
    pub fn new(subject: Subject) -> Self {
        Self {
            subject,
            pods: Vec::new(),
            more: 0,
            lines: Vec::new(),
            cursor: Cursor::default(),
            asked: None,
            told: None,
            failed: None,
            unmeasured: None,
            left_out: None,
            trends: BTreeMap::new(),
            known: BTreeMap::new(),
            asking: BTreeMap::new(),
        }
    }

    /// What to ask about pods, each with the generation its row tells; what still holds of one is not read again.
    pub fn question(&mut self, pods: Vec<(PodKey, i64)>, now: Duration) -> UsageQuestion {
        self.more = pods.len().saturating_sub(PODS);
        self.asking.clear();
        let mut known = Vec::new();
        for (key, generation) in pods.iter().take(PODS) {
            let holds = self
                .known
                .get(&key.uid)
                .filter(|it| it.generation == *generation && now.saturating_sub(it.read) < HOLDS);
            known.extend(holds.map(|it| it.pod.clone()));
            let asked = holds.is_none().then_some(*generation);
            self.asking.insert(key.uid.clone(), asked);
        }
        self.pods = pods.into_iter().map(|(key, _)| key).take(PODS).collect();
        UsageQuestion {
            pods: self.pods.clone(),
            known,
        }
    }

    fn keep(&mut self, told: &[PodUse], now: Duration) {
        self.known
            .retain(|uid, _| told.iter().any(|it| it.uid == *uid));
        for pod in told {
            if let Some(generation) = self.asking.get(&pod.uid).copied().flatten() {
                let declared = Declared {
                    generation,
                    read: now,
                    pod: pod.clone(),
                };
                self.known.insert(pod.uid.clone(), declared);
            }
        }
    }

    pub fn trend(&self, line: &UsageLine) -> Option<&Trend> {
        self.trends
            .get(&(line.pod.uid.clone(), line.container.name.clone()))
    }

    pub fn selected(&self) -> Option<&UsageLine> {
        let line = self.lines.get(self.cursor.stood())?;
        (self.cursor.selected.as_ref() == Some(&line.uid)).then_some(line)
    }

    /// Selects another row, as a person does.
    pub fn choose(&mut self, at: usize, page: usize) {
        self.cursor
            .choose(at, self.lines.len(), page, |at| &self.lines[at].uid);
    }

    /// Takes the answer to the question that was asked, in a place of so many rows.
    pub fn take(&mut self, answer: &Answered, now: Duration, page: usize) {
        self.asked = None;
        match answer {
            Ok(Answer::Usage(sight)) => {
                self.failed = None;
                self.unmeasured.clone_from(&sight.trouble);
                self.left_out.clone_from(&sight.left_out);
                self.told = Some(now);
                self.put(&sight.pods);
                self.keep(&sight.pods, now);
                self.cursor
                    .settle(self.lines.len(), page, |at| &self.lines[at].uid);
            }
            Ok(_) => {}
            Err(trouble) => self.failed = Some(trouble.clone()),
        }
    }

    fn put(&mut self, told: &[PodUse]) {
        self.lines.clear();
        for used in told {
            let Some(pod) = self.pods.iter().find(|key| key.uid == used.uid) else {
                continue;
            };
            for (index, container) in used.containers.iter().enumerate() {
                if let Some(amount) = container.used {
                    let key = (used.uid.clone(), container.name.clone());
                    self.trends.entry(key).or_default().take(used.at, amount);
                }
                self.lines.push(UsageLine {
                    uid: format!("{}/{}", used.uid, container.name).into(),
                    pod: pod.clone(),
                    container: container.clone(),
                    first: index == 0,
                });
            }
        }
        let there = |uid: &Uid| told.iter().any(|used| used.uid == *uid);
        self.trends.retain(|(uid, _), _| there(uid));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::usage::{Room, UsageSight};

    #[test]
    fn a_trend_grows_with_what_was_measured_anew() {
        let key = PodKey {
            namespace: "a".into(),
            name: "one".into(),
            uid: "u".into(),
        };
        let mut screen = UsageScreen::new(Subject::Pod(key.clone()));
        screen.pods = vec![key];
        let told = |second, cpu_millicores| {
            Ok(Answer::Usage(UsageSight {
                trouble: None,
                left_out: None,
                pods: vec![PodUse {
                    uid: "u".into(),
                    at: jiff::Timestamp::from_second(second).ok(),
                    containers: vec![ContainerUse {
                        name: "main".into(),
                        used: Some(PodUsage {
                            cpu_millicores,
                            memory_bytes: 1,
                        }),
                        requests: Room::default(),
                        limits: Room::default(),
                    }],
                }],
            }))
        };
        let mut tell = |second, cpu| {
            screen.take(&told(second, cpu), Duration::ZERO, 10);
            screen.trend(&screen.lines[0]).unwrap().cpu()
        };
        assert_eq!(tell(10, 5), [Some(5.0)]);
        assert_eq!(tell(10, 5), [Some(5.0)], "the same measurement, read twice");
        assert_eq!(tell(25, 7), [Some(5.0), Some(7.0)]);
    }
    #[test]
    fn a_pod_is_read_again_when_it_changed_or_after_a_while() {
        let key = PodKey {
            namespace: "a".into(),
            name: "one".into(),
            uid: "u".into(),
        };
        let mut screen = UsageScreen::new(Subject::Pod(key.clone()));
        let told = PodUse {
            uid: "u".into(),
            at: None,
            containers: Vec::new(),
        };
        let mut known_at = |generation, seconds| {
            let now = Duration::from_secs(seconds);
            let question = screen.question(vec![(key.clone(), generation)], now);
            let answer = Ok(Answer::Usage(UsageSight {
                trouble: None,
                left_out: None,
                pods: vec![told.clone()],
            }));
            screen.take(&answer, now, 10);
            !question.known.is_empty()
        };
        assert!(!known_at(1, 0), "nothing is known yet");
        assert!(known_at(1, 15));
        assert!(!known_at(2, 30), "it was changed");
        assert!(known_at(2, 45));
        assert!(known_at(2, 149));
        assert!(!known_at(2, 150), "it was read two minutes ago");
    }
}
