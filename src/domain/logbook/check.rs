//! What was written down about checks: what one found, for which time, and which were left out.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::LogLine;
use crate::domain::{
    action::{record::ActorMark, refusal::Refusal, saying::Saying},
    id::{CheckId, ChecklistId},
};

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Passed,
    /// Good still, but near to not being so.
    Warned,
    Failed,
    /// It could not be told: no pass.
    Unknown,
    /// Nobody looked, on purpose.
    Skipped,
}

impl Outcome {
    pub const ALL: [Self; 5] = [
        Self::Passed,
        Self::Warned,
        Self::Failed,
        Self::Unknown,
        Self::Skipped,
    ];

    /// The name in texts and in JSON.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Warned => "warned",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Skipped => "skipped",
        }
    }

    /// The graver, the higher.
    pub const fn gravity(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Skipped => 1,
            Self::Warned => 2,
            Self::Unknown => 3,
            Self::Failed => 4,
        }
    }

    /// Whether something was found that is not as it should be: it may be looked at again.
    pub const fn is_amiss(self) -> bool {
        matches!(self, Self::Warned | Self::Failed)
    }

    /// Whether nothing is left to do for its time.
    pub const fn settles(self) -> bool {
        !matches!(self, Self::Unknown)
    }
}

/// What was written down about one check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckNoted {
    pub check: CheckId,
    /// The list it was gone through with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checklist: Option<ChecklistId>,
    /// The time it was due for; `None`: somebody wanted to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<Timestamp>,
    pub outcome: Outcome,
    /// What was compared, with the values read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says: Option<Saying>,
    /// Why what it rests on could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<Refusal>,
    /// What a person saw, or why it was skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
}

/// One result of a check: what was written down, when and by whom.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckResult {
    pub at: Timestamp,
    pub by: ActorMark,
    pub noted: CheckNoted,
}

/// What a check is done for: itself, or a list it is part of.
type Place = (CheckId, Option<ChecklistId>);
/// The time it is done for; `None`: somebody wanted to know.
type For = Option<Timestamp>;

/// What was written down about checks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CheckBook {
    /// By what they were done for, those of one time in their order: each of hundred days is looked for each second.
    results: BTreeMap<Place, BTreeMap<For, Vec<CheckResult>>>,
}

impl CheckBook {
    pub(super) fn take(&mut self, line: &LogLine, noted: &CheckNoted) {
        let place = (noted.check.clone(), noted.checklist.clone());
        let times = self.results.entry(place).or_default();
        let results = times.entry(noted.slot).or_default();
        results.push(CheckResult {
            at: line.at,
            by: line.actor.clone(),
            noted: noted.clone(),
        });
    }

    fn of(
        &self,
        check: &CheckId,
        checklist: Option<&ChecklistId>,
    ) -> Option<&BTreeMap<For, Vec<CheckResult>>> {
        self.results.get(&(check.clone(), checklist.cloned()))
    }

    /// What the check came to for one of its times: the last word, but nothing that could not be told takes back what was,
    /// and that somebody left it out takes nothing back that was found.
    pub fn for_slot(
        &self,
        check: &CheckId,
        checklist: Option<&ChecklistId>,
        slot: Timestamp,
    ) -> Option<&CheckResult> {
        let results = self.of(check, checklist)?.get(&Some(slot))?;
        let last = |is: fn(Outcome) -> bool| {
            let mut results = results.iter().rev();
            results.find(|result| is(result.noted.outcome))
        };
        last(|outcome| outcome.settles() && outcome != Outcome::Skipped)
            .or_else(|| last(Outcome::settles))
            .or_else(|| results.last())
    }

    /// The last result of a check that was done between these times, whatever time it was for. Only what was left out for
    /// no time of its own was left out for this one too.
    pub fn between(
        &self,
        check: &CheckId,
        checklist: Option<&ChecklistId>,
        (from, to): (Timestamp, Timestamp),
    ) -> Option<&CheckResult> {
        let counts = |result: &&CheckResult| {
            let noted = &result.noted;
            let was_done = noted.slot.is_none() || noted.outcome != Outcome::Skipped;
            was_done && (from..=to).contains(&result.at)
        };
        let times = self.of(check, checklist)?.values();
        let last = times.filter_map(|results| results.iter().rev().find(counts));
        last.max_by_key(|result| (result.noted.outcome.settles(), result.at))
    }

    /// The last result of a check, whatever it was done for.
    pub fn last(&self, check: &CheckId) -> Option<&CheckResult> {
        let lists = self.results.iter().filter(|((of, _), _)| of == check);
        let times = lists.flat_map(|(_, times)| times.values());
        let last = times.filter_map(|results| results.last());
        last.max_by_key(|result| result.at)
    }

