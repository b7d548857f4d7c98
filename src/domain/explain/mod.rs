//! Why a pod is sick: rules over what was read of it. Ids and values, never rendered text; what nothing tells is unknown.

mod clause;
mod evidence;
mod figures;
mod rules;

use jiff::Timestamp;

pub use clause::{Clause, Say, Value};
pub use evidence::{
    ClaimFacts, ContainerFacts, Deletion, Evidence, LogTail, NodeFacts, NodeState, Part, PodFacts,
    Rollout,
};
pub use figures::{bytes_of, images_changed};

macro_rules! causes {
    ($($(#[$doc:meta])* $variant:ident $name:literal;)*) => {
        /// What a pod is sick of; one rule finds each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Cause { $($(#[$doc])* $variant,)* }

        impl Cause {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable id.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

causes! {
    StuckTerminating "stuck-terminating";
    Terminating "terminating";
    Evicted "evicted";
    Preempted "preempted";
    DeadlineExceeded "deadline-exceeded";
    NodeLost "node-lost";
    /// The node's kubelet would not have it, or the node was shut down.
    Refused "refused";
    SchedulingGated "scheduling-gated";
    Unschedulable "unschedulable";
    VolumeNotMounted "volume-not-mounted";
    SandboxFailed "sandbox-failed";
    ImageNotPulled "image-not-pulled";
    ContainerNotCreated "container-not-created";
    OutOfMemory "out-of-memory";
    LivenessFailed "liveness-failed";
    StartupFailed "startup-failed";
    Crashed "crashed";
    /// It ends well, and is started again each time.
    EndsAndRestarts "ends-and-restarts";
    InitStuck "init-stuck";
    ReadinessFailed "readiness-failed";
    ReadinessGate "readiness-gate";
    Completed "completed";
    Starting "starting";
    Well "well";
    Unknown "unknown";
}

/// Where a fact was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Seen {
    State,
    LastState,
    Conditions,
    Events,
    Metrics,
    Node,
    Claims,
    Rollout,
}

impl Seen {
    pub const ALL: [Self; 8] = [
        Self::State,
        Self::LastState,
        Self::Conditions,
        Self::Events,
        Self::Metrics,
        Self::Node,
        Self::Claims,
        Self::Rollout,
    ];

    pub const fn id(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::LastState => "last-state",
            Self::Conditions => "conditions",
            Self::Events => "events",
            Self::Metrics => "metrics",
            Self::Node => "node",
            Self::Claims => "claims",
            Self::Rollout => "rollout",
        }
    }
}

/// What is worth opening next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Next {
    LogsBeforeDeath,
    Logs,
    RolloutDiff,
    Events,
    Describe,
    Node,
}

impl Next {
    pub const ALL: [Self; 6] = [
        Self::LogsBeforeDeath,
        Self::Logs,
        Self::RolloutDiff,
        Self::Events,
        Self::Describe,
        Self::Node,
    ];

    pub const fn id(self) -> &'static str {
        match self {
            Self::LogsBeforeDeath => "logs-before-death",
            Self::Logs => "logs",
            Self::RolloutDiff => "rollout-diff",
            Self::Events => "events",
            Self::Describe => "describe",
            Self::Node => "node",
        }
    }
}

/// What a rule found.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    pub cause: Cause,
    /// Said one after the other.
    pub clauses: Vec<Clause>,
    /// Where it was read, in the order it is told.
    pub seen: Vec<Seen>,
    pub next: Vec<Next>,
}

/// Why a pod is as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The first rule that found something, with what metrics and the rollout add.
    pub finding: Finding,
    /// Other causes that hold beside it.
    pub also: Vec<Cause>,
    /// The last line that was written, of which container, and whether before its death.
    pub last_line: Option<(String, String, bool)>,
    /// What could not be read, and why.
    pub unread: Vec<(Unread, crate::domain::freshness::Trouble)>,
    /// What is still being read.
    pub waiting: bool,
}

/// A part of the evidence that may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Unread {
    Events,
    Log,
    Metrics,
    Node,
    Claims,
    Rollout,
}

impl Unread {
    pub const ALL: [Self; 6] = [
        Self::Events,
        Self::Log,
        Self::Metrics,
        Self::Node,
        Self::Claims,
        Self::Rollout,
    ];

    pub const fn id(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Log => "log",
            Self::Metrics => "metrics",
            Self::Node => "node",
            Self::Claims => "claims",
            Self::Rollout => "rollout",
        }
    }
}

/// Explains a pod from what was read of it.
pub fn explain(evidence: &Evidence, now: Timestamp) -> Explanation {
    let mut found = rules::RULES.iter().filter_map(|rule| rule(evidence, now));
    let mut finding = found
        .next()
        .unwrap_or_else(|| rules::unknown(evidence, now));
    let also = beside(finding.cause, found.map(|other| other.cause));
    figures::add_rollout(&mut finding, evidence, now);
    Explanation {
        finding,
        also,
        last_line: evidence.log.known().and_then(LogTail::last_line),
        unread: evidence.unread(),
        waiting: evidence.waits(),
    }
}

/// The causes worth naming beside the first. What ends the whole pod explains all of it, and how a probe or the kernel ended
/// a container is not another crash.
fn beside(first: Cause, others: impl Iterator<Item = Cause>) -> Vec<Cause> {
    use Cause as C;
    let whole = matches!(
        first,
        C::StuckTerminating
            | C::Terminating
            | C::Evicted
            | C::Preempted
            | C::DeadlineExceeded
            | C::Refused
            | C::Completed
    );
    let ended = matches!(
        first,
        C::OutOfMemory | C::LivenessFailed | C::StartupFailed | C::ContainerNotCreated
    );
    let mut also: Vec<Cause> = Vec::new();
    for cause in others {
        let same = cause == first || also.contains(&cause);
        let told = ended && matches!(cause, C::Crashed | C::EndsAndRestarts);
        if !whole && !same && !told && !matches!(cause, C::Well | C::Starting) {
            also.push(cause);
        }
    }
    also
}

#[cfg(test)]
mod tests;
