//! Drills: how one goes on in a ledger of its own, and the record of each that was held.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::LogLine;
use crate::domain::{
    action::{record::ActorMark, refusal::Refusal},
    id::{ActionId, LineId, RunId},
};

/// The ids of drills where a pack says none.
pub const USUAL_DRILL_ID: &str = "DRILL-%Y-%m%d-{nn}";

/// What came of one of the clocks of a drill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Met {
    /// It came in time, or nothing says until when.
    InTime,
    Late,
    /// It never came.
    Never,
}

/// How long something took, in seconds of the world that was played, and how long it may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Timed {
    /// `None`: it never came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
}

impl Timed {
    pub const fn met(self) -> Met {
        match (self.took, self.limit) {
            (None, _) => Met::Never,
            (Some(took), Some(limit)) if took > limit => Met::Late,
            (Some(_), _) => Met::InTime,
        }
    }
}

/// An action that was begun in a drill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrillDeed {
    /// Seconds of the played world since the drill began.
    pub after: u64,
    pub action: ActionId,
    pub target: String,
    /// How its run stands or ended, by id.
    pub state: String,
}

/// An action that was asked for in a drill and refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DrillRefused {
    /// Seconds of the played world since the drill began.
    pub after: u64,
    pub action: ActionId,
    pub target: String,
    pub why: Refusal,
}

/// What a run of a drill left: what its programs said, by a digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrillEvidence {
    pub run: RunId,
    pub action: ActionId,
    /// SHA-256 of everything its steps wrote and said.
    pub sha256: String,
    pub lines: usize,
}

/// How well a drill went.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Score {
    /// From the trigger until somebody took care of it.
    pub acknowledge: Timed,
    /// From the trigger until the first right action was begun.
    pub act: Timed,
    /// From the trigger until the pack calls it recovered: T0 to T1.
    pub recover: Timed,
    /// Right actions that were begun, in their order.
    pub right: Vec<DrillDeed>,
    /// Actions that change something and that the drill does not name.
    pub wrong: Vec<DrillDeed>,
    /// Actions that were asked for and refused.
    pub refused: Vec<DrillRefused>,
}

impl Score {
    /// Whether everything came in time and nothing wrong was done.
    pub fn is_passed(&self) -> bool {
        let clocks = [self.acknowledge, self.act, self.recover];
        clocks.iter().all(|it| it.met() == Met::InTime) && self.wrong.is_empty()
    }
}

/// One of the clocks of a drill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DrillClock {
    Acknowledged,
    Acted,
    Recovered,
}

/// A file that is kept elsewhere, by its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrillFile {
    pub file: String,
    pub sha256: String,
    pub bytes: u64,
}

/// What a person wrote down of a drill that this program did not play.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Elsewhere {
    /// What was broken on purpose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// What showed it and is neither an alert nor a hook of the pack.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shown: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<DrillFile>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<String>,
}

/// What showed first that something is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Trigger {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<String>,
    /// The hooks that were red then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hooks: Vec<String>,
}

/// A drill that was held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DrillRecord {
    /// The id with its date and a hole for the number.
    pub series: String,
    pub number: u32,
    /// The pack's key.
    pub drill: String,
    /// What was played; empty where nothing was.
    pub scenario: String,
    /// How many times faster than the clock it was played.
    pub speed: f64,
    pub began: Timestamp,
    pub ended: Timestamp,
    /// T0, in the time of the played world; `None`: nothing showed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fired: Option<Timestamp>,
    /// T1, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovered: Option<Timestamp>,
    pub trigger: Trigger,
    pub score: Score,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<DrillEvidence>,
    /// What people of the drill said must be done: text and who does it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub follow_ups: Vec<(String, String)>,
    /// The digest of the pack it was held with.
    pub pack: String,
    /// `None`: it was played here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<Elsewhere>,
}

impl DrillRecord {
    /// `DRILL-2026-1121-01`.
    pub fn id(&self) -> String {
        super::incident::numbered(&self.series, self.number)
    }

    /// The clocks that were read: of one that was held elsewhere nobody saw who acknowledged and acted when.
    pub fn clocks(&self) -> Vec<(DrillClock, Timed)> {
        let score = &self.score;
        let recovered = (DrillClock::Recovered, score.recover);
        if self.elsewhere.is_some() {
            return vec![recovered];
        }
        vec![
            (DrillClock::Acknowledged, score.acknowledge),
            (DrillClock::Acted, score.act),
            recovered,
        ]
    }

