//! Holding a drill: playing it, scoring what its ledger tells, writing that down in the person's own.

use std::{fs, sync::Arc};

use crate::{
    app::{
        drilling::{Drilling, Told, scored},
        logbook::log_desk,
    },
    cli::{
        args::{DemoArgs, DeskArgs},
        clock,
        demo::{Stage, led, read_script, tell_what_ended},
        journal::ledger_error,
        logbook::Book,
        open::{self, Purpose},
    },
    domain::logbook::drill::DrillRecord,
    ledger::{Ledger as _, LedgerError, RunQuery, SqliteLedger},
    runtime::{
        acts::{LOG, runs},
        rehearsal::script::Script,
    },
};

use super::{
    Exit,
    args::DrillArgs,
    known, meant,
    paper::paper,
    record::{file, numbered},
    say, tell,
};

/// Plays a drill, and writes down how it went.
pub(super) fn play(
    mut book: Book,
    desk: &DeskArgs,
    args: &DrillArgs,
    name: &str,
) -> color_eyre::Result<Exit> {
    let (id, scenario) = match chosen(&book, name) {
        Ok(chosen) => chosen,
        Err(exit) => return Ok(exit),
    };
    let file = args.script.as_deref();
    let script = match file.map(|file| read_script(file, &book.face.texts)) {
        Some(Err(exit)) => return Ok(exit),
        Some(Ok(script)) => Some(script),
        None => None,
    };
    let demo = DemoArgs {
        scenario: Some(scenario.clone()),
        speed: args.speed,
        seed: args.seed,
        pods: 0,
        churn: 0,
        at: None,
        serve: None,
        script: None,
        list: false,
    };
    let stage = match Stage::of(desk, &demo)? {
        Ok(stage) => stage,
        Err(exit) => return Ok(exit),
    };
    let drilling = Drilling::new(&id, &scenario, args.speed);
    let (record, ended) = held(stage, drilling, script.as_ref())?;
    match ended {
        Exit::Usage => return Ok(ended),
        Exit::Fine | Exit::Failed | Exit::Signal(_) => {}
        other => return Ok(other),
    }
    let record = match record {
        Ok(Some(record)) => record,
        // It was left before there was anything to see.
        Ok(None) => {
            say::err(book.face.t("drill-not-begun"));
            return Ok(if ended == Exit::Fine {
                Exit::Failed
            } else {
                ended
            });
        }
        Err(error) => {
            say::err(&ledger_error(&book.face.texts, &error));
            return Ok(Exit::Failed);
        }
    };
    let passed = record.is_passed();
    let told = written(&mut book, record, args);
    Ok(match (told, ended) {
        (Err(exit), _) => exit,
        (Ok(()), Exit::Fine) if !passed => Exit::Failed,
        (Ok(()), ended) => ended,
    })
}

/// The drill that is meant, with the scenario that plays it.
fn chosen(book: &Book, name: &str) -> Result<(String, String), Exit> {
    let spec = known(book, name)?;
    let Some(scenario) = &spec.scenario else {
        return Err(book.usage("drill-is-by-hand", &spec.id));
    };
    Ok((spec.id.clone(), scenario.clone()))
}

type Held = Result<Option<DrillRecord>, LedgerError>;

/// Opens the cockpit on the stage, or lets the script lead one, and scores what its ledger tells then.
fn held(
    stage: Stage,
    drilling: Drilling,
    script: Option<&Script>,
) -> color_eyre::Result<(Held, Exit)> {
    let Stage {
        inputs,
        loaded,
        texts,
        pack,
        desk,
        plan,
        folder,
    } = stage;
    let told_desk = log_desk(&pack, &desk);
    let purpose = Purpose {
        drill: Some(drilling),
        ..Purpose::default()
    };
    let on = (Arc::clone(&pack), desk);
    let exit = match script {
        None => {
            let ended = open::opened((inputs, &loaded, &texts), on, plan, purpose)?;
            ended.map_or_else(|exit| exit, |ended| open::exit_of(&ended))
        }
        Some(script) => {
            let opening = open::opening((inputs, &loaded), on, plan, purpose)?;
            led(opening, script, &texts)?
        }
    };
    let path = folder.ledger();
    tell_what_ended(&path, &texts);
    let told = (|| {
        let Some(ledger) = SqliteLedger::open_for_reading(&path, clock())? else {
            return Ok(None);
        };
        let now = clock().now().wall;
        let lines = ledger.log(now.checked_sub(LOG).unwrap_or_default(), None)?;
        let asides = ledger.asides(&RunQuery::default())?;
        let told = Told {
            desk: told_desk,
            runs: &runs(&ledger, &[])?,
            asides: &asides.into_iter().map(Arc::new).collect::<Vec<_>>(),
            lines: &lines
                .unwrap_or_default()
                .into_iter()
                .map(Arc::new)
                .collect::<Vec<_>>(),
            ended: now,
        };
        Ok(scored(&pack, &told))
    })();
    Ok((told, exit))
}

/// Into the person's own ledger, and onto the paper.
fn written(book: &mut Book, mut record: DrillRecord, args: &DrillArgs) -> Result<(), Exit> {
    numbered(book, &mut record);
    if args.script.is_some() && !args.record {
        let log = crate::domain::logbook::drill::DrillLog::unwritten(record);
        tell(book, &log, args.json)?;
        return Ok(());
    }
    let id = file(book, record)?;
    let log = meant(book, id.as_str())?;
    if let Some(out) = &args.out {
        let text = paper(book, log).map_err(|why| {
            say::err(&why.to_string());
            Exit::Failed
        })?;
        fs::write(out, text).map_err(|error| {
            say::err(&format!("{}: {error}", out.display()));
            Exit::Failed
        })?;
    }
    tell(book, log, args.json).map(drop)
}
