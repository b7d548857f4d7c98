//! Switching desks. What a desk is made of is read aside; then the old one is gone at once: its readers, its questions, its
//! rows, what was selected, open or typed.

use std::{io, sync::Arc};

use tokio::task::JoinError;

use crate::{
    app::{
        event::{DesksRead, Event, Notice},
        model::{Model, Start},
    },
    config::Errors,
    domain::{
        desk::{Desk, DeskChoice, DeskOffers},
        observation::Observation,
    },
    runtime::{
        files::Files,
        readers::{Plan, Readers},
    },
    theme::Theme,
};

use super::{Cockpit, Fittings, reload::Reread};

/// What the cockpit is made of, read anew from configuration, packs and kubeconfig whenever it is asked.
pub trait Outfit: Send + Sync {
    /// How the cockpit looks and is used on this desk; the text says why it can't be.
    fn fittings(&self, desk: &DeskChoice) -> Result<Fittings, String>;

    /// Everything a desk is opened with.
    fn desk(&self, desk: &DeskChoice) -> Result<NewDesk, String>;

    /// The desks there are.
    fn offers(&self) -> DeskOffers;
}

/// Everything a desk is opened with while the cockpit runs.
pub struct NewDesk {
    pub desk: Desk,
    pub fittings: Fittings,
    pub plan: Plan,
    /// How its links stand before anything is heard.
    pub links: Vec<Observation>,
}

/// What was read aside.
pub(super) enum Errand {
    Listed(DeskOffers),
    /// With the number it was asked under: only the newest choice counts.
    Fitted(u64, DeskChoice, Box<Result<(NewDesk, Files), String>>),
    /// With the number it was asked under: only the newest reading counts.
    Reread(u64, Box<Reread>),
    /// With the theme's name: only the one that is chosen by now counts.
    Painted(String, Box<Result<Theme, Errors>>),
}

impl Cockpit {
    pub(super) fn list_desks(&mut self) {
        let outfit = Arc::clone(&self.outfit);
        self.errands
            .spawn_blocking(move || Errand::Listed(outfit.offers()));
    }

    pub(super) fn open_desk(&mut self, choice: DeskChoice) {
        self.choices += 1;
        let (number, outfit) = (self.choices, Arc::clone(&self.outfit));
        self.errands.spawn_blocking(move || {
            let made = outfit.desk(&choice).map(|new| {
                let files = Files::watch(&new.fittings.watched);
                (new, files)
            });
            Errand::Fitted(number, choice, Box::new(made))
        });
    }

    /// Takes what was read aside. The files to watch from now on, where they are others.
    pub(super) fn errand(&mut self, done: Result<Errand, JoinError>) -> io::Result<Option<Files>> {
        match done {
            Ok(Errand::Listed(offers)) => self.happened(Event::Desks(DesksRead::Listed(offers)))?,
            Ok(Errand::Fitted(number, choice, made)) if number == self.choices => match *made {
                Ok((new, files)) => {
                    self.replace(choice, new)?;
                    return Ok(Some(files));
                }
                Err(why) => self.happened(Event::Desks(DesksRead::Refused(why)))?,
            },
            Ok(Errand::Fitted(..)) => {}
            Ok(Errand::Reread(number, reread)) => return self.reread(number, *reread),
            Ok(Errand::Painted(name, theme)) => self.painted(&name, *theme)?,
            Err(error) => {
                let why = error.to_string();
                self.happened(Event::Desks(DesksRead::Refused(why)))?;
            }
        }
        Ok(None)
    }

    /// Puts the new desk in the place of the old one.
    fn replace(&mut self, choice: DeskChoice, new: NewDesk) -> io::Result<()> {
        // The old readers end here, and with their box whatever they still had to say.
        self.readers = Readers::default();
        self.starting.abort_all();
        self.starting.detach_all();
        self.pending.clear();
        // What is asked of the person on the old desk ends with it, and is kept as refused.
        self.happened(Event::Leaving)?;
        let old = &mut self.model;
        let mut look = old.look.clone();
        look.zone = jiff::tz::TimeZone::system();
        let now = self.clock.now();
        let mut model = Model::new(Start {
            desk: new.desk,
            pack: Arc::clone(&new.fittings.pack),
            policy: new.fittings.policy.clone(),
            look,
            remembered: old.remembered.clone(),
            now,
            size: old.size,
        });
        model.opened = now.mono;
        // Numbers go on, so that no late answer finds a question of the same number.
        model.requests = old.requests;
        // The ledger is that of the person, whatever the desk.
        model.acts.keep(&old.acts);
        model.read_log();
        model.view.terminal_focused = old.view.terminal_focused;
        model.desks.before = Some(old.desks.now.clone()).filter(|before| *before != choice);
        model.desks.now = choice;
        model.attention.settings = new.fittings.attention.clone();
        model.attention.focus = old.attention.focus;
        model.attention.touched = now.mono;
        self.model = model;
        self.said.watched.clone_from(&new.fittings.watched);
        self.said.reads = new.fittings.reads;
        self.keymap = new.fittings.keymap;
        self.begin(new.plan);
        self.happened(Event::Observed(new.links))?;
        self.happened(Event::Noticed(Notice::DeskOpened))
    }
}
