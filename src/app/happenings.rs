//! Which events belong to what a person looks at: of a workload also those of what it made.

use std::collections::{HashMap, HashSet};

use crate::domain::{
    alert_pods::concerns,
    desk::Namespaces,
    event::EventRow,
    id::Uid,
    object::ObjectKey,
    pod::{PodRow, WorkloadKey},
};

use super::{
    document::{About, EventsPage},
    filter::Filterable,
    model::Model,
};
use crate::domain::freshness::SourceId;

/// The watch keeps this many events: when it is full, older ones are missing.
pub const WATCHED: usize = 2_000;

/// Which events are meant.
enum Meant {
    All,
    /// The object itself.
    Object(ObjectKey),
    /// The workload, what it made, and these pods.
    Workload(WorkloadKey, HashSet<Uid>),
    Pods(HashSet<Uid>),
}

impl Meant {
    fn of(model: &Model, about: &About) -> Self {
        let pods_where = |wanted: &dyn Fn(&PodRow) -> bool| {
            let pods = model.cluster.pods.iter();
            pods.filter(|pod| wanted(pod))
                .map(|pod| pod.uid.clone())
                .collect()
        };
        match about {
            About::Desk => Self::All,
            About::Alert(fingerprint) => match model.alerts.alerts.get(fingerprint) {
                Some(line) => Self::Pods(pods_where(&|pod| concerns(&line.alert.labels, pod))),
                None => Self::Pods(HashSet::new()),
            },
            About::Object(key) => match workload_of(key) {
                Some(workload) => {
                    let pods = pods_where(&|pod| pod.workload.as_ref() == Some(&workload));
                    Self::Workload(workload, pods)
                }
                None => Self::Object(key.clone()),
            },
        }
    }

    fn has(&self, event: &EventRow) -> bool {
        let about_one_of = |pods: &HashSet<Uid>| {
            event
                .object_uid
                .as_ref()
                .is_some_and(|uid| pods.contains(uid))
        };
        match self {
            Self::All => true,
            Self::Object(key) => is_about(event, key),
            Self::Pods(pods) => about_one_of(pods),
            Self::Workload(workload, pods) => {
                event.namespace == workload.namespace
                    && (is_itself(event, workload)
                        || about_one_of(pods)
                        || was_made_by(&event.kind, &event.name, workload))
            }
        }
    }
}

/// The workload an object is, where it is one.
pub fn workload_of(key: &ObjectKey) -> Option<WorkloadKey> {
    let own = crate::domain::object::KindRef::of_workload(&key.kind.kind)?;
    if own.group != key.kind.group {
        return None;
    }
    Some(WorkloadKey {
        namespace: key.namespace.clone()?,
        kind: key.kind.kind.clone(),
        name: key.name.clone(),
    })
}

fn is_itself(event: &EventRow, workload: &WorkloadKey) -> bool {
    event.kind == workload.kind && event.name == workload.name
}

/// By uid where both have one, else by name; the kubelet gives its node's name as the uid.
fn is_about(event: &EventRow, key: &ObjectKey) -> bool {
    let named = event.kind == key.kind.kind && event.name == key.name;
    let Some(namespace) = &key.namespace else {
        return named;
    };
    match (&event.object_uid, &key.uid) {
        (Some(own), Some(wanted)) => own == wanted,
        _ => named && event.namespace == *namespace,
    }
}

/// Whether a name is one that the workload's controller gives: pods that are gone tell of nothing else whose they were.
fn was_made_by(kind: &str, name: &str, workload: &WorkloadKey) -> bool {
    let Some(rest) = name.strip_prefix(&*workload.name) else {
        return false;
    };
    let Some(rest) = rest.strip_prefix('-') else {
        return false;
    };
    let parts: Vec<&str> = rest.split('-').collect();
    let suffix = |part: &str| part.len() == 5 && part.chars().all(is_safe);
    let hash = |part: &str| (6..=10).contains(&part.len()) && part.chars().all(is_safe);
    let digits = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    match (&*workload.kind, kind, parts.as_slice()) {
        ("Deployment", "ReplicaSet", [one]) => hash(one),
        ("Deployment", "Pod", [one, two]) => hash(one) && suffix(two),
        ("StatefulSet", "Pod", [one]) | ("CronJob", "Job", [one]) => digits(one),
        ("DaemonSet" | "ReplicaSet" | "Job" | "ReplicationController", "Pod", [one]) => suffix(one),
        ("CronJob", "Pod", [one, two]) => digits(one) && suffix(two),
        _ => false,
    }
}

