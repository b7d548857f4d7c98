//! Alert rules, and their alerts: the pending ones, which only Prometheus has, and the firing ones, which Alertmanager
//! should have.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;

use super::{
    api::Api,
    wire::{LabelSet, Rule, RulesData},
};
use crate::{
    domain::{
        alert::{Alert, AlertRule, AlertState, fingerprint},
        clean::{clean, clean_lines},
        freshness::SourceId,
        observation::Observation,
    },
    sources::{
        http::{Backoff, jittered},
        links::{Lane, Links},
    },
};

/// The only lane of this link.
pub(super) const LANE: &str = "rules";

/// Asks for ever.
pub(super) async fn poll(api: &Api, every: Duration, links: &Links) {
    let mut backoff = Backoff::default();
    loop {
        let wait = match api.rules().await {
            Ok(answer) => {
                backoff.succeeded();
                let at = api.now();
                let (rules, alerts) = read(answer.data, at);
                api.send(Observation::Rules(rules));
                api.send(Observation::Alerts {
                    from: SourceId::Rules,
                    at,
                    alerts,
                });
                links.report(LANE, super::lane_of(answer.warnings));
                jittered(every)
            }
            Err(failure) => {
                let wait = backoff.failed(&failure);
                links.report(
                    LANE,
                    Lane::Failed {
                        trouble: failure.trouble,
                        retry_at: super::after(api.now(), wait),
                    },
                );
                wait
            }
        };
        tokio::time::sleep(wait).await;
    }
}

/// The rules and their alerts.
fn read(data: RulesData, now: Timestamp) -> (Vec<AlertRule>, Vec<Alert>) {
    let mut rules = Vec::new();
    let mut alerts = Vec::new();
    for rule in data.groups.into_iter().flat_map(|group| group.rules) {
        if rule.kind != "alerting" {
            continue;
        }
        alerts.extend(alerts_of(&rule, now));
        rules.push(AlertRule {
            name: clean(&rule.name).into_owned(),
            expression: clean_lines(&rule.query).into_owned(),
            labels: cleaned(&rule.labels),
            annotations: cleaned(&rule.annotations),
            healthy: rule.health == "ok",
        });
    }
    (rules, alerts)
}

fn alerts_of(rule: &Rule, now: Timestamp) -> impl Iterator<Item = Alert> {
    rule.alerts.iter().filter_map(move |alert| {
        let state = match alert.state.as_str() {
            "pending" => AlertState::Pending,
            "firing" => AlertState::FiringUnseen,
            _ => return None,
        };
        let mut labels = alert.labels.clone();
        labels
            .entry("alertname".to_owned())
            .or_insert_with(|| rule.name.clone());
        Some(Alert {
            fingerprint: fingerprint(&labels),
            name: clean(&rule.name).into_owned(),
            labels: cleaned(&labels),
            annotations: cleaned(&alert.annotations),
            state,
            starts_at: alert.active_at.unwrap_or(now),
            silenced_until: None,
            generator_url: None,
            expression: Some(clean_lines(&rule.query).into_owned()),
        })
    })
}

fn cleaned(labels: &LabelSet) -> BTreeMap<String, String> {
    labels
        .iter()
        .map(|(name, value)| (clean(name).into_owned(), clean_lines(value).into_owned()))
        .collect()
}
