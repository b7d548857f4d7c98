//! Facts that happened.

use crate::domain::{
    desk::DeskOffers,
    identity::Mismatch,
    observation::Observation,
    settings::{AttentionSettings, Glyphs},
    text::Lang,
    time::Moment,
};

use super::command::Command;

/// A fact that happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// Time passed.
    Tick(Moment),
    /// A key or the palette said what a person means.
    Command(Command),
    /// Characters typed where text is taken: one key.
    Typed(String),
    /// A paste, as the terminal marks it.
    Pasted(String),
    /// What is asked of a person stands on the screen now.
    Drawn,
    /// The keys of a chord so far; empty when it ended.
    Chord(String),
    Mouse(Mouse),
    Resized {
        columns: u16,
        rows: u16,
    },
    /// A screen that was scrolled past its end was drawn from this line on.
    ScrolledTo(usize),
    /// Another desk takes the place of this one.
    Leaving,
    /// The terminal gained or lost focus.
    Focused(bool),
    /// What sources saw, the newest of each.
    Observed(Vec<Observation>),
    /// What came of an effect around actions.
    Acted(super::acting::Acted),
    /// Files were read again: what to use from now on, or why the old stay.
    Reloaded(Box<Reload>),
    /// The desks there are, or that one can't be opened.
    Desks(DesksRead),
    /// What came of going through a record.
    Walked(Box<super::walk::WalkTold>),
    /// How recording goes now.
    Recording(crate::domain::frame::Recording),
    /// Something the program did for a person ended: a copy, a save.
    Noticed(Notice),
}

/// What came of reading about desks.
#[derive(Debug, Clone)]
pub enum DesksRead {
    Listed(DeskOffers),
    /// The desk can't be opened, and why.
    Refused(String),
}

/// What the mouse did, in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mouse {
    Click { column: u16, row: u16 },
    DoubleClick { column: u16, row: u16 },
    ScrollUp { column: u16, row: u16 },
    ScrollDown { column: u16, row: u16 },
}

/// What came of reading the files again. Themes and keys live in `runtime`'s drivers; the model hears their names.
#[derive(Debug, Clone)]
pub enum Reload {
    /// What of the settings can change while the program runs.
    Settings {
        glyphs: Glyphs,
        lang: Lang,
        mouse: bool,
    },
    Attention(AttentionSettings),
    /// Whether settings or policy forbid to change anything.
    ReadOnly(bool),
    Policy(Box<crate::domain::policy::Policy>),
    Pack(std::sync::Arc<crate::pack::Pack>),
    /// The names of the themes that can be chosen.
    Themes(Vec<String>),
    Failed {
        what: String,
        why: String,
    },
}

/// A short message for the last line, by id and arguments.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// The text that was copied.
    Copied(String),
    CopyFailed(String),
    Reloaded(String),
    ReloadFailed {
        what: String,
        why: String,
    },
    /// A pack can't be read, and the cockpit was opened without it.
    PackUnread {
        pack: String,
        why: String,
    },
    SaveFailed(String),
    DeskRefused(String),
    /// What the panes show is recorded no longer, and why.
    RecordingStopped(String),
    /// Another desk is open now.
    DeskOpened,
    Exported {
        path: String,
        lines: usize,
    },
    ExportFailed {
        path: String,
        why: String,
    },
    WhyNot(Command, super::command::WhyNot),
    /// The input was refused: a bad filter, a regular expression that doesn't parse.
    BadFilter(String),
    /// Another user or another cluster answers.
    Mismatch(Mismatch),
    SignedIn,
    SignInFailed(String),
    /// A template could not be filled in.
    TemplateBroken(String),
    /// An action can't be done.
    Refused(crate::domain::action::refusal::Refusal),
    /// So many alerts were acknowledged.
    Acknowledged(usize),
    /// What was asked to be kept in the ledger was not.
    NotRecorded(crate::domain::action::refusal::Refusal),
}
