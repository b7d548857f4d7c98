//! What the controllers of workloads share: pods of a revision, and counting them.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::super::dice::name_hash;
use super::super::json::{number, text};
use super::super::store::Entry;
use super::pod;

/// The template without the label that the controller adds.
pub fn bare_template(template: &Value) -> Value {
    let mut bare = template.clone();
    if let Some(labels) = bare["metadata"]["labels"].as_object_mut() {
        labels.remove("pod-template-hash");
    }
    bare
}

/// The hash of a template, as it stands in names.
pub fn template_hash(template: &Value) -> String {
    name_hash(&bare_template(template).to_string())
}

/// Pods by how far they are.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    pub all: i64,
    pub ready: i64,
    pub available: i64,
    pub updated: i64,
    pub updated_ready: i64,
}

impl Tally {
    /// Counts active pods; `is_new` tells those of the newest revision.
    pub fn of(
        pods: &[Arc<Entry>],
        min_ready: i64,
        at: Timestamp,
        is_new: impl Fn(&Entry) -> bool,
    ) -> Self {
        let mut tally = Self::default();
        for entry in pods {
            let value = entry.value();
            if !pod::is_active(&value) {
                continue;
            }
            let ready = pod::is_ready(&value);
            let new = is_new(entry);
            tally.all += 1;
            tally.ready += i64::from(ready);
            tally.available += i64::from(ready && is_available(&value, min_ready, at));
            tally.updated += i64::from(new);
            tally.updated_ready += i64::from(new && ready);
        }
        tally
    }
}

fn is_available(pod: &Value, min_ready: i64, at: Timestamp) -> bool {
    let since = pod::condition(pod, "Ready").map_or("", |c| text(c, "/lastTransitionTime"));
    let since: Timestamp = since.parse().unwrap_or(at);
    min_ready == 0 || at.duration_since(since).as_secs() >= min_ready
}

/// Which pods to give up first: unscheduled, then unready, then the youngest.
pub fn least_wanted(pods: &mut [Arc<Entry>]) {
    pods.sort_by_cached_key(|entry| {
        let value = entry.value();
        let scheduled = !text(&value, "/spec/nodeName").is_empty();
        let born = text(&value, "/metadata/creationTimestamp").to_owned();
        (
            scheduled,
            pod::is_ready(&value),
            std::cmp::Reverse(born),
            entry.name.clone(),
        )
    });
}

pub fn replicas(value: &Value) -> i64 {
    number(value, "/spec/replicas")
}
