//! What policy says of actions.

use std::path::PathBuf;
use std::sync::Arc;

use toml::Spanned;
use toml::de::DeValue;

use super::super::diagnostic::{Diagnostic, Place, Say, Source};
use super::super::document;
use super::wrong;
use crate::domain::action::step::STEP_KINDS;
use crate::domain::action::tier::Tier;
use crate::domain::nearest::nearest;
use crate::domain::policy::{ActionPattern, Policy, TwoPersons};

/// The keys of the policy that are about actions.
pub(super) const KEYS: [&str; 6] = [
    "tier_floor",
    "forbid_actions",
    "forbid_steps",
    "allowed_programs",
    "two_persons",
    "unattended",
];

type Value<'t> = Spanned<DeValue<'t>>;

/// One key of the policy that is being read.
struct Rule<'a> {
    key: &'a str,
    source: &'a Arc<Source>,
    errors: &'a mut Vec<Diagnostic>,
}

/// Reads one of these keys into the policy.
pub(super) fn read(
    key: &str,
    value: &Value<'_>,
    source: &Arc<Source>,
    policy: &mut Policy,
    errors: &mut Vec<Diagnostic>,
) {
    let mut rule = Rule {
        key,
        source,
        errors,
    };
    match key {
        "tier_floor" => policy.tier_floor = rule.floors(value),
        "forbid_actions" => policy.forbid_actions = rule.list(value, "actions", Rule::pattern),
        "forbid_steps" => policy.forbid_steps = rule.list(value, "steps", Rule::step),
        "allowed_programs" => {
            policy.allowed_programs = Some(rule.list(value, "programs", Rule::program));
        }
        "two_persons" => policy.two_persons = rule.list(value, "two-persons", Rule::two_persons),
        _ => policy.unattended = rule.unattended(value),
    }
}

impl Rule<'_> {
    fn refuse(&mut self, value: &Value<'_>, kind: &str, near: Option<&str>) {
        let place = Place::new(self.source, value.span());
        let found = document::found(value, self.source);
        let expected = match kind {
            "actions" => "config-kind-actions",
            "steps" => "config-kind-steps",
            "programs" => "config-kind-programs",
            "two-persons" => "config-kind-two-persons",
            "unattended" => "config-kind-unattended",
            "tier" => "config-kind-tier",
            _ => "config-kind-floors",
        };
        let diagnostic = wrong(self.key, Say::new(expected), found).at(place);
        self.errors.push(diagnostic.nearest(near));
    }

    fn list<T>(
        &mut self,
        value: &Value<'_>,
        kind: &str,
        read: fn(&mut Self, &Value<'_>, &str) -> Option<T>,
    ) -> Vec<T> {
        let DeValue::Array(items) = value.get_ref() else {
            self.refuse(value, kind, None);
            return Vec::new();
        };
        let mut found = Vec::new();
        for item in items {
            match item.get_ref() {
                DeValue::String(text) => found.extend(read(self, item, text)),
                _ => self.refuse(item, kind, None),
            }
        }
        found
    }

    fn pattern(&mut self, value: &Value<'_>, text: &str) -> Option<ActionPattern> {
        let pattern = ActionPattern::of(text);
        if pattern.is_none() {
            self.refuse(value, "actions", None);
        }
        pattern
    }

    fn step(&mut self, value: &Value<'_>, text: &str) -> Option<String> {
        if STEP_KINDS.contains(&text) {
            return Some(text.to_owned());
        }
        let near = nearest(text, STEP_KINDS);
        self.refuse(value, "steps", near);
        None
    }

    fn program(&mut self, value: &Value<'_>, text: &str) -> Option<PathBuf> {
        let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
        let absolute = text
            .strip_prefix('/')
            .is_some_and(|rest| rest.split('/').all(plain));
        if absolute {
            return Some(text.into());
        }
        self.refuse(value, "programs", None);
        None
    }

    fn two_persons(&mut self, value: &Value<'_>, text: &str) -> Option<TwoPersons> {
        if let Some(tier) = tier(text) {
            return Some(TwoPersons::From(tier));
        }
        let pattern = ActionPattern::of(text);
        if pattern.is_none() {
            self.refuse(value, "two-persons", None);
        }
        pattern.map(TwoPersons::Actions)
    }

    fn unattended(&mut self, value: &Value<'_>) -> Option<Tier> {
        if let DeValue::String(text) = value.get_ref()
            && let Some(tier) = tier(text).filter(|tier| *tier < Tier::T3)
        {
            return Some(tier);
        }
        self.refuse(value, "unattended", None);
        None
    }

    fn floors(&mut self, value: &Value<'_>) -> Vec<(ActionPattern, Tier)> {
        let DeValue::Table(entries) = value.get_ref() else {
            self.refuse(value, "floors", None);
            return Vec::new();
        };
        let mut floors = Vec::new();
        for (name, value) in entries {
            let Some(pattern) = ActionPattern::of(name.get_ref()) else {
                let place = Place::new(self.source, name.span());
                let found = Say::new("config-found-string").arg("value", name.get_ref().as_ref());
                let expected = Say::new("config-kind-actions");
                self.errors.push(wrong(self.key, expected, found).at(place));
                continue;
            };
            match value.get_ref() {
                DeValue::String(text) if tier(text).is_some() => {
                    floors.extend(tier(text).map(|tier| (pattern, tier)));
                }
                _ => self.refuse(value, "tier", None),
            }
        }
        floors
    }
}

