//! The events about one object.

use kube::{Api, api::ListParams};

use crate::{
    domain::{freshness::Trouble, object::ObjectKey, question::Answer},
    sources::kubernetes::{events::EventLite, interner::Interner, trouble, watch::Watcher},
};

/// More than this nobody reads.
const MOST: u32 = 500;

pub(super) async fn read(watcher: &Watcher, key: &ObjectKey) -> Result<Answer, Trouble> {
    let client = watcher.connection.client.clone();
    let api: Api<EventLite> = match &key.namespace {
        Some(namespace) => Api::namespaced(client, namespace),
        None => Api::all(client),
    };
    let chosen = match &key.uid {
        Some(uid) => format!("involvedObject.uid={uid}"),
        None => format!(
            "involvedObject.kind={},involvedObject.name={}",
            key.kind.kind, key.name
        ),
    };
    let list = api
        .list(&ListParams::default().fields(&chosen).limit(MOST))
        .await
        .map_err(|error| trouble::of(&error))?;
    let mut names = Interner::default();
    let mut rows: Vec<_> = list.items.iter().map(|it| it.row(&mut names)).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.last));
    Ok(Answer::Events(rows))
}
