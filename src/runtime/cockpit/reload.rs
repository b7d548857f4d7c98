//! Files read again while the cockpit runs. What can't be taken leaves all as it is, and says why.

use std::{io, path::PathBuf};

use crate::{
    app::event::{Event, Notice, Reload},
    domain::{settings::Glyphs, text::Lang},
};

use super::{Cockpit, Fittings};

/// What the files said last: a person's own choice of the moment holds until they say something else.
#[derive(Debug, Clone)]
pub(super) struct Said {
    theme: Option<String>,
    glyphs: Glyphs,
    lang: Lang,
    mouse: bool,
    pub watched: Vec<PathBuf>,
}

impl Said {
    pub(super) fn of(fittings: &Fittings) -> Self {
        Self {
            theme: fittings.theme_said.then(|| fittings.theme.clone()),
            glyphs: fittings.glyphs,
            lang: fittings.lang,
            mouse: fittings.mouse,
            watched: fittings.watched.clone(),
        }
    }
}

impl Cockpit {
    /// Reads the files again.
    pub(super) fn reload(&mut self) -> io::Result<()> {
        let themes = Reload::Themes(self.themes.names());
        self.happened(Event::Reloaded(Box::new(themes)))?;
        let fittings = match self.outfit.fittings(&self.model.desks.now) {
            Ok(fittings) => fittings,
            Err(why) => return self.not_taken("config", why),
        };
        if fittings.pack.id != self.model.pack.id {
            let why = self
                .tongues
                .of(self.model.look.lang)
                .t("reload-other-pack")
                .to_owned();
            return self.not_taken("pack", why);
        }
        let said = Said::of(&fittings);
        // The file of the theme in use may have changed, whoever chose it.
        let theme = match (&said.theme, said.theme == self.said.theme) {
            (Some(theme), false) => theme.clone(),
            (None, false) => {
                let chosen = self.model.remembered.theme.clone();
                chosen.unwrap_or_else(|| fittings.theme.clone())
            }
            _ => self.model.look.theme.clone(),
        };
        match self.themes.load(&theme, fittings.depth) {
            Ok(found) => self.theme = found,
            Err(errors) => {
                let why = errors.short(self.tongues.of(self.model.look.lang));
                return self.not_taken(&theme, why);
            }
        }
        self.model.look.theme = theme;
        self.keymap = fittings.keymap.clone();
        self.depth = fittings.depth;
        self.take_look(&said)?;
        self.said = said;
        let attention = Reload::Attention(fittings.attention.clone());
        self.happened(Event::Reloaded(Box::new(attention)))?;
        if fittings.pack.digest != self.model.pack.digest {
            self.readers
                .watch(fittings.pack.watchlist().clone(), &self.clock);
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

    /// Draws with another theme from now on.
    pub(super) fn use_theme(&mut self, name: &str) -> io::Result<()> {
        match self.themes.load(name, self.depth) {
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
