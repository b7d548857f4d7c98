//! Holding a drill: playing it, scoring what its ledger tells, writing that down in the person's own.

use std::{fs, sync::Arc};

use crate::{
    app::{
        drilling::{Drilling, Told, scored},
        logbook::log_desk,
        routine::{DueRow, plan},
    },
    cli::{
        args::{DemoArgs, DeskArgs},
        clock,
        demo::{Stage, led, read_script, tell_what_ended},
        journal::ledger_error,
        logbook::Book,
        open::{self, Purpose},
    },
    domain::logbook::{
        CheckNoted, DrillNoted, Noted, Outcome,
        drill::{DrillRecord, USUAL_DRILL_ID},
        incident::series,
    },
    ledger::{Ledger as _, LedgerError, RunQuery, SqliteLedger},
    runtime::{
        acts::{LOG, runs},
        rehearsal::script::Script,
    },
};

use super::{Exit, args::DrillArgs, meant, paper::paper, say, tell};

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
    let passed = record.score.is_passed();
    let told = written(&mut book, record, args);
    Ok(match (told, ended) {
        (Err(exit), _) => exit,
        (Ok(()), Exit::Fine) if !passed => Exit::Failed,
        (Ok(()), ended) => ended,
    })
}

/// The drill that is meant, with the scenario that plays it.
fn chosen(book: &Book, name: &str) -> Result<(String, String), Exit> {
    let pack = &book.model.pack;
    let Some(spec) = pack.drill(name) else {
        let known: Vec<&str> = pack.drills().iter().map(|it| &*it.id).collect();
        let args = [("name", name.into()), ("known", known.join(", ").into())];
        say::err(&book.face.with("drill-unknown", &args));
        return Err(Exit::Usage);
    };
    let Some(scenario) = &spec.scenario else {
        let check = spec.check();
        let args = [("name", name.into()), ("check", check.as_str().into())];
        say::err(&book.face.with("drill-is-by-hand", &args));
        return Err(Exit::Usage);
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
    let pack = Arc::clone(&book.model.pack);
    let pattern = pack.drill_id.as_deref().unwrap_or(USUAL_DRILL_ID);
    record.series =
        series(pattern, record.began, &pack.time_zone).unwrap_or_else(|| pattern.to_owned());
    record.number = book.model.logbook.drills.next(&record.series);
    if args.script.is_some() && !args.record {
        let log = crate::domain::logbook::drill::DrillLog::unwritten(record);
        tell(book, &log, args.json)?;
        return Ok(());
    }
    let number = record.id();
    let drill = record.drill.clone();
    let id = book.write(Noted::Drill(DrillNoted::Held(Box::new(record))))?;
    settle_due(book, &drill, &number)?;
    let log = meant(book, id.as_str())?;
    if let Some(file) = &args.out {
        let text = paper(book, log).map_err(|why| {
            say::err(&why.to_string());
            Exit::Failed
        })?;
        fs::write(file, text).map_err(|error| {
            say::err(&format!("{}: {error}", file.display()));
            Exit::Failed
        })?;
    }
    tell(book, log, args.json).map(drop)
}

/// The time it was due for is settled by it.
fn settle_due(book: &mut Book, drill: &str, number: &str) -> Result<(), Exit> {
    let Some(spec) = book.model.pack.drill(drill) else {
        return Ok(());
    };
    let check = spec.check();
    if book.model.pack.check(&check).is_none() {
        return Ok(());
    }
    let of = crate::app::routine::DueOf::Check(check.clone());
    let rows = plan(&book.model);
    let open = rows.iter().find(|row| row.of == of && row.is_open());
    let noted = CheckNoted {
        check,
        checklist: None,
        slot: open.and_then(DueRow::at),
        outcome: Outcome::Passed,
        says: None,
        unread: None,
        evidence: Some(number.to_owned()),
    };
    book.write(Noted::Check(noted)).map(drop)
}
