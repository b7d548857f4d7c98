//! The routine of a desk: what is due, what was missed, what was done.

mod looking;
mod plan;
mod screen;

use jiff::Timestamp;

use crate::domain::{
    calendar::Slot,
    id::{CheckId, ChecklistId},
    logbook::Outcome,
    question::RequestId,
};

pub use self::{
    looking::{NOTHING, left, look, open_slot, reading},
    plan::{answer, found, is_late, plan, proposals},
    screen::{RoutineScreen, Row, RowKey, rows},
};

/// How many lines below the list tell of the selected row.
pub const FOOT: usize = 6;

/// What comes due: a check, or a list of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum DueOf {
    Check(CheckId),
    List(ChecklistId),
    /// The shift is to be handed over.
    Handover,
}

/// One thing at one of its times, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueRow {
    pub of: DueOf,
    /// `None`: it is due at no time that is known.
    pub slot: Option<Slot>,
    pub stand: Stand,
}

/// How something of the routine stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// Its time has come, and nothing settles it yet.
    Open,
    /// Its time went by: how often since somebody wrote here first. The slot is the last of them.
    Missed { times: usize },
    /// Comes next.
    Next,
    /// Whenever somebody wants it.
    Free,
    /// The worst of what was found.
    Done(Outcome),
}

/// A check whose readings are on their way.
#[derive(Debug, Clone, PartialEq)]
pub struct Looking {
    pub request: RequestId,
    pub check: CheckId,
    pub checklist: Option<ChecklistId>,
    pub slot: Option<Slot>,
}

impl Stand {
    /// The place among the others: what waits for a person first.
    const fn rank(self) -> u8 {
        match self {
            Self::Open => 0,
            Self::Missed { .. } => 1,
            Self::Next => 2,
            Self::Done(_) => 3,
            Self::Free => 4,
        }
    }
}

impl DueRow {
    pub fn at(&self) -> Option<Timestamp> {
        self.slot.map(|slot| slot.at)
    }

    pub fn is_open(&self) -> bool {
        self.stand == Stand::Open
    }
}
