//! What was done outside, so that the journal has it.

use crate::{
    domain::{
        action::{record::Entry, target::Target},
        clean::clean_lines,
    },
    ledger::Ledger as _,
    runtime::{actor, ledger},
};

use super::{Desk, Exit, say};

/// The most a note may hold, in characters.
const LONGEST: usize = 4_000;

impl Desk {
    pub(super) fn note(&self, text: &str, action: Option<&str>, target: Option<&str>) -> Exit {
        let text = clean_lines(text.trim());
        if text.is_empty() || text.chars().count() > LONGEST {
            let args = [("most", LONGEST.into())];
            say::err(&self.texts.with("journal-bad-note", &args));
            return Exit::Usage;
        }
        let entry = Entry::Note {
            text: text.into_owned(),
            action: action.map(Into::into),
            target: target.map(|name| Target::Named {
                name: name.to_owned(),
            }),
        };
        let written = ledger::open_for_writing(&self.settings, self.clock.clone())
            .and_then(|ledger| ledger.append(&actor::of_system(), None, &entry));
        match written {
            Ok(line) => {
                let args = [("sequence", line.sequence.into())];
                say::out(&(self.texts.with("journal-noted", &args) + "\n"));
                Exit::Fine
            }
            Err(error) => self.failed(&error),
        }
    }
}
