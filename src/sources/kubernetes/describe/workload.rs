//! Workloads: what they want, what there is, how they roll out, and what they start.

use jiff::{SignedDuration, Timestamp};
use kube::api::ListParams;
use serde_json::Value;

use super::{Subject, cell, count, fields::Fields, table};
use crate::{
    domain::{
        description::{Block, Label, Mark, Said},
        object::KindRef,
    },
    sources::kubernetes::{
        facts::{array, number, selector, text, time, truth},
        objects,
    },
};

/// One row of counts; those that are short of what is wanted are marked.
fn replicas(heads: &[Label], wanted: u64, counts: &[u64], unavailable: Option<u64>) -> Block {
    let mut cells = vec![count(wanted, Mark::Plain)];
    cells.extend(counts.iter().map(|is| {
        let mark = if *is < wanted { Mark::Warn } else { Mark::Good };
        count(*is, mark)
    }));
    cells.extend(unavailable.map(|is| {
        let mark = if is > 0 { Mark::Bad } else { Mark::Dim };
        count(is, mark)
    }));
    table(Label::Replicas, heads, vec![cells])
}

/// Absent replicas are one, as the API has it.
fn wanted(object: &Value) -> u64 {
    let told = object.pointer("/spec/replicas").and_then(Value::as_u64);
    told.unwrap_or(1)
}

fn common(fields: &mut Fields, object: &Value) {
    fields.said(Label::Selector, selector(object, "/spec/selector"));
    if truth(object, "/spec/paused") {
        fields.marked(Label::Paused, "true".to_owned(), Mark::Warn);
    }
    let seen = number(object, "/status/observedGeneration");
    let newest = number(object, "/metadata/generation");
    if seen < newest {
        // The controller has not taken up what was written last: the counts are of before.
        let told = format!("{seen} < {newest}");
        fields.marked(Label::Progress, told, Mark::Warn);
    }
}

pub(super) async fn deployment(subject: &Subject<'_>) -> Vec<Block> {
    let object = &subject.object;
    let mut fields = Fields::default();
    common(&mut fields, object);
    fields.at(
        Label::Revision,
        object,
        "/metadata/annotations/deployment.kubernetes.io~1revision",
    );
    let rolling = "/spec/strategy/rollingUpdate";
    fields.said(
        Label::Strategy,
        strategy(object, "/spec/strategy/type", rolling),
    );
    fields.at(Label::MinReady, object, "/spec/minReadySeconds");
    fields.at(Label::Deadline, object, "/spec/progressDeadlineSeconds");
    fields.at(Label::RevisionLimit, object, "/spec/revisionHistoryLimit");
    let heads = [
        Label::Desired,
        Label::Updated,
        Label::Ready,
        Label::Available,
        Label::Unavailable,
    ];
    let counts = [
        "/status/updatedReplicas",
        "/status/readyReplicas",
        "/status/availableReplicas",
    ]
    .map(|pointer| number(object, pointer));
    let unavailable = number(object, "/status/unavailableReplicas");
    let mut blocks = vec![
        replicas(&heads, wanted(object), &counts, Some(unavailable)),
        fields.block(None),
    ];
    blocks.push(replica_sets(subject).await);
    blocks
}

/// `RollingUpdate, 25% max unavailable, 25% max surge`
fn strategy(object: &Value, kind: &str, rolling: &str) -> Option<String> {
    let mut told = text(object, kind)?;
    for (pointer, what) in [
        ("maxUnavailable", "max unavailable"),
        ("maxSurge", "max surge"),
        ("partition", "partition"),
    ] {
        let value = text(object, &format!("{rolling}/{pointer}"));
        if let Some(value) = value.filter(|value| value != "0" || what != "partition") {
            told = format!("{told}, {value} {what}");
        }
    }
    Some(told)
}

/// The `ReplicaSets` of a Deployment that have or want pods, and the newest of the others.
async fn replica_sets(subject: &Subject<'_>) -> Block {
    let kind = KindRef::new("apps", "v1", "ReplicaSet", "replicasets", true);
    let namespace = subject.key.namespace.as_deref();
    let read = objects::list(subject.client, &kind, namespace, &ListParams::default()).await;
    let sets = match read {
        Ok((sets, _)) => sets,
        Err(trouble) => {
            let title = Label::ReplicaSets;
            return Block::Unread { title, trouble };
        }
    };
    replica_set_rows(&subject.object, sets)
}

