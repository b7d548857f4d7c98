//! What is to be looked at of a list, and what a look comes to.

use super::{DueOf, answer, found};
use crate::{
    actions::draft::{self, Site},
    app::{model::Model, watching::namespace},
    domain::{
        action::{preflight::Draft, refusal::Refusal, value::Values},
        calendar::Slot,
        id::{CheckId, ChecklistId},
        logbook::CheckNoted,
    },
};

/// The time something is due for now.
pub fn open_slot(model: &Model, of: &DueOf) -> Option<Slot> {
    let mut rows = model.routine.iter();
    rows.find(|row| row.of == *of && row.is_open())?.slot
}

/// What a check has to read before it can be judged; `None` where nothing.
pub fn reading(model: &Model, check: &CheckId) -> Option<Result<Draft, Refusal>> {
    let spec = model
        .pack
        .check(check)
        .filter(|spec| !spec.reads.is_empty())?;
    Some(draft::reading(
        spec,
        &model.pack.id,
        Site {
            namespace: namespace(model),
            env: model.pack.environment(),
        },
    ))
}

/// What was read for a check that reads nothing.
pub const NOTHING: Result<Values, Refusal> = Ok(Values::new());

/// Judges a check by what is known now and what was read for it; `None` where a person is asked.
pub fn look(
    model: &Model,
    check: &CheckId,
    list: Option<&ChecklistId>,
    slot: Option<Slot>,
    read: Result<Values, Refusal>,
) -> Option<CheckNoted> {
    let (before, unread) = match read {
        Ok(before) => (before, None),
        Err(refusal) => (Values::new(), Some(refusal)),
    };
    let found = found(model, model.pack.check(check)?, &before)?;
    Some(CheckNoted {
        check: check.clone(),
        checklist: list.cloned(),
        slot: slot.map(|slot| slot.at),
        outcome: found.outcome,
        says: Some(found.says),
        unread,
        evidence: None,
    })
}

/// The checks of a list that nothing settles yet; for no time of its own, all.
pub fn left(model: &Model, list: &ChecklistId, slot: Option<Slot>) -> Vec<CheckId> {
    let Some(spec) = model.pack.checklist(list) else {
        return Vec::new();
    };
    let is_left = |check: &&CheckId| {
        let Some(slot) = slot else { return true };
        let result = answer(model, check, Some(list), Some(slot));
        !result.is_some_and(|result| result.noted.outcome.settles())
    };
    spec.items.iter().filter(is_left).cloned().collect()
}
