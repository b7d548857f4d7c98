//! An object in words, as `kubectl describe` tells it and in its order.

mod config;
mod fields;
mod network;
mod node;
mod scaling;
mod storage;
mod template;
mod tree;
mod workload;

use jiff::Timestamp;
use kube::Client;
use serde_json::Value;

use self::fields::Fields;
use super::{
    facts::{array, pairs, short, text, time},
    objects,
    questions::events,
    watch::Watcher,
};
use crate::domain::{
    description::{Block, Description, Label, Mark, Said},
    freshness::Trouble,
    manifest::mask,
    object::{KindRef, ObjectKey},
    pod_detail::ConditionDetail,
    question::Answer,
};

/// More rows than this nobody reads in a table of other objects.
const MOST_ROWS: usize = 200;

/// Annotations that are long and told elsewhere.
const DULL: [&str; 2] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    "deployment.kubernetes.io/revision",
];

/// An object with what else is asked about it.
struct Subject<'a> {
    client: &'a Client,
    key: &'a ObjectKey,
    object: Value,
    /// What a Secret holds, by key and size: its values are masked by now.
    sizes: Vec<Vec<Said>>,
    now: Timestamp,
}

pub(super) async fn read(watcher: &Watcher, key: &ObjectKey) -> Result<Answer, Trouble> {
    let client = &watcher.connection.client;
    let mut object = objects::get(client, key).await?;
    let sizes = without_secrets(&mut object, &key.kind);
    let subject = Subject {
        client,
        key,
        object,
        sizes,
        now: watcher.clock.now().wall,
    };
    let (own, events) =
        futures::future::join(own_blocks(&subject), events::of_object(watcher, key)).await;
    let (own, left_out) = own;
    let object = &subject.object;
    let mut blocks = vec![meta(object)];
    blocks.extend(own);
    let conditions: Vec<ConditionDetail> =
        array(object, "/status/conditions").map(condition).collect();
    if !conditions.is_empty() {
        blocks.push(Block::Conditions(conditions));
    }
    blocks.push(Block::Events(events));
    // What is wrong comes before what was wanted.
    if let Some(place) = template_of(&key.kind) {
        blocks.extend(template::blocks(object, place));
    }
    blocks.extend(labels(object));
    let description = Description {
        key: key.clone(),
        uid: text(object, "/metadata/uid").map(Into::into),
        created: time(object, "/metadata/creationTimestamp"),
        deleted: time(object, "/metadata/deletionTimestamp"),
        blocks,
        left_out,
    };
    Ok(Answer::Described(Box::new(description)))
}

/// Masks what is secret before anything is told of the object; what a Secret holds is given back by key and size.
fn without_secrets(object: &mut Value, kind: &KindRef) -> Vec<Vec<Said>> {
    if !kind.group.is_empty() || &*kind.kind != "Secret" {
        return Vec::new();
    }
    // A server that left the kind out would otherwise have its secrets shown.
    object["kind"] = "Secret".into();
    let sizes = config::secret_sizes(object);
    mask(object);
    sizes
}

/// What the kind has to say for itself, and how many fields of it were left out.
async fn own_blocks(subject: &Subject<'_>) -> (Vec<Block>, usize) {
    let object = &subject.object;
    let kind = &subject.key.kind;
    let blocks = match (&*kind.group, &*kind.kind) {
        ("apps", "Deployment") => workload::deployment(subject).await,
        ("apps", "StatefulSet") => workload::stateful_set(object),
        ("apps", "DaemonSet") => workload::daemon_set(object),
        ("apps", "ReplicaSet") | ("", "ReplicationController") => workload::replica_set(object),
        ("batch", "Job") => workload::job(object, subject.now),
        ("batch", "CronJob") => workload::cron_job(subject).await,
        ("", "Node") => node::blocks(subject).await,
        ("", "Service") => network::service(subject).await,
        ("networking.k8s.io", "Ingress") => network::ingress(object),
        ("discovery.k8s.io", "EndpointSlice") => network::slice(object),
        ("", "PersistentVolumeClaim") => storage::claim(subject).await,
        ("", "PersistentVolume") => storage::volume(object),
        ("autoscaling", "HorizontalPodAutoscaler") => scaling::autoscaler(object),
        ("", "ResourceQuota") => scaling::quota(object),
        ("", "ConfigMap") => config::config_map(object),
        ("", "Secret") => config::secret(object, subject.sizes.clone()),
        _ => return tree::blocks(object),
    };
    (blocks, 0)
}

/// Where a kind keeps the template of its pods.
fn template_of(kind: &KindRef) -> Option<&'static str> {
    match (&*kind.group, &*kind.kind) {
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
        | ("batch", "Job")
        | ("", "ReplicationController") => Some("/spec/template"),
        ("batch", "CronJob") => Some("/spec/jobTemplate/spec/template"),
        _ => None,
    }
}

/// What every object has.
fn meta(object: &Value) -> Block {
    let owners: Vec<String> = array(object, "/metadata/ownerReferences")
        .filter_map(|owner| {
            Some(format!(
                "{}/{}",
                text(owner, "/kind")?,
                text(owner, "/name")?
            ))
        })
        .collect();
    let finalizers: Vec<String> = array(object, "/metadata/finalizers")
        .filter_map(super::facts::scalar)
        .collect();
    let mut fields = Fields::default();
    fields.said(Label::OwnedBy, owners.join(", "));
    if let Some(deleted) = time(object, "/metadata/deletionTimestamp") {
        fields.put(Label::Deleted, Said::Since(deleted));
        let waits = Said::marked(finalizers.join(", "), Mark::Warn);
        if !finalizers.is_empty() {
            fields.put(Label::Finalizers, waits);
        }
    }
    fields.block(None)
}

/// Labels and annotations, which end every description.
fn labels(object: &Value) -> Vec<Block> {
    let mut annotations = pairs(object, "/metadata/annotations");
    annotations.retain(|(name, _)| !DULL.contains(&name.as_str()));
    [
        (Label::Labels, pairs(object, "/metadata/labels")),
        (Label::Annotations, annotations),
    ]
    .into_iter()
    .filter(|(_, pairs)| !pairs.is_empty())
    .map(|(title, pairs)| Block::Pairs { title, pairs })
    .collect()
}

fn condition(condition: &Value) -> ConditionDetail {
    let word = |pointer| text(condition, pointer).unwrap_or_default();
    ConditionDetail {
        kind: word("/type"),
        status: word("/status"),
        reason: word("/reason"),
        message: word("/message"),
        since: time(condition, "/lastTransitionTime"),
    }
}

/// At most so many rows, and how many there are beyond them.
fn table(title: Label, heads: &[Label], mut rows: Vec<Vec<Said>>) -> Block {
    let more = rows.len().saturating_sub(MOST_ROWS);
    rows.truncate(MOST_ROWS);
    Block::Table {
        title,
        heads: heads.to_vec(),
        rows,
        more,
    }
}

/// A text that may be absent, as a cell.
fn cell(text: Option<String>) -> Said {
    text.map_or_else(|| Said::marked("–", Mark::Dim), Said::text)
}

/// A count as a cell, marked where it is not what it should be.
fn count(count: u64, mark: Mark) -> Said {
    Said::marked(count.to_string(), mark)
}

/// A name with what it belongs to: `http`, `80`.
fn port(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(name) => Some(short(name)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
