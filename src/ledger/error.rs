//! What can go wrong with a ledger.

use thiserror::Error;

/// Why the ledger does not take or give an entry. While there is such a reason, no action runs.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LedgerError {
    #[error("the ledger {path} can't be opened: {why}")]
    NotOpened { path: String, why: String },
    #[error("others may read or write the ledger {path}; `chmod {mode} {path}` mends it")]
    Loose { path: String, mode: &'static str },
    #[error(
        "the ledger is of version {found}, this program knows up to {known}: use the newer program"
    )]
    TooNew { found: u32, known: u32 },
    /// What would be written now, nobody would find again.
    #[error("the ledger {path} was removed or replaced while it was open: start again")]
    Gone { path: String },
    #[error("the disk of the ledger is full")]
    Full,
    #[error("the ledger may only be read")]
    ReadOnly,
    #[error("another program holds the ledger locked")]
    Locked,
    #[error("the ledger does not read: {0}")]
    Broken(String),
    /// A run is recorded once and taken by one runner, a challenge is used once: somebody was first.
    #[error("it was recorded before: {0}")]
    Twice(String),
}
