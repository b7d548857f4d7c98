//! What a person looks for in lines: text, or `/an expression/`; `!` before it means lines without it.

use std::ops::Range;

use regex::{Regex, RegexBuilder};

/// The memory one expression may take.
const MOST: usize = 1 << 20;

/// A text to look for, as typed and as understood.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    regex: Regex,
    inverse: bool,
}

impl Pattern {
    /// `None` where there is nothing to look for (yet); the error says what is wrong with the expression.
    pub fn parse(text: &str) -> Result<Option<Self>, String> {
        let typed = text;
        let (inverse, rest) = match text.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        Ok(understood(rest)?.map(|regex| Self {
            text: typed.to_owned(),
            regex,
            inverse,
        }))
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text) != self.inverse
    }

    /// The parts of a line that are looked for; none where the line is there because it has none.
    pub fn found(&self, text: &str) -> Vec<Range<usize>> {
        if self.inverse {
            return Vec::new();
        }
        self.regex
            .find_iter(text)
            .map(|found| found.range())
            .filter(|range| !range.is_empty())
            .collect()
    }
}

/// A text as it stands, or `/an expression/`; letters of both cases count as the same unless one is upper. `None` where
/// nothing is typed (yet); the error says what is wrong with the expression.
pub fn understood(typed: &str) -> Result<Option<Regex>, String> {
    let expression = match typed.strip_prefix('/') {
        // The closing slash is forgiven while it is being typed.
        Some(body) => body.strip_suffix('/').unwrap_or(body).to_owned(),
        None => regex::escape(typed),
    };
    if expression.is_empty() {
        return Ok(None);
    }
    let small = !typed.chars().any(char::is_uppercase);
    RegexBuilder::new(&expression)
        .case_insensitive(small)
        .size_limit(MOST)
        .dfa_size_limit(MOST)
        .build()
        .map(Some)
        .map_err(|error| short(&error))
}

/// The last line of a regular expression's error says what is wrong; those before it draw it.
fn short(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or(&text);
    last.trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::parse(pattern).unwrap().unwrap().matches(text)
    }

    #[test]
    fn text_is_text_and_slashes_make_an_expression() {
        assert!(matches("a.b", "x A.B y"));
        assert!(!matches("a.b", "aXb"));
        assert!(!matches("Error", "error"), "a capital asks for capitals");
        assert!(matches("/a.b/", "aXb"));
        assert!(matches("/^take \\d+", "take 31"));
        assert!(matches("!probe", "served"));
        assert!(!matches("!/prob./", "probe"));
        assert!(matches("导出", "开始导出任务"));
    }

    #[test]
    fn half_typed_is_nothing_and_broken_says_why() {
        for half in ["", "!", "/", "!/", "//"] {
            assert!(Pattern::parse(half).unwrap().is_none(), "{half:?}");
        }
        assert_eq!(Pattern::parse("/(").unwrap_err(), "unclosed group");
        assert!(Pattern::parse("/(a{1000}){1000}/").is_err(), "too big");
    }

    #[test]
    fn what_was_found_is_told_by_its_bytes() {
        let found = |pattern: &str, text| Pattern::parse(pattern).unwrap().unwrap().found(text);
        assert_eq!(found("ab", "xabAB"), [1..3, 3..5]);
        assert!(found("!ab", "xyz").is_empty());
        assert_eq!(found("/x*/", "axx"), std::slice::from_ref(&(1..3)));
    }
}
