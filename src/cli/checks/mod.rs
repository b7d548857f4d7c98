//! `quarterdeck check`: the routine without a screen: what is due, and running it.

mod list;
mod run;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::{
    app::{acting::Acted, event::Event, model::Model, update},
    ledger::{Ledger, LedgerError, RunQuery},
};

use super::{
    Exit,
    args::{CheckVerb, DeskArgs},
    journal::ledger_error,
    open, say,
};

/// How far back results are read: a check of every quarter has been done once in it.
const BACK: SignedDuration = SignedDuration::from_hours(24 * 100);
/// How many runs calendars look at.
const RUNS: usize = 200;

/// Answers what was asked of the routine.
pub(super) fn check(desk: &DeskArgs, verb: &CheckVerb) -> color_eyre::Result<Exit> {
    let prepared = match open::prepare(desk) {
        Ok(prepared) => prepared,
        Err(exit) => return Ok(exit),
    };
    if prepared.pack.checks().is_empty() {
        say::err(prepared.texts.t("routine-empty"));
        return Ok(match verb {
            CheckVerb::List { .. } => Exit::Fine,
            CheckVerb::Run(_) => Exit::Usage,
        });
    }
    match verb {
        CheckVerb::List { json } => Ok(list::list(&prepared, *json)),
        CheckVerb::Run(args) => run::run(prepared, args),
    }
}

/// What the ledger tells of the routine.
fn told(ledger: &dyn Ledger, now: Timestamp) -> Result<[Acted; 2], LedgerError> {
    let since = now.checked_sub(BACK);
    let log = ledger.log(since.unwrap_or(Timestamp::MIN), None)?;
    let runs = ledger.runs(&RunQuery {
        limit: Some(RUNS),
        ..RunQuery::default()
    })?;
    let log = log.unwrap_or_default().into_iter().map(Arc::new);
    Ok([
        Acted::Runs(runs.into_iter().map(Arc::new).collect()),
        Acted::Log(log.collect()),
    ])
}

/// Lets the model know it.
fn hear(model: &mut Model, told: [Acted; 2]) {
    for acted in told {
        // Nobody is there to draw for.
        let _ = update(model, Event::Acted(acted));
    }
}
