//! The walkthrough: a recorded shift on a time line, with the panes as they were.

use std::{sync::Arc, time::Duration};

use jiff::{Timestamp, tz::TimeZone};

use super::{
    command::{Command, Context},
    model::{Model, Size, Start},
    overlay::Overlay,
};
use crate::{
    domain::{
        frame::{Mark, MarkKind, NoRecord, Outline, Past, Recorded, Span},
        policy::Policy,
        time::since,
    },
    pack::Pack,
};

/// Lines above the strip of the past: the title, the time line, its marks, what is said of the moment.
pub const LINES: u16 = 4;

/// How many times faster than it happened.
pub const SPEEDS: [u32; 4] = [1, 10, 60, 600];

/// The screen of a walkthrough.
#[derive(Debug, Clone)]
pub struct WalkScreen {
    /// What it was opened under: answers to another one are not for it.
    pub number: u64,
    /// It was opened on a file, and nothing is below it.
    pub alone: bool,
    pub stage: Stage,
}

/// How far a walkthrough has come.
#[derive(Debug, Clone)]
pub enum Stage {
    Opening,
    Nothing(NoRecord),
    Open(Box<Walk>),
}

/// A record that is gone through.
#[derive(Debug, Clone)]
pub struct Walk {
    pub outline: Outline,
    /// The other records of the desk, the newest first.
    pub names: Vec<String>,
    /// The panes as they were.
    pub past: Model,
    /// The moment that is looked at.
    pub at: Timestamp,
    /// Nobody recorded then.
    pub gap: bool,
    pub playing: bool,
    /// One of [`SPEEDS`], by its place.
    pub speed: usize,
    /// The mark one jumped to, by its place among the marks.
    pub mark: Option<usize>,
    /// A frame was asked for.
    pub waiting: bool,
    /// The moment is another one than was asked for.
    pub moved: Option<Move>,
    /// When the moment was last moved by time, on the monotonic clock.
    pub ticked: Duration,
}

/// Which frame is wanted of a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// What was shown then.
    To,
    /// What was shown as soon as what happened then was seen.
    Onto,
}

/// What is asked of the records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalkAsk {
    pub number: u64,
    pub what: WalkWhat,
}

/// What of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WalkWhat {
    /// The newest record of the desk.
    Newest,
    Named(String),
    File(std::path::PathBuf),
    Seek {
        at: Timestamp,
        onto: bool,
    },
    /// What the records of the desk tell from then on.
    Past {
        from: Timestamp,
    },
    /// Nobody goes through it any more.
    Leave,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct WalkTold {
    pub number: u64,
    pub what: WalkAnswer,
}

/// What the records say.
#[derive(Debug, Clone)]
pub enum WalkAnswer {
    Opened {
        outline: Outline,
        names: Vec<String>,
        recorded: Box<Recorded>,
    },
    /// A frame, and what there is in the record by now where it grew.
    Frame {
        recorded: Box<Recorded>,
        grown: Option<Outline>,
    },
    Nothing(NoRecord),
    /// What the records tell; `None` where they can't be read.
    Past(Option<Past>),
}

impl Walk {
    /// The model of the past, as nothing was shown of it yet.
    pub fn past_of(model: &Model) -> Model {
        let mut past = Model::new(Start {
            desk: model.desk.clone(),
            pack: Arc::new(Pack::generic()),
            policy: Policy::default(),
            look: model.look.clone(),
            remembered: model.remembered.clone(),
            now: model.now,
            size: room(model.size),
        });
        past.view.bare = true;
        past
    }

    /// What the time line shows: the shift, or what was recorded where that is a small part of it.
    pub fn range(&self) -> Span {
        let ends = self.outline.ends().unwrap_or(Span {
            from: self.at,
            to: self.at,
        });
        match &self.past.shift {
            Some(shift) => {
                let whole = Span {
                    from: ends.from.min(shift.from),
                    to: ends.to.max(shift.to),
                };
                let recorded = since(ends.from, ends.to);
                if recorded.saturating_mul(6) < since(whole.from, whole.to) {
                    ends
                } else {
                    whole
                }
            }
            None => ends,
        }
    }

