//! create, update, patch and delete, with the rules that all kinds share.

mod cascade;
mod remove;
mod rules;

use std::sync::Arc;

use http::{Method, Response, StatusCode};
use jiff::{Timestamp, Unit};
use serde_json::{Value, json};

pub use remove::{delete, delete_all};

use super::controllers::pod;
use super::kinds::Res;
use super::request::Call;
use super::status::{ApiError, ApiResult};
use super::store::Entry;
use super::{Cluster, State, defaults, fields, list, patch};
use crate::sim::server::Body;

/// Who writes, and when.
#[derive(Debug, Clone)]
pub struct Author<'a> {
    pub manager: &'a str,
    pub now: Timestamp,
    pub subresource: Option<&'a str>,
}

/// A time as metadata carries it: whole seconds.
pub fn seconds(at: Timestamp) -> String {
    at.round(Unit::Second).unwrap_or(at).to_string()
}

/// POST on a collection.
pub fn post(cluster: &Cluster, call: &Call, body: Value) -> ApiResult<Response<Body>> {
    let author = author(cluster, call);
    let mut state = cluster.state();
    let namespace = call.namespace().to_owned();
    let value = state.prepare(call.place.res, &namespace, body, &author)?;
    let entry = state.settle(call.place.res, value, call.dry_run()?);
    Ok(list::object(
        StatusCode::CREATED,
        call.output.one(&entry, author.now),
    ))
}

/// PUT and PATCH on an object or its status.
pub fn change(cluster: &Cluster, call: &Call, body: &Value) -> ApiResult<Response<Body>> {
    let (res, dry) = (call.place.res, call.dry_run()?);
    let author = author(cluster, call);
    let mut state = cluster.state();
    let old = state.store.get(res, call.namespace(), call.name());
    let applies = patch::is_apply(&call.content_type);
    let Some(old) = old else {
        if call.method == Method::PATCH && applies && author.subresource.is_none() {
            let mut value = body.clone();
            value["metadata"]["name"] = call.name().into();
            let value = state.prepare(res, call.namespace(), value, &author)?;
            let entry = state.settle(res, value, dry);
            return Ok(list::object(
                StatusCode::CREATED,
                call.output.one(&entry, author.now),
            ));
        }
        return Err(ApiError::not_found(res, call.name()));
    };
    let new = if call.method == Method::PATCH {
        patch::apply(&call.content_type, res, &old, body)?
    } else {
        body.clone()
    };
    let entry = state.replace(&old, new, &author, dry)?;
    Ok(list::object(
        StatusCode::OK,
        call.output.one(&entry, author.now),
    ))
}

fn author<'a>(cluster: &Cluster, call: &'a Call) -> Author<'a> {
    Author {
        manager: &call.manager,
        now: cluster.now(),
        subresource: call.place.subresource.as_deref(),
    }
}

impl State {
    /// Checks and completes a new object; it is not stored yet.
    pub fn prepare(
        &mut self,
        res: Res,
        namespace: &str,
        mut value: Value,
        author: &Author<'_>,
    ) -> ApiResult<Value> {
        rules::check_identity(res, namespace, &value)?;
        let metadata = &mut value["metadata"];
        if !metadata.is_object() {
            *metadata = json!({});
        }
        if metadata["name"].as_str().unwrap_or_default().is_empty()
            && let Some(prefix) = metadata["generateName"].as_str()
        {
            let name = format!("{prefix}{}", self.dice.suffix());
            metadata["name"] = name.into();
        }
        if res.info().namespaced {
            metadata["namespace"] = namespace.into();
            let known = self.store.get(Res::Namespaces, "", namespace);
            if known.is_none() {
                return Err(ApiError::not_found(Res::Namespaces, namespace));
            }
        }
        let name = metadata["name"].as_str().unwrap_or_default().to_owned();
        rules::check_name(res, &name)?;
        if self.store.get(res, namespace, &name).is_some() {
            return Err(ApiError::already_exists(res, &name));
        }
        metadata["uid"] = self.dice.uid().into();
        metadata["creationTimestamp"] = seconds(author.now).into();
        for unwanted in [
            "resourceVersion",
            "deletionTimestamp",
            "selfLink",
            "managedFields",
        ] {
            if let Some(metadata) = metadata.as_object_mut() {
                metadata.remove(unwanted);
            }
        }
        if defaults::has_generation(res) {
            metadata["generation"] = 1.into();
        }
        if let Some(object) = value.as_object_mut()
            && res.has_status()
        {
            object.remove("status");
        }
        defaults::complete(res, &mut value);
        rules::check(res, &name, &value)?;
        if res == Res::Pods && pod::is_gated(&value) {
            pod::gate(&mut value, author.now);
        }
        fields::own(&mut value, None, author, res);
        value["apiVersion"] = res.info().api_version().into();
        value["kind"] = res.info().kind.into();
        Ok(value)
    }

