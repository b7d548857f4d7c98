//! Pods in their order: sick ones one by one, then workloads with their counts; or each for itself.

use std::{cmp::Reverse, sync::Arc};

use crate::{
    app::{
        model::{Cluster, Model, RollUp},
        view::{Item, List, Pane, PodsShown, Sort},
    },
    domain::{
        pod::{Health, PodRow, WorkloadKey},
        pod_detail::PodKey,
    },
};

use super::{Candidate, ordered};

/// Takes a pod out of the counts (`before`) and puts it in again (`after`).
pub(in crate::app) fn count_pod(
    cluster: &mut Cluster,
    before: Option<&PodRow>,
    after: Option<&PodRow>,
) {
    if let Some(pod) = before {
        count(cluster, pod, u32::wrapping_sub);
    }
    if let Some(pod) = after {
        count(cluster, pod, u32::wrapping_add);
    }
}

/// `step` adds or takes away; counts can't go below zero, since only a counted pod is taken away.
fn count(cluster: &mut Cluster, pod: &PodRow, step: fn(u32, u32) -> u32) {
    let done = pod.health == Health::Done;
    let ready = pod.containers > 0 && pod.ready == pod.containers && !done;
    let sick = pod.health == Health::Sick;
    let all = &mut cluster.count;
    all.total = step(all.total, u32::from(!done));
    all.ready = step(all.ready, u32::from(ready));
    all.sick = step(all.sick, u32::from(sick));
    let Some(key) = &pod.workload else {
        return;
    };
    let none = RollUp {
        ready: 0,
        total: 0,
        sick: 0,
        restarts: 0,
        worst: Health::Done,
        by_health: [0; 5],
    };
    let roll_up = cluster.roll_ups.entry(key.clone()).or_insert(none);
    roll_up.total = step(roll_up.total, u32::from(!done));
    roll_up.ready = step(roll_up.ready, u32::from(ready));
    roll_up.sick = step(roll_up.sick, u32::from(sick));
    roll_up.restarts = step(roll_up.restarts, pod.restarts);
    let slot = &mut roll_up.by_health[pod.health as usize];
    *slot = step(*slot, 1);
    roll_up.worst = worst(roll_up.by_health);
    if roll_up.by_health.iter().all(|count| *count == 0) {
        cluster.roll_ups.remove(key);
    }
}

fn worst(by_health: [u32; 5]) -> Health {
    const ALL: [Health; 5] = [
        Health::Sick,
        Health::Shaky,
        Health::Moving,
        Health::Well,
        Health::Done,
    ];
    ALL.into_iter()
        .find(|health| by_health[*health as usize] > 0)
        .unwrap_or(Health::Done)
}

/// Whether a change of this pod can move rows of the pane; most changes at ten thousand pods don't.
pub(in crate::app) fn order_may_change(
    list: &List,
    before: Option<&PodRow>,
    after: Option<&PodRow>,
) -> bool {
    let (Some(before), Some(after)) = (before, after) else {
        return true;
    };
    let filtered = |pod: &PodRow| {
        (
            pod.status.clone(),
            pod.node.clone(),
            pod.workload.clone(),
            Arc::clone(&pod.labels),
        )
    };
    if before.health != after.health
        || !list.filter.is_empty() && filtered(before) != filtered(after)
    {
        return true;
    }
    match list.sort {
        Sort::Restarts => before.restarts != after.restarts,
        Sort::Node => before.node != after.node,
        _ => false,
    }
}

pub(super) fn items(model: &Model) -> Vec<Item> {
    let list = model.view.list(Pane::Pods);
    match model.view.pods_shown {
        PodsShown::Each => each(model, list, |_| true),
        PodsShown::SickOnly => each(model, list, needs_a_look),
        PodsShown::RolledUp => {
            // A filter asks for what is there, not only for what is sick.
            let filtered = !list.filter.is_empty();
            let mut items = each(model, list, |pod| filtered || needs_a_look(pod));
            items.extend(workloads(model, list));
            items
        }
    }
}

const fn needs_a_look(pod: &PodRow) -> bool {
    matches!(pod.health, Health::Sick | Health::Shaky)
}

fn each(model: &Model, list: &List, keep: impl Fn(&PodRow) -> bool) -> Vec<Item> {
    let mut pods: Vec<&PodRow> = model
        .cluster
        .pods
        .iter()
        .filter(|pod| keep(pod) && pod_matches(list, pod))
        .collect();
    sort(model, list.sort, &mut pods);
    ordered(pods, list.reverse)
        .into_iter()
        .map(|pod| Item::Pod(pod.uid.clone()))
        .collect()
}

