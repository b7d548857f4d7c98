#![expect(
    clippy::needless_pass_by_value,
    reason = "values are written in place, and `json!` only looks at them"
)]

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::*;
use crate::domain::pod::Health;

const CREATED: &str = "2026-11-20T10:00:00Z";

fn after(seconds: i64) -> Timestamp {
    let created: Timestamp = CREATED.parse().unwrap();
    created + SignedDuration::from_secs(seconds)
}

fn pod(status: Value) -> Value {
    json!({
        "metadata": {"name": "a", "namespace": "b", "uid": "c", "creationTimestamp": CREATED},
        "spec": {"containers": [{"name": "main"}], "nodeName": "worker-1"},
        "status": status,
    })
}

fn container(state: Value) -> Value {
    json!({"name": "main", "ready": false, "restartCount": 0, "state": state})
}

fn ready(status: &str) -> Value {
    json!([{"type": "Ready", "status": status, "lastTransitionTime": CREATED}])
}

fn health(pod: &Value, seconds: i64) -> Health {
    row_of(pod.clone(), after(seconds)).row.health
}

#[test]
fn what_does_not_pass_by_itself_is_sick() {
    for state in [
        json!({"waiting": {"reason": "CrashLoopBackOff"}}),
        json!({"waiting": {"reason": "ImagePullBackOff"}}),
        json!({"waiting": {"reason": "ErrImagePull"}}),
        json!({"waiting": {"reason": "CreateContainerConfigError"}}),
        json!({"terminated": {"reason": "OOMKilled", "exitCode": 137}}),
        json!({"terminated": {"reason": "Error", "exitCode": 1}}),
    ] {
        let pod = pod(json!({"phase": "Running", "containerStatuses": [container(state.clone())]}));
        assert_eq!(health(&pod, 1), Health::Sick, "{state}");
    }
    for (phase, reason) in [("Failed", "Evicted"), ("Failed", ""), ("Unknown", "")] {
        let pod = pod(json!({"phase": phase, "reason": reason}));
        assert_eq!(health(&pod, 1), Health::Sick, "{phase} {reason}");
    }
    let mut lost = pod(json!({"phase": "Running", "reason": "NodeLost"}));
    lost["metadata"]["deletionTimestamp"] = json!(CREATED);
    assert_eq!(health(&lost, 1), Health::Sick);
}

#[test]
fn a_crash_loop_behind_a_finished_container_is_seen() {
    let mut pod = pod(json!({"phase": "Running", "containerStatuses": [
        {"name": "a", "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}},
        {"name": "b", "state": {"waiting": {"reason": "CrashLoopBackOff"}}},
    ]}));
    pod["spec"]["containers"] = json!([{"name": "a"}, {"name": "b"}]);
    let row = row_of(pod, after(1)).row;
    assert_eq!((&*row.status, row.health), ("Completed", Health::Sick));
}

#[test]
fn an_unschedulable_pod_gets_sick_after_a_minute() {
    let pod = pod(json!({"phase": "Pending", "conditions": [
        {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "lastTransitionTime": CREATED},
    ]}));
    assert_eq!(health(&pod, 30), Health::Moving);
    assert_eq!(health(&pod, 61), Health::Sick);
}

#[test]
fn a_gated_pod_waits_for_ever() {
    let pod = pod(json!({"phase": "Pending", "conditions": [
        {"type": "PodScheduled", "status": "False", "reason": "SchedulingGated", "lastTransitionTime": CREATED},
    ]}));
    assert_eq!(health(&pod, 100_000), Health::Moving);
}

#[test]
fn not_ready_for_more_than_a_minute_is_shaky() {
    let pod = pod(json!({"phase": "Running", "conditions": ready("False"),
        "containerStatuses": [container(json!({"running": {}}))]}));
    assert_eq!(health(&pod, 59), Health::Moving);
    assert_eq!(health(&pod, 61), Health::Shaky);
}

#[test]
fn a_container_that_is_being_created_too_long_is_shaky() {
    let pod = pod(json!({"phase": "Pending", "conditions": ready("False"),
        "containerStatuses": [container(json!({"waiting": {"reason": "ContainerCreating"}}))]}));
    assert_eq!(health(&pod, 200), Health::Moving);
    assert_eq!(health(&pod, 301), Health::Shaky);
}

#[test]
fn a_deletion_is_stuck_past_its_time() {
    let mut pod = pod(json!({"phase": "Running", "conditions": ready("True"),
        "containerStatuses": [{"name": "main", "ready": true, "state": {"running": {}}}]}));
    assert_eq!(health(&pod, 1_000), Health::Well);
    pod["metadata"]["deletionTimestamp"] = json!(after(30).to_string());
    assert_eq!(health(&pod, 35), Health::Moving);
    assert_eq!(health(&pod, 41), Health::Sick);
}

#[test]
fn a_finished_pod_is_done() {
    let pod = pod(json!({"phase": "Succeeded", "containerStatuses":
        [container(json!({"terminated": {"exitCode": 0, "reason": "Completed"}}))]}));
    assert_eq!(health(&pod, 1), Health::Done);
}

#[test]
fn time_alone_makes_a_restarted_pod_well() {
    let pod = pod(
        json!({"phase": "Running", "conditions": ready("True"), "containerStatuses": [{
            "name": "main", "ready": true, "restartCount": 3, "state": {"running": {}},
            "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled", "finishedAt": CREATED}},
        }]}),
    );
    let seen = row_of(pod, after(100));
    assert_eq!(seen.row.health, Health::Shaky);
    assert_eq!(seen.row.last_death.as_deref(), Some("OOMKilled"));
    let [later] = &seen.later[..] else {
        panic!("one turn");
    };
    assert_eq!(later.row.health, Health::Well);
    assert_eq!(later.at.as_second(), after(600).as_second());
}

