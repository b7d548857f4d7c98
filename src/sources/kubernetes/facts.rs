//! Single facts of an object's JSON, cleaned.

use jiff::Timestamp;
use serde_json::Value;

use crate::domain::clean::clean;

/// Longer texts are cut.
const LONGEST: usize = 600;

/// A text, a number or a truth as text; nothing where it is absent, empty or more than one value.
pub(super) fn text(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer).and_then(scalar)
}

/// As [`text`], of the value itself.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(short(text)),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// A cleaned text of bearable length.
pub(super) fn short(raw: &str) -> String {
    let cleaned = clean(raw);
    if cleaned.chars().count() <= LONGEST {
        return cleaned.into_owned();
    }
    let mut cut: String = cleaned.chars().take(LONGEST).collect();
    cut.push('…');
    cut
}

/// A count; zero where it is absent, as Go leaves zeros out.
pub(super) fn number(value: &Value, pointer: &str) -> u64 {
    value.pointer(pointer).and_then(Value::as_u64).unwrap_or(0)
}

pub(super) fn truth(value: &Value, pointer: &str) -> bool {
    value.pointer(pointer).and_then(Value::as_bool) == Some(true)
}

pub(super) fn time(value: &Value, pointer: &str) -> Option<Timestamp> {
    value.pointer(pointer)?.as_str()?.parse().ok()
}

/// The items of a list; none where it is absent.
pub(super) fn array<'v>(value: &'v Value, pointer: &str) -> impl Iterator<Item = &'v Value> {
    let items = value.pointer(pointer).and_then(Value::as_array);
    items.into_iter().flatten()
}

/// The pairs of a map of texts, cleaned; none where it is absent.
pub(super) fn pairs(value: &Value, pointer: &str) -> Vec<(String, String)> {
    let map = value.pointer(pointer).and_then(Value::as_object);
    map.into_iter()
        .flatten()
        .map(|(name, value)| (short(name), scalar(value).unwrap_or_default()))
        .collect()
}

/// `a=1, b=2`; nothing where there is none.
pub(super) fn joined(value: &Value, pointer: &str) -> Option<String> {
    let pairs = pairs(value, pointer);
    let told: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    (!told.is_empty()).then(|| told.join(", "))
}

/// A label selector as kubectl writes it; nothing where it selects by nothing.
pub(super) fn selector(value: &Value, pointer: &str) -> Option<String> {
    let selector = value.pointer(pointer)?;
    let labels = joined(selector, "/matchLabels");
    let expressions = array(selector, "/matchExpressions").map(|it| {
        let key = text(it, "/key").unwrap_or_default();
        let values: Vec<String> = array(it, "/values").filter_map(scalar).collect();
        match text(it, "/operator").as_deref() {
            Some("Exists") => key,
            Some("DoesNotExist") => format!("!{key}"),
            Some("NotIn") => format!("{key} notin ({})", values.join(",")),
            _ => format!("{key} in ({})", values.join(",")),
        }
    });
    let parts: Vec<String> = labels.into_iter().chain(expressions).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
