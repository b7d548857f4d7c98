//! What somebody should be reminded of now, out of what is watched and what was written down.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{
    debts,
    incidents::{self, DueWhat},
    model::{AlertLine, Model},
    routine::{DueOf, DueRow, Stand, left},
    silences,
    triaging::{Care, care},
};
use crate::{
    domain::{
        action::record::Run,
        clean::clean,
        id::{CheckId, ChecklistId, RunId},
        logbook::{Outcome, duty::DutyOf},
        reminder::{Reminder, ReminderKind},
        text::Text,
    },
    pack::{CheckSpec, Truth},
};

/// How long a check that asks nobody may stay open: by then it was tried.
const TRIED: SignedDuration = SignedDuration::from_mins(10);
/// How long ago a check was red that is still worth a word.
const RECENT: SignedDuration = SignedDuration::from_hours(24);
/// The least time before the end of a response clock at which it is nearly over.
const LEAST: SignedDuration = SignedDuration::from_mins(1);

/// How much of a value is told.
const DETAIL: usize = 120;

/// Works out what is to be reminded of, and keeps what can't be read from the model alone.
#[derive(Debug, Clone, Default)]
pub struct Reminding {
    /// Since when what a run was made for is no longer so.
    recovered: BTreeMap<RunId, Timestamp>,
}

impl Reminding {
    /// Everything that is to be reminded of as it stands now; what was reminded of before is among it.
    pub fn due(&mut self, model: &Model) -> Vec<Reminder> {
        let mut all: Vec<Reminder> = model
            .routine
            .iter()
            .filter_map(|row| of_routine(model, row))
            .collect();
        all.extend(failed(model));
        all.extend(of_incidents(model));
        all.extend(of_switches(model));
        all.extend(self.of_runs(model));
        all.extend(silences::ending(model).map(|line| Reminder {
            kind: ReminderKind::SilenceEnding,
            subject: line.silence.id.clone(),
            title: Text::Same(clean(&line.silence.shown()).into_owned()),
            detail: None,
            at: line.silence.ends_at,
        }));
        all.extend(responding(model));
        all
    }

    /// What packs say is to be remembered after their actions.
    fn of_runs(&mut self, model: &Model) -> Vec<Reminder> {
        let runs = &model.acts.runs;
        self.recovered
            .retain(|id, _| runs.iter().any(|run| run.id == *id));
        let mut found = Vec::new();
        for run in runs {
            if !debts::may_stand(run) || !model.is_here(run) || debts::is_taken_back(model, run) {
                continue;
            }
            let Some(remind) = debts::spec(model, run).and_then(|spec| spec.remind.as_ref()) else {
                continue;
            };
            let ended = run.ended_at.unwrap_or(run.asked_at);
            let since = if remind.since_recovered {
                match self.recovery(model, run) {
                    Some(since) => since,
                    None => continue,
                }
            } else {
                ended
            };
            if debts::after(since, remind.after).is_some_and(|at| at <= model.clocked) {
                found.push(Reminder {
                    kind: ReminderKind::SwitchRemind,
                    subject: run.id.to_string(),
                    title: remind.say.clone(),
                    detail: None,
                    // Whenever the world became well again: it is the same reminder.
                    at: ended,
                });
            }
        }
        found
    }

    /// Since when the reason for a run is gone, as far as this was seen.
    fn recovery(&mut self, model: &Model, run: &Run) -> Option<Timestamp> {
        match debts::reason(model, run) {
            Some(Truth::False) => {
                let since = self.recovered.entry(run.id.clone());
                Some(*since.or_insert(model.clocked))
            }
            Some(Truth::True) => {
                self.recovered.remove(&run.id);
                None
            }
            // What is not known neither begins nor ends a recovery.
            Some(Truth::Unknown) => self.recovered.get(&run.id).copied(),
            // An action that asks for no reason has none that could go.
            None => Some(run.ended_at.unwrap_or(run.asked_at)),
        }
    }
}

/// What the routine asks a person for, and what nobody did.
fn of_routine(model: &Model, row: &DueRow) -> Option<Reminder> {
    let slot = row.slot?;
    let kind = match row.stand {
        Stand::Open | Stand::Missed { .. } if row.of == DueOf::Handover => {
            ReminderKind::HandoverDue
        }
        Stand::Open if asks(model, row) => ReminderKind::CheckDue,
        Stand::Open
            if slot
                .at
                .checked_add(TRIED)
                .is_ok_and(|at| at <= model.now.wall) =>
        {
            ReminderKind::CheckDue
        }
        Stand::Missed { .. } => ReminderKind::CheckMissed,
        _ => return None,
    };
    let (subject, title) = match &row.of {
        DueOf::Handover => ("handover".to_owned(), model.pack.title.clone()),
        DueOf::Check(id) => (id.to_string(), model.pack.check(id)?.title.clone()),
        DueOf::List(id) => (id.to_string(), model.pack.checklist(id)?.title.clone()),
    };
    Some(Reminder {
        kind,
        subject,
        title,
        detail: None,
        at: slot.at,
    })
}

