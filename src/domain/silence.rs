//! Silences: what Alertmanager keeps quiet, for how long, and why.

use std::collections::BTreeMap;

use jiff::Timestamp;
use regex::Regex;

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

    /// As Alertmanager writes it: `team="db"`, `job!~"a|b"`.
    pub fn shown(&self) -> String {
        let sign = match (self.is_equal, self.is_regex) {
            (true, false) => "=",
            (false, false) => "!=",
            (true, true) => "=~",
            (false, true) => "!~",
        };
        format!("{}{sign}\"{}\"", self.name, self.value)
    }
}

impl Silence {
    /// How many of these sets of labels it hides while it is on. Its expressions are read once for all of them.
    pub fn hides<'l>(&self, all: impl Iterator<Item = &'l BTreeMap<String, String>>) -> usize {
        if self.matchers.is_empty() {
            return 0;
        }
        let tests: Vec<_> = self.matchers.iter().map(SilenceMatcher::test).collect();
        all.filter(|labels| tests.iter().all(|meets| meets(labels)))
            .count()
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
    fn it_is_written_as_alertmanager_writes_it() {
        let silence = silence(&[("team", "db", false, true), ("job", "a|b", true, false)]);
        assert_eq!(silence.shown(), r#"team="db" job!~"a|b""#);
    }
}
