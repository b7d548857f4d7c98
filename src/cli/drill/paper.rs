//! The record of a drill, as a document and in the words of the pack's template.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::{
    app::running::actor,
    cli::logbook::Book,
    domain::{
        logbook::drill::{DrillDeed, DrillLog, Met, Timed},
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

/// What a scenario breaks, by its title.
fn fault(scenario: &str, lang: Lang) -> String {
    let found = list().iter().find(|known| known.name == scenario);
    found
        .map_or(scenario, |title| match lang {
            Lang::En => title.en,
            Lang::Zh => title.zh,
        })
        .to_owned()
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
    let clocks = [
        ("drill-acknowledged", score.acknowledge),
        ("drill-acted", score.act),
        ("drill-recovered", score.recover),
    ];
    let clocks = clocks.map(|(key, timed)| ClockWords {
        text: texts.with(
            key,
            &[("clock", drill_words::clock(texts, timed, false).into())],
        ),
        met: met(timed),
    });
    let deeds = |all: &[DrillDeed]| all.iter().map(|it| drill_words::deed(texts, it)).collect();
    let shown = record.trigger.alerts.iter().chain(&record.trigger.hooks);
    let shown: Vec<&str> = shown.map(String::as_str).collect();
    let span = |seconds: Option<u64>| seconds.map(|it| drill_words::span(texts, it));
    Words {
        id: log.number.clone(),
        title: spec
            .map_or(&*record.drill, |it| it.title.get(lang))
            .to_owned(),
        r#type: said(spec.and_then(|it| it.kind.as_ref())),
        script: said(spec.and_then(|it| it.script.as_ref())),
        scenario: record.scenario.clone(),
        fault: fault(&record.scenario, lang),
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
        passed: score.is_passed(),
        clocks: clocks.into(),
        right: deeds(&score.right),
        wrong: deeds(&score.wrong),
        refused: score
            .refused
            .iter()
            .map(|it| drill_words::refused(texts, it))
            .collect(),
        evidence: record.evidence.iter().map(|it| json!(it)).collect(),
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
    let score = &log.record.score;
    let clocks = [
        ("drill-acknowledged", score.acknowledge),
        ("drill-acted", score.act),
        ("drill-recovered", score.recover),
    ];
    let missed = clocks.into_iter().filter(|(_, it)| it.met() != Met::InTime);
    let missed = missed.map(|(key, timed)| {
        let clock = drill_words::clock(texts, timed, false);
        texts.with(key, &[("clock", clock.into())])
    });
    missed.chain(log.differences.iter().cloned()).collect()
}

/// The record as a document.
pub(super) fn document(log: &DrillLog) -> Json {
    let score = &log.record.score;
    let clock =
        |timed: Timed| json!({ "took": timed.took, "limit": timed.limit, "met": met(timed) });
    json!({
        "kind": "drill",
        "id": log.id,
        "number": log.number,
        "at": log.at,
        "by": actor(&log.by),
        "drill": log.record.drill,
        "scenario": log.record.scenario,
        "speed": log.record.speed,
        "began": log.record.began,
        "ended": log.record.ended,
        "t0": log.record.fired,
        "t1": log.record.recovered,
        "trigger": { "alerts": log.record.trigger.alerts, "hooks": log.record.trigger.hooks },
        "passed": score.is_passed(),
        "acknowledge": clock(score.acknowledge),
        "act": clock(score.act),
        "recover": clock(score.recover),
        "right": score.right,
        "wrong": score.wrong,
        "refused": score.refused,
        "evidence": log.record.evidence,
        "differences": log.differences,
        "follow_ups": log.follow_ups.iter().map(|(text, owner)| json!({ "text": text, "owner": owner })).collect::<Vec<_>>(),
        "pack": log.record.pack,
    })
}
