//! Which permissions of the API server the steps of an action need.

pub use crate::domain::action::access::Access;
use crate::{
    domain::{
        action::{
            step::{Reach, Step, StepKind, TargetName, Written},
            target::{LockKey, Target},
            view::View,
        },
        object::KindRef,
    },
    pack::ActionSpec,
};

/// What an action needs on a target, before its parameters are known.
pub fn of_spec(spec: &ActionSpec, target: Option<&Target>, namespace: Option<&str>) -> Vec<Access> {
    let reads = spec.reads.iter().map(|(_, step)| step);
    let steps = spec.run.iter().chain(reads).chain(&spec.preview);
    let lock = target.map(|target| in_namespace(target.clone(), namespace));
    let lock = lock.map_or_else(Vec::new, |target| of_lock(&target.lock()));
    let of_steps = steps.flat_map(|step: &Written| {
        let aimed = match step.kind.target() {
            Some(TargetName::OfAction) => target.cloned(),
            Some(TargetName::Is(target)) => Some(target.clone()),
            Some(TargetName::Param(_)) | None => None,
        };
        let aimed = aimed.map(|target| in_namespace(target, namespace));
        aimed.map_or_else(Vec::new, |target| of_step(step, &target))
    });
    each_once(of_steps.chain(lock))
}

/// What it takes to hold a lock. Where the Lease of an object without a namespace is, whoever takes it knows.
pub fn of_lock(key: &LockKey) -> Vec<Access> {
    let LockKey::Lease {
        namespace: Some(namespace),
        name,
    } = key
    else {
        return Vec::new();
    };
    let on = |verb: &str, name: Option<&String>| Access {
        verb: verb.to_owned(),
        group: "coordination.k8s.io".to_owned(),
        resource: "leases".to_owned(),
        subresource: None,
        namespace: Some(namespace.clone()),
        name: name.cloned(),
    };
    // What is to be made has no name yet.
    vec![
        on("get", Some(name)),
        on("create", None),
        on("update", Some(name)),
    ]
}

fn each_once(found: impl Iterator<Item = Access>) -> Vec<Access> {
    let mut all: Vec<Access> = Vec::new();
    for access in found {
        if !all.contains(&access) {
            all.push(access);
        }
    }
    all
}

/// The target, in the namespace of the desk where it says none and its kind has them.
pub fn in_namespace(target: Target, of_desk: Option<&str>) -> Target {
    match target {
        Target::Object {
            kind,
            namespace: None,
            name,
        } if kind.namespaced => Target::Object {
            namespace: of_desk.map(str::to_owned),
            kind,
            name,
        },
        target => target,
    }
}

fn of_step<X, N>(step: &Step<X, N>, target: &Target) -> Vec<Access> {
    let Target::Object {
        kind,
        namespace,
        name,
    } = target
    else {
        return Vec::new();
    };
    let on =
        |verb: &str, kind: &KindRef, subresource: Option<&str>, name: Option<&String>| Access {
            verb: verb.to_owned(),
            group: kind.group.to_string(),
            resource: kind.plural.to_string(),
            subresource: subresource.map(str::to_owned),
            namespace: namespace.clone(),
            name: name.cloned(),
        };
    let it = |verb: &str, subresource| on(verb, kind, subresource, Some(name));
    let pods = KindRef::pods();
    // Which pods it reaches is known when it is looked.
    let reached = |mut all: Vec<Access>| {
        if *kind != pods {
            all.push(it("get", None));
            all.push(on("list", &pods, None, None));
        }
        all
    };
    let logs = || reached(vec![on("get", &pods, Some("log"), None)]);
    let jobs = || {
        let jobs = KindRef::of_workload("Job").filter(|_| &*kind.kind == "CronJob");
        jobs.map(|jobs| on("list", &jobs, None, None))
    };
    match &step.kind {
        StepKind::Restart { .. }
        | StepKind::Rollback { .. }
        | StepKind::SetEnv { .. }
        | StepKind::Patch { .. }
        | StepKind::Cordon { .. }
        | StepKind::Uncordon { .. } => vec![it("get", None), it("patch", None)],
        StepKind::Scale { .. } => vec![it("get", None), it("patch", Some("scale"))],
        StepKind::DeletePod { .. } => vec![it("get", None), it("delete", None)],
        StepKind::Evict { .. } => vec![it("get", None), it("create", Some("eviction"))],
        StepKind::RunCronjob { .. } => {
            let jobs = KindRef::of_workload("Job");
            let create = jobs.map(|jobs| on("create", &jobs, None, None));
            std::iter::once(it("get", None)).chain(create).collect()
        }
        StepKind::Exec { reach, .. } => {
            let one = *reach == Reach::One && *kind == pods;
            let name = one.then_some(name);
            reached(vec![on("create", &pods, Some("exec"), name)])
        }
        StepKind::Env { .. } => ["Deployment", "StatefulSet", "DaemonSet", "CronJob"]
            .into_iter()
            .filter_map(KindRef::of_workload)
            .map(|kind| on("list", &kind, None, None))
            .collect(),
        StepKind::Object { .. } => vec![it("get", None)],
        StepKind::View { view, .. } => match view {
            View::Pods => vec![on("list", &pods, None, None)],
            View::Events { .. } => {
                let events = KindRef::new("", "v1", "Event", "events", true);
                vec![on("list", &events, None, None)]
            }
            View::Cronjob { .. } => std::iter::once(it("get", None)).chain(jobs()).collect(),
            View::Lines { .. } => logs().into_iter().chain(jobs()).collect(),
        },
        StepKind::Logs { .. } => logs(),
        _ => Vec::new(),
    }
}