    /// When the frame on the screen was recorded.
    pub const fn recorded_at(&self) -> Timestamp {
        self.past.now.wall
    }

    pub const fn zone(&self) -> &TimeZone {
        &self.past.look.zone
    }

    /// The mark that was the newest at the moment.
    pub fn latest(&self) -> Option<(usize, &Mark)> {
        let marks = &self.outline.marks;
        let place = match self.mark {
            Some(place) if marks.get(place).is_some_and(|mark| mark.at <= self.at) => place,
            _ => marks
                .partition_point(|mark| mark.at <= self.at)
                .checked_sub(1)?,
        };
        Some((place, marks.get(place)?))
    }

    /// The next mark from here in one direction, of a kind or of any.
    pub fn next_mark(&self, forward: bool, kind: Option<MarkKind>) -> Option<usize> {
        let marks = &self.outline.marks;
        let of_kind = |place: &usize| kind.is_none_or(|kind| marks[*place].what.kind() == kind);
        // Several marks may stand at one moment: the one that was jumped to says which comes next.
        let here = self.mark.filter(|place| *place < marks.len());
        if forward {
            let from = here.map_or_else(
                || marks.partition_point(|mark| mark.at <= self.at),
                |place| place + 1,
            );
            (from..marks.len()).find(of_kind)
        } else {
            let to = here.unwrap_or_else(|| marks.partition_point(|mark| mark.at < self.at));
            (0..to).rev().find(of_kind)
        }
    }

    /// Where time goes on from a moment: over a gap to where somebody recorded again, and never past the end.
    pub fn onwards(&self, at: Timestamp) -> Timestamp {
        let spans = &self.outline.spans;
        if spans.iter().any(|span| span.from <= at && at <= span.to) {
            return at;
        }
        let next = spans.iter().find(|span| span.from > at);
        let last = spans.last().map_or(at, |span| span.to);
        next.map_or(last, |span| span.from)
    }
}

impl WalkScreen {
    pub const fn open(&self) -> Option<&Walk> {
        match &self.stage {
            Stage::Open(walk) => Some(walk),
            _ => None,
        }
    }

    /// The contexts of its keys, innermost first.
    pub fn contexts(&self) -> Vec<Context> {
        let mut contexts = vec![Context::Walk];
        if let Some(walk) = self.open() {
            contexts.extend([walk.past.view.focus.context(), Context::List]);
        }
        contexts.push(Context::Global);
        contexts
    }
}

/// The cells the panes of the past have on a screen of this size.
pub const fn room(size: Size) -> Size {
    Size {
        columns: size.columns,
        rows: size.rows.saturating_sub(LINES + 1),
    }
}

/// The walkthrough among the open screens.
pub fn screen(model: &Model) -> Option<&WalkScreen> {
    model
        .view
        .overlays
        .iter()
        .find_map(|overlay| match overlay {
            Overlay::Walk(screen) => Some(&**screen),
            _ => None,
        })
}

/// Whether a command is about the panes of the past: how they are looked at, never what they are of.
pub const fn is_of_past(command: Command) -> bool {
    matches!(
        command,
        Command::NextPane
            | Command::PreviousPane
            | Command::FocusAlerts
            | Command::FocusSlos
            | Command::FocusQueues
            | Command::FocusPods
            | Command::Zoom
            | Command::Up
            | Command::Down
            | Command::PageUp
            | Command::PageDown
            | Command::HalfPageUp
            | Command::HalfPageDown
            | Command::Top
            | Command::Bottom
            | Command::Sort
            | Command::SortReverse
            | Command::ToggleRollUp
            | Command::ToggleSickOnly
            | Command::ToggleGroup
    )
}

/// Whether a command means something over the past: what looks at the present, or acts, does not.
pub const fn allows(command: Command) -> bool {
    is_of_past(command)
        || matches!(
            command.context(),
            Context::Walk | Context::Picker | Context::Help | Context::Detail
        )
        || matches!(
            command,
            Command::Quit
                | Command::Suspend
                | Command::Help
                | Command::Redraw
                | Command::Theme
                | Command::Language
                | Command::Glyphs
                | Command::Mouse
                | Command::Back
                | Command::Walkthrough
        )
}
