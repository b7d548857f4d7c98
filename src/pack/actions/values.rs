//! What a parameter may be given: a text to a value, or why not.

use core::net::IpAddr;
use std::time::Duration;

use super::{ParamKind, ParamSpec, parse_object};
use crate::{
    domain::{
        action::{fault::ValueFault, target::Target, value::Value},
        silence,
    },
    pack::value::Span,
};

/// Texts longer than this are no parameters.
const LONGEST: usize = 4_096;

impl ParamSpec {
    /// The value a text stands for, by itself: whether it fits what is in force now is asked by [`ParamKind::fits`].
    pub fn read(&self, text: &str) -> Result<Value, ValueFault> {
        self.kind.read(text)
    }
}

impl ParamKind {
    pub fn read(&self, text: &str) -> Result<Value, ValueFault> {
        if text.is_empty() {
            return Err(ValueFault::Empty);
        }
        if text.len() > LONGEST || text.chars().any(char::is_control) {
            return Err(ValueFault::NotPlain);
        }
        match self {
            Self::Int {
                least,
                most,
                one_of,
                ladder,
            } => whole(text, (*least, *most), one_of, ladder),
            Self::Float { least, most } => float(text, *least, *most),
            Self::Bool => match text {
                "true" => Ok(Value::Bool(true)),
                "false" => Ok(Value::Bool(false)),
                _ => Err(ValueFault::NotBool),
            },
            Self::Enum(words) | Self::Database { one_of: words } => one_of(text, words),
            Self::Pattern { pattern } => matching(text, pattern),
            Self::Duration { least, most } => span(text, *least, *most),
            Self::Timestamp => match text.parse::<jiff::Timestamp>() {
                Ok(_) => Ok(Value::text(text)),
                Err(_) => Err(ValueFault::NotTime),
            },
            Self::List(of) => list(text, of),
            Self::Object(kinds) => object(text, kinds),
            Self::Secret | Self::Container | Self::Alert => name(text),
            Self::Matchers => match silence::read_matchers(text) {
                Ok(matchers) => Ok(Value::text(silence::shown(&matchers))),
                Err(bad) => Err(bad.into()),
            },
            Self::Ip { not_mine } => address(text, *not_mine),
            Self::Path { below } => path(text, below),
            Self::GitRef => git_ref(text),
            Self::Revision => whole(text, (Some(1), None), &[], &[]),
        }
    }

    /// The text that stands for a value, which reads back as it.
    pub fn spell(&self, value: &Value) -> String {
        match (self, value) {
            (Self::Duration { .. }, Value::Int(seconds)) => {
                let seconds = u64::try_from(*seconds).unwrap_or_default();
                Span(Duration::from_secs(seconds)).to_string()
            }
            _ => value.to_string(),
        }
    }

    /// Whether a value that was already read may be given: defaults of packs, values of a saved plan.
    pub fn check_value(&self, value: &Value) -> Result<Value, ValueFault> {
        match (self, value) {
            (Self::Duration { least, most }, Value::Int(seconds)) => {
                let seconds = u64::try_from(*seconds).map_err(|_| ValueFault::NotSpan)?;
                within(Duration::from_secs(seconds), *least, *most)
            }
            (_, Value::Object(_)) => Err(ValueFault::NotPlain),
            (kind, value) => kind.read(&value.to_string()),
        }
    }

    /// Whether a value fits what is in force now: the next rung of a ladder, up or down.
    pub fn fits(&self, value: &Value, now: Option<&Value>) -> Result<(), ValueFault> {
        let Self::Int { ladder, .. } = self else {
            return Ok(());
        };
        if ladder.is_empty() {
            return Ok(());
        }
        let (Value::Int(wanted), Some(Value::Int(now))) = (value, now) else {
            return Err(ValueFault::NowUnknown);
        };
        if wanted == now {
            return Err(ValueFault::Already);
        }
        let next = rungs_from(ladder, *now);
        if next.contains(wanted) {
            return Ok(());
        }
        Err(ValueFault::SkipsRung {
            now: now.to_string(),
            next: joined(&next),
        })
    }

    /// The values that can be chosen, where they can be told; from what is in force now, where that matters.
    pub fn choices(&self, now: Option<&Value>) -> Vec<Value> {
        match self {
            Self::Int { ladder, one_of, .. } => match now {
                Some(Value::Int(now)) if !ladder.is_empty() => {
                    let next = rungs_from(ladder, *now).into_iter();
                    next.map(Value::Int).collect()
                }
                _ => ladder
                    .iter()
                    .chain(one_of)
                    .copied()
                    .map(Value::Int)
                    .collect(),
            },
            Self::Enum(words) | Self::Database { one_of: words } => {
                words.iter().map(Value::text).collect()
            }
            Self::Bool => vec![Value::Bool(true), Value::Bool(false)],
            _ => Vec::new(),
        }
    }
}

/// The rungs next to where one stands, below and above.
fn rungs_from(ladder: &[i64], now: i64) -> Vec<i64> {
    let below = ladder.iter().copied().filter(|rung| *rung < now).max();
    let above = ladder.iter().copied().filter(|rung| *rung > now).min();
    below.into_iter().chain(above).collect()
}

