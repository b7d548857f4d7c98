//! The names of the namespaces, for choosing among them.

use k8s_openapi::api::core::v1::Namespace;
use kube::{
    Api,
    api::{ListParams, PartialObjectMeta},
};

use crate::{
    domain::{clean::clean, freshness::Trouble, question::Answer},
    sources::kubernetes::{trouble, watch::Watcher},
};

/// More than this nobody picks from.
const MOST: u32 = 2_000;

pub(super) async fn read(watcher: &Watcher) -> Result<Answer, Trouble> {
    let api: Api<PartialObjectMeta<Namespace>> = Api::all(watcher.connection.client.clone());
    let list = api
        .list_metadata(&ListParams::default().limit(MOST))
        .await
        .map_err(|error| trouble::of(&error))?;
    let names = list.items.into_iter().filter_map(|it| it.metadata.name);
    let mut names: Vec<String> = names.map(|name| clean(&name).into_owned()).collect();
    names.sort_unstable();
    Ok(Answer::Namespaces(names))
}
