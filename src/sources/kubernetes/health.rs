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

/// What of a pod decides its health, now and later.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Facts {
    done: bool,
    sick: bool,
    /// Its node is lost: nobody is there to carry a deletion out.
    lost: bool,
    gated: bool,
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
        let done = status.phase == "Succeeded";
        let lost = matches!(printed.status.as_str(), "Unknown" | "NodeLost");
        let failed = status.phase == "Failed";
        Self {
            done,
            sick: !done && (failed || lost || containers().any(|it| it.is_sick())),
            lost,
            gated,
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
        if self.done {
            Health::Done
        } else if self.lost {
            Health::Sick
        } else if let Some(deadline) = self.deadline {
            if now.duration_since(deadline) > removal {
                Health::Sick
            } else {
                Health::Moving
            }
        } else if self.sick || past(self.unschedulable, UNSCHEDULABLE) {
            Health::Sick
        } else if self.gated || self.unschedulable.is_some() {
            Health::Moving
        } else if self.starting.is_some() {
            if past(self.starting, STARTING) {
                Health::Shaky
            } else {
                Health::Moving
            }
        } else if !self.ready && !past(self.not_ready, NOT_READY) && self.not_ready.is_some() {
            Health::Moving
        } else if !self.ready
            || self
                .last_restart
                .is_some_and(|it| since(it, now) < RESTARTED)
        {
            Health::Shaky
        } else {
            Health::Well
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
