//! Who is on a target already.

use crate::domain::action::{plan::Plan, record::Run, refusal::Refusal, tier::Tier};

/// Why a plan has to wait for these runs, where one of them is on its target.
pub fn in_the_way<'a>(runs: impl IntoIterator<Item = &'a Run>, plan: &Plan) -> Option<Refusal> {
    // What only reads is in nobody's way, and nobody in its.
    if plan.tier == Tier::T0 {
        return None;
    }
    let on_it = |run: &&Run| {
        let other = &run.intent.plan;
        other.tier > Tier::T0
            && run.blocks()
            && other.target == plan.target
            && other.desk.is_same_world(&plan.desk)
    };
    let run = runs.into_iter().find(on_it)?;
    let id = run.id.to_string();
    Some(if run.is_over() {
        Refusal::Unsettled { run: id }
    } else {
        Refusal::Busy {
            who: who(run),
            run: Some(id),
            since: Some(run.asked_at),
        }
    })
}

/// Who does a run, as others are told.
pub fn who(run: &Run) -> String {
    run.actor.shown()
}
