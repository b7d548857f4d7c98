//! Where the ledger of a process is, and the ledger once it could be opened.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    domain::time::Clock,
    ledger::{Ledger, LedgerError, SqliteLedger},
};

/// The ledger of this process. One that can't be opened is tried again whenever it is asked for.
#[derive(Clone)]
pub struct Shelf {
    path: PathBuf,
    clock: Arc<dyn Clock>,
    open: Arc<Mutex<Option<Arc<dyn Ledger>>>>,
}

impl Shelf {
    /// A ledger in a file, made when it is first asked for.
    pub fn at(path: PathBuf, clock: Arc<dyn Clock>) -> Self {
        Self {
            path,
            clock,
            open: Arc::default(),
        }
    }

    /// One that is open already.
    pub fn of(ledger: Arc<dyn Ledger>, path: PathBuf, clock: Arc<dyn Clock>) -> Self {
        Self {
            path,
            clock,
            open: Arc::new(Mutex::new(Some(ledger))),
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The ledger, to write. Waits for the disk.
    pub fn ledger(&self) -> Result<Arc<dyn Ledger>, LedgerError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ledger) = &*open {
            return Ok(Arc::clone(ledger));
        }
        let clock = Arc::clone(&self.clock);
        let ledger: Arc<dyn Ledger> = Arc::new(SqliteLedger::open_for_writing(&self.path, clock)?);
        *open = Some(Arc::clone(&ledger));
        Ok(ledger)
    }
}

/// `$XDG_STATE_HOME/quarterdeck/ledger.db`.
pub fn usual_path() -> Option<PathBuf> {
    super::super::memory::state_folder().map(|folder| folder.join("ledger.db"))
}