pub(super) fn replica_set_rows(deployment: &Value, sets: Vec<Value>) -> Block {
    let uid = text(deployment, "/metadata/uid");
    let mut mine: Vec<(u64, Value)> = sets
        .into_iter()
        .filter(|set| {
            array(set, "/metadata/ownerReferences").any(|owner| text(owner, "/uid") == uid)
        })
        .map(|set| {
            let revision = text(
                &set,
                "/metadata/annotations/deployment.kubernetes.io~1revision",
            );
            (revision.and_then(|it| it.parse().ok()).unwrap_or(0), set)
        })
        .collect();
    mine.sort_by_key(|(revision, _)| std::cmp::Reverse(*revision));
    let rows = mine
        .iter()
        .enumerate()
        .map(|(index, (revision, set))| {
            let (ready, wanted) = (
                number(set, "/status/readyReplicas"),
                number(set, "/spec/replicas"),
            );
            let mark = match (index, wanted) {
                (_, 0) => Mark::Dim,
                _ if ready < wanted => Mark::Warn,
                _ => Mark::Good,
            };
            let images: Vec<String> = array(set, "/spec/template/spec/containers")
                .filter_map(|it| text(it, "/image"))
                .collect();
            vec![
                Said::text(revision.to_string()),
                Said::marked(format!("{ready}/{wanted}"), mark),
                Said::Age(time(set, "/metadata/creationTimestamp")),
                cell(text(set, "/metadata/name")),
                cell(Some(images.join(", "))),
            ]
        })
        .collect();
    let heads = [
        Label::Revision,
        Label::Ready,
        Label::Created,
        Label::ReplicaSet,
        Label::Images,
    ];
    table(Label::ReplicaSets, &heads, rows)
}

pub(super) fn stateful_set(object: &Value) -> Vec<Block> {
    let mut fields = Fields::default();
    common(&mut fields, object);
    fields.at(Label::Service, object, "/spec/serviceName");
    let rolling = "/spec/updateStrategy/rollingUpdate";
    fields.said(
        Label::Strategy,
        strategy(object, "/spec/updateStrategy/type", rolling),
    );
    fields.at(Label::Policy, object, "/spec/podManagementPolicy");
    let (now, next) = (
        text(object, "/status/currentRevision"),
        text(object, "/status/updateRevision"),
    );
    match (now, next) {
        (Some(now), Some(next)) if now != next => {
            fields.marked(Label::Revision, format!("{now} → {next}"), Mark::Warn);
        }
        (now, _) => fields.said(Label::Revision, now),
    }
    let claims: Vec<String> = array(object, "/spec/volumeClaimTemplates")
        .map(|claim| {
            let name = text(claim, "/metadata/name").unwrap_or_default();
            let size = text(claim, "/spec/resources/requests/storage").unwrap_or_default();
            let class = text(claim, "/spec/storageClassName");
            let class = class.map(|class| format!(" {class}")).unwrap_or_default();
            format!("{name} {size}{class}")
        })
        .collect();
    fields.said(Label::VolumeClaims, claims.join(", "));
    let heads = [
        Label::Desired,
        Label::Updated,
        Label::Ready,
        Label::Available,
    ];
    let counts = [
        "/status/updatedReplicas",
        "/status/readyReplicas",
        "/status/availableReplicas",
    ]
    .map(|pointer| number(object, pointer));
    vec![
        replicas(&heads, wanted(object), &counts, None),
        fields.block(None),
    ]
}

pub(super) fn daemon_set(object: &Value) -> Vec<Block> {
    let mut fields = Fields::default();
    common(&mut fields, object);
    let rolling = "/spec/updateStrategy/rollingUpdate";
    fields.said(
        Label::Strategy,
        strategy(object, "/spec/updateStrategy/type", rolling),
    );
    let misplaced = number(object, "/status/numberMisscheduled");
    if misplaced > 0 {
        fields.marked(
            Label::Failed,
            format!("{misplaced} misscheduled"),
            Mark::Warn,
        );
    }
    let heads = [
        Label::Desired,
        Label::Updated,
        Label::Ready,
        Label::Available,
        Label::Unavailable,
    ];
    let counts = [
        "/status/updatedNumberScheduled",
        "/status/numberReady",
        "/status/numberAvailable",
    ]
    .map(|pointer| number(object, pointer));
    let unavailable = number(object, "/status/numberUnavailable");
    let desired = number(object, "/status/desiredNumberScheduled");
    vec![
        replicas(&heads, desired, &counts, Some(unavailable)),
        fields.block(None),
    ]
}

pub(super) fn replica_set(object: &Value) -> Vec<Block> {
    let mut fields = Fields::default();
    common(&mut fields, object);
    fields.at(
        Label::Revision,
        object,
        "/metadata/annotations/deployment.kubernetes.io~1revision",
    );
    let heads = [Label::Desired, Label::Now, Label::Ready, Label::Available];
    let counts = [
        "/status/replicas",
        "/status/readyReplicas",
        "/status/availableReplicas",
    ]
    .map(|pointer| number(object, pointer));
    vec![
        replicas(&heads, wanted(object), &counts, None),
        fields.block(None),
    ]
}

