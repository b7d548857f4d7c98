//! The ledger: everything that was asked for, done and refused, in the order it happened, chained so that a change shows.

pub mod anchor;
pub mod chain;
mod error;
pub mod fold;
pub mod postgres;
mod shared;
mod sqlite;
#[cfg(test)]
pub mod testkit;
pub mod verify;

pub use self::{error::LedgerError, shared::SharedLedger, sqlite::SqliteLedger};

use std::time::Duration;

use jiff::Timestamp;

use self::anchor::Head;

use crate::domain::{
    action::record::{ActorMark, Aside, Entry, Run},
    id::{ActionId, RunId},
    logbook::LogLine,
};

/// One entry as it stands in the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Who wrote the chain it is in: one per ledger file.
    pub origin: String,
    /// From 1, without gaps.
    pub sequence: u64,
    pub at: Timestamp,
    pub actor: ActorMark,
    pub run: Option<RunId>,
    pub entry: Entry,
    /// SHA-256 over the line and the hash before it, in hex.
    pub hash: String,
}

impl Line {
    /// As a line of the logbook, where it is one.
    pub fn log(self) -> Option<LogLine> {
        let Entry::Log(entry) = self.entry else {
            return None;
        };
        Some(LogLine {
            id: format!("{}/{}", self.origin, self.sequence).into(),
            at: self.at,
            actor: self.actor,
            entry,
        })
    }
}

/// Which runs are asked for, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RunQuery {
    pub since: Option<Timestamp>,
    pub actor: Option<String>,
    pub action: Option<ActionId>,
    /// Of this target, as it is written.
    pub target: Option<String>,
    /// Only those that are not over, or whose unknown end nobody has seen.
    pub blocking: bool,
    pub limit: Option<usize>,
}

/// Who leads in something among the processes of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeadMark {
    /// Empty: given back.
    pub holder: String,
    /// How often it changed hands.
    pub term: u64,
    /// How often the holder showed that it lives.
    pub beats: u64,
}

/// How far what is written reaches, besides the file of this user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// No shared ledger is configured.
    Local,
    /// The shared ledger had everything a moment ago.
    Shared,
    /// There is a shared ledger, and it can't be reached: what needs it is refused.
    Away(String),
}

/// Where entries are kept. What `append` has returned for is durable.
pub trait Ledger: Send + Sync {
    /// Writes an entry; on return it survives a crash of the machine.
    ///
    /// A run is meant once and taken once, a challenge is used once, what the watch does is begun once, whoever is
    /// first: a second one is [`LedgerError::Twice`].
    fn append(
        &self,
        actor: &ActorMark,
        run: Option<&RunId>,
        entry: &Entry,
    ) -> Result<Line, LedgerError>;

    /// A run's runner lives. Not part of the chain.
    fn beat(&self, run: &RunId) -> Result<(), LedgerError>;

    /// Takes or keeps the lead in something among the processes of this file, or finds whose it is. It is taken from
    /// who has not shown a sign of life since it was seen as in `over`. Not part of the chain.
    fn lead(
        &self,
        _what: &str,
        _who: &str,
        _over: Option<&LeadMark>,
    ) -> Result<LeadMark, LedgerError> {
        Err(LedgerError::ReadOnly)
    }

    /// Gives the lead back, where it is held.
    fn leave(&self, _what: &str, _who: &str) -> Result<(), LedgerError> {
        Ok(())
    }

    fn run(&self, id: &RunId) -> Result<Option<Run>, LedgerError>;

    /// Without what their steps wrote: that is asked for run by run.
    fn runs(&self, query: &RunQuery) -> Result<Vec<Run>, LedgerError>;

    /// Lines in order: of a run, or of everything since a time.
    fn lines(
        &self,
        run: Option<&RunId>,
        since: Option<Timestamp>,
    ) -> Result<Vec<Line>, LedgerError>;

    /// What belongs to no run, newest first: refusals, notes, approvals.
    fn asides(&self, query: &RunQuery) -> Result<Vec<Aside>, LedgerError> {
        let mut asides: Vec<Aside> = self
            .lines(None, query.since)?
            .into_iter()
            .filter(|line| is_aside(line, query))
            .map(|line| Aside {
                at: line.at,
                actor: line.actor,
                entry: line.entry,
            })
            .collect();
        asides.reverse();
        asides.truncate(query.limit.unwrap_or(usize::MAX));
        Ok(asides)
    }

    /// How many lines people wrote down, ever: it only grows.
    fn written_down(&self) -> Result<usize, LedgerError> {
        let lines = self.lines(None, None)?;
        Ok(lines.into_iter().filter_map(Line::log).count())
    }

    /// What people wrote down since then, in order; `None` where they wrote down as many lines, ever, as were known.
    fn log(
        &self,
        since: Timestamp,
        known: Option<usize>,
    ) -> Result<Option<Vec<LogLine>>, LedgerError> {
        if known == Some(self.written_down()?) {
            return Ok(None);
        }
        let lines = self.lines(None, Some(since))?;
        Ok(Some(lines.into_iter().filter_map(Line::log).collect()))
    }

    /// Where its chains end, as far as they are known here: the own one first.
    fn heads(&self) -> Result<Vec<Head>, LedgerError> {
        Ok(Vec::new())
    }

    /// Another number whenever anybody has written.
    fn version(&self) -> Result<u64, LedgerError>;

    /// How far what is written reaches.
    fn reach(&self) -> Reach {
        Reach::Local
    }

    /// Carries everything to the shared ledger now, where there is one; for who must know that it is there.
    fn settle(&self, _patience: Duration) -> Reach {
        self.reach()
    }
}

/// Whom runs are looked up by: the name the API server knows, else the user of the system.
pub fn name_of(actor: &ActorMark) -> String {
    actor
        .principal
        .clone()
        .unwrap_or_else(|| format!("uid {}", actor.uid))
}

/// Whether it is an entry beside the runs that is asked for.
fn is_aside(line: &Line, query: &RunQuery) -> bool {
    let (action, target) = match &line.entry {
        Entry::Refused { action, target, .. } => (Some(action), target.as_ref()),
        Entry::Note { action, target, .. } => (action.as_ref(), target.as_ref()),
        Entry::Approval { .. } => (None, None),
        _ => return false,
    };
    let of_actor = query
        .actor
        .as_ref()
        .is_none_or(|name| *name == name_of(&line.actor));
    let of_action = query.action.is_none() || query.action.as_ref() == action;
    let of_target = query
        .target
        .as_ref()
        .is_none_or(|name| target.is_some_and(|target| target.to_string() == *name));
    of_actor && of_action && of_target && !query.blocking
}
