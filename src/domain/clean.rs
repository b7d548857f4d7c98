//! Text from outside, made safe for a terminal: no control sequence of any kind survives.

use std::borrow::Cow;

/// How many spaces stand for a tab where no column is known.
const TAB: &str = "    ";

/// One line of text from outside: sequences stripped, line ends and tabs turned into spaces.
pub fn clean(text: &str) -> Cow<'_, str> {
    scrub(text, false)
}

/// Text from outside that may have several lines: as [`clean`], but `\n` stays.
pub fn clean_lines(text: &str) -> Cow<'_, str> {
    scrub(text, true)
}

fn scrub(text: &str, lines: bool) -> Cow<'_, str> {
    // Almost every text is harmless, and it is asked for in every update of a watched object.
    if text.chars().all(|c| harmless(c) || (lines && c == '\n')) {
        return Cow::Borrowed(text);
    }
    // C1 controls are two bytes in UTF-8, which the parser would print: a terminal reads them as ESC and a letter.
    let mut seven_bit = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{80}'..='\u{9f}' => {
                seven_bit.push('\u{1b}');
                seven_bit.push(char::from(
                    u8::try_from(u32::from(c) - 0x40).unwrap_or(b'\\'),
                ));
            }
            _ => seven_bit.push(c),
        }
    }
    let mut kept = Kept {
        out: String::with_capacity(text.len()),
        lines,
        joiner: false,
    };
    let mut parser = vte::Parser::new();
    parser.advance(&mut kept, seven_bit.as_bytes());
    Cow::Owned(kept.out)
}

/// Whether a terminal draws it as itself: no control, and nothing that reorders or hides others.
pub fn is_harmless(c: char) -> bool {
    harmless(c)
}

/// Nothing in it needs the parser.
fn harmless(c: char) -> bool {
    !c.is_control() && !invisible(c) && c != '\u{200d}'
}

/// Characters that reorder or hide others: bidirectional controls, zero-width ones, tags, line separators.
fn invisible(c: char) -> bool {
    matches!(c,
        '\u{61c}' | '\u{200b}'..='\u{200c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{ad}' | '\u{180e}'
        | '\u{e0000}'..='\u{e007f}')
}

/// Whether a zero-width joiner between these two is part of an emoji.
fn joins(before: Option<char>, after: char) -> bool {
    let pictograph =
        |c: char| matches!(c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}' | '\u{fe0f}');
    before.is_some_and(pictograph) && pictograph(after)
}

/// Collects what the parser calls printable.
struct Kept {
    out: String,
    lines: bool,
    /// A joiner was read and waits for the character that proves it is one.
    joiner: bool,
}

impl vte::Perform for Kept {
    fn print(&mut self, c: char) {
        if c == '\u{200d}' {
            self.joiner = true;
            return;
        }
        if std::mem::take(&mut self.joiner) && joins(self.out.chars().next_back(), c) {
            self.out.push('\u{200d}');
        }
        if !c.is_control() && !invisible(c) {
            self.out.push(c);
        }
    }

    fn execute(&mut self, byte: u8) {
        self.joiner = false;
        match byte {
            b'\t' => self.out.push_str(TAB),
            b'\n' if self.lines => self.out.push('\n'),
            b'\n' => self.out.push(' '),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn harmless_text_is_not_copied() {
        assert!(matches!(clean("export-worker 导出 café"), Cow::Borrowed(_)));
    }

    #[test]
    fn sequences_of_every_kind_are_gone() {
        for (dirty, kept) in [
            ("a\u{1b}[31mred\u{1b}[0m", "ared"),
            ("a\u{1b}]0;title\u{7}b", "ab"),
            (
                "a\u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\b",
                "alinkb",
            ),
            ("a\u{1b}Pq#0\u{1b}\\b", "ab"),
            ("a\u{9b}2Jb", "ab"),
            ("a\u{9d}0;t\u{9c}b", "ab"),
            ("a\tb\rc\nd", "a    bc d"),
            ("x\u{202e}gpj.exe", "xgpj.exe"),
            ("pa\u{200b}ss\u{feff}\u{2060}", "pass"),
            ("del\u{7f}ete\u{8}", "delete"),
        ] {
            assert_eq!(clean(dirty), kept, "{dirty:?}");
        }
    }

    #[test]
    fn a_joiner_lives_only_inside_an_emoji() {
        assert_eq!(clean("👩\u{200d}🚒 ok"), "👩\u{200d}🚒 ok");
        assert_eq!(clean("pay\u{200d}ments"), "payments");
        assert_eq!(clean("👩\u{200d}"), "👩");
    }

    #[test]
    fn lines_stay_where_they_are_wanted() {
        assert_eq!(clean_lines("a\n\u{1b}[2Kb\r\nc"), "a\nb\nc");
    }

    proptest! {
        #[test]
        fn no_control_is_left(text in any::<String>(), noise in "[\\x00-\\x1f\\x7f\\u{80}-\\u{9f}a-z\\[;0-9]{0,40}") {
            for dirty in [text.clone(), noise.clone(), format!("{text}{noise}"), format!("{noise}{text}")] {
                let kept = clean(&dirty);
                prop_assert!(kept.chars().all(|c| !c.is_control() && !invisible(c)), "{kept:?}");
                prop_assert_eq!(clean(&kept), kept.clone());
            }
        }

        #[test]
        fn plain_words_pass(text in "[a-zA-Z0-9 .,:/一-龥_-]{0,60}") {
            prop_assert_eq!(clean(&text), text.as_str());
        }
    }
}
