//! The events about one object.

use kube::{Api, api::ListParams};

use crate::{
    domain::{event::EventRow, freshness::Trouble, object::ObjectKey, question::Answer},
    sources::kubernetes::{events::EventLite, interner::Interner, trouble, watch::Watcher},
};

/// More than this nobody reads.
const MOST: u32 = 500;

/// More events of a whole namespace than this are not read.
const MOST_OF_ALL: usize = 2_000;

/// All events of a namespace, or of all; where there are more than anybody reads, the newest of those that were read.
pub(super) async fn read_all(
    watcher: &Watcher,
    namespace: Option<&str>,
) -> Result<Answer, Trouble> {
    let client = watcher.connection.client.clone();
    let api: Api<EventLite> = match namespace {
        Some(namespace) => Api::namespaced(client, namespace),
        None => Api::all(client),
    };
    let mut names = Interner::default();
    let mut rows = Vec::new();
    let mut params = ListParams::default().limit(MOST);
    loop {
        let list = api
            .list(&params)
            .await
            .map_err(|error| trouble::of(&error))?;
        rows.extend(list.items.iter().map(|it| it.row(&mut names)));
        match list.metadata.continue_.filter(|token| !token.is_empty()) {
            Some(token) if rows.len() < MOST_OF_ALL => params = params.continue_token(&token),
            _ => break,
        }
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.last));
    Ok(Answer::Events(rows))
}

pub(super) async fn read(watcher: &Watcher, key: &ObjectKey) -> Result<Answer, Trouble> {
    of_object(watcher, key).await.map(Answer::Events)
}

pub(in crate::sources::kubernetes) async fn of_object(
    watcher: &Watcher,
    key: &ObjectKey,
) -> Result<Vec<EventRow>, Trouble> {
    let client = watcher.connection.client.clone();
    let api: Api<EventLite> = match &key.namespace {
        Some(namespace) => Api::namespaced(client, namespace),
        None => Api::all(client),
    };
    // The kubelet gives the name of its node as the uid.
    let chosen = match &key.uid {
        Some(uid) if key.namespace.is_some() => format!("involvedObject.uid={uid}"),
        _ => format!(
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
    Ok(rows)
}
