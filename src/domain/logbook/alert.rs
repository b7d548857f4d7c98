//! What was written down about alerts: who saw one, whose it is, what is known of it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::LogLine;
use crate::domain::{action::record::ActorMark, alert::Alert, id::Fingerprint};

/// The alert that is meant: its labels' fingerprint, and when it began. One that comes again is another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertMark {
    pub fingerprint: Fingerprint,
    pub name: String,
    pub starts_at: Timestamp,
}

/// What was written down about one alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "did")]
pub enum AlertNoted {
    /// Somebody saw it and takes care of it.
    Acknowledged {
        alert: AlertMark,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// Who acknowledged it takes care of it no longer.
    Released {
        alert: AlertMark,
    },
    Assigned {
        alert: AlertMark,
        to: String,
    },
    Note {
        alert: AlertMark,
        text: String,
    },
    /// Somebody of this role was called.
    Escalated {
        alert: AlertMark,
        to: String,
    },
}

impl AlertMark {
    pub fn of(alert: &Alert) -> Self {
        Self {
            fingerprint: alert.fingerprint.clone(),
            name: alert.name.clone(),
            starts_at: alert.starts_at,
        }
    }
}

impl AlertNoted {
    pub const fn alert(&self) -> &AlertMark {
        match self {
            Self::Acknowledged { alert, .. }
            | Self::Released { alert }
            | Self::Assigned { alert, .. }
            | Self::Note { alert, .. }
            | Self::Escalated { alert, .. } => alert,
        }
    }
}

/// That somebody saw an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    pub at: Timestamp,
    pub by: ActorMark,
    pub note: Option<String>,
}

/// A remark about an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    pub at: Timestamp,
    pub by: ActorMark,
    pub text: String,
}

/// That somebody was called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalation {
    pub at: Timestamp,
    pub by: ActorMark,
    /// The role, by its key in the pack.
    pub to: String,
}

/// What is known of one life of an alert, from its beginning to its end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AlertLog {
    /// The first one, by which its clock stopped.
    pub acknowledged: Option<Acknowledgement>,
    /// Whoever took care of it said that they do no longer.
    pub released: bool,
    pub assigned: Option<String>,
    /// In their order.
    pub remarks: Vec<Remark>,
    /// In their order.
    pub escalations: Vec<Escalation>,
}

/// What was written down about alerts, by their lives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AlertBook {
    lives: BTreeMap<(Fingerprint, Timestamp), AlertLog>,
}

impl AlertBook {
    /// The book in which these lives stand, as somebody knew them once.
    pub fn with(lives: impl IntoIterator<Item = ((Fingerprint, Timestamp), AlertLog)>) -> Self {
        Self {
            lives: lives.into_iter().collect(),
        }
    }

    pub(super) fn take(&mut self, line: &LogLine, noted: &AlertNoted) {
        let mark = noted.alert();
        let log = self
            .lives
            .entry((mark.fingerprint.clone(), mark.starts_at))
            .or_default();
        match noted {
            AlertNoted::Acknowledged { note, .. } => {
                log.released = false;
                if log.acknowledged.is_none() {
                    log.acknowledged = Some(Acknowledgement {
                        at: line.at,
                        by: line.actor.clone(),
                        note: note.clone(),
                    });
                } else if let Some(text) = note {
                    log.remark(line, text);
                }
            }
            AlertNoted::Released { .. } => {
                log.acknowledged = None;
                log.released = true;
            }
            AlertNoted::Assigned { to, .. } => log.assigned = Some(to.clone()),
            AlertNoted::Note { text, .. } => log.remark(line, text),
            AlertNoted::Escalated { to, .. } => log.escalations.push(Escalation {
                at: line.at,
                by: line.actor.clone(),
                to: to.clone(),
            }),
        }
    }

    /// What is known of an alert as it fires now. One that began anew has a life of its own, so that an acknowledgement
    /// ends with the alert.
    pub fn of(&self, alert: &Alert) -> Option<&AlertLog> {
        let same = self.life(&alert.fingerprint, alert.starts_at);
        // Of two replicas of Prometheus each has its own beginning: who saw it after both saw this one.
        let decided = same.filter(|log| log.acknowledged.is_some() || log.released);
        let seen = || {
            let all = (alert.fingerprint.clone(), Timestamp::MIN)
                ..=(alert.fingerprint.clone(), Timestamp::MAX);
            let mut lives = self.lives.range(all).rev().map(|(_, log)| log);
            lives.find(|log| {
                let seen = log.acknowledged.as_ref();
                seen.is_some_and(|seen| seen.at >= alert.starts_at)
            })
        };
        decided.or_else(seen).or(same)
    }

