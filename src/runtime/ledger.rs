//! Where this user's ledger lies, and how it is opened.

use std::{path::PathBuf, sync::Arc};

use jiff::SignedDuration;

use crate::{
    domain::{settings::Settings, time::Clock},
    ledger::{LedgerError, SqliteLedger, anchor::SystemLog},
};

use super::memory;

/// The file; a desk of an embedded cluster has one of its own, so that practice never stands beside work.
pub fn file(settings: &Settings) -> Result<PathBuf, LedgerError> {
    let name = if settings.demo.is_some() {
        "demo-ledger.db"
    } else {
        "ledger.db"
    };
    memory::state_folder()
        .map(|folder| folder.join(name))
        .ok_or_else(|| LedgerError::NotOpened {
            path: format!("$XDG_STATE_HOME/quarterdeck/{name}"),
            why: "HOME is not set".to_owned(),
        })
}

/// Opens the ledger to write and makes it where there is none; what is older than is kept goes.
pub fn open_for_writing(
    settings: &Settings,
    clock: Arc<dyn Clock>,
) -> Result<SqliteLedger, LedgerError> {
    let mut ledger = SqliteLedger::open_for_writing(&file(settings)?, clock)?;
    if settings.demo.is_none() {
        ledger = ledger.anchored(SystemLog::default());
    }
    ledger.retain(SignedDuration::from_hours(
        i64::from(settings.ledger.keep_days) * 24,
    ))?;
    Ok(ledger)
}

/// Opens the ledger to read; `None` where nothing was ever recorded.
pub fn open_for_reading(
    settings: &Settings,
    clock: Arc<dyn Clock>,
) -> Result<Option<SqliteLedger>, LedgerError> {
    SqliteLedger::open_for_reading(&file(settings)?, clock)
}