/// Whether an open row waits for a person.
fn asks(model: &Model, row: &DueRow) -> bool {
    let asked = |check: &CheckId| model.pack.check(check).is_some_and(CheckSpec::is_asked);
    match &row.of {
        DueOf::Handover => true,
        DueOf::Check(check) => asked(check),
        DueOf::List(list) => left(model, list, row.slot).iter().any(asked),
    }
}

/// Checks that were run by themselves and are red.
fn failed(model: &Model) -> Vec<Reminder> {
    let mut found: BTreeMap<(String, Timestamp), Reminder> = BTreeMap::new();
    for (_, log) in model.logbook.duties.all() {
        let DutyOf::Check {
            check,
            checklist,
            slot,
        } = &log.of
        else {
            continue;
        };
        let recent = slot
            .checked_add(RECENT)
            .is_ok_and(|at| at >= model.now.wall);
        let book = &model.logbook.checks;
        let result = book.for_slot(check, checklist.as_ref(), *slot);
        let red = result.is_some_and(|result| result.noted.outcome == Outcome::Failed);
        let Some(spec) = model.pack.check(check).filter(|_| recent && red) else {
            continue;
        };
        let subject = name(check, checklist.as_ref());
        let reminder = Reminder {
            kind: ReminderKind::CheckFailed,
            subject: subject.clone(),
            title: spec.title.clone(),
            detail: None,
            at: *slot,
        };
        found.insert((subject, *slot), reminder);
    }
    found.into_values().collect()
}

/// A check as commands take it: `backups/wal`.
pub fn name(check: &CheckId, list: Option<&ChecklistId>) -> String {
    match list {
        Some(list) => format!("{list}/{check}"),
        None => check.to_string(),
    }
}

/// What incidents ask for by a time that has come.
fn of_incidents(model: &Model) -> Vec<Reminder> {
    let all = model.logbook.incidents.all().iter();
    let due = all.flat_map(|incident| {
        let due = incidents::due(model, incident).into_iter();
        due.filter(|due| due.is_overdue(model.clocked))
            .filter_map(|due| {
                let detail = match due.what {
                    DueWhat::Restore => "restore".to_owned(),
                    DueWhat::Impact => "impact".to_owned(),
                    DueWhat::Update => "update".to_owned(),
                    DueWhat::Watch(id) => format!("watch-{id}"),
                    DueWhat::Review => "review".to_owned(),
                    DueWhat::Role { .. } => return None,
                };
                Some(Reminder {
                    kind: ReminderKind::IncidentDue,
                    subject: incident.number.clone(),
                    title: Text::Same(clean(&incident.title).into_owned()),
                    detail: Some(detail),
                    at: due.at?,
                })
            })
    });
    due.collect()
}

/// Temporary changes that should have been taken back, or that others changed.
fn of_switches(model: &Model) -> Vec<Reminder> {
    let mut found = Vec::new();
    for debt in &*model.debts {
        let reminder = |kind, detail, at| Reminder {
            kind,
            subject: debt.run.id.to_string(),
            title: debt.run.intent.plan.title.clone(),
            detail,
            at,
        };
        let overdue = debt.expires.filter(|at| *at <= model.clocked);
        found.extend(overdue.map(|at| reminder(ReminderKind::SwitchOverdue, None, at)));
        if let Some(changed) = debt.changed.first() {
            // Changed once more to something else is news.
            let detail = format!("{} = {}", changed.field, changed.now);
            let detail = clean(&detail).chars().take(DETAIL).collect();
            found.push(reminder(
                ReminderKind::SwitchChanged,
                Some(detail),
                debt.since,
            ));
        }
    }
    found
}

/// Alerts nobody has seen and whose time to respond is nearly over: of those of one name, the first.
fn responding(model: &Model) -> Vec<Reminder> {
    let mut first: BTreeMap<&str, (Timestamp, &AlertLine)> = BTreeMap::new();
    for line in model.alerts.alerts.values() {
        let Some(Care::Waiting { by }) = care(model, line) else {
            continue;
        };
        let whole = by.duration_since(line.alert.starts_at);
        let near = (whole / 4).max(LEAST);
        if by.duration_since(model.now.wall) > near {
            continue;
        }
        let known = first.entry(&line.alert.name).or_insert((by, line));
        let order = |(by, line): &(Timestamp, &AlertLine)| (*by, line.alert.fingerprint.clone());
        if order(&(by, line)) < order(known) {
            *known = (by, line);
        }
    }
    let reminder = |(by, line): (Timestamp, &AlertLine)| Reminder {
        kind: ReminderKind::RespondSoon,
        subject: line.alert.fingerprint.to_string(),
        title: Text::Same(clean(&line.alert.name).into_owned()),
        detail: None,
        at: by,
    };
    first.into_values().map(reminder).collect()
}
