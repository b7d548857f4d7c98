//! Which alerts a silence covers, by Alertmanager's own rules.

use std::{collections::BTreeMap, fmt};

use regex::Regex;

use super::wire::WireMatcher;
use crate::domain::action::{fault::ValueFault, refusal::Refusal, step::Matcher};

/// The matchers of a silence, their holes filled.
pub struct Matchers(Vec<(WireMatcher, Option<Regex>)>);

/// The matchers of a step, where Alertmanager would take them.
pub fn matchers_of(written: &[Matcher]) -> Result<Matchers, Refusal> {
    let mut matchers = Vec::new();
    for one in written {
        let value = one.value.whole().ok_or_else(|| Refusal::Unfilled {
            param: one.name.clone(),
        })?;
        let wire = WireMatcher {
            name: one.name.clone(),
            value,
            is_regex: one.is_regex,
            is_equal: one.is_equal,
        };
        let regex = if wire.is_regex {
            Some(anchored(&wire)?)
        } else {
            None
        };
        matchers.push((wire, regex));
    }
    let matchers = Matchers(matchers);
    if matchers.0.iter().all(|matcher| covers(matcher, "")) {
        // It would hide everything, which no server takes either.
        return Err(Refusal::BadValue {
            param: "matchers".to_owned(),
            value: matchers.to_string(),
            why: ValueFault::Empty,
        });
    }
    Ok(matchers)
}

fn anchored(matcher: &WireMatcher) -> Result<Regex, Refusal> {
    Regex::new(&format!("^(?:{})$", matcher.value)).map_err(|_| Refusal::BadValue {
        param: matcher.name.clone(),
        value: matcher.value.clone(),
        why: ValueFault::NoMatch {
            pattern: "a regular expression".to_owned(),
        },
    })
}

fn covers((matcher, regex): &(WireMatcher, Option<Regex>), value: &str) -> bool {
    let same = regex
        .as_ref()
        .map_or_else(|| matcher.value == value, |regex| regex.is_match(value));
    same == matcher.is_equal
}

impl Matchers {
    /// Whether an alert with these labels is hidden. A label that is not there is empty.
    pub fn cover(&self, labels: &BTreeMap<String, String>) -> bool {
        self.0.iter().all(|matcher| {
            let value = labels.get(&matcher.0.name);
            covers(matcher, value.map_or("", String::as_str))
        })
    }

    pub fn to_wire(&self) -> Vec<WireMatcher> {
        self.0.iter().map(|(matcher, _)| matcher.clone()).collect()
    }
}

/// `alertname="ExportBacklog", namespace=~"prod.*"`
impl fmt::Display for Matchers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<String> = self
            .0
            .iter()
            .map(|(matcher, _)| matcher.to_string())
            .collect();
        f.write_str(&shown.join(", "))
    }
}
