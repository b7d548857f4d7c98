//! A value as YAML, as kubectl lays it out: keys in order, lists not indented below their key.

use std::fmt::Write as _;

use serde_json::Value;

use super::{CodeLine, Ink, MASK, Piece};
use crate::domain::clean::is_harmless;

/// The lines of a value. Nothing in them can move a terminal's cursor.
pub fn yaml(value: &Value) -> Vec<CodeLine> {
    let mut lines = Vec::new();
    let mut open = Vec::new();
    write(value, 0, &mut open, &mut lines, Place::Alone);
    if !open.is_empty() {
        lines.push(CodeLine(open));
    }
    lines
}

/// What a value stands behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At the start of its own line.
    Alone,
    /// Behind `key:`.
    Key,
    /// Behind `- `.
    Item,
}

fn write(
    value: &Value,
    depth: usize,
    open: &mut Vec<Piece>,
    lines: &mut Vec<CodeLine>,
    place: Place,
) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            if place == Place::Key {
                flush(open, lines);
            }
            for (index, (key, item)) in map.iter().enumerate() {
                if index > 0 || place != Place::Item {
                    indent(depth, open);
                }
                open.push((Ink::Key, scalar(key)));
                open.push((Ink::Mark, ":".to_owned()));
                write(item, depth + 1, open, lines, Place::Key);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            // Below a key the dashes stand under the key itself.
            let depth = if place == Place::Key {
                depth - 1
            } else {
                depth
            };
            if place == Place::Key {
                flush(open, lines);
            }
            for (index, item) in items.iter().enumerate() {
                if index > 0 || place != Place::Item {
                    indent(depth, open);
                }
                open.push((Ink::Mark, "- ".to_owned()));
                write(item, depth + 1, open, lines, Place::Item);
            }
        }
        leaf => {
            if place == Place::Key {
                open.push((Ink::Mark, " ".to_owned()));
            }
            write_leaf(leaf, depth, open, lines);
        }
    }
}

fn write_leaf(value: &Value, depth: usize, open: &mut Vec<Piece>, lines: &mut Vec<CodeLine>) {
    match value {
        Value::Object(_) => open.push((Ink::Mark, "{}".to_owned())),
        Value::Array(_) => open.push((Ink::Mark, "[]".to_owned())),
        Value::String(text) if text.starts_with(MASK) => open.push((Ink::Masked, scalar(text))),
        Value::String(text) if is_block(text) => return write_block(text, depth, open, lines),
        Value::String(text) => open.push((Ink::Text, scalar(text))),
        other => open.push((Ink::Word, other.to_string())),
    }
    flush(open, lines);
}

fn flush(open: &mut Vec<Piece>, lines: &mut Vec<CodeLine>) {
    lines.push(CodeLine(std::mem::take(open)));
}

fn indent(depth: usize, open: &mut Vec<Piece>) {
    if depth > 0 {
        open.push((Ink::Mark, "  ".repeat(depth)));
    }
}

/// Whether a text of several lines can be written as it stands.
fn is_block(text: &str) -> bool {
    let body = text.trim_end_matches('\n');
    text.contains('\n')
        && !body.is_empty()
        && text.chars().all(|c| is_harmless(c) || c == '\n' || c == '\t')
        && !body.starts_with([' ', '\n', '\t'])
        // A line of blanks only would be read as an empty one.
        && body.split('\n').all(|line| line.is_empty() || !line.trim_matches([' ', '\t']).is_empty())
}

fn write_block(text: &str, depth: usize, open: &mut Vec<Piece>, lines: &mut Vec<CodeLine>) {
    let body = text.trim_end_matches('\n');
    let ends = text.len() - body.len();
    let chomp = match ends {
        0 => "|-",
        1 => "|",
        _ => "|+",
    };
    open.push((Ink::Mark, chomp.to_owned()));
    flush(open, lines);
    let depth = depth.max(1);
    let empty = ends.saturating_sub(1);
    for line in body.split('\n').chain(std::iter::repeat_n("", empty)) {
        if line.is_empty() {
            lines.push(CodeLine::default());
        } else {
            indent(depth, open);
            open.push((Ink::Text, line.to_owned()));
            flush(open, lines);
        }
    }
}

