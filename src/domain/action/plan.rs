//! The plan: everything a person agrees to, and nothing that moves by itself.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    fact::Fact,
    saying::{Saying, Stated},
    step::Planned,
    target::{LockKey, Target},
    tier::Tier,
    value::Values,
};
use crate::domain::hex::hex;
use crate::domain::id::{ActionId, PlanDigest};
use crate::domain::text::Text;

/// What would be done to what, on which facts, and how one would know that it helped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    pub action: ActionId,
    pub title: Text,
    pub tier: Tier,
    pub pack: PackMark,
    pub desk: DeskMark,
    pub principal: String,
    pub target: Target,
    pub params: Values,
    /// Everything the runner asks again before each step.
    pub facts: Vec<Fact>,
    /// What there was before, by name: the undo starts from it.
    pub before: Values,
    /// What is read again, by name, for the facts that a `read` of the pack gave.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<(String, Planned)>,
    pub steps: Vec<Planned>,
    /// The exact items that were previewed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<String>,
    pub guard: Option<GuardVerdict>,
    pub verify: Option<VerifyMark>,
    /// The condition that says that the world got better.
    pub helped: Option<Stated>,
    pub undo: Undo,
    /// How many persons must agree.
    pub persons: u8,
    /// The number a T3 asks for beside the name.
    pub count: Option<Count>,
}

/// Whether only the ledger that a team shares can answer for it: a T3, several persons, a lock of all hosts.
pub const fn needs_shared(tier: Tier, persons: u8, lock: Option<&LockKey>) -> bool {
    // What only reads takes no lock.
    let locked = matches!(lock, Some(LockKey::Shared { .. })) && !matches!(tier, Tier::T0);
    matches!(tier, Tier::T3) || persons > 1 || locked
}

/// The pack an action came from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PackMark {
    pub id: String,
    pub digest: String,
}

/// Where it would be done.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DeskMark {
    pub pack: Option<String>,
    pub context: String,
    pub namespaces: Vec<String>,
    /// The uid of `kube-system`, where it may be read.
    pub cluster: Option<String>,
    pub demo: bool,
}

impl DeskMark {
    /// Whether it is the same world. Where it is not known which cluster it is, the context's name decides; where that is
    /// the same too, it is the same.
    pub fn is_same_world(&self, other: &Self) -> bool {
        let same_cluster = match (&self.cluster, &other.cluster) {
            (Some(one), Some(other)) => one == other,
            _ => self.context == other.context,
        };
        same_cluster && self.demo == other.demo
    }
}

/// The guard's condition and the values it was judged on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GuardVerdict {
    pub condition: Stated,
    pub because: Option<Text>,
    /// The parts by which it says yes, with what was read.
    pub read: Vec<Saying>,
}

/// When it counts as done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VerifyMark {
    pub condition: Stated,
    /// Seconds it may take, and seconds it must hold.
    pub within: u32,
    pub hold: u32,
}

/// How it can be taken back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Undo {
    /// It can't be.
    None,
    /// From what there was before: typed steps know their own.
    FromBefore(Vec<Planned>),
    /// As the pack says.
    Stated {
        when: Option<Stated>,
        steps: Vec<Planned>,
    },
}

/// The number a T3 asks for, and of what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// `pods`, `rows`, `files`, `connections`, `bytes`, `hours-lost`: a part of texts (`counted-<of>`).
    pub of: String,
    pub number: u64,
}

impl Plan {
    /// A plan of these steps and nothing else: it rests on no facts, asks for no proof and takes nothing back. What a
    /// plan has beside its steps is laid over it.
    pub fn of_steps(target: Target, steps: Vec<Planned>) -> Self {
        Self {
            action: String::new().into(),
            title: Text::default(),
            tier: Tier::T2,
            pack: PackMark::default(),
            desk: DeskMark::default(),
            principal: String::new(),
            target,
            params: Values::new(),
            facts: Vec::new(),
            before: Values::new(),
            reads: Vec::new(),
            steps,
            items: Vec::new(),
            guard: None,
            verify: None,
            helped: None,
            undo: Undo::None,
            persons: 1,
            count: None,
        }
    }

    /// What is confirmed and signed: the same for the same plan everywhere.
    pub fn digest(&self) -> PlanDigest {
        let text = serde_json::to_vec(self).expect("a plan is plain data, which has a JSON form");
        hex(&Sha256::digest(text)).into()
    }
}
