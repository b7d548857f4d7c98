//! An answer of Redis.

use crate::{actions::parse::scalar, domain::action::value::Value};

/// What Redis says to one command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RedisReply {
    /// `OK` and its like.
    Status(String),
    Error(String),
    Int(i64),
    Text(String),
    Nil,
    List(Vec<RedisReply>),
}

impl RedisReply {
    pub fn error(&self) -> Option<&str> {
        match self {
            Self::Error(error) => Some(error),
            _ => None,
        }
    }

    /// The same, with each of its texts changed.
    pub(super) fn map(self, change: &impl Fn(&str) -> String) -> Self {
        match self {
            Self::Status(text) => Self::Status(change(&text)),
            Self::Error(text) => Self::Error(change(&text)),
            Self::Text(text) => Self::Text(change(&text)),
            Self::List(items) => {
                Self::List(items.into_iter().map(|item| item.map(change)).collect())
            }
            other @ (Self::Int(_) | Self::Nil) => other,
        }
    }

    /// A line for each value, as `redis-cli` writes them into a file.
    pub fn lines(&self) -> String {
        match self {
            Self::Status(text) | Self::Text(text) | Self::Error(text) => format!("{text}\n"),
            Self::Int(number) => format!("{number}\n"),
            Self::Nil => "\n".to_owned(),
            Self::List(items) => items.iter().map(Self::lines).collect(),
        }
    }

    /// As conditions compare it.
    pub fn value(&self) -> Value {
        match self {
            Self::Status(text) | Self::Error(text) => Value::text(text),
            Self::Text(text) => scalar(text),
            Self::Int(number) => Value::Int(*number),
            Self::Nil => Value::Absent,
            Self::List(items) => Value::List(items.iter().map(Self::value).collect()),
        }
    }
}
