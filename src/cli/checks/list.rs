//! What is open, missed, next and done.

use serde_json::{Value, json};

use super::{FETCH, hear, ledger_error, say_alone, told};
use crate::{
    app::{
        model::Model,
        routine::{self, DueOf, Row, Stand},
        snapshot::DeskTag,
    },
    cli::{
        Exit, clock,
        headless::{
            self,
            face::Face,
            table::{Cell, Table, Tint},
        },
        open::Prepared,
        say,
    },
    domain::{
        clean::clean,
        light::Light,
        logbook::{CheckResult, Outcome},
        text::Text,
        time::since,
    },
    i18n::{action_words, saying, time},
    ledger::{Reach, name_of},
    runtime::ledger,
};

pub(super) fn list(prepared: &Prepared, as_json: bool) -> Exit {
    let settings = &prepared.loaded.settings;
    let mut model = headless::model(prepared);
    let now = clock().now();
    model.set_now(now);
    let found = ledger::open_for_reading(settings, clock(), FETCH).and_then(|found| match found {
        Some(ledger) => told(ledger.file(), now.wall).map(|told| Some((ledger.reach(), told))),
        None => Ok(None),
    });
    let mut away = None;
    match found {
        Ok(Some((reach, told))) => {
            hear(&mut model, told);
            if let Reach::Away(why) = reach {
                say_alone(&prepared.texts, &why);
                away = Some(why);
            }
        }
        // Nothing was ever written: what is due is due all the same.
        Ok(None) => model.routine = routine::plan(&model),
        Err(error) => {
            say::err(&ledger_error(&prepared.texts, &error));
            return Exit::Failed;
        }
    }
    let mut face = Face::new(settings);
    face.at(&model);
    let rows = routine::rows(&model);
    let today = now.wall.to_zoned(model.pack.time_zone.clone()).date();
    let knows_holidays = model.pack.knows_holidays(today);
    if !knows_holidays {
        say::err(prepared.texts.t("routine-holidays-unknown"));
    }
    if as_json {
        let items: Vec<Value> = rows.iter().map(|row| row_json(&model, row)).collect();
        let page = json!({
            "as_of": now.wall.to_string(),
            "desk": DeskTag::now(&model),
            "shared": away.as_ref().map(|why| json!({"away": why})),
            "holidays_known": knows_holidays,
            "items": items,
        });
        say::out(&(page.to_string() + "\n"));
    } else {
        say::out(&table(&face, &model, &rows));
    }
    // What others did may be done already.
    if away.is_some() {
        Exit::Unsure
    } else {
        Exit::Fine
    }
}

/// The result of the row's time, where it is done.
fn result<'a>(model: &'a Model, row: &Row) -> Option<&'a CheckResult> {
    let slot = row.slot.filter(|_| matches!(row.stand, Stand::Done(_)));
    routine::answer(model, row.check()?, row.list(), slot)
}

fn title<'a>(model: &'a Model, row: &Row) -> Option<&'a Text> {
    match (row.check(), row.list()) {
        (Some(check), _) => model.pack.check(check).map(|it| &it.title),
        (None, list) => model.pack.checklist(list?).map(|it| &it.title),
    }
}

fn role<'a>(model: &'a Model, row: &Row) -> Option<&'a str> {
    match (row.check(), row.list()) {
        (Some(check), _) => model.pack.check(check)?.role.as_deref(),
        (None, list) => model.pack.checklist(list?)?.role.as_deref(),
    }
}

/// `backups/wal`, as `check run` takes it.
fn id(row: &Row) -> String {
    match (row.list(), row.check()) {
        (Some(list), Some(check)) => format!("{list}/{check}"),
        (Some(list), None) => list.to_string(),
        (None, Some(check)) => check.to_string(),
        (None, None) => "handover".to_owned(),
    }
}

const fn state(stand: Stand) -> &'static str {
    match stand {
        Stand::Open => "open",
        Stand::Missed { .. } => "missed",
        Stand::Next => "next",
        Stand::Free => "free",
        Stand::Done(_) => "done",
    }
}

