//! Reading: the head, lines, and runs added up from theirs.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params_from_iter, types::Value};

use super::fault::fault;
use crate::{
    domain::{
        action::record::{Aside, Run},
        id::RunId,
        logbook::LogLine,
    },
    ledger::{
        LedgerError, Line, RunQuery,
        chain::Link,
        fold::{arrange, fold},
        is_aside,
    },
};

/// How much of a run is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    All,
    /// Without what its steps wrote.
    Bare,
}

/// The number and the hash of the last entry.
pub fn head(connection: &Connection) -> Result<(u64, String), LedgerError> {
    connection
        .prepare_cached("SELECT sequence, hash FROM head")
        .and_then(|mut select| select.query_row([], |row| Ok((row.get(0)?, row.get(1)?))))
        .map_err(|error| fault(&error))
}

pub fn version(connection: &Connection) -> Result<u64, LedgerError> {
    connection
        .prepare_cached("SELECT writes FROM head")
        .and_then(|mut select| select.query_row([], |row| row.get(0)))
        .map_err(|error| fault(&error))
}

pub fn run(
    connection: &Connection,
    origin: &str,
    id: &RunId,
    depth: Depth,
) -> Result<Option<Run>, LedgerError> {
    let wanted = match depth {
        Depth::All => "",
        Depth::Bare => " AND kind <> 'output'",
    };
    let lines = select(
        connection,
        origin,
        &format!("WHERE run = ?1{wanted}"),
        &[Value::from(id.as_str().to_owned())],
    )
    .map(arrange)?
    .iter()
    .map(Link::line)
    .collect::<Result<Vec<Line>, _>>()?;
    let beat: Option<i64> = connection
        .prepare_cached("SELECT at FROM beats WHERE run = ?1")
        .and_then(|mut select| select.query_row([id.as_str()], |row| row.get(0)).optional())
        .map_err(|error| fault(&error))?;
    let beat = beat.and_then(|at| Timestamp::from_microsecond(at).ok());
    Ok(fold(&lines, beat))
}

/// Runs, newest first, without what their steps wrote.
pub fn runs(
    connection: &Connection,
    origin: &str,
    query: &RunQuery,
) -> Result<Vec<Run>, LedgerError> {
    let mut conditions = vec!["1".to_owned()];
    let mut values: Vec<Value> = Vec::new();
    let mut add = |condition: &str, value: Value| {
        values.push(value);
        conditions.push(format!("{condition} ?{}", values.len()));
    };
    if let Some(since) = query.since {
        add("asked_at >=", since.as_microsecond().into());
    }
    if let Some(actor) = &query.actor {
        add("actor =", actor.clone().into());
    }
    if let Some(action) = &query.action {
        add("action =", action.as_str().to_owned().into());
    }
    if let Some(target) = &query.target {
        add("target =", target.clone().into());
    }
    if query.blocking {
        conditions.push("blocks".to_owned());
    }
    let limit = query
        .limit
        .map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
    let text = format!(
        "SELECT id FROM runs WHERE {} ORDER BY asked_at DESC, first DESC, id DESC LIMIT {limit}",
        conditions.join(" AND ")
    );
    let ids: Vec<String> = connection
        .prepare_cached(&text)
        .and_then(|mut select| {
            select
                .query_map(params_from_iter(values), |row| row.get(0))?
                .collect()
        })
        .map_err(|error| fault(&error))?;
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.extend(run(connection, origin, &RunId::from(id), Depth::Bare)?);
    }
    Ok(found)
}

