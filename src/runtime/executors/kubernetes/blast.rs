//! Who would feel it: the pods that would end or come, the budgets over them, the quotas they draw on.

use serde_json::Value;

use super::{
    live::Live,
    pods::{Pod, list, pods_of},
    selector::Selector,
    survey::Survey,
    wire::{Trouble, Wire, resource},
};
use crate::{
    domain::{
        action::{
            preflight::{Blast, Budget, Change, Quota, Warning},
            step::{Planned, StepKind},
            target::Target,
        },
        object::KindRef,
    },
    sources::kubernetes::quantity,
};

/// What a step would do to pods.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Effect {
    /// Those that would end, as far as it can be told which.
    ending: Vec<String>,
    /// How many would be away at once beside those that are.
    away: i64,
    more: i64,
}

/// Who would feel a step, and what should be known of it.
pub async fn blast(
    wire: &Wire,
    step: &Planned,
    survey: &Survey,
    changes: &[Change],
) -> (Blast, Vec<Warning>) {
    let mut warnings = Vec::new();
    let Some(target) = step.kind.target() else {
        return (Blast::default(), warnings);
    };
    let feels = !matches!(
        step.kind,
        StepKind::Cordon { .. } | StepKind::Uncordon { .. } | StepKind::Exec { .. }
    );
    if !feels {
        return (Blast::default(), warnings);
    }
    let pods = pods_of(wire, target, &survey.live).await;
    let pods = seen(pods, &KindRef::pods(), &mut warnings);
    let effect = effect(step, &survey.live, &pods, changes);
    let touched: Vec<&Pod> = pods
        .iter()
        .filter(|pod| effect.touches(&pod.name))
        .collect();
    let (budgets, quotas) = futures::join!(
        budgets(wire, target, &touched),
        quotas(wire, target, &survey.live, effect.more),
    );
    let budgets = seen(budgets, &budget_kind(), &mut warnings);
    for budget in &budgets {
        if i64::from(budget.allowed) < effect.away {
            warnings.push(Warning::OverBudget {
                budget: budget.name.clone(),
                allowed: budget.allowed,
            });
        }
    }
    let quotas = seen(quotas, &quota_kind(), &mut warnings);
    for (quota, over) in &quotas {
        if *over {
            warnings.push(Warning::OverQuota {
                quota: quota.name.clone(),
                resource: quota.resource.clone(),
            });
        }
    }
    let status = |plain: &str, of_nodes: &str| {
        let status = &survey.live.0["status"];
        let number = status[plain].as_u64().or_else(|| status[of_nodes].as_u64());
        number.and_then(|it| u32::try_from(it).ok())
    };
    let replicas = survey.live.0["spec"]["replicas"].as_u64();
    let desired = replicas.and_then(|it| u32::try_from(it).ok());
    let desired = desired.or_else(|| status("desiredNumberScheduled", "desiredNumberScheduled"));
    let blast = Blast {
        pods: effect.ending,
        pods_more: effect.more,
        // The server leaves a zero out.
        ready: status("readyReplicas", "numberReady").or(desired.map(|_| 0)),
        desired,
        budgets,
        quotas: quotas.into_iter().map(|(quota, _)| quota).collect(),
    };
    (blast, warnings)
}

/// What was read, or a warning that it could not be.
fn seen<T>(read: Result<Vec<T>, Trouble>, kind: &KindRef, warnings: &mut Vec<Warning>) -> Vec<T> {
    read.unwrap_or_else(|trouble| {
        warnings.push(Warning::NotSeen {
            what: resource(kind, None),
            why: trouble.why(),
        });
        Vec::new()
    })
}

fn budget_kind() -> KindRef {
    KindRef::new(
        "policy",
        "v1",
        "PodDisruptionBudget",
        "poddisruptionbudgets",
        true,
    )
}

fn quota_kind() -> KindRef {
    KindRef::new("", "v1", "ResourceQuota", "resourcequotas", true)
}

impl Effect {
    /// Where it can't be told which pods end, any of them may.
    fn touches(&self, name: &str) -> bool {
        self.ending.iter().any(|it| it == name) || (self.ending.is_empty() && self.away > 0)
    }
}

fn effect(step: &Planned, live: &Live, pods: &[Pod], changes: &[Change]) -> Effect {
    match &step.kind {
        StepKind::DeletePod { .. } | StepKind::Evict { .. } => {
            let owners = live.0["metadata"]["ownerReferences"].as_array();
            let mut owners = owners.into_iter().flatten();
            Effect {
                ending: pods.iter().map(|it| it.name.clone()).collect(),
                away: 1,
                // Its controller makes another one.
                more: if owners.any(|it| it["controller"] == true) {
                    0
                } else {
                    -1
                },
            }
        }
        StepKind::RunCronjob { .. } => Effect {
            more: live
                .number("/spec/jobTemplate/spec/parallelism")
                .unwrap_or(1),
            ..Effect::default()
        },
        _ => {
            let replicas = changes.iter().find(|it| it.field == "spec.replicas");
            let number = |text: &Option<String>| text.as_ref()?.parse::<i64>().ok();
            let scaled =
                replicas.map(|it| (number(&it.from).unwrap_or(0), number(&it.to).unwrap_or(0)));
            let rolls = changes
                .iter()
                .any(|it| it.field.starts_with("spec.template"));
            let mut effect = scaled.map_or_else(Effect::default, |(from, to)| {
                scaled_to(live, pods, from, to)
            });
            if rolls {
                let rolling = rolled(live, pods);
                effect.away = effect.away.max(rolling.away);
                effect.ending = rolling.ending;
            }
            effect
        }
    }
}

