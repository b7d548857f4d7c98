//! Plans: made of what was found out, by what the model knows of the desk and of who acts.

use std::sync::Arc;

use crate::{
    actions::{
        catalogue::{Catalogue, Item},
        draft::Site,
        offer::verdict,
        plan::{self, Ground},
        prompt::Ready,
        undo,
        world::Around,
    },
    domain::{
        action::{
            fact::{Fact, FactName},
            plan::{DeskMark, GuardVerdict, PackMark, Plan, Undo},
            preflight::Preflight,
            record::Run,
            refusal::Refusal,
            target::Target,
            value::Value,
        },
        desk::Namespaces,
        id::ActionId,
        text::{EachText, Text},
    },
};

use super::{
    board, debts, flows,
    model::Model,
    prompting::{PromptScreen, Proposed},
    watching,
};

/// The plan of what is proposed, with what was found out for it.
pub fn ready(model: &Model, screen: &PromptScreen, found: Preflight) -> Result<Ready, Refusal> {
    thawed(model, screen)?;
    let draft = &screen.prompt.draft;
    if let (Proposed::Undo(run), Some(refused)) = (&screen.of, &found.refused) {
        // That somebody changed it says more than what can't be done because of that.
        undo::guard(run, &found)?;
        return Err((**refused).clone());
    }
    let by = (desk_mark(model), principal(model)?);
    let plan = match &screen.of {
        Proposed::Undo(run) => {
            stated(model, run)?;
            released(model, run, screen.emergency.is_some())?;
            let mut plan = undo::plan(run, draft, &found, by)?;
            under_policy(model, &mut plan)?;
            plan
        }
        Proposed::Action(id) => on_ground(model, id, |catalogue, item, ground| {
            if let Some(refused) = &found.refused {
                return Err(match plan::guard(item, draft, &found, ground) {
                    Err(no @ Refusal::Guard { .. }) => no,
                    _ => (**refused).clone(),
                });
            }
            plan::plan(catalogue, item, draft, &found, ground)
        })?,
    };
    Ok(Ready {
        plan: Arc::new(plan),
        preflight: found,
    })
}

/// Whether no flow that goes on freezes what is proposed; what would be taken back is frozen like what is done.
fn thawed(model: &Model, screen: &PromptScreen) -> Result<(), Refusal> {
    let id = match &screen.of {
        Proposed::Undo(run) => &run.intent.plan.action,
        Proposed::Action(id) => id,
    };
    let item = model.acts.catalogue.item(id.as_str());
    let frozen = item.and_then(|item| flows::frozen(model, item.spec));
    frozen.map_or(Ok(()), Err)
}

/// Who acts, as the server knows them; nobody acts whom it does not name.
fn principal(model: &Model) -> Result<String, Refusal> {
    let who = model.actor.who().map(|who| who.name.clone());
    who.ok_or_else(|| Refusal::Identity {
        why: "nobody-named".to_owned(),
    })
}

/// The desk as a plan keeps it.
pub fn desk_mark(model: &Model) -> DeskMark {
    let desk = &model.desk;
    DeskMark {
        pack: desk.pack.as_ref().map(ToString::to_string),
        context: desk.context.clone(),
        namespaces: match &desk.namespaces {
            Namespaces::All => Vec::new(),
            Namespaces::Some(names) => names.clone(),
        },
        cluster: model.actor.now.cluster.as_ref().map(ToString::to_string),
        demo: desk.demo.is_some(),
    }
}

/// What the plan rests on beside what is read of the cluster: as it is now.
pub fn with_own(model: &Model, plan: &Plan, mut read: Vec<Fact>) -> Vec<Fact> {
    for fact in &plan.facts {
        if read.iter().any(|known| known.is_about(fact)) {
            continue;
        }
        let now = match fact.name {
            FactName::Cluster => model.actor.now.cluster.as_ref().map(ToString::to_string),
            FactName::Principal => model.actor.who().map(|who| who.name.clone()),
            FactName::Pack => Some(model.pack.digest.clone()),
            FactName::Uid | FactName::Generation | FactName::Field(_) | FactName::Guard => None,
        };
        if let Some(now) = now {
            read.push(Fact::new(
                fact.of.clone(),
                fact.name.clone(),
                Value::text(now),
            ));
        }
    }
    read
}

/// What the guard says on the live model.
pub fn guard(
    model: &Model,
    screen: &PromptScreen,
    ready: &Ready,
) -> Result<Option<GuardVerdict>, Refusal> {
    thawed(model, screen)?;
    let draft = &screen.prompt.draft;
    match &screen.of {
        // That the world is as the run left it is in the facts of the plan; what the pack says beside is judged.
        Proposed::Undo(run) => stated(model, run)
            .and_then(|()| released(model, run, screen.emergency.is_some()))
            .map(|()| ready.plan.guard.clone()),
        Proposed::Action(id) => on_ground(model, id, |catalogue, item, ground| {
            if let Some(refusal) = catalogue.forbidden(item.spec) {
                return Err(refusal);
            }
            plan::guard(item, draft, &ready.preflight, ground)
        }),
    }
}

