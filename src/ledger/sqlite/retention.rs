//! What is old enough goes, from the front of the chain, and a seal stays in its place.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};
use serde_json::json;

use super::fault::fault;
use crate::ledger::{LedgerError, anchor::Head, chain, verify::beginning};

/// The least that is kept: half a year.
pub const LEAST: SignedDuration = SignedDuration::from_hours(180 * 24);

/// What stands in the place of entries that went away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    pub number: u64,
    /// The last entry that went, its hash and its time.
    pub through: u64,
    pub through_hash: String,
    pub last_at: Timestamp,
    pub sealed_at: Timestamp,
    pub hash: String,
}

impl Seal {
    /// What its hash must be after that of the seal before.
    pub fn hash_after(&self, previous: &str, origin: &str) -> Result<String, LedgerError> {
        let text = chain::canonical(&json!({
            "last_at": self.last_at.to_string(),
            "number": self.number,
            "origin": origin,
            "sealed_at": self.sealed_at.to_string(),
            "through": self.through,
            "through_hash": self.through_hash,
        }))?;
        Ok(chain::hash(previous, &text))
    }

    /// Whether everything it took away was old enough.
    pub fn was_due(&self) -> bool {
        self.sealed_at.duration_since(self.last_at) >= LEAST
    }
}

/// All seals, the oldest first.
pub fn seals(connection: &Connection) -> Result<Vec<Seal>, LedgerError> {
    let time = |at: i64| {
        Timestamp::from_microsecond(at).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(0, at))
    };
    connection
        .prepare_cached(
            "SELECT number, through, through_hash, last_at, sealed_at, hash FROM seals ORDER BY number",
        )
        .and_then(|mut select| {
            select
                .query_map([], |row| {
                    Ok(Seal {
                        number: row.get(0)?,
                        through: row.get(1)?,
                        through_hash: row.get(2)?,
                        last_at: time(row.get(3)?)?,
                        sealed_at: time(row.get(4)?)?,
                        hash: row.get(5)?,
                    })
                })?
                .collect()
        })
        .map_err(|error| fault(&error))
}

/// Where the chain begins now.
pub fn start(origin: &str, seals: &[Seal]) -> Head {
    seals.last().map_or_else(
        || beginning(origin),
        |seal| Head {
            origin: origin.to_owned(),
            sequence: seal.through,
            hash: seal.through_hash.clone(),
        },
    )
}

/// Takes away what is older than `keep`, whole runs at a time and nothing that still blocks; how many entries went.
pub fn retain(
    connection: &mut Connection,
    origin: &str,
    keep: SignedDuration,
    now: Timestamp,
) -> Result<u64, LedgerError> {
    let keep = keep.max(LEAST);
    let Ok(horizon) = now.checked_sub(keep) else {
        return Ok(0);
    };
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(|error| fault(&error))?;
    forget_others(&transaction, horizon)?;
    let Some(through) = last_to_go(&transaction, horizon)? else {
        transaction.commit().map_err(|error| fault(&error))?;
        return Ok(0);
    };
    let seals = seals(&transaction)?;
    let mut seal = transaction
        .query_row(
            "SELECT hash, (SELECT max(at) FROM entries WHERE sequence <= ?1)
             FROM entries WHERE sequence = ?1",
            [through],
            |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)),
        )
        .map_err(|error| fault(&error))
        .and_then(|(through_hash, last_at)| {
            Ok(Seal {
                number: seals.len() as u64 + 1,
                through,
                through_hash,
                last_at: Timestamp::from_microsecond(last_at)
                    .map_err(|error| LedgerError::Broken(error.to_string()))?,
                sealed_at: chain::to_the_microsecond(now),
                hash: String::new(),
            })
        })?;
    let previous = seals.last().map_or(chain::START, |seal| &seal.hash);
    seal.hash = seal.hash_after(previous, origin)?;
    let gone = transaction
        .execute(
            "INSERT INTO seals (number, through, through_hash, last_at, sealed_at, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                seal.number,
                seal.through,
                seal.through_hash,
                seal.last_at.as_microsecond(),
                seal.sealed_at.as_microsecond(),
                seal.hash
            ],
        )
        .and_then(|_| transaction.execute("DELETE FROM entries WHERE sequence <= ?1", [through]))
        .map_err(|error| fault(&error))?;
    transaction
        .execute(
            "DELETE FROM beats WHERE run IN (SELECT id FROM runs WHERE origin IS NULL AND last <= ?1)",
            [through],
        )
        .and_then(|_| {
            transaction.execute(
                "DELETE FROM runs WHERE origin IS NULL AND last <= ?1",
                [through],
            )
        })
        .and_then(|_| transaction.execute("UPDATE head SET writes = writes + 1", []))
        .map_err(|error| fault(&error))?;
    transaction.commit().map_err(|error| fault(&error))?;
    Ok(gone as u64)
}

/// What was read of others goes too: they keep their own, and the shared ledger keeps all.
fn forget_others(connection: &Connection, horizon: Timestamp) -> Result<(), LedgerError> {
    for statement in [
        "DELETE FROM runs WHERE origin IS NOT NULL AND asked_at < ?1 AND NOT blocks",
        "DELETE FROM others WHERE at < ?1 AND (run IS NULL OR run NOT IN (SELECT id FROM runs))",
    ] {
        connection
            .execute(statement, [horizon.as_microsecond()])
            .map_err(|error| fault(&error))?;
    }
    Ok(())
}

/// The last entry before the horizon that takes no run apart.
fn last_to_go(connection: &Connection, horizon: Timestamp) -> Result<Option<u64>, LedgerError> {
    let one = |text: &str, value: i64| -> Result<Option<i64>, LedgerError> {
        connection
            .query_row(text, [value], |row| row.get(0))
            .optional()
            .map(Option::flatten)
            .map_err(|error| fault(&error))
    };
    // Everything before the first that is young enough: clocks may have gone back.
    let young = one(
        "SELECT min(sequence) FROM entries WHERE at >= ?1",
        horizon.as_microsecond(),
    )?;
    let mut through = match young {
        Some(young) => young - 1,
        None => one("SELECT max(sequence) FROM entries WHERE sequence > ?1", 0)?.unwrap_or(0),
    };
    // What a shared ledger did not take yet stays.
    if let Some(sent) = one("SELECT sent FROM outbox WHERE one = ?1", 1)? {
        through = through.min(sent);
    }
    while let Some(apart) = one(
        "SELECT min(first) FROM runs WHERE origin IS NULL AND first <= ?1 AND (last > ?1 OR blocks)",
        through,
    )? {
        through = apart - 1;
    }
    let there = one("SELECT sequence FROM entries WHERE sequence = ?1", through)?;
    Ok(there.and_then(|through| u64::try_from(through).ok()))
}