    /// What is known of the life of an alert that began then.
    pub fn life(&self, fingerprint: &Fingerprint, starts_at: Timestamp) -> Option<&AlertLog> {
        self.lives.get(&(fingerprint.clone(), starts_at))
    }

    /// All lives, by fingerprint and beginning.
    pub fn lives(&self) -> impl Iterator<Item = (&Fingerprint, Timestamp, &AlertLog)> {
        self.lives.iter().map(|((of, at), log)| (of, *at, log))
    }
}

impl AlertLog {
    fn remark(&mut self, line: &LogLine, text: &str) {
        self.remarks.push(Remark {
            at: line.at,
            by: line.actor.clone(),
            text: text.to_owned(),
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{LogDesk, LogEntry, Logbook, Noted};
    use super::*;

    fn mark(starts_at: i64) -> AlertMark {
        AlertMark {
            fingerprint: "a1".into(),
            name: "Backlog".to_owned(),
            starts_at: at(starts_at),
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn desk(context: &str) -> LogDesk {
        LogDesk {
            pack: "glancy".into(),
            context: context.to_owned(),
        }
    }

    fn book(noted: &[(&str, AlertNoted)]) -> Logbook {
        let lines: Vec<Arc<LogLine>> = noted
            .iter()
            .enumerate()
            .map(|(place, (by, noted))| {
                Arc::new(LogLine {
                    id: format!("host/{place}").into(),
                    at: at(100 + i64::try_from(place).expect("few")),
                    actor: ActorMark {
                        principal: Some((*by).to_owned()),
                        ..ActorMark::default()
                    },
                    entry: LogEntry {
                        desk: desk("prod"),
                        noted: Noted::Alert(noted.clone()),
                    },
                })
            })
            .collect();
        assert_eq!(Logbook::of(&desk("staging"), &lines), Logbook::default());
        Logbook::of(&desk("prod"), &lines)
    }

    fn ack(starts_at: i64, note: Option<&str>) -> AlertNoted {
        AlertNoted::Acknowledged {
            alert: mark(starts_at),
            note: note.map(str::to_owned),
        }
    }

    #[test]
    fn the_first_acknowledgement_counts_and_ends_with_the_alert() {
        let book = book(&[("li", ack(50, None)), ("wang", ack(50, Some("me too")))]);
        let log = book.alerts.life(&"a1".into(), at(50)).expect("it is known");
        let seen = log.acknowledged.as_ref().expect("it is acknowledged");
        assert_eq!(seen.by.principal.as_deref(), Some("li"));
        assert_eq!(seen.at, at(100));
        assert_eq!(log.remarks.len(), 1);
        assert_eq!(log.remarks[0].text, "me too");
        assert!(
            book.alerts.life(&"a1".into(), at(60)).is_none(),
            "it came again"
        );
    }

    #[test]
    fn a_note_under_another_replicas_beginning_leaves_the_acknowledgement() {
        let note = AlertNoted::Note {
            alert: mark(60),
            text: "still slow".to_owned(),
        };
        let alert = |starts_at: i64| Alert {
            fingerprint: "a1".into(),
            name: "Backlog".to_owned(),
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            state: crate::domain::alert::AlertState::Firing,
            starts_at: at(starts_at),
            silenced_until: None,
            generator_url: None,
            expression: None,
        };
        let seen = |book: &Logbook| {
            let log = book.alerts.of(&alert(60)).expect("it is known");
            log.acknowledged.is_some()
        };
        let kept = book(&[("li", ack(50, None)), ("li", note)]);
        assert!(seen(&kept));
        let given_up = AlertNoted::Released { alert: mark(60) };
        let kept = book(&[("li", ack(50, None)), ("li", given_up)]);
        assert!(!seen(&kept));
    }

    #[test]
    fn who_takes_care_no_longer_says_so() {
        let released = AlertNoted::Released { alert: mark(50) };
        let assigned = AlertNoted::Assigned {
            alert: mark(50),
            to: "wang".to_owned(),
        };
        let book = book(&[
            ("li", ack(50, Some("mine"))),
            ("li", released),
            ("li", assigned),
        ]);
        let log = book.alerts.life(&"a1".into(), at(50)).expect("it is known");
        assert_eq!(log.acknowledged, None);
        assert_eq!(log.assigned.as_deref(), Some("wang"));
    }

    #[test]
    fn an_entry_reads_back() {
        let entry = crate::domain::action::record::Entry::Log(LogEntry {
            desk: desk("prod"),
            noted: Noted::Alert(ack(50, Some("seen"))),
        });
        let text = serde_json::to_string(&entry).expect("it is written");
        assert!(
            text.starts_with(r#"{"kind":"log","desk":{"pack":"glancy""#),
            "{text}"
        );
        let read: crate::domain::action::record::Entry =
            serde_json::from_str(&text).expect("it is read");
        assert_eq!(read, entry);
    }
}
