//! Who would feel it: the pods that would end or come, the budgets over them, the quotas they draw on.

mod budget;
mod effect;
mod quota;

use self::{
    budget::{budget_kind, budgets},
    effect::effect,
    quota::{quota_kind, quotas},
};
use super::{
    pods::{Pod, pods_of},
    survey::Survey,
    wire::{Trouble, Wire, resource},
};
use crate::domain::{
    action::{
        preflight::{Blast, Change, Warning},
        step::{Planned, StepKind},
    },
    object::KindRef,
};

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
        StepKind::Cordon { .. }
            | StepKind::Uncordon { .. }
            | StepKind::Exec { .. }
            | StepKind::Object { .. }
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
