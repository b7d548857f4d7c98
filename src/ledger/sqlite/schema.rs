//! The tables, and how an older file becomes one of today.

use rusqlite::Connection;

use super::super::LedgerError;
use super::fault::fault;

/// Marks the file as a ledger: `QDLG`.
pub const APPLICATION: i32 = 0x5144_4c47;

/// Each makes of a file of the version before one of the next; never changed once they are out.
const MIGRATIONS: [&str; 4] = [
    include_str!("version_1.sql"),
    include_str!("version_2.sql"),
    include_str!("version_3.sql"),
    include_str!("version_4.sql"),
];

/// The version this program writes.
pub const KNOWN: u32 = MIGRATIONS.len() as u32;

/// What a file says of itself.
pub fn found(connection: &Connection) -> Result<u32, LedgerError> {
    let version: u32 = connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(|error| fault(&error))?;
    let application: i32 = connection
        .pragma_query_value(None, "application_id", |row| row.get(0))
        .map_err(|error| fault(&error))?;
    if version > 0 && application != APPLICATION {
        return Err(LedgerError::Broken(
            "the file is a database of another program".to_owned(),
        ));
    }
    if version > KNOWN {
        return Err(LedgerError::TooNew {
            found: version,
            known: KNOWN,
        });
    }
    Ok(version)
}

/// Brings a file to today's version, step by step, each whole or not at all.
pub fn migrate(connection: &mut Connection) -> Result<(), LedgerError> {
    loop {
        if found(connection)? == KNOWN {
            return Ok(());
        }
        let transaction = connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .map_err(|error| fault(&error))?;
        // Another process may have done it while this one waited.
        let version = found(&transaction)?;
        if let Some(step) = MIGRATIONS.get(version as usize) {
            transaction
                .execute_batch(step)
                .and_then(|()| transaction.pragma_update(None, "application_id", APPLICATION))
                .and_then(|()| transaction.pragma_update(None, "user_version", version + 1))
                .map_err(|error| fault(&error))?;
        }
        transaction.commit().map_err(|error| fault(&error))?;
    }
}
