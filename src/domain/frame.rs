//! What the panes show at one moment, whole and by itself: it can be written down and drawn again.

use std::{collections::BTreeMap, path::PathBuf};

use jiff::Timestamp;

use super::{
    action::verdict::Verdict,
    change::{Change, What},
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
    /// The same moment by the clock of the program, which is that of the ledger.
    pub clocked: Timestamp,
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
    pub care: BTreeMap<Fingerprint, CareSeen>,
}

/// Who takes care of an alert, and by when somebody must have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CareSeen {
    /// When somebody acknowledged it, by the clock of the ledger, and who that was.
    pub acknowledged: Option<(Timestamp, Who)>,
    pub assigned: Option<String>,
    pub respond_by: Option<Timestamp>,
}

/// Somebody by the name the API server knows, else by their number on their host.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Who {
    pub principal: Option<String>,
    pub uid: u32,
    pub host: String,
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
        did: Did,
        /// What it is about, where it is about something.
        about: Option<Text>,
        text: Option<String>,
    },
}

/// What somebody did by writing it down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Did {
    Remarked,
    Acknowledged,
    Released,
    Assigned,
    Escalated,
    /// A check passed.
    Passed,
    /// It is near to not being as it should.
    Warned,
    /// A check found that it is not as it should be.
    Failed,
    /// It could not be told.
    NotTold,
    /// Nobody looked, on purpose.
    Skipped,
    /// An incident was declared.
    Declared,
    /// What became of an incident went out.
    Updated,
    /// Something else was said of an incident: severity, role, impact, how far it has come.
    Led,
    Closed,
    Reopened,
    /// A flow was begun.
    Began,
    /// A step of it was done.
    Settled,
    /// A step of it was left out.
    LeftOut,
    Left,
    Resumed,
    Ended,
    HandedOver,
    TookOver,
    /// What a flow freezes may be done for a while.
    Lifted,
    /// A temporary change should have been taken back.
    SawOverdue,
    /// A temporary change is not as it was left.
    SawChanged,
}

impl Did {
    pub const fn id(self) -> &'static str {
        match self {
            Self::Remarked => "remarked",
            Self::Acknowledged => "acknowledged",
            Self::Released => "released",
            Self::Assigned => "assigned",
            Self::Escalated => "escalated",
            Self::Passed => "passed",
            Self::Warned => "warned",
            Self::Failed => "failed",
            Self::NotTold => "not-told",
            Self::Skipped => "skipped",
            Self::Declared => "declared",
            Self::Updated => "updated",
            Self::Led => "led",
            Self::Closed => "closed",
            Self::Reopened => "reopened",
            Self::Began => "began",
            Self::Settled => "settled",
            Self::LeftOut => "left-out",
            Self::Left => "left",
            Self::Resumed => "resumed",
            Self::Ended => "ended",
            Self::HandedOver => "handed-over",
            Self::TookOver => "took-over",
            Self::Lifted => "lifted",
            Self::SawOverdue => "saw-overdue",
            Self::SawChanged => "saw-changed",
        }
    }
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
            Self::Changed(
                What::LightChanged { .. } | What::HookChanged { .. } | What::GateChanged { .. },
            ) => MarkKind::Light,
            Self::Changed(_) => MarkKind::Change,
            Self::Ran { .. } => MarkKind::Action,
            Self::Noted { .. } => MarkKind::Note,
        }
    }
}

/// A stretch of time in which somebody recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub from: Timestamp,
    pub to: Timestamp,
}

/// A frame of a record, and how far it is from what was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    pub frame: Frame,
    /// Nobody recorded at the moment that was asked for; this was the last frame before it.
    pub gap: bool,
}

/// What there is in a record, without its frames.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    /// What the record is called.
    pub name: String,
    /// The stretches that were recorded, in their order; between them are gaps.
    pub spans: Vec<Span>,
    /// The earliest first.
    pub marks: Vec<Mark>,
    /// Bytes at the end that can't be read.
    pub torn: u64,
}

impl Outline {
    /// The first and the last recorded moment.
    pub fn ends(&self) -> Option<Span> {
        let (first, last) = (self.spans.first()?, self.spans.last()?);
        Some(Span {
            from: first.from,
            to: last.to,
        })
    }
}

/// What the records of a desk tell of a time, without their frames.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Past {
    /// From when on they were read.
    pub from: Timestamp,
    /// The stretches that were recorded, in their order.
    pub spans: Vec<Span>,
    /// What changed, the earliest first.
    pub changes: Vec<Change>,
}

/// How recording goes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Recording {
    /// Nothing was given to record yet, or nobody wants it.
    #[default]
    Idle,
    /// Another process of this user records this desk.
    Elsewhere,
    Here {
        path: PathBuf,
    },
    /// It can't go on, and why.
    Stopped {
        why: String,
    },
}

/// Why there is nothing to go through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoRecord {
    /// Nobody recorded this desk yet.
    NoneYet,
    /// The file is something else.
    NoRecord,
    /// It was written by another version of this program.
    Version { found: u16, known: u16 },
    /// Not one frame of it can be read.
    Empty,
    /// It can't be read, in the system's words.
    Unreadable(String),
}
