//! What goes from here to a shared ledger, and what came from there.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};

use super::{append, fault::fault, read, retention};
use crate::ledger::{
    LedgerError,
    anchor::Head,
    chain::{self, Link},
    verify::beginning,
};

/// Entries that were not taken yet, the oldest first, with the hash before the first.
pub fn unsent(
    connection: &Connection,
    origin: &str,
    most: usize,
) -> Result<(String, Vec<Link>), LedgerError> {
    let sent: Option<i64> = connection
        .query_row("SELECT sent FROM outbox", [], |row| row.get(0))
        .map_err(|error| fault(&error))?;
    let links = read::select(
        connection,
        origin,
        &format!("WHERE origin IS NULL AND sequence > ?1 ORDER BY sequence LIMIT {most}"),
        &[sent.unwrap_or(0).into()],
    )?;
    let previous = match links.first() {
        Some(first) => hash_at(connection, origin, first.sequence - 1)?
            .unwrap_or_else(|| chain::START.to_owned()),
        None => String::new(),
    };
    Ok((previous, links))
}

/// The hash of an entry of the own chain, also of the last one that went away.
pub fn hash_at(
    connection: &Connection,
    origin: &str,
    sequence: u64,
) -> Result<Option<String>, LedgerError> {
    let found = connection
        .query_row(
            "SELECT hash FROM entries WHERE sequence = ?1",
            [sequence],
            |row| row.get(0),
        )
        .optional()
        .map_err(|error| fault(&error))?;
    if found.is_some() {
        return Ok(found);
    }
    let start = retention::start(origin, &retention::seals(connection)?);
    Ok((start.sequence == sequence).then_some(start.hash))
}

/// Notes how far the shared ledger has the own chain.
pub fn sent(connection: &Connection, through: u64) -> Result<(), LedgerError> {
    connection
        .execute(
            "UPDATE outbox SET sent = max(coalesce(sent, 0), ?1)",
            [through],
        )
        .map(drop)
        .map_err(|error| fault(&error))
}

/// Where the chains of others end, as far as they were read.
pub fn mirrors(connection: &Connection) -> Result<BTreeMap<String, Head>, LedgerError> {
    connection
        .prepare_cached("SELECT origin, sequence, hash FROM mirrors")
        .and_then(|mut select| {
            select
                .query_map([], |row| {
                    let origin: String = row.get(0)?;
                    let head = Head {
                        origin: origin.clone(),
                        sequence: row.get(1)?,
                        hash: row.get(2)?,
                    };
                    Ok((origin, head))
                })?
                .collect()
        })
        .map_err(|error| fault(&error))
}

/// Takes entries of another writer as they follow on those that are here; what does not follow is not taken.
pub fn mirror(
    connection: &mut Connection,
    own: &str,
    previous: &str,
    links: &[Link],
) -> Result<(), LedgerError> {
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(|error| fault(&error))?;
    let mirrors = mirrors(&transaction)?;
    let Some(first) = links.first() else {
        return Ok(());
    };
    let begins = Head {
        sequence: first.sequence - 1,
        hash: previous.to_owned(),
        ..beginning(&first.origin)
    };
    let mut head = mirrors.get(&first.origin).unwrap_or(&begins).clone();
    for link in links {
        if link.origin != head.origin || link.sequence <= head.sequence {
            // Another process of this user was quicker.
            continue;
        }
        if link.sequence != head.sequence + 1 || link.hash_after(&head.hash) != link.hash {
            return Err(LedgerError::Broken(format!(
                "entry {} of {} in the shared ledger does not follow what was read of it before",
                link.sequence, link.origin
            )));
        }
        let line = link.line()?;
        transaction
            .prepare_cached(
                "INSERT INTO others (origin, sequence, at, actor, run, kind, entry, hash)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )
            .and_then(|mut insert| {
                insert.execute(params![
                    link.origin,
                    link.sequence,
                    link.at.as_microsecond(),
                    link.actor,
                    link.run,
                    append::kind(&line.entry),
                    link.entry,
                    link.hash,
                ])
            })
            .map_err(|error| fault(&error))?;
        if let Some(run) = &line.run {
            append::add_up(&transaction, own, run, &line)?;
        }
        head.sequence = link.sequence;
        head.hash.clone_from(&link.hash);
    }
    transaction
        .execute(
            "INSERT INTO mirrors (origin, sequence, hash) VALUES (?1, ?2, ?3)
             ON CONFLICT (origin) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash",
            params![head.origin, head.sequence, head.hash],
        )
        .and_then(|_| transaction.execute("UPDATE head SET writes = writes + 1", []))
        .map_err(|error| fault(&error))?;
    transaction.commit().map_err(|error| fault(&error))
}

/// Signs of life since a time.
pub fn beats_since(
    connection: &Connection,
    since: Timestamp,
) -> Result<Vec<(String, Timestamp)>, LedgerError> {
    connection
        .prepare_cached("SELECT run, at FROM beats WHERE at > ?1")
        .and_then(|mut select| {
            select
                .query_map([since.as_microsecond()], |row| {
                    let at: i64 = row.get(1)?;
                    let at = Timestamp::from_microsecond(at)
                        .map_err(|_| rusqlite::Error::IntegralValueOutOfRange(1, at))?;
                    Ok((row.get(0)?, at))
                })?
                .collect()
        })
        .map_err(|error| fault(&error))
}

/// Takes signs of life of the runs of others; whether there was any that is new.
pub fn take_beats(
    connection: &mut Connection,
    beats: &[(String, Timestamp)],
) -> Result<(), LedgerError> {
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(|error| fault(&error))?;
    let mut news = 0;
    for (run, at) in beats {
        news += transaction
            .prepare_cached(
                "INSERT INTO beats (run, at) VALUES (?1, ?2)
                 ON CONFLICT (run) DO UPDATE SET at = excluded.at WHERE at < excluded.at",
            )
            .and_then(|mut insert| insert.execute(params![run, at.as_microsecond()]))
            .map_err(|error| fault(&error))?;
    }
    if news > 0 {
        transaction
            .execute("UPDATE head SET writes = writes + 1", [])
            .map_err(|error| fault(&error))?;
    }
    transaction.commit().map_err(|error| fault(&error))
}
