//! Where the ledger of a process is, and the ledger once it could be opened.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    domain::{settings::Settings, time::Clock},
    ledger::{Ledger, LedgerError},
    runtime::ledger,
};

/// Opens the ledger to write, and makes it where there is none.
pub type Opener = dyn Fn() -> Result<Arc<dyn Ledger>, LedgerError> + Send + Sync;

/// The ledger of this process. One that can't be opened is tried again whenever it is asked for.
#[derive(Clone)]
pub struct Shelf {
    path: PathBuf,
    opener: Arc<Opener>,
    open: Arc<Mutex<Option<Arc<dyn Ledger>>>>,
}

impl Shelf {
    pub fn new(path: PathBuf, opener: Arc<Opener>) -> Self {
        Self {
            path,
            opener,
            open: Arc::default(),
        }
    }

    /// The ledger the settings name: the file, and the shared one behind it where there is one.
    pub fn of_settings(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Self, LedgerError> {
        let path = ledger::file(settings)?;
        let settings = settings.clone();
        let opener = move || ledger::open(&settings, Arc::clone(&clock));
        Ok(Self::new(path, Arc::new(opener)))
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
        let ledger = (self.opener)()?;
        *open = Some(Arc::clone(&ledger));
        Ok(ledger)
    }
}