    /// Stores a prepared object, or shows what would have been stored.
    pub fn settle(&mut self, res: Res, value: Value, dry: bool) -> Arc<Entry> {
        if dry {
            Arc::new(Entry::new(res, value, 0))
        } else {
            self.store.put(res, value)
        }
    }

    /// Replaces an object by a newer state of it, by the rules of updates.
    pub fn replace(
        &mut self,
        old: &Arc<Entry>,
        mut new: Value,
        author: &Author<'_>,
        dry: bool,
    ) -> ApiResult<Arc<Entry>> {
        let res = old.res;
        let before = old.value();
        rules::check_update(old, &new)?;
        keep_identity(&before, &mut new);
        if author.subresource == Some("status") {
            let mut merged = Value::clone(&before);
            merged["status"] = new["status"].take();
            for part in ["annotations", "labels", "finalizers"] {
                if let Some(changed) = new["metadata"].get(part) {
                    merged["metadata"][part] = changed.clone();
                }
            }
            new = merged;
        } else {
            if res.has_status() {
                set_or_drop(&mut new, "status", before.get("status").cloned());
            }
            defaults::complete(res, &mut new);
            rules::check(res, &old.name, &new)?;
            rules::check_immutable(res, &old.name, &before, &new)?;
            if defaults::has_generation(res) && is_another_generation(res, &before, &new) {
                let generation = before["metadata"]["generation"].as_u64().unwrap_or(0) + 1;
                new["metadata"]["generation"] = generation.into();
            }
        }
        new["metadata"]["resourceVersion"] = old.version.to_string().into();
        if new == *before {
            return Ok(Arc::clone(old));
        }
        fields::own(&mut new, Some(&before), author, res);
        if author.subresource == Some("status") && res == Res::Pods && !dry {
            self.kubelet.leave_alone(&old.uid);
        }
        // A pod that has grace left waits for its kubelet.
        let finished = !new["metadata"]["deletionTimestamp"].is_null()
            && (res != Res::Pods || new["metadata"]["deletionGracePeriodSeconds"] == 0)
            && !remove::is_held(&new);
        if finished && !dry {
            let last = Arc::new(Entry::new(res, new, old.version));
            self.store.remove(res, &old.key());
            self.cascade(&last, author.now);
            return Ok(last);
        }
        Ok(self.settle(res, new, dry))
    }

    /// Creates an object as a part of the cluster itself does: without the checks, at a time of its choosing.
    pub fn create_own(&mut self, res: Res, mut value: Value, now: Timestamp) -> Arc<Entry> {
        let uid = self.dice.uid();
        let metadata = &mut value["metadata"];
        metadata["uid"] = uid.into();
        metadata["creationTimestamp"] = seconds(now).into();
        if defaults::has_generation(res) {
            metadata["generation"] = 1.into();
        }
        defaults::complete(res, &mut value);
        value["apiVersion"] = res.info().api_version().into();
        value["kind"] = res.info().kind.into();
        self.store.put(res, value)
    }

    /// Stores a changed object as a part of the cluster itself does; unchanged objects are left alone.
    pub fn update_own(&mut self, old: &Arc<Entry>, new: Value) -> Arc<Entry> {
        if new == *old.value() {
            return Arc::clone(old);
        }
        self.store.put(old.res, new)
    }
}

/// A change of the spec is one; of a Deployment, a change of the annotations too.
fn is_another_generation(res: Res, before: &Value, new: &Value) -> bool {
    let annotations = |it: &Value| it["metadata"].get("annotations").cloned();
    new.get("spec") != before.get("spec")
        || (res == Res::Deployments && annotations(new) != annotations(before))
}

/// What a client can't change, whatever it sends.
fn keep_identity(before: &Value, new: &mut Value) {
    let kept = [
        "name",
        "namespace",
        "uid",
        "creationTimestamp",
        "generation",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "managedFields",
    ];
    if !new["metadata"].is_object() {
        new["metadata"] = json!({});
    }
    for part in kept {
        set_or_drop(
            &mut new["metadata"],
            part,
            before["metadata"].get(part).cloned(),
        );
    }
    new["apiVersion"] = before["apiVersion"].clone();
    new["kind"] = before["kind"].clone();
}

fn set_or_drop(object: &mut Value, key: &str, value: Option<Value>) {
    match (value, object.as_object_mut()) {
        (Some(value), Some(object)) => {
            object.insert(key.to_owned(), value);
        }
        (None, Some(object)) => {
            object.remove(key);
        }
        (_, None) => {}
    }
}