/// A text on one line, in quotes where it would be read as something else.
fn scalar(text: &str) -> String {
    if is_plain(text) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

fn is_plain(text: &str) -> bool {
    let Some(first) = text.chars().next() else {
        return false;
    };
    let second = text.chars().nth(1);
    let indicator = match first {
        '-' | '?' | ':' => second.is_none_or(|c| c == ' '),
        _ => ",[]{}#&*!|>'\"%@`".contains(first),
    };
    !indicator
        && !text.starts_with(' ')
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && text.chars().all(is_harmless)
        && !text.starts_with("---")
        && !text.starts_with("...")
        && !reads_as_other(text)
}

/// Whether YAML of any version would read it as a number, a truth, a time or nothing.
fn reads_as_other(text: &str) -> bool {
    const WORDS: [&str; 16] = [
        "", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "=", "<<", ".inf",
        ".nan", "nan",
    ];
    let lower = text.to_ascii_lowercase();
    if WORDS.contains(&lower.as_str()) {
        return true;
    }
    let unsigned = lower.strip_prefix(['+', '-']).unwrap_or(&lower);
    if unsigned == ".inf" || unsigned == "inf" || unsigned == "infinity" {
        return true;
    }
    let Some(first) = unsigned.chars().next() else {
        return true;
    };
    if !first.is_ascii_digit() && first != '.' {
        return false;
    }
    // Digits with what numbers, times and dates are written with; a name such as `1a-x` is none of them.
    let based =
        unsigned.starts_with("0x") || unsigned.starts_with("0o") || unsigned.starts_with("0b");
    let numeric = |c: char| c.is_ascii_digit() || "._+-:eE".contains(c);
    unsigned.chars().all(numeric)
        || (based
            && unsigned[2..]
                .chars()
                .all(|c| c.is_ascii_hexdigit() || c == '_'))
        || is_time(unsigned)
}

/// `2026-11-21`, `2026-11-21T06:32:05Z`
fn is_time(text: &str) -> bool {
    let digits = |from: usize, to: usize| {
        text.get(from..to)
            .is_some_and(|part| part.chars().all(|c| c.is_ascii_digit()))
    };
    digits(0, 4) && text.get(4..5) == Some("-") && digits(5, 7)
}

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
                // Writing to a String does not fail.
                let _ = match u32::from(c) {
                    code @ 0..=0xff => write!(out, "\\x{code:02x}"),
                    code @ 0x100..=0xffff => write!(out, "\\u{code:04x}"),
                    code => write!(out, "\\U{code:08x}"),
                };
            }
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::text_of;
    use super::*;

    fn written(value: &Value) -> String {
        text_of(&yaml(value))
    }

    #[test]
    fn it_is_laid_out_as_kubectl_does() {
        let value = json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"annotations": {}, "name": "a", "labels": {"on": "true", "port": "8080"}},
            "spec": {"containers": [{"args": ["-c", "sleep 1"], "name": "main", "ports": [{"containerPort": 80}]}]},
        });
        let expected = "\
apiVersion: v1
kind: Pod
metadata:
  annotations: {}
  labels:
    \"on\": \"true\"
    port: \"8080\"
  name: a
spec:
  containers:
  - args:
    - -c
    - sleep 1
    name: main
    ports:
    - containerPort: 80
";
        assert_eq!(written(&value), expected);
    }

    #[test]
    fn texts_that_would_be_read_as_something_else_are_quoted() {
        for text in [
            "",
            "true",
            "No",
            "~",
            "1",
            "1e3",
            "0x1f",
            "1.5",
            "12:30",
            "2026-11-21",
            "- a",
            "a: b",
            "a #b",
            " a",
            "a ",
            "a:",
            "*x",
            "&x",
            "%x",
            "@x",
            "`x",
            "{",
            "[",
            "'",
            "\"",
            "\u{1b}[2J",
            "\u{202e}x",
            "null",
            "2026-11-21T06:32:05Z",
            "=",
            "+1",
            ".5",
            "0o7",
            "1_000",
        ] {
            assert!(!is_plain(text), "{text:?}");
        }
        for text in [
            "-c",
            "--flag=x",
            "a:b",
            "a#b",
            "export-worker",
            "512Mi",
            "1.2.3-rc1",
            "导出",
            "http://x:80/",
            "10.0.0.1x",
        ] {
            assert!(is_plain(text), "{text:?}");
        }
    }

    #[test]
    fn texts_of_several_lines_stay_in_lines() {
        let value = json!({"data": {"_": "one\n", "a": "one\ntwo\n", "b": "one\n\n  two", "c": "x\ny\n\n\n", "d": " x\ny", "e": "a\u{7}\nb"}});
        let expected = "\
data:
  _: |
    one
  a: |
    one
    two
  b: |-
    one

      two
  c: |+
    x
    y


  d: \" x\\ny\"
  e: \"a\\x07\\nb\"
";
        assert_eq!(written(&value), expected);
    }

    /// Any value with texts of all kinds in it.
    pub fn values() -> impl Strategy<Value = Value> {
        let text = prop_oneof![
            any::<String>(),
            "[ a-z:#\\-\n'\"0-9.,\t]{0,12}",
            "[0-9xoe:.+_\\-TZ]{1,8}",
            "(true|yes|off|null|~|\\.inf|NaN|0b1|é\u{85}|\u{2028})",
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            text.clone().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(text.clone(), inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_reads_back_as_it_was(value in values()) {
            let value = json!({"root": value});
            let text = written(&value);
            let back: Value = serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
            prop_assert_eq!(back, value, "{}", text);
        }

        #[test]
        fn nothing_in_it_moves_the_cursor(value in values()) {
            for line in yaml(&value) {
                prop_assert!(line.text().chars().all(|c| is_harmless(c) || c == '\t'), "{line:?}");
            }
        }
    }
}
