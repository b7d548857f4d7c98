//! delete and deletecollection.

use std::sync::Arc;

use http::{Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::kinds::Res;
use super::super::request::Call;
use super::super::status::{ApiError, ApiResult};
use super::super::store::Entry;
use super::super::{Cluster, State, list};
use super::seconds;
use crate::sim::server::{self, Body};

/// What the caller asked of a deletion.
struct Terms {
    grace: Option<i64>,
    orphan: bool,
    dry: bool,
    uid: Option<String>,
    version: Option<String>,
    now: Timestamp,
}

/// DELETE on an object.
pub fn delete(cluster: &Cluster, call: &Call, options: &Value) -> ApiResult<Response<Body>> {
    let res = call.place.res;
    let terms = terms(cluster, call, options)?;
    let mut state = cluster.state();
    let old = state.store.get(res, call.namespace(), call.name());
    let old = old.ok_or_else(|| ApiError::not_found(res, call.name()))?;
    if let Some(still_there) = state.remove_on(&old, &terms)? {
        let body = call.output.one(&still_there, terms.now);
        Ok(list::object(StatusCode::OK, body))
    } else {
        let mut details = json!({ "name": *old.name, "kind": res.info().plural, "uid": *old.uid });
        if !res.info().group.is_empty() {
            details["group"] = res.info().group.into();
        }
        let status = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details,
        });
        Ok(server::json(StatusCode::OK, &status))
    }
}

/// DELETE on a collection.
pub fn delete_all(cluster: &Cluster, call: &Call, options: &Value) -> ApiResult<Response<Body>> {
    let terms = terms(cluster, call, options)?;
    let selector = call.selector()?;
    let mut state = cluster.state();
    let chosen = state.store.select(call.place.res, &selector);
    for entry in &chosen {
        state.remove_on(entry, &terms)?;
    }
    let metadata = json!({ "resourceVersion": state.store.version().to_string() });
    let pieces = call
        .output
        .list(call.place.res, &chosen, &metadata, terms.now);
    Ok(list::object(StatusCode::OK, pieces.concat().into()))
}

fn terms(cluster: &Cluster, call: &Call, options: &Value) -> ApiResult<Terms> {
    let asked = options["gracePeriodSeconds"].as_i64();
    let grace = call.query.number("gracePeriodSeconds")?;
    let grace = asked.or_else(|| grace.and_then(|grace| i64::try_from(grace).ok()));
    let policy = options["propagationPolicy"].as_str();
    let policy = policy.or_else(|| call.query.get("propagationPolicy"));
    let precondition = |key: &str| {
        let wanted = options["preconditions"][key].as_str();
        wanted.map(str::to_owned)
    };
    Ok(Terms {
        grace,
        orphan: policy == Some("Orphan"),
        dry: call.dry_run()? || options["dryRun"][0] == "All",
        uid: precondition("uid"),
        version: precondition("resourceVersion"),
        now: cluster.now(),
    })
}

impl State {
    /// Deletes by the caller's terms; an object that stays for its grace period or finalizers is returned.
    fn remove_on(&mut self, old: &Arc<Entry>, terms: &Terms) -> ApiResult<Option<Arc<Entry>>> {
        let failed = |what: &str, wanted: &str, is: &str| {
            let why = format!(
                "Precondition failed: {what} in precondition: {wanted}, {what} in object meta: {is}"
            );
            Err(ApiError::conflict(old.res, &old.name, &why))
        };
        if let Some(uid) = terms.uid.as_deref().filter(|uid| *uid != old.uid.as_ref()) {
            return failed("UID", uid, &old.uid);
        }
        let is = old.version.to_string();
        if let Some(version) = terms.version.as_deref().filter(|version| *version != is) {
            return failed("ResourceVersion", version, &is);
        }
        if old.res == Res::Pods {
            return Ok(self.end_pod(old, terms.grace, terms.now, terms.dry));
        }
        if terms.dry {
            return Ok(None);
        }
        if terms.orphan {
            self.orphan(old);
        }
        Ok(self.remove_object(old, terms.now))
    }

    /// Begins the end of a pod; with no grace left it is gone at once.
    pub fn end_pod(
        &mut self,
        old: &Arc<Entry>,
        grace: Option<i64>,
        now: Timestamp,
        dry: bool,
    ) -> Option<Arc<Entry>> {
        let mut pod = Value::clone(&old.value());
        let usual = pod["spec"]["terminationGracePeriodSeconds"].as_i64();
        let unscheduled = pod["spec"]["nodeName"]
            .as_str()
            .unwrap_or_default()
            .is_empty();
        let over = matches!(
            pod["status"]["phase"].as_str(),
            Some("Succeeded" | "Failed")
        );
        let grace = match grace.or(usual).unwrap_or(30) {
            _ if unscheduled || over => 0,
            grace => grace.max(0),
        };
        let known = pod["metadata"]["deletionGracePeriodSeconds"].as_i64();
        if grace == 0 && !is_held(&pod) {
            if !dry {
                self.store.remove(Res::Pods, &old.key());
            }
            return None;
        }
        if known.is_none_or(|known| grace < known) {
            let until = now
                .checked_add(SignedDuration::from_secs(grace))
                .unwrap_or(now);
            pod["metadata"]["deletionTimestamp"] = seconds(until).into();
            pod["metadata"]["deletionGracePeriodSeconds"] = grace.into();
        } else {
            // It is going already, and no sooner now.
            return Some(Arc::clone(old));
        }
        if dry {
            return Some(Arc::new(Entry::new(Res::Pods, pod, old.version)));
        }
        Some(self.update_own(old, pod))
    }

    /// Removes any other object with what it owns; one with finalizers only says that it is going.
    pub fn remove_object(&mut self, old: &Arc<Entry>, now: Timestamp) -> Option<Arc<Entry>> {
        let value = old.value();
        if is_held(&value) {
            let mut going = Value::clone(&value);
            going["metadata"]["deletionTimestamp"] = seconds(now).into();
            going["metadata"]["deletionGracePeriodSeconds"] = 0.into();
            return Some(self.update_own(old, going));
        }
        self.store.remove(old.res, &old.key());
        self.cascade(old, now);
        None
    }
}

/// Whether a finalizer keeps an object that is deleted.
pub(super) fn is_held(object: &Value) -> bool {
    let finalizers = object["metadata"]["finalizers"].as_array();
    finalizers.is_some_and(|all| !all.is_empty())
}