/// What takes a run back stands under the policy and the pack of now, not under those it was run by.
fn under_policy(model: &Model, plan: &mut Plan) -> Result<(), Refusal> {
    let catalogue = &model.acts.catalogue;
    let policy = catalogue.policy();
    let kinds = plan.steps.iter().map(|step| step.kind.name());
    if let Some(rule) = policy.forbids(&plan.action, kinds) {
        return Err(Refusal::Policy { rule });
    }
    plan.tier = policy.tier_of(&plan.action, plan.tier);
    plan.persons = policy.persons(&plan.action, plan.tier, plan.persons);
    if let Some(item) = catalogue.item(plan.action.as_str()) {
        plan.pack = PackMark {
            id: item.pack.id.to_string(),
            digest: item.pack.digest.clone(),
        };
    }
    Ok(())
}

/// Whether a run may be taken back as its pack states: by the condition it has there now, on what there was before it.
fn stated(model: &Model, run: &Run) -> Result<(), Refusal> {
    let plan = &run.intent.plan;
    let Undo::Stated {
        when: Some(condition),
        ..
    } = &plan.undo
    else {
        return Ok(());
    };
    let saved = undo::saved(run);
    let judged = on_ground(model, &plan.action, |_, item, ground| {
        let around = Around {
            watched: ground.watched,
            env: ground.site.env,
            target: Some(&plan.target),
            params: &plan.params,
            before: &plan.before,
            saved: &saved,
        };
        let judged = item.pack.judge_undo(item.spec, ground.facts, &around);
        judged.map_or_else(
            || {
                Err(Refusal::GuardUnknown {
                    condition: Box::new(condition.clone()),
                    because: None,
                    missing: Vec::new(),
                })
            },
            |judged| verdict(item.spec, judged),
        )
    });
    judged.map(drop)
}

/// Whether a temporary change may be taken back: what it was made for is over, as its pack says. One that failed is not
/// held to that; where it can't be told, an emergency lets it through.
fn released(model: &Model, run: &Run, emergency: bool) -> Result<(), Refusal> {
    if !debts::is_temporary(model, run) || !debts::stands(run) {
        return Ok(());
    }
    let saved = undo::saved(run);
    on_ground(model, &run.intent.plan.action, |_, item, ground| {
        let around = Around {
            env: ground.site.env,
            ..debts::around(model, run, &saved)
        };
        let judged = item.pack.judge_release(item.spec, ground.facts, &around);
        judged.map_or(Ok(()), |judged| match verdict(item.spec, judged) {
            Ok(_) => Ok(()),
            Err(Refusal::GuardUnknown { .. }) if emergency => Ok(()),
            Err(refusal) => Err(unreleased(refusal)),
        })
    })
}

/// Why not is said of the release, not of the action it was made by.
fn unreleased(refusal: Refusal) -> Refusal {
    let because = Some(Text::Each(EachText {
        en: Some("taken back only when what it was made for is over".to_owned()),
        zh: Some("仅当当初的原因已解除时才可恢复".to_owned()),
    }));
    match refusal {
        Refusal::Guard {
            condition, read, ..
        } => Refusal::Guard {
            condition,
            read,
            because,
        },
        Refusal::GuardUnknown {
            condition, missing, ..
        } => Refusal::GuardUnknown {
            condition,
            missing,
            because,
        },
        other => other,
    }
}

/// Asks something about an action of the catalogue, as the world is now.
fn on_ground<T>(
    model: &Model,
    id: &ActionId,
    ask: impl FnOnce(&Catalogue, &Item<'_>, &Ground<'_>) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let catalogue = &model.acts.catalogue;
    let gone = || Refusal::NotFound {
        target: id.to_string(),
    };
    let item = catalogue.item(id.as_str()).ok_or_else(gone)?;
    let (desk, principal) = (desk_mark(model), principal(model)?);
    let facts = board::facts(model);
    let ground = Ground {
        desk: &desk,
        principal: &principal,
        site: site(model, &item),
        facts: &facts,
        watched: model,
    };
    ask(catalogue, &item, &ground)
}

/// How many pods of a target are ready, and how many should be, as the watch has it now.
pub fn readiness(model: &Model, target: &Target) -> Option<(u32, u32)> {
    let Target::Object {
        kind,
        namespace,
        name,
    } = target
    else {
        return None;
    };
    let namespace = namespace.as_deref().or_else(|| watching::namespace(model));
    let mut rows = model.cluster.workloads.iter();
    let row = rows.find(|row| {
        *row.key.kind == *kind.kind
            && *row.key.name == **name
            && Some(&*row.key.namespace) == namespace
    })?;
    Some((row.ready, row.desired))
}

/// Where an action would be done.
pub fn site<'a>(model: &'a Model, item: &Item<'a>) -> Site<'a> {
    Site {
        namespace: watching::namespace(model),
        env: item.pack.environment(),
    }
}

/// The arguments that open the same desk again.
pub fn desk_args(model: &Model) -> Vec<String> {
    let desk = &model.desk;
    let mut args = Vec::new();
    // A desk without a cluster is called as its pack is, which no context of a kubeconfig is meant by.
    let absent = model.pack.desk.no_cluster
        && desk.kubeconfig.is_none()
        && desk.context == model.pack.id.as_str();
    if !absent {
        args.extend(["--context".to_owned(), desk.context.clone()]);
    }
    if let Some(kubeconfig) = &desk.kubeconfig {
        args.extend(["--kubeconfig".to_owned(), kubeconfig.clone()]);
    }
    if let Some(pack) = &desk.pack {
        args.extend(["--pack".to_owned(), pack.to_string()]);
    }
    match &desk.namespaces {
        Namespaces::All => args.push("--all-namespaces".to_owned()),
        Namespaces::Some(names) => {
            for name in names {
                args.extend(["--namespace".to_owned(), name.clone()]);
            }
        }
    }
    args
}
