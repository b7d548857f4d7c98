//! A text a person reads, in the languages its author gave.

use serde::{Deserialize, Serialize};

/// One of the languages of the screen.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub enum Lang {
    #[default]
    #[serde(rename = "en")]
    En,
    #[serde(rename = "zh-CN")]
    Zh,
}

impl Lang {
    pub const ALL: [Self; 2] = [Self::En, Self::Zh];

    /// The name used in config files and flags.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh-CN",
        }
    }
}

/// A string for all, or one for each language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Text {
    Same(String),
    Each(EachText),
}

/// A text by language; at least one is there (checked at load).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EachText {
    pub en: Option<String>,
    pub zh: Option<String>,
}

impl Default for Text {
    fn default() -> Self {
        Self::Same(String::new())
    }
}

impl Text {
    pub fn get(&self, lang: Lang) -> &str {
        match self {
            Self::Same(text) => text,
            Self::Each(each) => {
                let (first, second) = match lang {
                    Lang::En => (&each.en, &each.zh),
                    Lang::Zh => (&each.zh, &each.en),
                };
                first.as_deref().or(second.as_deref()).unwrap_or_default()
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.get(Lang::En).is_empty()
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::Same(text.to_owned())
    }
}
