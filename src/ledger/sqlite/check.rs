//! Walks the chain in the file, its seals, and what is noted beside it.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::{append, fault::fault, outbox, read, retention};
use crate::{
    domain::action::record::Entry,
    ledger::{
        LedgerError,
        anchor::Head,
        chain,
        verify::{Fault, Verified, Walk, beginning},
    },
};

/// Whether everything is as it was written.
pub fn verify(
    connection: &Connection,
    origin: &str,
    anchors: &[Head],
) -> Result<Verified, LedgerError> {
    let seals = retention::seals(connection)?;
    let mut walk = Walk::after(&retention::start(origin, &seals), anchors);
    let mut previous = chain::START;
    for (seal, number) in seals.iter().zip(1..) {
        let right = seal.number == number && seal.hash_after(previous, origin)? == seal.hash;
        if !right {
            walk.fault(Fault::Seal {
                number: seal.number,
            });
        } else if !seal.was_due() {
            walk.fault(Fault::Early {
                number: seal.number,
            });
        }
        previous = &seal.hash;
    }
    let intents = entries(connection, origin, &mut walk)?;
    for sequence in lists_differ(connection, &intents)? {
        walk.fault(Fault::Index { sequence });
    }
    let (sequence, hash) = read::head(connection)?;
    Ok(walk.end(Some(&Head {
        origin: origin.to_owned(),
        sequence,
        hash,
    })))
}

/// Whether what was read of the chains of others still is what they wrote.
pub fn verify_others(
    connection: &Connection,
    own: &str,
    anchors: &[Head],
) -> Result<Vec<Verified>, LedgerError> {
    let mut found = Vec::new();
    for noted in outbox::mirrors(connection)?.into_values() {
        let links = read::select(
            connection,
            own,
            "WHERE origin = ?1 ORDER BY sequence",
            &[noted.origin.clone().into()],
        )?;
        // What stood before the first one here is not known, where it is not the first of all.
        let (start, rest) = match links.split_first() {
            Some((first, rest)) if first.sequence > 1 => (
                Head {
                    origin: noted.origin.clone(),
                    sequence: first.sequence,
                    hash: first.hash.clone(),
                },
                rest,
            ),
            _ => (beginning(&noted.origin), &links[..]),
        };
        if links.is_empty() {
            continue;
        }
        let mut walk = Walk::after(&start, anchors);
        for link in rest {
            walk.step(link);
        }
        found.push(walk.end(Some(&noted)));
    }
    Ok(found)
}

/// Walks the entries; gives the intents among them.
fn entries(
    connection: &Connection,
    origin: &str,
    walk: &mut Walk,
) -> Result<BTreeSet<(u64, String)>, LedgerError> {
    let mut intents = BTreeSet::new();
    let mut select = connection
        .prepare(
            "SELECT sequence, at, actor, run, entry, hash, NULL, kind FROM entries ORDER BY sequence",
        )
        .map_err(|error| fault(&error))?;
    let mut rows = select.query([]).map_err(|error| fault(&error))?;
    while let Some(row) = rows.next().map_err(|error| fault(&error))? {
        let sequence = row.get(0).map_err(|error| fault(&error))?;
        let link = match read::link(origin, row) {
            Ok(link) => link,
            Err(error) => {
                walk.fault(Fault::Unreadable {
                    sequence,
                    why: error.to_string(),
                });
                continue;
            }
        };
        walk.step(&link);
        let line = match link.line() {
            Ok(line) => line,
            Err(error) => {
                walk.fault(Fault::Unreadable {
                    sequence,
                    why: error.to_string(),
                });
                continue;
            }
        };
        let kind: String = row.get(7).map_err(|error| fault(&error))?;
        if kind != append::kind(&line.entry) {
            walk.fault(Fault::Index { sequence });
        }
        if let (Entry::Intent(_), Some(run)) = (&line.entry, line.run) {
            intents.insert((sequence, run.into()));
        }
    }
    Ok(intents)
}

/// Where the list of runs is not that of the intents.
fn lists_differ(
    connection: &Connection,
    intents: &BTreeSet<(u64, String)>,
) -> Result<Vec<u64>, LedgerError> {
    let listed: BTreeSet<(u64, String)> = connection
        .prepare("SELECT first, id FROM runs WHERE origin IS NULL")
        .and_then(|mut select| {
            select
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })
        .map_err(|error| fault(&error))?;
    Ok(listed
        .symmetric_difference(intents)
        .map(|(sequence, _)| *sequence)
        .collect())
}
