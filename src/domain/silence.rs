//! Silences: what Alertmanager keeps quiet, for how long, and why.

use std::collections::BTreeMap;

use jiff::Timestamp;
use regex::Regex;

use super::action::fault::ValueFault;

/// A silence as Alertmanager has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    pub id: String,
    pub matchers: Vec<SilenceMatcher>,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub created_by: String,
    pub comment: String,
}

/// What one label of an alert must be for a silence to hide it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SilenceMatcher {
    pub name: String,
    pub value: String,
    pub is_regex: bool,
    pub is_equal: bool,
}

impl SilenceMatcher {
    /// Tells whether a set of labels meets it; a label that is not there is empty. An expression that can't be read meets
    /// none.
    fn test(&self) -> impl Fn(&BTreeMap<String, String>) -> bool {
        let whole = self
            .is_regex
            .then(|| Regex::new(&format!("^(?:{})$", self.value)));
        move |labels| {
            let own = labels.get(&self.name).map_or("", String::as_str);
            match &whole {
                None => (own == self.value) == self.is_equal,
                Some(Ok(whole)) => whole.is_match(own) == self.is_equal,
                Some(Err(_)) => false,
            }
        }
    }

    /// Whether its expression is one.
    pub fn is_readable(&self) -> bool {
        !self.is_regex || Regex::new(&format!("^(?:{})$", self.value)).is_ok()
    }

    /// As Alertmanager writes it: `team="db"`, `job!~"a|b"`.
    pub fn shown(&self) -> String {
        let sign = sign(self.is_equal, self.is_regex);
        let value = self.value.replace('\\', "\\\\").replace('"', "\\\"");
        format!("{}{sign}\"{value}\"", self.name)
    }
}

/// The sign between a label and its value.
pub const fn sign(is_equal: bool, is_regex: bool) -> &'static str {
    match (is_equal, is_regex) {
        (true, false) => "=",
        (false, false) => "!=",
        (true, true) => "=~",
        (false, true) => "!~",
    }
}

/// Tells whether a set of labels is hidden by matchers: it meets all of them. Their expressions are read once. None at all
/// hide nothing.
pub fn covers(matchers: &[SilenceMatcher]) -> impl Fn(&BTreeMap<String, String>) -> bool {
    let tests: Vec<_> = matchers.iter().map(SilenceMatcher::test).collect();
    move |labels| !tests.is_empty() && tests.iter().all(|meets| meets(labels))
}

/// Matchers in one line, as they are typed and shown: `team="db", job!~"a|b"`.
pub fn shown(matchers: &[SilenceMatcher]) -> String {
    let all: Vec<String> = matchers.iter().map(SilenceMatcher::shown).collect();
    all.join(", ")
}

/// Why matchers that were typed can't be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadMatchers {
    #[error("`{0}` is no matcher: write `label=value`, `!=`, `=~` or `!~`")]
    Unsigned(String),
    #[error("the quote in `{0}` does not end")]
    Unended(String),
    #[error("`{0}` is no regular expression")]
    Expression(String),
    #[error("they would hide everything")]
    Everything,
}

impl From<BadMatchers> for ValueFault {
    fn from(bad: BadMatchers) -> Self {
        match bad {
            BadMatchers::Unsigned(what) => Self::NotMatchers { what },
            BadMatchers::Unended(what) => Self::OpenQuote { what },
            BadMatchers::Expression(what) => Self::NotExpression { what },
            BadMatchers::Everything => Self::HidesAll,
        }
    }
}

/// Reads matchers as people type them, parted by commas or spaces: `alertname=Backlog, job=~"a|b"`.
pub fn read_matchers(text: &str) -> Result<Vec<SilenceMatcher>, BadMatchers> {
    let mut rest = text.trim();
    let mut all = Vec::new();
    while !rest.is_empty() {
        let (matcher, after) = read_one(rest)?;
        if !matcher.is_readable() {
            return Err(BadMatchers::Expression(matcher.value));
        }
        all.push(matcher);
        rest = after.trim_start_matches([' ', ',']);
    }
    if all.is_empty() || covers(&all)(&BTreeMap::new()) {
        return Err(BadMatchers::Everything);
    }
    Ok(all)
}

fn read_one(text: &str) -> Result<(SilenceMatcher, &str), BadMatchers> {
    const SIGNS: [(&str, bool, bool); 4] = [
        ("!~", true, false),
        ("=~", true, true),
        ("!=", false, false),
        ("=", false, true),
    ];
    let piece = || text.split([' ', ',']).next().unwrap_or_default().to_owned();
    let unsigned = || BadMatchers::Unsigned(piece());
    let at = text.find(['=', '!']).ok_or_else(unsigned)?;
    let name = text[..at].trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || !name.chars().all(plain) {
        return Err(unsigned());
    }
    let mut signs = SIGNS.iter();
    let (sign, is_regex, is_equal) = signs
        .find(|(sign, ..)| text[at..].starts_with(sign))
        .ok_or_else(unsigned)?;
    let rest = text[at + sign.len()..].trim_start();
    let (value, rest) = if let Some(quoted) = rest.strip_prefix('"') {
        unquoted(quoted).ok_or_else(|| BadMatchers::Unended(piece()))?
    } else {
        let end = rest.find([' ', ',']).unwrap_or(rest.len());
        (rest[..end].to_owned(), &rest[end..])
    };
    let matcher = SilenceMatcher {
        name: name.to_owned(),
        value,
        is_regex: *is_regex,
        is_equal: *is_equal,
    };
    Ok((matcher, rest))
}