fn row_json(model: &Model, row: &Row) -> Value {
    let last = result(model, row);
    let kind = match &row.key {
        routine::RowKey::Item(DueOf::List(_), _) => "checklist",
        routine::RowKey::Item(DueOf::Handover, _) => "handover",
        _ => "check",
    };
    json!({
        "id": id(row),
        "kind": kind,
        "title": title(model, row),
        "role": role(model, row),
        "state": state(row.stand),
        "times": match row.stand { Stand::Missed { times } => Some(times), _ => None },
        "outcome": match row.stand { Stand::Done(outcome) => Some(outcome), _ => None },
        "due": row.slot.map(|slot| slot.at.to_string()),
        "until": row.slot.and_then(|slot| slot.until).map(|at| at.to_string()),
        "last": last.map(result_json),
    })
}

fn result_json(result: &CheckResult) -> Value {
    let noted = &result.noted;
    json!({
        "at": result.at.to_string(),
        "by": name_of(&result.by),
        "slot": noted.slot.map(|at| at.to_string()),
        "outcome": noted.outcome,
        "says": noted.says,
        "unread": noted.unread,
        "evidence": noted.evidence,
    })
}

pub(super) const fn light(outcome: Outcome) -> Light {
    match outcome {
        Outcome::Passed | Outcome::Skipped => Light::Green,
        Outcome::Warned => Light::Yellow,
        Outcome::Failed => Light::Red,
        Outcome::Unknown => Light::Unknown,
    }
}

pub(super) fn outcome_word(face: &Face, outcome: Outcome) -> &str {
    face.t(match outcome {
        Outcome::Passed => "outcome-passed",
        Outcome::Warned => "outcome-warned",
        Outcome::Failed => "outcome-failed",
        Outcome::Unknown => "outcome-unknown",
        Outcome::Skipped => "outcome-skipped",
    })
}

fn stood(face: &Face, model: &Model, row: &Row) -> (String, Light) {
    let now = model.now.wall;
    match row.stand {
        Stand::Open => {
            let late = row.slot.map(|slot| time::short(since(slot.at, now)));
            let args = [("late", late.unwrap_or_default().into())];
            (face.with("routine-stand-late", &args), Light::Yellow)
        }
        Stand::Missed { times } => {
            let args = [("times", times.into())];
            (face.with("routine-stand-missed", &args), Light::Red)
        }
        Stand::Next => {
            let left = row.slot.map(|slot| time::short(since(now, slot.at)));
            let args = [("left", left.unwrap_or_default().into())];
            (face.with("routine-stand-next", &args), Light::Green)
        }
        Stand::Free => (face.t("routine-stand-free").to_owned(), Light::Green),
        Stand::Done(outcome) => (outcome_word(face, outcome).to_owned(), light(outcome)),
    }
}

fn table(face: &Face, model: &Model, rows: &[Row]) -> String {
    let mut table = Table::new(vec![
        Face::signs(),
        face.left("head-state", 0),
        face.left("head-due", 0),
        face.left("head-check", 0),
        face.left("head-title", 1),
        face.left("head-role", 3),
        face.left("head-found", 2),
    ]);
    table.rows = rows.iter().map(|row| cells(face, model, row)).collect();
    table.draw(face.room, true)
}

fn cells(face: &Face, model: &Model, row: &Row) -> Vec<Cell> {
    let (word, light) = stood(face, model, row);
    let due = row.slot.filter(|_| !row.is_part());
    let due = due.map(|slot| time::day_and_clock(slot.at, &model.pack.time_zone));
    let title = title(model, row).map(|title| title.get(face.texts.lang()));
    let found = result(model, row).map(|result| clean(&found(face, result)).into_owned());
    vec![
        Cell::new(face.glyph.quiet_light(light), Tint::Of(light)),
        Cell::plain(word),
        Cell::plain(due.unwrap_or_default()),
        Cell::plain(id(row)),
        Cell::plain(title.unwrap_or_default()),
        Cell::plain(role(model, row).unwrap_or_default()),
        Cell::plain(found.unwrap_or_default()),
    ]
}

/// What a result rests on.
fn found(face: &Face, result: &CheckResult) -> String {
    let noted = &result.noted;
    let said = match (&noted.evidence, &noted.unread, &noted.says) {
        (Some(text), ..) => text.clone(),
        (None, Some(refusal), _) => action_words::refusal(&face.texts, refusal),
        (None, None, Some(says)) => saying::readings(&face.texts, std::slice::from_ref(says)),
        (None, None, None) => String::new(),
    };
    format!("{}: {said}", name_of(&result.by))
}
