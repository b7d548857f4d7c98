//! Filters: fuzzy words, `label=value`, `!not`, `/regex/`, all of which must match.

use std::cell::RefCell;

use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{AtomKind, CaseMatching, Normalization, Pattern},
};
use regex::Regex;

/// What a filter can look at of one item.
pub trait Filterable {
    /// The text words and expressions are matched against.
    fn text(&self) -> &str;

    /// The value of a label.
    fn label(&self, key: &str) -> Option<&str>;
}

/// One part of a filter.
#[derive(Debug, Clone)]
enum Term {
    Fuzzy(Pattern),
    Label { key: String, value: String },
    Regex(Regex),
    Not(Box<Term>),
}

/// A filter as typed and as understood.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    text: String,
    terms: Vec<Term>,
}

/// Why a filter can't be taken: the regular expression does not parse.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadFilter(String);

thread_local! {
    // A matcher owns a table of 135 KB: one for each thread that filters.
    static MATCHER: RefCell<Matcher> = RefCell::new(Matcher::new(Config::DEFAULT));
}

impl Filter {
    pub fn parse(text: &str) -> Result<Self, BadFilter> {
        let mut terms = Vec::new();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let (term, after) = term(rest)?;
            terms.extend(term);
            rest = after.trim_start();
        }
        Ok(Self {
            text: text.to_owned(),
            terms,
        })
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Nothing is filtered.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    pub fn matches(&self, item: &dyn Filterable) -> bool {
        self.terms.iter().all(|term| term.matches(item))
    }
}

impl Term {
    fn matches(&self, item: &dyn Filterable) -> bool {
        match self {
            Self::Fuzzy(pattern) => fuzzy(pattern, item.text()).is_some(),
            Self::Label { key, value } => item
                .label(key)
                .is_some_and(|found| value.is_empty() || found == value),
            Self::Regex(regex) => regex.is_match(item.text()),
            Self::Not(term) => !term.matches(item),
        }
    }
}

/// The pattern of one word or of several.
pub fn pattern(text: &str) -> Pattern {
    Pattern::new(
        text,
        CaseMatching::Smart,
        Normalization::Smart,
        AtomKind::Fuzzy,
    )
}

/// How well a text matches, if it does.
pub fn fuzzy(pattern: &Pattern, text: &str) -> Option<u32> {
    MATCHER.with_borrow_mut(|matcher| {
        let mut buffer = Vec::new();
        pattern.score(Utf32Str::new(text, &mut buffer), matcher)
    })
}

/// How well a text matches, and which of its characters.
pub fn fuzzy_indices(pattern: &Pattern, text: &str) -> Option<(u32, Vec<u32>)> {
    MATCHER.with_borrow_mut(|matcher| {
        let (mut buffer, mut indices) = (Vec::new(), Vec::new());
        let score = pattern.indices(Utf32Str::new(text, &mut buffer), matcher, &mut indices)?;
        indices.sort_unstable();
        indices.dedup();
        Some((score, indices))
    })
}

/// The first term of a text and what comes after it; a lone `!` or `/` is not a term yet.
fn term(text: &str) -> Result<(Option<Term>, &str), BadFilter> {
    if let Some(rest) = text.strip_prefix('!') {
        let (inner, after) = if rest.is_empty() || rest.starts_with(' ') {
            (None, rest)
        } else {
            term(rest)?
        };
        return Ok((inner.map(|inner| Term::Not(Box::new(inner))), after));
    }
    if let Some(rest) = text.strip_prefix('/') {
        // To the closing slash, or to the end while it is being typed.
        let (expression, after) = rest.split_once('/').unwrap_or((rest, ""));
        if expression.is_empty() {
            return Ok((None, after));
        }
        let regex = Regex::new(expression).map_err(|error| BadFilter(short(&error)))?;
        return Ok((Some(Term::Regex(regex)), after));
    }
    let (word, after) = text.split_once(' ').unwrap_or((text, ""));
    let term = match word.split_once('=') {
        Some((key, value)) if !key.is_empty() => Term::Label {
            key: key.to_owned(),
            value: value.to_owned(),
        },
        _ => Term::Fuzzy(pattern(word)),
    };
    Ok((Some(term), after))
}

/// The last line of a regular expression's error says what is wrong; those before it draw it.
fn short(error: &regex::Error) -> String {
    let text = error.to_string();
    text.lines()
        .last()
        .unwrap_or(&text)
        .trim_start_matches("error: ")
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Pod(&'static str, &'static [(&'static str, &'static str)]);

    impl Filterable for Pod {
        fn text(&self) -> &str {
            self.0
        }

        fn label(&self, key: &str) -> Option<&str> {
            self.1
                .iter()
                .find(|(name, _)| *name == key)
                .map(|(_, value)| *value)
        }
    }

    fn matches(filter: &str, pod: &Pod) -> bool {
        Filter::parse(filter).unwrap().matches(pod)
    }

    const POD: Pod = Pod(
        "export-worker-7d9f-x2k",
        &[("app", "export-worker"), ("tier", "")],
    );

    #[test]
    fn every_kind_of_term_matches_what_it_says() {
        assert!(matches("", &POD));
        assert!(matches("expwrk", &POD));
        assert!(!matches("lookup", &POD));
        assert!(matches("app=export-worker", &POD));
        assert!(!matches("app=export", &POD));
        assert!(
            matches("app=", &POD),
            "an empty value asks only that the label is there"
        );
        assert!(!matches("zone=", &POD));
        assert!(matches("!lookup", &POD));
        assert!(!matches("!export", &POD));
        assert!(matches("/x2k$/", &POD));
        assert!(
            matches("/^export.*k$", &POD),
            "a slash still missing at the end is forgiven"
        );
        assert!(!matches("!/x2k$/", &POD));
    }

    #[test]
    fn terms_are_joined_by_and() {
        assert!(matches("export app=export-worker !/b7q/", &POD));
        assert!(!matches("export app=lookup", &POD));
    }

    #[test]
    fn a_filter_half_typed_hides_nothing() {
        for half in ["!", "/", "!/", " "] {
            assert!(matches(half, &POD), "{half:?}");
            assert!(Filter::parse(half).unwrap().is_empty());
        }
    }

    #[test]
    fn a_broken_expression_says_what_is_wrong() {
        let error = Filter::parse("/(/").unwrap_err();
        assert_eq!(error.to_string(), "unclosed group");
    }
}
