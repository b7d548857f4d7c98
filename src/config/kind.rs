//! What a value has to be, and how it is read from TOML, a variable or a flag.

use std::fmt::Write as _;
use std::ops::Range;
use std::time::Duration;

use jiff::SignedDuration;
use toml::Spanned;
use toml::de::DeValue;

use super::diagnostic::{Say, Source};
use super::document::found;
use crate::domain::ledger_url::{LedgerUrl, LedgerUrlProblem};
use crate::domain::nearest::nearest;
use crate::domain::place::{ServicePlace, ServiceProblem};
use crate::domain::settings::{BaseUrl, BaseUrlProblem};

/// What a value has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// An id that may also be the name of a folder.
    Id,
    Path,
    Flag,
    Whole {
        min: i64,
        max: i64,
    },
    /// From and to, in milliseconds.
    Span {
        min: u64,
        max: u64,
    },
    Url,
    Choice(&'static [&'static str]),
    /// Several of these.
    Choices(&'static [&'static str]),
    /// The name of a Kubernetes object.
    Name,
    /// Several of these.
    Names,
    Urls,
    /// A service of the cluster: `monitoring/prometheus-operated:9090`.
    Service,
    Services,
    Header,
    Command,
    /// The address of a database of PostgreSQL.
    Ledger,
}

/// A value that has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Text(String),
    Flag(bool),
    Whole(i64),
    Span(Duration),
    List(Vec<String>),
}

/// Why a value is not what it has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    pub expected: Say,
    pub found: Say,
    pub nearest: Option<String>,
    /// The part of the value that is wrong, where it is not all of it.
    pub span: Option<Range<usize>>,
}

impl Kind {
    /// The kind as the end of "expected …".
    pub fn say(self) -> Say {
        match self {
            Self::Text => Say::new("config-kind-text"),
            Self::Id => Say::new("config-kind-id"),
            Self::Path => Say::new("config-kind-path"),
            Self::Flag => Say::new("config-kind-flag"),
            Self::Whole { min, max } => Say::new("config-kind-whole")
                .arg("min", min.to_string())
                .arg("max", max.to_string()),
            Self::Span { min, max } => Say::new("config-kind-span")
                .arg("min", span_text(Duration::from_millis(min)))
                .arg("max", span_text(Duration::from_millis(max))),
            Self::Url => Say::new("config-kind-url"),
            Self::Choice(names) => Say::new("config-kind-choice").arg("names", names.join(", ")),
            Self::Choices(names) => Say::new("config-kind-choices").arg("names", names.join(", ")),
            Self::Name => Say::new("config-kind-name"),
            Self::Names => Say::new("config-kind-names"),
            Self::Urls => Say::new("config-kind-urls"),
            Self::Service => Say::new("config-kind-service"),
            Self::Services => Say::new("config-kind-services"),
            Self::Header => Say::new("config-kind-header"),
            Self::Command => Say::new("config-kind-command"),
            Self::Ledger => Say::new("config-kind-ledger"),
        }
    }

    /// Reads a value out of a TOML text.
    pub fn from_toml(
        self,
        value: &Spanned<DeValue<'_>>,
        source: &Source,
    ) -> Result<Value, Box<Mismatch>> {
        let wrong = || Box::new(self.mismatch(found(value, source)));
        match (self, value.get_ref()) {
            (Self::Flag, DeValue::Boolean(flag)) => Ok(Value::Flag(*flag)),
            (Self::Whole { .. }, DeValue::Integer(number)) => {
                let number =
                    i64::from_str_radix(number.as_str(), number.radix()).map_err(|_| wrong())?;
                self.whole(number).ok_or_else(wrong)
            }
            (
                Self::Names | Self::Urls | Self::Services | Self::Choices(_),
                DeValue::Array(items),
            ) => {
                let mut list = Vec::new();
                for item in items {
                    let DeValue::String(text) = item.get_ref() else {
                        let span = Some(item.span());
                        return Err(Box::new(Mismatch {
                            span,
                            ..self.mismatch(found(item, source))
                        }));
                    };
                    let read = self.item(text);
                    list.push(read.map_err(|wrong| Mismatch {
                        span: Some(item.span()),
                        ..*wrong
                    })?);
                }
                Ok(Value::List(list))
            }
            (
                Self::Flag
                | Self::Whole { .. }
                | Self::Names
                | Self::Urls
                | Self::Services
                | Self::Choices(_),
                _,
            ) => Err(wrong()),
            (_, DeValue::String(text)) => self.from_text(text),
            _ => Err(wrong()),
        }
    }

