//! What the watch without a screen takes on by itself: written down before it is done, so that no other does it again.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::LogLine;
use crate::domain::{
    action::record::ActorMark,
    id::{CheckId, ChecklistId},
    reminder::Reminder,
};

/// What was written down about something the watch does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "duty")]
pub enum DutyNoted {
    /// It is done from here on, by whoever wrote this: nobody else does it.
    Begun {
        /// What it is known by; the ledger takes each once.
        key: String,
        of: DutyOf,
    },
    Ended {
        key: String,
        end: DutyEnd,
    },
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "of")]
pub enum DutyOf {
    /// A check that asks nobody is run for one of its times; its result is an entry of its own.
    Check {
        check: CheckId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        checklist: Option<ChecklistId>,
        slot: Timestamp,
    },
    /// Somebody is reminded of something.
    Reminder { reminder: Reminder },
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "end")]
pub enum DutyEnd {
    /// Every way was tried; what came of each.
    Told { ways: Vec<WayEnd> },
    /// Nothing was done: whoever began it no longer led.
    GivenUp,
}

/// What came of one way of telling somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WayEnd {
    /// `program /usr/local/bin/page`, `webhook hooks.example`.
    pub way: String,
    /// Why nobody was told; `None` where it went well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// Something the watch began.
#[derive(Debug, Clone, PartialEq)]
pub struct DutyLog {
    pub at: Timestamp,
    pub by: ActorMark,
    pub of: DutyOf,
    /// `None`: it goes on, or whoever began it is gone.
    pub end: Option<DutyEnd>,
}

/// What was written down about what the watch does.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DutyBook {
    begun: BTreeMap<String, DutyLog>,
}

impl DutyBook {
    pub(super) fn take(&mut self, line: &LogLine, noted: &DutyNoted) {
        match noted {
            DutyNoted::Begun { key, of } => {
                let log = || DutyLog {
                    at: line.at,
                    by: line.actor.clone(),
                    of: of.clone(),
                    end: None,
                };
                self.begun.entry(key.clone()).or_insert_with(log);
            }
            DutyNoted::Ended { key, end } => {
                if let Some(log) = self.begun.get_mut(key) {
                    // That somebody was told is not taken back by who gave it up.
                    if log.end.is_none() || matches!(end, DutyEnd::Told { .. }) {
                        log.end = Some(end.clone());
                    }
                }
            }
        }
    }

    pub fn get(&self, key: &str) -> Option<&DutyLog> {
        self.begun.get(key)
    }

    /// Everything that was begun, by key.
    pub fn all(&self) -> impl Iterator<Item = (&str, &DutyLog)> {
        self.begun.iter().map(|(key, log)| (key.as_str(), log))
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

    fn begun(key: &str) -> DutyNoted {
        DutyNoted::Begun {
            key: key.to_owned(),
            of: DutyOf::Check {
                check: "wal".into(),
                checklist: None,
                slot: at(10),
            },
        }
    }

    fn book(noted: &[DutyNoted]) -> DutyBook {
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
                    noted: Noted::Duty(noted.clone()),
                },
            })
        });
        let lines: Vec<Arc<LogLine>> = lines.collect();
        Logbook::of(&desk, &lines).duties
    }

    #[test]
    fn who_began_first_has_it_and_what_was_told_stays_told() {
        let told = DutyEnd::Told { ways: Vec::new() };
        let end = |end: &DutyEnd| DutyNoted::Ended {
            key: "a".to_owned(),
            end: end.clone(),
        };
        let book = book(&[
            begun("a"),
            begun("a"),
            end(&told),
            end(&DutyEnd::GivenUp),
            begun("b"),
            DutyNoted::Ended {
                key: "c".to_owned(),
                end: DutyEnd::GivenUp,
            },
        ]);
        let first = book.get("a").expect("it was begun");
        assert_eq!((first.at, &first.end), (at(1_000), &Some(told)));
        assert_eq!(book.get("b").map(|log| log.end.clone()), Some(None));
        assert_eq!(book.get("c"), None, "what nobody began did not end");
        assert_eq!(book.all().count(), 2);
    }

    #[test]
    fn an_entry_reads_back() {
        let entry = Noted::Duty(begun("check wal 10 1"));
        let text = serde_json::to_string(&entry).expect("it is written");
        assert!(text.contains(r#""about":"duty""#), "{text}");
        let read: Noted = serde_json::from_str(&text).expect("it is read");
        assert_eq!(read, entry);
    }
}
