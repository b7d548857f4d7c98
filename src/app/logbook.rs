//! What was written down at this desk, and how something is.

use crate::domain::{
    action::record::Entry,
    desk::Desk,
    logbook::{LogDesk, Logbook, Noted},
};
use crate::pack::Pack;

use super::{
    acting::Act,
    command::WhyNot,
    effect::{Effect, Effects},
    model::Model,
};

/// What of a desk its people share: the pack and the context.
pub fn log_desk(pack: &Pack, desk: &Desk) -> LogDesk {
    LogDesk {
        pack: pack.id.clone(),
        context: desk.context.clone(),
    }
}

impl Model {
    /// Adds up what was written down at this desk.
    pub fn read_log(&mut self) {
        let desk = log_desk(&self.pack, &self.desk);
        self.logbook = Logbook::of(&desk, &self.acts.log);
    }

    /// Whether what is said goes anywhere: nobody types what no ledger takes.
    pub(in crate::app) fn may_write(&self) -> Result<(), WhyNot> {
        if self.acts.ledger == Some(Ok(())) {
            Ok(())
        } else {
            Err(WhyNot::NoLedger)
        }
    }

    /// Something is to be written down at this desk.
    pub(in crate::app) fn writes(&self, noted: Noted) -> Effects {
        let entry = self.logbook.entry(log_desk(&self.pack, &self.desk), noted);
        Effects::one(Effect::Act(Act::Record {
            run: None,
            entry: Box::new(Entry::Log(entry)),
        }))
    }
}