    /// Whether it went well, by the clocks that were read.
    pub fn is_passed(&self) -> bool {
        match self.elsewhere {
            Some(_) => self.score.recover.met() == Met::InTime,
            None => self.score.is_passed(),
        }
    }

    /// All by which it showed.
    pub fn shown(&self) -> Vec<&str> {
        let said = self.elsewhere.iter().flat_map(|it| &it.shown);
        let known = self.trigger.alerts.iter().chain(&self.trigger.hooks);
        known.chain(said).map(String::as_str).collect()
    }

    /// What whoever wrote it down said at once.
    fn differences(&self) -> Vec<String> {
        let said = self.elsewhere.iter().flat_map(|it| &it.differences);
        said.cloned().collect()
    }
}

/// What is written down about drills: as one goes on, in its own ledger; as it was held, in that of the person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "did")]
pub enum DrillNoted {
    Began {
        drill: String,
        scenario: String,
        speed: f64,
    },
    /// What it is about showed for the first time.
    Fired(Trigger),
    /// What the pack calls recovered holds.
    Recovered,
    Held(Box<DrillRecord>),
    /// What was otherwise than it should be.
    Difference {
        of: LineId,
        text: String,
    },
    FollowUp {
        of: LineId,
        text: String,
        owner: String,
    },
}

/// A drill that was held, with what was said of it since.
#[derive(Debug, Clone, PartialEq)]
pub struct DrillLog {
    pub id: LineId,
    pub at: Timestamp,
    pub by: ActorMark,
    /// `DRILL-2026-1121-01`: the number it has got, where two wrote down the same.
    pub number: String,
    pub record: DrillRecord,
    pub differences: Vec<String>,
    /// Text and who does it.
    pub follow_ups: Vec<(String, String)>,
}

impl DrillLog {
    /// A record that nobody wrote down.
    pub fn unwritten(record: DrillRecord) -> Self {
        Self {
            id: LineId::from(""),
            at: record.ended,
            by: ActorMark::default(),
            number: record.id(),
            differences: record.differences(),
            follow_ups: record.follow_ups.clone(),
            record,
        }
    }
}

/// The drill that goes on, in a ledger of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct DrillOn {
    pub began: Timestamp,
    pub drill: String,
    pub scenario: String,
    pub speed: f64,
    pub fired: Option<(Timestamp, Trigger)>,
    pub recovered: Option<Timestamp>,
}

impl DrillOn {
    /// Seconds of the played world from its beginning to a time of the ledger.
    pub fn after(&self, at: Timestamp) -> u64 {
        let real = at.duration_since(self.began).as_secs_f64().max(0.0);
        (real * self.speed).round() as u64
    }

    /// A time of the ledger in the time of the played world, which began with it.
    pub fn played(&self, at: Timestamp) -> Timestamp {
        let seconds = i64::try_from(self.after(at)).unwrap_or(i64::MAX);
        let span = SignedDuration::from_secs(seconds);
        self.began.checked_add(span).unwrap_or(at)
    }
}

/// What was written down about drills.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DrillBook {
    on: Option<DrillOn>,
    held: Vec<DrillLog>,
    said: Vec<(LineId, DrillNoted)>,
}

impl DrillBook {
    pub(super) fn take(&mut self, line: &LogLine, noted: &DrillNoted) {
        match noted {
            DrillNoted::Began {
                drill,
                scenario,
                speed,
            } => {
                self.on.get_or_insert_with(|| DrillOn {
                    began: line.at,
                    drill: drill.clone(),
                    scenario: scenario.clone(),
                    speed: *speed,
                    fired: None,
                    recovered: None,
                });
            }
            DrillNoted::Fired(trigger) => {
                if let Some(on) = &mut self.on {
                    on.fired.get_or_insert_with(|| (line.at, trigger.clone()));
                }
            }
            DrillNoted::Recovered => {
                if let Some(on) = &mut self.on {
                    on.recovered.get_or_insert(line.at);
                }
            }
            DrillNoted::Held(record) => self.held.push(DrillLog {
                id: line.id.clone(),
                at: line.at,
                by: line.actor.clone(),
                number: record.id(),
                record: (**record).clone(),
                differences: record.differences(),
                follow_ups: record.follow_ups.clone(),
            }),
            DrillNoted::Difference { of, .. } | DrillNoted::FollowUp { of, .. } => {
                self.said.push((of.clone(), noted.clone()));
            }
        }
    }

