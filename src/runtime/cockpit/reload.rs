//! Files read again while the cockpit runs. What can't be taken leaves all as it is, and says why.

use std::{io, path::PathBuf, sync::Arc};

use crate::{
    app::event::{Event, Notice, Reload},
    config::Errors,
    domain::{desk::DeskChoice, settings::Glyphs, text::Lang},
    runtime::{files::Files, probing::to_read},
    theme::Theme,
};

use super::{Cockpit, Fittings, Reads, desks::Errand};

/// What the files said last: a person's own choice of the moment holds until they say something else.
#[derive(Debug, Clone)]
pub(super) struct Said {
    theme: Option<String>,
    glyphs: Glyphs,
    lang: Lang,
    mouse: bool,
    /// What the desk that is open reads.
    pub reads: Reads,
    pub watched: Vec<PathBuf>,
}

impl Said {
    pub(super) fn of(fittings: &Fittings) -> Self {
        Self {
            theme: fittings.theme_said.then(|| fittings.theme.clone()),
            glyphs: fittings.glyphs,
            lang: fittings.lang,
            mouse: fittings.mouse,
            reads: fittings.reads.clone(),
            watched: fittings.watched.clone(),
        }
    }
}

/// The files as they were read again, beside the loop.
pub(super) struct Reread {
    /// The desk they were read for.
    desk: DeskChoice,
    themes: Vec<String>,
    fittings: Result<Fittings, String>,
    files: Files,
}

impl Cockpit {
    /// Has the files read again; a slow disk must not hold a key up.
    pub(super) fn reload(&mut self) {
        self.readings += 1;
        let (number, outfit, themes) =
            (self.readings, Arc::clone(&self.outfit), self.themes.clone());
        let (desk, watched) = (self.model.desks.now.clone(), self.said.watched.clone());
        self.errands.spawn_blocking(move || {
            let fittings = outfit.fittings(&desk);
            let watched = fittings.as_ref().map_or(&watched, |it| &it.watched);
            let reread = Reread {
                files: Files::watch(watched),
                themes: themes.names(),
                desk,
                fittings,
            };
            Errand::Reread(number, Box::new(reread))
        });
    }

    /// Takes the files as they were read again.
    pub(super) fn reread(&mut self, number: u64, reread: Reread) -> io::Result<Option<Files>> {
        if number != self.readings {
            return Ok(None);
        }
        if reread.desk != self.model.desks.now {
            // Another desk was opened meanwhile: what the files say of it is something else.
            self.reload();
            return Ok(None);
        }
        self.happened(Event::Reloaded(Box::new(Reload::Themes(reread.themes))))?;
        match reread.fittings {
            Ok(fittings) => self.refit(fittings)?,
            Err(why) => self.not_taken("config", why)?,
        }
        Ok(Some(reread.files))
    }

    fn refit(&mut self, fittings: Fittings) -> io::Result<()> {
        // Whatever else can't be taken: what is forbidden is forbidden from now on.
        if let Some(means) = self.acts.means() {
            means.gate.set_read_only(fittings.read_only);
            if *self.model.acts.catalogue.policy() != fittings.policy {
                means.refit(&self.model.pack, &fittings.policy);
            }
        }
        self.happened(Event::Reloaded(Box::new(Reload::ReadOnly(
            fittings.read_only,
        ))))?;
        let policy = Reload::Policy(Box::new(fittings.policy.clone()));
        self.happened(Event::Reloaded(Box::new(policy)))?;
        let other_pack = fittings.pack.id != self.model.pack.id;
        let demo = self.model.desk.demo.is_some();
        // The one that was wanted from the beginning, and can be read by now.
        let mended = self.model.unread_pack.as_ref() == Some(&fittings.pack.id);
        if other_pack && demo && !mended {
            let why = self
                .tongues
                .of(self.model.look.lang)
                .t("reload-other-pack")
                .to_owned();
            return self.not_taken("pack", why);
        }
        let mut said = Said::of(&fittings);
        // What the desk reads counts as taken when it is open.
        said.reads = self.said.reads.clone();
        // The file of the theme in use may have changed, whoever chose it.
        let theme = match (&said.theme, said.theme == self.said.theme) {
            (Some(theme), false) => theme.clone(),
            (None, false) => {
                let chosen = self.model.remembered.theme.clone();
                chosen.unwrap_or_else(|| fittings.theme.clone())
            }
            _ => self.model.look.theme.clone(),
        };
        self.model.look.theme.clone_from(&theme);
        self.keymap = fittings.keymap;
        self.keeping.refit(fittings.records);
        self.depth = fittings.depth;
        self.use_theme(theme);
        self.take_look(&said)?;
        self.said = said;
        let attention = Reload::Attention(fittings.attention);
        self.happened(Event::Reloaded(Box::new(attention)))?;
        if !demo && (other_pack || fittings.reads != self.said.reads) {
            // Another pack or another place is another desk: nothing of the old one may be read with the new one's eyes.
            self.open_desk(self.model.desks.now.clone());
        } else if fittings.pack.digest != self.model.pack.digest {
            if let Some(means) = self.acts.means() {
                means.refit(&fittings.pack, &fittings.policy);
            }
            let reads = to_read(&fittings.pack, &self.model.desk.namespaces);
            let list = fittings.pack.watchlist().clone();
            self.readers.watch(list, reads, &self.clock);
            self.happened(Event::Reloaded(Box::new(Reload::Pack(fittings.pack))))?;
        }
        Ok(())
    }

    fn not_taken(&mut self, what: &str, why: String) -> io::Result<()> {
        let failed = Reload::Failed {
            what: what.to_owned(),
            why,
        };
        self.happened(Event::Reloaded(Box::new(failed)))
    }

    /// Takes what the files say differently from the last time.
    fn take_look(&mut self, said: &Said) -> io::Result<()> {
        let look = &self.model.look;
        let glyphs = if said.glyphs == self.said.glyphs {
            look.glyphs
        } else {
            said.glyphs
        };
        let lang = if said.lang == self.said.lang {
            look.lang
        } else {
            said.lang
        };
        let mouse = if said.mouse == self.said.mouse {
            look.mouse
        } else {
            said.mouse
        };
        if mouse != look.mouse {
            self.taken.set_mouse(mouse)?;
        }
        let settings = Reload::Settings {
            glyphs,
            lang,
            mouse,
        };
        self.happened(Event::Reloaded(Box::new(settings)))
    }

    /// Draws with another theme as soon as it is read.
    pub(super) fn use_theme(&mut self, name: String) {
        let (themes, depth) = (self.themes.clone(), self.depth);
        self.errands.spawn_blocking(move || {
            let theme = themes.load(&name, depth);
            Errand::Painted(name, Box::new(theme))
        });
    }

    pub(super) fn painted(&mut self, name: &str, theme: Result<Theme, Errors>) -> io::Result<()> {
        if name != self.model.look.theme {
            return Ok(());
        }
        match theme {
            Ok(theme) => {
                self.theme = theme;
                self.draw()
            }
            Err(errors) => {
                let why = errors.short(self.tongues.of(self.model.look.lang));
                let what = name.to_owned();
                self.happened(Event::Noticed(Notice::ReloadFailed { what, why }))
            }
        }
    }
}
