//! A value as JSON, two spaces deep, in lines.

use std::fmt::Write as _;

use serde_json::Value;

use super::{CodeLine, Ink, MASK, Piece};
use crate::domain::clean::is_harmless;

/// The lines of a value. Nothing in them can move a terminal's cursor.
pub fn json(value: &Value) -> Vec<CodeLine> {
    let mut lines = Lines::default();
    lines.value(value, 0);
    lines.end();
    lines.done
}

#[derive(Default)]
struct Lines {
    done: Vec<CodeLine>,
    open: Vec<Piece>,
}

impl Lines {
    fn put(&mut self, ink: Ink, text: impl Into<String>) {
        self.open.push((ink, text.into()));
    }

    fn end(&mut self) {
        self.done.push(CodeLine(std::mem::take(&mut self.open)));
    }

    fn indent(&mut self, depth: usize) {
        if depth > 0 {
            self.put(Ink::Mark, "  ".repeat(depth));
        }
    }

    fn value(&mut self, value: &Value, depth: usize) {
        match value {
            Value::String(text) => {
                let ink = if text.starts_with(MASK) {
                    Ink::Masked
                } else {
                    Ink::Text
                };
                self.put(ink, quoted(text));
            }
            Value::Array(items) if items.is_empty() => self.put(Ink::Mark, "[]"),
            Value::Object(map) if map.is_empty() => self.put(Ink::Mark, "{}"),
            Value::Array(items) => {
                self.put(Ink::Mark, "[");
                for (index, item) in items.iter().enumerate() {
                    self.next(index);
                    self.indent(depth + 1);
                    self.value(item, depth + 1);
                }
                self.close("]", depth);
            }
            Value::Object(map) => {
                self.put(Ink::Mark, "{");
                for (index, (key, item)) in map.iter().enumerate() {
                    self.next(index);
                    self.indent(depth + 1);
                    self.put(Ink::Key, quoted(key));
                    self.put(Ink::Mark, ": ");
                    self.value(item, depth + 1);
                }
                self.close("}", depth);
            }
            other => self.put(Ink::Word, other.to_string()),
        }
    }

    fn next(&mut self, index: usize) {
        if index > 0 {
            self.put(Ink::Mark, ",");
        }
        self.end();
    }

    fn close(&mut self, sign: &str, depth: usize) {
        self.end();
        self.indent(depth);
        self.put(Ink::Mark, sign);
    }
}

/// A text in quotes, everything that a terminal would not draw as itself escaped.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_harmless(c) => out.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing to a String does not fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{text_of, yaml::tests::values};
    use super::*;

    proptest! {
        #[test]
        fn it_reads_back_as_it_was(value in values()) {
            let lines = json(&value);
            let text = text_of(&lines);
            let back: Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(back, value);
            prop_assert!(lines.iter().all(|line| line.text().chars().all(is_harmless)));
        }
    }
}
