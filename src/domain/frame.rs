//! What the panes show at one moment, whole and by itself: it can be written down and drawn again.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    action::verdict::Verdict,
    change::What,
    desk::{Desk, ShiftNow},
    freshness::{Link, SourceId},
    hook::HookState,
    id::{Fingerprint, RunId, Uid},
    light::LightState,
    line::{AlertLine, GaugeLine, QueueLine, SloLine},
    pod::{PodCount, PodRow, PodUsage, RollUp, WorkloadKey},
    text::Text,
};

/// Of pods that need a look, and of those in no workload, a frame holds at most so many rows, the worst first.
pub const MOST_PODS: usize = 60;

/// What the panes show at one moment. Not in it: pods that are well, labels of pods, the screens behind the panes (logs,
/// manifests, charts), what a person had selected or typed.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// The time of the world that was watched.
    pub at: Timestamp,
    pub desk: Desk,
    /// The desk's zone, by its IANA name.
    pub zone: String,
    pub shift: Option<ShiftNow>,
    pub links: BTreeMap<SourceId, Link>,
    pub hooks: Vec<HookState>,
    pub lights: Vec<LightState>,
    pub slos: Vec<SloLine>,
    pub gauges: Vec<GaugeLine>,
    pub queues: Vec<QueueLine>,
    pub alerts: AlertsSeen,
    pub pods: PodsSeen,
}

/// The alerts of a moment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlertsSeen {
    /// Alertmanager had answered at least once.
    pub filled: bool,
    pub lines: BTreeMap<Fingerprint, AlertLine>,
}

/// The pods of a moment: those that needed a look one by one, all others counted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PodsSeen {
    /// The first list of pods had come.
    pub filled: bool,
    pub rows: BTreeMap<Uid, PodRow>,
    pub usage: BTreeMap<Uid, PodUsage>,
    pub roll_ups: BTreeMap<WorkloadKey, RollUp>,
    pub count: PodCount,
    /// How many there were of which there is no row here.
    pub unseen: u32,
    /// How many of those needed a look.
    pub left_out: u32,
}

/// Something on the time line of a shift.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// What it is the same by when more becomes known of it: why an alert left, how a run ended.
    pub key: MarkKey,
    pub at: Timestamp,
    pub what: Marked,
}

/// What a mark is told apart from others by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MarkKey {
    /// A change by its number, which counts from the opening of a cockpit.
    Change(u64),
    Run(RunId),
    /// A line of the ledger that belongs to no run.
    Line(String),
}

/// What a mark stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum Marked {
    Changed(What),
    /// A run of an action; `None`: it went on when it was written down.
    Ran {
        title: Text,
        target: String,
        who: String,
        verdict: Option<Verdict>,
    },
    /// What somebody wrote down.
    Noted {
        who: String,
        text: String,
    },
}

/// What one jumps between on a time line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MarkKind {
    Alert,
    Light,
    Action,
    Note,
    /// What else changed: rollouts, scales, nodes.
    Change,
}

impl MarkKind {
    pub const fn id(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Light => "light",
            Self::Action => "action",
            Self::Note => "note",
            Self::Change => "change",
        }
    }
}

impl Marked {
    pub const fn kind(&self) -> MarkKind {
        match self {
            Self::Changed(What::AlertCame { .. } | What::AlertLeft { .. }) => MarkKind::Alert,
            Self::Changed(What::LightChanged { .. } | What::HookChanged { .. }) => MarkKind::Light,
            Self::Changed(_) => MarkKind::Change,
            Self::Ran { .. } => MarkKind::Action,
            Self::Noted { .. } => MarkKind::Note,
        }
    }
}
