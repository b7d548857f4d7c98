//! A message to come: its id and what fills its holes, so that it reads in either language.

use crate::domain::clean::clean;
use crate::i18n::{Arg, Texts};

/// A message by its id with the values of its holes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Say {
    pub id: &'static str,
    pub args: Vec<(&'static str, Word)>,
}

/// What fills a hole of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    Plain(String),
    Number(u64),
    Said(Say),
}

impl From<&str> for Word {
    fn from(text: &str) -> Self {
        Self::Plain(text.to_owned())
    }
}

impl From<String> for Word {
    fn from(text: String) -> Self {
        Self::Plain(text)
    }
}

impl From<u64> for Word {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<Say> for Word {
    fn from(say: Say) -> Self {
        Self::Said(say)
    }
}

impl Say {
    pub fn new(id: &'static str) -> Self {
        Self {
            id,
            args: Vec::new(),
        }
    }

    #[must_use]
    pub fn arg(mut self, name: &'static str, value: impl Into<Word>) -> Self {
        self.args.push((name, value.into()));
        self
    }

    pub fn text(&self, texts: &Texts) -> String {
        let args: Vec<(&str, Arg<'_>)> = self
            .args
            .iter()
            .map(|(name, word)| {
                let value = match word {
                    Word::Plain(text) => clean(text).into_owned().into(),
                    Word::Number(number) => (*number).into(),
                    Word::Said(say) => say.text(texts).into(),
                };
                (*name, value)
            })
            .collect();
        texts.with(self.id, &args)
    }
}
