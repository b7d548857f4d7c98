//! From calendars and the logbook to what is due.

use std::{cmp::Reverse, sync::Arc};

use jiff::{SignedDuration, Timestamp};

use super::{DueOf, DueRow, Stand};
use crate::{
    actions::world::Around,
    app::{board, logbook::log_desk, model::Model},
    domain::{
        action::{deed::Deed, step::Saved, value::Values},
        calendar::{Calendar, Happening, Roster, Slot},
        id::{ActionId, CheckId, ChecklistId},
        logbook::{CheckResult, Outcome},
    },
    pack::{CheckFound, CheckSpec, Pack},
};

/// How far back each slot counts: two shifts, or two days' halves where there are none.
const BACK: SignedDuration = SignedDuration::from_hours(24);
/// How far back the last slot of what is rare is looked for.
const RARE: [i64; 3] = [8, 40, 100];

/// Everything of the desk's routine as it stands now: what waits first, then missed, next, done and free.
pub fn plan(model: &Model) -> Vec<DueRow> {
    let pack = Arc::clone(&model.pack);
    if pack.checks().is_empty() && pack.handover().is_none() {
        return Vec::new();
    }
    let happened = happenings(model);
    let planner = Planner {
        model,
        pack: &pack,
        roster: Roster {
            happened: &happened,
            ..pack.roster()
        },
        now: model.now.wall,
        written: first_written(model),
    };
    let mut rows = Vec::new();
    for list in pack.checklists() {
        planner.rows_of(&DueOf::List(list.id.clone()), &list.due, true, &mut rows);
    }
    for check in pack.checks() {
        let listed = pack.checklists().iter();
        let alone = !listed
            .into_iter()
            .any(|list| list.items.contains(&check.id));
        planner.rows_of(
            &DueOf::Check(check.id.clone()),
            &check.due,
            alone,
            &mut rows,
        );
    }
    if let Some(handover) = pack.handover() {
        planner.rows_of(&DueOf::Handover, &handover.due, false, &mut rows);
    }
    rows.sort_by_key(|row| {
        let at = row.at().unwrap_or(Timestamp::MAX);
        let order = match row.stand {
            Stand::Done(_) => (None, Some(Reverse(at))),
            _ => (Some(at), None),
        };
        (row.stand.rank(), order)
    });
    rows
}

/// When somebody first wrote something down at this desk: what was due before is not said to be missed.
fn first_written(model: &Model) -> Option<Timestamp> {
    let desk = log_desk(&model.pack, &model.desk);
    let mut log = model.acts.log.iter();
    log.find(|line| line.entry.desk == desk).map(|line| line.at)
}

/// The runs of this desk that calendars may ask for.
fn happenings(model: &Model) -> Vec<Happening> {
    let runs = model.acts.runs.iter();
    let here = runs.filter(|run| run.intent.undo_of.is_none() && model.is_here(run));
    here.filter(|run| run.deed() != Deed::None)
        .map(|run| Happening {
            action: run.intent.plan.action.clone(),
            began: run.asked_at,
            ended: run.ended_at,
        })
        .collect()
}

struct Planner<'a> {
    model: &'a Model,
    pack: &'a Pack,
    roster: Roster<'a>,
    now: Timestamp,
    written: Option<Timestamp>,
}

