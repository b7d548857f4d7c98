//! The quotas that more pods draw on.

use serde_json::Value;

use super::super::{
    live::Live,
    pods::list,
    wire::{Trouble, Wire},
};
use crate::{
    domain::{
        action::{preflight::Quota, target::Target},
        object::KindRef,
    },
    sources::kubernetes::quantity,
};

/// Quotas, as the API has them.
pub(super) fn quota_kind() -> KindRef {
    KindRef::new("", "v1", "ResourceQuota", "resourcequotas", true)
}

/// The quotas that more pods draw on, each with whether they would be too much for it.
pub(super) async fn quotas(
    wire: &Wire,
    target: &Target,
    live: &Live,
    more: i64,
) -> Result<Vec<(Quota, bool)>, Trouble> {
    if more <= 0 || target.namespace().is_none() {
        return Ok(Vec::new());
    }
    let template = live
        .at("/spec/template/spec")
        .or_else(|| live.at("/spec/jobTemplate/spec/template/spec"));
    let Some(template) = template else {
        return Ok(Vec::new());
    };
    let all = list(wire, &quota_kind(), target.namespace(), "").await?;
    // Which pods those with a scope are about can't be told from here.
    let plain = all
        .iter()
        .filter(|it| it["spec"]["scopes"].is_null() && it["spec"]["scopeSelector"].is_null());
    Ok(plain
        .flat_map(|quota| drawn(quota, template, more))
        .collect())
}

#[expect(clippy::cast_precision_loss, reason = "counts of pods are small")]
fn drawn(quota: &Value, template: &Value, more: i64) -> Vec<(Quota, bool)> {
    let amount = |value: &Value| quantity(value.as_str()?);
    let hard = quota["status"]["hard"].as_object().into_iter().flatten();
    let drawn = hard.filter_map(|(resource, hard)| {
        let hard = amount(hard)?;
        let used = amount(&quota["status"]["used"][resource]).unwrap_or(0.0);
        let each = wanted(template, resource)?;
        let after = each.mul_add(more as f64, used);
        let quota = Quota {
            name: quota["metadata"]["name"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            resource: resource.clone(),
            before: percent(used, hard),
            after: percent(after, hard),
        };
        Some((quota, after > hard))
    });
    drawn.collect()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is held between 0 and 9,999"
)]
fn percent(part: f64, whole: f64) -> u32 {
    if whole > 0.0 {
        (part / whole * 100.0).round().clamp(0.0, 9_999.0) as u32
    } else {
        100
    }
}

/// How much of a quota's resource one pod of a template wants; `None` where it is about something else.
fn wanted(template: &Value, resource: &str) -> Option<f64> {
    let (list, name) = match resource {
        "pods" | "count/pods" => return Some(1.0),
        "cpu" | "memory" => ("requests", resource),
        other => other.split_once('.')?,
    };
    let of = |containers: &str| {
        let all = template[containers].as_array().into_iter().flatten();
        let each = all.map(|it| {
            it["resources"][list][name]
                .as_str()
                .and_then(quantity)
                .unwrap_or(0.0)
        });
        each.collect::<Vec<f64>>()
    };
    let together: f64 = of("containers").iter().sum();
    let first = of("initContainers").into_iter().fold(0.0, f64::max);
    let each = together.max(first);
    (each > 0.0).then_some(each)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn quotas_are_told_in_percent() {
        let quota = json!({"metadata": {"name": "q"}, "status": {
            "hard": {"requests.cpu": "2", "limits.memory": "1Gi", "services": "3", "pods": "10"},
            "used": {"requests.cpu": "1", "limits.memory": "512Mi", "services": "1", "pods": "5"},
        }});
        let template = json!({"containers": [
            {"resources": {"requests": {"cpu": "200m"}, "limits": {"memory": "128Mi"}}},
            {"resources": {"requests": {"cpu": "50m"}}},
        ]});
        let told: Vec<_> = drawn(&quota, &template, 5)
            .into_iter()
            .map(|(it, over)| (it.resource, it.before, it.after, over))
            .collect();
        assert_eq!(
            told,
            [
                ("limits.memory".to_owned(), 50, 113, true),
                ("pods".to_owned(), 50, 100, false),
                ("requests.cpu".to_owned(), 50, 113, true),
            ]
        );
    }
}
