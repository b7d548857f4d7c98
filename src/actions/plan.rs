//! From what was looked into to what a person agrees to.

use jiff::{Timestamp, civil::DateTime};

use crate::{
    domain::action::{
        fact::{Fact, FactName},
        fault::ValueFault,
        plan::{Count, DeskMark, GuardVerdict, PackMark, Plan, Undo, VerifyMark},
        preflight::{Draft, Preflight},
        refusal::Refusal,
        step::Saved,
        tier::Tier,
        value::{Value, Values},
    },
    pack::{ActionSpec, Facts, ParamSpec},
};

use super::{
    catalogue::{Catalogue, Item},
    draft::{Site, undo_steps},
    offer::{not_the_teams, verdict},
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
    let only = match &ground.desk.namespaces[..] {
        [only] => Some(only.as_str()),
        _ => None,
    };
    not_the_teams(catalogue, item.spec, Some(&draft.target), only)?;
    fit(item.spec, draft, found)?;
    if draft.preview.is_some() && found.items.is_empty() {
        return Err(Refusal::NotFound {
            target: "preview.items".to_owned(),
        });
    }
    let guard = guard(item, draft, found, ground)?;
    let mut facts = found.facts.clone();
    // What else could have been chosen is nothing that a plan rests on.
    let lists: Vec<String> = (item.spec.params.iter())
        .filter_map(|param| Some(format!("{}.lines", param.from.as_ref()?)))
        .collect();
    facts.retain(|fact| !matches!(&fact.name, FactName::Field(name) if lists.contains(name)));
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
        count: count(item.tier, found, lost(item, draft, ground.facts.now())?),
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
        listed(param, value, &found.before)?;
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

/// Whether a value is one of those that were read for its parameter to be chosen from.
fn listed(param: &ParamSpec, value: &Value, before: &Values) -> Result<(), Refusal> {
    let Some(from) = &param.from else {
        return Ok(());
    };
    let all = lines(before, from);
    let each = match value {
        Value::List(each) => each.iter().collect(),
        alone => vec![alone],
    };
    let stranger = each.into_iter().find(|one| !all.contains(&one.to_string()));
    stranger.map_or(Ok(()), |one| {
        Err(Refusal::BadValue {
            param: param.name.clone(),
            value: one.to_string(),
            why: not_listed(&all),
        })
    })
}

/// What a `read` listed, line by line.
pub fn lines(before: &Values, read: &str) -> Vec<String> {
    match before.get(&format!("{read}.lines")) {
        Some(Value::List(lines)) => lines.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

/// So many of those that may be chosen are told with one that may not.
const TOLD: usize = 8;

/// That something is not among those that may be chosen.
pub fn not_listed(all: &[String]) -> ValueFault {
    let told: Vec<&str> = all.iter().take(TOLD).map(String::as_str).collect();
    let more = if all.len() > TOLD { ", …" } else { "" };
    ValueFault::NotOneOf {
        known: told.join(", ") + more,
    }
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

/// How many hours of what was written since are lost, as the name of what is gone back to says; begun ones count.
fn lost(item: &Item<'_>, draft: &Draft, now: Timestamp) -> Result<Option<Count>, Refusal> {
    for param in &item.spec.params {
        let (Some(form), Some(value)) = (&param.loses_since, draft.params.get(&param.name)) else {
            continue;
        };
        let text = value.to_string();
        let name = text.trim_end_matches('/').rsplit('/').next();
        let made = DateTime::strptime(form, name.unwrap_or_default())
            .and_then(|at| at.to_zoned(item.pack.time_zone.clone()));
        let seconds = made.map_or(-1, |made| now.as_second() - made.timestamp().as_second());
        let Ok(seconds) = u64::try_from(seconds) else {
            return Err(Refusal::BadValue {
                param: param.name.clone(),
                value: text,
                why: ValueFault::NotTime,
            });
        };
        return Ok(Some(Count {
            of: "hours-lost".to_owned(),
            number: seconds.div_ceil(3600),
        }));
    }
    Ok(None)
}

/// The number a T3 asks for: what is lost, as the steps count, else what it would be done to.
fn count(tier: Tier, found: &Preflight, lost: Option<Count>) -> Option<Count> {
    if tier < Tier::T3 {
        return None;
    }
    let of = |of: &str, number: usize| Count {
        of: of.to_owned(),
        number: number as u64,
    };
    let items = || (!found.items.is_empty()).then(|| of("items", found.items.len()));
    let pods = || (!found.blast.pods.is_empty()).then(|| of("pods", found.blast.pods.len()));
    lost.or_else(|| found.count.clone())
        .or_else(items)
        .or_else(pods)
}
