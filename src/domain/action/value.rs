//! The values of parameters, of what was there before, and of what steps read.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

/// A value that an action is given, or that it found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// It was not there: not the same as an empty text.
    Absent,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Value>),
    /// What each of several pods says, where they do not all say the same.
    ByPod(ByPod),
    Object(BTreeMap<String, Value>),
}

/// What pods say, by their names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByPod {
    #[serde(rename = "by-pod")]
    pub said: BTreeMap<String, Value>,
}

/// Values by name, in an order that does not change.
pub type Values = BTreeMap<String, Value>;

impl Value {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The values it stands for: one of each pod, else itself alone.
    pub fn each(&self) -> Vec<&Self> {
        match self {
            Self::ByPod(pods) => pods.said.values().collect(),
            alone => vec![alone],
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "conditions compare numbers as floats"
    )]
    pub const fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(number) => Some(*number as f64),
            Self::Float(number) => Some(*number),
            _ => None,
        }
    }
}

/// As it stands in an argument of a program.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => Ok(()),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Float(value) => write!(f, "{value}"),
            Self::Text(value) => f.write_str(value),
            Self::List(items) => {
                for (place, item) in items.iter().enumerate() {
                    let comma = if place == 0 { "" } else { "," };
                    write!(f, "{comma}{item}")?;
                }
                Ok(())
            }
            Self::ByPod(ByPod { said }) => {
                // Who says nothing has nothing to show, and whom the others are not like comes first.
                let alike = |value: &Self| said.values().filter(|it| *it == value).count();
                let told = said
                    .iter()
                    .filter(|(_, value)| !value.to_string().is_empty());
                let mut told: Vec<(&String, &Self)> = told.collect();
                told.sort_by_key(|(_, value)| alike(value));
                for (place, (pod, value)) in told.into_iter().enumerate() {
                    let comma = if place == 0 { "" } else { ", " };
                    write!(f, "{comma}{pod}: {value}")?;
                }
                Ok(())
            }
            Self::Object(fields) => f.write_str(&serde_json::to_string(fields).unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // row: C18, G6
    #[test]
    fn what_pods_say_is_kept_by_their_names() {
        let said = [("web-1", "open"), ("web-2", ""), ("web-3", "closed")];
        let said = said.map(|(pod, text)| (pod.to_owned(), Value::text(text)));
        let value = Value::ByPod(ByPod { said: said.into() });
        assert_eq!(value.to_string(), "web-1: open, web-3: closed");
        let said = [("web-1", 1), ("web-2", 0), ("web-3", 1)];
        let said = said.map(|(pod, number)| (pod.to_owned(), Value::Int(number)));
        let odd = Value::ByPod(ByPod { said: said.into() });
        assert_eq!(odd.to_string(), "web-2: 0, web-1: 1, web-3: 1");
        let text = serde_json::to_string(&value).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        let other = r#"{"a":{"by-pod":1},"by-pod":{}}"#;
        let other: Value = serde_json::from_str(other).unwrap();
        assert!(matches!(other, Value::Object(_)), "{other:?}");
    }
}
