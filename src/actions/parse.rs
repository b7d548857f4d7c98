//! What a program wrote, or a server answered, becomes values: by JSON pointers, by a pattern with names, by lines.

use std::collections::BTreeMap;

use regex::Regex;

use crate::domain::action::{
    step::{Parse, Sign},
    value::{Value, Values},
};

/// The largest pattern that is compiled, in bytes of its program: a pack's patterns are a thousandth of it.
const LARGEST_PATTERN: usize = 1 << 20;

/// Why an output gives no values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    #[error("it is not JSON: {why} (line {line}, column {column})")]
    NotJson {
        why: &'static str,
        line: usize,
        column: usize,
    },
    #[error("nothing is at `{pointer}`, where `{name}` should be")]
    Missing { name: String, pointer: String },
    #[error("no line of it matches `{pattern}`")]
    NoMatch { pattern: String },
    #[error("`{pattern}` is no pattern that can be used: {why}")]
    BadPattern { pattern: String, why: String },
}

/// The values of an output. What is wanted and not there is an error: nothing is made up for it.
pub fn parse(by: &Parse, text: &str) -> Result<Values, ParseError> {
    match by {
        Parse::Json(pointers) => by_pointers(pointers, text),
        Parse::Regex(pattern) => by_pattern(pattern, text),
        Parse::Lines => Ok(by_lines(text)),
        // What ended well: how else it ended is told by who heard it.
        Parse::Ending(ending) => {
            let mut values = match &ending.output {
                Some(output) => parse(output, text)?,
                None => Values::new(),
            };
            values.extend(ending.told(Sign::Rc(0), "exit 0"));
            Ok(values)
        }
    }
}

/// A JSON `null` is what was not set: [`Value::Absent`]. A pointer that leads nowhere is an error.
fn by_pointers(pointers: &BTreeMap<String, String>, text: &str) -> Result<Values, ParseError> {
    let document: serde_json::Value =
        serde_json::from_str(text.trim()).map_err(|error| ParseError::NotJson {
            why: if text.trim().is_empty() {
                "it is empty"
            } else if error.is_eof() {
                "it ends too early"
            } else {
                "it does not read as such"
            },
            line: error.line(),
            column: error.column(),
        })?;
    pointers
        .iter()
        .map(|(name, pointer)| {
            let found = document
                .pointer(pointer)
                .ok_or_else(|| ParseError::Missing {
                    name: name.clone(),
                    pointer: pointer.clone(),
                })?;
            Ok((name.clone(), of_json(found)))
        })
        .collect()
}

/// A value as JSON has it. Numbers no integer holds become floats; what neither holds stays a text.
pub fn of_json(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::Absent,
        serde_json::Value::Bool(value) => Value::Bool(*value),
        serde_json::Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Value::Int(whole),
            (None, Some(float)) if float.is_finite() => Value::Float(float),
            _ => Value::Text(number.to_string()),
        },
        serde_json::Value::String(text) => Value::Text(text.clone()),
        serde_json::Value::Array(items) => Value::List(items.iter().map(of_json).collect()),
        serde_json::Value::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(name, value)| (name.clone(), of_json(value)))
                .collect(),
        ),
    }
}

/// The named groups of the first match. `^` and `$` are the ends of a line. A group that took no part is absent.
fn by_pattern(pattern: &str, text: &str) -> Result<Values, ParseError> {
    let built = regex::RegexBuilder::new(pattern)
        .multi_line(true)
        .size_limit(LARGEST_PATTERN)
        .build();
    let regex: Regex = built.map_err(|error| ParseError::BadPattern {
        pattern: pattern.to_owned(),
        why: error.to_string(),
    })?;
    let found = regex.captures(text).ok_or_else(|| ParseError::NoMatch {
        pattern: pattern.to_owned(),
    })?;
    Ok(regex
        .capture_names()
        .flatten()
        .map(|name| {
            let value = found.name(name);
            let value = value.map_or(Value::Absent, |group| scalar(group.as_str()));
            (name.to_owned(), value)
        })
        .collect())
}

fn by_lines(text: &str) -> Values {
    let lines = text
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty());
    let lines = lines.map(Value::text).collect();
    Values::from([("lines".to_owned(), Value::List(lines))])
}

