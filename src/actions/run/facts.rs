//! Which facts must still hold before a step, where earlier steps of the same run have changed the world themselves.

use std::collections::BTreeSet;

use crate::domain::action::{
    fact::{Drift, Fact, FactName},
    plan::Plan,
    step::{Planned, StepKind, Template},
    target::Target,
};

/// What a step changes: its object; else whatever the action is aimed at.
pub(super) fn touched<'a>(step: &'a Planned, plan: &'a Plan) -> Option<&'a Target> {
    let target = || step.kind.target().unwrap_or(&plan.target);
    (!step.changes_nothing()).then(target)
}

/// Whether a step leaves nothing of its target that could be compared.
const fn removes(step: &Planned) -> bool {
    matches!(
        step.kind,
        StepKind::DeletePod { .. } | StepKind::Evict { .. }
    )
}

/// The facts of the plan that must hold before this step. The guard was judged when it was confirmed: what a run does may
/// well make it untrue. What an earlier step took away can't be asked for.
fn needed(plan: &Plan, step: usize) -> impl Iterator<Item = &Fact> {
    let gone: BTreeSet<&Target> = plan.steps[..step]
        .iter()
        .filter(|step| removes(step))
        .filter_map(|step| touched(step, plan))
        .collect();
    plan.facts
        .iter()
        .filter(move |fact| fact.name != FactName::Guard && !gone.contains(&fact.of))
}

/// The first fact that is not as the plan has it.
pub(super) fn drifted(plan: &Plan, step: usize, now: &[Fact]) -> Option<Drift> {
    let read = |fact: &Fact| now.iter().any(|found| found.is_about(fact));
    let needed: Vec<Fact> = needed(plan, step)
        .filter(|fact| read(fact) || must_be_read(plan, step, fact))
        .cloned()
        .collect();
    crate::domain::action::fact::drift(&needed, now)
}

/// Whether a fact that was not read is one that the rest of the run stands on. Before the first step all are. Later only what
/// the rest stands on is read: what an earlier step alone stood on (the field it set, the program it ran) is done with.
fn must_be_read(plan: &Plan, step: usize, fact: &Fact) -> bool {
    if step == 0 {
        return true;
    }
    match fact.name {
        FactName::Pack | FactName::Cluster | FactName::Principal => true,
        FactName::Uid | FactName::Generation => plan.steps[step..]
            .iter()
            // What only looks around it does not rest on it.
            .filter(|rest| !rest.changes_nothing())
            // Replicas are set at any generation, so who sets them does not read it.
            .filter(|rest| {
                fact.name == FactName::Uid || !matches!(rest.kind, StepKind::Scale { .. })
            })
            .any(|rest| rest.kind.target() == Some(&fact.of)),
        // A step whose own field can't be read says so itself.
        FactName::Field(_) | FactName::Guard => false,
    }
}

/// Takes over what this run itself has just changed: the generation and the fields of what its steps touched. Which object
/// it is, who acts and where never changes by a step.
pub(super) fn take_over(plan: &mut Plan, just_done: usize, now: &[Fact]) {
    let step = &plan.steps[just_done];
    let Some(touched) = touched(step, plan).cloned() else {
        return;
    };
    let program = is_program(step);
    for fact in &mut plan.facts {
        let moves = match fact.name {
            FactName::Generation => fact.of == touched,
            FactName::Field(_) => {
                fact.of == touched
                    || (program && fact.of == plan.target)
                    || is_about_its_own(step, &fact.of)
            }
            _ => false,
        };
        if moves && let Some(found) = now.iter().find(|found| found.is_about(fact)) {
            *fact = found.clone();
        }
    }
}

/// Whether what a step is about has a name of its own, which the target of the action may be another than.
fn is_about_its_own(step: &Planned, of: &Target) -> bool {
    let is = |written: &Template, name: &str| written.whole().is_some_and(|it| it == name);
    match (&step.kind, of) {
        (StepKind::Systemd { unit, .. }, Target::Unit { unit: name, .. }) => is(unit, name),
        (StepKind::Compose { service, .. }, Target::Service { service: name, .. }) => {
            is(service, name)
        }
        (StepKind::Silence { .. } | StepKind::ExpireSilence { .. }, Target::Alerts { .. }) => true,
        _ => false,
    }
}

/// Whether what a step changes is known to the pack alone, which reads it for the target of the action.
const fn is_program(step: &Planned) -> bool {
    matches!(
        step.kind,
        StepKind::Exec { .. }
            | StepKind::Command { .. }
            | StepKind::Sql { .. }
            | StepKind::Redis { .. }
            | StepKind::Http { .. }
            | StepKind::Systemd { .. }
            | StepKind::Compose { .. }
            | StepKind::InCompose { .. }
            | StepKind::Silence { .. }
            | StepKind::ExpireSilence { .. }
    )
}
