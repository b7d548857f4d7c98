//! What was seen of temporary changes that stand: that somebody else changed one, or that its time is over. Whoever sees it
//! first writes it down.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::LogLine;
use crate::domain::{action::record::ActorMark, id::RunId, text::Text};

/// Something that was seen of a temporary change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwitchNoted {
    /// What it is known by; the ledger takes each once.
    pub key: String,
    /// The run that made the change.
    pub run: RunId,
    /// What was done, and to what: the run may be long gone.
    pub title: Text,
    pub target: String,
    #[serde(flatten)]
    pub saw: Saw,
}

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "saw")]
pub enum Saw {
    /// It should have been taken back by then.
    Overdue { due: Timestamp },
    /// A field is not as the run left it.
    Changed { field: String, now: String },
}

impl SwitchNoted {
    pub fn new(run: RunId, title: Text, target: String, saw: Saw) -> Self {
        let key = match &saw {
            Saw::Overdue { due } => format!("overdue {run} {due}"),
            Saw::Changed { field, now } => format!("changed {run} {field} = {now}"),
        };
        Self {
            key,
            run,
            title,
            target,
            saw,
        }
    }
}

/// The same with who saw it first, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwitchSeen {
    pub at: Timestamp,
    pub by: ActorMark,
    pub noted: SwitchNoted,
}

/// What was written down about temporary changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SwitchBook {
    seen: Vec<SwitchSeen>,
    keys: BTreeSet<String>,
}

impl SwitchBook {
    pub(super) fn take(&mut self, line: &LogLine, noted: &SwitchNoted) {
        // Two bastions may have seen it before either heard of the other.
        if self.keys.insert(noted.key.clone()) {
            self.seen.push(SwitchSeen {
                at: line.at,
                by: line.actor.clone(),
                noted: noted.clone(),
            });
        }
    }

    /// Whether somebody wrote it down.
    pub fn has(&self, key: &str) -> bool {
        self.keys.contains(key)
    }

    /// Everything, in its order.
    pub fn all(&self) -> &[SwitchSeen] {
        &self.seen
    }

    /// What was seen of what a run left.
    pub fn of<'b>(&'b self, run: &'b RunId) -> impl Iterator<Item = &'b SwitchSeen> {
        self.seen.iter().filter(move |seen| seen.noted.run == *run)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{LogDesk, LogEntry, Logbook, Noted};
    use super::*;

    fn noted(now: &str) -> SwitchNoted {
        let saw = Saw::Changed {
            field: "replicas".to_owned(),
            now: now.to_owned(),
        };
        SwitchNoted::new(
            "r-1".into(),
            Text::from("Scale"),
            "deployment/web".to_owned(),
            saw,
        )
    }

    #[test]
    fn what_two_saw_stands_once_and_another_value_is_news() {
        let desk = LogDesk {
            pack: "glancy".into(),
            context: "prod".to_owned(),
        };
        let line = |origin: &str, second: i64, noted: SwitchNoted| {
            Arc::new(LogLine {
                id: format!("{origin}/1").into(),
                at: Timestamp::from_second(second).expect("a time"),
                actor: ActorMark {
                    host: origin.to_owned(),
                    ..ActorMark::default()
                },
                entry: LogEntry {
                    desk: desk.clone(),
                    noted: Noted::Switch(noted),
                    after: None,
                },
            })
        };
        let lines = [
            line("b", 101, noted("3")),
            line("a", 100, noted("3")),
            line("c", 102, noted("4")),
        ];
        let book = Logbook::of(&desk, &lines).switches;
        let seen: Vec<(&str, &SwitchNoted)> = (book.all().iter())
            .map(|seen| (seen.by.host.as_str(), &seen.noted))
            .collect();
        assert_eq!(seen, [("a", &noted("3")), ("c", &noted("4"))]);
        assert!(book.has(&noted("3").key) && !book.has(&noted("5").key));
        assert_eq!(book.of(&"r-2".into()).count(), 0);
    }

    #[test]
    fn an_entry_reads_back() {
        let entry = Noted::Switch(noted("3"));
        let text = serde_json::to_string(&entry).expect("it is written");
        assert!(
            text.contains(r#""about":"switch","key":"changed r-1"#),
            "{text}"
        );
        let read: Noted = serde_json::from_str(&text).expect("it is read");
        assert_eq!(read, entry);
    }
}
