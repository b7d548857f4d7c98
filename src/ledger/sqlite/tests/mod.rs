mod keeping;
mod leading;
mod logbook;
mod refusals;
mod runs;

use std::{path::PathBuf, sync::Arc};

use super::*;
use crate::ledger::testkit::Hand;

/// A folder with a ledger in it.
struct Place {
    folder: tempfile::TempDir,
    clock: Arc<Hand>,
}

impl Place {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            clock: Hand::at("2026-11-21T06:32:05Z"),
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("state/quarterdeck/ledger.db")
    }

    fn open(&self) -> SqliteLedger {
        SqliteLedger::open_for_writing(&self.path(), self.clock.clone()).unwrap()
    }

    fn raw(&self) -> Connection {
        Connection::open(self.path()).unwrap()
    }
}
