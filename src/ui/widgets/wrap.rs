//! Text in lines of so many cells, broken between words where it can be.

use unicode_segmentation::UnicodeSegmentation;

use crate::domain::settings::Glyphs;
use crate::i18n::width::{cells, ellipsis, expand_tabs, truncate};

/// The lines of a text; a word longer than a line is broken, wide characters may be broken anywhere.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(2);
    let expanded = expand_tabs(text, 4);
    let mut out = Vec::new();
    for line in expanded.lines() {
        wrap_line(line, width, &mut out);
    }
    out
}

/// As [`wrap`], in at most so many lines; the last of them says when there was more.
pub fn wrap_most(text: &str, width: usize, most: usize, glyphs: Glyphs) -> Vec<String> {
    let mut lines = wrap(text, width);
    if lines.len() <= most {
        return lines;
    }
    lines.truncate(most);
    if let Some(last) = lines.last_mut() {
        let more = format!("{last} {}", ellipsis(glyphs));
        *last = truncate(&more, width.max(2), glyphs).into_owned();
    }
    lines
}

fn wrap_line(line: &str, width: usize, out: &mut Vec<String>) {
    let mut current = String::new();
    let mut used = 0;
    for piece in pieces(line) {
        let wide = cells(piece);
        if used + wide > width {
            let trimmed = current.trim_end().to_owned();
            if !trimmed.is_empty() {
                out.push(trimmed);
            }
            current.clear();
            used = 0;
            if piece.trim().is_empty() {
                continue;
            }
            if wide > width {
                for grapheme in piece.graphemes(true) {
                    let one = cells(grapheme);
                    if used + one > width {
                        out.push(std::mem::take(&mut current));
                        used = 0;
                    }
                    current.push_str(grapheme);
                    used += one;
                }
                continue;
            }
        }
        current.push_str(piece);
        used += wide;
    }
    out.push(current.trim_end().to_owned());
}

/// Words, runs of spaces, and wide characters one by one; what ends a clause stays with what it ends.
fn pieces(line: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut from = 0;
    let mut before: Option<&str> = None;
    for (at, grapheme) in line.grapheme_indices(true) {
        let breaks = before.is_some_and(|before| {
            !is_closing(grapheme)
                && (is_space(before) != is_space(grapheme)
                    || cells(before) > 1
                    || cells(grapheme) > 1)
        });
        if breaks {
            out.push(&line[from..at]);
            from = at;
        }
        before = Some(grapheme);
    }
    out.push(&line[from..]);
    out
}

fn is_space(grapheme: &str) -> bool {
    grapheme.chars().all(char::is_whitespace)
}

fn is_closing(grapheme: &str) -> bool {
    matches!(
        grapheme,
        "，" | "。" | "；" | "：" | "！" | "？" | "、" | "）" | "》" | "」" | "”"
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_stay_whole_and_wide_text_breaks_anywhere() {
        assert_eq!(wrap("the queue is deep", 9), ["the queue", "is deep"]);
        assert_eq!(
            wrap("导出队列积压超过两千", 8),
            ["导出队列", "积压超过", "两千"]
        );
        assert_eq!(wrap("一二三，四", 6), ["一二", "三，四"]);
        assert_eq!(
            wrap("export-worker-7d9f died (137), again", 20),
            ["export-worker-7d9f", "died (137), again"]
        );
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("a\n\nb", 9), ["a", "", "b"]);
    }

    #[test]
    fn what_is_left_out_is_told() {
        let most = |width, most| wrap_most("the queue is deep", width, most, Glyphs::Unicode);
        assert_eq!(most(9, 2), ["the queue", "is deep"]);
        assert_eq!(most(9, 1), ["the queu…"]);
        assert_eq!(most(11, 1), ["the queue …"]);
        assert_eq!(most(8, 2), ["the", "queue i…"]);
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_asked(text in "[a-z一-龥é👩 \n\t.,-]{0,80}", width in 2_usize..30) {
            for line in wrap(&text, width) {
                prop_assert!(cells(&line) <= width, "{line:?}");
            }
        }
    }
}
