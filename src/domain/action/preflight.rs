//! What is found out before a person is asked: facts, what would change, who would feel it.

use serde::{Deserialize, Serialize};

use super::{
    fact::Fact, plan::Count, refusal::Refusal, step::Planned, target::Target, value::Values,
};

use crate::domain::id::ActionId;

/// What is about to be planned: the steps with everything filled in that a person chose.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    pub action: ActionId,
    pub target: Target,
    pub params: Values,
    pub steps: Vec<Planned>,
    /// What is read for `before` and the facts, by name.
    pub reads: Vec<(String, Planned)>,
    /// What lists the items acted on.
    pub preview: Option<Planned>,
    /// Nothing is changed by it, so that what can't be looked at keeps nobody from looking at the rest.
    pub reads_only: bool,
}

/// What was found out.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Preflight {
    pub facts: Vec<Fact>,
    pub before: Values,
    pub items: Vec<String>,
    pub changes: Vec<Change>,
    pub blast: Blast,
    pub owners: Vec<Owner>,
    pub count: Option<Count>,
    /// How it can be taken back from what there was before; empty: it can't be.
    pub undo: Vec<Planned>,
    /// What the steps would say of themselves beside: budgets, quotas, warnings of the server.
    pub warnings: Vec<Warning>,
    /// Why it can't be done as it stands. It is said where the guard, on what is read, does not say no itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Box<Refusal>>,
}

/// One field that would change, as the server's dry run tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub of: Target,
    /// `spec.replicas`
    pub field: String,
    pub from: Option<String>,
    pub to: Option<String>,
}

/// Who would feel it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Blast {
    /// The names of the pods that would end.
    pub pods: Vec<String>,
    /// Pods that would come, less those that would go.
    pub pods_more: i64,
    pub ready: Option<u32>,
    pub desired: Option<u32>,
    pub budgets: Vec<Budget>,
    pub quotas: Vec<Quota>,
}

/// A `PodDisruptionBudget` over the pods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    pub name: String,
    /// How many may be gone beside those that are.
    pub allowed: i32,
}

/// A quota that would be drawn on, in percent of its limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    pub name: String,
    pub resource: String,
    pub before: u32,
    pub after: u32,
}

/// Who else writes what would be changed, and will write it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    pub by: OwnerKind,
    pub name: String,
    /// Whether it sets the very field, so that it will take the change back.
    pub reverts: bool,
}

/// What else writes objects of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OwnerKind {
    Hpa,
    ArgoCd,
    Flux,
    Helm,
    /// Another controller or person, by its field manager.
    Manager,
}

/// Something the person should know, by id and arguments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "warning")]
pub enum Warning {
    /// What the server said of the dry run.
    Server {
        text: String,
    },
    /// A budget allows fewer to go than would.
    OverBudget {
        budget: String,
        allowed: i32,
    },
    OverQuota {
        quota: String,
        resource: String,
    },
    /// It can't be told how it looks: the permission to read it is missing.
    NotSeen {
        what: String,
        why: String,
    },
}

/// What a preflight came to.
pub type Preflighted = Result<Preflight, Refusal>;
