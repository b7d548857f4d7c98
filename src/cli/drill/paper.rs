//! The record of a drill, as a document and in the words of the pack's template.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::{
    app::running::actor,
    cli::logbook::Book,
    domain::{
        logbook::drill::{DrillDeed, DrillLog, DrillRecord, Met, Timed},
        text::{Lang, Text},
    },
    i18n::{Texts, drill_words},
    pack::{Paper, TemplateFault},
    sim::world::scenario::list,
};

#[derive(Serialize)]
struct Words {
    id: String,
    title: String,
    r#type: String,
    script: String,
    scenario: String,
    fault: String,
    trigger: String,
    by: String,
    began: String,
    t0: String,
    t1: String,
    lasted: String,
    limit: String,
    passed: bool,
    clocks: Vec<ClockWords>,
    right: Vec<String>,
    wrong: Vec<String>,
    refused: Vec<String>,
    evidence: Vec<Json>,
    differences: Vec<String>,
    follow_ups: Vec<FollowUpWords>,
}

#[derive(Serialize)]
struct ClockWords {
    text: String,
    /// `in-time`, `late`, `never`.
    met: &'static str,
}

#[derive(Serialize)]
struct FollowUpWords {
    text: String,
    owner: String,
}

const UNKNOWN: &str = "–";

const fn met(timed: Timed) -> &'static str {
    match timed.met() {
        Met::InTime => "in-time",
        Met::Late => "late",
        Met::Never => "never",
    }
}

/// What was played, if anything was.
fn scenario(record: &DrillRecord) -> Option<&str> {
    record.elsewhere.is_none().then_some(&*record.scenario)
}

/// What was broken: by the title of the scenario, or as whoever wrote it down said.
fn fault(record: &DrillRecord, lang: Lang) -> String {
    if let Some(elsewhere) = &record.elsewhere {
        return elsewhere
            .fault
            .clone()
            .unwrap_or_else(|| UNKNOWN.to_owned());
    }
    let found = list().iter().find(|known| known.name == record.scenario);
    found
        .map_or(&*record.scenario, |title| match lang {
            Lang::En => title.en,
            Lang::Zh => title.zh,
        })
        .to_owned()
}

/// What its runs left, or the files that whoever wrote it down named.
fn evidence(record: &DrillRecord) -> Vec<Json> {
    let files = record.elsewhere.iter().flat_map(|it| &it.files);
    let files = files.map(|it| json!(it));
    let runs = record.evidence.iter().map(|it| json!(it));
    runs.chain(files).collect()
}

/// The record in the words of the pack.
pub(super) fn paper(book: &Book, log: &DrillLog) -> Result<String, TemplateFault> {
    let lang = book.model.look.lang;
    let words = words(book, log, &Texts::new(lang));
    book.model.pack.paper(Paper::DrillRecord, lang, &words)
}

fn words(book: &Book, log: &DrillLog, texts: &Texts) -> Words {
    let (pack, record, lang) = (&book.model.pack, &log.record, book.model.look.lang);
    let spec = pack.drill(&record.drill);
    let said = |text: Option<&Text>| text.map_or(UNKNOWN, |text| text.get(lang)).to_owned();
    let stamp = |at: Timestamp| {
        let zoned = at.to_zoned(pack.time_zone.clone());
        zoned.strftime("%Y-%m-%d %H:%M %:z").to_string()
    };
    let maybe = |at: Option<Timestamp>| at.map_or_else(|| UNKNOWN.to_owned(), stamp);
    let score = &record.score;
    let clocks = record.clocks().into_iter().map(|(of, timed)| ClockWords {
        text: drill_words::clock_line(texts, of, timed, false),
        met: met(timed),
    });
    let deeds = |all: &[DrillDeed]| all.iter().map(|it| drill_words::deed(texts, it)).collect();
    let shown = record.shown();
    let span = |seconds: Option<u64>| seconds.map(|it| drill_words::span(texts, it));
    Words {
        id: log.number.clone(),
        title: spec
            .map_or(&*record.drill, |it| it.title.get(lang))
            .to_owned(),
        r#type: said(spec.and_then(|it| it.kind.as_ref())),
        script: said(spec.and_then(|it| it.script.as_ref())),
        scenario: scenario(record).unwrap_or(UNKNOWN).to_owned(),
        fault: fault(record, lang),
        trigger: if shown.is_empty() {
            UNKNOWN.to_owned()
        } else {
            shown.join(", ")
        },
        by: actor(&log.by),
        began: stamp(record.began),
        t0: maybe(record.fired),
        t1: maybe(record.recovered),
        lasted: span(score.recover.took).unwrap_or_else(|| UNKNOWN.to_owned()),
        limit: span(score.recover.limit).unwrap_or_default(),
        passed: record.is_passed(),
        clocks: clocks.collect(),
        right: deeds(&score.right),
        wrong: deeds(&score.wrong),
        refused: score
            .refused
            .iter()
            .map(|it| drill_words::refused(texts, it))
            .collect(),
        evidence: evidence(record),
        differences: differences(log, texts),
        follow_ups: log
            .follow_ups
            .iter()
            .map(|(text, owner)| FollowUpWords {
                text: text.clone(),
                owner: owner.clone(),
            })
            .collect(),
    }
}

/// What the clocks say by themselves, then what people said.
fn differences(log: &DrillLog, texts: &Texts) -> Vec<String> {
    let clocks = log.record.clocks().into_iter();
    let missed = clocks.filter(|(_, it)| it.met() != Met::InTime);
    let missed = missed.map(|(of, timed)| drill_words::clock_line(texts, of, timed, false));
    missed.chain(log.differences.iter().cloned()).collect()
}

/// The record as a document.
pub(super) fn document(log: &DrillLog) -> Json {
    let (record, score) = (&log.record, &log.record.score);
    let is_played = record.elsewhere.is_none();
    let clock =
        |timed: Timed| json!({ "took": timed.took, "limit": timed.limit, "met": met(timed) });
    json!({
        "kind": "drill",
        "id": log.id,
        "number": log.number,
        "at": log.at,
        "by": actor(&log.by),
        "drill": record.drill,
        "played": is_played,
        "scenario": scenario(record),
        "fault": record.elsewhere.as_ref().and_then(|it| it.fault.clone()),
        "speed": record.speed,
        "began": record.began,
        "ended": record.ended,
        "t0": record.fired,
        "t1": record.recovered,
        "trigger": {
            "alerts": record.trigger.alerts,
            "hooks": record.trigger.hooks,
            "other": record.elsewhere.as_ref().map(|it| it.shown.clone()).unwrap_or_default(),
        },
        "passed": record.is_passed(),
        "acknowledge": is_played.then(|| clock(score.acknowledge)),
        "act": is_played.then(|| clock(score.act)),
        "recover": clock(score.recover),
        "right": score.right,
        "wrong": score.wrong,
        "refused": score.refused,
        "evidence": evidence(record),
        "differences": log.differences,
        "follow_ups": log.follow_ups.iter().map(|(text, owner)| json!({ "text": text, "owner": owner })).collect::<Vec<_>>(),
        "pack": record.pack,
    })
}
