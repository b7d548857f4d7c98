//! The open prompt: the machine, what it is about, and where the watch last saw its target.

use std::sync::Arc;

use crate::{
    actions::prompt::Prompt,
    domain::{
        action::{record::Run, target::Target, tier::Tier, value::Values},
        id::{ActionId, RunId, Uid},
        object::KindRef,
        pod::WorkloadKey,
        text::Text,
    },
};

use super::model::Model;

/// What is proposed.
#[derive(Debug, Clone)]
pub enum Proposed {
    /// An action of the catalogue.
    Action(ActionId),
    /// Taking back what a run did.
    Undo(Arc<Run>),
}

/// An action that is asked for by its name, with all it takes: on the command line, not by choosing.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    pub action: ActionId,
    pub target: Option<Target>,
    pub params: Values,
    /// It is not done but taken back.
    pub back: Option<Back>,
}

/// What a run did is to be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Back {
    pub run: RunId,
    /// Why, although it can't be told whether its time is over, or somebody changed since what it left.
    pub emergency: Option<String>,
}

/// The open prompt.
#[derive(Debug, Clone)]
pub struct PromptScreen {
    pub prompt: Prompt,
    pub of: Proposed,
    pub title: Text,
    pub tier: Tier,
    /// Why it is taken back although it can't be told whether its time is over, or somebody changed since what it left.
    pub emergency: Option<String>,
    /// As the watch last saw the target: when that changes, the facts are read again at once.
    pub stance: Option<Stance>,
    pub scroll: usize,
}

/// What of a target the watch tells that a plan could rest on. How many pods are ready is not of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stance {
    Object(Uid),
    Workload(Uid, i64),
    Node(Uid, bool),
}

/// How the watch sees a target now; `None` where it does not see it.
pub fn stance(model: &Model, target: &Target) -> Option<Stance> {
    let Target::Object {
        kind,
        namespace,
        name,
    } = target
    else {
        return None;
    };
    let is_in = |own: &str| namespace.as_deref() == Some(own);
    if *kind == KindRef::pods() {
        let mut pods = model.cluster.pods.iter();
        let pod = pods.find(|pod| *pod.name == **name && is_in(&pod.namespace))?;
        return Some(Stance::Object(pod.uid.clone()));
    }
    if *kind == KindRef::nodes() {
        let node = model.cluster.nodes.iter().find(|it| *it.name == **name)?;
        return Some(Stance::Node(node.uid.clone(), node.cordoned));
    }
    let is_it =
        |key: &WorkloadKey| *key.kind == *kind.kind && *key.name == **name && is_in(&key.namespace);
    let row = model.cluster.workloads.iter().find(|row| is_it(&row.key))?;
    Some(Stance::Workload(row.uid.clone(), row.generation))
}
