//! Where the ledger of a process is, and the ledger once it could be opened.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    domain::{settings::Settings, time::Clock},
    ledger::{Ledger, LedgerError, SqliteLedger},
    runtime::ledger,
};

/// The ledger of this process. One that can't be opened is tried again whenever it is asked for.
#[derive(Clone)]
pub struct Shelf {
    path: PathBuf,
    clock: Arc<dyn Clock>,
    open: Arc<Mutex<Option<Arc<dyn Ledger>>>>,
    /// What says whether a ledger is shared, and how long it is kept; `None`: the file alone.
    settings: Option<Arc<Settings>>,
}

impl Shelf {
    /// A ledger in a file, made when it is first asked for.
    pub fn at(path: PathBuf, clock: Arc<dyn Clock>) -> Self {
        Self {
            path,
            clock,
            open: Arc::default(),
            settings: None,
        }
    }

    /// The ledger the settings name: the file, and the shared one behind it where there is one.
    pub fn of_settings(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Self, LedgerError> {
        Ok(Self {
            settings: Some(Arc::new(settings.clone())),
            ..Self::at(ledger::file(settings)?, clock)
        })
    }

    /// One that is open already.
    pub fn of(ledger: Arc<dyn Ledger>, path: PathBuf, clock: Arc<dyn Clock>) -> Self {
        Self {
            path,
            clock,
            open: Arc::new(Mutex::new(Some(ledger))),
            settings: None,
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
        let ledger = match &self.settings {
            Some(settings) => ledger::open(settings, clock)?,
            None => Arc::new(SqliteLedger::open_for_writing(&self.path, clock)?),
        };
        *open = Some(Arc::clone(&ledger));
        Ok(ledger)
    }
}

/// `$XDG_STATE_HOME/quarterdeck/ledger.db`.
pub fn usual_path() -> Option<PathBuf> {
    super::super::memory::state_folder().map(|folder| folder.join("ledger.db"))
}
