//! What readers ask of a file, noted while a test reads one.

use std::cell::RefCell;

/// A key somebody asked a table for.
#[derive(Debug, Clone)]
pub(in crate::pack) struct Asked {
    /// The file's name without folder and ending.
    pub file: String,
    pub path: String,
    pub key: String,
    /// The keys the table has, with their texts where they are texts.
    pub present: Vec<(String, Option<String>)>,
}

thread_local! {
    static NOTES: RefCell<Option<Vec<Asked>>> = const { RefCell::new(None) };
}

/// Notes a key, where somebody listens.
pub(in crate::pack) fn note(make: impl FnOnce() -> Asked) {
    NOTES.with_borrow_mut(|notes| {
        if let Some(notes) = notes {
            notes.push(make());
        }
    });
}

/// What is asked while something is done.
pub(in crate::pack) fn while_doing(what: impl FnOnce()) -> Vec<Asked> {
    NOTES.set(Some(Vec::new()));
    what();
    NOTES.take().unwrap_or_default()
}
