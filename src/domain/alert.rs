//! Alerts: what Alertmanager has now, joined with what only Prometheus or the pack knows.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;

use super::id::Fingerprint;

/// Where an alert stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlertState {
    /// Only Prometheus knows it yet.
    Pending,
    /// Prometheus fires it, and Alertmanager did not tell of it.
    FiringUnseen,
    /// Alertmanager has it and has not processed it.
    Unprocessed,
    Firing,
    Silenced {
        by: Vec<String>,
    },
    Inhibited {
        by: Vec<Fingerprint>,
    },
}

impl AlertState {
    /// Whether it calls for somebody now.
    pub const fn calls(&self) -> bool {
        matches!(self, Self::Firing | Self::FiringUnseen | Self::Unprocessed)
    }
}

/// One alert.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    pub fingerprint: Fingerprint,
    pub name: String,
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
    pub state: AlertState,
    pub starts_at: Timestamp,
    /// When a silence that hides it ends, the latest of several.
    pub silenced_until: Option<Timestamp>,
    pub generator_url: Option<String>,
    /// The rule's expression, where Prometheus told it.
    pub expression: Option<String>,
}

/// How grave an alert is, most grave first in `Ord`. Packs map their own names onto these by order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    S1,
    S2,
    S3,
    S4,
    /// No severity that the pack knows.
    Unranked,
}

/// One rule of Prometheus that makes alerts.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertRule {
    pub name: String,
    pub expression: String,
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
    /// Its last evaluation went well.
    pub healthy: bool,
}

/// The fingerprint Alertmanager gives a label set: FNV-1a over the sorted names and values, each ended by 0xff.
pub fn fingerprint(labels: &BTreeMap<String, String>) -> Fingerprint {
    const START: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let hash = labels
        .iter()
        .flat_map(|(name, value)| [name, value])
        .flat_map(|text| text.bytes().chain([0xff]))
        .fold(START, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(PRIME)
        });
    format!("{hash:016x}").into()
}

impl Alert {
    /// Whether `other` is this alert further on its way: external labels are added there, so it may wear more labels.
    pub fn became(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint
            || (self.name == other.name
                && self
                    .labels
                    .iter()
                    .all(|(label, value)| other.labels.get(label) == Some(value)))
    }
}

/// Alertmanager's alerts, with those that only Prometheus has, and those that only the pack states. Alertmanager's word
/// wins over Prometheus', and that of both over the pack's about a name that fires.
pub fn joined(alertmanager: &[Alert], rules: &[Alert], pack: &[Alert]) -> Vec<Alert> {
    let same: HashSet<&Fingerprint> = alertmanager.iter().map(|one| &one.fingerprint).collect();
    let mut named: BTreeMap<&str, Vec<&Alert>> = BTreeMap::new();
    for alert in alertmanager {
        named.entry(&alert.name).or_default().push(alert);
    }
    let unseen = rules.iter().filter(|alert| {
        let mut named = named.get(alert.name.as_str()).into_iter().flatten();
        !same.contains(&alert.fingerprint) && !named.any(|known| alert.became(known))
    });
    let mut all: Vec<Alert> = alertmanager.iter().chain(unseen).cloned().collect();
    let stated = pack.iter().filter(|stated| {
        !all.iter()
            .any(|alert| alert.name == stated.name && alert.state != AlertState::Pending)
    });
    let stated: Vec<Alert> = stated.cloned().collect();
    all.extend(stated);
    all
}

/// The rule that makes an alert: of those with its name, the one whose fixed labels it wears, most of them first.
pub fn rule_of<'r>(
    name: &str,
    labels: &BTreeMap<String, String>,
    rules: &'r [AlertRule],
) -> Option<&'r AlertRule> {
    // A label with a template has another text on the alert.
    let fixed = |rule: &'r AlertRule| {
        rule.labels
            .iter()
            .filter(|(_, value)| !value.contains("{{"))
    };
    rules
        .iter()
        .filter(|rule| rule.name == name)
        .filter(|rule| fixed(rule).all(|(label, value)| labels.get(label) == Some(value)))
        .max_by_key(|rule| fixed(rule).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn alert(pairs: &[(&str, &str)], state: AlertState) -> Alert {
        let labels = labels(pairs);
        Alert {
            fingerprint: fingerprint(&labels),
            name: labels["alertname"].clone(),
            labels,
            annotations: BTreeMap::new(),
            state,
            starts_at: Timestamp::UNIX_EPOCH,
            silenced_until: None,
            generator_url: None,
            expression: None,
        }
    }

    fn rule(severity: &str, expression: &str) -> AlertRule {
        AlertRule {
            name: "Backlog".to_owned(),
            expression: expression.to_owned(),
            labels: labels(&[("severity", severity), ("team", "{{ $labels.team }}")]),
            annotations: BTreeMap::new(),
            healthy: true,
        }
    }

    #[test]
    fn fingerprints_are_alertmanagers() {
        // The known answers of prometheus/common, model/signature_test.go.
        assert_eq!(fingerprint(&labels(&[])).as_str(), "cbf29ce484222325");
        let song = labels(&[("name", "garland, briggs"), ("fear", "love is not enough")]);
        assert_eq!(
            fingerprint(&song).as_str(),
            format!("{:016x}", 5_799_056_148_416_392_346_u64)
        );
    }

    #[test]
    fn alertmanagers_word_wins_though_it_wears_external_labels() {
        let rule = [("alertname", "Backlog"), ("severity", "critical")];
        let external = [rule[0], rule[1], ("cluster", "eu")];
        let other = [("alertname", "Backlog"), ("severity", "warning")];
        let slow = [("alertname", "Slow")];
        let all = joined(
            &[
                alert(&external, AlertState::Silenced { by: Vec::new() }),
                alert(&slow, AlertState::Firing),
            ],
            &[
                alert(&rule, AlertState::FiringUnseen),
                alert(&other, AlertState::FiringUnseen),
                alert(&slow, AlertState::Pending),
            ],
            &[],
        );
        let told: Vec<_> = all
            .iter()
            .map(|alert| (alert.labels.len(), &alert.state))
            .collect();
        assert_eq!(
            told,
            [
                (3, &AlertState::Silenced { by: Vec::new() }),
                (1, &AlertState::Firing),
                (2, &AlertState::FiringUnseen),
            ]
        );
    }

    #[test]
    fn the_pack_states_only_what_nobody_fires() {
        let name = [("alertname", "Loss")];
        let stated = [alert(&[name[0], ("source", "pack")], AlertState::Firing)];
        let count =
            |alertmanager: &[Alert], rules: &[Alert]| joined(alertmanager, rules, &stated).len();
        assert_eq!(count(&[], &[]), 1);
        assert_eq!(count(&[alert(&name, AlertState::Firing)], &[]), 1);
        assert_eq!(count(&[], &[alert(&name, AlertState::FiringUnseen)]), 1);
        assert_eq!(count(&[], &[alert(&name, AlertState::Pending)]), 2);
    }

    #[test]
    fn the_rule_of_an_alert_is_the_one_whose_labels_it_wears() {
        let rules = [rule("warning", "depth > 1"), rule("critical", "depth > 2")];
        let labels = labels(&[("severity", "critical"), ("team", "x")]);
        assert_eq!(
            rule_of("Backlog", &labels, &rules).map(|rule| rule.expression.as_str()),
            Some("depth > 2")
        );
        assert_eq!(rule_of("Other", &labels, &rules), None);
    }
}
