//! What every drawing function is given: the model, how to paint, and the words.

use std::{borrow::Cow, cell::Cell, time::Duration};

use jiff::{Timestamp, tz::TimeZone};
use ratatui::{
    style::Style,
    text::{Line, Span},
};

use crate::app::{command::Command, model::Model, view::Item};
use crate::domain::{
    action::refusal::Refusal, light::Light, series::Series, settings::Glyphs, text::Text,
    time::since,
};
use crate::i18n::{Arg, Texts, action_words, step_words::Signs, time, words};
use crate::theme::{Role, Theme};

use super::glyph::{self, GlyphSet};

/// The keys as the person has bound them.
pub trait KeyNames {
    /// The first key of a command, as it is written on the screen.
    fn key(&self, command: Command) -> Option<String>;
}

/// How to paint: colours, words and the names of keys.
pub struct Paint<'a> {
    pub theme: &'a Theme,
    pub texts: &'a Texts,
    pub keys: &'a dyn KeyNames,
    /// The first line that a scrolled screen really showed: only drawing knows where its text ends.
    pub scrolled: Cell<Option<usize>>,
    /// What is asked of a person stands on the screen: input before that was meant for something else.
    pub asking: Cell<bool>,
}

/// The model with the means to draw it.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    pub model: &'a Model,
    pub paint: &'a Paint<'a>,
    pub glyph: &'static GlyphSet,
}

impl<'a> Scene<'a> {
    pub fn new(model: &'a Model, paint: &'a Paint<'a>) -> Self {
        Self {
            model,
            paint,
            glyph: glyph::set(model.look.glyphs),
        }
    }

    pub fn style(&self, role: Role) -> Style {
        self.paint.theme.style(role)
    }

    pub fn span<'t>(&self, role: Role, text: impl Into<Cow<'t, str>>) -> Span<'t> {
        Span::styled(text, self.style(role))
    }

    pub fn line<'t>(&self, role: Role, text: impl Into<Cow<'t, str>>) -> Line<'t> {
        Line::from(self.span(role, text))
    }

    pub fn t(&self, key: &'a str) -> &'a str {
        self.paint.texts.t(key)
    }

    pub fn with(&self, key: &str, args: &[(&str, Arg<'_>)]) -> String {
        self.paint.texts.with(key, args)
    }

    /// A text of the pack in the language of the screen.
    pub fn pick<'t>(&self, text: &'t Text) -> &'t str {
        text.get(self.model.look.lang)
    }

    pub fn now(&self) -> Timestamp {
        self.model.now.wall
    }

    /// The time of the program's own clock, which what the ledger tells is held against.
    pub fn clocked(&self) -> Timestamp {
        self.model.clocked
    }

    pub fn zone(&self) -> &'a TimeZone {
        &self.model.look.zone
    }

    pub fn glyphs(&self) -> Glyphs {
        self.model.look.glyphs
    }

    /// How long ago something was, short.
    /// How long ago it was written down, by the clock of who wrote it.
    pub fn ledger_age(&self, at: Timestamp) -> String {
        let span = self.clocked().duration_since(at).unsigned_abs();
        time::short(span)
    }

    pub fn age(&self, at: Timestamp) -> String {
        time::short(since(at, self.now()))
    }

    /// That there is no data, and for how long where the last hour tells.
    pub fn no_data(&self, trend: Option<&Series>) -> String {
        match trend.and_then(Series::last_time) {
            Some(at) => self.with("value-no-data-since", &[("age", self.age(at).into())]),
            None => self.t("value-no-data").to_owned(),
        }
    }

    /// How long something is still ahead, short; nothing where it is past.
    pub fn until(&self, at: Timestamp) -> Option<String> {
        let left = since(self.now(), at);
        (left > Duration::ZERO).then(|| time::short(left))
    }

    /// Why an action is not done, and the key that gets what is not known of a check.
    pub fn refusal(&self, refusal: &Refusal) -> String {
        let why = action_words::refusal(self.paint.texts, refusal);
        let key = self.paint.keys.key(Command::Routine);
        match key.filter(|_| refusal.waits_for_check()) {
            Some(key) => {
                let args = [("why", why.into()), ("key", key.into())];
                self.with("refusal-check", &args)
            }
            None => why,
        }
    }

    /// What stands between the parts of a step.
    pub const fn step_signs(&self) -> Signs<'static> {
        Signs {
            arrow: self.glyph.arrow,
            dot: self.glyph.dot,
        }
    }

    /// `  ·  ` between the parts of a line.
    pub fn dot(&self) -> Span<'static> {
        Span::styled(format!(" {} ", self.glyph.dot), self.style(Role::Dim))
    }

    pub const fn light_role(light: Light) -> Role {
        match light {
            Light::Green => Role::Ok,
            Light::Yellow => Role::Warn,
            Light::Unknown => Role::Unknown,
            Light::Red => Role::Error,
        }
    }

    /// The word of a light where a state is told: `ok`, `warn`.
    pub fn light_word(&self, light: Light) -> &'a str {
        self.t(words::state(light))
    }

    /// The name of a light: `GREEN`.
    pub fn light_name(&self, light: Light) -> &'a str {
        self.t(words::light(light))
    }

    /// Whether an item is the selected one of a list.
    pub fn is_selected(selected: Option<&Item>, item: &Item) -> bool {
        selected == Some(item)
    }
}