fn tier(text: &str) -> Option<Tier> {
    Tier::ALL.into_iter().find(|tier| tier.name() == text)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::parse;
    use super::*;

    fn source(text: &str) -> Arc<Source> {
        Source::file(Path::new("/etc/quarterdeck/policy.toml"), text.to_owned())
    }

    #[test]
    fn what_actions_may_do_is_limited() {
        let text = r#"
tier_floor = { "generic/*" = "T2", "glancy/promote" = "T3" }
forbid_actions = ["generic/delete-pod"]
forbid_steps = ["sql"]
allowed_programs = ["/usr/local/bin/releasectl"]
two_persons = ["T3", "glancy/warm-standby"]
unattended = "T2"
"#;
        let policy = parse(&source(text)).unwrap().policy;
        assert_eq!(policy.tier_of(&"generic/scale".into(), Tier::T1), Tier::T2);
        assert!(policy.forbids(&"generic/delete-pod".into(), []).is_some());
        assert_eq!(
            policy.forbids(&"a/b".into(), ["restart", "sql"]).as_deref(),
            Some("forbid_steps = [\"sql\"]")
        );
        assert!(policy.allows_program(Path::new("/usr/local/bin/releasectl")));
        assert!(!policy.allows_program(Path::new("/tmp/releasectl")));
        assert_eq!(
            policy.persons(&"glancy/warm-standby".into(), Tier::T1, 1),
            2
        );
        assert!(policy.may_run_unattended(Tier::T2));
    }

    #[test]
    fn a_rule_that_is_not_understood_is_an_error_at_its_place() {
        for (text, at) in [
            (r#"tier_floor = { "generic" = "T2" }"#, r#""generic""#),
            (r#"tier_floor = { "a/b" = "T4" }"#, r#""T4""#),
            (r#"tier_floor = "T2""#, r#""T2""#),
            (r#"forbid_actions = ["*", 3]"#, "3"),
            (r#"forbid_actions = ["*/scale"]"#, r#""*/scale""#),
            (r#"forbid_steps = ["slq"]"#, r#""slq""#),
            (r#"allowed_programs = ["releasectl"]"#, r#""releasectl""#),
            (
                r#"allowed_programs = ["/opt/../bin/x"]"#,
                r#""/opt/../bin/x""#,
            ),
            ("two_persons = true", "true"),
            (r#"unattended = "T3""#, r#""T3""#),
        ] {
            let errors = parse(&source(text)).unwrap_err();
            assert_eq!(errors.len(), 1, "{text}");
            let place = errors[0].place.as_ref().unwrap();
            assert_eq!(&text[place.span.clone()], at, "{text}");
        }
    }
}
