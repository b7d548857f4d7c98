//! What a person says on the command line, as it is taken into the ledger.

use crate::{cli::exit::Exit, domain::clean::clean_lines, i18n::Texts};

use super::say;

/// The most of it, in characters.
const LONGEST: usize = 4_000;

/// Something, not too much, and nothing that a terminal would obey.
fn taken(text: &str) -> Option<String> {
    let clean = clean_lines(text);
    let text = clean.trim();
    let fits = !text.is_empty() && text.chars().count() <= LONGEST;
    fits.then(|| text.to_owned())
}

/// A text as it is taken; where it can't be, that is said.
pub fn said(texts: &Texts, text: &str) -> Result<String, Exit> {
    taken(text).ok_or_else(|| {
        say::err(&why_not(texts, text, LONGEST));
        Exit::Usage
    })
}

/// Why a text is not taken: it says nothing, or has more than so many characters.
pub fn why_not(texts: &Texts, text: &str, most: usize) -> String {
    if clean_lines(text).trim().is_empty() {
        return texts.t("journal-empty-note").to_owned();
    }
    texts.with("journal-bad-note", &[("most", most.into())])
}

/// One that need not be given; one that is given says something.
pub fn maybe_said(texts: &Texts, text: Option<&str>) -> Result<Option<String>, Exit> {
    text.map(|text| said(texts, text)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_nothing_or_commands_a_terminal_is_not_taken_as_it_is() {
        assert_eq!(
            taken("  the queue grows "),
            Some("the queue grows".to_owned())
        );
        assert_eq!(taken("one\ntwo"), Some("one\ntwo".to_owned()));
        assert_eq!(taken(""), None);
        assert_eq!(taken(" \t "), None);
        assert_eq!(taken("\u{1b}[31m"), None, "nothing but a colour");
        assert_eq!(
            taken("\u{1b}]52;c;cm0gLXJm\u{7}backlog\u{9b}2J"),
            Some("backlog".to_owned())
        );
        assert_eq!(taken(&"x".repeat(LONGEST + 1)), None);
    }

    #[test]
    fn what_is_empty_is_not_refused_as_too_long() {
        let texts = Texts::new(crate::domain::text::Lang::En);
        let why = |text: &str| why_not(&texts, text, LONGEST);
        let empty = texts.t("journal-empty-note");
        assert_eq!(why(""), empty);
        assert_eq!(why(" \n"), empty);
        assert_eq!(why("\u{1b}[31m"), empty);
        assert!(why(&"a".repeat(LONGEST + 1)).contains("4000"));
    }
}
