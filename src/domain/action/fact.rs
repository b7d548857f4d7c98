//! Facts: what a plan rests on. When one drifts, what was typed is void.

use serde::{Deserialize, Serialize};

use super::{target::Target, value::Value};

/// What a fact is about. Its name is a part of texts (`fact-<id>`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FactName {
    /// The uid the API server gave the object.
    Uid,
    /// The generation of its spec.
    Generation,
    /// The value at a path of the object (`/spec/replicas`), or what a `read` of the pack gave under this name.
    Field(String),
    /// The verdict of the guard.
    Guard,
    /// The digest of the pack the action comes from.
    Pack,
    /// The uid of the cluster.
    Cluster,
    /// The name the API server knows the actor by.
    Principal,
}

/// One thing that must still be so when the action runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    pub of: Target,
    pub name: FactName,
    pub value: Value,
    /// Who wrote it last and when, where the server tells: the field manager.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

impl Fact {
    pub fn new(of: Target, name: FactName, value: Value) -> Self {
        Self {
            of,
            name,
            value,
            by: None,
        }
    }

    /// The same fact, whatever its value.
    pub fn is_about(&self, other: &Self) -> bool {
        self.of == other.of && self.name == other.name
    }
}

/// A fact that is not what it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    pub was: Fact,
    /// `None`: it can't be read any more.
    pub now: Option<Fact>,
}

/// The first fact of the plan that is not so any more.
pub fn drift(plan: &[Fact], now: &[Fact]) -> Option<Drift> {
    plan.iter().find_map(|was| {
        let found = now.iter().find(|fact| fact.is_about(was));
        match found {
            Some(fact) if fact.value == was.value => None,
            found => Some(Drift {
                was: was.clone(),
                now: found.cloned(),
            }),
        }
    })
}
