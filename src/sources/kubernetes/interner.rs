//! Strings and label sets that many rows share, kept once.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use crate::domain::{
    clean::clean,
    pod::{Labels, Name},
};

/// Past this many entries those that no row holds any more are dropped.
const ENTRIES: usize = 8_192;

/// Gives the same `Arc` for the same text. What comes out of it is clean.
#[derive(Default)]
pub(super) struct Interner {
    names: HashSet<Name>,
    labels: HashMap<Arc<Labels>, Arc<Labels>>,
    /// Where the next sweep happens; doubled while everything is in use, so that sweeping stays rare.
    names_swept_at: usize,
    labels_swept_at: usize,
}

impl Interner {
    pub fn name(&mut self, text: &str) -> Name {
        let text = clean(text);
        if let Some(known) = self.names.get(&*text) {
            return Arc::clone(known);
        }
        if self.names.len() >= self.names_swept_at.max(ENTRIES) {
            self.names.retain(|name| Arc::strong_count(name) > 1);
            self.names_swept_at = self.names.len() * 2;
        }
        let name = Name::from(&*text);
        self.names.insert(Arc::clone(&name));
        name
    }

    /// `None` for an empty text.
    pub fn some(&mut self, text: &str) -> Option<Name> {
        (!text.is_empty()).then(|| self.name(text))
    }

    pub fn labels(&mut self, labels: &Labels) -> Arc<Labels> {
        if let Some(known) = self.labels.get(labels) {
            return Arc::clone(known);
        }
        if self.labels.len() >= self.labels_swept_at.max(ENTRIES) {
            // The key and the value of an entry hold two.
            self.labels.retain(|set, _| Arc::strong_count(set) > 2);
            self.labels_swept_at = self.labels.len() * 2;
        }
        let cleaned: Labels = labels
            .iter()
            .map(|(key, value)| (clean(key).into_owned(), clean(value).into_owned()))
            .collect();
        let set = Arc::new(cleaned);
        self.labels.insert(Arc::clone(&set), Arc::clone(&set));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_is_kept_once_and_clean() {
        let mut interner = Interner::default();
        let first = interner.name("prod");
        assert!(Arc::ptr_eq(&first, &interner.name("prod")));
        assert_eq!(&*interner.name("no\u{1b}[31mde"), "node");
        let set: Labels = [("app".to_owned(), "a".to_owned())].into();
        assert!(Arc::ptr_eq(&interner.labels(&set), &interner.labels(&set)));
    }

    #[test]
    fn what_no_row_holds_is_dropped() {
        let mut interner = Interner::default();
        let held = interner.name("held");
        for number in 0..ENTRIES * 4 {
            interner.name(&number.to_string());
        }
        assert!(interner.names.len() <= ENTRIES);
        assert!(Arc::ptr_eq(&held, &interner.name("held")));
    }
}
