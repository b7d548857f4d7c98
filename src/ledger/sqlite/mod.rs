//! The ledger of one user on one host: a file of SQLite that several processes write to.

mod append;
mod check;
mod fault;
mod lead;
mod open;
mod outbox;
mod read;
mod retention;
mod schema;

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
};

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use super::{
    LeadMark, Ledger, LedgerError, Line, RunQuery,
    anchor::{Head, SystemLog},
    chain::Link,
    verify::Verified,
};
use crate::domain::{
    action::record::{ActorMark, Aside, Entry, Run},
    id::RunId,
    logbook::LogLine,
    time::Clock,
};

/// A ledger in a file.
pub struct SqliteLedger {
    path: PathBuf,
    origin: String,
    clock: Arc<dyn Clock>,
    /// The file that was opened.
    file: open::Inode,
    connection: Mutex<Connection>,
    /// Where heads are written that its owner can't rewrite.
    anchors: Option<SystemLog>,
}

impl SqliteLedger {
    /// The same, which writes its head to this log with every entry that matters.
    #[must_use]
    pub fn anchored(mut self, log: SystemLog) -> Self {
        self.anchors = Some(log);
        self
    }

    /// Takes away what is older than `keep`, which is never less than 180 days; how many entries went.
    pub fn retain(&self, keep: SignedDuration) -> Result<u64, LedgerError> {
        let now = self.clock.now().wall;
        retention::retain(&mut self.connection(), &self.origin, keep, now)
    }

    /// Walks what was read of the chains of others.
    pub fn verify_others(&self, anchors: &[Head]) -> Result<Vec<Verified>, LedgerError> {
        self.look(|connection| check::verify_others(connection, &self.origin, anchors))
    }

    /// Entries that a shared ledger did not take yet, with the hash before the first.
    pub(super) fn unsent(&self, most: usize) -> Result<(String, Vec<Link>), LedgerError> {
        self.look(|connection| outbox::unsent(connection, &self.origin, most))
    }

    pub(super) fn hash_at(&self, sequence: u64) -> Result<Option<String>, LedgerError> {
        self.look(|connection| outbox::hash_at(connection, &self.origin, sequence))
    }

    pub(super) fn sent(&self, through: u64) -> Result<(), LedgerError> {
        outbox::sent(&self.connection(), through)
    }

    pub(super) fn mirrors(&self) -> Result<BTreeMap<String, Head>, LedgerError> {
        self.look(outbox::mirrors)
    }

    pub(super) fn mirror(&self, previous: &str, links: &[Link]) -> Result<(), LedgerError> {
        outbox::mirror(&mut self.connection(), &self.origin, previous, links)
    }

    pub(super) fn beats_since(
        &self,
        since: Timestamp,
    ) -> Result<Vec<(String, Timestamp)>, LedgerError> {
        self.look(|connection| outbox::beats_since(connection, since))
    }

    pub(super) fn take_beats(&self, beats: &[(String, Timestamp)]) -> Result<(), LedgerError> {
        outbox::take_beats(&mut self.connection(), beats)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now().wall
    }

    /// The chain as it is kept, in order, for who looks at it with other means.
    pub fn links(&self) -> Result<(Head, Vec<Link>), LedgerError> {
        self.look(|connection| {
            let seals = retention::seals(connection)?;
            let links = read::own(connection, &self.origin)?;
            Ok((retention::start(&self.origin, &seals), links))
        })
    }

    /// Walks the chain; `anchors` are heads that were written elsewhere.
    pub fn verify(&self, anchors: &[Head]) -> Result<Verified, LedgerError> {
        self.look(|connection| check::verify(connection, &self.origin, anchors))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The chain this file holds: host, user and a number nobody else has.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Reads several things as of one moment.
    fn look<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        self.file.still_has(&self.path)?;
        let connection = self.connection();
        let moment = connection
            .unchecked_transaction()
            .map_err(|error| fault::fault(&error))?;
        read(&moment)
    }

    /// A transaction that a panic cut short was rolled back, so the connection can be used again.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Whether an entry is worth a head in the log of the system: each holds those before it.
const fn matters(entry: &Entry) -> bool {
    !matches!(
        entry,
        Entry::Taken { .. }
            | Entry::StepStarted { .. }
            | Entry::Output(_)
            | Entry::StepEnded { .. }
            | Entry::Verifying
    )
}

impl std::fmt::Debug for SqliteLedger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteLedger")
            .field("path", &self.path)
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

impl Ledger for SqliteLedger {
    fn append(
        &self,
        actor: &ActorMark,
        run: Option<&RunId>,
        entry: &Entry,
    ) -> Result<Line, LedgerError> {
        let at = self.clock.now().wall;
        self.file.still_has(&self.path)?;
        let line = append::append(&mut self.connection(), &self.origin, at, actor, run, entry)?;
        if let Some(log) = &self.anchors
            && matters(entry)
        {
            let head = Head {
                origin: line.origin.clone(),
                sequence: line.sequence,
                hash: line.hash.clone(),
            };
            log.write(&head, at);
        }
        Ok(line)
    }

    fn beat(&self, run: &RunId) -> Result<(), LedgerError> {
        let at = self.clock.now().wall;
        self.file.still_has(&self.path)?;
        append::beat(&mut self.connection(), run, at)
    }

    fn lead(
        &self,
        what: &str,
        who: &str,
        over: Option<&LeadMark>,
    ) -> Result<LeadMark, LedgerError> {
        self.file.still_has(&self.path)?;
        lead::lead(&mut self.connection(), what, who, over)
    }

    fn leave(&self, what: &str, who: &str) -> Result<(), LedgerError> {
        lead::leave(&self.connection(), what, who)
    }

    fn run(&self, id: &RunId) -> Result<Option<Run>, LedgerError> {
        self.look(|connection| read::run(connection, &self.origin, id, read::Depth::All))
    }

    fn runs(&self, query: &RunQuery) -> Result<Vec<Run>, LedgerError> {
        self.look(|connection| read::runs(connection, &self.origin, query))
    }

    fn lines(
        &self,
        run: Option<&RunId>,
        since: Option<Timestamp>,
    ) -> Result<Vec<Line>, LedgerError> {
        self.look(|connection| read::links(connection, &self.origin, run, since))?
            .iter()
            .map(super::chain::Link::line)
            .collect()
    }

    fn asides(&self, query: &RunQuery) -> Result<Vec<Aside>, LedgerError> {
        self.look(|connection| read::asides(connection, &self.origin, query))
    }

    fn written_down(&self) -> Result<usize, LedgerError> {
        self.look(read::written_down)
    }

    fn log(
        &self,
        since: Timestamp,
        known: Option<usize>,
    ) -> Result<Option<Vec<LogLine>>, LedgerError> {
        self.look(|connection| read::log(connection, &self.origin, since, known))
    }

    fn heads(&self) -> Result<Vec<Head>, LedgerError> {
        let connection = self.connection();
        let (sequence, hash) = read::head(&connection)?;
        let own = Head {
            origin: self.origin.clone(),
            sequence,
            hash,
        };
        let others = outbox::mirrors(&connection)?;
        Ok([own].into_iter().chain(others.into_values()).collect())
    }

    fn version(&self) -> Result<u64, LedgerError> {
        self.file.still_has(&self.path)?;
        read::version(&self.connection())
    }
}
