//! What containers write: lines with their times, and what there is to say of the streams they come from.

mod batch;
mod level;

use std::time::Duration;

use jiff::Timestamp;

use super::{
    freshness::Trouble,
    pod::Name,
    pod_detail::{ContainerKind, PodKey},
};

pub use batch::LogBatch;
pub use level::{Level, LevelGuess};

/// What stands for one line: its time, and a number that sets lines of one time apart. The order of the merged log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogKey {
    pub at: Timestamp,
    pub number: u64,
}

/// Which logs are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogQuestion {
    /// In the order of their importance: where there are too many the last ones are not read.
    pub pods: Vec<PodKey>,
    /// `None`: from the beginning.
    pub since: Option<Duration>,
    /// The most lines of each container, the newest.
    pub tail: u32,
    /// What the container before the running one wrote.
    pub previous: bool,
    /// The most containers that are read at once.
    pub streams: usize,
}

/// The log of one container, with where its reading stands.
#[derive(Debug, Clone, PartialEq)]
pub struct LogStream {
    /// Its number within the question.
    pub id: u32,
    pub pod: PodKey,
    pub container: Name,
    pub kind: ContainerKind,
    pub state: StreamState,
}

/// Where the reading of one container stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamState {
    Opening,
    /// What it writes comes as it writes it.
    Live,
    /// It does not run; it is read again once it does. Why, in the cluster's words.
    Waiting(String),
    /// The stream broke and is opened again soon.
    Broken(Trouble),
    /// It can't be read.
    Refused(Trouble),
    /// Read to its end.
    Ended,
    /// Its pod is not there any more.
    Gone,
}

impl StreamState {
    /// Whether nothing more comes of it.
    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::Ended | Self::Gone)
    }
}

/// One entry of one stream.
#[derive(Debug, Clone, PartialEq)]
pub struct LogEntry {
    pub stream: u32,
    pub at: Timestamp,
    pub said: Said,
}

/// A line a container wrote, or something to know between its lines.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// Cleaned; as long as it may be.
    Line {
        level: Option<Level>,
        text: Box<str>,
    },
    Note(Box<LogNote>),
}

/// Something to know that stands between the lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogNote {
    /// A pod that came while its subject was followed.
    Joined,
    /// So many lines came faster than they could be kept.
    NotKept(u64),
    /// It can't be read, in the server's words.
    Refused(Trouble),
    /// It does not run (yet), in the cluster's words.
    Waiting(String),
    /// The stream broke; it is opened again.
    Broken(Trouble),
    /// The broken stream goes on.
    Back,
    /// The container ended: the reason and the code.
    Ended { reason: String, code: i32 },
    /// The container runs again.
    Restarted,
    /// The pod is not there any more.
    Gone,
}

impl LogNote {
    /// Whether something went wrong or is missing.
    pub fn is_trouble(&self) -> bool {
        match self {
            Self::Joined | Self::Back | Self::Restarted | Self::Gone => false,
            Self::NotKept(_) | Self::Refused(_) | Self::Waiting(_) | Self::Broken(_) => true,
            Self::Ended { code, .. } => *code != 0,
        }
    }
}

/// What the memory of one entry is counted as: its text and what is needed to keep it.
pub const ENTRY_COST: usize = 96;

impl Said {
    /// The memory it is counted as.
    pub fn cost(&self) -> usize {
        match self {
            Self::Line { text, .. } => ENTRY_COST + text.len(),
            Self::Note(_) => 2 * ENTRY_COST,
        }
    }
}
