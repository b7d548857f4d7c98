//! What two texts differ in, line by line.

use similar::{ChangeTag, TextDiff};

/// How many lines around a change are shown.
const AROUND: usize = 3;

/// Longer texts are compared up to here: beyond it a comparison takes too long to wait for.
const MOST: usize = 4_000;

/// One line of a unified diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiffLine {
    /// Where the lines below it stand: `@@ -12,7 +12,7 @@`.
    Hunk(String),
    Same(String),
    Removed(String),
    Added(String),
}

/// The lines in which `new` differs from `old`, with some around them; empty where they are the same.
pub fn diff(old: &[String], new: &[String]) -> Vec<DiffLine> {
    let old: Vec<&str> = old.iter().take(MOST).map(String::as_str).collect();
    let new: Vec<&str> = new.iter().take(MOST).map(String::as_str).collect();
    let compared = TextDiff::from_slices(&old, &new);
    let mut lines = Vec::new();
    for hunk in compared.unified_diff().context_radius(AROUND).iter_hunks() {
        lines.push(DiffLine::Hunk(hunk.header().to_string()));
        for change in hunk.iter_changes() {
            let text = change.value().to_owned();
            lines.push(match change.tag() {
                ChangeTag::Equal => DiffLine::Same(text),
                ChangeTag::Delete => DiffLine::Removed(text),
                ChangeTag::Insert => DiffLine::Added(text),
            });
        }
    }
    lines
}

impl DiffLine {
    /// As `diff -u` writes it.
    pub fn text(&self) -> String {
        match self {
            Self::Hunk(text) => text.clone(),
            Self::Same(text) => format!(" {text}"),
            Self::Removed(text) => format!("-{text}"),
            Self::Added(text) => format!("+{text}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_change_stands_with_what_is_around_it() {
        let old = lines("a\nb\nc\nd\ne\nf\ng\nh\n");
        let new = lines("a\nb\nc\nd\nE\nf\ng\nh\n");
        let told: Vec<String> = diff(&old, &new).iter().map(DiffLine::text).collect();
        assert_eq!(
            told,
            [
                "@@ -2,7 +2,7 @@",
                " b",
                " c",
                " d",
                "-e",
                "+E",
                " f",
                " g",
                " h"
            ]
        );
        assert_eq!(diff(&old, &old), []);
    }

    proptest! {
        #[test]
        fn both_texts_can_be_had_back_where_all_is_near(
            old in prop::collection::vec("[ab]{0,2}", 0..4),
            new in prop::collection::vec("[ab]{0,2}", 0..4),
        ) {
            // With so few lines all of them are within the lines around a change.
            let told = diff(&old, &new);
            let keep = |line: &DiffLine, mine: bool| match line {
                DiffLine::Hunk(_) => None,
                DiffLine::Same(text) => Some(text.clone()),
                DiffLine::Removed(text) => mine.then(|| text.clone()),
                DiffLine::Added(text) => (!mine).then(|| text.clone()),
            };
            if old == new {
                prop_assert!(told.is_empty());
            } else {
                prop_assert_eq!(told.iter().filter_map(|it| keep(it, true)).collect::<Vec<_>>(), old);
                prop_assert_eq!(told.iter().filter_map(|it| keep(it, false)).collect::<Vec<_>>(), new);
            }
        }
    }
}
