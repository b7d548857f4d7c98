//! Writing down that a drill was held: one that was played, or one that a person held elsewhere.

use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
    sync::Arc,
};

use jiff::{Timestamp, tz::TimeZone};
use sha2::{Digest as _, Sha256};

use crate::{
    app::routine::{DueOf, DueRow, Stand, plan},
    cli::{beginning::Beginning, logbook::Book},
    domain::{
        hex::hex,
        id::LineId,
        logbook::{
            CheckNoted, DrillNoted, Noted, Outcome,
            drill::{DrillFile, DrillRecord, Elsewhere, Score, Timed, Trigger, USUAL_DRILL_ID},
            incident::series,
        },
    },
    pack::{DrillSpec, Pack},
};

use super::{Exit, args::RecordArgs, known, meant, say, tell};

/// The most that is said of one thing, in characters.
const LONGEST: usize = 4_000;

/// Writes down a drill that was held elsewhere.
pub(super) fn record(mut book: Book, args: &RecordArgs) -> Result<Exit, Exit> {
    sayable(&book, args)?;
    let mut record = of_person(&book, args)?;
    let passed = record.is_passed();
    numbered(&book, &mut record);
    let id = file(&mut book, record)?;
    tell(&book, meant(&book, id.as_str())?, args.json)?;
    Ok(if passed { Exit::Fine } else { Exit::Failed })
}

/// Whether each text says something and is not too long.
fn sayable(book: &Book, args: &RecordArgs) -> Result<(), Exit> {
    let lists = [&args.triggers, &args.differences, &args.follow_ups];
    let mut all = lists
        .into_iter()
        .flatten()
        .chain(args.fault.iter().chain(&args.owner));
    let is_bad = |text: &String| text.trim().is_empty() || text.chars().count() > LONGEST;
    if all.any(is_bad) {
        let most = [("most", LONGEST.into())];
        say::err(&book.face.with("journal-bad-note", &most));
        return Err(Exit::Usage);
    }
    Ok(())
}

/// The record as the call tells it, without its number.
fn of_person(book: &Book, args: &RecordArgs) -> Result<DrillRecord, Exit> {
    let spec = known(book, &args.drill)?;
    let (pack, now) = (&book.model.pack, book.model.clocked);
    let t0 = moment(book, "--t0", &args.t0)?;
    let t1 = args.t1.as_deref().map(|text| moment(book, "--t1", text));
    let t1 = t1.transpose()?;
    if let Some(t1) = t1.filter(|t1| *t1 < t0) {
        let zone = &pack.time_zone;
        let times = [
            ("t0", stamp(t0, zone).into()),
            ("t1", stamp(t1, zone).into()),
        ];
        say::err(&book.face.with("drill-ends-before", &times));
        return Err(Exit::Usage);
    }
    let files = args.evidence.iter().map(|path| digest(book, path));
    let (trigger, shown) = shown(pack, &args.triggers);
    let owner = args.owner.as_deref().unwrap_or_default().trim();
    let said = |text: &String| text.trim().to_owned();
    Ok(DrillRecord {
        series: String::new(),
        number: 0,
        drill: spec.id.clone(),
        scenario: String::new(),
        speed: 1.0,
        began: t0,
        ended: t1.unwrap_or(now),
        fired: Some(t0),
        recovered: t1,
        trigger,
        score: Score {
            recover: measured(pack, spec, t0, t1),
            ..Score::default()
        },
        evidence: Vec::new(),
        follow_ups: args
            .follow_ups
            .iter()
            .map(|text| (said(text), owner.to_owned()))
            .collect(),
        pack: pack.digest.clone(),
        elsewhere: Some(Elsewhere {
            fault: args.fault.as_ref().map(said),
            shown,
            files: files.collect::<Result<_, _>>()?,
            differences: args.differences.iter().map(said).collect(),
        }),
    })
}

/// From T0 to T1, against what the pack allows.
fn measured(pack: &Pack, spec: &DrillSpec, t0: Timestamp, t1: Option<Timestamp>) -> Timed {
    let took = t1.map(|t1| t1.duration_since(t0).as_secs());
    let limit = pack.drill_limits(spec).recover;
    Timed {
        took: took.and_then(|took| u64::try_from(took).ok()),
        limit: limit.map(|limit| limit.as_secs()),
    }
}

