//! Rows by uid, as sources send them.

use std::collections::HashMap;

use crate::domain::{
    event::EventRow, id::Uid, node::NodeRow, observation::Rows, pod::PodRow, workload::WorkloadRow,
};

/// A row that has a uid.
pub trait Row {
    fn uid(&self) -> &Uid;
}

macro_rules! row {
    ($($type:ty),*) => { $(impl Row for $type { fn uid(&self) -> &Uid { &self.uid } })* };
}
row!(PodRow, WorkloadRow, NodeRow, EventRow);

/// All rows of one kind.
#[derive(Debug, Clone)]
pub struct Table<T> {
    rows: HashMap<Uid, T>,
    /// The first list has come.
    filled: bool,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            rows: HashMap::new(),
            filled: false,
        }
    }
}

impl<T: Row> Table<T> {
    /// Takes what a source saw; `seen` is told the row before and the row after of each that changed.
    pub fn apply(&mut self, rows: Rows<T>, mut seen: impl FnMut(Option<&T>, Option<&T>)) {
        match rows {
            Rows::All(rows) => {
                let mut old = std::mem::take(&mut self.rows);
                for row in rows {
                    seen(old.remove(row.uid()).as_ref(), Some(&row));
                    self.rows.insert(row.uid().clone(), row);
                }
                for gone in old.values() {
                    seen(Some(gone), None);
                }
                self.filled = true;
            }
            Rows::Changed { upserts, gone } => {
                for row in upserts {
                    seen(self.rows.get(row.uid()), Some(&row));
                    self.rows.insert(row.uid().clone(), row);
                }
                for uid in gone {
                    if let Some(row) = self.rows.remove(&uid) {
                        seen(Some(&row), None);
                    }
                }
            }
        }
    }

    pub fn get(&self, uid: &Uid) -> Option<&T> {
        self.rows.get(uid)
    }

    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.rows.values()
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub const fn is_filled(&self) -> bool {
        self.filled
    }
}
