//! Objects of any kind as the server prints them: its own columns, one row for each object.

use std::sync::Arc;

use jiff::Timestamp;

use super::{elapsed, freshness::Trouble, id::Uid, object::KindRef, pod::Name};

/// A kind that the server has, as discovery tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindInfo {
    pub kind: KindRef,
    /// `deployment`
    pub singular: Name,
    /// `deploy`
    pub short: Vec<Name>,
    pub listing: Listing,
    /// Its changes can be watched.
    pub watched: bool,
}

/// Whether the objects of a kind can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Listing {
    Offered,
    /// It is made to be asked with, like a review of access.
    NotOffered,
    /// The rules of the person who asks do not allow it.
    Forbidden,
}

/// Every kind of a server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kinds {
    pub kinds: Vec<KindInfo>,
    /// Groups whose kinds are not known, because their server does not answer: `metrics.k8s.io/v1beta1`.
    pub silent: Vec<String>,
}

/// A column of the server's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// As the server writes it, `Last Seen`.
    pub name: Name,
    /// Its cells are numbers.
    pub number: bool,
    /// It stands only in the wide view.
    pub wide: bool,
}

/// What stands in one column of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Text(Name),
    /// A time that counts: `5m`, or `3 (5m ago)`.
    Since {
        before: Name,
        at: Timestamp,
        after: Name,
    },
}

impl Cell {
    /// The cell as it reads at `now`.
    pub fn text(&self, now: Timestamp) -> std::borrow::Cow<'_, str> {
        match self {
            Self::Text(text) => (&**text).into(),
            Self::Since { before, at, after } => {
                format!("{before}{}{after}", elapsed::since(*at, now)).into()
            }
        }
    }
}

/// One object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The server's; for objects without one (metrics) their name stands for it.
    pub uid: Uid,
    /// `None` where the kind has none.
    pub namespace: Option<Name>,
    pub name: Name,
    pub created: Option<Timestamp>,
    /// In the order of the columns.
    pub cells: Vec<Cell>,
}

/// Objects of one kind as they are known now.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    pub columns: Arc<[Column]>,
    /// By namespace and name.
    pub rows: Vec<Arc<Row>>,
    /// One for each namespace that is read, or one for all.
    pub parts: Vec<Part>,
    /// How many there are beyond those that are kept; `None` where all are kept.
    pub beyond: Option<Beyond>,
    /// The server does not print this kind; the columns are ours.
    pub plain: bool,
    /// The server offers no watch of this kind: it is listed again every so many seconds.
    pub listed_every: Option<u64>,
}

/// How many objects are not in a sheet because it is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beyond {
    Exactly(u64),
    /// The server does not say how many.
    Unknown,
}

/// Where the reading of one namespace stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// `None`: all namespaces, or a kind that has none.
    pub namespace: Option<Name>,
    /// What it has given is a whole list.
    pub listed: bool,
    pub state: PartState,
}

/// What the reading of one namespace is doing.
#[derive(Debug, Clone, PartialEq)]
pub enum PartState {
    /// Its list is being read; how many rows are still to come, where the server says so.
    Reading {
        left: Option<u64>,
    },
    Live,
    Failed {
        since: Timestamp,
        trouble: Trouble,
        retry_at: Option<Timestamp>,
    },
}

impl Sheet {
    /// Rows of more than one namespace can stand in it.
    pub fn several(&self) -> bool {
        match self.parts.as_slice() {
            [one] => one.namespace.is_none() && self.rows.iter().any(|row| row.namespace.is_some()),
            parts => parts.len() > 1,
        }
    }

    /// Every part has been read to its end at least once.
    pub fn is_whole(&self) -> bool {
        self.parts.iter().all(|part| part.listed)
    }
}