/// By what it showed: what the pack knows by its name, and the rest.
fn shown(pack: &Pack, triggers: &[String]) -> (Trigger, Vec<String>) {
    let (mut trigger, mut other) = (Trigger::default(), Vec::new());
    for text in triggers {
        let text = text.trim().to_owned();
        let to = if pack.hooks().any(|hook| hook.id.as_str() == text) {
            &mut trigger.hooks
        } else if pack.alert_spec(&text).is_some() {
            &mut trigger.alerts
        } else {
            &mut other
        };
        to.push(text);
    }
    (trigger, other)
}

/// A time that is over: of today or of a day in the pack's zone, or one with its own.
fn moment(book: &Book, flag: &str, text: &str) -> Result<Timestamp, Exit> {
    let (zone, now) = (&book.model.pack.time_zone, book.model.clocked);
    let wrong = |key: &str| {
        let zone = zone.iana_name().unwrap_or("UTC");
        let args = [
            ("flag", flag.into()),
            ("value", text.into()),
            ("zone", zone.into()),
        ];
        say::err(&book.face.with(key, &args));
        Exit::Usage
    };
    let at = time_of(text, now, zone).ok_or_else(|| wrong("drill-no-time"))?;
    if at > now {
        return Err(wrong("drill-not-over"));
    }
    Ok(at)
}

fn time_of(text: &str, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let told = text.parse().ok();
    told.or_else(|| text.parse::<Beginning>().ok()?.moment(now, zone))
}

fn stamp(at: Timestamp, zone: &TimeZone) -> String {
    let zoned = at.to_zoned(zone.clone());
    zoned.strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
}

/// The digest of a file, read piece by piece: evidence may be a recording of an hour.
fn digest(book: &Book, path: &Path) -> Result<DrillFile, Exit> {
    let name = path.display().to_string();
    let read = || -> io::Result<(String, u64)> {
        let (mut file, mut hash) = (File::open(path)?, Sha256::new());
        let (mut piece, mut bytes) = (vec![0; 64 * 1024], 0);
        loop {
            match file.read(&mut piece)? {
                0 => return Ok((hex(&hash.finalize()), bytes)),
                read => {
                    hash.update(&piece[..read]);
                    bytes += read as u64;
                }
            }
        }
    };
    let (sha256, bytes) = read().map_err(|error| {
        let args = [
            ("path", name.as_str().into()),
            ("why", error.to_string().into()),
        ];
        say::err(&book.face.with("drill-no-evidence", &args));
        Exit::Usage
    })?;
    Ok(DrillFile {
        file: name,
        sha256,
        bytes,
    })
}

/// Gives a record the next number of its day.
pub(super) fn numbered(book: &Book, record: &mut DrillRecord) {
    let pack = &book.model.pack;
    let pattern = pack.drill_id.as_deref().unwrap_or(USUAL_DRILL_ID);
    record.series =
        series(pattern, record.began, &pack.time_zone).unwrap_or_else(|| pattern.to_owned());
    record.number = book.model.logbook.drills.next(&record.series);
}

/// Into the person's own ledger; the time it was due for is settled by it.
pub(super) fn file(book: &mut Book, record: DrillRecord) -> Result<LineId, Exit> {
    let settles = settles(book, &record);
    let id = book.write(Noted::Drill(DrillNoted::Held(Box::new(record))))?;
    if let Some(noted) = settles {
        // Another may have taken the number that was meant.
        let number = meant(book, id.as_str())?.number.clone();
        book.write(Noted::Check(CheckNoted {
            evidence: Some(number),
            ..noted
        }))?;
    }
    Ok(id)
}

/// What its check comes to by it; `None` where it comes due as none.
fn settles(book: &Book, record: &DrillRecord) -> Option<CheckNoted> {
    let pack = Arc::clone(&book.model.pack);
    let check = pack.drill(&record.drill)?.check();
    pack.check(&check)?;
    let passed = record.is_passed();
    let slot = settled(
        &plan(&book.model),
        &DueOf::Check(check.clone()),
        book,
        record,
    );
    Some(CheckNoted {
        check,
        checklist: None,
        slot,
        outcome: if passed {
            Outcome::Passed
        } else {
            Outcome::Failed
        },
        says: None,
        unread: None,
        evidence: None,
    })
}

