//! The list of the routine, and what is selected in it.

use jiff::Timestamp;

use super::{DueOf, DueRow, Stand, answer};
use crate::{
    app::model::Model,
    domain::{
        calendar::Slot,
        id::{CheckId, ChecklistId},
        logbook::Outcome,
    },
};

/// What a row is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowKey {
    /// A thing at one of its times; what is next is another row than what is open.
    Item(DueOf, Option<Timestamp>),
    /// A check of a list at one of its times.
    Part(ChecklistId, CheckId, Option<Timestamp>),
}

/// One row of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub key: RowKey,
    pub slot: Option<Slot>,
    pub stand: Stand,
}

/// The open list.
#[derive(Debug, Clone, Default)]
pub struct RoutineScreen {
    /// `None` until a person chose a row: the first is selected.
    pub selected: Option<RowKey>,
    /// Where the selected row stood.
    pub stood: usize,
    pub offset: usize,
}

impl Row {
    /// The check it is about; `None`: a whole list.
    pub const fn check(&self) -> Option<&CheckId> {
        match &self.key {
            RowKey::Item(DueOf::Check(check), _) | RowKey::Part(_, check, _) => Some(check),
            RowKey::Item(DueOf::List(_) | DueOf::Handover, _) => None,
        }
    }

    pub const fn list(&self) -> Option<&ChecklistId> {
        match &self.key {
            RowKey::Item(DueOf::List(list), _) | RowKey::Part(list, ..) => Some(list),
            RowKey::Item(DueOf::Check(_) | DueOf::Handover, _) => None,
        }
    }

    pub const fn is_part(&self) -> bool {
        matches!(self.key, RowKey::Part(..))
    }

    /// The time a result of it is for: only what is open is done for a time.
    pub fn done_for(&self) -> Option<Slot> {
        self.slot.filter(|_| self.stand == Stand::Open)
    }
}

/// The rows of the routine, the checks of a list below it.
pub fn rows(model: &Model) -> Vec<Row> {
    let mut rows = Vec::new();
    for due in &model.routine {
        rows.push(Row {
            key: RowKey::Item(due.of.clone(), due.at()),
            slot: due.slot,
            stand: due.stand,
        });
        if let DueOf::List(id) = &due.of
            && matches!(due.stand, Stand::Open | Stand::Done(_) | Stand::Free)
        {
            rows.extend(parts(model, id, due));
        }
    }
    rows
}

fn parts<'a>(
    model: &'a Model,
    id: &'a ChecklistId,
    due: &'a DueRow,
) -> impl Iterator<Item = Row> + 'a {
    let list = model.pack.checklist(id).into_iter();
    list.flat_map(|list| &list.items).map(move |check| {
        let result = due.slot.and_then(|slot| {
            let result = answer(model, check, Some(id), Some(slot))?;
            Some(result.noted.outcome).filter(|outcome: &Outcome| outcome.settles())
        });
        Row {
            key: RowKey::Part(id.clone(), check.clone(), due.at()),
            slot: due.slot,
            stand: match (result, due.stand) {
                (Some(outcome), _) => Stand::Done(outcome),
                (None, Stand::Done(_)) => Stand::Open,
                (None, stand) => stand,
            },
        }
    })
}

impl RoutineScreen {
    /// Where the selected row stands now; where it is gone, what stands in its place.
    pub fn at(&self, rows: &[Row]) -> usize {
        let Some(own) = &self.selected else {
            return 0;
        };
        let found = rows.iter().position(|row| row.key == *own);
        found
            .unwrap_or(self.stood)
            .min(rows.len().saturating_sub(1))
    }

    /// Selects a row and brings it in sight.
    pub fn choose(&mut self, rows: &[Row], at: usize, page: usize) {
        let at = at.min(rows.len().saturating_sub(1));
        self.selected = rows.get(at).map(|row| row.key.clone());
        self.stood = at;
        let page = page.max(1);
        self.offset = self.offset.clamp((at + 1).saturating_sub(page), at);
    }

    pub fn row(&self, model: &Model) -> Option<Row> {
        let rows = rows(model);
        let at = self.at(&rows);
        rows.into_iter().nth(at)
    }
}
