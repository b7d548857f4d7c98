//! Temporary changes that stand: who made them, since when, and whether they may be taken back.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};

use crate::{
    actions::{undo, world::Around},
    domain::{
        action::{
            deed::Deed,
            record::{Run, RunState},
            step::Saved,
            verdict::Verdict,
        },
        id::RunId,
    },
    pack::{ActionSpec, Truth},
};

use super::{board, model::Model};

/// A temporary change that stands.
#[derive(Debug, Clone)]
pub struct Debt {
    pub run: Arc<Run>,
    pub since: Timestamp,
    /// Whether the change was made, or only may have been: the run failed when it had begun to act.
    pub is_sure: bool,
    pub release: Release,
    /// When it should have been taken back at the latest.
    pub expires: Option<Timestamp>,
}

/// Whether a temporary change may be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    /// Its rule holds, or it has none.
    Free,
    /// Not yet; how many good windows in a row there are of how many, where windows count.
    NotYet(Option<(u32, u32)>),
    /// What its rule asks for is not known.
    Unknown,
}

impl Debt {
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|at| at <= now)
    }
}

/// All that stand, the oldest first.
pub fn debts(model: &Model) -> Vec<Debt> {
    let mut debts: Vec<Debt> = model
        .acts
        .runs
        .iter()
        // The ledger holds the runs of all desks, and names are alike.
        .filter(|run| model.is_here(run) && is_temporary(model, run))
        .filter(|run| may_stand(run) && !is_taken_back(model, run))
        .filter_map(|run| debt(model, run))
        .collect();
    debts.sort_by_key(|debt| debt.since);
    debts
}

/// Where the selected one stands; the first where it is gone or none was chosen.
pub fn place(debts: &[Debt], selected: Option<&RunId>) -> usize {
    let found = selected.and_then(|id| debts.iter().position(|debt| debt.run.id == *id));
    found.unwrap_or(0)
}

fn debt(model: &Model, run: &Arc<Run>) -> Option<Debt> {
    let spec = spec(model, run)?;
    let temporary = spec.temporary.as_ref()?;
    let since = run.ended_at.unwrap_or(run.asked_at);
    let expires = temporary.expires.and_then(|time| after(since, time));
    Some(Debt {
        is_sure: stands(run),
        release: release(model, run),
        run: Arc::clone(run),
        since,
        expires,
    })
}

fn after(at: Timestamp, time: Duration) -> Option<Timestamp> {
    at.checked_add(SignedDuration::try_from(time).ok()?).ok()
}

/// The action of a run as the pack has it now.
fn spec<'a>(model: &'a Model, run: &Run) -> Option<&'a ActionSpec> {
    let item = model.acts.catalogue.item(run.intent.plan.action.as_str())?;
    Some(item.spec)
}

/// Whether what it changed is to be taken back one day; what takes something back is no debt.
pub(in crate::app) fn is_temporary(model: &Model, run: &Run) -> bool {
    run.intent.undo_of.is_none() && spec(model, run).is_some_and(|spec| spec.temporary.is_some())
}

/// Whether the change was made, as far as that is known.
pub(in crate::app) fn stands(run: &Run) -> bool {
    run.intent.undo_of.is_none()
        && matches!(
            &run.state,
            RunState::Ended(end) if matches!(
                end.verdict,
                Verdict::Verified | Verdict::Done | Verdict::NotHelped | Verdict::Unverified
            )
        )
}

/// Whether the world may be as it left it. What failed on its way may have thrown the switch before.
fn may_stand(run: &Run) -> bool {
    stands(run) || (run.intent.undo_of.is_none() && matches!(run.deed(), Deed::Until(_)))
}

fn is_taken_back(model: &Model, run: &Run) -> bool {
    let well = |other: &Arc<Run>| {
        matches!(
            &other.state,
            RunState::Ended(end) if matches!(end.verdict, Verdict::Verified | Verdict::Done)
        )
    };
    let runs = &model.acts.runs;
    let undone = |id: &RunId| {
        let mut runs = runs.iter();
        runs.any(|other| other.intent.undo_of.as_ref() == Some(id) && well(other))
    };
    // The same switch thrown again later is one debt, the later one's. With that one taken back the switch is where this
    // run left it.
    let again = |other: &Arc<Run>| {
        let (plan, of) = (&other.intent.plan, &run.intent.plan);
        other.asked_at > run.asked_at
            && plan.action == of.action
            && plan.target == of.target
            && plan.desk.is_same_world(&of.desk)
            && stands(other)
            && !undone(&other.id)
    };
    undone(&run.id) || runs.iter().any(again)
}

fn release(model: &Model, run: &Run) -> Release {
    let saved = undo::saved(run);
    let Some(item) = model.acts.catalogue.item(run.intent.plan.action.as_str()) else {
        return Release::Unknown;
    };
    let around = Around {
        env: item.pack.environment(),
        ..around(model, run, &saved)
    };
    let facts = board::facts(model);
    let Some(judged) = item.pack.judge_release(item.spec, &facts, &around) else {
        return Release::Free;
    };
    match judged.truth {
        Truth::True => Release::Free,
        Truth::False => Release::NotYet(item.pack.windows_to_release(item.spec, &facts, &around)),
        Truth::Unknown => Release::Unknown,
    }
}

/// What the rule of a release is judged on.
pub(in crate::app) fn around<'a>(model: &'a Model, run: &'a Run, saved: &'a Saved) -> Around<'a> {
    let plan = &run.intent.plan;
    Around {
        watched: model,
        env: None,
        target: Some(&plan.target),
        params: &plan.params,
        before: &plan.before,
        saved,
    }
}