fn joined<T: ToString>(items: &[T]) -> String {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    items.join(", ")
}

fn whole(
    text: &str,
    (least, most): (Option<i64>, Option<i64>),
    one_of: &[i64],
    ladder: &[i64],
) -> Result<Value, ValueFault> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ValueFault::NotWhole);
    }
    let number: i64 = text.parse().map_err(|_| ValueFault::NotWhole)?;
    if let Some(least) = least.filter(|least| number < *least) {
        let least = least.to_string();
        return Err(ValueFault::TooSmall { least });
    }
    if let Some(most) = most.filter(|most| number > *most) {
        let most = most.to_string();
        return Err(ValueFault::TooLarge { most });
    }
    if !one_of.is_empty() && !one_of.contains(&number) {
        let known = joined(one_of);
        return Err(ValueFault::NotOneOf { known });
    }
    if !ladder.is_empty() && !ladder.contains(&number) {
        let ladder = joined(ladder);
        return Err(ValueFault::OffLadder { ladder });
    }
    Ok(Value::Int(number))
}

fn float(text: &str, least: Option<f64>, most: Option<f64>) -> Result<Value, ValueFault> {
    let plain = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
    let number = number.filter(|_| text.bytes().all(plain));
    let number = number.ok_or(ValueFault::NotNumber)?;
    if let Some(least) = least.filter(|least| number < *least) {
        let least = least.to_string();
        return Err(ValueFault::TooSmall { least });
    }
    if let Some(most) = most.filter(|most| number > *most) {
        let most = most.to_string();
        return Err(ValueFault::TooLarge { most });
    }
    Ok(Value::Float(number))
}

fn one_of(text: &str, words: &[String]) -> Result<Value, ValueFault> {
    if words.iter().any(|word| word == text) {
        Ok(Value::text(text))
    } else {
        let known = joined(words);
        Err(ValueFault::NotOneOf { known })
    }
}

fn matching(text: &str, pattern: &str) -> Result<Value, ValueFault> {
    // Checked at load; what can't be compiled matches nothing.
    let whole = regex::Regex::new(&format!("^(?:{pattern})$"));
    if whole.is_ok_and(|whole| whole.is_match(text)) {
        Ok(Value::text(text))
    } else {
        let pattern = pattern.to_owned();
        Err(ValueFault::NoMatch { pattern })
    }
}

fn span(text: &str, least: Option<Duration>, most: Option<Duration>) -> Result<Value, ValueFault> {
    let span: Span = text.parse().map_err(|_| ValueFault::NotSpan)?;
    within(span.0, least, most)
}

/// A span of time in seconds.
fn within(
    span: Duration,
    least: Option<Duration>,
    most: Option<Duration>,
) -> Result<Value, ValueFault> {
    // As it is typed: `5m`.
    let typed = |span: Duration| Span(span).to_string();
    if let Some(least) = least.filter(|least| span < *least) {
        let least = typed(least);
        return Err(ValueFault::TooSmall { least });
    }
    if let Some(most) = most.filter(|most| span > *most) {
        let most = typed(most);
        return Err(ValueFault::TooLarge { most });
    }
    i64::try_from(span.as_secs())
        .map(Value::Int)
        .map_err(|_| ValueFault::NotSpan)
}

/// Items with commas or spaces between them, each once.
fn list(text: &str, of: &ParamKind) -> Result<Value, ValueFault> {
    let mut items = Vec::new();
    for item in text.split([',', ' ']).filter(|item| !item.is_empty()) {
        let item = of.read(item)?;
        if !items.contains(&item) {
            items.push(item);
        }
    }
    if items.is_empty() {
        return Err(ValueFault::Empty);
    }
    Ok(Value::List(items))
}

fn object(text: &str, kinds: &[crate::domain::object::KindRef]) -> Result<Value, ValueFault> {
    let Ok(Target::Object { kind, .. }) = parse_object(text) else {
        return Err(ValueFault::NotName);
    };
    if kinds.is_empty() || kinds.contains(&kind) {
        return Ok(Value::text(text));
    }
    let known: Vec<String> = kinds.iter().map(|kind| kind.kind.to_lowercase()).collect();
    let known = joined(&known);
    Err(ValueFault::OtherKind { known })
}

fn name(text: &str) -> Result<Value, ValueFault> {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
    if text.starts_with('-') || !text.chars().all(plain) {
        return Err(ValueFault::NotName);
    }
    Ok(Value::text(text))
}

fn address(text: &str, not_mine: bool) -> Result<Value, ValueFault> {
    let address: IpAddr = text.parse().map_err(|_| ValueFault::NotAddress)?;
    if not_mine && (address.is_loopback() || address.is_unspecified() || address.is_multicast()) {
        return Err(ValueFault::Mine);
    }
    Ok(Value::text(address.to_string()))
}

