//! The steps of an action: what is done, kind by kind.
//!
//! A step is written in a pack with holes for parameters and with names for targets ([`Written`]); a plan has it with
//! both filled in ([`Planned`]). Texts keep the holes only a run can fill: what earlier steps gave, and secrets.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use super::{
    compose::{ComposeTask, ComposeVerb, field_of_service},
    ending::{Ending, Sign},
    template::{Hole, Piece, Template},
};
use super::{
    inspection::Inspection,
    target::Target,
    value::{Value, Values},
    view::View,
};

/// A target as a pack writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TargetName {
    /// `$target`: that of the action.
    OfAction,
    /// One the pack names.
    Is(Target),
    /// `$name`: a parameter that takes an object.
    Param(String),
}

/// A number as a pack writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Count {
    Is(i64),
    Param(String),
}

/// A step as a pack writes it.
pub type Written = Step<TargetName, Count>;
/// A step of a plan.
pub type Planned = Step<Target, i64>;

/// Which pods a program is run in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// Whichever is ready, by name; which it was is said.
    One,
    /// Every one, each with a verdict of its own.
    Each,
    /// The one whose PostgreSQL says that it is the primary; of none and of several nothing is run.
    Primary {
        user: Option<String>,
        database: String,
    },
}

/// How a program's output becomes values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Parse {
    /// JSON pointers by name.
    Json(BTreeMap<String, String>),
    /// A regular expression with named groups.
    Regex(String),
    /// The lines, as the list `lines`.
    Lines,
    /// How it ended, as values; beside it what its output says.
    Ending(Box<Ending>),
}

impl Parse {
    /// How it ended, where that is an answer.
    pub fn ending(&self) -> Option<&Ending> {
        match self {
            Self::Ending(ending) => Some(ending),
            _ => None,
        }
    }
}

/// Where a step's parsed output goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Save {
    /// `$saved.<name>.<field>` of later steps.
    pub name: String,
    pub parse: Parse,
}

impl Save {
    /// How the step ended, where that is an answer.
    pub fn ending(&self) -> Option<&Ending> {
        self.parse.ending()
    }
}

/// What is done, of any kind, with the limits all kinds share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step<X, N> {
    pub kind: StepKind<X, N>,
    /// The longest it may take, in seconds; the kind's own where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub save: Option<Save>,
    /// It only reads, and is read again this often, in seconds, while what it says is waited for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<u32>,
    /// Of what was previewed it takes so many at a time, one batch after another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<u32>,
}

impl<X, N> Step<X, N> {
    /// Whether it leaves everything as it is.
    pub const fn changes_nothing(&self) -> bool {
        self.again.is_some() || self.kind.changes_nothing()
    }
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepKind<X, N> {
    /// Sets the annotation that makes a workload's pods new, one by one.
    Restart {
        target: X,
    },
    /// The scale subresource.
    Scale {
        target: X,
        replicas: N,
    },
    /// The pod template of an earlier revision; `None`: the one before.
    Rollback {
        target: X,
        revision: Option<N>,
    },
    /// One variable of one container; a value that is absent is removed.
    SetEnv {
        target: X,
        container: Option<String>,
        name: String,
        value: Option<Template>,
    },
    /// A strategic merge patch of fields the pack names; the texts in it may have holes.
    Patch {
        target: X,
        patch: Patch,
    },
    /// Deletes exactly the pod that was seen.
    DeletePod {
        target: X,
    },
    /// Asks for the pod to go, which budgets may refuse.
    Evict {
        target: X,
    },
    Cordon {
        target: X,
    },
    Uncordon {
        target: X,
    },
    /// A Job from a CronJob's template.
    RunCronjob {
        target: X,
    },
    /// A program in one pod or each.
    Exec {
        target: X,
        container: Option<String>,
        reach: Reach,
        argv: Vec<Template>,
        stdin: Option<Template>,
    },
    /// A program at a place.
    Command {
        /// `None`: the bastion itself.
        place: Option<String>,
        argv: Vec<Template>,
        stdin: Option<Template>,
        /// Its output goes to this file at the place.
        stdout: Option<Template>,
        secrets: Vec<String>,
        /// It goes on by itself: its limit is its proper end.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        bounded: bool,
        /// A file at the place: what is added to it meanwhile is told as it comes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        follow: Option<String>,
    },
    /// Statements in one transaction, their variables bound, stopped by the first error.
    Sql {
        connection: String,
        database: Option<Template>,
        text: String,
        values: BTreeMap<String, Template>,
        transaction: bool,
    },
    Redis {
        connection: String,
        argv: Vec<Template>,
    },
    Http {
        method: String,
        url: Template,
        headers: BTreeMap<String, Template>,
        body: Option<Template>,
        secrets: Vec<String>,
        /// The statuses that are success; empty: 200 to 299.
        expect: Vec<u16>,
    },
    /// Whether something answers at `host:port`; only read.
    Tcp {
        address: Template,
    },
    /// How many lines of the logs of the last seconds fit a pattern, over all pods of the target; only read.
    Logs {
        target: X,
        container: Option<String>,
        pattern: String,
        since: u32,
    },
    /// Which workloads beside the target have a variable whose value fits a pattern; nothing is changed.
    Env {
        target: X,
        name: String,
        pattern: String,
    },
    /// Fields of an object of the cluster, each by a JSON pointer; only read.
    Object {
        target: X,
        fields: BTreeMap<String, String>,
    },
    /// What the cluster shows of itself, told as it stands and given as values; nothing is changed.
    View {
        target: X,
        view: View,
    },
    /// Only read: certificates, hosts, stores, configuration, units, services.
    Inspect(Inspection),
    Systemd {
        place: Option<String>,
        verb: UnitVerb,
        unit: Template,
    },
    Compose {
        place: String,
        verb: ComposeVerb,
        service: Template,
        /// How many containers of it there are to be; only what brings it up can say so.
        #[serde(skip_serializing_if = "Option::is_none")]
        scale: Option<N>,
    },
    /// What is run in services, or looked at in them.
    InCompose {
        place: String,
        task: ComposeTask,
    },
    /// A silence in Alertmanager.
    Silence {
        matchers: Vec<Matcher>,
        seconds: N,
        comment: Template,
    },
    /// Ends a silence before its time; the undo of one.
    ExpireSilence {
        id: Template,
    },
    /// A person does it and leaves evidence.
    Ask {
        text: crate::domain::text::Text,
    },
    Wait {
        seconds: N,
    },
    /// Goes on once a condition on what is watched has held for so many seconds, and fails where it did not in time.
    Until {
        /// As the pack writes it; the pack has it compiled, by the place of the step.
        is: String,
        within: u32,
        hold: u32,
    },
}

/// A patch of an object, holes in its texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Patch {
    Fields(BTreeMap<String, Patch>),
    List(Vec<Patch>),
    Text(Template),
    Value(Value),
}

