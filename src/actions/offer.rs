//! What could be done now, and why not: an action that can't be done is shown with its reason, never hidden.

use crate::{
    domain::{
        action::{
            access::{Access, Allowed},
            plan::needs_shared,
            record::{Run, RunState},
            refusal::Refusal,
            saying::Name,
            step::Saved,
            target::Target,
            tier::Tier,
            value::Values,
        },
        id::ActionId,
    },
    pack::{ActionSpec, Facts, Judged, TargetSpec, Truth},
};

use super::{
    access,
    catalogue::{Catalogue, Item},
    world::{Around, Watched},
};

/// Everything an offer depends on.
#[derive(Clone, Copy)]
pub struct World<'a> {
    pub facts: &'a dyn Facts,
    pub watched: &'a dyn Watched,
    /// The namespace of objects that say none; `None` where the desk has several.
    pub namespace: Option<&'a str>,
    /// Nothing may be changed: by flag, setting, policy or because nobody knows who asks.
    pub read_only: bool,
    /// Why nothing can be recorded.
    pub ledger: Result<(), &'a str>,
    /// Why the ledger that a team shares does not answer, where there is one.
    pub shared: Result<(), &'a str>,
    /// Why it is not known for sure who acts on which cluster.
    pub identity: Result<(), &'a str>,
    /// Runs that keep others from their targets: they go on, or nobody has seen their unknown end.
    pub blocking: &'a [std::sync::Arc<Run>],
    /// What the server said to a permission; `None` where it has not been asked.
    pub allowed: &'a dyn Fn(&Access) -> Option<Allowed>,
    /// Why a flow that goes on keeps an action from being done.
    pub frozen: &'a dyn Fn(&ActionSpec) -> Option<Refusal>,
}

/// An action with what it would be done to now.
#[derive(Debug, Clone)]
pub struct Offer<'a> {
    pub id: &'a ActionId,
    pub spec: &'a ActionSpec,
    pub tier: Tier,
    /// `None` where its parameters name it, or where nothing fitting is selected.
    pub target: Option<Target>,
    pub available: Result<(), Refusal>,
    /// Its guard asks for what is filled in or read when it is proposed: only then it is judged.
    pub later: bool,
}

/// All actions of the catalogue, in its order.
pub fn offers<'a>(
    catalogue: &'a Catalogue,
    world: &World<'_>,
    selected: Option<&Target>,
) -> Vec<Offer<'a>> {
    let items = catalogue.items();
    items
        .map(|item| offer(catalogue, item, world, selected))
        .collect()
}

/// One action, with what is selected.
pub fn offer<'a>(
    catalogue: &Catalogue,
    item: Item<'a>,
    world: &World<'_>,
    selected: Option<&Target>,
) -> Offer<'a> {
    offer_with(catalogue, item, world, selected, &Values::new())
}

/// One action, with what is selected and what it is given already.
pub fn offer_with<'a>(
    catalogue: &Catalogue,
    item: Item<'a>,
    world: &World<'_>,
    selected: Option<&Target>,
    given: &Values,
) -> Offer<'a> {
    let target = aim(item.spec, selected, world.namespace);
    let found = target.as_ref().ok().cloned().flatten();
    let available = usable(catalogue, item, world)
        .and_then(|()| (world.frozen)(item.spec).map_or(Ok(()), Err))
        .and_then(|()| target.map(drop))
        .and_then(|()| not_the_teams(catalogue, item.spec, found.as_ref(), world.namespace))
        .and_then(|()| answered_for(item, found.as_ref(), world))
        .and_then(|()| free(item.tier, found.as_ref(), world))
        .and_then(|()| allowed(item.spec, found.as_ref(), world))
        .and_then(|()| needs(item.spec, world))
        .and_then(|()| guard(item, found.as_ref(), world, given));
    let later = available.is_ok()
        && judged(item, found.as_ref(), world, given)
            .is_some_and(|judged| is_judged_later(&judged, found.as_ref()));
    Offer {
        id: &item.spec.id,
        spec: item.spec,
        tier: item.tier,
        target: found,
        available,
        later,
    }
}

/// What the action would be done to; `None` where its parameters name it.
pub fn aim(
    spec: &ActionSpec,
    selected: Option<&Target>,
    namespace: Option<&str>,
) -> Result<Option<Target>, Refusal> {
    match &spec.target {
        TargetSpec::Is(target) => {
            let target = access::in_namespace(target.clone(), namespace);
            if is_placed(&target) {
                Ok(Some(target))
            } else {
                // Which of several namespaces is meant, nobody said.
                let kinds = vec![target.to_string()];
                Err(Refusal::NoTarget { kinds })
            }
        }
        TargetSpec::Kinds(kinds) => match selected {
            Some(target @ Target::Object { kind, .. }) if kinds.contains(kind) => {
                Ok(Some(target.clone()))
            }
            _ => {
                let kinds = kinds.iter().map(|kind| kind.kind.to_lowercase()).collect();
                Err(Refusal::NoTarget { kinds })
            }
        },
        TargetSpec::Of { .. } => Ok(None),
    }
}

/// Whether an object whose kind has namespaces is in one.
pub(super) const fn is_placed(target: &Target) -> bool {
    match target {
        Target::Object {
            kind, namespace, ..
        } => namespace.is_some() || !kind.namespaced,
        _ => true,
    }
}

