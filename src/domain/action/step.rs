//! The steps of an action: what is done, kind by kind.
//!
//! A step is written in a pack with holes for parameters and with names for targets ([`Written`]); a plan has it with
//! both filled in ([`Planned`]). Texts keep the holes only a run can fill: what earlier steps gave, and secrets.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    target::Target,
    value::{Value, Values},
};

/// A text with holes. What fills a hole is never parsed again: it stays one piece of one argument.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Template {
    pub pieces: Vec<Piece>,
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Piece {
    Text(String),
    Hole(Hole),
}

/// What fills a hole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hole {
    /// `$name`: a parameter.
    Param(String),
    /// `$target`: the bare name of the target.
    Target,
    /// `$run`: the id of the run.
    Run,
    /// `$env.NAME`: of the environment of the desk (pack.toml).
    Env(String),
    /// `$preview.items`: exactly what was previewed. The argument is repeated for each item.
    Preview,
    /// `$saved.STEP.FIELD`: what an earlier step gave.
    Saved { step: String, field: String },
    /// `$before.NAME`: what was there before.
    Before(String),
}

impl Template {
    /// A text without holes.
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            pieces: vec![Piece::Text(text.into())],
        }
    }

    /// The text, where no hole is left.
    pub fn whole(&self) -> Option<String> {
        self.fill(&mut |_| None)
    }

    /// The text with all holes filled; `None` where one can't be.
    pub fn fill(&self, fill: &mut dyn FnMut(&Hole) -> Option<String>) -> Option<String> {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(part) => text.push_str(part),
                Piece::Hole(hole) => text.push_str(&fill(hole)?),
            }
        }
        Some(text)
    }

    /// The same with the holes filled that can be by now.
    #[must_use]
    pub fn fill_some(&self, fill: &mut dyn FnMut(&Hole) -> Option<String>) -> Self {
        let mut pieces: Vec<Piece> = Vec::new();
        for piece in &self.pieces {
            let piece = match piece {
                Piece::Hole(hole) => fill(hole).map_or_else(|| piece.clone(), Piece::Text),
                Piece::Text(_) => piece.clone(),
            };
            match (pieces.last_mut(), piece) {
                (Some(Piece::Text(before)), Piece::Text(more)) => before.push_str(&more),
                (_, piece) => pieces.push(piece),
            }
        }
        Self { pieces }
    }

    pub fn holes(&self) -> impl Iterator<Item = &Hole> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Hole(hole) => Some(hole),
            Piece::Text(_) => None,
        })
    }
}

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// Whichever is ready, by name; which it was is said.
    One,
    /// Every one, each with a verdict of its own.
    Each,
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
}

/// Where a step's parsed output goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Save {
    /// `$saved.<name>.<field>` of later steps.
    pub name: String,
    pub parse: Parse,
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
    Systemd {
        place: Option<String>,
        verb: UnitVerb,
        unit: Template,
    },
    Compose {
        place: String,
        verb: ComposeVerb,
        service: Template,
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

/// What compose is told to do with a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ComposeVerb {
    Up,
    Stop,
    Restart,
}

/// The names of all kinds of steps, as packs and policies write them.
pub const STEP_KINDS: [&str; 21] = [
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
    "systemd",
    "compose",
    "silence",
    "expire-silence",
    "ask",
    "wait",
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
            Self::Systemd { .. } => "systemd",
            Self::Compose { .. } => "compose",
            Self::Silence { .. } => "silence",
            Self::ExpireSilence { .. } => "expire-silence",
            Self::Ask { .. } => "ask",
            Self::Wait { .. } => "wait",
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
            | Self::Exec { target, .. } => Some(target),
            _ => None,
        }
    }
}

/// What a step gave to those after it: by step, then by field.
pub type Saved = BTreeMap<String, Values>;
