//! The model as actions see it: what is watched, what the ledger tells, and whether anything may be done from here.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};

use crate::{
    actions::{offer::World, world::Watched},
    domain::{
        action::{
            access::{Access, Allowed},
            deed::Deed,
            record::Run,
            target::Target,
        },
        desk::Namespaces,
        freshness::{Link, SourceId},
        id::{ActionId, CheckId},
        light::Light,
        logbook::Outcome,
        object::KindRef,
        pod::WorkloadKey,
        time::since,
        workload::WorkloadRow,
    },
    pack::{CheckSeen, Facts, IncidentSeen, ObjectField},
};

use super::{acts::RUNS_KEPT, flows, incidents, model::Model, routine};

/// The namespace of objects that say none; `None` where the desk has several.
pub fn namespace(model: &Model) -> Option<&str> {
    match &model.desk.namespaces {
        Namespaces::Some(names) => match names.as_slice() {
            [one] => Some(one),
            _ => None,
        },
        Namespaces::All => None,
    }
}

/// Asks an offer's questions of the model.
pub fn with_world<T>(model: &Model, ask: impl FnOnce(&World<'_>) -> T) -> T {
    let facts = super::board::facts(model);
    let ledger = match &model.acts.ledger {
        Some(Ok(())) => Ok(()),
        Some(Err(why)) => Err(why.as_str()),
        None => Err("not-opened"),
    };
    let shared = match &model.acts.shared {
        Some(Err(why)) => Err(why.as_str()),
        // The launch asks in any case.
        Some(Ok(())) | None => Ok(()),
    };
    let identity = if model.actor.mismatch.is_some() {
        Err("another-answers")
    } else if model.actor.who().is_none() {
        Err("nobody-named")
    } else {
        Ok(())
    };
    let runs = model.acts.runs.iter();
    let everywhere = |run: &Run| !matches!(run.intent.plan.target, Target::Object { .. });
    let blocking: Vec<Arc<Run>> = runs
        .filter(|run| run.blocks() && (everywhere(run) || model.is_here(run)))
        .cloned()
        .collect();
    let allowed = |access: &Access| -> Option<Allowed> { model.acts.allowed.get(access).cloned() };
    ask(&World {
        facts: &facts as &dyn Facts,
        watched: model,
        namespace: namespace(model),
        read_only: model.is_read_only(),
        ledger,
        shared,
        identity,
        blocking: &blocking,
        allowed: &allowed,
        frozen: &|spec| flows::frozen(model, spec),
    })
}

impl Model {
    /// Whether a run was of the cluster of this desk: the ledger holds those of all desks, and names are alike.
    pub fn is_here(&self, run: &Run) -> bool {
        let desk = &run.intent.plan.desk;
        let here = self.actor.now.cluster.as_ref();
        match (&desk.cluster, here) {
            (Some(of), Some(here)) => *of == here.to_string(),
            // Where nobody may read which cluster it is, the context says it.
            _ => desk.context == self.desk.context,
        }
    }

    /// The runs that keep others from a target. Whatever is no object of a cluster may be the same from every desk.
    pub fn in_the_way<'a>(&'a self, target: &'a Target) -> impl Iterator<Item = &'a Arc<Run>> {
        let everywhere = !matches!(target, Target::Object { .. });
        self.acts
            .blocking(target)
            .filter(move |run| everywhere || self.is_here(run))
    }

    /// Whether what a source gave is what it is now.
    fn is_live(&self, source: SourceId) -> bool {
        matches!(self.link(source), Link::Live { .. })
    }

    /// The row of a workload, where it is watched.
    pub fn workload_of(&self, target: &Target) -> Option<&WorkloadRow> {
        let Target::Object {
            kind,
            namespace: own,
            name,
        } = target
        else {
            return None;
        };
        let within = own.as_deref().or_else(|| namespace(self))?;
        self.workload_row(kind, within, name)
    }

    fn workload_row(&self, kind: &KindRef, namespace: &str, name: &str) -> Option<&WorkloadRow> {
        let is_it = |key: &WorkloadKey| {
            *key.kind == *kind.kind && *key.name == *name && *key.namespace == *namespace
        };
        self.cluster.workloads.iter().find(|row| is_it(&row.key))
    }
}

fn truth(is: bool) -> f64 {
    f64::from(u8::from(is))
}

impl Model {
    /// Whether any run of an action in this world is so since some seconds ago; `None` where the ledger can't tell.
    fn earlier(
        &self,
        action: &ActionId,
        seconds: f64,
        is_so: impl Fn(&Run, Timestamp) -> bool,
    ) -> Option<bool> {
        if self.acts.ledger != Some(Ok(())) {
            return None;
        }
        let within = SignedDuration::try_from(Duration::try_from_secs_f64(seconds).ok()?).ok()?;
        // The ledger has the times of the program's clock, not those of the servers.
        let since = self.clocked.checked_sub(within).ok()?;
        let found =
            self.acts.runs.iter().any(|run| {
                run.intent.plan.action == *action && self.is_here(run) && is_so(run, since)
            });
        // Where more was done since than is kept here, what is not found may be among the rest.
        let rest = self.acts.runs.get(RUNS_KEPT - 1);
        if !found && rest.is_some_and(|oldest| oldest.asked_at >= since) {
            return None;
        }
        Some(found)
    }
}

impl Watched for Model {
    fn object(&self, target: &Target, field: ObjectField) -> Option<f64> {
        let Target::Object {
            kind,
            namespace: own,
            name,
        } = target
        else {
            return None;
        };
        if *kind == KindRef::nodes() {
            if !self.is_live(SourceId::Nodes) {
                return None;
            }
            let node = self.cluster.nodes.iter().find(|node| *node.name == **name);
            return match field {
                ObjectField::Exists => Some(truth(node.is_some())),
                ObjectField::Cordoned => Some(truth(node?.cordoned)),
                _ => None,
            };
        }
        let within = own.as_deref().or_else(|| namespace(self))?;
        if let Namespaces::Some(names) = &self.desk.namespaces
            && !names.iter().any(|name| name == within)
        {
            return None;
        }
        if *kind == KindRef::pods() {
            if !self.is_live(SourceId::Pods) {
                return None;
            }
            let mut pods = self.cluster.pods.iter();
            let pod = pods.find(|pod| *pod.name == **name && *pod.namespace == *within);
            return match field {
                ObjectField::Exists => Some(truth(pod.is_some())),
                // The condition, not its containers: it turns too where its node is gone.
                ObjectField::Ready => Some(truth(pod?.is_ready?)),
                _ => None,
            };
        }
        // Only kinds that are watched can be told about.
        KindRef::of_workload(&kind.kind).filter(|watched| watched == kind)?;
        if !self.is_live(SourceId::Workloads) {
            return None;
        }
        let row = self.workload_row(kind, within, name);
        if field == ObjectField::Exists && is_watched(kind) {
            return Some(truth(row.is_some()));
        }
        let row = row?;
        match field {
            ObjectField::Desired => Some(f64::from(row.desired)),
            // Numbers of a spec the controller has not seen say nothing of it.
            ObjectField::Ready if row.observed => Some(f64::from(row.ready.min(row.updated))),
            ObjectField::Updated if row.observed => Some(f64::from(row.updated)),
            _ => None,
        }
    }

    fn done(&self, action: &ActionId, seconds: f64) -> Option<bool> {
        self.earlier(action, seconds, |run, since| {
            run.intent.undo_of.is_none() && run.deed().is_since(since)
        })
    }

    fn check(&self, check: &CheckId) -> Option<CheckSeen> {
        if self.acts.ledger != Some(Ok(())) {
            return None;
        }
        let last = self.logbook.checks.last(check)?;
        let light = match last.noted.outcome {
            _ if routine::is_late(self, check) => Light::Unknown,
            Outcome::Passed => Light::Green,
            Outcome::Warned => Light::Yellow,
            Outcome::Failed => Light::Red,
            Outcome::Unknown | Outcome::Skipped => Light::Unknown,
        };
        let age = since(last.at, self.clocked).as_secs_f64();
        Some(CheckSeen { light, age })
    }

    fn incident(&self) -> Option<IncidentSeen> {
        // What was written down is told before the ledger is said to be open.
        if self.acts.ledger != Some(Ok(())) {
            return None;
        }
        Some(match incidents::gravest(self) {
            None => IncidentSeen::None,
            Some(incident) => IncidentSeen::Open(incident.severity.clone()),
        })
    }

    fn verified(&self, action: &ActionId, seconds: f64) -> Option<bool> {
        let taken_back = |run: &Run| {
            self.acts.runs.iter().any(|other| {
                other.intent.undo_of.as_ref() == Some(&run.id) && other.deed() != Deed::None
            })
        };
        self.earlier(action, seconds, |run, since| {
            run.intent.undo_of.is_none()
                && run.verified_at().is_some_and(|at| at >= since)
                && !taken_back(run)
        })
    }
}

/// Workloads whose absence from the watch means that they are not there.
fn is_watched(kind: &KindRef) -> bool {
    matches!(&*kind.kind, "Deployment" | "StatefulSet" | "DaemonSet")
}
