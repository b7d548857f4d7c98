//! Why a parameter can't have a value: ids and arguments, so that it reads in either language for ever.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a value is refused. Each is a text `fault-<id>` of `i18n`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "fault")]
pub enum ValueFault {
    /// Nothing is there.
    Empty,
    NotWhole,
    NotNumber,
    NotBool,
    /// A span of time is written `30m`.
    NotSpan,
    /// A time is written `2026-11-21T14:30:00+08:00`.
    NotTime,
    NotAddress,
    NotGitRef,
    NotPath,
    /// It has controls in it, or is too long.
    NotPlain,
    NotName,
    /// A matcher of a silence that can't be read.
    NotMatchers {
        what: String,
    },
    /// A quote in a matcher that does not end.
    OpenQuote {
        what: String,
    },
    NotExpression {
        what: String,
    },
    /// Matchers that would hide everything.
    HidesAll,
    TooSmall {
        least: String,
    },
    TooLarge {
        most: String,
    },
    NotOneOf {
        known: String,
    },
    NoMatch {
        pattern: String,
    },
    /// It is no rung of the ladder.
    OffLadder {
        ladder: String,
    },
    /// One rung at a time: from what is in force now, these can be reached.
    SkipsRung {
        now: String,
        next: String,
    },
    /// What is in force now is not known, so no rung can be told from another.
    NowUnknown,
    /// It is so already.
    Already,
    /// It would shut out whoever acts.
    Mine,
    /// It lies outside the folder it must be in.
    Outside {
        below: String,
    },
    /// The object is of another kind.
    OtherKind {
        known: String,
    },
}

impl ValueFault {
    /// The id of its text.
    pub const fn id(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NotWhole => "not-whole",
            Self::NotNumber => "not-number",
            Self::NotBool => "not-bool",
            Self::NotSpan => "not-span",
            Self::NotTime => "not-time",
            Self::NotAddress => "not-address",
            Self::NotGitRef => "not-git-ref",
            Self::NotPath => "not-path",
            Self::NotPlain => "not-plain",
            Self::NotName => "not-name",
            Self::NotMatchers { .. } => "not-matchers",
            Self::OpenQuote { .. } => "open-quote",
            Self::NotExpression { .. } => "not-expression",
            Self::HidesAll => "hides-all",
            Self::TooSmall { .. } => "too-small",
            Self::TooLarge { .. } => "too-large",
            Self::NotOneOf { .. } => "not-one-of",
            Self::NoMatch { .. } => "no-match",
            Self::OffLadder { .. } => "off-ladder",
            Self::SkipsRung { .. } => "skips-rung",
            Self::NowUnknown => "now-unknown",
            Self::Already => "already",
            Self::Mine => "mine",
            Self::Outside { .. } => "outside",
            Self::OtherKind { .. } => "other-kind",
        }
    }

    /// The arguments of its text, by name.
    pub fn args(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::TooSmall { least } => vec![("least", least)],
            Self::TooLarge { most } => vec![("most", most)],
            Self::NotOneOf { known } | Self::OtherKind { known } => vec![("known", known)],
            Self::NotMatchers { what }
            | Self::OpenQuote { what }
            | Self::NotExpression { what } => {
                vec![("what", what)]
            }
            Self::NoMatch { pattern } => vec![("pattern", pattern)],
            Self::OffLadder { ladder } => vec![("ladder", ladder)],
            Self::SkipsRung { now, next } => vec![("now", now), ("next", next)],
            Self::Outside { below } => vec![("below", below)],
            _ => Vec::new(),
        }
    }

    /// One of each, for whoever must have a text for all.
    pub fn all() -> Vec<Self> {
        let text = String::new;
        vec![
            Self::Empty,
            Self::NotWhole,
            Self::NotNumber,
            Self::NotBool,
            Self::NotSpan,
            Self::NotTime,
            Self::NotAddress,
            Self::NotGitRef,
            Self::NotPath,
            Self::NotPlain,
            Self::NotName,
            Self::NotMatchers { what: text() },
            Self::OpenQuote { what: text() },
            Self::NotExpression { what: text() },
            Self::HidesAll,
            Self::TooSmall { least: text() },
            Self::TooLarge { most: text() },
            Self::NotOneOf { known: text() },
            Self::NoMatch { pattern: text() },
            Self::OffLadder { ladder: text() },
            Self::SkipsRung {
                now: text(),
                next: text(),
            },
            Self::NowUnknown,
            Self::Already,
            Self::Mine,
            Self::Outside { below: text() },
            Self::OtherKind { known: text() },
        ]
    }
}

/// For logs and for packs: `too-large most=50`.
impl fmt::Display for ValueFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())?;
        for (name, value) in self.args() {
            write!(f, " {name}={value}")?;
        }
        Ok(())
    }
}
