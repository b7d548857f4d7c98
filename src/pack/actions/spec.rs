//! An action as a pack states it.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    domain::{
        action::{
            saying::{Name, Saying, Stated},
            step::Written,
            target::Target,
            tier::Tier,
            value::{Value, Values},
        },
        id::{ActionId, CheckId},
        light::Light,
        object::KindRef,
        text::Text,
    },
    pack::condition::Condition,
};

/// An action of the catalogue.
#[derive(Debug, Clone)]
pub struct ActionSpec {
    pub id: ActionId,
    pub title: Text,
    pub about: Option<Text>,
    pub tier: Tier,
    pub target: TargetSpec,
    pub params: Vec<ParamSpec>,
    pub(in crate::pack) when: Option<Condition>,
    pub because: Option<Text>,
    pub needs: Vec<Need>,
    pub persons: u8,
    /// The environments it is for; empty: all.
    pub envs: Vec<String>,
    /// What is read before: `before` and facts, by name.
    pub reads: Vec<(String, Written)>,
    /// What lists the items that are acted on.
    pub preview: Option<Written>,
    pub run: Vec<Written>,
    /// What its steps wait for, by their places.
    pub(in crate::pack) untils: BTreeMap<usize, Condition>,
    pub(in crate::pack) verify: Option<Verify>,
    pub(in crate::pack) helped: Option<Condition>,
    pub(in crate::pack) undo: Option<UndoSpec>,
    pub remind: Option<Remind>,
    pub temporary: Option<Temporary>,
    /// What to do by hand where nothing may run: kept as the steps are, shown as commands.
    pub by_hand: Vec<Text>,
}

/// What an action may be aimed at.
#[derive(Debug, Clone, PartialEq)]
pub enum TargetSpec {
    /// One the pack names; the namespace is the desk's where it says none.
    Is(Target),
    /// Whatever of these kinds is selected.
    Kinds(Vec<KindRef>),
    /// Named by parameters: `flag/$id`.
    Of {
        kind: TargetKind,
        name: crate::domain::action::step::Template,
    },
}

/// The kinds of targets that are no objects of the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetKind {
    Flag,
    Database,
    Redis,
    Unit,
    Service,
    Host,
    Alerts,
    Named,
}

/// A parameter: what it may be.
#[derive(Debug, Clone)]
pub struct ParamSpec {
    pub name: String,
    pub title: Option<Text>,
    pub kind: ParamKind,
    pub default: Option<Value>,
    pub optional: bool,
    /// What is in force now: the `before` of this name stands beside the new value.
    pub now: Option<String>,
    /// The `read` whose lines are all that may be chosen.
    pub from: Option<String>,
    /// How its last part says when it was made, where all that came since is lost with it.
    pub loses_since: Option<String>,
}

impl ParamSpec {
    /// Whether a person must say it.
    pub(in crate::pack) const fn is_asked(&self) -> bool {
        self.default.is_none() && !self.optional
    }
}

/// What a parameter may be.
#[derive(Debug, Clone, PartialEq)]
pub enum ParamKind {
    Int {
        least: Option<i64>,
        most: Option<i64>,
        one_of: Vec<i64>,
        ladder: Vec<i64>,
    },
    Float {
        least: Option<f64>,
        most: Option<f64>,
    },
    Bool,
    Enum(Vec<String>),
    /// A text that a pattern must match as a whole.
    Pattern {
        pattern: String,
    },
    Duration {
        least: Option<Duration>,
        most: Option<Duration>,
    },
    Timestamp,
    List(Box<ParamKind>),
    /// An object of one of these kinds.
    Object(Vec<KindRef>),
    Secret,
    Ip {
        not_mine: bool,
    },
    Path {
        below: String,
    },
    GitRef,
    Database {
        one_of: Vec<String>,
    },
    /// A revision of the target's rollout history.
    Revision,
    /// A container of the target.
    Container,
    /// The name of an alert.
    Alert,
    /// What labels of alerts must be: `team="db", job=~"a|b"`.
    Matchers,
}

/// Another action that must have been done before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    pub action: ActionId,
    pub within: Duration,
}

/// When an action counts as done.
#[derive(Debug, Clone)]
pub(in crate::pack) struct Verify {
    pub is: Condition,
    pub within: Duration,
    pub hold: Duration,
}

/// How it is taken back, where its steps don't know themselves.
#[derive(Debug, Clone)]
pub(in crate::pack) struct UndoSpec {
    pub when: Option<Condition>,
    pub run: Vec<Written>,
}

/// What a person is reminded of afterwards.
#[derive(Debug, Clone, PartialEq)]
pub struct Remind {
    pub after: Duration,
    /// Counted from the recovery, not from the run.
    pub since_recovered: bool,
    pub say: Text,
}

/// A change that must be taken back.
#[derive(Debug, Clone)]
pub struct Temporary {
    pub(in crate::pack) release: Option<Condition>,
    pub expires: Option<Duration>,
}

/// What conditions of actions are judged on beside the readings. What one does not say is unknown, and nothing is let through on that.
pub trait ActionWorld {
    fn params(&self) -> &Values;
    fn before(&self) -> &Values;
    fn saved(&self, _step: &str, _field: &str) -> Option<Value> {
        None
    }
    /// A value of the environment of the desk.
    fn env(&self, _name: &str) -> Option<String> {
        None
    }
    /// The target of the action.
    fn target(&self) -> Option<&Target> {
        None
    }
    /// A number an object has now; unknown is `None`. A target without a namespace whose kind has them is in that of the
    /// desk.
    fn object(&self, _target: &Target, _field: ObjectField) -> Option<f64> {
        None
    }
    /// Whether this action was done within the last seconds, or may have been, however it ended; `None` where the ledger
    /// can't tell.
    fn done(&self, _action: &ActionId, _seconds: f64) -> Option<bool> {
        None
    }
    /// Whether this action ended well within the last seconds; `None` where the ledger can't tell.
    fn verified(&self, _action: &ActionId, _seconds: f64) -> Option<bool> {
        None
    }
    /// What a check came to last; `None` where the ledger can't tell, or nobody did it.
    fn check(&self, _check: &CheckId) -> Option<CheckSeen> {
        None
    }
    /// Whether an incident is open; `None` where the ledger can't tell.
    fn incident(&self) -> Option<IncidentSeen> {
        None
    }
}

/// Whether an incident is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IncidentSeen {
    None,
    /// One is; the severity of the gravest.
    Open(String),
}

/// What a check came to last.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CheckSeen {
    /// Unknown where it could not be told, or where a later time of it has come.
    pub light: Light,
    /// Seconds since then.
    pub age: f64,
}

/// A number an object has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectField {
    /// Pods that are ready, of the newest template and not ending.
    Ready,
    Desired,
    /// Pods of the newest template.
    Updated,
    /// Whether it is there: 1 or 0. Where the plan knows its uid, another of its name is not it.
    Exists,
    /// Whether a node takes no new pods: 1 or 0.
    Cordoned,
}

/// A judged condition, with what it was judged on.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    pub truth: crate::pack::Truth,
    /// What is demanded.
    pub condition: Stated,
    /// Each comparison with the value it read now.
    pub says: Saying,
    /// What could not be read.
    pub missing: Vec<Name>,
    /// What the action itself lacks so far: parameters, what was there before, what steps save.
    pub unfilled: Vec<Name>,
}
