//! A sheet that is filled in and goes into the logbook: what an incident is, who takes a role, what shows that a step was
//! done.

use std::collections::BTreeMap;

use jiff::Timestamp;
use tui_input::Input;

use crate::{
    domain::{id::LineId, logbook::AlertMark},
    pack::{ParamKind, ParamSpec},
};

use super::{command::WhyNot, form::Field};

/// What a sheet is for.
#[derive(Debug, Clone, PartialEq)]
pub enum SheetOf {
    Declare(Option<AlertMark>),
    Severity(LineId),
    Role(LineId),
    Impact {
        of: LineId,
        /// What the form said when the sheet was opened: only what differs is written down.
        known: BTreeMap<String, String>,
    },
    Update(LineId),
    Phase(LineId),
    Rung {
        of: LineId,
        rung: String,
    },
    Watched {
        of: LineId,
        watch: String,
    },
    Note(LineId),
    FollowUp(LineId),
    Close(LineId),
    Reopen(LineId),
    Reviewed(LineId),
    StepDone {
        of: LineId,
        step: String,
    },
    StepSkipped {
        of: LineId,
        step: String,
    },
    Leave(LineId),
    End(LineId),
    Lift(LineId),
    /// The form of the handover of the shift that began then.
    HandoverFill(Timestamp),
    HandoverGive(Timestamp),
    /// The text that was given with this line.
    HandoverTake(LineId),
}

impl SheetOf {
    /// Its title is the text `sheet-<id>`.
    pub const fn id(&self) -> &'static str {
        match self {
            Self::Declare(_) => "declare",
            Self::Severity(_) => "severity",
            Self::Role(_) => "role",
            Self::Impact { .. } => "impact",
            Self::Update(_) => "update",
            Self::Phase(_) => "phase",
            Self::Rung { .. } => "rung",
            Self::Watched { .. } => "watched",
            Self::Note(_) => "note",
            Self::FollowUp(_) => "follow-up",
            Self::Close(_) => "close",
            Self::Reopen(_) => "reopen",
            Self::Reviewed(_) => "reviewed",
            Self::StepDone { .. } => "step-done",
            Self::StepSkipped { .. } => "step-skipped",
            Self::Leave(_) => "leave",
            Self::End(_) => "end",
            Self::Lift(_) => "lift",
            Self::HandoverFill(_) => "handover-fill",
            Self::HandoverGive(_) => "handover-give",
            Self::HandoverTake(_) => "handover-take",
        }
    }
}

/// The open sheet.
#[derive(Debug, Clone)]
pub struct Sheet {
    pub of: SheetOf,
    /// What it is about, by name: the incident, the step.
    pub about: Option<String>,
    pub fields: Vec<Field>,
    pub at: usize,
    /// Why the whole of it can't be taken.
    pub refused: Option<SheetRefused>,
}

/// Why what a sheet says can't be written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetRefused {
    /// A text `sheet-refused-<id>`.
    Sheet(&'static str),
    /// What it is for can't be done any longer.
    Command(WhyNot),
}

impl From<&'static str> for SheetRefused {
    fn from(id: &'static str) -> Self {
        Self::Sheet(id)
    }
}

impl From<WhyNot> for SheetRefused {
    fn from(why: WhyNot) -> Self {
        Self::Command(why)
    }
}

/// A line of words that nobody checks.
const WORDS: &str = r"[^\p{Cc}]{1,1000}";

impl Sheet {
    pub const fn new(of: SheetOf, about: Option<String>, fields: Vec<Field>) -> Self {
        Self {
            of,
            about,
            at: 0,
            fields,
            refused: None,
        }
    }

    /// What may be put into the field that is filled in, as far as it goes with what is typed.
    pub fn choices(&self) -> Vec<String> {
        let Some(field) = self.fields.get(self.at) else {
            return Vec::new();
        };
        let all: Vec<String> = match &field.spec.kind {
            ParamKind::Enum(all) => all.clone(),
            ParamKind::Bool => vec!["true".to_owned(), "false".to_owned()],
            _ => Vec::new(),
        };
        let typed = field.input.value().trim().to_lowercase();
        let exact = all.iter().any(|choice| choice.to_lowercase() == typed);
        all.into_iter()
            .filter(|choice| exact || choice.to_lowercase().contains(&typed))
            .collect()
    }
}

/// A field for words; its title is the text `field-<name>`.
pub fn words(name: &str, optional: bool, filled: &str) -> Field {
    let kind = ParamKind::Pattern {
        pattern: WORDS.to_owned(),
    };
    of_kind(name, kind, optional, filled)
}

/// A field for one of some words.
pub fn one_of(name: &str, all: Vec<String>, optional: bool, filled: &str) -> Field {
    of_kind(name, ParamKind::Enum(all), optional, filled)
}

fn of_kind(name: &str, kind: ParamKind, optional: bool, filled: &str) -> Field {
    let spec = ParamSpec {
        name: name.to_owned(),
        title: None,
        kind,
        default: None,
        optional,
        now: None,
        from: None,
        loses_since: None,
    };
    filled_in(spec, filled)
}

/// A field with what stands in it already.
pub fn filled_in(spec: ParamSpec, filled: &str) -> Field {
    let mut field = Field::new(spec, None);
    if !filled.is_empty() {
        field.input = Input::new(filled.to_owned());
    }
    field
}