    /// Adds up what was taken, which came in the order of all lines: of two with one number the later gets the next free
    /// one, everywhere the same.
    pub(super) fn settle(&mut self) {
        let mut taken: std::collections::BTreeSet<String> = std::collections::BTreeSet::new();
        for log in &mut self.held {
            let mut number = log.record.number;
            while !taken.insert(super::incident::numbered(&log.record.series, number)) {
                number += 1;
            }
            log.number = super::incident::numbered(&log.record.series, number);
        }
        for (of, noted) in std::mem::take(&mut self.said) {
            let Some(log) = self.held.iter_mut().find(|log| log.id == of) else {
                continue;
            };
            match noted {
                DrillNoted::Difference { text, .. } => log.differences.push(text),
                DrillNoted::FollowUp { text, owner, .. } => log.follow_ups.push((text, owner)),
                _ => {}
            }
        }
    }

    /// The one that goes on here.
    pub const fn on(&self) -> Option<&DrillOn> {
        self.on.as_ref()
    }

    /// Those that were held, in their order.
    pub fn held(&self) -> &[DrillLog] {
        &self.held
    }

    /// By its number or its line.
    pub fn get(&self, name: &str) -> Option<&DrillLog> {
        let mut all = self.held.iter();
        all.find(|log| log.number == name || log.id.as_str() == name)
    }