#[test]
fn a_deleted_pod_turns_once_and_stays() {
    let mut pod = pod(json!({"phase": "Running", "conditions": ready("False"),
        "containerStatuses": [container(json!({"running": {}}))]}));
    pod["metadata"]["deletionTimestamp"] = json!(after(30).to_string());
    let later: Vec<_> = row_of(pod, after(1))
        .later
        .into_iter()
        .map(|it| (it.at.as_second() - after(0).as_second(), it.row.health))
        .collect();
    assert_eq!(later, [(40, Health::Sick)]);
}

#[test]
fn the_status_that_says_it_needs_no_last_death() {
    let died = json!({"exitCode": 137, "reason": "OOMKilled", "finishedAt": CREATED});
    let of = |state: Value| {
        let mut it = container(state);
        it["lastState"] = json!({"terminated": died});
        let row = row_of(
            pod(json!({"phase": "Running", "containerStatuses": [it]})),
            after(1),
        );
        row.row.last_death
    };
    assert_eq!(of(json!({"terminated": died})), None);
    assert_eq!(
        of(json!({"waiting": {"reason": "CrashLoopBackOff"}})).as_deref(),
        Some("OOMKilled")
    );
}

#[test]
fn owners_become_workloads() {
    let of = |kind: &str, name: &str, labels: Value| {
        let mut pod = pod(json!({"phase": "Running"}));
        pod["metadata"]["labels"] = labels;
        pod["metadata"]["ownerReferences"] =
            json!([{"kind": kind, "name": name, "controller": true}]);
        let workload = row_of(pod, after(1)).row.workload;
        workload.map(|it| format!("{}/{}", it.kind, it.name))
    };
    let none = json!({});
    for (kind, name, labels, expected) in [
        (
            "ReplicaSet",
            "lookup-5d9f",
            json!({"pod-template-hash": "5d9f"}),
            Some("Deployment/lookup"),
        ),
        (
            "ReplicaSet",
            "lookup-5d9f",
            none.clone(),
            Some("ReplicaSet/lookup-5d9f"),
        ),
        (
            "ReplicaSet",
            "lookup-5d9f",
            json!({"rollouts-pod-template-hash": "5d9f"}),
            Some("Rollout/lookup"),
        ),
        ("StatefulSet", "db", none.clone(), Some("StatefulSet/db")),
        ("DaemonSet", "agent", none.clone(), Some("DaemonSet/agent")),
        (
            "Job",
            "report-29384756",
            none.clone(),
            Some("CronJob/report"),
        ),
        ("Job", "report-2938", none.clone(), Some("Job/report-2938")),
        ("Node", "worker-1", none, None),
    ] {
        assert_eq!(of(kind, name, labels).as_deref(), expected, "{kind}/{name}");
    }
}

#[test]
fn text_from_outside_is_clean() {
    let mut dirty = pod(json!({"phase": "Pending", "containerStatuses":
        [container(json!({"waiting": {"reason": "Bad\u{1b}[2JReason"}}))]}));
    dirty["metadata"]["labels"] = json!({"app": "a\u{1b}[31m"});
    let row = row_of(dirty, after(1)).row;
    assert_eq!(&*row.status, "BadReason");
    assert_eq!(row.labels.get("app").map(String::as_str), Some("a"));
}

#[test]
fn a_pod_without_anything_is_a_row_too() {
    let row = row_of(
        json!({"metadata": {"uid": "x"}, "spec": null, "status": null}),
        after(1),
    );
    assert_eq!(&*row.row.uid.to_string(), "x");
}