fn path(text: &str, below: &str) -> Result<Value, ValueFault> {
    let whole = if text.starts_with('/') {
        text.to_owned()
    } else {
        format!("{below}/{text}")
    };
    let inside = whole
        .strip_prefix(below)
        .is_some_and(|rest| rest.len() > 1 && rest.starts_with('/'));
    if !inside {
        let below = below.to_owned();
        return Err(ValueFault::Outside { below });
    }
    let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    if whole.split('/').skip(1).all(plain) {
        Ok(Value::text(whole))
    } else {
        Err(ValueFault::NotPath)
    }
}

/// What git takes for a reference, and never for an option.
fn git_ref(text: &str) -> Result<Value, ValueFault> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '+');
    let odd = text.starts_with(['-', '/', '.'])
        || text.ends_with(['/', '.'])
        || text.contains("..")
        || text.contains("//")
        || text
            .split('/')
            .any(|part| part.strip_suffix(".lock").is_some());
    if odd || !text.chars().all(plain) {
        return Err(ValueFault::NotGitRef);
    }
    Ok(Value::text(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ladder() -> ParamKind {
        ParamKind::Int {
            least: None,
            most: None,
            one_of: Vec::new(),
            ladder: vec![24, 36, 48],
        }
    }

    // row: C17
    #[test]
    fn a_ladder_is_climbed_rung_by_rung() {
        let ladder = ladder();
        let fits = |to, now| ladder.fits(&Value::Int(to), Some(&Value::Int(now)));
        assert_eq!(fits(36, 24), Ok(()));
        assert_eq!(fits(24, 36), Ok(()));
        assert_eq!(
            fits(48, 24),
            Err(ValueFault::SkipsRung {
                now: "24".into(),
                next: "36".into()
            })
        );
        assert_eq!(fits(36, 30), Ok(()), "between two rungs both are next");
        assert_eq!(fits(24, 30), Ok(()));
        assert!(fits(48, 30).is_err());
        assert_eq!(fits(36, 36), Err(ValueFault::Already));
        assert_eq!(
            ladder.fits(&Value::Int(36), None),
            Err(ValueFault::NowUnknown)
        );
        assert_eq!(
            ladder.read("40"),
            Err(ValueFault::OffLadder {
                ladder: "24, 36, 48".into()
            })
        );
        assert_eq!(ladder.choices(Some(&Value::Int(24))), [Value::Int(36)]);
    }

    #[test]
    fn whole_numbers_are_nothing_else() {
        for text in [
            "",
            "1.0",
            "+1",
            "0x10",
            " 1",
            "1e3",
            "١",
            "99999999999999999999",
        ] {
            assert!(ladder().read(text).is_err(), "{text}");
        }
    }

    // row: G3
    #[test]
    fn texts_stay_what_they_are_or_are_refused() {
        let pattern = ParamKind::Pattern {
            pattern: "REL-B[0-5]".into(),
        };
        assert!(pattern.read("REL-B3").is_ok());
        for text in ["REL-B3; reboot", "REL-B6", "xREL-B3", "REL-B3\n"] {
            assert!(pattern.read(text).is_err(), "{text}");
        }
        let path = ParamKind::Path {
            below: "/srv/backups".into(),
        };
        assert_eq!(path.read("a/b"), Ok(Value::text("/srv/backups/a/b")));
        for text in [
            "/srv/backupsx/a",
            "/srv/backups",
            "/srv/backups/../x",
            "../x",
            "/etc/passwd",
            "a//b",
        ] {
            assert!(path.read(text).is_err(), "{text}");
        }
        for text in ["--upload-pack=x", "a..b", "a b", "x.lock", "/a"] {
            assert!(ParamKind::GitRef.read(text).is_err(), "{text}");
        }
        assert!(ParamKind::GitRef.read("release/1.2").is_ok());
        let ip = ParamKind::Ip { not_mine: true };
        assert!(ip.read("203.0.113.7").is_ok());
        assert_eq!(ip.read("127.0.0.1"), Err(ValueFault::Mine));
        assert!(ip.read("203.0.113.7/8").is_err());
    }

    #[test]
    fn spans_are_seconds_within_their_limits() {
        let span = ParamKind::Duration {
            least: Some(Duration::from_secs(300)),
            most: Some(Duration::from_secs(3_600)),
        };
        assert_eq!(span.read("30m"), Ok(Value::Int(1_800)));
        let (least, most) = ("5m".to_owned(), "1h".to_owned());
        assert_eq!(span.read("1m"), Err(ValueFault::TooSmall { least }));
        assert_eq!(span.read("2h"), Err(ValueFault::TooLarge { most }));
        assert_eq!(span.check_value(&Value::Int(1_800)), Ok(Value::Int(1_800)));
        assert_eq!(
            span.read(&span.spell(&Value::Int(1_800))),
            Ok(Value::Int(1_800)),
            "what stands in a form beforehand can be taken"
        );
        let ids = ParamKind::List(Box::new(ParamKind::Int {
            least: Some(1),
            most: None,
            one_of: Vec::new(),
            ladder: Vec::new(),
        }));
        assert_eq!(
            ids.read("3, 4 3"),
            Ok(Value::List(vec![Value::Int(3), Value::Int(4)]))
        );
        assert!(ids.read("3; drop table x").is_err());
    }
}
