//! `quarterdeck check`: the routine without a screen: what is due, and running it.

mod list;
mod run;

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;

use crate::{
    app::{acting::Acted, event::Event, model::Model, update},
    i18n::Texts,
    ledger::{Ledger, LedgerError},
    runtime::acts::{LOG, runs},
};

use super::{
    Exit,
    args::{CheckVerb, DeskArgs},
    journal::ledger_error,
    open, say,
};

/// How long the shared ledger may take to tell what others wrote.
const FETCH: Duration = Duration::from_secs(5);

/// Says that what others wrote could not be fetched, and why.
fn say_alone(texts: &Texts, why: &str) {
    say::err(&texts.with("journal-alone", &[("why", why.into())]));
}

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
    let since = now.checked_sub(LOG).unwrap_or(Timestamp::MIN);
    let log = ledger.log(since, None)?.unwrap_or_default();
    Ok([
        Acted::Runs(runs(ledger, &[])?),
        Acted::Log(log.into_iter().map(Arc::new).collect()),
    ])
}

/// Lets the model know it.
fn hear(model: &mut Model, told: [Acted; 2]) {
    for acted in told {
        // Nobody is there to draw for.
        let _ = update(model, Event::Acted(acted));
    }
}
