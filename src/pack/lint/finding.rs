//! What was found, and the rules by which things are found.

use std::{cell::RefCell, collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use super::place::Place;
use crate::domain::text::Text;

/// How grave a mistake is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It does not do what it is there for, or harms.
    Error,
    /// It works on a good day.
    Warning,
}

/// A rule: what is wrong where it finds something, and what mends it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What it analyses: `kubectl`, `promql`, `threshold`.
    pub kind: String,
    pub severity: Severity,
    /// `{}` stands for what was found.
    pub what: Text,
    pub mend: Text,
}

/// Every rule by its id.
pub fn rules() -> &'static BTreeMap<String, Rule> {
    static RULES: LazyLock<BTreeMap<String, Rule>> = LazyLock::new(|| {
        let mut all = BTreeMap::new();
        for text in [
            include_str!("rules/commands.toml"),
            include_str!("rules/queries.toml"),
            include_str!("rules/data.toml"),
            include_str!("rules/server.toml"),
        ] {
            let read: BTreeMap<String, Rule> =
                toml::from_str(text).expect("a test reads the rules that come with the program");
            all.extend(read);
        }
        all
    });
    &RULES
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id.
    pub rule: &'static str,
    pub place: Place,
    /// What it is at: `action.rollback.run[0]`, or the line of a runbook, `AS:47`.
    pub at: String,
    /// What was found, put into the rule's words.
    pub subject: String,
    /// The other side of a contradiction.
    pub with: Option<String>,
    /// What stands there may be a secret.
    pub secret: bool,
}

/// Where findings go.
#[derive(Debug, Default)]
pub struct Sink {
    found: RefCell<Vec<Finding>>,
}

impl Sink {
    pub fn find(&self, rule: &'static str, place: Place, at: String, subject: impl Into<String>) {
        self.push(Finding {
            rule,
            place,
            at,
            subject: subject.into(),
            with: None,
            secret: false,
        });
    }

    pub fn push(&self, finding: Finding) {
        let mut found = self.found.borrow_mut();
        let same = |it: &Finding| {
            it.rule == finding.rule && it.place == finding.place && it.with == finding.with
        };
        if !found.iter().any(same) {
            found.push(finding);
        }
    }

    /// By file and place.
    pub fn into_findings(self) -> Vec<Finding> {
        let mut found = self.found.into_inner();
        found.sort_by(|a, b| (a.place, a.rule).cmp(&(b.place, b.rule)));
        found
    }
}
