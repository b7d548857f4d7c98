//! Which objects controllers have to look at again after others changed: most changes concern one workload.

use std::collections::BTreeSet;

use super::super::State;
use super::super::json::{controller_uid, number, text};
use super::super::kinds::Res;
use super::super::store::{Entry, Key};
use super::pod;

/// What the objects that changed concern.
#[derive(Debug, Default)]
pub struct Concern {
    /// Something is gone of which it is no longer known what it belonged to.
    all: bool,
    nodes: bool,
    /// What is newer than this changed while controllers ran.
    since: u64,
    /// Uids of what changed, and of what controls it.
    uids: BTreeSet<String>,
}

impl Concern {
    /// Whether the controller of an object has to look at it. Kinds of which there are few are always looked at.
    pub fn has(&self, entry: &Entry) -> bool {
        let known =
            self.all || entry.version > self.since || self.uids.contains(entry.uid.as_ref());
        match entry.res {
            Res::Nodes => known || self.nodes,
            // Time alone makes pods available.
            Res::ReplicaSets => known || number(&entry.value(), "/spec/minReadySeconds") > 0,
            // Time alone makes a rollout late.
            Res::Deployments => known || !is_rolled_out(entry),
            _ => true,
        }
    }
}

fn is_rolled_out(deployment: &Entry) -> bool {
    let value = deployment.value();
    let progress = pod::condition(&value, "Progressing");
    progress.is_some_and(|progress| text(progress, "/reason") == "NewReplicaSetAvailable")
}

impl State {
    /// What `touched` and all that has been touched since concerns.
    pub(super) fn concern_of(&self, touched: &[(Res, Key)]) -> Concern {
        let touched = || touched.iter().chain(self.store.touched());
        let mut nodes = self.store.all(Res::Nodes);
        let mut concern = Concern {
            // A node's controller has work when the node changes, and as long as it is lost.
            nodes: touched().any(|(res, _)| *res == Res::Nodes)
                || nodes.any(|node| !pod::is_ready(&node.value())),
            since: self.store.version(),
            ..Concern::default()
        };
        for (res, key) in touched() {
            if !matches!(res, Res::Pods | Res::ReplicaSets | Res::Deployments) {
                continue;
            }
            let Some(entry) = self.store.by_key(*res, key) else {
                concern.all = true;
                break;
            };
            concern.uids.insert(entry.uid.to_string());
            concern
                .uids
                .insert(controller_uid(&entry.value()).to_owned());
        }
        concern
    }
}
