//! Matchers of labels, as silences, inhibitions and filters write them.

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::{Value, json};

/// How a matcher compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    Like,
    NotLike,
}

/// One condition on one label.
#[derive(Debug, Clone)]
pub struct Matcher {
    name: String,
    value: String,
    comparison: Comparison,
    pattern: Option<Regex>,
}

impl PartialEq for Matcher {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, &self.value, self.comparison) == (&other.name, &other.value, other.comparison)
    }
}

impl Matcher {
    fn new(name: &str, value: &str, comparison: Comparison) -> Result<Self, String> {
        let starts_well = name
            .chars()
            .next()
            .is_some_and(|c| c.is_alphabetic() || c == '_');
        if !starts_well {
            return Err(format!("invalid label name \"{name}\""));
        }
        let pattern =
            match comparison {
                Comparison::Equal | Comparison::NotEqual => None,
                Comparison::Like | Comparison::NotLike => {
                    let whole = Regex::new(&format!("^(?:{value})$"));
                    Some(whole.map_err(|error| {
                        format!("invalid regular expression \"{value}\": {error}")
                    })?)
                }
            };
        Ok(Self {
            name: name.to_owned(),
            value: value.to_owned(),
            comparison,
            pattern,
        })
    }

    /// Reads `name="value"`, `name=~"a|b"`, `name!=value`, `name!~"…"`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let bad = || format!("bad matcher format: {text}");
        let text = text.trim().trim_start_matches('{').trim_end_matches('}');
        let at = text.find(['=', '!']).ok_or_else(bad)?;
        let (name, rest) = text.split_at(at);
        if name.trim().is_empty() {
            return Err(bad());
        }
        let signs = [
            ("=~", Comparison::Like),
            ("!~", Comparison::NotLike),
            ("!=", Comparison::NotEqual),
            ("=", Comparison::Equal),
        ];
        let (sign, comparison) = signs
            .into_iter()
            .find(|(sign, _)| rest.starts_with(sign))
            .ok_or_else(bad)?;
        let value = rest[sign.len()..].trim();
        let value = match value.strip_prefix('"') {
            Some(open) => open
                .strip_suffix('"')
                .ok_or_else(bad)?
                .replace("\\\"", "\"")
                .replace("\\\\", "\\"),
            None => value.to_owned(),
        };
        Self::new(name.trim(), &value, comparison)
    }

    /// Reads the object that silences carry.
    pub fn from_json(value: &Value) -> Result<Self, String> {
        let text = |key: &str| {
            let found = value[key].as_str();
            found.ok_or_else(|| format!("matchers.{key} in body is required"))
        };
        let like = value["isRegex"]
            .as_bool()
            .ok_or("matchers.isRegex in body is required")?;
        let equal = value["isEqual"].as_bool().unwrap_or(true);
        let comparison = match (like, equal) {
            (false, true) => Comparison::Equal,
            (false, false) => Comparison::NotEqual,
            (true, true) => Comparison::Like,
            (true, false) => Comparison::NotLike,
        };
        Self::new(text("name")?, text("value")?, comparison)
    }

    pub fn to_json(&self) -> Value {
        let like = matches!(self.comparison, Comparison::Like | Comparison::NotLike);
        let equal = matches!(self.comparison, Comparison::Equal | Comparison::Like);
        json!({ "name": self.name, "value": self.value, "isRegex": like, "isEqual": equal })
    }

    fn accepts(&self, value: &str) -> bool {
        let like = self
            .pattern
            .as_ref()
            .is_some_and(|pattern| pattern.is_match(value));
        match self.comparison {
            Comparison::Equal => value == self.value,
            Comparison::NotEqual => value != self.value,
            Comparison::Like => like,
            Comparison::NotLike => !like,
        }
    }

    /// An absent label is an empty one.
    pub fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        self.accepts(labels.get(&self.name).map_or("", String::as_str))
    }

    /// Whether it would match alerts that don't have the label at all.
    pub fn matches_empty(&self) -> bool {
        self.accepts("")
    }
}

/// Whether all matchers match.
pub fn all(matchers: &[Matcher], labels: &BTreeMap<String, String>) -> bool {
    matchers.iter().all(|matcher| matcher.matches(labels))
}

/// Reads several.
pub fn parse_all<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Vec<Matcher>, String> {
    texts.into_iter().map(Matcher::parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_comparisons() {
        let labels: BTreeMap<_, _> = [("service".to_owned(), "导出".to_owned())].into();
        for (text, expected) in [
            ("service=\"导出\"", true),
            ("service=导出", true),
            ("service != \"导出\"", false),
            ("service=~\"导.*|x\"", true),
            ("service=~\"导\"", false),
            ("service!~\"导.*\"", false),
            ("other=\"\"", true),
            ("{other!=\"\"}", false),
        ] {
            assert_eq!(
                Matcher::parse(text).unwrap().matches(&labels),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn broken_ones_are_refused() {
        for text in ["service", "=x", "service=~\"(\"", "service=\"x"] {
            assert!(Matcher::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn json_there_and_back() {
        let matcher = Matcher::parse("a!~\"b\"").unwrap();
        assert_eq!(Matcher::from_json(&matcher.to_json()).unwrap(), matcher);
        assert!(Matcher::from_json(&serde_json::json!({ "name": "a", "value": "b" })).is_err());
    }
}
