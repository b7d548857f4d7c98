//! The numbers, times and people a runbook states, which must not contradict each other.

mod clocks;
mod limits;
mod people;
mod range;
mod times;

pub use self::range::Range;

use serde::Deserialize;

use super::{
    material::Context,
    place::{Place, Read},
};

/// A line of a configuration: `archive_command = '…'`.
#[derive(Debug, Clone)]
pub struct Setting {
    pub key: String,
    pub value: Read,
    pub place: Place,
    pub at: String,
}

/// What a limit is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// How it should be.
    Target,
    /// An alert fires.
    Alert,
    Green,
    Yellow,
    Red,
    /// A gate lets pass.
    Pass,
    /// Something is done.
    Act,
    /// A class of incidents.
    Class,
    /// A value that is shown as an example.
    Sample,
}

/// A limit of some quantity.
#[derive(Debug, Clone)]
pub struct Limit {
    pub of: String,
    /// What it is called where it is told.
    pub shown: String,
    pub role: Role,
    pub range: Range,
    /// The hook, light or alert whose limit it is.
    pub who: Option<String>,
    /// The hook that it says it is the limit of.
    pub cites: Option<String>,
    /// What is done, or what colour a sample shows.
    pub does: Option<String>,
    /// Written as so many times a baseline.
    pub times: Option<f64>,
    pub place: Place,
    pub at: String,
}

/// Something that comes by the calendar.
#[derive(Debug, Clone)]
pub struct Schedule {
    pub name: String,
    /// 0 is Monday; `None` is every day.
    pub weekday: Option<u8>,
    /// Minutes after midnight.
    pub from: u32,
    pub to: u32,
    pub reads: Option<String>,
    pub writes: Option<String>,
    pub is_window: bool,
    pub place: Place,
    pub at: String,
}

/// A span of time that belongs to something.
#[derive(Debug, Clone)]
pub struct Span {
    pub of: String,
    pub name: String,
    pub seconds: u64,
    pub kind: SpanKind,
    pub place: Place,
    pub at: String,
}

/// What a span of time is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpanKind {
    /// A stage of a flow.
    Stage,
    /// What all stages together, or those named, may take.
    Goal(Vec<String>),
    /// Something is kept so long.
    Kept,
    /// Something lasts so long, and needs another that is kept.
    Needs(String),
    /// Something is given back so long after this.
    Since(String),
}

/// Something is set off, by somebody.
#[derive(Debug, Clone)]
pub struct Trigger {
    pub of: String,
    pub by: String,
    pub place: Place,
    pub at: String,
}

/// How soon somebody answers to incidents of one kind, and how soon they are over: seconds.
#[derive(Debug, Clone)]
pub struct Grade {
    pub name: String,
    pub respond: Option<u64>,
    pub restore: Option<u64>,
    pub place: Place,
    pub at: String,
}

/// Somebody who has something to do, or a way to reach somebody.
#[derive(Debug, Clone)]
pub struct Person {
    pub name: String,
    pub place: Place,
    pub at: String,
}

/// Everything that is no command.
#[derive(Debug, Clone, Default)]
pub struct Data {
    pub settings: Vec<Setting>,
    pub limits: Vec<Limit>,
    pub schedules: Vec<Schedule>,
    pub spans: Vec<Span>,
    pub triggers: Vec<Trigger>,
    /// The gravest first.
    pub grades: Vec<Grade>,
    /// Who has something to do.
    pub owners: Vec<Person>,
    /// Who can be reached.
    pub reached: Vec<Person>,
    pub channels: Vec<Person>,
}

/// Everything these kinds of rules find.
pub fn look(context: &Context<'_>) {
    limits::look(context);
    times::look(context);
    clocks::look(context);
    people::look(context);
}
