//! Who of several processes of this file leads in something.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::{fault::fault, schema};
use crate::ledger::{LeadMark, LedgerError};

/// Takes, keeps or finds the lead: whose it is now.
///
/// It is taken where nobody has it, and from who has not shown a sign of life since it was seen as in `over`.
pub fn lead(
    connection: &mut Connection,
    what: &str,
    who: &str,
    over: Option<&LeadMark>,
) -> Result<LeadMark, LedgerError> {
    let broken = |error: rusqlite::Error| fault(&error);
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(broken)?;
    schema::found(&transaction)?;
    let found = transaction
        .query_row(
            "SELECT holder, term, beats FROM leads WHERE what = ?1",
            [what],
            |row| {
                Ok(LeadMark {
                    holder: row.get(0)?,
                    term: row.get(1)?,
                    beats: row.get(2)?,
                })
            },
        )
        .optional()
        .map_err(broken)?;
    let next = match found {
        Some(found) if found.holder == who => LeadMark {
            beats: found.beats + 1,
            ..found
        },
        Some(found) if over != Some(&found) && !found.holder.is_empty() => return Ok(found),
        found => LeadMark {
            holder: who.to_owned(),
            term: found.map_or(0, |found| found.term) + 1,
            beats: 0,
        },
    };
    transaction
        .execute(
            "INSERT INTO leads (what, holder, term, beats) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (what) DO UPDATE SET
                 holder = excluded.holder, term = excluded.term, beats = excluded.beats",
            params![what, next.holder, next.term, next.beats],
        )
        .map_err(broken)?;
    transaction.commit().map_err(broken)?;
    Ok(next)
}

/// Gives the lead back, where it is held: the next one need not wait.
pub fn leave(connection: &Connection, what: &str, who: &str) -> Result<(), LedgerError> {
    connection
        .execute(
            "UPDATE leads SET holder = '' WHERE what = ?1 AND holder = ?2",
            [what, who],
        )
        .map(drop)
        .map_err(|error| fault(&error))
}