fn is_kind(live: &Live, kind: &str) -> bool {
    live.0["kind"] == kind
}

fn scaled_to(live: &Live, pods: &[Pod], from: i64, to: i64) -> Effect {
    let gone = usize::try_from(from - to).unwrap_or(0);
    let mut ending: Vec<&Pod> = pods.iter().collect();
    if is_kind(live, "StatefulSet") {
        // The last go first.
        ending.sort_by_key(|it| std::cmp::Reverse(it.ordinal()));
        ending.truncate(gone);
    } else if gone < ending.len() {
        // Its controller chooses, when it comes to that.
        ending.clear();
    }
    let ending = if gone == 0 { Vec::new() } else { ending };
    Effect {
        ending: ending.into_iter().map(|it| it.name.clone()).collect(),
        away: (from - to).max(0),
        more: to - from,
    }
}

/// A new template ends all pods, one after the other, unless they wait for somebody to delete them.
fn rolled(live: &Live, pods: &[Pod]) -> Effect {
    let strategy = if is_kind(live, "Deployment") {
        "strategy"
    } else {
        "updateStrategy"
    };
    let strategy = &live.0["spec"][strategy];
    if strategy["type"] == "OnDelete" {
        return Effect::default();
    }
    let first = strategy["rollingUpdate"]["partition"].as_i64().unwrap_or(0);
    let stays = |pod: &&Pod| first > 0 && pod.ordinal().is_some_and(|it| it < first);
    let ending: Vec<String> = pods
        .iter()
        .filter(|it| !stays(it))
        .map(|it| it.name.clone())
        .collect();
    let count = i64::try_from(ending.len()).unwrap_or(i64::MAX);
    let away = if strategy["type"] == "Recreate" {
        count
    } else {
        share(&strategy["rollingUpdate"]["maxUnavailable"], count)
            .unwrap_or(1)
            .min(count)
    };
    Effect {
        ending,
        away,
        more: 0,
    }
}

/// A number, or a share in percent, rounded down.
fn share(value: &Value, of: i64) -> Option<i64> {
    let percent = || value.as_str()?.strip_suffix('%')?.parse::<i64>().ok();
    value.as_i64().or_else(|| percent().map(|it| it * of / 100))
}

/// The budgets that select any of these pods.
async fn budgets(wire: &Wire, target: &Target, pods: &[&Pod]) -> Result<Vec<Budget>, Trouble> {
    if pods.is_empty() {
        return Ok(Vec::new());
    }
    let all = list(wire, &budget_kind(), target.namespace(), "").await?;
    let over = |budget: &&Value| {
        let selector = &budget["spec"]["selector"];
        // In this API an empty selector selects all, and none at all selects nothing.
        selector.is_object()
            && pods
                .iter()
                .any(|pod| Selector(selector).matches(pod.labels()))
    };
    let told = |budget: &Value| Budget {
        name: budget["metadata"]["name"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        allowed: budget["status"]["disruptionsAllowed"]
            .as_i64()
            .and_then(|it| i32::try_from(it).ok())
            .unwrap_or(0),
    };
    Ok(all.iter().filter(over).map(told).collect())
}

/// The quotas that more pods draw on, each with whether they would be too much for it.
async fn quotas(
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

    fn pods(names: &[&str]) -> Vec<Pod> {
        let pod = |name: &&str| Pod {
            name: (*name).to_owned(),
            object: json!({}),
        };
        names.iter().map(pod).collect()
    }

    #[test]
    fn which_pods_end_is_told_where_it_can_be() {
        let all = pods(&["db-0", "db-1", "db-10", "db-2"]);
        let set = Live(json!({"kind": "StatefulSet"}));
        let effect = scaled_to(&set, &all, 4, 2);
        assert_eq!(
            (effect.ending, effect.more, effect.away),
            (vec!["db-10".to_owned(), "db-2".to_owned()], -2, 2)
        );
        let deployment = Live(json!({"kind": "Deployment"}));
        assert_eq!(scaled_to(&deployment, &all, 4, 2).ending, [""; 0]);
        assert_eq!(scaled_to(&deployment, &all, 4, 0).ending.len(), 4);
        let more = scaled_to(&deployment, &all, 4, 6);
        assert_eq!((more.ending.len(), more.more, more.away), (0, 2, 0));
    }

    #[test]
    fn a_new_template_ends_what_its_strategy_lets_end() {
        let all = pods(&["db-0", "db-1", "db-2", "db-3"]);
        let of = |kind: &str, strategy: Value| {
            let effect = rolled(&Live(json!({"kind": kind, "spec": strategy})), &all);
            (effect.ending.len(), effect.away)
        };
        let rolling = |it: Value| json!({"type": "RollingUpdate", "rollingUpdate": it});
        assert_eq!(
            of(
                "Deployment",
                json!({"strategy": rolling(json!({"maxUnavailable": "50%"}))})
            ),
            (4, 2)
        );
        assert_eq!(
            of("Deployment", json!({"strategy": {"type": "Recreate"}})),
            (4, 4)
        );
        assert_eq!(
            of(
                "StatefulSet",
                json!({"updateStrategy": rolling(json!({"partition": 3}))})
            ),
            (1, 1)
        );
        assert_eq!(
            of(
                "StatefulSet",
                json!({"updateStrategy": {"type": "OnDelete"}})
            ),
            (0, 0)
        );
        assert_eq!(
            of(
                "DaemonSet",
                json!({"updateStrategy": rolling(json!({"maxUnavailable": 1}))})
            ),
            (4, 1)
        );
    }

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
