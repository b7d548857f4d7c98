//! What the steps of an action find out, put together.

use crate::{
    domain::action::{
        fact::{Fact, FactName},
        plan::Plan,
        preflight::{Blast, Draft, Preflight, Preflighted},
        refusal::Refusal,
        target::Target,
        value::{Value, Values},
    },
    runtime::executors::Executor,
};

/// Finds out what a draft rests on and would change.
pub async fn preflight(executor: &dyn Executor, draft: &Draft) -> Preflighted {
    let mut all = Preflight::default();
    for (name, step) in &draft.reads {
        let read = Value::Object(executor.read(step).await?);
        all.facts.push(read_fact(&draft.target, name, read.clone()));
        all.before.insert(name.clone(), read);
    }
    if let Some(preview) = &draft.preview {
        all.items = items(executor.read(preview).await?);
    }
    for step in &draft.steps {
        let found = executor.look(step, draft).await?;
        add(&mut all, found);
    }
    Ok(all)
}

/// Reads the facts again that the steps of a plan stand on, from one of them on.
pub async fn facts_of(
    executor: &dyn Executor,
    step: usize,
    plan: &Plan,
) -> Result<Vec<Fact>, Refusal> {
    let mut facts: Vec<Fact> = Vec::new();
    for (name, read) in &plan.reads {
        let value = Value::Object(executor.read(read).await?);
        facts.push(read_fact(&plan.target, name, value));
    }
    for step in &plan.steps[step.min(plan.steps.len())..] {
        for fact in executor.facts(step, plan).await? {
            put(&mut facts, fact);
        }
    }
    Ok(facts)
}

fn read_fact(of: &Target, name: &str, value: Value) -> Fact {
    Fact::new(of.clone(), FactName::Field(name.to_owned()), value)
}

/// Two steps may stand on the same fact.
fn put(facts: &mut Vec<Fact>, fact: Fact) {
    if !facts.iter().any(|known| known.is_about(&fact)) {
        facts.push(fact);
    }
}

/// The lines a preview gave; where it gave no lines, the first list.
fn items(read: Values) -> Vec<String> {
    let list = |value: &Value| match value {
        Value::List(items) => Some(items.iter().map(ToString::to_string).collect()),
        _ => None,
    };
    read.get("lines")
        .and_then(list)
        .or_else(|| read.values().find_map(list))
        .unwrap_or_default()
}

fn add(all: &mut Preflight, found: Preflight) {
    for fact in found.facts {
        put(&mut all.facts, fact);
    }
    for (name, value) in found.before {
        all.before.entry(name).or_insert(value);
    }
    for item in found.items {
        if !all.items.contains(&item) {
            all.items.push(item);
        }
    }
    all.changes.extend(found.changes);
    for owner in found.owners {
        if !all.owners.contains(&owner) {
            all.owners.push(owner);
        }
    }
    all.count = match (all.count.take(), found.count) {
        (Some(mut all), Some(more)) if all.of == more.of => {
            all.number = all.number.saturating_add(more.number);
            Some(all)
        }
        (all, more) => all.or(more),
    };
    // What was done last is taken back first.
    all.undo.splice(0..0, found.undo);
    for warning in found.warnings {
        if !all.warnings.contains(&warning) {
            all.warnings.push(warning);
        }
    }
    blast(&mut all.blast, found.blast);
}

fn blast(all: &mut Blast, found: Blast) {
    for pod in found.pods {
        if !all.pods.contains(&pod) {
            all.pods.push(pod);
        }
    }
    all.pods_more += found.pods_more;
    all.ready = all.ready.or(found.ready);
    all.desired = all.desired.or(found.desired);
    for budget in found.budgets {
        if !all.budgets.contains(&budget) {
            all.budgets.push(budget);
        }
    }
    for quota in found.quotas {
        if !all.quotas.contains(&quota) {
            all.quotas.push(quota);
        }
    }
}
