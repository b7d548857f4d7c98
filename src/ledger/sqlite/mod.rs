//! The ledger of one user on one host: a file of SQLite that several processes write to.

mod append;
mod fault;
mod open;
mod read;
mod schema;

#[cfg(test)]
mod tests;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
};

use jiff::Timestamp;
use rusqlite::Connection;

use super::{Ledger, LedgerError, Line, RunQuery};
use crate::domain::{
    action::record::{ActorMark, Entry, Run},
    id::RunId,
    time::Clock,
};

/// A ledger in a file.
pub struct SqliteLedger {
    path: PathBuf,
    origin: String,
    clock: Arc<dyn Clock>,
    connection: Mutex<Connection>,
}

impl SqliteLedger {
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
        append::append(&mut self.connection(), &self.origin, at, actor, run, entry)
    }

    fn beat(&self, run: &RunId) -> Result<(), LedgerError> {
        let at = self.clock.now().wall;
        append::beat(&mut self.connection(), run, at)
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

    fn version(&self) -> Result<u64, LedgerError> {
        read::version(&self.connection())
    }
}
