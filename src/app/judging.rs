//! The two conditions of a run, read on what this watch sees now.

use crate::{
    actions::{catalogue::Item, world::Around},
    domain::action::{plan::Plan, step::Saved},
    pack::Judged,
};

use super::{board, model::Model};

/// How it should be after a run, and whether the world got better, as they read now.
#[derive(Debug, Clone, PartialEq)]
pub struct Judging {
    /// `None` where the action says nothing of it.
    pub verify: Option<Judged>,
    pub helped: Option<Judged>,
}

/// What the conditions of a run are judged in.
fn around<'a>(model: &'a Model, item: Item<'a>, plan: &'a Plan, saved: &'a Saved) -> Around<'a> {
    Around {
        watched: model,
        env: item.pack.environment(),
        target: Some(&plan.target),
        params: &plan.params,
        before: &plan.before,
        saved,
    }
}

/// What a step of a run waits for, as it reads now; `None` where the catalogue does not have it.
pub fn awaiting(model: &Model, plan: &Plan, step: usize, saved: &Saved) -> Option<Judged> {
    let item = model.acts.catalogue.item(plan.action.as_str())?;
    let around = around(model, item, plan, saved);
    let facts = board::facts(model);
    item.pack.judge_until(item.spec, step, &facts, &around)
}

/// `None` where the catalogue does not have the action of this plan.
pub fn judging(model: &Model, plan: &Plan, saved: &Saved) -> Option<Judging> {
    let item = model.acts.catalogue.item(plan.action.as_str())?;
    let around = around(model, item, plan, saved);
    let facts = board::facts(model);
    Some(Judging {
        verify: item.pack.judge_verify(item.spec, &facts, &around),
        helped: item.pack.judge_helped(item.spec, &facts, &around),
    })
}
