//! Flows that people follow: begun for an alert or an incident, left and taken up again, by others too.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AlertMark, LogLine};
use crate::domain::{
    action::{record::ActorMark, saying::Stated},
    id::{LineId, RunId},
};

/// How a step was settled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "how")]
pub enum Settled {
    /// Done, with what shows it.
    Done {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        evidence: Option<String>,
        /// The run of its action.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        run: Option<RunId>,
        /// The condition that held, with what was read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        held: Option<Box<Stated>>,
    },
    /// Left out, and why.
    Skipped { why: String },
}

/// What was written down about a flow; it is known by the line that began it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "did")]
pub enum FlowNoted {
    Started {
        /// The pack's key.
        flow: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        alert: Option<AlertMark>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        incident: Option<LineId>,
    },
    /// A step of a stage: `look/depth`.
    Step {
        of: LineId,
        step: String,
        settled: Settled,
    },
    /// Who followed it does so no longer.
    Left {
        of: LineId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// Somebody follows it on.
    Resumed { of: LineId },
    /// What it freezes may be done for a while, because of an emergency.
    Lifted { of: LineId, why: String },
    /// Nothing more is done in it.
    Ended {
        of: LineId,
        /// Why it ends before all is done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
}

/// A step that was settled, by whom and when.
#[derive(Debug, Clone, PartialEq)]
pub struct SettledStep {
    pub at: Timestamp,
    pub by: ActorMark,
    pub settled: Settled,
}

/// The end of a flow.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowEnd {
    pub at: Timestamp,
    pub by: ActorMark,
    pub why: Option<String>,
}

/// A flow that somebody began.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowLog {
    pub id: LineId,
    pub flow: String,
    pub started_at: Timestamp,
    pub started_by: ActorMark,
    pub alert: Option<AlertMark>,
    pub incident: Option<LineId>,
    pub steps: BTreeMap<String, SettledStep>,
    /// Who follows it now; `None` where it was left.
    pub followed_by: Option<ActorMark>,
    /// What was said when it was left.
    pub note: Option<String>,
    pub ended: Option<FlowEnd>,
    /// When what it freezes was last let go for a while, by whom and why.
    pub lifted: Option<FlowEnd>,
}

impl FlowLog {
    pub const fn is_open(&self) -> bool {
        self.ended.is_none()
    }

    fn take(&mut self, line: &FlowLine) {
        match &line.noted {
            FlowNoted::Started { .. } => {}
            // Whoever settled it first did.
            FlowNoted::Step { step, settled, .. } => {
                self.steps
                    .entry(step.clone())
                    .or_insert_with(|| SettledStep {
                        at: line.at,
                        by: line.by.clone(),
                        settled: settled.clone(),
                    });
            }
            FlowNoted::Left { note, .. } => {
                self.followed_by = None;
                self.note.clone_from(note);
            }
            FlowNoted::Resumed { .. } => {
                self.followed_by = Some(line.by.clone());
                self.note = None;
            }
            FlowNoted::Lifted { why, .. } => {
                self.lifted = Some(FlowEnd {
                    at: line.at,
                    by: line.by.clone(),
                    why: Some(why.clone()),
                });
            }
            FlowNoted::Ended { why, .. } => {
                self.ended.get_or_insert_with(|| FlowEnd {
                    at: line.at,
                    by: line.by.clone(),
                    why: why.clone(),
                });
            }
        }
    }
}

