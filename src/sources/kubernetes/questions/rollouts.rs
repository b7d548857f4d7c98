//! The revisions of a workload, from what its controller keeps of them.

use kube::{Client, api::ListParams};
use serde_json::Value;

use crate::{
    domain::{
        freshness::{Trouble, TroubleKind},
        object::{KindRef, ObjectKey},
        question::Answer,
        rollout::Revision,
    },
    sources::kubernetes::{
        facts::{array, number, text, time},
        objects,
        trouble::trouble,
        watch::Watcher,
    },
};

const CAUSE: &str = "/metadata/annotations/kubernetes.io~1change-cause";
const REVISION: &str = "/metadata/annotations/deployment.kubernetes.io~1revision";

pub(super) async fn read(watcher: &Watcher, key: &ObjectKey) -> Result<Answer, Trouble> {
    let client = &watcher.connection.client;
    let workload = objects::get(client, key).await?;
    let mut revisions = match &*key.kind.kind {
        "Deployment" => of_deployment(client, key, &workload).await?,
        "StatefulSet" | "DaemonSet" => of_controller(client, key, &workload).await?,
        other => {
            let said = format!("{other} keeps no revisions");
            return Err(trouble(TroubleKind::BadQuestion, &said));
        }
    };
    revisions.sort_by_key(|revision| std::cmp::Reverse(revision.number));
    Ok(Answer::Rollouts(revisions))
}

/// What the workload's controller made for it.
async fn owned(
    client: &Client,
    kind: KindRef,
    key: &ObjectKey,
    workload: &Value,
) -> Result<Vec<Value>, Trouble> {
    let mut params = ListParams::default();
    if let Some(selector) = selector(workload) {
        params = params.labels(&selector);
    }
    let (items, _) = objects::list(client, &kind, key.namespace.as_deref(), &params).await?;
    let uid = text(workload, "/metadata/uid");
    let mine = items.into_iter().filter(|item| {
        array(item, "/metadata/ownerReferences").any(|owner| text(owner, "/uid") == uid)
    });
    Ok(mine.collect())
}

/// The labels of its selector, where it has no expressions; `None` lists all.
fn selector(workload: &Value) -> Option<String> {
    if workload
        .pointer("/spec/selector/matchExpressions")
        .is_some()
    {
        return None;
    }
    let labels = workload
        .pointer("/spec/selector/matchLabels")?
        .as_object()?;
    let pairs = labels.iter();
    let pairs = pairs.map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or_default()));
    Some(pairs.collect::<Vec<_>>().join(","))
}

async fn of_deployment(
    client: &Client,
    key: &ObjectKey,
    deployment: &Value,
) -> Result<Vec<Revision>, Trouble> {
    let kind = KindRef::new("apps", "v1", "ReplicaSet", "replicasets", true);
    let sets = owned(client, kind, key, deployment).await?;
    let current = template(&deployment["spec"]["template"]);
    let revisions = sets.iter().map(|set| {
        let template = template(&set["spec"]["template"]);
        Revision {
            replicas: Some((
                number(set, "/status/readyReplicas"),
                number(set, "/spec/replicas"),
            )),
            ..revision(
                set,
                text(set, REVISION).and_then(|it| it.parse().ok()),
                &current,
                template,
            )
        }
    });
    Ok(revisions.collect())
}

async fn of_controller(
    client: &Client,
    key: &ObjectKey,
    workload: &Value,
) -> Result<Vec<Revision>, Trouble> {
    let kind = KindRef::new(
        "apps",
        "v1",
        "ControllerRevision",
        "controllerrevisions",
        true,
    );
    let kept = owned(client, kind, key, workload).await?;
    let current = template(&workload["spec"]["template"]);
    let counts = counts(workload);
    let revisions = kept.iter().map(|one| {
        let template = template(&one["data"]["spec"]["template"]);
        let mut told = revision(one, Some(number(one, "/revision")), &current, template);
        let counted = counts.iter().find(|(name, _)| *name == told.name);
        told.replicas = counted.map(|(_, count)| (*count, *count));
        told
    });
    Ok(revisions.collect())
}

/// How many pods of a `StatefulSet` are of which revision: its status names two.
fn counts(workload: &Value) -> Vec<(String, u64)> {
    let mut counts = Vec::new();
    for (name, count) in [
        ("/status/updateRevision", "/status/updatedReplicas"),
        ("/status/currentRevision", "/status/currentReplicas"),
    ] {
        if let Some(name) = text(workload, name)
            && !counts.iter().any(|(known, _)| *known == name)
        {
            counts.push((name, number(workload, count)));
        }
    }
    counts
}

fn revision(kept: &Value, revision: Option<u64>, current: &Value, template: Value) -> Revision {
    let containers = array(&template, "/spec/containers");
    Revision {
        number: revision.unwrap_or(0),
        name: text(kept, "/metadata/name").unwrap_or_default(),
        created: time(kept, "/metadata/creationTimestamp"),
        images: containers.filter_map(|it| text(it, "/image")).collect(),
        replicas: None,
        cause: text(kept, CAUSE),
        current: template == *current,
        template,
    }
}

/// A template without what controllers write into it.
fn template(raw: &Value) -> Value {
    let mut template = raw.clone();
    if let Some(map) = template.as_object_mut() {
        map.remove("$patch");
    }
    let meta = template.get_mut("metadata").and_then(Value::as_object_mut);
    if let Some(meta) = meta {
        meta.remove("creationTimestamp");
        let labels = meta.get_mut("labels").and_then(Value::as_object_mut);
        let empty = labels.is_some_and(|labels| {
            labels.remove("pod-template-hash");
            labels.is_empty()
        });
        if empty {
            meta.remove("labels");
        }
    }
    template
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_controllers_add_is_no_difference() {
        let own = json!({"metadata": {"creationTimestamp": null, "labels": {"app": "a"}}, "spec": {"containers": []}});
        let kept = json!({
            "$patch": "replace",
            "metadata": {"labels": {"app": "a", "pod-template-hash": "7d9f"}},
            "spec": {"containers": []},
        });
        assert_eq!(template(&own), template(&kept));
    }

    #[test]
    fn a_set_in_the_middle_of_a_rollout_counts_both() {
        let set = json!({"status": {
            "updateRevision": "db-2", "updatedReplicas": 1, "currentRevision": "db-1", "currentReplicas": 2,
        }});
        assert_eq!(
            counts(&set),
            [("db-2".to_owned(), 1), ("db-1".to_owned(), 2)]
        );
        let done = json!({"status": {
            "updateRevision": "db-2", "updatedReplicas": 3, "currentRevision": "db-2", "currentReplicas": 3,
        }});
        assert_eq!(counts(&done), [("db-2".to_owned(), 3)]);
    }

    #[test]
    fn selectors_with_expressions_are_not_guessed() {
        let plain = json!({"spec": {"selector": {"matchLabels": {"a": "1", "b": "2"}}}});
        assert_eq!(selector(&plain).as_deref(), Some("a=1,b=2"));
        let odd =
            json!({"spec": {"selector": {"matchLabels": {"a": "1"}, "matchExpressions": []}}});
        assert_eq!(selector(&odd), None);
    }
}
