//! Alerting rules and the alerts they make, pending ones among them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::params::scientific;
use crate::sim::form::Form;
use crate::sim::world::{AlertNow, RuleState, World};

/// `/api/v1/rules`
pub fn rules(world: &World, form: &Form) -> Value {
    let wanted: Vec<&str> = form.all("rule_name[]").collect();
    let only_recording = form.get("type") == Some("record");
    let evaluated = world.last_step().to_string();
    let mut groups: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for now in world.alerts() {
        let name = now.alert.name.as_str();
        if !only_recording && (wanted.is_empty() || wanted.contains(&name)) {
            groups
                .entry(&now.alert.group)
                .or_default()
                .push(rule(world, now, &evaluated));
        }
    }
    let groups: Vec<_> = groups
        .into_iter()
        .map(|(name, rules)| {
            json!({
                "name": name,
                "file": format!("/etc/prometheus/rules/{name}.yaml"),
                "interval": 5,
                "limit": 0,
                "rules": rules,
                "evaluationTime": 0.001,
                "lastEvaluation": evaluated,
            })
        })
        .collect();
    json!({ "groups": groups })
}

/// `/api/v1/alerts`
pub fn alerts(world: &World) -> Value {
    let alerts: Vec<_> = world.alerts().filter_map(|now| alert(world, now)).collect();
    json!({ "alerts": alerts })
}

fn state(now: AlertNow<'_>) -> &'static str {
    match now.rule.state {
        RuleState::Inactive => "inactive",
        RuleState::Pending { .. } => "pending",
        RuleState::Firing { .. } => "firing",
    }
}

fn rule(world: &World, now: AlertNow<'_>, evaluated: &str) -> Value {
    let template = |text: &String| text.replace("{value}", "{{ $value }}");
    let annotations: BTreeMap<_, _> = now
        .alert
        .annotations
        .iter()
        .map(|(key, text)| (key, template(text)))
        .collect();
    json!({
        "type": "alerting",
        "name": now.alert.name,
        "state": state(now),
        "query": now.alert.expr,
        "duration": now.alert.wait,
        "keepFiringFor": 0,
        "labels": now.alert.labels,
        "annotations": annotations,
        "alerts": alert(world, now).into_iter().collect::<Vec<_>>(),
        "health": "ok",
        "evaluationTime": 0.0002,
        "lastEvaluation": evaluated,
    })
}

fn alert(world: &World, now: AlertNow<'_>) -> Option<Value> {
    let since = match now.rule.state {
        RuleState::Inactive => return None,
        RuleState::Pending { since } | RuleState::Firing { since, .. } => since,
    };
    Some(json!({
        "labels": now.labels(),
        "annotations": now.annotations(),
        "state": state(now),
        "activeAt": world.time(since).to_string(),
        "value": scientific(now.rule.value),
    }))
}