impl Planner<'_> {
    /// The rows of one thing; one that is due at no time is there for whoever wants it, if it is `alone`.
    fn rows_of(&self, of: &DueOf, due: &Calendar, alone: bool, rows: &mut Vec<DueRow>) {
        let row = |slot: Option<Slot>, stand| DueRow {
            of: of.clone(),
            slot,
            stand,
        };
        let (mut missed, mut last) = (0, None);
        for slot in self.past(due) {
            if let Some(outcome) = self.outcome(of, slot) {
                rows.push(row(Some(slot), Stand::Done(outcome)));
            } else if slot.until.is_none_or(|until| self.now < until) {
                if slot.at >= self.since_shift() {
                    rows.push(row(Some(slot), Stand::Open));
                }
            } else if self.written.is_some_and(|written| slot.at >= written) {
                missed += 1;
                last = Some(slot);
            }
        }
        if missed > 0 {
            rows.push(row(last, Stand::Missed { times: missed }));
        }
        if let Some(next) = due.next(self.now, &self.roster) {
            rows.push(row(Some(next), Stand::Next));
        } else if alone || !due.rules.is_empty() {
            rows.push(row(None, Stand::Free));
        }
    }

    /// Slots of the last two shifts; of what is rarer, its last one.
    fn past(&self, due: &Calendar) -> Vec<Slot> {
        let back = |span: SignedDuration| self.now.checked_sub(span).unwrap_or(Timestamp::MIN);
        let end = self
            .now
            .checked_add(SignedDuration::from_nanos(1))
            .unwrap_or(self.now);
        let slots = due.between(back(BACK), end, &self.roster);
        if !slots.is_empty() || due.rules.is_empty() {
            return slots;
        }
        let mut older = RARE.into_iter().filter_map(|days| {
            let span = SignedDuration::from_hours(24 * days);
            due.between(back(span), end, &self.roster).pop()
        });
        older.next().into_iter().collect()
    }

    /// What is open counts from here on: from when somebody wrote here first, in any case since the shift began.
    fn since_shift(&self) -> Timestamp {
        let shift = self.pack.shift_at(self.now).map(|shift| shift.from);
        let shift = shift.unwrap_or_else(|| self.now.checked_sub(BACK).unwrap_or(self.now));
        self.written.map_or(shift, |written| written.min(shift))
    }

    /// What came of it for a slot, where all of it is settled.
    fn outcome(&self, of: &DueOf, slot: Slot) -> Option<Outcome> {
        let settled = |check: &CheckId, list: Option<&ChecklistId>| {
            let outcome = answer(self.model, check, list, Some(slot))?.noted.outcome;
            outcome.settles().then_some(outcome)
        };
        match of {
            DueOf::Check(check) => settled(check, None),
            DueOf::List(id) => {
                let list = self.pack.checklist(id)?;
                let items = list.items.iter();
                let all: Option<Vec<Outcome>> =
                    items.map(|check| settled(check, Some(id))).collect();
                all?.into_iter().max_by_key(|outcome| outcome.gravity())
            }
            // A slot is the end of the shift that is handed over.
            DueOf::Handover => {
                let mut all = self.model.logbook.handovers.all();
                let taken = all.any(|it| it.shift.to == slot.at && it.is_taken());
                taken.then_some(Outcome::Passed)
            }
        }
    }
}

/// The result of a check for one of its times; without one, its last.
pub fn answer<'a>(
    model: &'a Model,
    check: &CheckId,
    list: Option<&ChecklistId>,
    slot: Option<Slot>,
) -> Option<&'a CheckResult> {
    let book = &model.logbook.checks;
    let Some(slot) = slot else {
        return book.last(check);
    };
    book.for_slot(check, list, slot.at).or_else(|| {
        // What was done for no time of its own counts for one that only an event made.
        let rules = &model.pack.check(check)?.due;
        let until = slot.until.filter(|_| !rules.is_scheduled())?;
        book.between(check, list, (slot.at, until))
    })
}

/// Whether a time of a check has come, or went by, since it was last done.
pub fn is_late(model: &Model, check: &CheckId) -> bool {
    let done = model.logbook.checks.last(check).map(|last| last.at);
    let of_check = |row: &&DueRow| match &row.of {
        DueOf::Check(id) => id == check,
        DueOf::List(id) => {
            let list = model.pack.checklist(id);
            list.is_some_and(|list| list.items.contains(check))
        }
        DueOf::Handover => false,
    };
    let waits = |row: &DueRow| {
        if !matches!(row.stand, Stand::Open | Stand::Missed { .. }) {
            return false;
        }
        let list = match &row.of {
            DueOf::Check(_) | DueOf::Handover => None,
            DueOf::List(id) => Some(id),
        };
        // One that was missed before is made up for by one that was done.
        if row.at() <= done {
            return false;
        }
        let result = answer(model, check, list, row.slot);
        !result.is_some_and(|result| result.noted.outcome.settles())
    };
    model.routine.iter().filter(of_check).any(waits)
}

/// What the world and what was read for it say of a check now; `None` where a person is asked.
pub fn found(model: &Model, check: &CheckSpec, before: &Values) -> Option<CheckFound> {
    let nothing = Values::new();
    let around = Around {
        watched: model,
        env: model.pack.environment(),
        target: None,
        params: &nothing,
        before,
        saved: &Saved::default(),
    };
    let facts = board::facts(model);
    model.pack.judge_check(check, &facts, &around)
}

/// What may be done about a check, where its result asks for it.
pub fn proposals(model: &Model, check: &CheckId, outcome: Outcome) -> Vec<ActionId> {
    if !matches!(outcome, Outcome::Failed | Outcome::Warned) {
        return Vec::new();
    }
    let spec = model.pack.check(check);
    spec.map(|spec| spec.proposes.clone()).unwrap_or_default()
}
