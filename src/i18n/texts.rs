//! One language's messages, ready for a draw loop.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use super::files;
use crate::domain::settings::Lang;

/// A value put into a message: anything that is `Into` this, such as a number or a text.
pub type Arg<'a> = FluentValue<'a>;

/// The messages of one language; cheap to clone and to ask.
#[derive(Clone)]
pub struct Texts {
    inner: Arc<Inner>,
}

struct Inner {
    lang: Lang,
    bundle: FluentBundle<FluentResource>,
    /// Messages without holes, formatted once.
    plain: HashMap<String, String>,
}

impl Texts {
    pub fn new(lang: Lang) -> Self {
        let tag: LanguageIdentifier = lang
            .code()
            .parse()
            .expect("the codes of `Lang` are language tags");
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        // Isolation marks are bidi controls, which the screen never carries.
        bundle.set_use_isolating(false);
        let mut keys = Vec::new();
        for (_, text) in files::of(lang) {
            keys.extend(message_keys(text).map(str::to_owned));
            // Broken entries are left out here; a test reads every file and fails on the first one.
            let resource = FluentResource::try_new((*text).to_owned())
                .unwrap_or_else(|(resource, _)| resource);
            bundle.add_resource_overriding(resource);
        }
        let plain = keys
            .into_iter()
            .filter_map(|key| {
                let text = format(&bundle, &key, None)?;
                Some((key, text))
            })
            .collect();
        Self {
            inner: Arc::new(Inner {
                lang,
                bundle,
                plain,
            }),
        }
    }

    pub fn lang(&self) -> Lang {
        self.inner.lang
    }

    /// A message without holes; the key itself where there is no such message.
    pub fn t<'a>(&'a self, key: &'a str) -> &'a str {
        self.inner.plain.get(key).map_or(key, String::as_str)
    }

    /// A message without holes, where there is one; for keys that are built from an id.
    pub fn plain(&self, key: &str) -> Option<&str> {
        self.inner.plain.get(key).map(String::as_str)
    }

    /// A message with its holes filled; the key itself where it can't be.
    pub fn with(&self, key: &str, args: &[(&str, Arg<'_>)]) -> String {
        if let Some(plain) = self.inner.plain.get(key) {
            return plain.clone();
        }
        let args: FluentArgs<'_> = args
            .iter()
            .map(|(name, value)| (*name, value.clone()))
            .collect();
        format(&self.inner.bundle, key, Some(&args)).unwrap_or_else(|| key.to_owned())
    }

    /// Whether there is such a message.
    pub fn has(&self, key: &str) -> bool {
        self.inner.bundle.has_message(key)
    }
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Texts").field(&self.inner.lang).finish()
    }
}

impl PartialEq for Texts {
    fn eq(&self, other: &Self) -> bool {
        self.inner.lang == other.inner.lang
    }
}

fn format(
    bundle: &FluentBundle<FluentResource>,
    key: &str,
    args: Option<&FluentArgs<'_>>,
) -> Option<String> {
    let pattern = bundle.get_message(key)?.value()?;
    let mut errors = Vec::new();
    let text = bundle
        .format_pattern(pattern, args, &mut errors)
        .into_owned();
    errors.is_empty().then_some(text)
}

/// The keys of the messages of one file, in order.
pub fn message_keys(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let (key, _) = line.split_once('=')?;
        let key = key.trim_end();
        let named = key.starts_with(|c: char| c.is_ascii_lowercase())
            && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        named.then_some(key)
    })
}
