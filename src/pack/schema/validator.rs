//! A validator of as much of JSON Schema as is written here; a word it does not know is a mistake of the schema.

use std::{cell::RefCell, collections::HashMap};

use regex::Regex;
use serde_json::{Map, Value};

/// Where a value breaks the schema, and by which rule.
pub(super) fn faults(schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    Check { root: schema }.check(schema, value, "", &mut found);
    found
}

thread_local! {
    static PATTERNS: RefCell<HashMap<String, Regex>> = RefCell::default();
}

fn is_like(pattern: &str, text: &str) -> bool {
    PATTERNS.with_borrow_mut(|known| {
        let pattern = known
            .entry(pattern.to_owned())
            .or_insert_with(|| Regex::new(pattern).expect("it is a pattern"));
        pattern.is_match(text)
    })
}

struct Check<'s> {
    root: &'s Value,
}

/// What else is to be looked at: a schema, a value, and where that is.
type Below<'s> = Vec<(&'s Value, &'s Value, String)>;

impl<'s> Check<'s> {
    fn fits(&self, schema: &Value, value: &Value) -> bool {
        let mut found = Vec::new();
        Check { root: self.root }.check(schema, value, "", &mut found);
        found.is_empty()
    }

    fn check(&self, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
        let schema = schema.as_object().expect("a schema is an object");
        let mut below = Below::new();
        for (word, rule) in schema {
            let fault = match word.as_str() {
                "$schema" | "$id" | "$defs" | "title" | "description" | "examples" | "then" => None,
                "type" | "const" | "enum" | "pattern" | "minimum" | "maximum" | "minItems" => {
                    of_value(word, rule, value)
                }
                "required" | "propertyNames" => self.of_keys(word, rule, value),
                "anyOf" | "oneOf" => self.of_several(word, rule, value),
                "additionalProperties" => others(schema, rule, value, at, &mut below),
                _ => {
                    self.inward(schema, (word, rule), value, at, &mut below);
                    None
                }
            };
            found.extend(fault.map(|what| format!("{at}: {what}")));
        }
        for (schema, value, at) in below {
            self.check(schema, value, &at, found);
        }
    }

    fn of_keys(&self, word: &str, rule: &Value, value: &Value) -> Option<String> {
        let object = value.as_object()?;
        if word == "required" {
            let mut names = list(rule).filter_map(Value::as_str);
            let missing = names.find(|name| !object.contains_key(*name));
            return missing.map(|name| format!("`{name}` is missing"));
        }
        let mut keys = object.keys();
        let odd = keys.find(|key| !self.fits(rule, &Value::from(key.as_str())));
        odd.map(|key| format!("`{key}` is no name"))
    }

    fn of_several(&self, word: &str, rule: &Value, value: &Value) -> Option<String> {
        let fitting = list(rule).filter(|one| self.fits(one, value)).count();
        let well = if word == "oneOf" {
            fitting == 1
        } else {
            fitting > 0
        };
        (!well).then(|| format!("{fitting} of {} may stand here", list(rule).count()))
    }

    /// Words that lead to other schemas or into the value.
    fn inward<'v>(
        &self,
        schema: &'v Map<String, Value>,
        (word, rule): (&str, &'v Value),
        value: &'v Value,
        at: &str,
        below: &mut Below<'v>,
    ) where
        's: 'v,
    {
        match word {
            "$ref" => {
                let path = rule.as_str().and_then(|it| it.strip_prefix('#'));
                let target = path.and_then(|path| self.root.pointer(path));
                let target = target.unwrap_or_else(|| panic!("{rule} leads nowhere"));
                below.push((target, value, at.to_owned()));
            }
            "items" => {
                let items = value.as_array().into_iter().flatten().enumerate();
                below.extend(items.map(|(place, item)| (rule, item, format!("{at}[{place}]"))));
            }
            "properties" => {
                let entries = value.as_object().into_iter().flatten();
                let known = entries.filter_map(|(key, value)| Some((key, rule.get(key)?, value)));
                below.extend(known.map(|(key, rule, value)| (rule, value, format!("{at}.{key}"))));
            }
            "allOf" => below.extend(list(rule).map(|one| (one, value, at.to_owned()))),
            "if" => {
                if self.fits(rule, value) {
                    below.push((&schema["then"], value, at.to_owned()));
                }
            }
            other => panic!("the schema says `{other}`, which nobody checks"),
        }
    }
}

fn list(rule: &Value) -> impl Iterator<Item = &Value> {
    rule.as_array().expect("a list").iter()
}

/// Keys that `properties` does not name.
fn others<'v>(
    schema: &'v Map<String, Value>,
    rule: &'v Value,
    value: &'v Value,
    at: &str,
    below: &mut Below<'v>,
) -> Option<String> {
    let known = schema.get("properties").and_then(Value::as_object);
    let is_known = |key: &str| known.is_some_and(|known| known.contains_key(key));
    let mut entries = value.as_object()?.iter().filter(|(key, _)| !is_known(key));
    if *rule == Value::Bool(false) {
        return entries
            .next()
            .map(|(key, _)| format!("`{key}` is not known"));
    }
    below.extend(entries.map(|(key, value)| (rule, value, format!("{at}.{key}"))));
    None
}

/// Words about the value itself.
fn of_value(word: &str, rule: &Value, value: &Value) -> Option<String> {
    let number = value.as_f64();
    let well = match word {
        "type" => match rule.as_array() {
            Some(kinds) => kinds.iter().any(|kind| is(kind, value)),
            None => is(rule, value),
        },
        "const" => value == rule,
        "enum" => list(rule).any(|one| one == value),
        "pattern" => value
            .as_str()
            .is_none_or(|text| is_like(rule.as_str().expect("a pattern is a text"), text)),
        "minimum" => number.is_none_or(|number| Some(number) >= rule.as_f64()),
        "maximum" => number.is_none_or(|number| Some(number) <= rule.as_f64()),
        _ => value
            .as_array()
            .is_none_or(|all| Some(all.len() as u64) >= rule.as_u64()),
    };
    (!well).then(|| format!("does not keep `{word}` {rule}"))
}

fn is(kind: &Value, value: &Value) -> bool {
    match kind.as_str().expect("a type is a text") {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        other => panic!("no type is called {other}"),
    }
}