/// What stands before the closing quote, and what behind it; an escaped quote or stroke is one character.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => match chars.next()?.1 {
                c @ ('"' | '\\') => value.push(c),
                c => value.extend(['\\', c]),
            },
            c => value.push(c),
        }
    }
    None
}

impl Silence {
    /// How many of these sets of labels it hides while it is on.
    pub fn hides<'l>(&self, all: impl Iterator<Item = &'l BTreeMap<String, String>>) -> usize {
        let covers = covers(&self.matchers);
        all.filter(|labels| covers(labels)).count()
    }

    /// Whether one of its expressions can't be read here: Alertmanager knows what it hides, and this program does not.
    pub fn is_unread(&self) -> bool {
        let unread = |matcher: &SilenceMatcher| {
            matcher.is_regex && Regex::new(&format!("^(?:{})$", matcher.value)).is_err()
        };
        self.matchers.iter().any(unread)
    }

    pub fn is_over(&self, now: Timestamp) -> bool {
        self.ends_at <= now
    }

    /// Its matchers in one line.
    pub fn shown(&self) -> String {
        let all: Vec<String> = self.matchers.iter().map(SilenceMatcher::shown).collect();
        all.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn silence(matchers: &[(&str, &str, bool, bool)]) -> Silence {
        let matcher =
            |(name, value, is_regex, is_equal): &(&str, &str, bool, bool)| SilenceMatcher {
                name: (*name).to_owned(),
                value: (*value).to_owned(),
                is_regex: *is_regex,
                is_equal: *is_equal,
            };
        Silence {
            id: "s1".to_owned(),
            matchers: matchers.iter().map(matcher).collect(),
            starts_at: Timestamp::UNIX_EPOCH,
            ends_at: Timestamp::MAX,
            created_by: "li".to_owned(),
            comment: "known".to_owned(),
        }
    }

    fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect()
    }

    #[test]
    fn all_matchers_must_be_met_by_whole_values() {
        let backlog = labels(&[("alertname", "Backlog"), ("team", "db")]);
        let hides = |matchers: &[_]| silence(matchers).hides([&backlog].into_iter()) == 1;
        assert!(hides(&[("alertname", "Backlog", false, true)]));
        assert!(!hides(&[("alertname", "Back", true, true)]), "not a part");
        assert!(hides(&[("alertname", "Back.*", true, true)]));
        assert!(!hides(&[
            ("alertname", "Backlog", false, true),
            ("team", "web", false, true)
        ]));
        assert!(hides(&[("team", "web|api", true, false)]));
        assert!(!hides(&[("team", "(", true, true)]), "it can't be read");
        assert!(!hides(&[]), "one that names nothing hides nothing");
    }

    #[test]
    fn an_expression_that_can_t_be_read_here_is_told_apart() {
        let unread = |matchers: &[_]| silence(matchers).is_unread();
        // What Alertmanager reads so, and this program does not.
        assert!(unread(&[("team", "\\Qa.b\\E", true, true)]));
        assert!(!unread(&[("team", "\\Qa.b\\E", false, true)]));
        assert!(!unread(&[("team", "a|b", true, true)]));
    }

    #[test]
    fn a_label_that_is_not_there_is_empty() {
        let bare = labels(&[("alertname", "Backlog")]);
        let hides = |matchers: &[_]| silence(matchers).hides([&bare].into_iter()) == 1;
        assert!(hides(&[("team", "", false, true)]));
        assert!(hides(&[("team", "db", false, false)]));
        assert!(!hides(&[("team", ".+", true, true)]));
    }

    #[test]
    fn what_is_typed_is_read_and_written_back() {
        let read = |text: &str| read_matchers(text).map(|it| super::shown(&it));
        assert_eq!(
            read("alertname=Backlog job!~a|b, team != \"d b\"").unwrap(),
            r#"alertname="Backlog", job!~"a|b", team!="d b""#
        );
        let odd = r#"name="a \"quoted\" \\ value""#;
        assert_eq!(read(odd).unwrap(), odd, "and can be read again");
        assert_eq!(
            read("job=~(").unwrap_err(),
            BadMatchers::Expression("(".to_owned())
        );
        assert_eq!(
            read("alertname").unwrap_err(),
            BadMatchers::Unsigned("alertname".to_owned())
        );
        assert!(matches!(
            read("a=\"b").unwrap_err(),
            BadMatchers::Unended(_)
        ));
        for all in ["", "job=~.*", "job!=x", "job="] {
            assert_eq!(read(all).unwrap_err(), BadMatchers::Everything, "{all}");
        }
    }

    #[test]
    fn it_is_written_as_alertmanager_writes_it() {
        let silence = silence(&[("team", "db", false, true), ("job", "a|b", true, false)]);
        assert_eq!(silence.shown(), r#"team="db" job!~"a|b""#);
    }
}
