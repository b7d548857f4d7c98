//! Label and field selectors of list and watch.

use serde_json::Value;

use super::kinds::Res;
use super::status::{ApiError, ApiResult};
use super::store::Entry;

/// One requirement of a label selector.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Requirement {
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
    Exists(String),
    Absent(String),
    Greater(String, i64),
    Less(String, i64),
}

/// A parsed label selector; the empty one matches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Labels(Vec<Requirement>);

/// A parsed field selector: field, whether it must be equal, value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, bool, String)>);

/// What list and watch select by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selector {
    pub namespace: Option<String>,
    pub labels: Labels,
    pub fields: Fields,
}

impl Selector {
    pub fn matches(&self, entry: &Entry) -> bool {
        self.namespace
            .as_deref()
            .is_none_or(|namespace| namespace == entry.namespace.as_ref())
            && self.fields.matches(entry)
            && self.labels.matches(|key| entry.label(key))
    }
}

impl Fields {
    pub fn parse(res: Res, text: &str) -> ApiResult<Self> {
        let mut fields = Vec::new();
        for term in text.split(',').filter(|term| !term.trim().is_empty()) {
            let term = term.trim();
            let (field, equal, value) = if let Some((field, value)) = term.split_once("!=") {
                (field, false, value)
            } else if let Some((field, value)) = term.split_once("==") {
                (field, true, value)
            } else if let Some((field, value)) = term.split_once('=') {
                (field, true, value)
            } else {
                let message = format!("invalid selector: '{text}'; can't understand '{term}'");
                return Err(ApiError::bad_request(message));
            };
            let known = matches!(field, "metadata.name" | "metadata.namespace")
                || res.selectable_fields().contains(&field);
            if !known {
                let message = format!("field label not supported: {field}");
                return Err(ApiError::bad_request(message));
            }
            fields.push((field.to_owned(), equal, value.to_owned()));
        }
        Ok(Self(fields))
    }

    fn matches(&self, entry: &Entry) -> bool {
        let fits = |(field, equal, value): &(String, bool, String)| {
            (entry.field(field) == value.as_str()) == *equal
        };
        self.0.iter().all(fits)
    }
}

impl Labels {
    pub fn parse(text: &str) -> ApiResult<Self> {
        let mut rest = text.trim();
        let mut requirements = Vec::new();
        while !rest.is_empty() {
            let end = term_end(rest);
            requirements.push(requirement(rest[..end].trim())?);
            rest = rest.get(end + 1..).unwrap_or_default().trim_start();
        }
        Ok(Self(requirements))
    }

    /// The selector of a workload or budget: `matchLabels` and `matchExpressions`.
    pub fn of_object(selector: &Value) -> Self {
        let mut requirements = Vec::new();
        if let Some(labels) = selector.get("matchLabels").and_then(Value::as_object) {
            for (key, value) in labels {
                let value = value.as_str().unwrap_or_default().to_owned();
                requirements.push(Requirement::In(key.clone(), vec![value]));
            }
        }
        let expressions = selector.get("matchExpressions").and_then(Value::as_array);
        for expression in expressions.into_iter().flatten() {
            let key = expression["key"].as_str().unwrap_or_default().to_owned();
            let values = expression["values"].as_array();
            let values = values.into_iter().flatten().filter_map(Value::as_str);
            let values = values.map(str::to_owned).collect();
            requirements.push(match expression["operator"].as_str() {
                Some("NotIn") => Requirement::NotIn(key, values),
                Some("Exists") => Requirement::Exists(key),
                Some("DoesNotExist") => Requirement::Absent(key),
                _ => Requirement::In(key, values),
            });
        }
        Self(requirements)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn matches<'a>(&self, label: impl Fn(&str) -> Option<&'a str>) -> bool {
        let is_one = |key: &str, values: &[String]| {
            label(key).is_some_and(|value| values.iter().any(|one| one == value))
        };
        let number = |key: &str| label(key).and_then(|value| value.parse::<i64>().ok());
        self.0.iter().all(|requirement| match requirement {
            Requirement::In(key, values) => is_one(key, values),
            Requirement::NotIn(key, values) => !is_one(key, values),
            Requirement::Exists(key) => label(key).is_some(),
            Requirement::Absent(key) => label(key).is_none(),
            Requirement::Greater(key, than) => number(key).is_some_and(|value| value > *than),
            Requirement::Less(key, than) => number(key).is_some_and(|value| value < *than),
        })
    }
}

/// Where the first term ends: at the first comma outside brackets.
fn term_end(text: &str) -> usize {
    let mut depth = 0_u32;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => return at,
            _ => {}
        }
    }
    text.len()
}

fn requirement(term: &str) -> ApiResult<Requirement> {
    let unreadable = || {
        let message = format!("unable to parse requirement: found '{term}'");
        ApiError::bad_request(message)
    };
    let key_of = |key: &str| -> ApiResult<String> {
        let key = key.trim();
        let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./".contains(letter);
        if key.is_empty() || !key.chars().all(plain) {
            return Err(unreadable());
        }
        Ok(key.to_owned())
    };
    if let Some(key) = term.strip_prefix('!') {
        return Ok(Requirement::Absent(key_of(key)?));
    }
    if let Some(list) = term.strip_suffix(')') {
        let (head, list) = list.split_once('(').ok_or_else(unreadable)?;
        let values = list.split(',').map(|value| value.trim().to_owned());
        let values = values.collect();
        let (key, operator) = head.trim().rsplit_once(' ').ok_or_else(unreadable)?;
        return match operator {
            "in" => Ok(Requirement::In(key_of(key)?, values)),
            "notin" => Ok(Requirement::NotIn(key_of(key)?, values)),
            _ => Err(unreadable()),
        };
    }
    let one = |value: &str| vec![value.trim().to_owned()];
    if let Some((key, value)) = term.split_once("!=") {
        return Ok(Requirement::NotIn(key_of(key)?, one(value)));
    }
    if let Some((key, value)) = term.split_once("==").or_else(|| term.split_once('=')) {
        return Ok(Requirement::In(key_of(key)?, one(value)));
    }
    let number = |value: &str| value.trim().parse().map_err(|_| unreadable());
    if let Some((key, value)) = term.split_once('>') {
        return Ok(Requirement::Greater(key_of(key)?, number(value)?));
    }
    if let Some((key, value)) = term.split_once('<') {
        return Ok(Requirement::Less(key_of(key)?, number(value)?));
    }
    Ok(Requirement::Exists(key_of(term)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(selector: &str) -> bool {
        let labels = [("app", "shop"), ("tier", "web"), ("shard", "3")];
        let label = |key: &str| labels.iter().find(|(k, _)| *k == key).map(|(_, v)| *v);
        Labels::parse(selector).unwrap().matches(label)
    }

    #[test]
    fn every_operator_selects() {
        for yes in [
            "",
            "app=shop",
            "app==shop,tier!=db",
            "app in (shop, cart),tier notin (db)",
            "app",
            "!gone",
            "shard>2,shard<4",
            "gone notin (a)",
        ] {
            assert!(holds(yes), "{yes}");
        }
        for no in [
            "app=cart",
            "app in (a,b)",
            "!app",
            "gone",
            "shard>3",
            "tier!=web",
        ] {
            assert!(!holds(no), "{no}");
        }
        for broken in ["app in shop)", "a b=c", "app in (x", "="] {
            assert!(Labels::parse(broken).is_err(), "{broken}");
        }
    }
}
