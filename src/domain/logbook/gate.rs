//! What people said of the parts of a gate that no series tells.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::LogLine;
use crate::domain::{action::record::ActorMark, id::GateId};

/// What a person said of one part of a gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateNoted {
    pub gate: GateId,
    /// The tick, as the gate calls it.
    pub tick: String,
    /// Whether it is as the gate wants it.
    pub holds: bool,
    /// What shows it.
    pub evidence: String,
}

/// A tick as it was last set, by whom and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tick {
    pub at: Timestamp,
    pub by: ActorMark,
    pub holds: bool,
    pub evidence: String,
}

/// What was written down about gates: the last word on each tick.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GateBook {
    ticks: BTreeMap<GateId, BTreeMap<String, Tick>>,
}

impl GateBook {
    pub(super) fn take(&mut self, line: &LogLine, noted: &GateNoted) {
        let tick = Tick {
            at: line.at,
            by: line.actor.clone(),
            holds: noted.holds,
            evidence: noted.evidence.clone(),
        };
        let of_gate = self.ticks.entry(noted.gate.clone()).or_default();
        of_gate.insert(noted.tick.clone(), tick);
    }

    /// The last word on a tick; `None` where nobody ever said anything.
    pub fn tick(&self, gate: &GateId, tick: &str) -> Option<&Tick> {
        self.ticks.get(gate)?.get(tick)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{LogDesk, LogEntry, Logbook, Noted};
    use super::*;

    fn noted(tick: &str, holds: bool, evidence: &str) -> Noted {
        Noted::Gate(GateNoted {
            gate: "REL-B0".into(),
            tick: tick.to_owned(),
            holds,
            evidence: evidence.to_owned(),
        })
    }

    #[test]
    fn the_last_word_on_a_tick_counts() {
        let desk = LogDesk {
            pack: "glancy".into(),
            context: "prod".to_owned(),
        };
        let said = [
            noted("replays", true, "512 of 512"),
            noted("drills", true, "DR-05 at 09:10"),
            noted("replays", false, "three fail since noon"),
        ];
        let lines = said.into_iter().enumerate().map(|(place, noted)| {
            let place = i64::try_from(place).expect("few");
            Arc::new(LogLine {
                id: format!("host/{place}").into(),
                at: Timestamp::from_second(1_000 + place).expect("a time"),
                actor: ActorMark::default(),
                entry: LogEntry {
                    desk: desk.clone(),
                    noted,
                },
            })
        });
        let lines: Vec<Arc<LogLine>> = lines.collect();
        let book = Logbook::of(&desk, &lines).gates;
        let gate: GateId = "REL-B0".into();
        let tick = book.tick(&gate, "replays").expect("somebody said it");
        assert_eq!(
            (tick.holds, tick.evidence.as_str()),
            (false, "three fail since noon")
        );
        assert!(book.tick(&gate, "drills").is_some_and(|tick| tick.holds));
        assert!(book.tick(&gate, "bills").is_none());
        assert!(book.tick(&"REL-B1".into(), "replays").is_none());
    }

    #[test]
    fn an_entry_reads_back() {
        let entry = noted("replays", true, "512 of 512");
        let text = serde_json::to_string(&entry).expect("it is written");
        assert!(text.contains(r#""about":"gate""#), "{text}");
        let read: Noted = serde_json::from_str(&text).expect("it is read");
        assert_eq!(read, entry);
    }
}
