//! Pods in every state kubectl has a word for.

#![expect(
    clippy::needless_pass_by_value,
    reason = "values are written in place, and `json!` only looks at them"
)]

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// One pod: what is asked for, and what its kubelet would have said of it.
pub struct Odd {
    pub spec: Value,
    pub status: Value,
    /// Deleted, and held by a finalizer.
    pub deleted: bool,
}

type Named = (&'static str, Odd);

fn odd(name: &'static str, spec: Value, status: Value) -> Named {
    let odd = Odd {
        spec,
        status,
        deleted: false,
    };
    (name, odd)
}

fn deleted(name: &'static str, status: Value) -> Named {
    let (name, pod) = odd(name, json!({}), status);
    (
        name,
        Odd {
            deleted: true,
            ..pod
        },
    )
}

/// A time so many seconds ago, counted from `now`.
fn ago(now: jiff::Timestamp, seconds: i64) -> Value {
    let at = now - jiff::SignedDuration::from_secs(seconds);
    json!(at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

fn containers(names: &[&str]) -> Value {
    names
        .iter()
        .map(|name| json!({"name": name, "image": "main:1"}))
        .collect()
}

fn spec(names: &[&str]) -> Value {
    json!({"containers": containers(names)})
}

fn with_init(init: &[&str], main: &[&str]) -> Value {
    json!({"initContainers": containers(init), "containers": containers(main)})
}

/// The first init container is a sidecar.
fn with_sidecar(init: &[&str]) -> Value {
    let mut spec = with_init(init, &["main"]);
    spec["initContainers"][0]["restartPolicy"] = json!("Always");
    spec
}

pub fn of(name: &str, ready: bool, state: Value) -> Value {
    json!({"name": name, "image": "main:1", "imageID": "", "ready": ready, "started": ready,
        "restartCount": 0, "state": state})
}

fn running(name: &str, ready: bool) -> Value {
    of(name, ready, json!({"running": {}}))
}

fn waiting(name: &str, reason: &str) -> Value {
    of(name, false, json!({"waiting": {"reason": reason}}))
}

fn ended(name: &str, reason: &str, code: i32, signal: i32) -> Value {
    let mut state = json!({"terminated": {"exitCode": code, "signal": signal}});
    if !reason.is_empty() {
        state["terminated"]["reason"] = json!(reason);
    }
    of(name, false, state)
}

fn restarted(mut container: Value, count: u32, last: &str, at: Value) -> Value {
    container["restartCount"] = json!(count);
    container["lastState"] =
        json!({"terminated": {"exitCode": 1, "reason": last, "finishedAt": at}});
    container
}

fn main(phase: &str, containers: &[Value]) -> Value {
    json!({"phase": phase, "containerStatuses": containers})
}

fn init(init: &[Value], containers: &[Value]) -> Value {
    json!({"phase": "Pending", "initContainerStatuses": init, "containerStatuses": containers})
}

fn under(mut status: Value, conditions: &[(&str, &str)]) -> Value {
    status["conditions"] = conditions
        .iter()
        .map(|(kind, holds)| json!({"type": kind, "status": holds}))
        .collect();
    status
}

/// All of them by name.
pub fn all(now: jiff::Timestamp) -> BTreeMap<String, Odd> {
    let mut all = plain();
    all.extend(of_many_containers());
    all.extend(failed());
    all.extend(restarting(now));
    all.extend(initializing());
    all.extend(with_sidecars(now));
    all.extend(not_placed());
    all.extend(going());
    all.into_iter()
        .map(|(name, odd)| (name.to_owned(), odd))
        .collect()
}

fn plain() -> Vec<Named> {
    let one = |name, state| odd(name, json!({}), main("Running", &[state]));
    vec![
        odd("nothing-said", json!({}), json!({"phase": "Pending"})),
        odd("phase-unknown", json!({}), json!({"phase": "Unknown"})),
        one("running", running("main", true)),
        one("running-not-ready", running("main", false)),
        one("crash-loop", waiting("main", "CrashLoopBackOff")),
        one("creating", waiting("main", "ContainerCreating")),
        one("err-image-pull", waiting("main", "ErrImagePull")),
        one("image-pull-back-off", waiting("main", "ImagePullBackOff")),
        one("invalid-image-name", waiting("main", "InvalidImageName")),
        one("bad-config", waiting("main", "CreateContainerConfigError")),
        one("run-error", waiting("main", "RunContainerError")),
        one("waiting-for-no-reason", waiting("main", "")),
        one("oom-killed", ended("main", "OOMKilled", 137, 0)),
        one("error", ended("main", "Error", 1, 0)),
        one("exit-code", ended("main", "", 3, 0)),
        one("exit-code-zero", ended("main", "", 0, 0)),
        one("signal", ended("main", "", 137, 9)),
        one("cannot-run", ended("main", "ContainerCannotRun", 128, 0)),
        odd(
            "completed",
            json!({"restartPolicy": "Never"}),
            main("Succeeded", &[ended("main", "Completed", 0, 0)]),
        ),
        odd(
            "ready-but-for-its-gates",
            json!({"readinessGates": [{"conditionType": "example.com/lb"}]}),
            under(
                main("Running", &[running("main", true)]),
                &[("Ready", "False"), ("ContainersReady", "True")],
            ),
        ),
    ]
}

fn of_many_containers() -> Vec<Named> {
    let two = |name, a, b, ready| {
        let status = under(main("Running", &[a, b]), &[("Ready", ready)]);
        odd(name, spec(&["a", "b"]), status)
    };
    let done = || ended("a", "Completed", 0, 0);
    vec![
        two(
            "part-ready",
            running("a", true),
            running("b", false),
            "False",
        ),
        two(
            "part-crashed",
            running("a", true),
            waiting("b", "CrashLoopBackOff"),
            "False",
        ),
        two(
            "first-has-the-word",
            waiting("a", "CrashLoopBackOff"),
            ended("b", "Error", 1, 0),
            "False",
        ),
        two("done-and-running", done(), running("b", true), "True"),
        two("done-and-not-ready", done(), running("b", true), "False"),
        two("done-and-starting", done(), running("b", false), "False"),
        two(
            "done-and-failed",
            done(),
            ended("b", "Error", 1, 0),
            "False",
        ),
        two("done-and-exited", done(), ended("b", "", 3, 0), "False"),
        two(
            "failed-and-done",
            ended("a", "Error", 1, 0),
            ended("b", "Completed", 0, 0),
            "False",
        ),
        two(
            "done-and-waiting",
            done(),
            waiting("b", "ImagePullBackOff"),
            "False",
        ),
        odd(
            "done-failed-and-running",
            spec(&["a", "b", "c"]),
            under(
                main(
                    "Running",
                    &[done(), ended("b", "OOMKilled", 137, 0), running("c", true)],
                ),
                &[("Ready", "False")],
            ),
        ),
        odd(
            "done-failed-and-well",
            spec(&["a", "b", "c"]),
            under(
                main(
                    "Running",
                    &[done(), ended("b", "OOMKilled", 137, 0), running("c", true)],
                ),
                &[("Ready", "True")],
            ),
        ),
        odd(
            "fewer-said-than-asked-for",
            spec(&["a", "b", "c"]),
            main("Running", &[running("a", true)]),
        ),
        odd(
            "one-nobody-asked-for",
            spec(&["a"]),
            main("Running", &[running("a", true), running("z", true)]),
        ),
    ]
}

fn failed() -> Vec<Named> {
    let by = |name, reason: &str, containers: &[Value]| {
        let mut status = main("Failed", containers);
        status["reason"] = json!(reason);
        odd(name, json!({"restartPolicy": "Never"}), status)
    };
    vec![
        by("evicted", "Evicted", &[]),
        by(
            "evicted-with-an-end",
            "Evicted",
            &[ended("main", "Error", 143, 0)],
        ),
        by(
            "evicted-never-started",
            "Evicted",
            &[waiting("main", "ContainerCreating")],
        ),
        by("out-of-cpu", "OutOfcpu", &[]),
        by("node-affinity", "NodeAffinity", &[]),
        by(
            "shut-down",
            "Terminated",
            &[ended("main", "Completed", 0, 0)],
        ),
        by("deadline", "DeadlineExceeded", &[]),
        by("not-admitted", "UnexpectedAdmissionError", &[]),
        odd(
            "failed",
            json!({"restartPolicy": "Never"}),
            json!({"phase": "Failed"}),
        ),
        odd(
            "node-lost-not-deleted",
            json!({}),
            json!({"phase": "Running", "reason": "NodeLost"}),
        ),
    ]
}

fn restarting(now: jiff::Timestamp) -> Vec<Named> {
    let after = |name, seconds| {
        let last = ago(now, seconds);
        let container = restarted(running("main", true), 5, "Error", last);
        odd(name, json!({}), main("Running", &[container]))
    };
    let mut countless = running("main", true);
    countless["restartCount"] = json!(7);
    vec![
        after("restarted-now", 0),
        after("restarted-ahead-of-us", -30),
        after("restarted-a-minute-ago", 75),
        after("restarted-minutes-ago", 5 * 60 + 30),
        after("restarted-full-minutes-ago", 8 * 60 + 59),
        after("restarted-an-hour-ago", 3_600 + 59),
        after("restarted-hours-ago", 5 * 3_600 + 1_800),
        after("restarted-a-day-ago", 86_400 + 3_600),
        after("restarted-days-ago", 3 * 86_400 + 5 * 3_600),
        after("restarted-weeks-ago", 40 * 86_400),
        after("restarted-years-ago", 800 * 86_400),
        odd(
            "restarted-nobody-knows-when",
            json!({}),
            main("Running", &[countless]),
        ),
        odd(
            "crash-loop-of-memory",
            json!({}),
            main(
                "Running",
                &[restarted(
                    waiting("main", "CrashLoopBackOff"),
                    12,
                    "OOMKilled",
                    ago(now, 200),
                )],
            ),
        ),
        odd(
            "two-that-restarted",
            spec(&["a", "b"]),
            main(
                "Running",
                &[
                    restarted(running("a", true), 2, "Error", ago(now, 900)),
                    restarted(running("b", true), 3, "Error", ago(now, 7_200)),
                ],
            ),
        ),
        odd(
            "ended-once-never-restarted",
            json!({}),
            main(
                "Running",
                &[restarted(running("main", true), 0, "Error", ago(now, 60))],
            ),
        ),
    ]
}

fn initializing() -> Vec<Named> {
    let done = |name| ended(name, "Completed", 0, 0);
    let soon = || waiting("main", "PodInitializing");
    let three = |name, states: &[Value]| {
        odd(
            name,
            with_init(&["a", "b", "c"], &["main"]),
            init(states, &[soon()]),
        )
    };
    vec![
        three(
            "init-first",
            &[
                running("a", false),
                waiting("b", "PodInitializing"),
                waiting("c", "PodInitializing"),
            ],
        ),
        three(
            "init-second",
            &[
                done("a"),
                running("b", false),
                waiting("c", "PodInitializing"),
            ],
        ),
        three(
            "init-third",
            &[done("a"), done("b"), waiting("c", "PodInitializing")],
        ),
        three("init-all-done", &[done("a"), done("b"), done("c")]),
        three(
            "init-crash-loop",
            &[
                done("a"),
                waiting("b", "CrashLoopBackOff"),
                waiting("c", "PodInitializing"),
            ],
        ),
        three(
            "init-image-pull",
            &[
                waiting("a", "ImagePullBackOff"),
                waiting("b", "PodInitializing"),
                waiting("c", "PodInitializing"),
            ],
        ),
        three("init-error", &[ended("a", "Error", 1, 0)]),
        three(
            "init-oom-killed",
            &[done("a"), ended("b", "OOMKilled", 137, 0)],
        ),
        three("init-exit-code", &[ended("a", "", 7, 0)]),
        three(
            "init-signal",
            &[done("a"), done("b"), ended("c", "", 143, 15)],
        ),
        three("init-waits-for-no-reason", &[waiting("a", "")]),
        odd(
            "initializing",
            with_init(&["a"], &["main"]),
            init(&[done("a")], &[soon()]),
        ),
        odd(
            "init-failed-for-good",
            with_init(&["a"], &["main"]),
            json!({"phase": "Failed", "initContainerStatuses": [ended("a", "Error", 1, 0)],
                "containerStatuses": [soon()]}),
        ),
        odd(
            "init-runs-again-though-initialized",
            with_init(&["a"], &["main"]),
            under(
                init(&[running("a", false)], &[running("main", true)]),
                &[("Initialized", "True")],
            ),
        ),
    ]
}

fn with_sidecars(now: jiff::Timestamp) -> Vec<Named> {
    let started = |name: &str, ready| {
        let mut container = running(name, ready);
        container["started"] = json!(true);
        container
    };
    let sidecar = |name, side: Value, main_state: Value| {
        let status = json!({"phase": "Running", "initContainerStatuses": [side], "containerStatuses": [main_state]});
        odd(name, with_sidecar(&["side"]), status)
    };
    vec![
        sidecar("sidecar-runs", started("side", true), running("main", true)),
        sidecar(
            "sidecar-not-ready",
            started("side", false),
            running("main", true),
        ),
        sidecar(
            "sidecar-starting",
            running("side", false),
            waiting("main", "PodInitializing"),
        ),
        sidecar(
            "sidecar-crash-loop",
            waiting("side", "CrashLoopBackOff"),
            running("main", true),
        ),
        sidecar(
            "sidecar-done",
            ended("side", "Completed", 0, 0),
            ended("main", "Completed", 0, 0),
        ),
        sidecar(
            "sidecar-failed-at-the-end",
            ended("side", "Error", 137, 0),
            ended("main", "Completed", 0, 0),
        ),
        sidecar(
            "sidecar-restarted",
            restarted(started("side", true), 4, "Error", ago(now, 400)),
            restarted(running("main", true), 1, "Error", ago(now, 4_000)),
        ),
        odd(
            "sidecar-then-init",
            with_sidecar(&["side", "a"]),
            init(
                &[started("side", true), running("a", false)],
                &[waiting("main", "PodInitializing")],
            ),
        ),
        odd(
            "init-restarts-are-forgotten",
            with_sidecar(&["side", "a"]),
            json!({"phase": "Running",
                "initContainerStatuses": [
                    restarted(started("side", true), 2, "Error", ago(now, 9_000)),
                    restarted(ended("a", "Completed", 0, 0), 9, "Error", ago(now, 500)),
                ],
                "containerStatuses": [running("main", true)]}),
        ),
        odd(
            "init-restarts-while-it-lasts",
            with_sidecar(&["side", "a"]),
            init(
                &[
                    restarted(started("side", true), 2, "Error", ago(now, 9_000)),
                    restarted(waiting("a", "CrashLoopBackOff"), 9, "Error", ago(now, 500)),
                ],
                &[waiting("main", "PodInitializing")],
            ),
        ),
    ]
}

fn not_placed() -> Vec<Named> {
    let unplaced = json!({"phase": "Pending", "conditions": [
        {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}]});
    vec![
        // The API server itself says that it is gated.
        odd(
            "gated",
            json!({"schedulingGates": [{"name": "example.com/wait"}]}),
            Value::Null,
        ),
        odd("unschedulable-as-written", json!({}), unplaced),
        // The real scheduler says that no node fits.
        odd(
            "unschedulable",
            json!({"schedulerName": "default-scheduler", "nodeSelector": {"example.com/none": "here"}}),
            Value::Null,
        ),
        odd(
            "scheduler-failed",
            json!({}),
            json!({"phase": "Pending", "conditions": [
                {"type": "PodScheduled", "status": "False", "reason": "SchedulerError"}]}),
        ),
    ]
}

fn going() -> Vec<Named> {
    let said = |phase: &str, reason: &str, container: Value| {
        let mut status = main(phase, &[container]);
        status["reason"] = json!(reason);
        status
    };
    vec![
        deleted("terminating", main("Running", &[running("main", true)])),
        deleted("terminating-before-it-ran", json!({"phase": "Pending"})),
        deleted(
            "terminating-in-a-crash-loop",
            main("Running", &[waiting("main", "CrashLoopBackOff")]),
        ),
        deleted(
            "terminating-when-done",
            main("Succeeded", &[ended("main", "Completed", 0, 0)]),
        ),
        deleted(
            "terminating-when-failed",
            main("Failed", &[ended("main", "Error", 1, 0)]),
        ),
        deleted(
            "terminating-when-evicted",
            said("Failed", "Evicted", ended("main", "Error", 143, 0)),
        ),
        deleted(
            "node-lost",
            said("Running", "NodeLost", running("main", true)),
        ),
        deleted(
            "node-lost-when-failed",
            said("Failed", "NodeLost", ended("main", "Error", 1, 0)),
        ),
    ]
}
