//! Which rows of one kind are known, over all the lists and watches that tell of them.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fmt::Debug,
};

use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::{interner::Interner, lite::Lite};
use crate::domain::{
    freshness::SourceId,
    id::Uid,
    observation::{Observation, Rows},
};

/// A row that a source tells of.
pub(super) trait Told: Clone + Send + 'static {
    const SOURCE: SourceId;
    /// How many are kept, the newest by [`Told::age`]; `None`: all.
    const KEPT: Option<usize> = None;

    fn uid(&self) -> &Uid;

    fn age(&self) -> Option<Timestamp> {
        None
    }

    fn observation(rows: Rows<Self>) -> Observation;
}

/// An object of the API that becomes a row.
pub(super) trait Seen: Lite + Clone + Debug + DeserializeOwned + Send + 'static {
    type Row: Told;

    fn uid(&self) -> Uid;

    fn project(self, scene: &mut Scene<'_>) -> Projected<Self::Row>;
}

/// What a projection needs beside the object.
pub(super) struct Scene<'a> {
    /// The server's time, as well as we know it.
    pub now: Timestamp,
    pub names: &'a mut Interner,
}

/// A row as it is now, and as it will be when nothing but time has passed.
pub(super) struct Projected<R> {
    pub row: R,
    pub later: Vec<Later<R>>,
}

/// A row as it will be.
pub(super) struct Later<R> {
    pub at: Timestamp,
    pub row: R,
}

impl<R> From<R> for Projected<R> {
    fn from(row: R) -> Self {
        Self {
            row,
            later: Vec::new(),
        }
    }
}

/// One step of a watch, told in rows.
pub(super) enum Step<R> {
    /// A list begins: what it does not name is gone when it ends.
    Listing,
    Listed(Projected<R>),
    ListEnd,
    Changed(Projected<R>),
    Gone(Uid),
}

/// What one list and watch has told.
#[derive(Default)]
struct Scope {
    known: HashSet<Uid>,
    /// What the running list has named.
    listed: Option<HashSet<Uid>>,
}

/// The known uids of a kind and what has changed since the last word; the rows themselves are the receiver's.
pub(super) struct Book<R> {
    scopes: Vec<Scope>,
    /// The first word replaces whatever was known before this book.
    told: bool,
    /// Something ended that must be told even if it brought no row: an empty list.
    word_due: bool,
    changes: HashMap<Uid, Option<R>>,
    later: BTreeMap<(Timestamp, Uid), R>,
    later_of: HashMap<Uid, Vec<Timestamp>>,
    /// By age, where only the newest are kept.
    ages: HashMap<Uid, Timestamp>,
    by_age: BTreeSet<(Timestamp, Uid)>,
}

impl<R: Told> Book<R> {
    pub fn new(scopes: usize) -> Self {
        Self {
            scopes: (0..scopes).map(|_| Scope::default()).collect(),
            told: false,
            word_due: false,
            changes: HashMap::new(),
            later: BTreeMap::new(),
            later_of: HashMap::new(),
            ages: HashMap::new(),
            by_age: BTreeSet::new(),
        }
    }

    pub fn step(&mut self, scope: usize, step: Step<R>) {
        let Some(place) = self.scopes.get_mut(scope) else {
            return;
        };
        match step {
            Step::Listing => place.listed = Some(HashSet::new()),
            Step::Listed(seen) => {
                let uid = seen.row.uid().clone();
                place.known.insert(uid.clone());
                if let Some(listed) = &mut place.listed {
                    listed.insert(uid);
                }
                self.put(seen);
            }
            Step::ListEnd => {
                self.word_due = true;
                if let Some(listed) = place.listed.take() {
                    let before = std::mem::replace(&mut place.known, listed);
                    let ghosts: Vec<Uid> = before.difference(&place.known).cloned().collect();
                    for uid in ghosts {
                        self.remove(uid);
                    }
                }
            }
            Step::Changed(seen) => {
                place.known.insert(seen.row.uid().clone());
                self.put(seen);
            }
            Step::Gone(uid) => {
                place.known.remove(&uid);
                self.remove(uid);
            }
        }
    }

    fn put(&mut self, seen: Projected<R>) {
        let uid = seen.row.uid().clone();
        self.forget_later(&uid);
        if !seen.later.is_empty() {
            let times = seen.later.iter().map(|later| later.at).collect();
            self.later_of.insert(uid.clone(), times);
            for later in seen.later {
                self.later.insert((later.at, uid.clone()), later.row);
            }
        }
        if let Some(kept) = R::KEPT {
            let age = seen.row.age().unwrap_or(Timestamp::MIN);
            if let Some(before) = self.ages.insert(uid.clone(), age) {
                self.by_age.remove(&(before, uid.clone()));
            }
            self.by_age.insert((age, uid.clone()));
            self.changes.insert(uid, Some(seen.row));
            while self.by_age.len() > kept {
                if let Some((_, oldest)) = self.by_age.pop_first() {
                    for scope in &mut self.scopes {
                        scope.known.remove(&oldest);
                        if let Some(listed) = &mut scope.listed {
                            listed.remove(&oldest);
                        }
                    }
                    self.remove(oldest);
                }
            }
        } else {
            self.changes.insert(uid, Some(seen.row));
        }
    }

    fn remove(&mut self, uid: Uid) {
        self.forget_later(&uid);
        if let Some(age) = self.ages.remove(&uid) {
            self.by_age.remove(&(age, uid.clone()));
        }
        self.changes.insert(uid, None);
    }

    fn forget_later(&mut self, uid: &Uid) {
        for at in self.later_of.remove(uid).into_iter().flatten() {
            self.later.remove(&(at, uid.clone()));
        }
    }

    /// When time alone will change a row.
    pub fn next_turn(&self) -> Option<Timestamp> {
        self.later.first_key_value().map(|((at, _), _)| *at)
    }

    /// Takes the rows that time alone has changed by `now`.
    pub fn turn(&mut self, now: Timestamp) {
        while let Some(entry) = self.later.first_entry()
            && entry.key().0 <= now
        {
            let ((at, uid), row) = entry.remove_entry();
            if let Some(times) = self.later_of.get_mut(&uid) {
                times.retain(|time| *time != at);
                if times.is_empty() {
                    self.later_of.remove(&uid);
                }
            }
            self.changes.insert(uid, Some(row));
        }
    }

    /// What there is to tell since the last word.
    pub fn word(&mut self) -> Option<Rows<R>> {
        let due = std::mem::take(&mut self.word_due);
        if self.changes.is_empty() && (self.told || !due) {
            return None;
        }
        let mut upserts = Vec::with_capacity(self.changes.len());
        let mut gone = Vec::new();
        for (uid, row) in std::mem::take(&mut self.changes) {
            match row {
                Some(row) => upserts.push(row),
                None => gone.push(uid),
            }
        }
        if std::mem::replace(&mut self.told, true) {
            Some(Rows::Changed { upserts, gone })
        } else {
            Some(Rows::All(upserts))
        }
    }
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;