fn sort(model: &Model, by: Sort, pods: &mut [&PodRow]) {
    fn name(pod: &PodRow) -> (&str, &str) {
        (&pod.namespace, &pod.name)
    }
    let usage = |pod: &PodRow| model.cluster.usage.get(&pod.uid).copied();
    match by {
        Sort::Name => {
            pods.sort_unstable_by(|a, b| (&a.name, &a.namespace).cmp(&(&b.name, &b.namespace)));
        }
        Sort::Restarts => pods.sort_unstable_by(|a, b| {
            b.restarts
                .cmp(&a.restarts)
                .then_with(|| name(a).cmp(&name(b)))
        }),
        // The youngest first.
        Sort::Age => pods.sort_unstable_by(|a, b| {
            b.created
                .cmp(&a.created)
                .then_with(|| name(a).cmp(&name(b)))
        }),
        Sort::Node => {
            pods.sort_unstable_by(|a, b| a.node.cmp(&b.node).then_with(|| name(a).cmp(&name(b))));
        }
        Sort::Namespace => pods.sort_unstable_by(|a, b| name(a).cmp(&name(b))),
        Sort::Cpu => pods.sort_by_key(|pod| {
            (
                Reverse(usage(pod).map(|usage| usage.cpu_millicores)),
                name(pod),
            )
        }),
        Sort::Memory => pods.sort_by_key(|pod| {
            (
                Reverse(usage(pod).map(|usage| usage.memory_bytes)),
                name(pod),
            )
        }),
        Sort::Worst | Sort::Depth | Sort::Pack => {
            pods.sort_unstable_by(|a, b| {
                a.health.cmp(&b.health).then_with(|| name(a).cmp(&name(b)))
            });
        }
    }
}

fn pod_matches(list: &List, pod: &PodRow) -> bool {
    if list.filter.is_empty() {
        return true;
    }
    let extra = [
        ("namespace", &*pod.namespace),
        ("node", pod.node.as_deref().unwrap_or_default()),
        ("status", &*pod.status),
        (
            "workload",
            pod.workload.as_ref().map_or("", |key| &*key.name),
        ),
    ];
    let text = format!("{} {}", pod.name, pod.status);
    list.filter.matches(&Candidate {
        text,
        labels: Some(&pod.labels),
        extra: &extra,
    })
}

/// Workloads: those with a pod that is not well first.
fn workloads(model: &Model, list: &List) -> Vec<Item> {
    let mut keys: Vec<(&WorkloadKey, RollUp)> = model
        .cluster
        .roll_ups
        .iter()
        // One whose pods all finished has nothing to watch.
        .filter(|(key, roll_up)| roll_up.total > 0 && workload_matches(list, key))
        .map(|(key, roll_up)| (key, *roll_up))
        .collect();
    match list.sort {
        Sort::Name | Sort::Namespace => {}
        Sort::Restarts => keys.sort_by_key(|(_, roll_up)| Reverse(roll_up.restarts)),
        _ => keys.sort_by_key(|(_, roll_up)| {
            (
                roll_up.worst.min(Health::Well),
                roll_up.ready == roll_up.total,
            )
        }),
    }
    ordered(keys, list.reverse)
        .into_iter()
        .map(|(key, _)| Item::Workload(key.clone()))
        .collect()
}

fn workload_matches(list: &List, key: &WorkloadKey) -> bool {
    if list.filter.is_empty() {
        return true;
    }
    let extra = [
        ("namespace", &*key.namespace),
        ("workload", &*key.name),
        ("kind", &*key.kind),
        ("name", &*key.name),
    ];
    list.filter.matches(&Candidate {
        text: key.name.to_string(),
        labels: None,
        extra: &extra,
    })
}

/// The pods that stand on the screen now.
pub(in crate::app) fn visible_pods(model: &Model, page: usize) -> Vec<PodKey> {
    let list = model.view.list(Pane::Pods);
    list.items
        .iter()
        .skip(list.offset)
        .take(page)
        .filter_map(|item| match item {
            Item::Pod(uid) => model.cluster.pods.get(uid),
            _ => None,
        })
        .map(|pod| PodKey {
            namespace: pod.namespace.to_string(),
            name: pod.name.to_string(),
            uid: pod.uid.clone(),
        })
        .collect()
}
