//! What changed before we looked: rollouts, scalings, nodes and `ConfigMaps` of the last hour, as far as they left traces.

mod configs;
mod rollouts;
mod scalings;

use std::time::Duration;

use jiff::Timestamp;
use kube::{Api, api::ListParams};
use serde::de::DeserializeOwned;

use self::configs::ConfigLite;
pub(super) use self::rollouts::ReplicaSetLite;
use super::{events::EventLite, interner::Interner, nodes::NodeLite, run::Scopes, watch::Watcher};
use crate::domain::{
    change::{Change, What},
    observation::Observation,
    time::since,
};

/// How far back the time line reaches.
const SPAN: Duration = Duration::from_secs(3_600);
/// How often history is read anew: what is live comes from the rows, this is for what they don't show.
const EVERY: Duration = Duration::from_secs(300);
/// The first rows come before the past.
const HEAD_START: Duration = Duration::from_secs(1);
const PAGE: u32 = 500;

/// Tells what is found for ever, each change once.
pub(super) async fn tell(watcher: Watcher, scopes: Scopes) {
    tokio::time::sleep(HEAD_START).await;
    let mut told: Vec<Change> = Vec::new();
    let mut nodes_read = false;
    loop {
        let now = watcher.connection.pulse.server_now();
        let mut found = Vec::new();
        let rollouts = read_rollouts(&watcher, &scopes, now, &mut found).await;
        read_scalings(&watcher, &scopes, now, &rollouts, &mut found).await;
        read_configs(&watcher, &scopes, now, &mut found).await;
        if !nodes_read {
            nodes_read = read_nodes(&watcher, now, &mut found).await;
        }
        told.retain(|change| recent(change.at, now));
        found.retain(|change| !told.contains(change));
        if !found.is_empty() {
            told.extend(found.iter().cloned());
            watcher.outbox.send(Observation::Changes(found));
        }
        tokio::time::sleep(EVERY).await;
    }
}

fn recent(at: Timestamp, now: Timestamp) -> bool {
    since(at, now) <= SPAN
}

/// Hands every object of a list over, page by page. What can't be read is only traced: whoever may not list `ReplicaSets`
/// or `ConfigMaps`, which no pane shows, has a shorter time line and nothing that looks broken.
async fn each<K>(api: &Api<K>, chosen: ListParams, mut take: impl FnMut(K)) -> bool
where
    K: kube::Resource<DynamicType = ()> + Clone + std::fmt::Debug + DeserializeOwned,
{
    let mut params = chosen.limit(PAGE);
    loop {
        match api.list(&params).await {
            Ok(page) => {
                page.items.into_iter().for_each(&mut take);
                match page.metadata.continue_.filter(|it| !it.is_empty()) {
                    Some(token) => params.continue_token = Some(token),
                    None => return true,
                }
            }
            Err(error) => {
                let why = super::trouble::of(&error).detail;
                tracing::debug!(why, path = api.resource_url(), "history not read");
                return false;
            }
        }
    }
}

async fn each_scope<K>(apis: Vec<(String, Api<K>)>, chosen: ListParams, mut take: impl FnMut(K))
where
    K: kube::Resource<DynamicType = ()> + Clone + std::fmt::Debug + DeserializeOwned,
{
    for (_, api) in apis {
        each(&api, chosen.clone(), &mut take).await;
    }
}

async fn read_rollouts(
    watcher: &Watcher,
    scopes: &Scopes,
    now: Timestamp,
    found: &mut Vec<Change>,
) -> rollouts::Rollouts {
    let mut rollouts = rollouts::Rollouts::default();
    let mut names = Interner::default();
    let apis = scopes.row_apis::<ReplicaSetLite>(&watcher.connection);
    each_scope(apis, ListParams::default(), |set| {
        rollouts.add(&set, &mut names);
    })
    .await;
    found.extend(rollouts.changes(|at| recent(at, now)));
    rollouts
}

async fn read_scalings(
    watcher: &Watcher,
    scopes: &Scopes,
    now: Timestamp,
    rollouts: &rollouts::Rollouts,
    found: &mut Vec<Change>,
) {
    let chosen = ListParams::default().fields("reason=ScalingReplicaSet");
    let mut scalings = scalings::Scalings::default();
    let mut names = Interner::default();
    let apis = scopes.row_apis::<EventLite>(&watcher.connection);
    each_scope(apis, chosen, |event| {
        scalings.add(&event, &mut names);
    })
    .await;
    let changes = scalings.changes(rollouts);
    found.extend(changes.filter(|change| recent(change.at, now)));
}

async fn read_configs(watcher: &Watcher, scopes: &Scopes, now: Timestamp, found: &mut Vec<Change>) {
    let mut names = Interner::default();
    let apis = scopes.apis::<ConfigLite>(&watcher.connection);
    each_scope(apis, ListParams::default(), |config| {
        found.extend(config.change(|at| recent(at, now), &mut names));
    })
    .await;
}

async fn read_nodes(watcher: &Watcher, now: Timestamp, found: &mut Vec<Change>) -> bool {
    let api = Api::<NodeLite>::all(watcher.connection.rows.clone());
    let mut names = Interner::default();
    each(&api, ListParams::default(), |node| {
        let mut conditions = node.status.conditions.iter();
        if let Some(ready) = conditions.find(|it| it.kind == "Ready")
            && let Some(at) = ready.last_transition_time
            && recent(at, now)
        {
            let node = names.name(&node.metadata.name);
            let ready = ready.holds();
            found.push(Change {
                at,
                what: What::NodeReady { node, ready },
            });
        }
    })
    .await
}