/// What belongs to no run, newest first.
pub fn asides(
    connection: &Connection,
    origin: &str,
    query: &RunQuery,
) -> Result<Vec<Aside>, LedgerError> {
    let since = query.since.unwrap_or(Timestamp::MIN).as_microsecond();
    let mut select = connection
        .prepare_cached(
            "SELECT sequence, at, actor, run, entry, hash, origin FROM lines
             WHERE kind IN ('refused', 'note', 'approval') AND at >= ?1
             ORDER BY at DESC, sequence DESC",
        )
        .map_err(|error| fault(&error))?;
    let mut rows = select.query([since]).map_err(|error| fault(&error))?;
    let mut found = Vec::new();
    let limit = query.limit.unwrap_or(usize::MAX);
    while found.len() < limit
        && let Some(row) = rows.next().map_err(|error| fault(&error))?
    {
        let line = link(origin, row).map_err(|error| fault(&error))?.line()?;
        if is_aside(&line, query) {
            found.push(Aside {
                at: line.at,
                actor: line.actor,
                entry: line.entry,
            });
        }
    }
    Ok(found)
}

/// How many lines people wrote down, ever.
pub fn written_down(connection: &Connection) -> Result<usize, LedgerError> {
    connection
        .prepare_cached("SELECT count(*) FROM lines WHERE kind = 'log'")
        .and_then(|mut select| select.query_row([], |row| row.get(0)))
        .map_err(|error| fault(&error))
}

/// What people wrote down since then, in order; `None` where they wrote down as many lines, ever, as were known.
pub fn log(
    connection: &Connection,
    origin: &str,
    since: Timestamp,
    known: Option<usize>,
) -> Result<Option<Vec<LogLine>>, LedgerError> {
    if known.is_some() && known == Some(written_down(connection)?) {
        return Ok(None);
    }
    let links = select(
        connection,
        origin,
        "WHERE kind = 'log' AND at >= ?1",
        &[since.as_microsecond().into()],
    )
    .map(arrange)?;
    let lines = links.iter().map(Link::line);
    let lines: Vec<Line> = lines.collect::<Result<_, _>>()?;
    Ok(Some(lines.into_iter().filter_map(Line::log).collect()))
}

/// Entries as they are kept, in order: of a run, or of everything since a time.
pub fn links(
    connection: &Connection,
    origin: &str,
    run: Option<&RunId>,
    since: Option<Timestamp>,
) -> Result<Vec<Link>, LedgerError> {
    let mut conditions = vec!["1"];
    let mut values: Vec<Value> = Vec::new();
    if let Some(run) = run {
        values.push(run.as_str().to_owned().into());
        conditions.push("run = ?1");
    }
    if let Some(since) = since {
        values.push(since.as_microsecond().into());
        conditions.push(if values.len() == 1 {
            "at >= ?1"
        } else {
            "at >= ?2"
        });
    }
    select(
        connection,
        origin,
        &format!("WHERE {}", conditions.join(" AND ")),
        &values,
    )
    .map(arrange)
}

/// The own chain, in order.
pub fn own(connection: &Connection, origin: &str) -> Result<Vec<Link>, LedgerError> {
    select(
        connection,
        origin,
        "WHERE origin IS NULL ORDER BY sequence",
        &[],
    )
}

/// The entries a clause chooses.
pub fn select(
    connection: &Connection,
    origin: &str,
    clause: &str,
    values: &[Value],
) -> Result<Vec<Link>, LedgerError> {
    let text = format!("SELECT sequence, at, actor, run, entry, hash, origin FROM lines {clause}");
    connection
        .prepare_cached(&text)
        .and_then(|mut select| {
            select
                .query_map(params_from_iter(values), |row| link(origin, row))?
                .collect()
        })
        .map_err(|error| fault(&error))
}

pub fn link(origin: &str, row: &Row<'_>) -> rusqlite::Result<Link> {
    let at: i64 = row.get(1)?;
    Ok(Link {
        origin: row
            .get::<_, Option<String>>(6)?
            .unwrap_or_else(|| origin.to_owned()),
        sequence: row.get(0)?,
        at: Timestamp::from_microsecond(at)
            .map_err(|_| rusqlite::Error::IntegralValueOutOfRange(1, at))?,
        actor: row.get(2)?,
        run: row.get(3)?,
        entry: row.get(4)?,
        hash: row.get(5)?,
    })
}
