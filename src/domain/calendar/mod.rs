//! When something is due: rules of a calendar as data, and the slots they make in a zone.
//!
//! One meaning for a time of day that a change of clocks touches: one that is skipped is as much later as the clocks
//! jumped (02:30 is 03:30 of that day), one that comes twice is the first. What counts minutes in a shift counts real ones.

mod days;
mod holidays;
mod shift;
mod slots;

#[cfg(test)]
mod oracle;
#[cfg(test)]
mod tests;

use std::time::Duration;

use jiff::{Timestamp, civil::Time, tz::TimeZone};

pub use self::{
    days::{DayRule, Nth, OnDays},
    holidays::Holidays,
    shift::{Hours, Shift, ShiftNow, shift_at},
    slots::{due_between, next_after},
};
use super::id::ActionId;

/// One rule of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// At these times of day, on some days.
    At { times: Vec<Time>, days: OnDays },
    /// Every so often in these shifts (none named: in each), from their start on.
    Every {
        every: Duration,
        shifts: Vec<String>,
    },
    /// When these shifts (none named: each) begin or end.
    Shift { edge: Edge, shifts: Vec<String> },
    /// Within a time before or after each run of an action.
    Around {
        side: Side,
        action: ActionId,
        within: Duration,
    },
}

/// An end of a shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    Start,
    End,
    /// So long before its end: who goes does it in their own shift.
    BeforeEnd(Duration),
}

/// On which side of an event something is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Before,
    After,
}

/// One time at which something is due, and until when it can still be done for that time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    pub at: Timestamp,
    /// `None`: until the next slot of the same calendar.
    pub until: Option<Timestamp>,
}

/// A run of an action, as calendars count it: what is due before it looks at its beginning, what is due after it at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    pub action: ActionId,
    pub began: Timestamp,
    /// `None`: it goes on.
    pub ended: Option<Timestamp>,
}

/// The rules by which one thing is due, and how long it can be done for each time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendar {
    pub rules: Vec<When>,
    pub within: Option<Duration>,
}

/// What rules are held against: the zone, the shifts, and what happened.
#[derive(Debug, Clone, Copy)]
pub struct Roster<'a> {
    pub zone: &'a TimeZone,
    pub shifts: &'a [Shift],
    pub happened: &'a [Happening],
}
