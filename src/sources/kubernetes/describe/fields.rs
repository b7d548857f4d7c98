//! Fields one after the other; those that say nothing are left out.

use serde_json::Value;

use crate::{
    domain::description::{Block, Field, Label, Mark, Said},
    sources::kubernetes::facts::{text, time},
};

/// Fields being collected.
#[derive(Default)]
pub(super) struct Fields(Vec<Field>);

impl Fields {
    pub fn put(&mut self, label: Label, said: Said) {
        self.0.push(Field::new(label, said));
    }

    /// A text, where there is one.
    pub fn said(&mut self, label: Label, said: impl Into<Option<String>>) {
        if let Some(said) = said.into().filter(|said| !said.is_empty()) {
            self.put(label, Said::text(said));
        }
    }

    /// A text with a mark, where there is one.
    pub fn marked(&mut self, label: Label, said: impl Into<Option<String>>, mark: Mark) {
        if let Some(said) = said.into().filter(|said| !said.is_empty()) {
            self.put(label, Said::marked(said, mark));
        }
    }

    /// What stands at a place of the object, where something does.
    pub fn at(&mut self, label: Label, object: &Value, pointer: &str) {
        self.said(label, text(object, pointer));
    }

    /// A time of the object.
    pub fn since(&mut self, label: Label, object: &Value, pointer: &str) {
        if let Some(at) = time(object, pointer) {
            self.put(label, Said::Since(at));
        }
    }

    pub fn block(self, title: Option<Label>) -> Block {
        Block::Fields {
            title,
            fields: self.0,
        }
    }
}
