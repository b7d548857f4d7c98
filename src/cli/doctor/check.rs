//! One thing that was looked at: whether it is right, why not, and the command that mends it.

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    app::{
        condition::is_denied,
        snapshot::{DeskTag, Freshness},
    },
    domain::{
        freshness::{Trouble, TroubleKind},
        light::Light,
    },
    i18n::{Texts, words},
};

/// What belongs together on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Group {
    Files,
    Terminal,
    Kubernetes,
    Prometheus,
    Alertmanager,
}

impl Group {
    /// The text of its heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Files => "doctor-files",
            Self::Terminal => "doctor-terminal",
            Self::Kubernetes => "doctor-kubernetes",
            Self::Prometheus => "source-prometheus",
            Self::Alertmanager => "source-alertmanager",
        }
    }
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Outcome {
    Ok,
    /// It works, and something will be missing.
    Warn,
    Failed,
    /// It could not be found out.
    Unknown,
    /// There is nothing to be looked at here.
    Skipped,
}

impl Outcome {
    pub const fn light(self) -> Option<Light> {
        match self {
            Self::Ok => Some(Light::Green),
            Self::Warn => Some(Light::Yellow),
            Self::Failed => Some(Light::Red),
            Self::Unknown => Some(Light::Unknown),
            Self::Skipped => None,
        }
    }
}

/// One check with its outcome. The field names are those of `docs/schemas/doctor.json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Check {
    kind: &'static str,
    /// Stable: `kubernetes/pods`.
    pub id: String,
    pub group: Group,
    pub subject: String,
    pub result: Outcome,
    pub light: Option<Light>,
    /// What was found, in words.
    pub detail: String,
    /// The commands that mend it.
    pub mend: Vec<String>,
    pub freshness: Freshness,
    pub source: Group,
    pub as_of: Option<Timestamp>,
    /// The server can't be talked to at all.
    #[serde(skip)]
    pub cut_off: bool,
}

/// All checks, in the shape of every other document.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Findings {
    pub as_of: Timestamp,
    pub desk: DeskTag,
    pub items: Vec<Check>,
}

impl Check {
    pub fn new(group: Group, id: &str, subject: &str, result: Outcome, detail: String) -> Self {
        let slug = match group {
            Group::Files => "files",
            Group::Terminal => "terminal",
            Group::Kubernetes => "kubernetes",
            Group::Prometheus => "prometheus",
            Group::Alertmanager => "alertmanager",
        };
        Self {
            kind: "check",
            id: format!("{slug}/{id}"),
            group,
            subject: subject.to_owned(),
            result,
            light: result.light(),
            detail,
            mend: Vec::new(),
            freshness: match result {
                Outcome::Unknown => Freshness::Down,
                Outcome::Skipped => Freshness::NoData,
                _ => Freshness::Live,
            },
            source: group,
            as_of: None,
            cut_off: false,
        }
    }

    #[must_use]
    pub fn mend(mut self, command: impl Into<String>) -> Self {
        self.mend.push(command.into());
        self
    }

    /// The same, whose trouble says how fresh it is and whether anybody is there.
    #[must_use]
    pub fn of(mut self, trouble: &Trouble) -> Self {
        self.freshness = if is_denied(trouble) {
            Freshness::Denied
        } else {
            Freshness::Down
        };
        self.cut_off = self.result == Outcome::Failed
            && !matches!(
                trouble.kind,
                TroubleKind::Forbidden | TroubleKind::BadQuestion | TroubleKind::Absent
            );
        self
    }
}

/// A trouble in words: what it means, then what the server said.
pub(super) fn said(texts: &Texts, source: &str, trouble: &Trouble) -> String {
    let says = texts.with(words::trouble(trouble.kind), &[("source", source.into())]);
    if trouble.detail.is_empty() {
        says
    } else {
        format!("{says}: {}", trouble.detail)
    }
}

/// A clock's check: it is corrected for, but credentials and silences are not.
pub(super) fn clock(texts: &Texts, group: Group, id: &str, ahead: jiff::SignedDuration) -> Check {
    let seconds = ahead.as_secs();
    let (result, key) = match seconds.unsigned_abs() {
        0..5 => (Outcome::Ok, "doctor-clock-ok"),
        5..60 => (Outcome::Warn, "doctor-clock-off"),
        _ => (Outcome::Failed, "doctor-clock-off"),
    };
    let detail = texts.with(key, &[("seconds", seconds.into())]);
    let check = Check::new(group, id, texts.t("doctor-clock"), result, detail);
    if result == Outcome::Ok {
        check
    } else {
        check.mend("sudo timedatectl set-ntp true")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_refuses_is_there() {
        let texts = Texts::new(crate::domain::text::Lang::En);
        let failed = |kind| {
            let trouble = Trouble::new(kind, "x");
            let detail = said(&texts, "pods", &trouble);
            Check::new(Group::Kubernetes, "x", "x", Outcome::Failed, detail).of(&trouble)
        };
        assert!(failed(TroubleKind::Unreachable).cut_off);
        assert!(failed(TroubleKind::Unauthorized).cut_off);
        assert!(!failed(TroubleKind::Forbidden).cut_off);
        assert_eq!(failed(TroubleKind::Forbidden).freshness, Freshness::Denied);
    }

    #[test]
    fn clocks_are_judged_by_how_far_they_are_off() {
        let texts = Texts::new(crate::domain::text::Lang::En);
        let result = |seconds| {
            let ahead = jiff::SignedDuration::from_secs(seconds);
            clock(&texts, Group::Prometheus, "clock", ahead).result
        };
        assert_eq!(
            [0, -4, 30, -300].map(result),
            [Outcome::Ok, Outcome::Ok, Outcome::Warn, Outcome::Failed]
        );
    }
}
