//! Events as the parts of a cluster write them: repeated ones are counted, old ones are dropped.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::State;
use super::super::json::text;
use super::super::kinds::Res;
use super::super::store::Key;
use super::super::write::seconds;

/// How long an event is kept, as by the API server's default.
const KEPT: SignedDuration = SignedDuration::from_hours(1);

/// Which events can be counted up.
#[derive(Debug, Default)]
pub struct Index {
    known: BTreeMap<(String, String, String), Key>,
    swept: Option<Timestamp>,
}

/// What is to be said about an object.
#[derive(Debug, Clone, Copy)]
pub struct Saying<'a> {
    pub warning: bool,
    pub reason: &'a str,
    pub message: &'a str,
    pub component: &'a str,
    pub host: &'a str,
    /// The container, for events about one.
    pub container: Option<&'a str>,
}

impl<'a> Saying<'a> {
    pub fn normal(component: &'a str, reason: &'a str, message: &'a str) -> Self {
        Self {
            warning: false,
            reason,
            message,
            component,
            host: "",
            container: None,
        }
    }

    pub fn warning(component: &'a str, reason: &'a str, message: &'a str) -> Self {
        Self {
            warning: true,
            ..Self::normal(component, reason, message)
        }
    }
}

impl State {
    /// Writes an event about `object`, or counts the one that says the same.
    pub fn say(&mut self, object: &Value, saying: &Saying<'_>, at: Timestamp) {
        if self.time.duration_since(at) > KEPT {
            return;
        }
        let uid = text(object, "/metadata/uid").to_owned();
        let id = (uid, saying.reason.to_owned(), saying.message.to_owned());
        let known = self.events.known.get(&id);
        let known = known.and_then(|key| self.store.by_key(Res::Events, key));
        if let Some(entry) = known {
            let mut event = Value::clone(&entry.value());
            event["count"] = (event["count"].as_i64().unwrap_or(1) + 1).into();
            event["lastTimestamp"] = seconds(at).into();
            self.update_own(&entry, event);
            return;
        }
        let namespace = match text(object, "/metadata/namespace") {
            "" => "default",
            namespace => namespace,
        };
        let number = self.dice.next();
        let name = format!("{}.{number:016x}", text(object, "/metadata/name"));
        let mut involved = json!({
            "kind": object["kind"], "apiVersion": object["apiVersion"],
            "name": object["metadata"]["name"], "uid": object["metadata"]["uid"],
            "resourceVersion": object["metadata"]["resourceVersion"],
        });
        if !text(object, "/metadata/namespace").is_empty() {
            involved["namespace"] = namespace.into();
        }
        if let Some(container) = saying.container {
            involved["fieldPath"] = format!("spec.containers{{{container}}}").into();
        }
        let mut source = json!({ "component": saying.component });
        if !saying.host.is_empty() {
            source["host"] = saying.host.into();
        }
        let event = json!({
            "metadata": { "name": name, "namespace": namespace },
            "involvedObject": involved, "reason": saying.reason, "message": saying.message,
            "source": source, "firstTimestamp": seconds(at), "lastTimestamp": seconds(at), "count": 1,
            "type": if saying.warning { "Warning" } else { "Normal" }, "eventTime": null,
            "reportingComponent": saying.component, "reportingInstance": saying.host,
        });
        let entry = self.create_own(Res::Events, event, at);
        self.events.known.insert(id, entry.key());
    }

    /// Drops the events that are too old, once a minute.
    pub fn sweep_events(&mut self, now: Timestamp) {
        let due = self
            .events
            .swept
            .is_none_or(|last| now.duration_since(last).as_secs() >= 60);
        if !due {
            return;
        }
        self.events.swept = Some(now);
        let is_old = |value: &Value| {
            let last = text(value, "/lastTimestamp").parse::<Timestamp>();
            last.is_ok_and(|last| now.duration_since(last) > KEPT)
        };
        let old = self
            .store
            .all(Res::Events)
            .filter(|entry| is_old(&entry.value()));
        let old: Vec<Key> = old.map(|entry| entry.key()).collect();
        for key in old {
            self.store.remove(Res::Events, &key);
        }
        let store = &self.store;
        self.events
            .known
            .retain(|_, key| store.by_key(Res::Events, key).is_some());
    }
}
