//! Where this user's ledger lies, and how it is opened.

use std::{path::PathBuf, sync::Arc, time::Duration};

use jiff::SignedDuration;

use crate::{
    domain::{settings::Settings, time::Clock},
    ledger::{
        Ledger, LedgerError, Reach, SharedLedger, SqliteLedger,
        anchor::{Head, SystemLog},
        postgres::Place,
    },
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

/// Where the ledger is that a team shares, if it does; an embedded cluster's never leaves this host.
pub fn shared(settings: &Settings) -> Option<Place> {
    let ledger = &settings.ledger;
    let url = ledger.url.clone().filter(|_| settings.demo.is_none())?;
    Some(Place {
        url,
        passfile: ledger.passfile.clone(),
        ca_file: ledger.ca_file.clone(),
    })
}

/// Opens the ledger as whoever acts needs it: the file, and the shared one behind it where there is one.
pub fn open(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Arc<dyn Ledger>, LedgerError> {
    let local = open_for_writing(settings, clock)?;
    Ok(match shared(settings) {
        Some(place) => Arc::new(SharedLedger::over(local, place)?),
        None => Arc::new(local),
    })
}

/// A ledger that is looked into.
pub enum Opened {
    Local(SqliteLedger),
    Shared(SharedLedger),
}

impl Opened {
    /// The file, which has all that was read of others too.
    pub fn file(&self) -> &SqliteLedger {
        match self {
            Self::Local(ledger) => ledger,
            Self::Shared(ledger) => ledger.local(),
        }
    }

    /// Heads of its chain that were written elsewhere, as far as is known here.
    pub fn kept(&self) -> Option<Head> {
        match self {
            Self::Local(_) => None,
            Self::Shared(ledger) => ledger.kept(),
        }
    }

    /// How far what is in it reaches.
    pub fn reach(&self) -> Reach {
        match self {
            Self::Local(_) => Reach::Local,
            Self::Shared(ledger) => ledger.reach(),
        }
    }
}

/// Opens the ledger to look into it; `None` where nothing was ever recorded. What others wrote is fetched first, for
/// at most `patience`; the file that holds it is made where a ledger is shared.
pub fn open_for_reading(
    settings: &Settings,
    clock: Arc<dyn Clock>,
    patience: Duration,
) -> Result<Option<Opened>, LedgerError> {
    let Some(place) = shared(settings) else {
        let local = SqliteLedger::open_for_reading(&file(settings)?, clock)?;
        return Ok(local.map(Opened::Local));
    };
    let local = SqliteLedger::open_for_writing(&file(settings)?, clock)?;
    let shared = SharedLedger::over(local, place)?;
    shared.settle(patience);
    Ok(Some(Opened::Shared(shared)))
}
