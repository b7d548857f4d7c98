//! What was read of a pod, part by part. A part that could not be read keeps the reason.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::{
    event::EventRow,
    freshness::Trouble,
    pod::PodUsage,
    pod_detail::{ContainerDetail, ContainerState, PodDetail},
    series::Series,
};

use super::Unread;

/// One part of the evidence.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Part<T> {
    /// It would tell nothing here.
    #[default]
    NotAsked,
    Waiting,
    Known(T),
    Refused(Trouble),
}

impl<T> Part<T> {
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }
}

impl<T> From<Result<T, Trouble>> for Part<T> {
    fn from(read: Result<T, Trouble>) -> Self {
        match read {
            Ok(value) => Self::Known(value),
            Err(trouble) => Self::Refused(trouble),
        }
    }
}

/// Everything that was read of one pod.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    pub pod: PodFacts,
    /// Newest first.
    pub events: Part<Vec<EventRow>>,
    pub log: Part<LogTail>,
    pub usage: Part<PodUsage>,
    /// Memory of the container that died, in bytes.
    pub memory: Part<Series>,
    pub node: Part<NodeFacts>,
    /// Claims of the pod that are not bound.
    pub claims: Part<Vec<ClaimFacts>>,
    pub rollout: Part<Rollout>,
}

/// The pod itself, with what the detail screen does not show.
#[derive(Debug, Clone, PartialEq)]
pub struct PodFacts {
    pub detail: PodDetail,
    /// The pod's own reason and message: `Evicted`.
    pub reason: String,
    pub message: String,
    pub deletion: Option<Deletion>,
    pub finalizers: Vec<String>,
    pub scheduling_gates: Vec<String>,
    /// Conditions it waits for beside its containers.
    pub readiness_gates: Vec<String>,
    /// Names of the claims it mounts.
    pub claims: Vec<String>,
    /// How long it may run.
    pub deadline: Option<Duration>,
    pub containers: Vec<ContainerFacts>,
}

/// A deletion that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deletion {
    /// When its grace ends.
    pub ends: Timestamp,
    pub grace: Duration,
}

/// What the detail screen does not show of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerFacts {
    pub name: String,
    /// Its startup probe succeeded.
    pub started: Option<bool>,
    /// How long its last life was.
    pub lived: Option<Duration>,
    pub signal: Option<i32>,
}

/// The end of a container's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogTail {
    pub container: String,
    /// Of the life before the one that runs.
    pub before_death: bool,
    pub lines: Vec<String>,
}

impl LogTail {
    /// The last line with anything on it.
    pub fn last_line(&self) -> Option<(String, String, bool)> {
        let line = self
            .lines
            .iter()
            .rev()
            .find(|line| !line.trim().is_empty())?;
        let line = line.trim().to_owned();
        Some((line, self.container.clone(), self.before_death))
    }
}

/// The node a pod is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeFacts {
    pub name: String,
    /// `None`: there is no such node any more.
    pub state: Option<NodeState>,
}

/// How a node stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeState {
    pub ready: bool,
    pub since: Option<Timestamp>,
    /// Conditions that hold and should not.
    pub pressures: Vec<String>,
}

/// A claim that is not bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimFacts {
    pub name: String,
    /// `None`: there is no such claim.
    pub phase: Option<String>,
}

/// The rollout a pod is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollout {
    pub revision: u64,
    pub at: Timestamp,
    pub images: Vec<String>,
    /// Those of the revision before it; empty where there is none.
    pub before: Vec<String>,
}

impl Evidence {
    /// Only the pod is known; the rest is on its way.
    pub fn of(pod: PodFacts) -> Self {
        Self {
            pod,
            events: Part::Waiting,
            log: Part::Waiting,
            usage: Part::Waiting,
            memory: Part::NotAsked,
            node: Part::Waiting,
            claims: Part::Waiting,
            rollout: Part::Waiting,
        }
    }

    pub(super) fn unread(&self) -> Vec<(Unread, Trouble)> {
        fn why<T>(part: &Part<T>) -> Option<&Trouble> {
            match part {
                Part::Refused(trouble) => Some(trouble),
                _ => None,
            }
        }
        let metrics = match (&self.memory, &self.usage) {
            // Either of them tells what a container uses.
            (Part::Known(_), _) | (_, Part::Known(_)) => None,
            (memory, usage) => why(usage).or_else(|| why(memory)),
        };
        [
            (Unread::Events, why(&self.events)),
            (Unread::Log, why(&self.log)),
            (Unread::Metrics, metrics),
            (Unread::Node, why(&self.node)),
            (Unread::Claims, why(&self.claims)),
            (Unread::Rollout, why(&self.rollout)),
        ]
        .into_iter()
        .filter_map(|(part, why)| Some((part, why?.clone())))
        .collect()
    }

    pub(super) fn waits(&self) -> bool {
        fn waits<T>(part: &Part<T>) -> bool {
            matches!(part, Part::Waiting)
        }
        waits(&self.events)
            || waits(&self.log)
            || waits(&self.memory)
            || waits(&self.node)
            || waits(&self.claims)
            || waits(&self.rollout)
    }

    /// The newest event of one of these reasons.
    pub(super) fn event(&self, reasons: &[&str]) -> Option<&EventRow> {
        self.event_that(|event| reasons.contains(&&*event.reason))
    }

    pub(super) fn event_that(&self, wanted: impl Fn(&EventRow) -> bool) -> Option<&EventRow> {
        let events = self.events.known()?.iter().filter(|event| wanted(event));
        events.max_by_key(|event| event.last.or(event.first))
    }

    pub(super) fn condition(
        &self,
        kind: &str,
    ) -> Option<&crate::domain::pod_detail::ConditionDetail> {
        let mut conditions = self.pod.detail.conditions.iter();
        conditions.find(|condition| condition.kind == kind)
    }

    /// Containers that should run: not those that were attached to look.
    pub(super) fn containers(&self) -> impl Iterator<Item = &ContainerDetail> {
        use crate::domain::pod_detail::ContainerKind;
        let all = self.pod.detail.containers.iter();
        all.filter(|container| container.kind != ContainerKind::Ephemeral)
    }

    pub(super) fn facts(&self, container: &str) -> Option<&ContainerFacts> {
        let mut all = self.pod.containers.iter();
        all.find(|facts| facts.name == container)
    }
}

impl PodFacts {
    /// The container whose log tells most: the one that is down or died last, with whether it is the life before the one
    /// that runs or waits.
    pub fn telling(&self) -> Option<(&ContainerDetail, bool)> {
        let dead_at = |state: &ContainerState| match state {
            ContainerState::Terminated { at, code, .. } => Some((*code != 0, *at)),
            _ => None,
        };
        let died = self.detail.containers.iter().filter_map(|container| {
            let now = dead_at(&container.state).map(|death| (death, false));
            let before = container.last_state.as_ref().and_then(dead_at);
            let death = now.or_else(|| before.map(|death| (death, true)))?;
            Some((container, death))
        });
        let worst =
            died.max_by_key(|(container, ((badly, at), _))| (*badly, !container.ready, *at));
        if let Some((container, (_, previous))) = worst {
            return Some((container, previous));
        }
        let mut running = self
            .detail
            .containers
            .iter()
            .filter(|container| matches!(container.state, ContainerState::Running { .. }));
        running
            .clone()
            .find(|container| !container.ready)
            .or_else(|| running.next())
            .map(|container| (container, false))
    }
}