    /// Reads a value out of a variable or flag; lists are parted by commas.
    pub fn from_text(self, text: &str) -> Result<Value, Box<Mismatch>> {
        let wrong = || Box::new(self.mismatch(quoted(text)));
        match self {
            Self::Text | Self::Path | Self::Command => {
                if text.trim().is_empty() {
                    Err(wrong())
                } else {
                    Ok(Value::Text(text.to_owned()))
                }
            }
            Self::Id => {
                let id = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
                if !text.is_empty() && text.chars().all(id) {
                    Ok(Value::Text(text.to_owned()))
                } else {
                    Err(wrong())
                }
            }
            Self::Header => http::HeaderValue::from_str(text)
                .map(|_| Value::Text(text.to_owned()))
                .map_err(|_| wrong()),
            Self::Flag => match text {
                "true" | "1" => Ok(Value::Flag(true)),
                "false" | "0" => Ok(Value::Flag(false)),
                _ => Err(wrong()),
            },
            Self::Whole { .. } => text
                .parse()
                .ok()
                .and_then(|number| self.whole(number))
                .ok_or_else(wrong),
            Self::Span { min, max } => {
                let span = text
                    .parse::<SignedDuration>()
                    .ok()
                    .and_then(|span| Duration::try_from(span).ok());
                span.filter(|span| (min..=max).contains(&(span.as_millis() as u64)))
                    .map(Value::Span)
                    .ok_or_else(wrong)
            }
            Self::Url => match BaseUrl::parse(text) {
                Ok(url) => Ok(Value::Text(url.as_str().to_owned())),
                Err(problem) => Err(Box::new(self.mismatch(bad_url(text, problem)))),
            },
            Self::Choice(names) => {
                if names.contains(&text) {
                    return Ok(Value::Text(text.to_owned()));
                }
                let near = nearest(text, names.iter().copied()).map(str::to_owned);
                Err(Box::new(Mismatch {
                    nearest: near,
                    ..*wrong()
                }))
            }
            Self::Ledger => LedgerUrl::parse(text)
                .map(|url| Value::Text(url.to_string()))
                .map_err(|problem| Box::new(self.mismatch(bad_ledger(text, problem)))),
            Self::Service | Self::Name => self.item(text).map(Value::Text),
            Self::Names | Self::Urls | Self::Services | Self::Choices(_) => {
                let items = text
                    .split(',')
                    .map(str::trim)
                    .filter(|item| !item.is_empty());
                Ok(Value::List(
                    items
                        .map(|item| self.item(item))
                        .collect::<Result<_, _>>()?,
                ))
            }
        }
    }

    fn item(self, text: &str) -> Result<String, Box<Mismatch>> {
        match self {
            Self::Urls => BaseUrl::parse(text)
                .map(|url| url.as_str().to_owned())
                .map_err(|problem| Box::new(self.mismatch(bad_url(text, problem)))),
            Self::Service | Self::Services => ServicePlace::parse(text)
                .map(|place| place.to_string())
                .map_err(|problem| Box::new(self.mismatch(bad_service(text, problem)))),
            Self::Choices(names) if names.contains(&text) => Ok(text.to_owned()),
            Self::Choices(names) => {
                let near = nearest(text, names.iter().copied()).map(str::to_owned);
                Err(Box::new(Mismatch {
                    nearest: near,
                    ..self.mismatch(quoted(text))
                }))
            }
            _ if is_object_name(text) => Ok(text.to_owned()),
            _ => Err(Box::new(self.mismatch(quoted(text)))),
        }
    }

    fn whole(self, number: i64) -> Option<Value> {
        match self {
            Self::Whole { min, max } if (min..=max).contains(&number) => Some(Value::Whole(number)),
            _ => None,
        }
    }

    fn mismatch(self, found: Say) -> Mismatch {
        Mismatch {
            expected: self.say(),
            // What stands there may be a secret: a token in a header, a password in an address.
            found: match self {
                Self::Header | Self::Ledger => Say::new("config-found-hidden"),
                _ => found,
            },
            nearest: None,
            span: None,
        }
    }
}

/// A label of DNS, as namespaces are named.
fn is_object_name(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=63).contains(&text.len())
        && text.chars().all(inner)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

fn quoted(text: &str) -> Say {
    Say::new("config-found-string").arg("value", format!("{text:?}"))
}

