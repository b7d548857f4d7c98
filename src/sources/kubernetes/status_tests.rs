#![expect(
    clippy::needless_pass_by_value,
    reason = "values are written in place, and `json!` only looks at them"
)]

use serde_json::{Value, json};

use super::*;

/// What kubectl prints: READY, STATUS, RESTARTS.
fn printed(pod: Value) -> (String, String, u32) {
    let pod: PodLite = serde_json::from_value(pod).unwrap();
    let it = print(&pod);
    (
        format!("{}/{}", it.ready, it.containers),
        it.status,
        it.restarts,
    )
}

fn pod(containers: &[&str], init: Value, status: Value) -> Value {
    let containers: Vec<Value> = containers.iter().map(|it| json!({"name": it})).collect();
    json!({
        "metadata": {"name": "a", "namespace": "b", "uid": "c"},
        "spec": {"containers": containers, "initContainers": init},
        "status": status,
    })
}

fn simple(status: Value) -> Value {
    pod(&["main"], json!(null), status)
}

fn running(name: &str, ready: bool) -> Value {
    json!({"name": name, "ready": ready, "started": true, "restartCount": 0,
        "state": {"running": {"startedAt": "2026-11-20T10:00:00Z"}}})
}

fn waiting(name: &str, reason: &str, restarts: u32) -> Value {
    json!({"name": name, "ready": false, "started": false, "restartCount": restarts,
        "state": {"waiting": {"reason": reason}}})
}

fn ended(name: &str, reason: &str, code: i32) -> Value {
    json!({"name": name, "ready": false, "started": false, "restartCount": 0,
        "state": {"terminated": {"reason": reason, "exitCode": code}}})
}

fn ready(status: &str) -> Value {
    json!([{"type": "Ready", "status": status}])
}

fn deleted(mut pod: Value) -> Value {
    pod["metadata"]["deletionTimestamp"] = json!("2026-11-20T10:00:00Z");
    pod
}

#[track_caller]
fn check(pod: Value, expected: (&str, &str, u32)) {
    let (ready, status, restarts) = printed(pod);
    assert_eq!((ready.as_str(), status.as_str(), restarts), expected);
}

#[test]
fn main_containers() {
    let of = |state: Value| simple(json!({"phase": "Running", "containerStatuses": [state]}));
    check(of(running("main", true)), ("1/1", "Running", 0));
    check(of(running("main", false)), ("0/1", "Running", 0));
    check(
        of(waiting("main", "CrashLoopBackOff", 12)),
        ("0/1", "CrashLoopBackOff", 12),
    );
    check(of(ended("main", "OOMKilled", 137)), ("0/1", "OOMKilled", 0));
    check(of(ended("main", "Error", 1)), ("0/1", "Error", 0));
    check(of(ended("main", "", 3)), ("0/1", "ExitCode:3", 0));
    let mut signalled = ended("main", "", 0);
    signalled["state"]["terminated"]["signal"] = json!(9);
    check(of(signalled), ("0/1", "Signal:9", 0));
    for reason in [
        "ErrImagePull",
        "ImagePullBackOff",
        "CreateContainerConfigError",
        "ContainerCreating",
    ] {
        check(
            simple(json!({"phase": "Pending", "containerStatuses": [waiting("main", reason, 0)]})),
            ("0/1", reason, 0),
        );
    }
}

