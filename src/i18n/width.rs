//! Cells of the terminal: how many a text takes, and how to make it take so many.
//!
//! A grapheme is never split; widths are what ratatui's buffer counts, so nothing shifts.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::domain::settings::Glyphs;

/// The cells one grapheme takes.
fn grapheme_cells(grapheme: &str) -> usize {
    if grapheme.contains(char::is_control) {
        0
    } else {
        grapheme.width()
    }
}

/// The cells a text takes.
pub fn cells(text: &str) -> usize {
    if text.is_ascii() {
        return text.bytes().filter(|b| !b.is_ascii_control()).count();
    }
    text.graphemes(true).map(grapheme_cells).sum()
}

/// What stands for the part that was cut off.
pub fn ellipsis(glyphs: Glyphs) -> &'static str {
    match glyphs {
        Glyphs::Unicode => "…",
        Glyphs::Ascii => "~",
    }
}

/// The text in at most so many cells, its end cut off where it is longer.
pub fn truncate(text: &str, width: usize, glyphs: Glyphs) -> Cow<'_, str> {
    if cells(text) <= width {
        return Cow::Borrowed(text);
    }
    let Some(room) = width.checked_sub(1) else {
        return Cow::Borrowed("");
    };
    Cow::Owned(format!("{}{}", head(text, room), ellipsis(glyphs)))
}

/// The text in at most so many cells, its middle cut out where it is longer: names differ at both ends.
pub fn truncate_middle(text: &str, width: usize, glyphs: Glyphs) -> Cow<'_, str> {
    if cells(text) <= width {
        return Cow::Borrowed(text);
    }
    let Some(room) = width.checked_sub(1) else {
        return Cow::Borrowed("");
    };
    // The end carries the hash of a pod's name: it gets the smaller half only when the room is odd.
    let tail_room = room / 2;
    Cow::Owned(format!(
        "{}{}{}",
        head(text, room - tail_room),
        ellipsis(glyphs),
        tail(text, tail_room)
    ))
}

/// The text at the left of exactly so many cells.
pub fn pad_right(text: &str, width: usize, glyphs: Glyphs) -> String {
    let mut out = truncate(text, width, glyphs).into_owned();
    out.extend(std::iter::repeat_n(' ', width.saturating_sub(cells(&out))));
    out
}

/// The text at the right of exactly so many cells.
pub fn pad_left(text: &str, width: usize, glyphs: Glyphs) -> String {
    let kept = truncate(text, width, glyphs);
    let mut out: String = std::iter::repeat_n(' ', width.saturating_sub(cells(&kept))).collect();
    out.push_str(&kept);
    out
}

/// The text in exactly so many cells, its middle cut out where it is longer.
pub fn pad_middle(text: &str, width: usize, glyphs: Glyphs) -> String {
    let mut out = truncate_middle(text, width, glyphs).into_owned();
    out.extend(std::iter::repeat_n(' ', width.saturating_sub(cells(&out))));
    out
}

/// The text with each tab replaced by spaces up to the next stop.
pub fn expand_tabs(text: &str, stop: usize) -> Cow<'_, str> {
    if !text.contains('\t') || stop == 0 {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + stop);
    let mut column = 0;
    for grapheme in text.graphemes(true) {
        match grapheme {
            "\t" => {
                let spaces = stop - column % stop;
                out.extend(std::iter::repeat_n(' ', spaces));
                column += spaces;
            }
            "\n" | "\r\n" => {
                out.push_str(grapheme);
                column = 0;
            }
            _ => {
                out.push_str(grapheme);
                column += grapheme_cells(grapheme);
            }
        }
    }
    Cow::Owned(out)
}

/// As many whole graphemes from the start as fit.
fn head(text: &str, room: usize) -> &str {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += grapheme_cells(grapheme);
        if used > room {
            return &text[..at];
        }
    }
    text
}

/// As many whole graphemes from the end as fit.
fn tail(text: &str, room: usize) -> &str {
    let mut used = 0;
    let mut from = text.len();
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        used += grapheme_cells(grapheme);
        if used > room {
            break;
        }
        from = at;
    }
    &text[from..]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const U: Glyphs = Glyphs::Unicode;

    #[test]
    fn wide_characters_take_two_cells() {
        assert_eq!(cells("导出 x"), 6);
        assert_eq!(cells("👩\u{200d}🚒"), 2);
        assert_eq!(cells("e\u{301}"), 1);
    }

    #[test]
    fn a_wide_character_is_not_cut_in_half() {
        assert_eq!(pad_right("导出任务", 4, U), "导… ");
        assert_eq!(pad_left("导出任务", 4, Glyphs::Ascii), " 导~");
        assert_eq!(truncate("导出", 0, U), "");
        assert_eq!(truncate("导出", 1, U), "…");
    }

    #[test]
    fn the_middle_of_a_name_goes_first() {
        assert_eq!(
            truncate_middle("export-worker-7d9f-x2k", 11, U),
            "expor…f-x2k"
        );
        assert_eq!(truncate_middle("short", 11, U), "short");
    }

    #[test]
    fn tabs_reach_the_next_stop() {
        assert_eq!(expand_tabs("a\tb\n\tc", 4), "a   b\n    c");
        assert_eq!(expand_tabs("导\tb", 4), "导  b");
    }

    proptest! {
        #[test]
        fn the_result_is_exactly_as_wide_as_asked(text in "[a-z一-龥é👩🚒\u{200d}\u{301} -]{0,30}", width in 0_usize..40) {
            for glyphs in [Glyphs::Unicode, Glyphs::Ascii] {
                prop_assert_eq!(cells(&pad_right(&text, width, glyphs)), width);
                prop_assert_eq!(cells(&pad_left(&text, width, glyphs)), width);
                prop_assert_eq!(cells(&pad_middle(&text, width, glyphs)), width);
                prop_assert!(cells(&truncate_middle(&text, width, glyphs)) <= width);
            }
        }

        #[test]
        fn what_is_kept_is_whole_graphemes(text in "[a-z一-龥é👩🚒\u{200d}\u{301}]{0,30}", width in 1_usize..40) {
            let kept = truncate(&text, width, U);
            let body = kept.strip_suffix('…').unwrap_or(&kept);
            let whole: Vec<&str> = text.graphemes(true).collect();
            let part: Vec<&str> = body.graphemes(true).collect();
            prop_assert_eq!(&whole[..part.len()], &part[..]);
        }
    }
}
