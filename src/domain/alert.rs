//! Alerts: what Alertmanager has now, joined with what Prometheus holds as pending.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::id::Fingerprint;

/// Where an alert stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlertState {
    /// Only Prometheus knows it yet.
    Pending,
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

/// Alertmanager's alerts with the pending ones that only Prometheus has; of two with one fingerprint Alertmanager's
/// stays, and each gets its rule's expression where it has none.
pub fn joined(alertmanager: Vec<Alert>, pending: Vec<Alert>, rules: &[AlertRule]) -> Vec<Alert> {
    let mut all: BTreeMap<Fingerprint, Alert> = BTreeMap::new();
    for alert in pending.into_iter().chain(alertmanager) {
        all.insert(alert.fingerprint.clone(), alert);
    }
    all.into_values()
        .map(|alert| Alert {
            expression: alert.expression.or_else(|| {
                rule_of(&alert.name, &alert.labels, rules).map(|rule| rule.expression.clone())
            }),
            ..alert
        })
        .collect()
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
    fn alertmanagers_word_stays() {
        let same = [
            ("alertname", "Backlog"),
            ("severity", "critical"),
            ("team", "x"),
        ];
        let other = [("alertname", "Backlog"), ("severity", "warning")];
        let rules = [rule("warning", "depth > 1"), rule("critical", "depth > 2")];
        let all = joined(
            vec![alert(&same, AlertState::Firing)],
            vec![
                alert(&same, AlertState::Pending),
                alert(&other, AlertState::Pending),
            ],
            &rules,
        );
        let told: Vec<_> = all
            .iter()
            .map(|alert| {
                (
                    alert.labels["severity"].as_str(),
                    &alert.state,
                    alert.expression.as_deref(),
                )
            })
            .collect();
        assert_eq!(told.len(), 2);
        assert!(
            told.contains(&("critical", &AlertState::Firing, Some("depth > 2"))),
            "{told:?}"
        );
        assert!(
            told.contains(&("warning", &AlertState::Pending, Some("depth > 1"))),
            "{told:?}"
        );
    }
}
