//! Writing: one transaction for each entry, and what it returned for is on the disk.

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::{
    fault::fault,
    read::{self, Depth},
    schema,
};
use crate::{
    domain::{
        action::record::{ActorMark, Entry},
        id::RunId,
        logbook::{DutyNoted, LogDesk, Noted},
    },
    ledger::{LedgerError, Line, chain::Link, name_of},
};

/// Adds an entry at the end of the chain.
pub fn append(
    connection: &mut Connection,
    origin: &str,
    at: Timestamp,
    actor: &ActorMark,
    run: Option<&RunId>,
    entry: &Entry,
) -> Result<Line, LedgerError> {
    let transaction = begin(connection)?;
    let (sequence, previous) = read::head(&transaction)?;
    let link = Link::forge(origin, (sequence + 1, &previous), at, actor, run, entry)?;
    let line = link.line()?;
    insert(&transaction, &link, entry).map_err(|error| match error {
        LedgerError::Twice(what) if what.is_empty() => {
            LedgerError::Twice(run.map_or_else(String::new, ToString::to_string))
        }
        other => other,
    })?;
    if let Some(run) = run {
        add_up(&transaction, origin, run, &line)?;
    }
    transaction.commit().map_err(|error| fault(&error))?;
    Ok(line)
}

/// Notes that a runner lives.
pub fn beat(connection: &mut Connection, run: &RunId, at: Timestamp) -> Result<(), LedgerError> {
    let transaction = begin(connection)?;
    transaction
        .prepare_cached(
            "INSERT INTO beats (run, at) VALUES (?1, ?2)
             ON CONFLICT (run) DO UPDATE SET at = max(at, excluded.at)",
        )
        .and_then(|mut insert| insert.execute(params![run.as_str(), at.as_microsecond()]))
        .and_then(|_| transaction.execute("UPDATE head SET writes = writes + 1", []))
        .map_err(|error| fault(&error))?;
    transaction.commit().map_err(|error| fault(&error))
}

fn begin(connection: &mut Connection) -> Result<Transaction<'_>, LedgerError> {
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(|error| fault(&error))?;
    // A newer program may have made it its own while it was open here.
    schema::found(&transaction)?;
    Ok(transaction)
}

fn insert(transaction: &Transaction<'_>, link: &Link, entry: &Entry) -> Result<(), LedgerError> {
    let once = once(transaction, link, entry)?;
    transaction
        .prepare_cached(
            "INSERT INTO entries (sequence, at, actor, run, kind, entry, once, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )
        .and_then(|mut insert| {
            insert.execute(params![
                link.sequence,
                link.at.as_microsecond(),
                link.actor,
                link.run,
                kind(entry),
                link.entry,
                once,
                link.hash,
            ])
        })
        .and_then(|_| {
            transaction
                .prepare_cached("UPDATE head SET sequence = ?1, hash = ?2, writes = writes + 1")?
                .execute(params![link.sequence, link.hash])
        })
        .map_err(|error| fault(&error))?;
    Ok(())
}

/// What may be written once: that a run is meant, that a runner took it, that a challenge was used, that the watch does
/// something, that something was seen of a temporary change.
fn once(
    transaction: &Transaction<'_>,
    link: &Link,
    entry: &Entry,
) -> Result<Option<String>, LedgerError> {
    let run = link.run.as_deref().unwrap_or_default();
    Ok(match entry {
        Entry::Intent(_) => Some(format!("intent {run}")),
        Entry::Taken { .. } => Some(format!("taken {run}")),
        Entry::ChallengeUsed { digest } => {
            // The same plan may be challenged again; each challenge is used once, and only the newest can be.
            let challenge: u64 = transaction
                .query_row(
                    "SELECT coalesce(max(sequence), 0) FROM entries
                     WHERE kind = 'challenge' AND entry ->> '$.digest' = ?1",
                    [digest.as_str()],
                    |row| row.get(0),
                )
                .map_err(|error| fault(&error))?;
            Some(format!("challenge {digest} {challenge}"))
        }
        Entry::Log(log) => match &log.noted {
            Noted::Duty(DutyNoted::Begun { key, .. }) => {
                Some(once_at(transaction, &log.desk, "duty", key)?)
            }
            Noted::Switch(noted) => Some(once_at(transaction, &log.desk, "switch", &noted.key)?),
            _ => None,
        },
        _ => None,
    })
}

/// Something that is written down once at a desk, what its watch begins or sees: nobody else may have written it either.
fn once_at(
    transaction: &Transaction<'_>,
    desk: &LogDesk,
    about: &str,
    key: &str,
) -> Result<String, LedgerError> {
    let by_others: bool = transaction
        .query_row(
            "SELECT EXISTS (SELECT 1 FROM others WHERE kind = 'log' AND entry ->> '$.noted.about' = ?1
                 AND coalesce(entry ->> '$.noted.duty', 'begun') = 'begun' AND entry ->> '$.noted.key' = ?2
                 AND entry ->> '$.desk.pack' = ?3 AND entry ->> '$.desk.context' = ?4)",
            [about, key, desk.pack.as_str(), &desk.context],
            |row| row.get(0),
        )
        .map_err(|error| fault(&error))?;
    if by_others {
        return Err(LedgerError::Twice(key.to_owned()));
    }
    Ok(format!("{about} {}@{} {key}", desk.pack, desk.context))
}

