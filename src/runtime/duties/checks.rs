//! Checks that ask nobody: which are due, what is read for them, what they come to.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::{
    app::{
        model::Model,
        reminding,
        routine::{self, DueOf},
    },
    domain::{
        action::{preflight::Draft, refusal::Refusal, value::Values},
        calendar::Slot,
        id::{CheckId, ChecklistId},
        logbook::{CheckNoted, duty::DutyOf},
    },
    runtime::acts::Means,
};

/// After how long a check that could not be told is tried once more.
const AGAIN: [SignedDuration; 2] = [SignedDuration::from_mins(2), SignedDuration::from_mins(8)];
/// The longest everything may take that a check reads.
const LONGEST: Duration = Duration::from_secs(90);

/// A check that is run by itself for one of its times.
#[derive(Debug, Clone)]
pub struct ToRun {
    pub key: String,
    pub check: CheckId,
    pub list: Option<ChecklistId>,
    pub slot: Timestamp,
    until: Option<Timestamp>,
}

/// Checks that are due now, ask nobody, and were not tried often enough.
pub fn due(model: &Model) -> Vec<ToRun> {
    let mut found = Vec::new();
    for row in model.routine.iter().filter(|row| row.is_open()) {
        let Some(slot) = row.slot else { continue };
        match &row.of {
            DueOf::Check(check) => found.extend(to_run(model, check, None, slot)),
            DueOf::List(list) => {
                let left = routine::left(model, list, Some(slot));
                let runs = left
                    .iter()
                    .filter_map(|it| to_run(model, it, Some(list), slot));
                found.extend(runs);
            }
            // A person hands over.
            DueOf::Handover => {}
        }
    }
    found
}

fn to_run(model: &Model, check: &CheckId, list: Option<&ChecklistId>, slot: Slot) -> Option<ToRun> {
    let spec = model.pack.check(check)?;
    if spec.is_asked() {
        return None;
    }
    let name = reminding::name(check, list);
    let key = |number: usize| format!("check {name} {} {number}", slot.at);
    let begun = |number| model.logbook.duties.get(&key(number));
    let mut number = 1;
    while let Some(log) = begun(number) {
        let wait = AGAIN.get(number - 1)?;
        if log.at.checked_add(*wait).is_ok_and(|at| at > model.clocked) {
            return None;
        }
        number += 1;
    }
    Some(ToRun {
        key: key(number),
        check: check.clone(),
        list: list.cloned(),
        slot: slot.at,
        until: slot.until,
    })
}

impl ToRun {
    pub fn name(&self) -> String {
        reminding::name(&self.check, self.list.as_ref())
    }

    /// What is written down as begun.
    pub fn of(&self) -> DutyOf {
        DutyOf::Check {
            check: self.check.clone(),
            checklist: self.list.clone(),
            slot: self.slot,
        }
    }

    /// What is to be read first; `None` where nothing.
    pub fn draft(&self, model: &Model) -> Option<Result<Draft, Refusal>> {
        routine::reading(model, &self.check)
    }

    /// What it comes to on what is known now.
    pub fn judged(&self, model: &Model, read: Result<Values, Refusal>) -> Option<CheckNoted> {
        let slot = Slot {
            at: self.slot,
            until: self.until,
        };
        routine::look(model, &self.check, self.list.as_ref(), Some(slot), read)
    }
}

/// Reads what a check rests on; nothing is done.
pub async fn read(means: &Means, draft: Option<Result<Draft, Refusal>>) -> Result<Values, Refusal> {
    let Some(draft) = draft else {
        return routine::NOTHING;
    };
    let draft = draft?;
    let looked = tokio::time::timeout(LONGEST, means.look(&draft)).await;
    let late = || Refusal::Unreadable {
        what: draft.target.to_string(),
        why: format!("no answer within {} s", LONGEST.as_secs()),
    };
    looked
        .unwrap_or_else(|_| Err(late()))
        .map(|found| found.before)
}
