//! What was done outside, so that the journal has it.

use std::time::Duration;

use crate::{
    cli::logbook::why_not,
    domain::{
        action::{record::Entry, target::Target},
        clean::clean_lines,
    },
    ledger::Reach,
    runtime::{acts::actor, ledger},
};

use super::{Desk, Exit, say};

/// The most a note may hold, in characters.
const LONGEST: usize = 4_000;
/// How long it may take to carry a note to the shared ledger.
const CARRY: Duration = Duration::from_secs(5);

impl Desk {
    pub(super) fn note(&self, text: &str, action: Option<&str>, target: Option<&str>) -> Exit {
        let text = clean_lines(text.trim());
        if text.is_empty() || text.chars().count() > LONGEST {
            say::err(&why_not(&self.texts, &text, LONGEST));
            return Exit::Usage;
        }
        let entry = Entry::Note {
            text: text.into_owned(),
            action: action.map(Into::into),
            target: target.map(|name| Target::Named {
                name: name.to_owned(),
            }),
        };
        let written = ledger::open(&self.settings, self.clock.clone()).and_then(|ledger| {
            let line = ledger.append(&actor(None), None, &entry)?;
            Ok((line, ledger.settle(CARRY)))
        });
        match written {
            Ok((line, reach)) => {
                if let Reach::Away(why) = reach {
                    say::err(&self.texts.with("journal-away", &[("why", why.into())]));
                }
                let args = [("sequence", line.sequence.into())];
                say::out(&(self.texts.with("journal-noted", &args) + "\n"));
                Exit::Fine
            }
            Err(error) => self.failed(&error),
        }
    }
}