fn bad_url(text: &str, problem: BaseUrlProblem) -> Say {
    let why = Say::new(match problem {
        BaseUrlProblem::Scheme => "config-url-scheme",
        BaseUrlProblem::Host => "config-url-host",
        BaseUrlProblem::Port => "config-url-port",
        BaseUrlProblem::UserInfo => "config-url-user",
        BaseUrlProblem::Query => "config-url-query",
        BaseUrlProblem::Character => "config-url-character",
    });
    // A password that stands in an address must not be repeated in a log.
    let shown = if problem == BaseUrlProblem::UserInfo {
        "…@…".to_owned()
    } else {
        text.to_owned()
    };
    Say::new("config-found-url")
        .arg("value", format!("{shown:?}"))
        .arg("why", why)
}

fn bad_ledger(text: &str, problem: LedgerUrlProblem) -> Say {
    let why = Say::new(match problem {
        LedgerUrlProblem::Scheme => "config-ledger-scheme",
        LedgerUrlProblem::Password => "config-ledger-password",
        LedgerUrlProblem::Host => "config-url-host",
        LedgerUrlProblem::Port => "config-url-port",
        LedgerUrlProblem::Database => "config-ledger-database",
        LedgerUrlProblem::Option => "config-ledger-option",
        LedgerUrlProblem::Character => "config-url-character",
    });
    // A password that stands in an address must not be repeated in a log.
    let shown = if problem == LedgerUrlProblem::Password {
        "…@…".to_owned()
    } else {
        text.to_owned()
    };
    Say::new("config-found-url")
        .arg("value", format!("{shown:?}"))
        .arg("why", why)
}

fn bad_service(text: &str, problem: ServiceProblem) -> Say {
    let why = Say::new(match problem {
        ServiceProblem::Namespace => "config-service-namespace",
        ServiceProblem::Name => "config-service-name",
        ServiceProblem::Port => "config-service-port",
        ServiceProblem::Prefix => "config-service-prefix",
    });
    Say::new("config-found-url")
        .arg("value", format!("{text:?}"))
        .arg("why", why)
}

/// A span as one writes it in a config: `15s`, `1m30s`, `500ms`.
pub fn span_text(span: Duration) -> String {
    let millis = span.as_millis();
    let parts = [(3_600_000, "h"), (60_000, "m"), (1000, "s"), (1, "ms")];
    let mut left = millis;
    let mut out = String::new();
    for (size, unit) in parts {
        if left >= size {
            let _ = write!(out, "{}{unit}", left / size);
            left %= size;
        }
    }
    if out.is_empty() { "0s".to_owned() } else { out }
}

impl Value {
    /// The text, where it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value as TOML.
    pub fn toml(&self) -> String {
        match self {
            Self::Text(text) => toml::Value::String(text.clone()).to_string(),
            Self::Flag(flag) => flag.to_string(),
            Self::Whole(number) => number.to_string(),
            Self::Span(span) => format!("\"{}\"", span_text(*span)),
            Self::List(items) => {
                let items: Vec<_> = items
                    .iter()
                    .map(|item| toml::Value::String(item.clone()).to_string())
                    .collect();
                format!("[{}]", items.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_written_as_they_are_read() {
        for text in ["15s", "1m30s", "500ms", "2h", "1h5m"] {
            let kind = Kind::Span {
                min: 0,
                max: u64::MAX,
            };
            let Ok(Value::Span(span)) = kind.from_text(text) else {
                panic!("{text}")
            };
            assert_eq!(span_text(span), text);
        }
        assert!(
            Kind::Span {
                min: 1000,
                max: 5000
            }
            .from_text("6s")
            .is_err()
        );
        assert!(
            Kind::Span {
                min: 1000,
                max: 5000
            }
            .from_text("4")
            .is_err()
        );
        assert!(
            Kind::Span {
                min: 1000,
                max: 5000
            }
            .from_text("-4s")
            .is_err()
        );
    }

    #[test]
    fn a_password_in_an_address_is_not_repeated() {
        let Err(mismatch) = Kind::Url.from_text("https://li:hunter2@prom") else {
            panic!("it was taken")
        };
        assert!(!format!("{mismatch:?}").contains("hunter2"));
    }

    #[test]
    fn lists_are_parted_by_commas_outside_toml() {
        assert_eq!(
            Kind::Names.from_text("prod, staging"),
            Ok(Value::List(vec!["prod".into(), "staging".into()]))
        );
        assert!(Kind::Names.from_text("Prod_1").is_err());
    }
}
