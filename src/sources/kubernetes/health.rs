//! Whether a pod is sick: a pure judgement over its facts and the time.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::status::{Container, PodLite, Printed, condition};
use crate::domain::{pod::Health, time::since};

/// Not ready for longer than this is more than a hiccup.
const NOT_READY: Duration = Duration::from_secs(60);
/// A restart is news for this long.
const RESTARTED: Duration = Duration::from_secs(600);
/// The scheduler has had its chances after this.
const UNSCHEDULABLE: Duration = Duration::from_secs(60);
/// A container that is still being created after this hangs on something (a volume, an image).
const STARTING: Duration = Duration::from_secs(300);
/// What the kubelet needs to report a pod gone after its deletion timestamp.
const REMOVAL: Duration = Duration::from_secs(10);

/// What a container waits for while all is well.
const STARTING_REASONS: [&str; 3] = ["", "ContainerCreating", "PodInitializing"];

/// What a pod's status says, whatever the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Done,
    /// Its node is lost: nobody is there to carry a deletion out.
    Lost,
    Sick,
    /// Held back on purpose.
    Gated,
    Open,
}

/// What of a pod decides its health, now and later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Facts {
    standing: Standing,
    ready: bool,
    /// When it must be gone.
    deadline: Option<Timestamp>,
    unschedulable: Option<Timestamp>,
    starting: Option<Timestamp>,
    not_ready: Option<Timestamp>,
    last_restart: Option<Timestamp>,
}

impl Facts {
    pub fn of(pod: &PodLite, printed: &Printed) -> Self {
        let status = &pod.status;
        let created = pod.metadata.created;
        let changed = |kind| {
            condition(&status.conditions, kind)
                .and_then(|it| it.last_transition_time)
                .or(created)
        };
        let containers = || {
            let init = status.init_container_statuses.iter();
            init.chain(&status.container_statuses)
        };
        let scheduled = condition(&status.conditions, "PodScheduled");
        let gated = scheduled.is_some_and(|it| it.reason == "SchedulingGated");
        let waits_for_node = scheduled.is_some_and(|it| it.reason == "Unschedulable");
        let ready = condition(&status.conditions, "Ready").map_or_else(
            || printed.ready >= printed.containers,
            super::lite::Condition::holds,
        );
        let starting =
            status.phase == "Pending" || containers().any(|it| it.state.waiting.is_some());
        let lost = matches!(printed.status.as_str(), "Unknown" | "NodeLost");
        let standing = if status.phase == "Succeeded" {
            Standing::Done
        } else if lost {
            Standing::Lost
        } else if status.phase == "Failed" || containers().any(Container::is_sick) {
            Standing::Sick
        } else if gated {
            Standing::Gated
        } else {
            Standing::Open
        };
        Self {
            standing,
            ready,
            deadline: pod.metadata.deleted,
            unschedulable: changed("PodScheduled").filter(|_| waits_for_node),
            starting: changed("PodScheduled").filter(|_| starting),
            not_ready: changed("Ready").filter(|_| !ready),
            last_restart: printed.last_restart,
        }
    }

    pub fn at(&self, now: Timestamp) -> Health {
        let past = |from: Option<Timestamp>, limit| from.is_some_and(|it| since(it, now) > limit);
        let removal = SignedDuration::try_from(REMOVAL).unwrap_or_default();
        match (self.standing, self.deadline) {
            (Standing::Done, _) => Health::Done,
            (Standing::Lost, _) | (Standing::Sick, None) => Health::Sick,
            (_, Some(deadline)) if now.duration_since(deadline) > removal => Health::Sick,
            (_, Some(_)) | (Standing::Gated, None) => Health::Moving,
            (Standing::Open, None) if past(self.unschedulable, UNSCHEDULABLE) => Health::Sick,
            (Standing::Open, None) if self.unschedulable.is_some() => Health::Moving,
            (Standing::Open, None) => self.on_its_node(now),
        }
    }

    fn on_its_node(&self, now: Timestamp) -> Health {
        let past = |from, limit| since(from, now) > limit;
        match (self.starting, self.not_ready) {
            (Some(starting), _) if past(starting, STARTING) => Health::Shaky,
            (Some(_), _) => Health::Moving,
            (None, Some(not_ready)) if !past(not_ready, NOT_READY) => Health::Moving,
            _ if !self.ready => Health::Shaky,
            _ if self.last_restart.is_some_and(|it| !past(it, RESTARTED)) => Health::Shaky,
            _ => Health::Well,
        }
    }

    /// When and into what the health turns if nothing else happens.
    pub fn later(&self, now: Timestamp) -> Vec<(Timestamp, Health)> {
        let mut turns: Vec<Timestamp> = [
            (self.deadline, REMOVAL),
            (self.unschedulable, UNSCHEDULABLE),
            (self.starting, STARTING),
            (self.not_ready, NOT_READY),
            (self.last_restart, RESTARTED),
        ]
        .into_iter()
        .filter_map(|(from, after)| from?.checked_add(after + Duration::from_millis(1)).ok())
        .filter(|turn| *turn > now)
        .collect();
        turns.sort_unstable();
        let mut before = self.at(now);
        let mut later = Vec::new();
        for turn in turns {
            let health = self.at(turn);
            if health != before {
                later.push((turn, health));
                before = health;
            }
        }
        later
    }
}

impl Container {
    /// It waits for something that does not come by itself, or it ended badly.
    fn is_sick(&self) -> bool {
        let waiting = self.state.waiting.as_ref();
        let ended = self.state.terminated.as_ref();
        waiting.is_some_and(|it| !STARTING_REASONS.contains(&it.reason.as_str()))
            || ended.is_some_and(|it| it.exit_code != 0 || it.signal != 0)
    }
}
