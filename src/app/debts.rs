//! Temporary changes that stand: who made them, since when, and whether they may be taken back.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};

use crate::{
    actions::{
        left::{self, Changed},
        undo,
        world::Around,
    },
    domain::{
        action::{
            deed::Deed,
            record::{Run, RunState},
            step::Saved,
            value::Value,
            verdict::Verdict,
        },
        clean::clean,
        id::RunId,
        logbook::{SwitchNoted, switch::Saw},
        question::RequestId,
    },
    pack::{ActionSpec, Truth},
};

use super::{board, model::Model};

/// How much of a value is told.
const DETAIL: usize = 120;

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
    /// What somebody else changed of it since, as it was last looked at.
    pub changed: Vec<Changed>,
}

/// The last look at what a temporary change left.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Looked {
    /// When it was last asked for, on the monotonic clock.
    pub asked: Duration,
    /// The question that waits for its answer.
    pub waits: Option<RequestId>,
    /// What is not as it was left; nothing is said of what could not be read.
    pub changed: Vec<Changed>,
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

/// All that stand here, the oldest first, judged now. Screens show what was worked out last: `model.debts`.
pub fn debts(model: &Model) -> Vec<Debt> {
    let mut debts: Vec<Debt> = model
        .acts
        .runs
        .iter()
        .filter(|run| is_debt(model, run))
        .filter_map(|run| debt(model, run))
        .collect();
    debts.sort_by_key(|debt| debt.since);
    debts
}

fn is_debt(model: &Model, run: &Run) -> bool {
    // The ledger holds the runs of all desks, and names are alike.
    is_temporary(model, run) && may_stand(run) && model.is_here(run) && !is_taken_back(model, run)
}

/// Where the selected one stands; the first where it is gone or none was chosen.
pub fn place(debts: &[Debt], selected: Option<&RunId>) -> usize {
    let found = selected.and_then(|id| debts.iter().position(|debt| debt.run.id == *id));
    found.unwrap_or(0)
}

fn debt(model: &Model, run: &Arc<Run>) -> Option<Debt> {
    let spec = spec(model, run)?;
    let temporary = spec.temporary.as_ref()?;
    // What was switched stands from then on, however long it is looked whether it helped.
    let since = run.acted_at().or(run.ended_at).unwrap_or(run.asked_at);
    let expires = temporary.expires.and_then(|time| after(since, time));
    let looked = model.looked.get(&run.id);
    Some(Debt {
        is_sure: stands(run),
        changed: looked.map_or_else(Vec::new, |looked| looked.changed.clone()),
        release: release(model, run),
        run: Arc::clone(run),
        since,
        expires,
    })
}

pub(in crate::app) fn after(at: Timestamp, time: Duration) -> Option<Timestamp> {
    at.checked_add(SignedDuration::try_from(time).ok()?).ok()
}

/// The action of a run as the pack has it now.
pub(in crate::app) fn spec<'a>(model: &'a Model, run: &Run) -> Option<&'a ActionSpec> {
    let item = model.acts.catalogue.item(run.intent.plan.action.as_str())?;
    Some(item.spec)
}

/// Whether what it changed is to be taken back one day; what takes something back is no debt.
pub(in crate::app) fn is_temporary(model: &Model, run: &Run) -> bool {
    run.intent.undo_of.is_none() && spec(model, run).is_some_and(|spec| spec.temporary.is_some())
}

/// Whether the change was made, as far as that is known.
pub(in crate::app) fn stands(run: &Run) -> bool {
    let acted = match &run.state {
        RunState::Intended | RunState::Running { .. } => false,
        RunState::Verifying => true,
        RunState::Ended(end) => matches!(
            end.verdict,
            Verdict::Verified | Verdict::Done | Verdict::NotHelped | Verdict::Unverified
        ),
    };
    run.intent.undo_of.is_none() && acted
}

/// Whether the world may be as it left it. What failed on its way may have thrown the switch before.
pub(in crate::app) fn may_stand(run: &Run) -> bool {
    stands(run) || (run.intent.undo_of.is_none() && matches!(run.deed(), Deed::Until(_)))
}

pub(in crate::app) fn is_taken_back(model: &Model, run: &Run) -> bool {
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

/// Whether it may be taken back now.
pub fn release(model: &Model, run: &Run) -> Release {
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

/// Whether what a run was made for is still so: its release rule does not hold yet, or what it asked for still holds;
/// `None` where it has neither.
pub(in crate::app) fn reason(model: &Model, run: &Run) -> Option<Truth> {
    let saved = undo::saved(run);
    let item = model.acts.catalogue.item(run.intent.plan.action.as_str())?;
    let around = Around {
        env: item.pack.environment(),
        ..around(model, run, &saved)
    };
    let facts = board::facts(model);
    if let Some(released) = item.pack.judge_release(item.spec, &facts, &around) {
        return Some(match released.truth {
            Truth::True => Truth::False,
            Truth::False => Truth::True,
            Truth::Unknown => Truth::Unknown,
        });
    }
    let guard = item.pack.judge_guard(item.spec, &facts, &around)?;
    Some(guard.truth)
}

/// Whether it can't be told if a temporary change that stands may be taken back.
pub(in crate::app) fn is_unruled(model: &Model, run: &Run) -> bool {
    is_temporary(model, run) && stands(run) && release(model, run) == Release::Unknown
}

/// Whether what it left is being read still: what its ledger says of that may be from before it took effect.
fn is_read_again(run: &Run) -> bool {
    let mut steps = run.intent.plan.steps.iter();
    matches!(run.state, RunState::Verifying) && steps.any(|step| step.again.is_some())
}

/// What is to be looked at again of those that stand: so often, each by itself.
pub fn to_look_at(model: &Model, every: Duration) -> Vec<Arc<Run>> {
    let is_due = |debt: &&Debt| {
        let looked = model.looked.get(&debt.run.id);
        looked.is_none_or(|looked| {
            // A question whose answer got lost is asked again.
            model.now.mono.saturating_sub(looked.asked) >= every
        })
    };
    let due = model.debts.iter().filter(is_due);
    due.filter(|debt| !is_read_again(&debt.run) && left::look(&debt.run).is_some())
        .map(|debt| Arc::clone(&debt.run))
        .collect()
}

/// What is to be seen now of those that stand: whose time is over, and what others changed.
pub fn sightings(model: &Model) -> Vec<SwitchNoted> {
    let mut found = Vec::new();
    for debt in &*model.debts {
        let plan = &debt.run.intent.plan;
        let (id, title) = (&debt.run.id, &plan.title);
        let noted = |saw| SwitchNoted::new(id.clone(), title.clone(), plan.target.to_string(), saw);
        let due = debt.expires.filter(|_| debt.is_overdue(model.clocked));
        found.extend(due.map(|due| noted(Saw::Overdue { due })));
        found.extend(debt.changed.iter().map(|changed| {
            noted(Saw::Changed {
                field: changed.field.clone(),
                now: shortened(&changed.now),
            })
        }));
    }
    found
}

/// A value in one line, as much of it as is told.
pub(in crate::app) fn shortened(value: &Value) -> String {
    clean(&value.to_string()).chars().take(DETAIL).collect()
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