/// The name of its kind in its JSON.
pub const fn kind(entry: &Entry) -> &str {
    match entry {
        Entry::Newer { kind } => kind.as_str(),
        Entry::Refused { .. } => "refused",
        Entry::Intent(_) => "intent",
        Entry::Taken { .. } => "taken",
        Entry::StepStarted { .. } => "step-started",
        Entry::Output(_) => "output",
        Entry::StepEnded { .. } => "step-ended",
        Entry::Verifying => "verifying",
        Entry::CancelAsked => "cancel-asked",
        Entry::Outcome(_) => "outcome",
        Entry::Acknowledged { .. } => "acknowledged",
        Entry::Evidence { .. } => "evidence",
        Entry::Note { .. } => "note",
        Entry::Asked { .. } => "asked",
        Entry::Approval { .. } => "approval",
        Entry::Challenge { .. } => "challenge",
        Entry::ChallengeUsed { .. } => "challenge-used",
        Entry::Log(_) => "log",
    }
}

/// Keeps the list of runs as it follows from the entries.
pub fn add_up(
    transaction: &Transaction<'_>,
    origin: &str,
    id: &RunId,
    line: &Line,
) -> Result<(), LedgerError> {
    // Only numbers of the chain the run began in tell where it ends there.
    let of = (line.origin != origin).then_some(&line.origin);
    match &line.entry {
        Entry::Intent(intent) => {
            transaction
                .prepare_cached(
                    "INSERT INTO runs (id, first, last, asked_at, actor, action, target, blocks, origin)
                     VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6, 1, ?7) ON CONFLICT DO NOTHING",
                )
                .and_then(|mut insert| {
                    insert.execute(params![
                        id.as_str(),
                        line.sequence,
                        line.at.as_microsecond(),
                        name_of(&line.actor),
                        intent.plan.action.as_str(),
                        intent.plan.target.to_string(),
                        of,
                    ])
                })
                .map_err(|error| fault(&error))?;
        }
        Entry::Outcome(_) | Entry::Acknowledged { .. } => {
            let blocks =
                read::run(transaction, origin, id, Depth::Bare)?.is_some_and(|run| run.blocks());
            transaction
                .prepare_cached(
                    "UPDATE runs SET last = iif(origin IS ?4, ?2, last), blocks = ?3 WHERE id = ?1",
                )
                .and_then(|mut update| {
                    update.execute(params![id.as_str(), line.sequence, blocks, of])
                })
                .map_err(|error| fault(&error))?;
        }
        _ => {
            transaction
                .prepare_cached("UPDATE runs SET last = ?2 WHERE id = ?1 AND origin IS ?3")
                .and_then(|mut update| update.execute(params![id.as_str(), line.sequence, of]))
                .map_err(|error| fault(&error))?;
        }
    }
    Ok(())
}