/// One matcher of a silence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matcher {
    pub name: String,
    pub value: Template,
    pub is_regex: bool,
    pub is_equal: bool,
}

/// What systemd is told to do with a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnitVerb {
    Start,
    Stop,
    Restart,
    Reload,
}

impl UnitVerb {
    /// As systemctl takes it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Restart => "restart",
            Self::Reload => "reload",
        }
    }
}

/// The names of all kinds of steps, as packs and policies write them.
pub const STEP_KINDS: [&str; 31] = [
    "restart",
    "scale",
    "rollback",
    "set-env",
    "patch",
    "delete-pod",
    "evict",
    "cordon",
    "uncordon",
    "run-cronjob",
    "exec",
    "command",
    "sql",
    "redis",
    "http",
    "tcp",
    "logs",
    "env",
    "object",
    "view",
    "tls",
    "host",
    "objects",
    "config",
    "systemd",
    "compose",
    "silence",
    "expire-silence",
    "ask",
    "wait",
    "until",
];

impl<X, N> StepKind<X, N> {
    /// The kind's name in packs, in texts (`step-<name>`) and in the number that confirms a T3.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Restart { .. } => "restart",
            Self::Scale { .. } => "scale",
            Self::Rollback { .. } => "rollback",
            Self::SetEnv { .. } => "set-env",
            Self::Patch { .. } => "patch",
            Self::DeletePod { .. } => "delete-pod",
            Self::Evict { .. } => "evict",
            Self::Cordon { .. } => "cordon",
            Self::Uncordon { .. } => "uncordon",
            Self::RunCronjob { .. } => "run-cronjob",
            Self::Exec { .. } => "exec",
            Self::Command { .. } => "command",
            Self::Sql { .. } => "sql",
            Self::Redis { .. } => "redis",
            Self::Http { .. } => "http",
            Self::Tcp { .. } => "tcp",
            Self::Logs { .. } => "logs",
            Self::Env { .. } => "env",
            Self::Object { .. } => "object",
            Self::View { .. } => "view",
            Self::Inspect(inspection) => inspection.name(),
            Self::Systemd { .. } => "systemd",
            Self::Compose { .. } | Self::InCompose { .. } => "compose",
            Self::Silence { .. } => "silence",
            Self::ExpireSilence { .. } => "expire-silence",
            Self::Ask { .. } => "ask",
            Self::Wait { .. } => "wait",
            Self::Until { .. } => "until",
        }
    }

    /// Whether it leaves everything as it is.
    pub const fn changes_nothing(&self) -> bool {
        match self {
            Self::Ask { .. }
            | Self::Wait { .. }
            | Self::Until { .. }
            | Self::Env { .. }
            | Self::Object { .. }
            | Self::View { .. }
            | Self::Logs { .. }
            | Self::Tcp { .. }
            | Self::Inspect(_) => true,
            Self::InCompose { task, .. } => task.only_looks(),
            _ => false,
        }
    }

    /// Whether a plan may rest on this field of what it reads: it does not move by itself.
    pub fn is_steady(&self, field: &str) -> bool {
        match self {
            Self::Inspect(inspection) => inspection.is_steady(field),
            Self::Tcp { .. } => field != "ms",
            Self::View { .. } => false,
            Self::InCompose { task, .. } => {
                !matches!(task, ComposeTask::Logs { .. } | ComposeTask::Stats)
            }
            _ => true,
        }
    }

    /// The object it is about, where it is one of the cluster's.
    pub const fn target(&self) -> Option<&X> {
        match self {
            Self::Restart { target }
            | Self::Scale { target, .. }
            | Self::Rollback { target, .. }
            | Self::SetEnv { target, .. }
            | Self::Patch { target, .. }
            | Self::DeletePod { target }
            | Self::Evict { target }
            | Self::Cordon { target }
            | Self::Uncordon { target }
            | Self::RunCronjob { target }
            | Self::Exec { target, .. }
            | Self::Logs { target, .. }
            | Self::Env { target, .. }
            | Self::Object { target, .. }
            | Self::View { target, .. } => Some(target),
            _ => None,
        }
    }
}

/// What is known of who has a variable: how many, and which, as one text.
pub const ENV_GIVES: [&str; 2] = ["count", "who"];

/// What a step gave to those after it: by step, then by field.
pub type Saved = BTreeMap<String, Values>;