impl FlowNoted {
    const fn of(&self) -> Option<&LineId> {
        match self {
            Self::Started { .. } => None,
            Self::Step { of, .. }
            | Self::Left { of, .. }
            | Self::Resumed { of }
            | Self::Lifted { of, .. }
            | Self::Ended { of, .. } => Some(of),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
struct FlowLine {
    line: LineId,
    at: Timestamp,
    by: ActorMark,
    noted: FlowNoted,
}

/// The flows of a desk, in the order they were begun.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FlowBook {
    said: Vec<FlowLine>,
    all: Vec<FlowLog>,
}

impl FlowBook {
    pub(super) fn take(&mut self, line: &LogLine, noted: &FlowNoted) {
        self.said.push(FlowLine {
            line: line.id.clone(),
            at: line.at,
            by: line.actor.clone(),
            noted: noted.clone(),
        });
    }

    /// Adds up what was taken, in an order that is the same on every bastion.
    pub(super) fn settle(&mut self) {
        self.said
            .sort_by(|one, other| (one.at, &one.line).cmp(&(other.at, &other.line)));
        let started = self.said.iter().filter_map(|line| match &line.noted {
            FlowNoted::Started {
                flow,
                alert,
                incident,
            } => Some(FlowLog {
                id: line.line.clone(),
                flow: flow.clone(),
                started_at: line.at,
                started_by: line.by.clone(),
                alert: alert.clone(),
                incident: incident.clone(),
                steps: BTreeMap::new(),
                followed_by: Some(line.by.clone()),
                note: None,
                ended: None,
                lifted: None,
            }),
            _ => None,
        });
        self.all = started.collect();
        for line in &self.said {
            let of = line.noted.of();
            if let Some(flow) = self.all.iter_mut().find(|it| Some(&it.id) == of) {
                flow.take(line);
            }
        }
    }

    pub fn all(&self) -> &[FlowLog] {
        &self.all
    }

    pub fn open(&self) -> impl DoubleEndedIterator<Item = &FlowLog> {
        self.all.iter().filter(|flow| flow.is_open())
    }

    pub fn get(&self, id: &LineId) -> Option<&FlowLog> {
        self.all.iter().find(|flow| flow.id == *id)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{LogDesk, LogEntry, Logbook, Noted};
    use super::*;

    fn book(lines: &[(&str, i64, &str, FlowNoted)]) -> FlowBook {
        let desk = LogDesk {
            pack: "glancy".into(),
            context: "prod".to_owned(),
        };
        let lines: Vec<Arc<LogLine>> = lines
            .iter()
            .map(|(id, second, by, noted)| {
                Arc::new(LogLine {
                    id: (*id).into(),
                    at: Timestamp::from_second(*second).expect("a time"),
                    actor: ActorMark {
                        principal: Some((*by).to_owned()),
                        ..ActorMark::default()
                    },
                    entry: LogEntry {
                        desk: desk.clone(),
                        noted: Noted::Flow(noted.clone()),
                    },
                })
            })
            .collect();
        Logbook::of(&desk, &lines).flows
    }

    fn done(step: &str, evidence: &str) -> FlowNoted {
        FlowNoted::Step {
            of: "a/1".into(),
            step: step.to_owned(),
            settled: Settled::Done {
                evidence: Some(evidence.to_owned()),
                run: None,
                held: None,
            },
        }
    }

    #[test]
    fn a_flow_is_left_and_followed_on_by_another() {
        let of = || "a/1".into();
        let started = FlowNoted::Started {
            flow: "export-backlog".to_owned(),
            alert: None,
            incident: None,
        };
        let left = FlowNoted::Left {
            of: of(),
            note: Some("my shift ends".to_owned()),
        };
        let lines = [
            ("a/1", 10, "li", started),
            ("a/2", 11, "li", done("look/depth", "2400")),
            ("a/3", 12, "li", left),
            ("b/1", 13, "wang", FlowNoted::Resumed { of: of() }),
            ("b/2", 14, "wang", done("look/depth", "again")),
            ("b/3", 15, "wang", done("act/scale", "run")),
        ];
        let left = book(&lines[..3]);
        let flow = left.get(&of()).expect("it was begun");
        assert_eq!(flow.followed_by, None);
        assert_eq!(flow.note.as_deref(), Some("my shift ends"));
        let mut turned = lines.to_vec();
        turned.reverse();
        let all = book(&lines);
        assert_eq!(
            all.all(),
            book(&turned).all(),
            "in whatever order they come"
        );
        let flow = all.get(&of()).expect("it was begun");
        let by = flow
            .followed_by
            .as_ref()
            .and_then(|by| by.principal.clone());
        assert_eq!(by.as_deref(), Some("wang"));
        assert_eq!(flow.note, None);
        let Settled::Done { evidence, .. } = &flow.steps["look/depth"].settled else {
            panic!("it was done");
        };
        assert_eq!(evidence.as_deref(), Some("2400"), "the first one counts");
        assert_eq!(flow.steps.len(), 2);
        assert!(flow.is_open());
    }

    #[test]
    fn an_ended_flow_is_open_no_longer() {
        let of = || "a/1".into();
        let started = FlowNoted::Started {
            flow: "cost".to_owned(),
            alert: None,
            incident: None,
        };
        let ended = FlowNoted::Ended {
            of: of(),
            why: None,
        };
        let book = book(&[("a/1", 10, "li", started), ("a/2", 11, "li", ended)]);
        assert_eq!(book.open().count(), 0);
        assert_eq!(book.all().len(), 1);
    }
}