pub(super) fn job(object: &Value, now: Timestamp) -> Vec<Block> {
    let mut fields = Fields::default();
    fields.said(Label::Selector, selector(object, "/spec/selector"));
    fields.at(Label::Parallelism, object, "/spec/parallelism");
    fields.at(Label::Completions, object, "/spec/completions");
    fields.at(Label::Mode, object, "/spec/completionMode");
    fields.at(Label::Backoff, object, "/spec/backoffLimit");
    fields.at(Label::Deadline, object, "/spec/activeDeadlineSeconds");
    if truth(object, "/spec/suspend") {
        fields.marked(Label::Suspended, "true".to_owned(), Mark::Warn);
    }
    fields.since(Label::Started, object, "/status/startTime");
    fields.since(Label::Finished, object, "/status/completionTime");
    if let Some(started) = time(object, "/status/startTime") {
        let ended = time(object, "/status/completionTime").unwrap_or(now);
        fields.said(Label::Took, took(ended.duration_since(started)));
    }
    let (active, succeeded, failed) = (
        number(object, "/status/active"),
        number(object, "/status/succeeded"),
        number(object, "/status/failed"),
    );
    let bad = if failed > 0 { Mark::Bad } else { Mark::Dim };
    let cells = vec![
        count(active, Mark::Plain),
        count(succeeded, Mark::Good),
        count(failed, bad),
    ];
    let heads = [Label::Active, Label::Succeeded, Label::Failed];
    vec![table(Label::Pods, &heads, vec![cells]), fields.block(None)]
}

fn took(span: SignedDuration) -> String {
    let seconds = span.as_secs().max(0);
    match seconds {
        0..120 => format!("{seconds}s"),
        120..7_200 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h{:02}m", seconds / 3_600, seconds % 3_600 / 60),
    }
}

pub(super) async fn cron_job(subject: &Subject<'_>) -> Vec<Block> {
    let object = &subject.object;
    let mut fields = Fields::default();
    fields.at(Label::Schedule, object, "/spec/schedule");
    fields.at(Label::Zone, object, "/spec/timeZone");
    fields.at(Label::Concurrency, object, "/spec/concurrencyPolicy");
    if truth(object, "/spec/suspend") {
        fields.marked(Label::Suspended, "true".to_owned(), Mark::Warn);
    }
    fields.at(Label::Deadline, object, "/spec/startingDeadlineSeconds");
    fields.since(Label::LastRun, object, "/status/lastScheduleTime");
    fields.since(Label::LastSuccess, object, "/status/lastSuccessfulTime");
    vec![fields.block(None), jobs(subject).await]
}

/// The jobs it made, newest first.
async fn jobs(subject: &Subject<'_>) -> Block {
    let kind = KindRef::new("batch", "v1", "Job", "jobs", true);
    let namespace = subject.key.namespace.as_deref();
    let read = objects::list(subject.client, &kind, namespace, &ListParams::default()).await;
    let jobs = match read {
        Ok((jobs, _)) => jobs,
        Err(trouble) => {
            let title = Label::Jobs;
            return Block::Unread { title, trouble };
        }
    };
    let uid = text(&subject.object, "/metadata/uid");
    let mut mine: Vec<Value> = jobs
        .into_iter()
        .filter(|job| array(job, "/metadata/ownerReferences").any(|it| text(it, "/uid") == uid))
        .collect();
    mine.sort_by_key(|job| std::cmp::Reverse(time(job, "/metadata/creationTimestamp")));
    let rows = mine.iter().map(job_row).collect();
    let heads = [Label::Name, Label::Status, Label::Created, Label::Took];
    table(Label::Jobs, &heads, rows)
}

fn job_row(job: &Value) -> Vec<Said> {
    let held = array(job, "/status/conditions")
        .filter(|it| text(it, "/status").as_deref() == Some("True"))
        .find_map(|it| text(it, "/type"));
    let mark = match held.as_deref() {
        Some("Failed") => Mark::Bad,
        Some("Complete") => Mark::Good,
        _ => Mark::Plain,
    };
    let state = held.unwrap_or_else(|| {
        let active = number(job, "/status/active");
        if active > 0 { "Running" } else { "Pending" }.to_owned()
    });
    let started = time(job, "/status/startTime");
    let ended = time(job, "/status/completionTime");
    let span = started
        .zip(ended)
        .map(|(from, to)| took(to.duration_since(from)));
    vec![
        cell(text(job, "/metadata/name")),
        Said::marked(state, mark),
        Said::Age(time(job, "/metadata/creationTimestamp")),
        cell(span),
    ]
}
