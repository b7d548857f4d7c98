//! Which alerts a silence covers, by Alertmanager's own rules.

use std::{collections::BTreeMap, fmt};

use super::wire::WireMatcher;
use crate::domain::{
    action::{fault::ValueFault, refusal::Refusal, step::Matcher},
    silence::{self, SilenceMatcher},
};

/// The matchers of a silence, their holes filled.
pub struct Matchers(Vec<SilenceMatcher>);

/// The matchers of a step, where Alertmanager would take them.
pub fn matchers_of(written: &[Matcher]) -> Result<Matchers, Refusal> {
    let mut matchers = Vec::new();
    for one in written {
        let value = one.value.whole().ok_or_else(|| Refusal::Unfilled {
            param: one.name.clone(),
        })?;
        let matcher = SilenceMatcher {
            name: one.name.clone(),
            value,
            is_regex: one.is_regex,
            is_equal: one.is_equal,
        };
        if !matcher.is_readable() {
            return Err(Refusal::BadValue {
                param: matcher.name,
                value: matcher.value,
                why: ValueFault::NoMatch {
                    pattern: "a regular expression".to_owned(),
                },
            });
        }
        matchers.push(matcher);
    }
    if matchers.is_empty() || silence::covers(&matchers)(&BTreeMap::new()) {
        // It would hide everything, which no server takes either.
        return Err(Refusal::BadValue {
            param: "matchers".to_owned(),
            value: silence::shown(&matchers),
            why: ValueFault::Empty,
        });
    }
    Ok(Matchers(matchers))
}

impl Matchers {
    /// Tells whether an alert with these labels is hidden.
    pub fn cover(&self) -> impl Fn(&BTreeMap<String, String>) -> bool {
        silence::covers(&self.0)
    }

    pub fn to_wire(&self) -> Vec<WireMatcher> {
        let wire = |it: &SilenceMatcher| WireMatcher {
            name: it.name.clone(),
            value: it.value.clone(),
            is_regex: it.is_regex,
            is_equal: it.is_equal,
        };
        self.0.iter().map(wire).collect()
    }
}

/// `alertname="ExportBacklog", namespace=~"prod.*"`
impl fmt::Display for Matchers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&silence::shown(&self.0))
    }
}