    /// Every result, check by check and time by time.
    pub fn all(&self) -> impl Iterator<Item = &CheckResult> {
        let times = self.results.values().flat_map(BTreeMap::values);
        times.flatten()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{LogDesk, LogEntry, Logbook, Noted};
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn noted(list: Option<&str>, slot: Option<i64>, outcome: Outcome) -> CheckNoted {
        CheckNoted {
            check: "wal".into(),
            checklist: list.map(Into::into),
            slot: slot.map(at),
            outcome,
            says: None,
            unread: None,
            evidence: Some("seen".to_owned()),
        }
    }

    fn book(noted: &[CheckNoted]) -> CheckBook {
        let desk = LogDesk {
            pack: "glancy".into(),
            context: "prod".to_owned(),
        };
        let lines = noted.iter().enumerate().map(|(place, noted)| {
            Arc::new(LogLine {
                id: format!("host/{place}").into(),
                at: at(1_000 + i64::try_from(place).expect("few")),
                actor: ActorMark::default(),
                entry: LogEntry {
                    desk: desk.clone(),
                    noted: Noted::Check(noted.clone()),
                    after: None,
                },
            })
        });
        let lines: Vec<Arc<LogLine>> = lines.collect();
        Logbook::of(&desk, &lines).checks
    }

    #[test]
    fn the_last_word_on_a_time_counts_and_what_can_t_be_told_takes_nothing_back() {
        let book = book(&[
            noted(None, Some(10), Outcome::Failed),
            noted(None, Some(10), Outcome::Passed),
            noted(None, Some(10), Outcome::Unknown),
            noted(None, Some(20), Outcome::Unknown),
        ]);
        let of = |slot| {
            let result = book.for_slot(&"wal".into(), None, at(slot));
            result.map(|result| result.noted.outcome)
        };
        assert_eq!(of(10), Some(Outcome::Passed));
        assert_eq!(of(20), Some(Outcome::Unknown));
        assert_eq!(of(30), None);
        let last = book.last(&"wal".into()).expect("it was done");
        assert_eq!(last.at, at(1_003));
    }

    #[test]
    fn what_failed_is_not_passed_over_by_leaving_it_out() {
        let book = book(&[
            noted(None, Some(10), Outcome::Failed),
            noted(None, Some(10), Outcome::Skipped),
            noted(None, Some(20), Outcome::Unknown),
            noted(None, Some(20), Outcome::Skipped),
        ]);
        let of = |slot| {
            let result = book.for_slot(&"wal".into(), None, at(slot));
            result.map(|result| result.noted.outcome)
        };
        assert_eq!(of(10), Some(Outcome::Failed));
        assert_eq!(of(20), Some(Outcome::Skipped));
    }

    #[test]
    fn what_was_done_for_another_time_was_done_all_the_same() {
        let book = book(&[
            noted(None, Some(10), Outcome::Passed),
            noted(None, Some(20), Outcome::Skipped),
            noted(None, Some(30), Outcome::Unknown),
        ]);
        let of = |span| {
            let result = book.between(&"wal".into(), None, span);
            result.map(|result| result.noted.outcome)
        };
        assert_eq!(of((at(1_000), at(1_002))), Some(Outcome::Passed));
        assert_eq!(
            of((at(1_001), at(1_001))),
            None,
            "it was left out for another"
        );
        assert_eq!(of((at(1_001), at(1_002))), Some(Outcome::Unknown));
    }

    #[test]
    fn what_was_done_for_a_list_is_not_done_by_itself() {
        let book = book(&[
            noted(Some("backups"), Some(10), Outcome::Passed),
            noted(None, None, Outcome::Failed),
        ]);
        let check: CheckId = "wal".into();
        assert!(book.for_slot(&check, None, at(10)).is_none());
        let listed = book.for_slot(&check, Some(&"backups".into()), at(10));
        assert!(listed.is_some());
        let wanted = book.between(&check, None, (at(1_000), at(1_001)));
        assert_eq!(wanted.map(|it| it.noted.outcome), Some(Outcome::Failed));
        assert!(book.between(&check, None, (at(0), at(1_000))).is_none());
        assert_eq!(book.all().count(), 2);
    }

    #[test]
    fn an_entry_reads_back() {
        let entry = Noted::Check(noted(Some("backups"), Some(10), Outcome::Skipped));
        let text = serde_json::to_string(&entry).expect("it is written");
        assert!(text.contains(r#""about":"check""#), "{text}");
        let read: Noted = serde_json::from_str(&text).expect("it is read");
        assert_eq!(read, entry);
    }
}
