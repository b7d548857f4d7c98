//! From what was looked into to what a person agrees to.

use crate::{
    domain::action::{
        fact::{Fact, FactName},
        plan::{Count, DeskMark, GuardVerdict, PackMark, Plan, Undo, VerifyMark},
        preflight::{Draft, Preflight},
        refusal::Refusal,
        step::Saved,
        tier::Tier,
        value::{Value, Values},
    },
    pack::{ActionSpec, Facts},
};

use super::{
    catalogue::{Catalogue, Item},
    draft::{Site, undo_steps},
    offer::verdict,
    world::{Around, Watched},
};

/// What a plan is made for: where and by whom, and what the world is like now.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    pub desk: &'a DeskMark,
    /// The name the API server knows the actor by.
    pub principal: &'a str,
    pub site: Site<'a>,
    pub facts: &'a dyn Facts,
    pub watched: &'a dyn Watched,
}

/// The plan, or why there can be none.
pub fn plan(
    catalogue: &Catalogue,
    item: &Item<'_>,
    draft: &Draft,
    found: &Preflight,
    ground: &Ground<'_>,
) -> Result<Plan, Refusal> {
    if let Some(refusal) = catalogue.forbidden(item.spec) {
        return Err(refusal);
    }
    fit(item.spec, draft, found)?;
    if draft.preview.is_some() && found.items.is_empty() {
        return Err(Refusal::NotFound {
            target: "preview.items".to_owned(),
        });
    }
    let guard = guard(item, draft, found, ground)?;
    let mut facts = found.facts.clone();
    facts.extend(own_facts(catalogue, draft, ground));
    let nothing = Saved::new();
    let around = around(draft, found, ground, &nothing);
    Ok(Plan {
        action: item.spec.id.clone(),
        title: item.spec.title.clone(),
        tier: item.tier,
        pack: PackMark {
            id: item.pack.id.to_string(),
            digest: item.pack.digest.clone(),
        },
        desk: ground.desk.clone(),
        principal: ground.principal.to_owned(),
        target: draft.target.clone(),
        params: draft.params.clone(),
        facts,
        before: found.before.clone(),
        reads: draft.reads.clone(),
        steps: draft.steps.clone(),
        items: found.items.clone(),
        guard,
        verify: verify(item, &around),
        helped: item.pack.state_helped(item.spec, &around),
        undo: undo(item, draft, found, ground, &around)?,
        persons: item.persons,
        count: count(item.tier, found),
    })
}

/// What was read under a name, or under `read.field`.
fn read<'a>(before: &'a Values, name: &str) -> Option<&'a Value> {
    before.get(name).or_else(|| {
        let (read, field) = name.split_once('.')?;
        match before.get(read)? {
            Value::Object(fields) => fields.get(field),
            _ => None,
        }
    })
}

/// Whether the values fit what is in force now.
fn fit(spec: &ActionSpec, draft: &Draft, found: &Preflight) -> Result<(), Refusal> {
    for param in &spec.params {
        let Some(value) = draft.params.get(&param.name) else {
            continue;
        };
        let now = param.now.as_ref().and_then(|now| read(&found.before, now));
        param
            .kind
            .fits(value, now)
            .map_err(|why| Refusal::BadValue {
                param: param.name.clone(),
                value: value.to_string(),
                why,
            })?;
    }
    Ok(())
}

/// What the guard says with everything known: parameters, and what there was before.
pub fn guard(
    item: &Item<'_>,
    draft: &Draft,
    found: &Preflight,
    ground: &Ground<'_>,
) -> Result<Option<GuardVerdict>, Refusal> {
    let nothing = Saved::new();
    let around = around(draft, found, ground, &nothing);
    let Some(judged) = item.pack.judge_guard(item.spec, ground.facts, &around) else {
        return Ok(None);
    };
    let judged = verdict(item.spec, judged)?;
    Ok(Some(GuardVerdict {
        condition: judged.condition,
        because: item.spec.because.clone(),
        read: judged.says.reasons(true),
    }))
}

/// The world around what is planned.
const fn around<'a>(
    draft: &'a Draft,
    found: &'a Preflight,
    ground: &Ground<'a>,
    saved: &'a Saved,
) -> Around<'a> {
    Around {
        watched: ground.watched,
        env: ground.site.env,
        target: Some(&draft.target),
        params: &draft.params,
        before: &found.before,
        saved,
    }
}

/// What a plan rests on beside what was read of its target: the pack of the desk, the cluster, who acts. What the guard
/// says is no fact of these: it is judged anew where facts are read anew.
fn own_facts(catalogue: &Catalogue, draft: &Draft, ground: &Ground<'_>) -> Vec<Fact> {
    let fact = |name, value: &str| Fact::new(draft.target.clone(), name, Value::text(value));
    let pack = fact(FactName::Pack, &catalogue.pack().digest);
    let principal = fact(FactName::Principal, ground.principal);
    let cluster = ground.desk.cluster.as_deref();
    let cluster = cluster.map(|uid| fact(FactName::Cluster, uid));
    [pack, principal].into_iter().chain(cluster).collect()
}

fn verify(item: &Item<'_>, around: &Around<'_>) -> Option<VerifyMark> {
    let spec = item.spec;
    let seconds = |span: std::time::Duration| u32::try_from(span.as_secs()).unwrap_or(u32::MAX);
    Some(VerifyMark {
        condition: item.pack.state_verify(spec, around)?,
        within: seconds(spec.verify_within()?),
        hold: seconds(spec.verify_hold()?),
    })
}

/// As the pack states it, else by what the steps know themselves.
fn undo(
    item: &Item<'_>,
    draft: &Draft,
    found: &Preflight,
    ground: &Ground<'_>,
    around: &Around<'_>,
) -> Result<Undo, Refusal> {
    let spec = item.spec;
    let Some(steps) = spec.undo_steps() else {
        return Ok(if found.undo.is_empty() {
            Undo::None
        } else {
            Undo::FromBefore(found.undo.clone())
        });
    };
    match undo_steps(steps, draft, &found.before, ground.site) {
        Ok(steps) => Ok(Undo::Stated {
            when: item.pack.state_undo(spec, around),
            steps,
        }),
        // What there was before can't be given back where there was nothing; a temporary change must be.
        Err(Refusal::Unfilled { .. }) if spec.temporary.is_none() => Ok(Undo::None),
        Err(refusal) => Err(refusal),
    }
}

/// The number a T3 asks for: as the steps count, else what it would be done to.
fn count(tier: Tier, found: &Preflight) -> Option<Count> {
    if tier < Tier::T3 {
        return None;
    }
    let of = |of: &str, number: usize| Count {
        of: of.to_owned(),
        number: number as u64,
    };
    let items = || (!found.items.is_empty()).then(|| of("items", found.items.len()));
    let pods = || (!found.blast.pods.is_empty()).then(|| of("pods", found.blast.pods.len()));
    found.count.clone().or_else(items).or_else(pods)
}