/// The time it was held for: the newest that had come on the day it was held, and that was not over then. One that was red is
/// settled again by one that is held once more.
fn settled(rows: &[DueRow], of: &DueOf, book: &Book, record: &DrillRecord) -> Option<Timestamp> {
    let zone = &book.model.pack.time_zone;
    let day = |at: Timestamp| at.to_zoned(zone.clone()).date();
    // The clocks of a drill that was played are those of its world.
    let held = match record.elsewhere {
        Some(_) => record.began,
        None => book.model.clocked,
    };
    let slots = rows.iter().filter(|row| row.of == *of);
    let waits = |row: &&DueRow| match row.stand {
        Stand::Open | Stand::Missed { .. } => true,
        Stand::Done(outcome) => outcome.is_amiss(),
        Stand::Next | Stand::Free => false,
    };
    let mut slots: Vec<Timestamp> = slots
        .filter(waits)
        .filter_map(|row| row.slot)
        .filter(|slot| day(slot.at) <= day(held) && slot.until.is_none_or(|until| held < until))
        .map(|slot| slot.at)
        .collect();
    slots.sort_unstable();
    slots.pop()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(limits: &str) -> Pack {
        let routine = format!(
            "[drill.quota]\nask = \"how did it go?\"\ndue = {{ at = \"15:00\", on = \"12th\" }}\n{limits}\n"
        );
        let manifest = "[pack]\nid = \"p\"\ntitle = \"p\"\ntime_zone = \"Asia/Shanghai\"\n";
        Pack::parse(&[("pack.toml", manifest), ("routine.toml", &routine)]).expect("it loads")
    }

    fn timed(limits: &str, t1: Option<&str>) -> Timed {
        let pack = pack(limits);
        let spec = pack.drill("quota").expect("it has one");
        let t0 = "2026-11-12T07:00:00Z".parse().expect("a time");
        measured(
            &pack,
            spec,
            t0,
            t1.map(|text| text.parse().expect("a time")),
        )
    }

    // row: C21
    #[test]
    fn a_drill_by_hand_is_measured_by_the_packs_limit() {
        use crate::domain::logbook::drill::Met;
        const LIMIT: &str = "limits = { recover = \"2h\" }";
        let met = |t1| timed(LIMIT, t1).met();
        assert_eq!(met(Some("2026-11-12T09:00:00Z")), Met::InTime);
        assert_eq!(met(Some("2026-11-12T09:00:01Z")), Met::Late);
        assert_eq!(met(Some("2026-11-12T09:01:00Z")), Met::Late);
        assert_eq!(met(None), Met::Never);
        let free = timed("", Some("2026-11-14T09:00:00Z"));
        assert_eq!((free.met(), free.limit), (Met::InTime, None));
    }

    #[test]
    fn a_time_of_day_is_of_today_in_the_packs_zone() {
        let zone = TimeZone::get("Asia/Shanghai").expect("a zone");
        let now = "2026-11-20T22:30:00Z".parse().expect("a time");
        let at = |text: &str| time_of(text, now, &zone).map(|at| at.to_string());
        assert_eq!(at("06:05").as_deref(), Some("2026-11-20T22:05:00Z"));
        assert_eq!(
            at("2026-11-19T15:00").as_deref(),
            Some("2026-11-19T07:00:00Z")
        );
        assert_eq!(
            at("2026-11-19T15:00:00+02:00").as_deref(),
            Some("2026-11-19T13:00:00Z")
        );
        assert_eq!(at("yesterday"), None);
        assert_eq!(at("2026-11-19"), None);
    }

    // row: C21
    #[test]
    fn what_the_pack_knows_by_its_name_is_kept_as_that() {
        let pack = Pack::embedded("glancy")
            .expect("it is embedded")
            .expect("it is valid");
        let said = ["HK-04", "ExportBacklog", "429 above 3 %"].map(str::to_owned);
        let (trigger, other) = shown(&pack, &said);
        assert_eq!(trigger.hooks, ["HK-04"]);
        assert_eq!(trigger.alerts, ["ExportBacklog"]);
        assert_eq!(other, ["429 above 3 %"]);
    }
}