    /// The next free number of a series.
    pub fn next(&self, series: &str) -> u32 {
        let of = self.held.iter().filter(|log| log.record.series == series);
        1 + of.count() as u32
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{LogDesk, LogEntry, Logbook, Noted};
    use super::*;

    fn desk() -> LogDesk {
        LogDesk {
            pack: "glancy".into(),
            context: "prod".to_owned(),
        }
    }

    fn line(id: &str, second: i64, noted: &DrillNoted) -> LogLine {
        LogLine {
            id: id.into(),
            at: Timestamp::from_second(second).expect("a time"),
            actor: ActorMark::default(),
            entry: LogEntry {
                after: None,
                desk: desk(),
                noted: Noted::Drill(noted.clone()),
            },
        }
    }

    fn book(lines: &[(&str, i64, DrillNoted)]) -> DrillBook {
        let lines = lines.iter();
        let lines = lines.map(|(id, second, noted)| Arc::new(line(id, *second, noted)));
        let lines: Vec<Arc<LogLine>> = lines.collect();
        Logbook::of(&desk(), &lines).drills
    }

    fn record() -> DrillNoted {
        DrillNoted::Held(Box::new(DrillRecord {
            series: "DRILL-2026-1121-{nn}".to_owned(),
            number: 1,
            drill: "degrade".to_owned(),
            scenario: "doubao-outage".to_owned(),
            speed: 1.0,
            began: Timestamp::UNIX_EPOCH,
            ended: Timestamp::UNIX_EPOCH,
            fired: None,
            recovered: None,
            trigger: Trigger::default(),
            score: Score::default(),
            evidence: Vec::new(),
            follow_ups: vec![("write it down".to_owned(), "li".to_owned())],
            pack: "abc".to_owned(),
            elsewhere: None,
        }))
    }

    // row: C21
    #[test]
    fn a_hundred_and_twenty_minutes_are_in_time_and_one_more_is_late() {
        let timed = |took| Timed {
            took,
            limit: Some(120 * 60),
        };
        assert_eq!(timed(Some(120 * 60)).met(), Met::InTime);
        assert_eq!(timed(Some(121 * 60)).met(), Met::Late);
        assert_eq!(timed(None).met(), Met::Never);
    }

    /// What a person wrote down of a drill that took so many minutes.
    fn from_elsewhere(minutes: u64) -> DrillRecord {
        let DrillNoted::Held(record) = record() else {
            unreachable!("it is one that was held")
        };
        DrillRecord {
            scenario: String::new(),
            score: Score {
                recover: Timed {
                    took: Some(minutes * 60),
                    limit: Some(120 * 60),
                },
                ..Score::default()
            },
            elsewhere: Some(Elsewhere {
                fault: Some("the primary reads only".to_owned()),
                shown: vec!["pg_replication_lag ≥ 5 s".to_owned()],
                files: Vec::new(),
                differences: vec!["no script for DNS".to_owned()],
            }),
            ..*record
        }
    }

    // row: C21
    #[test]
    fn one_that_was_held_elsewhere_is_judged_by_the_clock_it_has() {
        assert!(from_elsewhere(120).is_passed());
        assert!(!from_elsewhere(121).is_passed());
        let played = DrillRecord {
            elsewhere: None,
            ..from_elsewhere(120)
        };
        assert!(!played.is_passed(), "nobody acknowledged, nobody acted");
    }

    // row: C21
    #[test]
    fn what_was_written_down_of_one_held_elsewhere_comes_back_as_it_was() {
        let record = from_elsewhere(121);
        let text = serde_json::to_string(&record).expect("it is JSON");
        let again: DrillRecord = serde_json::from_str(&text).expect("it is one");
        assert_eq!(again, record);
        let book = book(&[("a/1", 10, DrillNoted::Held(Box::new(record)))]);
        let log = book.get("a/1").expect("it was held");
        assert_eq!(log.differences, ["no script for DNS"]);
        assert_eq!(log.record.shown(), ["pg_replication_lag ≥ 5 s"]);
    }

    #[test]
    fn a_drill_that_goes_on_keeps_what_showed_first_in_the_time_it_played() {
        let fired = |name: &str| {
            DrillNoted::Fired(Trigger {
                alerts: vec![name.to_owned()],
                hooks: Vec::new(),
            })
        };
        let began = DrillNoted::Began {
            drill: "degrade".to_owned(),
            scenario: "doubao-outage".to_owned(),
            speed: 30.0,
        };
        let book = book(&[
            ("a/1", 100, began),
            ("a/2", 104, fired("One")),
            ("a/3", 105, fired("Two")),
            ("a/4", 130, DrillNoted::Recovered),
            ("a/5", 140, DrillNoted::Recovered),
        ]);
        let on = book.on().expect("it goes on");
        let (at, trigger) = on.fired.as_ref().expect("it fired");
        assert_eq!(trigger.alerts, ["One"]);
        assert_eq!(on.after(*at), 120);
        let recovered = on.recovered.expect("it recovered");
        assert_eq!(on.after(recovered), 900);
        let second = on.played(recovered).as_second();
        assert_eq!(second, 1_000);
    }

    #[test]
    fn two_of_one_number_are_told_apart_and_what_is_said_later_belongs_to_one() {
        let difference = DrillNoted::Difference {
            of: "b/1".into(),
            text: "the alert came late".to_owned(),
        };
        let book = book(&[
            ("b/2", 12, difference),
            ("b/1", 11, record()),
            ("a/1", 10, record()),
        ]);
        let numbers: Vec<&str> = book.held().iter().map(|it| it.number.as_str()).collect();
        assert_eq!(numbers, ["DRILL-2026-1121-01", "DRILL-2026-1121-02"]);
        let second = book.get("DRILL-2026-1121-02").expect("it was held");
        assert_eq!(second.differences, ["the alert came late"]);
        assert_eq!(second.follow_ups.len(), 1);
        assert_eq!(book.next("DRILL-2026-1121-{nn}"), 3);
    }

    #[test]
    fn who_knew_of_one_of_the_same_number_comes_after_it_whatever_the_clocks_said() {
        let first = line("a/1", 10, &record());
        let mut second = line("b/1", 5, &record());
        second.entry.after = Some(first.at);
        let numbers = |lines: [&LogLine; 2]| {
            let lines = lines.map(|line| Arc::new(line.clone()));
            let book = Logbook::of(&desk(), &lines).drills;
            let held = book.held().iter();
            held.map(|it| (it.id.to_string(), it.number.clone()))
                .collect::<Vec<_>>()
        };
        let in_order = [
            ("a/1".to_owned(), "DRILL-2026-1121-01".to_owned()),
            ("b/1".to_owned(), "DRILL-2026-1121-02".to_owned()),
        ];
        assert_eq!(numbers([&first, &second]), in_order);
        assert_eq!(numbers([&second, &first]), in_order);
        // Nobody knew of the other: the clocks are all there is.
        second.entry.after = None;
        assert_eq!(numbers([&first, &second])[0].0, "b/1");
    }
}