/// A number where the text is just how a number is written (so that `007` and a batch `1e3` stay texts), else the text.
pub fn scalar(text: &str) -> Value {
    if let Ok(whole) = text.parse::<i64>()
        && whole.to_string() == text
    {
        return Value::Int(whole);
    }
    let plain = text
        .strip_prefix('-')
        .unwrap_or(text)
        .split_once('.')
        .is_some_and(|(whole, part)| {
            let digits =
                |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            digits(whole) && digits(part) && (whole == "0" || !whole.starts_with('0'))
        });
    match text.parse::<f64>() {
        Ok(float) if plain && float.is_finite() => Value::Float(float),
        _ => Value::text(text),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn json(pointers: &[(&str, &str)], text: &str) -> Result<Values, ParseError> {
        let pointers = pointers
            .iter()
            .map(|(name, at)| ((*name).to_owned(), (*at).to_owned()));
        parse(&Parse::Json(pointers.collect()), text)
    }

    #[test]
    fn pointers_find_their_values() {
        let text = r#" {"batch": "REL-B4", "weight": 50, "gates": [{"ok": true}, {"ok": null}], "share": 0.5, "big": 18446744073709551615} "#;
        let found = json(
            &[
                ("batch", "/batch"),
                ("weight", "/weight"),
                ("first", "/gates/0/ok"),
                ("second", "/gates/1/ok"),
                ("share", "/share"),
                ("gates", "/gates"),
                ("big", "/big"),
            ],
            text,
        )
        .unwrap();
        assert_eq!(found["batch"], Value::text("REL-B4"));
        assert_eq!(found["weight"], Value::Int(50));
        assert_eq!(found["first"], Value::Bool(true));
        assert_eq!(found["second"], Value::Absent);
        assert_eq!(found["share"], Value::Float(0.5));
        assert!(matches!(&found["gates"], Value::List(gates) if gates.len() == 2));
        assert_eq!(found["big"], Value::Float(18_446_744_073_709_552_000.0));
    }

    #[test]
    fn a_pointer_that_leads_nowhere_is_told() {
        assert_eq!(
            json(&[("weight", "/canary/weight")], r#"{"canary": {}}"#),
            Err(ParseError::Missing {
                name: "weight".to_owned(),
                pointer: "/canary/weight".to_owned()
            })
        );
    }

    #[test]
    fn what_is_no_json_is_told_without_repeating_it() {
        for (text, why) in [
            ("", "it is empty"),
            ("{\"a\": hunter2", "it does not read as such"),
            ("{\"a\":", "it ends too early"),
            ("{} hunter2", "it does not read as such"),
        ] {
            let error = json(&[], text).unwrap_err();
            assert!(
                matches!(&error, ParseError::NotJson { why: said, .. } if *said == why),
                "{text}: {error}"
            );
            assert!(!error.to_string().contains("hunter2"));
        }
    }

    #[test]
    fn named_groups_become_values() {
        let by = Parse::Regex(
            r"^weight: (?P<weight>\d+)%(?: batch (?P<batch>\S+))?$|^never (?P<never>x)$".to_owned(),
        );
        let found = parse(
            &by,
            "stage prod\nweight: 15% batch REL-B3\nweight: 50% batch REL-B4\n",
        )
        .unwrap();
        assert_eq!(found["weight"], Value::Int(15), "the first match counts");
        assert_eq!(found["batch"], Value::text("REL-B3"));
        assert_eq!(found["never"], Value::Absent);
        assert!(matches!(
            parse(&by, "nothing of the kind"),
            Err(ParseError::NoMatch { .. })
        ));
        let bad = Parse::Regex("(".to_owned());
        assert!(matches!(
            parse(&bad, ""),
            Err(ParseError::BadPattern { .. })
        ));
    }

    #[test]
    fn lines_are_those_that_say_something() {
        let found = parse(&Parse::Lines, "a b\r\n\n  c  \n").unwrap();
        assert_eq!(
            found["lines"],
            Value::List(vec![Value::text("a b"), Value::text("  c")])
        );
        assert_eq!(
            parse(&Parse::Lines, "").unwrap()["lines"],
            Value::List(Vec::new())
        );
    }

    #[test]
    fn only_what_is_written_as_a_number_is_one() {
        for (text, value) in [
            ("0", Value::Int(0)),
            ("-12", Value::Int(-12)),
            ("0.25", Value::Float(0.25)),
            ("-3.50", Value::Float(-3.5)),
        ] {
            assert_eq!(scalar(text), value, "{text}");
        }
        for text in [
            "007",
            "1e3",
            "+5",
            "",
            "NaN",
            "inf",
            ".5",
            "5.",
            "1.2.3",
            "00.5",
            " 1",
            "-0",
            "9223372036854775808",
        ] {
            assert_eq!(scalar(text), Value::text(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_fall_over(text in any::<String>(), pattern in any::<String>()) {
            let _ = parse(&Parse::Lines, &text);
            let _ = parse(&Parse::Regex(pattern), &text);
            let _ = json(&[("x", "/a/0/b")], &text);
        }

        #[test]
        fn a_scalar_is_written_as_it_was(text in any::<String>()) {
            let written = scalar(&text);
            if !matches!(written, Value::Float(_)) {
                prop_assert_eq!(written.to_string(), text);
            }
        }
    }
}
