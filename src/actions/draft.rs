//! From an action and what a person chose to what is looked into: every hole filled that can be by now.

mod filling;

use std::collections::BTreeMap;

use self::filling::Filling;

use crate::{
    domain::action::{
        fault::ValueFault,
        preflight::Draft,
        refusal::Refusal,
        step::{Planned, Written},
        target::Target,
        tier::Tier,
        value::{Value, Values},
    },
    domain::id::PackId,
    pack::{ActionSpec, CheckSpec, Environment, ParamSpec, TargetSpec},
};

use super::{
    catalogue::Item,
    offer::{aim, is_placed},
};

/// Where it would be done.
#[derive(Debug, Clone, Copy, Default)]
pub struct Site<'a> {
    /// The namespace of objects that say none; `None` where the desk has several.
    pub namespace: Option<&'a str>,
    pub env: Option<&'a Environment>,
}

/// The value a text stands for, or why it can't be given. With what is in force now, a ladder is held to its rungs.
pub fn check_param(spec: &ParamSpec, text: &str, now: Option<&Value>) -> Result<Value, ValueFault> {
    let value = spec.kind.read(text)?;
    if now.is_some() {
        spec.kind.fits(&value, now)?;
    }
    Ok(value)
}

/// The values of texts by name, as a command line gives them; defaults where nothing is given.
pub fn read_params(spec: &ActionSpec, given: &BTreeMap<String, String>) -> Result<Values, Refusal> {
    let mut values = Values::new();
    for (name, text) in given {
        let bad = |why| Refusal::BadValue {
            param: name.clone(),
            value: text.clone(),
            why,
        };
        let Some(param) = spec.params.iter().find(|param| param.name == *name) else {
            return Err(bad(unknown(spec)));
        };
        values.insert(name.clone(), param.kind.read(text).map_err(bad)?);
    }
    Ok(values)
}

fn unknown(spec: &ActionSpec) -> ValueFault {
    let names: Vec<&str> = spec
        .params
        .iter()
        .map(|param| param.name.as_str())
        .collect();
    ValueFault::NotOneOf {
        known: names.join(", "),
    }
}

/// What is about to be looked into. `target` is what is selected, where the action takes what is selected.
pub fn draft(
    item: &Item<'_>,
    target: Option<&Target>,
    given: &Values,
    site: Site<'_>,
) -> Result<Draft, Refusal> {
    let spec = item.spec;
    let params = filled_in(spec, given)?;
    let target = match &spec.target {
        TargetSpec::Of { kind, name } => {
            let filling = Filling {
                params: &params,
                target: None,
                site,
                before: None,
            };
            let name = filling.whole(name)?;
            Some(TargetSpec::of(*kind, &name))
        }
        _ => aim(spec, target, site.namespace)?,
    };
    let Some(target) = target else {
        return Err(Refusal::NoTarget { kinds: Vec::new() });
    };
    if !is_placed(&target) {
        let kinds = vec![target.to_string()];
        return Err(Refusal::NoTarget { kinds });
    }
    let filling = Filling {
        params: &params,
        target: Some(&target),
        site,
        before: None,
    };
    let reads = spec.reads.iter();
    let reads = reads.map(|(name, step)| Ok((name.clone(), filling.step(step)?)));
    Ok(Draft {
        action: spec.id.clone(),
        steps: filling.steps(&spec.run)?,
        reads: reads.collect::<Result<_, Refusal>>()?,
        preview: spec
            .preview
            .as_ref()
            .map(|step| filling.step(step))
            .transpose()?,
        target: target.clone(),
        params: params.clone(),
        reads_only: item.tier == Tier::T0,
    })
}

/// What is looked at for a form, before anything is chosen: what the action reads and no parameter is needed for.
pub fn look(item: &Item<'_>, target: &Target, site: Site<'_>) -> Option<Draft> {
    let params = Values::new();
    let filling = Filling {
        params: &params,
        target: Some(target),
        site,
        before: None,
    };
    let reads = item.spec.reads.iter();
    let reads: Vec<_> = reads
        .filter(|(name, _)| wants(item.spec, name))
        .filter_map(|(name, step)| Some((name.clone(), filling.step(step).ok()?)))
        .collect();
    (!reads.is_empty()).then(|| Draft {
        action: item.spec.id.clone(),
        target: target.clone(),
        params: Values::new(),
        steps: Vec::new(),
        reads,
        preview: None,
        reads_only: true,
    })
}

/// What a check reads: it does nothing and is about no target but itself.
pub fn reading(check: &CheckSpec, pack: &PackId, site: Site<'_>) -> Result<Draft, Refusal> {
    let id = format!("check/{}", check.id);
    reading_alone((&id, check.id.as_str()), &check.reads, pack, site)
}

/// What is read for something that is no action: its place in the pack, and its name.
pub fn reading_alone(
    (id, name): (&str, &str),
    reads: &[(String, Written)],
    pack: &PackId,
    site: Site<'_>,
) -> Result<Draft, Refusal> {
    let params = Values::new();
    let filling = Filling {
        params: &params,
        target: None,
        site,
        before: None,
    };
    let reads = reads.iter();
    let reads = reads.map(|(name, step)| Ok((name.clone(), filling.step(step)?)));
    Ok(Draft {
        action: format!("{pack}/{id}").into(),
        target: Target::Named {
            name: name.to_owned(),
        },
        params: Values::new(),
        steps: Vec::new(),
        reads: reads.collect::<Result<_, Refusal>>()?,
        preview: None,
        reads_only: true,
    })
}

/// Whether a read tells what is in force now of a parameter, or what it may be.
fn wants(spec: &ActionSpec, read: &str) -> bool {
    spec.params.iter().any(|param| {
        let now = param.now.as_deref().and_then(|now| now.split('.').next());
        now == Some(read) || param.from.as_deref() == Some(read)
    })
}

/// The steps that take an action back as its pack states it, by what there was before.
pub(super) fn undo_steps(
    steps: &[Written],
    draft: &Draft,
    before: &Values,
    site: Site<'_>,
) -> Result<Vec<Planned>, Refusal> {
    let filling = Filling {
        params: &draft.params,
        target: Some(&draft.target),
        site,
        before: Some(before),
    };
    filling.steps(steps)
}

/// What was given, defaults where nothing was; refuses what is missing, unknown or can't be so.
fn filled_in(spec: &ActionSpec, given: &Values) -> Result<Values, Refusal> {
    if let Some((name, value)) = given
        .iter()
        .find(|(name, _)| !spec.params.iter().any(|param| param.name == **name))
    {
        return Err(Refusal::BadValue {
            param: name.clone(),
            value: value.to_string(),
            why: unknown(spec),
        });
    }
    let mut params = Values::new();
    for param in &spec.params {
        let name = || param.name.clone();
        let given = given.get(&param.name).or(param.default.as_ref());
        match given.filter(|value| **value != Value::Absent) {
            Some(value) => {
                let checked = param.kind.check_value(value);
                let checked = checked.map_err(|why| Refusal::BadValue {
                    param: name(),
                    value: value.to_string(),
                    why,
                })?;
                params.insert(name(), checked);
            }
            None if param.optional => {}
            None => return Err(Refusal::Unfilled { param: name() }),
        }
    }
    Ok(params)
}