/// Made names are written without vowels, so that they spell nothing.
fn is_safe(c: char) -> bool {
    c.is_ascii_digit() || (c.is_ascii_lowercase() && !"aeiou".contains(c))
}

/// Whether the watch has all events that are meant.
pub fn suffices(model: &Model, about: &About) -> bool {
    let events = &model.cluster.events;
    let live = model.link(SourceId::Events).is_live() && events.is_filled();
    let seen = match (about, &model.desk.namespaces) {
        (About::Desk | About::Alert(_), _) | (About::Object(_), Namespaces::All) => true,
        (About::Object(key), Namespaces::Some(names)) => match &key.namespace {
            Some(namespace) => names.iter().any(|name| name == &**namespace),
            None => false,
        },
    };
    // Where the watch is full, what is older than what it keeps is asked for, but not of everything.
    live && seen && (events.len() < WATCHED || *about == About::Desk)
}

/// The events a page shows, newest first.
pub fn events<'m>(model: &'m Model, about: &About, page: &'m EventsPage) -> Vec<&'m EventRow> {
    let meant = Meant::of(model, about);
    let watched = model.cluster.events.iter();
    let asked = page.asked.iter().flatten();
    // What is watched is newer than what was asked for.
    let mut all: HashMap<&Uid, &EventRow> = HashMap::new();
    for event in asked.chain(watched) {
        if meant.has(event)
            && (event.warning || !page.warnings_only)
            && page.filter.matches(&Shown::of(event))
        {
            all.insert(&event.uid, event);
        }
    }
    let mut events: Vec<&EventRow> = all.into_values().collect();
    events.sort_by(|one, other| {
        let by_time = other.last.cmp(&one.last);
        by_time.then_with(|| one.uid.cmp(&other.uid))
    });
    events
}

/// An event as a filter sees it.
struct Shown<'e> {
    event: &'e EventRow,
    text: String,
}

impl<'e> Shown<'e> {
    fn of(event: &'e EventRow) -> Self {
        let EventRow {
            kind,
            name,
            reason,
            message,
            ..
        } = event;
        let text = format!("{reason} {kind}/{name} {message}");
        Self { event, text }
    }
}

impl Filterable for Shown<'_> {
    fn text(&self) -> &str {
        &self.text
    }

    fn label(&self, key: &str) -> Option<&str> {
        let event = self.event;
        match key {
            "type" if event.warning => Some("Warning"),
            "type" => Some("Normal"),
            "reason" => Some(&event.reason),
            "kind" => Some(&event.kind),
            "name" => Some(&event.name),
            "namespace" => Some(&event.namespace),
            "from" => Some(&event.from),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workload(kind: &str, name: &str) -> WorkloadKey {
        WorkloadKey {
            namespace: "prod".into(),
            kind: kind.into(),
            name: name.into(),
        }
    }

    #[test]
    fn names_tell_whose_a_pod_was() {
        let api = workload("Deployment", "api");
        assert!(was_made_by("ReplicaSet", "api-7d9f6c5b88", &api));
        assert!(was_made_by("Pod", "api-7d9f6c5b88-x2kqp", &api));
        for other in [
            "api-gateway-7d9f6c5b88-x2kqp",
            "api-v2-x2kqp",
            "api",
            "apis-7d9f6c5b88-x2kqp",
            "api-7d9f6c5b88-x2kq",
        ] {
            assert!(!was_made_by("Pod", other, &api), "{other}");
        }
        assert!(was_made_by("Pod", "db-0", &workload("StatefulSet", "db")));
        assert!(!was_made_by("Pod", "db-x", &workload("StatefulSet", "db")));
        let nightly = workload("CronJob", "nightly");
        assert!(was_made_by("Job", "nightly-29384720", &nightly));
        assert!(was_made_by("Pod", "nightly-29384720-x2kqp", &nightly));
    }
}