#[test]
fn pods_without_container_statuses_show_phase_or_reason() {
    check(simple(json!({"phase": "Pending"})), ("0/1", "Pending", 0));
    check(
        simple(json!({"phase": "Failed", "reason": "Evicted"})),
        ("0/1", "Evicted", 0),
    );
    check(
        simple(json!({"phase": "Pending",
            "conditions": [{"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}]})),
        ("0/1", "SchedulingGated", 0),
    );
    check(
        simple(json!({"phase": "Pending",
            "conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}]})),
        ("0/1", "Pending", 0),
    );
    check(
        simple(json!({"phase": "Unknown", "reason": null, "containerStatuses": null})),
        ("0/1", "Unknown", 0),
    );
}

#[test]
fn the_first_container_has_the_last_word() {
    let two = |first: Value, second: Value, conditions: Value| {
        pod(
            &["a", "b"],
            json!([]),
            json!({"phase": "Running", "conditions": conditions, "containerStatuses": [first, second]}),
        )
    };
    check(
        two(running("a", true), running("b", false), ready("False")),
        ("1/2", "Running", 0),
    );
    check(
        two(
            waiting("a", "CrashLoopBackOff", 3),
            ended("b", "Error", 1),
            ready("False"),
        ),
        ("0/2", "CrashLoopBackOff", 3),
    );
    check(
        two(
            ended("a", "Completed", 0),
            running("b", true),
            ready("True"),
        ),
        ("1/2", "Running", 0),
    );
    check(
        two(
            ended("a", "Completed", 0),
            running("b", true),
            ready("False"),
        ),
        ("1/2", "NotReady", 0),
    );
    check(
        two(
            ended("a", "Completed", 0),
            running("b", false),
            ready("False"),
        ),
        ("0/2", "Completed", 0),
    );
    check(
        two(
            ended("a", "Completed", 0),
            ended("b", "OOMKilled", 137),
            ready("False"),
        ),
        ("0/2", "OOMKilled", 0),
    );
}

#[test]
fn a_finished_pod_is_completed() {
    check(
        simple(json!({"phase": "Succeeded", "containerStatuses": [ended("main", "Completed", 0)]})),
        ("0/1", "Completed", 0),
    );
}

#[test]
fn init_containers() {
    let of = |statuses: Value| {
        pod(
            &["main"],
            json!([{"name": "i1"}, {"name": "i2"}]),
            json!({"phase": "Pending", "initContainerStatuses": statuses,
                "containerStatuses": [waiting("main", "PodInitializing", 0)]}),
        )
    };
    let done = ended("i1", "Completed", 0);
    check(
        of(json!([
            running("i1", false),
            waiting("i2", "PodInitializing", 0)
        ])),
        ("0/1", "Init:0/2", 0),
    );
    check(
        of(json!([done, running("i2", false)])),
        ("0/1", "Init:1/2", 0),
    );
    check(
        of(json!([done, waiting("i2", "CrashLoopBackOff", 4)])),
        ("0/1", "Init:CrashLoopBackOff", 4),
    );
    check(
        of(json!([ended("i1", "Error", 1)])),
        ("0/1", "Init:Error", 0),
    );
    check(
        of(json!([ended("i1", "", 2)])),
        ("0/1", "Init:ExitCode:2", 0),
    );
    let mut signalled = ended("i1", "", 1);
    signalled["state"]["terminated"]["signal"] = json!(15);
    check(of(json!([signalled])), ("0/1", "Init:Signal:15", 0));
    check(
        of(json!([done, ended("i2", "Completed", 0)])),
        ("0/1", "PodInitializing", 0),
    );
}

#[test]
fn restarts_of_finished_init_containers_are_forgotten() {
    let mut init = ended("i1", "Completed", 0);
    init["restartCount"] = json!(5);
    let main = json!({"name": "main", "ready": true, "restartCount": 1,
        "state": {"running": {}}, "lastState": {"terminated": {"exitCode": 1, "finishedAt": "2026-11-20T10:00:00Z"}}});
    check(
        pod(
            &["main"],
            json!([{"name": "i1"}]),
            json!({"phase": "Running", "initContainerStatuses": [init], "containerStatuses": [main]}),
        ),
        ("1/1", "Running", 1),
    );
}

#[test]
fn sidecars_count_as_containers() {
    let spec = json!([{"name": "mesh", "restartPolicy": "Always"}, {"name": "migrate"}]);
    let of = |init: Value, main: Value, initialized: &str| {
        pod(
            &["main"],
            spec.clone(),
            json!({"phase": "Running", "initContainerStatuses": init, "containerStatuses": [main],
                "conditions": [{"type": "Initialized", "status": initialized}]}),
        )
    };
    check(
        of(
            json!([running("mesh", true), ended("migrate", "Completed", 0)]),
            running("main", true),
            "True",
        ),
        ("2/2", "Running", 0),
    );
    check(
        of(
            json!([running("mesh", true), running("migrate", false)]),
            waiting("main", "PodInitializing", 0),
            "False",
        ),
        ("1/2", "Init:1/2", 0),
    );
    // The sidecar died after the start: its status leads, the main container still counts.
    check(
        of(
            json!([
                waiting("mesh", "CrashLoopBackOff", 7),
                ended("migrate", "Completed", 0)
            ]),
            running("main", true),
            "True",
        ),
        ("1/2", "Init:CrashLoopBackOff", 7),
    );
}

#[test]
fn deletion() {
    let up = json!({"phase": "Running", "containerStatuses": [running("main", true)]});
    check(deleted(simple(up)), ("1/1", "Terminating", 0));
    let lost = json!({"phase": "Running", "reason": "NodeLost", "containerStatuses": [running("main", true)]});
    check(deleted(simple(lost)), ("1/1", "Unknown", 0));
    let done = json!({"phase": "Succeeded", "containerStatuses": [ended("main", "Completed", 0)]});
    check(deleted(simple(done)), ("0/1", "Completed", 0));
}

#[test]
fn the_last_restart_is_the_latest_of_all() {
    let died = |name: &str, at: &str| {
        json!({"name": name, "ready": true, "restartCount": 2, "state": {"running": {}},
            "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled", "finishedAt": at}}})
    };
    let pod = pod(
        &["a", "b"],
        json!([]),
        json!({"phase": "Running", "containerStatuses":
            [died("a", "2026-11-20T10:00:00Z"), died("b", "2026-11-20T11:00:00Z")]}),
    );
    let it = print(&serde_json::from_value(pod).unwrap());
    assert_eq!((it.status.as_str(), it.restarts), ("Running", 4));
    assert_eq!(it.last_restart, "2026-11-20T11:00:00Z".parse().ok());
}
