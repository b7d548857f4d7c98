//! The one gate before everything that changes something.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use crate::domain::{
    action::{plan::Plan, refusal::Refusal, tier::Tier},
    identity::Identity,
};
use crate::runtime::runner::Packs;

/// Whether anything may be changed from here: flags, configuration and policy say so, and may say otherwise while the
/// program runs.
#[derive(Debug, Clone)]
pub struct Gate(Arc<AtomicBool>);

impl Gate {
    pub fn new(read_only: bool) -> Self {
        Self(Arc::new(AtomicBool::new(read_only)))
    }

    pub fn set_read_only(&self, read_only: bool) {
        self.0.store(read_only, Ordering::SeqCst);
    }

    pub fn is_read_only(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// Whether this plan may be recorded and run by this desk, for whoever answers to these papers now.
    pub fn pass(&self, plan: &Plan, packs: &Packs, papers: &Identity) -> Result<(), Refusal> {
        // What only reads changes nothing.
        if self.is_read_only() && plan.tier > Tier::T0 {
            return Err(Refusal::ReadOnly);
        }
        if !packs.has(&plan.pack) {
            return Err(Refusal::PackChanged);
        }
        identified(plan, papers)
    }
}

/// Who we are to the cluster must be who agreed, and it must be the cluster that was meant.
pub fn identified(plan: &Plan, papers: &Identity) -> Result<(), Refusal> {
    let name = papers.who.as_ref().map_or("", |who| who.name.as_str());
    if name != plan.principal {
        let why = format!("{} ≠ {}", shown(name), shown(&plan.principal));
        return Err(Refusal::Identity { why });
    }
    let now = papers.cluster.as_ref().map(crate::domain::id::Uid::as_str);
    let meant = plan.desk.cluster.as_deref();
    if now != meant {
        let (now, meant) = (now.unwrap_or("?"), meant.unwrap_or("?"));
        let why = format!("kube-system {now} ≠ {meant}");
        return Err(Refusal::Identity { why });
    }
    Ok(())
}

fn shown(name: &str) -> &str {
    if name.is_empty() { "?" } else { name }
}
