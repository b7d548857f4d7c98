//! What was found out about the parts of a draft, as one.

use std::collections::BTreeSet;

use crate::domain::action::{
    fact::Fact,
    preflight::{Blast, Preflight, Warning},
    refusal::Refusal,
    step::{ComposeTask, Planned, Save, StepKind},
    target::Target,
    value::{Value, Values},
};

/// What was read: where the pack takes nothing out of it, the one value there is, by the name of what is whole.
pub(super) fn given(step: &Planned, mut values: Values) -> Values {
    match (&step.save, values.len()) {
        _ if has_names(&step.kind) => values,
        (None, 1) => values
            .pop_first()
            .map(|(_, value)| ("text".to_owned(), value))
            .into_iter()
            .collect(),
        (None, 0) => [("text".to_owned(), Value::Absent)].into(),
        _ => values,
    }
}

/// Whether what it gives has names of its own, be it one value alone.
const fn has_names(kind: &StepKind<Target, i64>) -> bool {
    matches!(
        kind,
        StepKind::Tcp { .. }
            | StepKind::Logs { .. }
            | StepKind::Env { .. }
            | StepKind::Object { .. }
            | StepKind::View { .. }
            | StepKind::Inspect(_)
            | StepKind::InCompose {
                task: ComposeTask::Ps { .. } | ComposeTask::Stats,
                ..
            }
    )
}

/// Whether something was not to be read now; nobody forbids it.
pub(super) const fn is_away(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::Unreadable { .. } | Refusal::NotFound { .. } | Refusal::DryRun { .. }
    )
}

/// What is known of a step that could not be looked at.
pub(super) fn unseen(step: &Planned, refusal: &Refusal) -> Preflight {
    Preflight {
        warnings: vec![Warning::NotSeen {
            what: step.kind.name().to_owned(),
            why: crate::runtime::executors::why(refusal),
        }],
        ..Preflight::default()
    }
}

/// What of it a plan may rest on.
pub(super) fn steady(step: &Planned, mut values: Values) -> Values {
    let ending = step.save.as_ref().and_then(Save::ending);
    values.retain(|field, _| {
        step.kind.is_steady(field) && ending.is_none_or(|ending| ending.is_steady(field))
    });
    values
}

/// The items of a preview: its only list. A list of one may come as that one, an empty one as nothing.
pub(super) fn items(values: &Values) -> Result<Vec<String>, Refusal> {
    let mut all = values.values();
    match (all.next(), all.next()) {
        (Some(Value::List(items)), None) => Ok(items.iter().map(ToString::to_string).collect()),
        (Some(Value::Absent) | None, None) => Ok(Vec::new()),
        (
            Some(value @ (Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_))),
            None,
        ) => Ok(vec![value.to_string()]),
        _ => Err(Refusal::Unreadable {
            what: "preview".to_owned(),
            why: "it is not one list".to_owned(),
        }),
    }
}

/// Each fact once, as it was found first.
pub(super) fn distinct(facts: impl IntoIterator<Item = Fact>) -> Vec<Fact> {
    let mut kept: Vec<Fact> = Vec::new();
    for fact in facts {
        if !kept.iter().any(|one| one.is_about(&fact)) {
            kept.push(fact);
        }
    }
    kept
}

/// What was found out about all steps, as one.
pub(super) fn merged(looked: Vec<Preflight>, steps: &[Planned]) -> Preflight {
    let mut whole = Preflight::default();
    let mut facts = Vec::new();
    let mut undo: Option<Vec<Planned>> = Some(Vec::new());
    let mut owners = BTreeSet::new();
    for (one, step) in looked.into_iter().zip(steps) {
        facts.extend(one.facts);
        for (name, value) in one.before {
            whole.before.entry(name).or_insert(value);
        }
        whole.items.extend(one.items);
        whole.changes.extend(one.changes);
        add_blast(&mut whole.blast, one.blast);
        for owner in one.owners {
            if owners.insert(format!("{owner:?}")) {
                whole.owners.push(owner);
            }
        }
        whole.count = match (whole.count.take(), one.count) {
            (Some(mut sum), Some(more)) if sum.of == more.of => {
                sum.number += more.number;
                Some(sum)
            }
            (first, more) => first.or(more),
        };
        whole.warnings.extend(one.warnings);
        if one.undo.is_empty() && !step.changes_nothing() {
            // Taken back in part is not taken back.
            undo = None;
        }
        if let Some(undo) = &mut undo {
            // What was done last is taken back first.
            undo.splice(0..0, one.undo);
        }
    }
    whole.facts = distinct(facts);
    whole.undo = undo.unwrap_or_default();
    whole
}

fn add_blast(whole: &mut Blast, one: Blast) {
    for pod in one.pods {
        if !whole.pods.contains(&pod) {
            whole.pods.push(pod);
        }
    }
    whole.pods_more += one.pods_more;
    whole.ready = whole.ready.or(one.ready);
    whole.desired = whole.desired.or(one.desired);
    for budget in one.budgets {
        if !whole.budgets.contains(&budget) {
            whole.budgets.push(budget);
        }
    }
    for quota in one.quotas {
        if !whole.quotas.contains(&quota) {
            whole.quotas.push(quota);
        }
    }
}
