//! What somebody should be reminded of.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::text::Text;

/// What kind of thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReminderKind {
    /// A check or a list waits for a person.
    CheckDue,
    /// The time of a check went by.
    CheckMissed,
    /// The shift is to be handed over.
    HandoverDue,
    /// A check that ran by itself is red.
    CheckFailed,
    /// The next update of an incident, or what else it asks for by a time.
    IncidentDue,
    /// A temporary change should have been taken back.
    SwitchOverdue,
    /// What the pack says is to be remembered after an action.
    SwitchRemind,
    /// Somebody else changed what a temporary change had set.
    SwitchChanged,
    /// A silence ends soon, and what it hides will call again.
    SilenceEnding,
    /// The time to respond to an alert is nearly over, and nobody has seen it.
    RespondSoon,
}

impl ReminderKind {
    pub const ALL: [Self; 10] = [
        Self::CheckDue,
        Self::CheckMissed,
        Self::HandoverDue,
        Self::CheckFailed,
        Self::IncidentDue,
        Self::SwitchOverdue,
        Self::SwitchRemind,
        Self::SwitchChanged,
        Self::SilenceEnding,
        Self::RespondSoon,
    ];

    /// The name in the policy, in JSON and in texts (`remind-<id>`).
    pub const fn id(self) -> &'static str {
        match self {
            Self::CheckDue => "check-due",
            Self::CheckMissed => "check-missed",
            Self::HandoverDue => "handover-due",
            Self::CheckFailed => "check-failed",
            Self::IncidentDue => "incident-due",
            Self::SwitchOverdue => "switch-overdue",
            Self::SwitchRemind => "switch-remind",
            Self::SwitchChanged => "switch-changed",
            Self::SilenceEnding => "silence-ending",
            Self::RespondSoon => "respond-soon",
        }
    }

    /// The kind of this name.
    pub fn of(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }
}

/// One thing somebody is reminded of, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminder {
    pub kind: ReminderKind,
    /// What it is about, as commands take it: a check, the number of an incident, a run, a silence, a fingerprint.
    pub subject: String,
    pub title: Text,
    /// What of it, where there is more than one thing: `update`, `impact`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Since when it is so, or by when something must be.
    pub at: Timestamp,
}

impl Reminder {
    /// What it is known by: whatever was reminded of by it is not reminded of again.
    pub fn key(&self) -> String {
        let (kind, subject, at) = (self.kind.id(), &self.subject, self.at);
        match &self.detail {
            Some(detail) => format!("{kind} {subject} {detail} {at}"),
            None => format!("{kind} {subject} {at}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_a_name_it_is_found_by() {
        for kind in ReminderKind::ALL {
            assert_eq!(ReminderKind::of(kind.id()), Some(kind));
            let text = serde_json::to_string(&kind).expect("it is written");
            assert_eq!(text, format!("\"{}\"", kind.id()));
        }
        assert_eq!(ReminderKind::of("tea"), None);
    }

    #[test]
    fn another_time_is_another_reminder() {
        let reminder = |second| Reminder {
            kind: ReminderKind::IncidentDue,
            subject: "INC-1".to_owned(),
            title: Text::Same("x".to_owned()),
            detail: Some("update".to_owned()),
            at: Timestamp::from_second(second).expect("a time"),
        };
        assert_ne!(reminder(1).key(), reminder(2).key());
        let renamed = Reminder {
            title: Text::default(),
            ..reminder(1)
        };
        assert_eq!(renamed.key(), reminder(1).key(), "its title is no part");
    }
}
