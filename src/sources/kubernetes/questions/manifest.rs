//! An object as the server has it, without what is secret in it.

use crate::{
    domain::{
        freshness::Trouble,
        manifest::{Manifest, cut_long, mask},
        object::ObjectKey,
        question::Answer,
    },
    sources::kubernetes::{objects, watch::Watcher},
};

/// Texts longer than this are cut: a whole program in a `ConfigMap` is not read on a screen.
const LONGEST: usize = 64 * 1024;

pub(super) async fn read(watcher: &Watcher, key: &ObjectKey) -> Result<Answer, Trouble> {
    let mut object = objects::get(&watcher.connection.client, key).await?;
    if key.kind.group.is_empty() && &*key.kind.kind == "Secret" {
        // A server that left the kind out would otherwise have its secrets shown.
        object["kind"] = "Secret".into();
    }
    mask(&mut object);
    let cut = cut_long(&mut object, LONGEST);
    Ok(Answer::Manifest(Box::new(Manifest { object, cut })))
}