/// Whether anything of the kind may be done from here at all.
fn usable(catalogue: &Catalogue, item: Item<'_>, world: &World<'_>) -> Result<(), Refusal> {
    if world.read_only && item.tier > Tier::T0 {
        return Err(Refusal::ReadOnly);
    }
    if let Some(refusal) = catalogue.forbidden(item.spec) {
        return Err(refusal);
    }
    if let Err(why) = world.ledger {
        let why = why.to_owned();
        return Err(Refusal::NoLedger { why });
    }
    if let Err(why) = world.identity {
        let why = why.to_owned();
        return Err(Refusal::Identity { why });
    }
    Ok(())
}

/// What the team has an action of its own for is done by that one.
pub(super) fn not_the_teams(
    catalogue: &Catalogue,
    spec: &ActionSpec,
    target: Option<&Target>,
    namespace: Option<&str>,
) -> Result<(), Refusal> {
    let own = target.and_then(|target| catalogue.own_way(spec, target, namespace));
    own.map_or(Ok(()), |own| {
        Err(Refusal::OwnWay {
            action: own.id.clone(),
            title: own.title.clone(),
        })
    })
}

/// Whether the shared ledger answers, where the action needs it.
fn answered_for(item: Item<'_>, target: Option<&Target>, world: &World<'_>) -> Result<(), Refusal> {
    let lock = target.map(Target::lock);
    match world.shared {
        Err(why) if needs_shared(item.tier, item.persons, lock.as_ref()) => {
            let why = why.to_owned();
            Err(Refusal::SharedAway { why })
        }
        _ => Ok(()),
    }
}

/// Whether nobody acts on the target, and no unknown end of a run stands in the way.
fn free(tier: Tier, target: Option<&Target>, world: &World<'_>) -> Result<(), Refusal> {
    let Some(target) = target.filter(|_| tier > Tier::T0) else {
        return Ok(());
    };
    let mut blocking = world.blocking.iter();
    let in_the_way = |run: &&std::sync::Arc<Run>| {
        let plan = &run.intent.plan;
        plan.tier > Tier::T0 && run.blocks() && plan.target == *target
    };
    let Some(run) = blocking.find(in_the_way) else {
        return Ok(());
    };
    if matches!(run.state, RunState::Ended(_)) {
        let run = run.id.to_string();
        return Err(Refusal::Unsettled { run });
    }
    Err(Refusal::Busy {
        who: run.actor.shown(),
        run: Some(run.id.to_string()),
        since: Some(run.asked_at),
    })
}

/// What the server is known to deny; what it was not asked yet is asked before anything is confirmed.
fn allowed(spec: &ActionSpec, target: Option<&Target>, world: &World<'_>) -> Result<(), Refusal> {
    for access in access::of_spec(spec, target, world.namespace) {
        if let Some(Allowed::No(why)) = (world.allowed)(&access) {
            let subresource = access.subresource.map(|sub| format!("/{sub}"));
            return Err(Refusal::Forbidden {
                verb: access.verb,
                resource: format!("{}{}", access.resource, subresource.unwrap_or_default()),
                namespace: access.namespace,
                why,
            });
        }
    }
    Ok(())
}

/// What must have been done before, and well. A ledger that can't be read says nothing, which is a no.
fn needs(spec: &ActionSpec, world: &World<'_>) -> Result<(), Refusal> {
    for need in &spec.needs {
        let within = need.within.as_secs_f64();
        if world.watched.verified(&need.action, within) != Some(true) {
            return Err(Refusal::Needs {
                action: need.action.to_string(),
                within: u32::try_from(need.within.as_secs()).unwrap_or(u32::MAX),
            });
        }
    }
    Ok(())
}

/// What the guard says as far as it can be told before parameters are given and anything was read for the action.
fn judged(
    item: Item<'_>,
    target: Option<&Target>,
    world: &World<'_>,
    given: &Values,
) -> Option<Judged> {
    let around = Around {
        watched: world.watched,
        env: item.pack.environment(),
        target,
        params: given,
        before: &Values::new(),
        saved: &Saved::new(),
    };
    item.pack.judge_guard(item.spec, world.facts, &around)
}

fn guard(
    item: Item<'_>,
    target: Option<&Target>,
    world: &World<'_>,
    given: &Values,
) -> Result<(), Refusal> {
    let Some(judged) = judged(item, target, world, given) else {
        return Ok(());
    };
    if is_judged_later(&judged, target) {
        return Ok(());
    }
    verdict(item.spec, judged).map(drop)
}

/// Whether nothing but what is filled in or read when it is proposed is missing.
fn is_judged_later(judged: &Judged, target: Option<&Target>) -> bool {
    judged.truth == Truth::Unknown
        && (!judged.unfilled.is_empty() || target.is_none())
        && (judged.missing.iter()).all(|name| {
            target.is_none() && matches!(name, Name::Target | Name::Object { of: None, .. })
        })
}

/// What a judged guard comes to: a yes with what it read, or why not.
pub fn verdict(spec: &ActionSpec, judged: Judged) -> Result<Judged, Refusal> {
    let because = spec.because.clone();
    match judged.truth {
        Truth::True => Ok(judged),
        Truth::False => Err(Refusal::Guard {
            read: judged.says.reasons(false),
            condition: Box::new(judged.condition),
            because,
        }),
        Truth::Unknown => {
            let mut missing = judged.missing;
            missing.extend(judged.unfilled);
            Err(Refusal::GuardUnknown {
                condition: Box::new(judged.condition),
                because,
                missing,
            })
        }
    }
}
