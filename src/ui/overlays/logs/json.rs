//! Lines that are JSON, as one reads them.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// Members that say what happened.
const MESSAGES: [&str; 4] = ["msg", "message", "event", "text"];

/// Members that stand in columns of their own already.
const KNOWN: [&str; 11] = [
    "level",
    "lvl",
    "severity",
    "levelname",
    "log.level",
    "loglevel",
    "@level",
    "time",
    "ts",
    "timestamp",
    "@timestamp",
];

/// The object a line is; `None` where it is anything else.
fn object(text: &str) -> Option<Map<String, Value>> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(members)) => Some(members),
        _ => None,
    }
}

/// The message first, then what else it says; `None` where it is no object.
pub fn short(text: &str) -> Option<String> {
    let members = object(text)?;
    let message = MESSAGES
        .iter()
        .find_map(|key| Some((*key, members.get(*key)?.as_str()?)));
    let mut out = message.map_or_else(String::new, |(_, said)| said.to_owned());
    for (key, value) in &members {
        if KNOWN.contains(&key.as_str()) || message.is_some_and(|(named, _)| named == key) {
            continue;
        }
        let gap = if out.is_empty() { "" } else { " " };
        // Writing to a String does not fail.
        let _ = match value {
            Value::String(text) if plain(text) => write!(out, "{gap}{key}={text}"),
            other => write!(out, "{gap}{key}={other}"),
        };
    }
    // A member may hold what the line itself was cleaned of, written as an escape.
    Some(crate::domain::clean::clean(&out).into_owned())
}

fn plain(text: &str) -> bool {
    !text.is_empty() && !text.contains([' ', '"', '=', '\n'])
}

/// One member on each row; `None` where it is no object.
pub fn pretty(text: &str) -> Option<Vec<String>> {
    let members = object(text)?;
    let text = serde_json::to_string_pretty(&Value::Object(members)).ok()?;
    Some(
        text.lines()
            .map(|line| crate::domain::clean::clean(line).into_owned())
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_comes_first() {
        let line =
            r#"{"ts":1.5,"level":"info","msg":"export done","job":"j-7","took":3,"note":"a b"}"#;
        assert_eq!(
            short(line).unwrap(),
            r#"export done job=j-7 note="a b" took=3"#
        );
        assert_eq!(short(r#"{"a":{"b":[1]}}"#).unwrap(), r#"a={"b":[1]}"#);
        assert_eq!(short(r#"{"level":"info"}"#).unwrap(), "");
        for other in ["plain", "[1]", "{broken", "3"] {
            assert_eq!(short(other), None);
        }
    }

    #[test]
    fn an_escape_written_as_one_does_not_come_back() {
        let line = "{\"msg\":\"a\\u001b[2Jb\\u202e\"}";
        assert_eq!(short(line).unwrap(), "ab");
        assert!(
            pretty(line)
                .unwrap()
                .concat()
                .chars()
                .all(|c| !c.is_control())
        );
    }

    #[test]
    fn pretty_is_one_member_on_each_row() {
        let rows = pretty(r#"{"b":1,"a":"x"}"#).unwrap();
        assert_eq!(rows, ["{", "  \"a\": \"x\",", "  \"b\": 1", "}"]);
    }
}
