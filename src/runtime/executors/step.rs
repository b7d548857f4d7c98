//! What every executor says of a step: that it is not its own, how long it may take, and how it ended.

use std::time::Duration;

use crate::domain::action::{
    fact::{Drift, Fact, FactName, drift},
    fault::ValueFault,
    plan::Plan,
    refusal::Refusal,
    step::Planned,
    value::Value,
    verdict::{Said, StepEnd},
};

/// A step that came to the wrong executor.
pub(super) fn not_mine(step: &Planned) -> Refusal {
    Refusal::unreadable(step.kind.name(), "nothing here does steps of this kind")
}

/// The end of a step that was refused before anything was done.
pub(super) fn failed(refusal: &Refusal) -> StepEnd {
    StepEnd::Failed { why: why(refusal) }
}

/// A refusal in the words of a step's end.
pub(super) fn why(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Unreadable { what, why } => format!("{what}: {why}"),
        Refusal::BadValue { param, value, why } => format!("{param} {value:?}: {why}"),
        Refusal::NotFound { target } => format!("{target} is not there"),
        Refusal::Policy { rule } => format!("policy: {rule}"),
        Refusal::DryRun { why } => why.clone(),
        Refusal::Forbidden {
            verb,
            resource,
            namespace,
            why,
        } => {
            let namespace = namespace.as_deref().unwrap_or("the cluster");
            format!("{verb} {resource} in {namespace} is forbidden: {why}")
        }
        Refusal::Unfilled { param } => format!("{param} has a hole that nothing fills"),
        other => other.id().to_owned(),
    }
}

/// The first fact of the plan that is read here and is not what it was, in words.
pub(super) fn drifted(plan: &Plan, now: &[Fact]) -> Option<String> {
    let read_here = |fact: &&Fact| now.iter().any(|it| it.is_about(fact));
    let about: Vec<Fact> = plan.facts.iter().filter(read_here).cloned().collect();
    drift(&about, now).as_ref().map(told)
}

/// A drift in words: what was, what is, and by whom.
fn told(drift: &Drift) -> String {
    let name = match &drift.was.name {
        FactName::Uid => "its uid".to_owned(),
        FactName::Generation => "its generation".to_owned(),
        FactName::Field(path) => path.clone(),
        other => format!("{other:?}"),
    };
    let value = |value: &Value| match value {
        Value::Absent => "nothing".to_owned(),
        value => value.to_string(),
    };
    let now = drift.now.as_ref();
    let is = now.map_or_else(|| "not to be read".to_owned(), |it| value(&it.value));
    let by = now.and_then(|it| it.by.as_ref());
    let by = by.map_or_else(String::new, |by| format!(", written by {by}"));
    let of = &drift.was.of;
    format!(
        "{of}: {name} was {} and is {is} now{by}",
        value(&drift.was.value)
    )
}

/// The longest a step may take.
pub(super) fn limit(step: &Planned, otherwise: Duration) -> Duration {
    step.limit
        .map_or(otherwise, |seconds| Duration::from_secs(u64::from(seconds)))
}

/// A named result.
pub(super) fn said(name: &str, value: Value) -> Said {
    Said {
        name: name.to_owned(),
        of: None,
        value,
    }
}

/// A name that no program takes for an option or a pattern.
pub(super) fn plain_name(param: &str, value: String, also: &[char]) -> Result<String, Refusal> {
    let plain = |c: char| c.is_ascii_alphanumeric() || also.contains(&c);
    if value.is_empty() || value.starts_with('-') || !value.chars().all(plain) {
        return Err(Refusal::BadValue {
            param: param.to_owned(),
            value,
            why: ValueFault::NotName,
        });
    }
    Ok(value)
}
