//! Pods in their order: sick ones one by one, then workloads with their counts; or each for itself.

use std::{
    cmp::{Ordering, Reverse},
    collections::HashSet,
    sync::Arc,
};

use crate::{
    app::{
        model::{Cluster, Model, RollUp},
        view::{Item, List, Pane, PodsShown, Sort},
    },
    domain::{
        id::Uid,
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
    let mut pods: Vec<&PodRow> = model
        .cluster
        .pods
        .iter()
        .filter(|pod| is_listed(model, list, pod))
        .collect();
    pods.sort_unstable_by(|a, b| order(model, list, a, b));
    let pods = pods.into_iter().map(|pod| Item::Pod(pod.uid.clone()));
    with_workloads(model, list, pods.collect())
}

/// The items after pods changed of which only those in `moved` may stand elsewhere now: at ten thousand pods and two
/// hundred changes a second, sorting all of them for each batch would be most of the work.
pub(in crate::app) fn after(
    model: &Model,
    mut before: Vec<Item>,
    moved: &HashSet<Uid>,
) -> Vec<Item> {
    let list = model.view.list(Pane::Pods);
    if matches!(list.sort, Sort::Cpu | Sort::Memory) {
        // Usage comes by itself, so what stands there now need not be in order.
        return items(model);
    }
    before.retain(|item| matches!(item, Item::Pod(uid) if !moved.contains(uid)));
    let mut came: Vec<&PodRow> = moved
        .iter()
        .filter_map(|uid| model.cluster.pods.get(uid))
        .filter(|pod| is_listed(model, list, pod))
        .collect();
    came.sort_unstable_by(|a, b| order(model, list, a, b));
    let stands_before = |item: &Item, pod: &PodRow| {
        let Item::Pod(uid) = item else { return false };
        let other = model.cluster.pods.get(uid);
        other.is_some_and(|other| order(model, list, other, pod).is_lt())
    };
    let places = came
        .iter()
        .map(|pod| before.partition_point(|item| stands_before(item, pod)));
    let places: Vec<usize> = places.collect();
    let mut pods = Vec::with_capacity(before.len() + came.len() + model.cluster.roll_ups.len());
    let mut rest = before.into_iter();
    for (already, (place, pod)) in places.into_iter().zip(came).enumerate() {
        let ahead = place + already - pods.len();
        pods.extend(rest.by_ref().take(ahead));
        pods.push(Item::Pod(pod.uid.clone()));
    }
    pods.extend(rest);
    with_workloads(model, list, pods)
}

fn with_workloads(model: &Model, list: &List, mut pods: Vec<Item>) -> Vec<Item> {
    if model.view.pods_shown == PodsShown::RolledUp {
        pods.extend(workloads(model, list));
    }
    pods
}

fn is_listed(model: &Model, list: &List, pod: &PodRow) -> bool {
    let needs_a_look = matches!(pod.health, Health::Sick | Health::Shaky);
    let shown = match model.view.pods_shown {
        PodsShown::Each => true,
        PodsShown::SickOnly => needs_a_look,
        // What nothing owns is in no workload's row; a filter asks for what is there, not only for what is sick.
        PodsShown::RolledUp => {
            let owned = pod.workload.is_some() || pod.health == Health::Done;
            needs_a_look || !owned || !list.filter.is_empty()
        }
    };
    shown && pod_matches(list, pod)
}

/// Which of two pods stands first; no two are equal.
fn order(model: &Model, list: &List, a: &PodRow, b: &PodRow) -> Ordering {
    fn name(pod: &PodRow) -> (&str, &str) {
        (&pod.namespace, &pod.name)
    }
    let usage = |pod: &PodRow| model.cluster.usage.get(&pod.uid).copied();
    let by = match list.sort {
        Sort::Name => a.name.cmp(&b.name),
        Sort::Restarts => b.restarts.cmp(&a.restarts),
        // The youngest first.
        Sort::Age => b.created.cmp(&a.created),
        Sort::Node => a.node.cmp(&b.node),
        Sort::Namespace => Ordering::Equal,
        Sort::Cpu => {
            let cpu = |pod| usage(pod).map(|usage| usage.cpu_millicores);
            cpu(b).cmp(&cpu(a))
        }
        Sort::Memory => {
            let memory = |pod| usage(pod).map(|usage| usage.memory_bytes);
            memory(b).cmp(&memory(a))
        }
        Sort::Worst | Sort::Depth | Sort::Pack => a.health.cmp(&b.health),
    };
    let order = by.then_with(|| name(a).cmp(&name(b)));
    if list.reverse { order.reverse() } else { order }
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
    // As a row names it where there are several namespaces, too.
    let text = format!("{} {} {}/{}", pod.name, pod.status, pod.namespace, pod.name);
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
        text: format!("{} {}/{}", key.name, key.namespace, key.name),
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
