//! What SQLite's errors mean to who writes.

use rusqlite::{Error, ErrorCode, ffi};

use super::super::LedgerError;

/// The reason behind an error of SQLite.
pub fn fault(error: &Error) -> LedgerError {
    let Error::SqliteFailure(failure, text) = error else {
        return LedgerError::Broken(error.to_string());
    };
    let twice = failure.extended_code == ffi::SQLITE_CONSTRAINT_UNIQUE
        && text
            .as_deref()
            .is_some_and(|text| text.contains("entries.once"));
    match failure.code {
        ErrorCode::DiskFull => LedgerError::Full,
        // There is no room for the file that processes share.
        _ if failure.extended_code == ffi::SQLITE_IOERR_SHMSIZE => LedgerError::Full,
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => LedgerError::ReadOnly,
        ErrorCode::DatabaseBusy
        | ErrorCode::DatabaseLocked
        | ErrorCode::FileLockingProtocolFailed => LedgerError::Locked,
        _ if twice => LedgerError::Twice(String::new()),
        _ => LedgerError::Broken(error.to_string()),
    }
}
