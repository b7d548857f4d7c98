//! `quarterdeck drill`: a scenario of the embedded cluster, played against the pack's clocks, scored and written down; and
//! what was held elsewhere.

pub mod args;
mod paper;
mod play;
mod record;

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use crate::{
    cli::logbook::{Book, json as print},
    domain::logbook::{DrillNoted, Noted, drill::DrillLog},
    i18n::drill_words,
    pack::{DrillSpec, TemplateFault},
};

use self::{
    args::{DrillArgs, DrillVerb},
    paper::{document, paper},
};
use super::{Exit, args::DeskArgs, say};

/// Answers what is asked of drills.
pub(super) fn drill(desk: &DeskArgs, args: &DrillArgs) -> color_eyre::Result<Exit> {
    // A drill is one of a pack's, as a demo is.
    let mut desk = desk.clone();
    desk.pack.get_or_insert_with(|| "glancy".to_owned());
    let book = match Book::open(&desk, None)? {
        Ok(book) => book,
        Err(exit) => return Ok(exit),
    };
    match (&args.verb, &args.scenario) {
        (Some(DrillVerb::List { json }), _) => Ok(list(&book, *json)),
        (None, None) => Ok(list(&book, args.json)),
        (Some(DrillVerb::Show { drill, json }), _) => {
            let shown = meant(&book, drill).and_then(|log| tell(&book, log, *json));
            Ok(shown.unwrap_or_else(|exit| exit))
        }
        (
            Some(DrillVerb::Note {
                drill,
                differences,
                follow_ups,
                owner,
                json,
            }),
            _,
        ) => {
            let said = Said {
                differences,
                follow_ups,
                owner: owner.as_deref().unwrap_or_default(),
            };
            Ok(note(book, drill, said, *json).unwrap_or_else(|exit| exit))
        }
        (Some(DrillVerb::Record(args)), _) => {
            Ok(record::record(book, args).unwrap_or_else(|exit| exit))
        }
        (None, Some(name)) => play::play(book, &desk, args, name),
    }
}

/// The drill of this number.
fn meant<'b>(book: &'b Book, name: &str) -> Result<&'b DrillLog, Exit> {
    let found = book.model.logbook.drills.get(name);
    found.ok_or_else(|| book.usage("drill-not-held", name))
}

/// The drill of the pack that is called so.
fn known<'b>(book: &'b Book, name: &str) -> Result<&'b DrillSpec, Exit> {
    let pack = &book.model.pack;
    pack.drill(name).ok_or_else(|| {
        let all: Vec<&str> = pack.drills().iter().map(|it| &*it.id).collect();
        let args = [("name", name.into()), ("known", all.join(", ").into())];
        say::err(&book.face.with("drill-unknown", &args));
        Exit::Usage
    })
}

/// Prints a record.
fn tell(book: &Book, log: &DrillLog, as_json: bool) -> Result<Exit, Exit> {
    if as_json {
        print(&document(log));
        return Ok(Exit::Fine);
    }
    match paper(book, log) {
        Ok(text) => {
            say::out(&(text.trim_end().to_owned() + "\n"));
            Ok(Exit::Fine)
        }
        Err(TemplateFault::Missing) => {
            print(&document(log));
            Ok(Exit::Fine)
        }
        Err(why) => {
            say::err(&why.to_string());
            Err(Exit::Failed)
        }
    }
}

fn list(book: &Book, as_json: bool) -> Exit {
    let (pack, lang) = (&book.model.pack, book.model.look.lang);
    let held = book.model.logbook.drills.held();
    if as_json {
        let specs = pack.drills().iter().map(|spec| {
            json!({
                "kind": "spec",
                "id": spec.id,
                "title": spec.title.get(lang),
                "scenario": spec.scenario,
                "check": (!spec.due.rules.is_empty()).then(|| spec.check()),
            })
        });
        let all: Vec<Json> = held.iter().map(document).chain(specs).collect();
        print(&book.document(&all));
        return Exit::Fine;
    }
    let mut page = String::new();
    for log in held {
        // Writing to a text does not fail.
        let _ = writeln!(page, "{}", line(book, log));
    }
    for spec in pack.drills() {
        let scenario = spec.scenario.as_deref();
        let scenario = scenario.unwrap_or_else(|| book.face.t("drill-by-hand"));
        let _ = writeln!(
            page,
            "{:<14} {scenario:<16} {}",
            spec.id,
            spec.title.get(lang)
        );
    }
    say::out(&page);
    Exit::Fine
}

/// A drill that was held, in one line.
fn line(book: &Book, log: &DrillLog) -> String {
    let record = &log.record;
    let key = if record.is_passed() {
        "drill-passed"
    } else {
        "drill-failed"
    };
    let at = crate::i18n::time::day_and_clock(record.began, &book.model.pack.time_zone);
    let line = format!(
        "{}  {at}  {}  {}",
        log.number,
        record.drill,
        book.face.t(key)
    );
    if record.elsewhere.is_none() {
        return line;
    }
    let clock = drill_words::clock(&book.face.texts, record.score.recover, false);
    let clock = [("clock", clock.into())];
    let elsewhere = book.face.with("drill-elsewhere", &clock);
    format!("{line}  {elsewhere}")
}

/// What a person says of a drill afterwards.
#[derive(Clone, Copy)]
struct Said<'a> {
    differences: &'a [String],
    follow_ups: &'a [String],
    owner: &'a str,
}

fn note(mut book: Book, name: &str, said: Said<'_>, as_json: bool) -> Result<Exit, Exit> {
    let of = meant(&book, name)?.id.clone();
    let differences = said.differences.iter().map(|text| DrillNoted::Difference {
        of: of.clone(),
        text: text.trim().to_owned(),
    });
    let follow_ups = said.follow_ups.iter().map(|text| DrillNoted::FollowUp {
        of: of.clone(),
        text: text.trim().to_owned(),
        owner: said.owner.to_owned(),
    });
    let all: Vec<DrillNoted> = differences.chain(follow_ups).collect();
    if all.is_empty() {
        return Err(book.usage("drill-no-note", name));
    }
    for noted in all {
        book.write(Noted::Drill(noted))?;
    }
    let log = meant(&book, of.as_str())?;
    tell(&book, log, as_json)
}
