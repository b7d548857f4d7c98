//! One pod for each cause: what it is told to be sick of, and what is said of it.

use std::time::Duration;

use super::*;
use crate::domain::{
    event::EventRow,
    freshness::{Trouble, TroubleKind},
    pod_detail::{
        ConditionDetail, ContainerDetail, ContainerKind, ContainerState, PodDetail, PodKey,
    },
    series::Series,
};

fn now() -> Timestamp {
    "2026-11-21T06:32:00Z".parse().unwrap()
}

fn ago(seconds: i64) -> Timestamp {
    Timestamp::from_second(now().as_second() - seconds).unwrap()
}

fn container(name: &str, state: ContainerState) -> ContainerDetail {
    ContainerDetail {
        name: name.to_owned(),
        kind: ContainerKind::Main,
        image: "r.io/app:2".to_owned(),
        ready: false,
        restarts: 0,
        state,
        last_state: None,
        cpu: (None, None),
        memory: (None, Some("512Mi".to_owned())),
        ports: Vec::new(),
        probes: Vec::new(),
        command: Vec::new(),
        env: Vec::new(),
        mounts: Vec::new(),
    }
}

fn waiting(reason: &str, message: &str) -> ContainerState {
    ContainerState::Waiting {
        reason: reason.to_owned(),
        message: message.to_owned(),
    }
}

fn running(seconds: i64) -> ContainerState {
    ContainerState::Running {
        since: Some(ago(seconds)),
    }
}

fn dead(reason: &str, code: i32, seconds: i64) -> ContainerState {
    ContainerState::Terminated {
        reason: reason.to_owned(),
        message: String::new(),
        code,
        at: Some(ago(seconds)),
    }
}

/// A pod of one container that is not ready and says nothing.
fn pod(phase: &str, containers: Vec<ContainerDetail>) -> Evidence {
    let detail = PodDetail {
        key: PodKey {
            namespace: "prod".to_owned(),
            name: "app-1".to_owned(),
            uid: "u".into(),
        },
        read_at: now(),
        phase: phase.to_owned(),
        node: Some("node-1".to_owned()),
        ip: None,
        service_account: None,
        qos: None,
        created: Some(ago(3_600)),
        labels: Vec::new(),
        annotations: Vec::new(),
        owners: Vec::new(),
        containers,
        conditions: Vec::new(),
        events: None,
    };
    let facts = PodFacts {
        detail,
        reason: String::new(),
        message: String::new(),
        deletion: None,
        finalizers: Vec::new(),
        scheduling_gates: Vec::new(),
        readiness_gates: Vec::new(),
        claims: Vec::new(),
        deadline: None,
        containers: Vec::new(),
    };
    Evidence {
        events: Part::Known(Vec::new()),
        log: Part::NotAsked,
        usage: Part::NotAsked,
        node: Part::NotAsked,
        claims: Part::NotAsked,
        rollout: Part::NotAsked,
        ..Evidence::of(facts)
    }
}

fn pending(containers: Vec<ContainerDetail>) -> Evidence {
    let mut evidence = pod("Pending", containers);
    evidence.pod.detail.node = None;
    evidence
}

fn with(mut evidence: Evidence, change: impl FnOnce(&mut Evidence)) -> Evidence {
    change(&mut evidence);
    evidence
}

fn condition(kind: &str, status: &str, reason: &str, message: &str) -> ConditionDetail {
    ConditionDetail {
        kind: kind.to_owned(),
        status: status.to_owned(),
        reason: reason.to_owned(),
        message: message.to_owned(),
        since: None,
    }
}

fn event(evidence: &mut Evidence, reason: &str, message: &str, seconds: i64) {
    let row = EventRow {
        uid: reason.into(),
        namespace: "prod".into(),
        kind: "Pod".into(),
        name: "app-1".into(),
        object_uid: None,
        warning: true,
        reason: reason.into(),
        message: message.to_owned(),
        count: 3,
        first: None,
        last: Some(ago(seconds)),
        from: "kubelet".into(),
    };
    if let Part::Known(events) = &mut evidence.events {
        events.push(row);
    }
}

fn facts(name: &str, started: Option<bool>, lived: Option<u64>) -> ContainerFacts {
    ContainerFacts {
        name: name.to_owned(),
        started,
        lived: lived.map(Duration::from_secs),
        signal: None,
    }
}

fn killed_for_memory() -> Evidence {
    let mut main = container("main", waiting("CrashLoopBackOff", "back-off 40s"));
    main.last_state = Some(dead("OOMKilled", 137, 120));
    main.restarts = 6;
    pod("Running", vec![main])
}

fn one(state: ContainerState) -> Vec<ContainerDetail> {
    vec![container("main", state)]
}

/// A pod, its cause, and what is said first.
type Case = (&'static str, Evidence, Cause, Say);

#[expect(clippy::too_many_lines, reason = "a table, one case after the other")]
fn of_the_pod() -> Vec<Case> {
    let deleted = |ends: i64| {
        with(pod("Running", one(running(900))), |it| {
            it.pod.deletion = Some(Deletion {
                ends: ago(ends),
                grace: Duration::from_secs(30),
            });
        })
    };
    let failed = |reason: &str, message: &str| {
        with(pod("Failed", one(ContainerState::Unknown)), |it| {
            it.pod.reason = reason.to_owned();
            it.pod.message = message.to_owned();
        })
    };
    let disrupted = |reason: &str| {
        with(failed("", ""), |it| {
            let condition = condition("DisruptionTarget", "True", reason, "why it was");
            it.pod.detail.conditions.push(condition);
        })
    };
    let node = |state| {
        with(pod("Running", one(running(900))), |it| {
            it.node = Part::Known(NodeFacts {
                name: "node-1".to_owned(),
                state,
            });
        })
    };
    let silent = NodeState {
        ready: false,
        since: Some(ago(300)),
        pressures: Vec::new(),
    };
    vec![
        (
            "finalizers",
            with(deleted(300), |it| {
                it.pod.finalizers = vec!["a/b".to_owned()];
            }),
            Cause::StuckTerminating,
            Say::HeldByFinalizers,
        ),
        (
            "past its grace",
            deleted(300),
            Cause::StuckTerminating,
            Say::PastGrace,
        ),
        (
            "in its grace",
            deleted(-20),
            Cause::Terminating,
            Say::Ending,
        ),
        (
            "evicted by its kubelet",
            failed(
                "Evicted",
                "The node was low on resource: ephemeral-storage. Threshold quantity: 1Gi",
            ),
            Cause::Evicted,
            Say::EvictedFor,
        ),
        (
            "evicted for itself",
            failed(
                "Evicted",
                "Pod ephemeral local storage usage exceeds the total limit",
            ),
            Cause::Evicted,
            Say::EvictedPlain,
        ),
        (
            "drained",
            disrupted("EvictionByEvictionAPI"),
            Cause::Evicted,
            Say::EvictedByApi,
        ),
        (
            "tainted",
            disrupted("DeletionByTaintManager"),
            Cause::Evicted,
            Say::EvictedByTaint,
        ),
        (
            "preempted",
            disrupted("PreemptionByScheduler"),
            Cause::Preempted,
            Say::PreemptedBy,
        ),
        (
            "past its deadline",
            with(
                failed("DeadlineExceeded", "active on the node longer"),
                |it| {
                    it.pod.deadline = Some(Duration::from_secs(60));
                },
            ),
            Cause::DeadlineExceeded,
            Say::PastDeadline,
        ),
        (
            "node silent",
            node(Some(silent)),
            Cause::NodeLost,
            Say::NodeNotReady,
        ),
        ("node gone", node(None), Cause::NodeLost, Say::NodeGone),
        (
            "refused",
            failed("OutOfcpu", "Node didn't have enough"),
            Cause::Refused,
            Say::RefusedBy,
        ),
        (
            "shut down",
            failed("Terminated", "imminent node shutdown"),
            Cause::Refused,
            Say::NodeShutDown,
        ),
        (
            "completed",
            pod("Succeeded", one(dead("Completed", 0, 60))),
            Cause::Completed,
            Say::DoneAt,
        ),
    ]
}

fn of_the_scheduler() -> Vec<Case> {
    let said = |reason: &str, message: &str| {
        with(pending(one(ContainerState::Unknown)), |it| {
            let condition = condition("PodScheduled", "False", reason, message);
            it.pod.detail.conditions.push(condition);
        })
    };
    let unbound =
        "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found";
    vec![
        (
            "gated",
            with(said("SchedulingGated", "blocked"), |it| {
                it.pod.scheduling_gates = vec!["quota".to_owned()];
            }),
            Cause::SchedulingGated,
            Say::Gated,
        ),
        (
            "no room",
            said(
                "Unschedulable",
                "0/3 nodes are available: 3 Insufficient cpu.",
            ),
            Cause::Unschedulable,
            Say::NoNodeFits,
        ),
        (
            "claims",
            with(said("Unschedulable", unbound), |it| {
                it.claims = Part::Known(vec![ClaimFacts {
                    name: "data".to_owned(),
                    phase: Some("Pending".to_owned()),
                }]);
            }),
            Cause::Unschedulable,
            Say::ClaimUnbound,
        ),
        (
            "claims that may not be read",
            said("Unschedulable", unbound),
            Cause::Unschedulable,
            Say::ClaimsUnbound,
        ),
        (
            "no claim",
            said("Unschedulable", "persistentvolumeclaim \"data\" not found"),
            Cause::Unschedulable,
            Say::ClaimMissing,
        ),
        (
            "nobody looked",
            pending(one(ContainerState::Unknown)),
            Cause::Unschedulable,
            Say::NotScheduled,
        ),
    ]
}

#[expect(clippy::too_many_lines, reason = "a table, one case after the other")]
fn of_the_setup() -> Vec<Case> {
    let creating = || pod("Pending", one(waiting("ContainerCreating", "")));
    let pulling = |reason: &str, said: &str| {
        with(
            pod("Pending", one(waiting(reason, "Back-off pulling image"))),
            |it| {
                event(
                    it,
                    "Failed",
                    &format!("Failed to pull image \"r.io/app:2\": {said}"),
                    20,
                );
            },
        )
    };
    let not_made = |message: &str| {
        pod(
            "Pending",
            one(waiting("CreateContainerConfigError", message)),
        )
    };
    let init = |state, restarts| {
        let mut init = container("migrate", state);
        init.kind = ContainerKind::Init;
        init.restarts = restarts;
        let main = container("main", waiting("PodInitializing", ""));
        pod("Pending", vec![init, main])
    };
    vec![
        (
            "mount",
            with(creating(), |it| {
                event(
                    it,
                    "FailedMount",
                    "MountVolume.SetUp failed for volume \"cfg\" : configmap \"x\" not found",
                    10,
                );
            }),
            Cause::VolumeNotMounted,
            Say::MountFailed,
        ),
        (
            "attach",
            with(creating(), |it| {
                event(
                    it,
                    "FailedAttachVolume",
                    "Multi-Attach error for volume \"pvc-1\"",
                    10,
                );
            }),
            Cause::VolumeNotMounted,
            Say::AttachFailed,
        ),
        (
            "sandbox",
            with(creating(), |it| {
                event(
                    it,
                    "FailedCreatePodSandBox",
                    "Failed to create pod sandbox: cni: no addresses",
                    10,
                );
            }),
            Cause::SandboxFailed,
            Say::SandboxNotMade,
        ),
        (
            "no such image",
            pulling("ImagePullBackOff", "r.io/app:2: not found"),
            Cause::ImageNotPulled,
            Say::ImageMissing,
        ),
        (
            "image denied",
            pulling("ErrImagePull", "unexpected status: 403 Forbidden"),
            Cause::ImageNotPulled,
            Say::ImageDenied,
        ),
        (
            "too many pulls",
            pulling("ErrImagePull", "toomanyrequests: slow down"),
            Cause::ImageNotPulled,
            Say::ImageRateLimited,
        ),
        (
            "no such key",
            not_made("couldn't find key url in Secret prod/db"),
            Cause::ContainerNotCreated,
            Say::KeyMissing,
        ),
        (
            "no such config",
            not_made("configmap \"app\" not found"),
            Cause::ContainerNotCreated,
            Say::ConfigMissing,
        ),
        (
            "init runs",
            init(running(600), 0),
            Cause::InitStuck,
            Say::InitRunsLong,
        ),
        (
            "init failed",
            init(dead("Error", 1, 20), 2),
            Cause::Crashed,
            Say::Exits,
        ),
        (
            "young",
            with(creating(), |it| it.pod.detail.created = Some(ago(9))),
            Cause::Starting,
            Say::StartingSince,
        ),
        (
            "pulling",
            with(creating(), |it| {
                event(it, "Pulling", "Pulling image \"r.io/app:2\"", 90);
            }),
            Cause::Starting,
            Say::StartingSince,
        ),
        (
            "creating for an hour",
            creating(),
            Cause::Unknown,
            Say::NothingSays,
        ),
    ]
}

#[expect(clippy::too_many_lines, reason = "a table, one case after the other")]
fn of_the_containers() -> Vec<Case> {
    let back_off = |reason: &str, code| {
        let mut main = container("main", waiting("CrashLoopBackOff", "back-off 40s"));
        main.last_state = Some(dead(reason, code, 30));
        main.restarts = 4;
        pod("Running", vec![main])
    };
    let probed = |kind: &str, said: &str| {
        let mut main = container("main", running(900));
        main.probes = vec![format!("{kind} http-get :8080/")];
        with(pod("Running", vec![main]), |it| {
            if !said.is_empty() {
                event(it, "Unhealthy", said, 5);
            }
        })
    };
    let ready = |last: Option<ContainerState>, since| {
        let mut main = container("main", running(since));
        main.ready = true;
        main.last_state = last;
        pod("Running", vec![main])
    };
    let liveness = with(back_off("Error", 137), |it| {
        it.pod.detail.containers[0].probes = vec!["liveness http-get :8080/".to_owned()];
        event(
            it,
            "Unhealthy",
            "Liveness probe failed: HTTP probe failed with statuscode: 500",
            40,
        );
        event(
            it,
            "Killing",
            "Container main failed liveness probe, will be restarted",
            35,
        );
    });
    let gate = with(ready(None, 900), |it| {
        it.pod.readiness_gates = vec!["target-health.example/lb".to_owned()];
        it.pod.detail.conditions = vec![
            condition("ContainersReady", "True", "", ""),
            condition("Ready", "False", "ReadinessGatesNotReady", ""),
        ];
    });
    vec![
        (
            "memory",
            killed_for_memory(),
            Cause::OutOfMemory,
            Say::HitLimit,
        ),
        ("exit", back_off("Error", 3), Cause::Crashed, Say::Exits),
        (
            "signal",
            back_off("Error", 139),
            Cause::Crashed,
            Say::Killed,
        ),
        (
            "ends well",
            back_off("Completed", 0),
            Cause::EndsAndRestarts,
            Say::EndsWell,
        ),
        ("liveness", liveness, Cause::LivenessFailed, Say::ProbeKills),
        (
            "startup",
            with(probed("startup", "Startup probe failed: dial tcp"), |it| {
                it.pod.containers = vec![facts("main", Some(false), None)];
            }),
            Cause::StartupFailed,
            Say::StartupProbe,
        ),
        (
            "readiness",
            probed("readiness", "Readiness probe failed: 503"),
            Cause::ReadinessFailed,
            Say::ProbeFails,
        ),
        (
            "not ready unsaid",
            probed("readiness", ""),
            Cause::ReadinessFailed,
            Say::NotReadyUnsaid,
        ),
        ("gate", gate, Cause::ReadinessGate, Say::GatesOpen),
        (
            "came back",
            ready(Some(dead("OOMKilled", 137, 1_810)), 1_800),
            Cause::OutOfMemory,
            Say::HitLimit,
        ),
        ("well", ready(None, 900), Cause::Well, Say::RunsWell),
        (
            "well since yesterday",
            ready(Some(dead("Error", 1, 90_000)), 89_000),
            Cause::Well,
            Say::RunsWell,
        ),
        (
            "nothing says",
            pod("Running", one(running(900))),
            Cause::Unknown,
            Say::NothingSays,
        ),
    ]
}

#[test]
fn each_cause_is_found_and_said() {
    let cases = [
        of_the_pod(),
        of_the_scheduler(),
        of_the_setup(),
        of_the_containers(),
    ]
    .concat();
    for (name, evidence, cause, say) in &cases {
        let told = explain(evidence, now());
        assert_eq!(told.finding.cause, *cause, "{name}: {told:?}");
        assert_eq!(told.finding.clauses[0].say, *say, "{name}: {told:?}");
        assert!(
            !told.finding.seen.is_empty() && !told.finding.next.is_empty(),
            "{name}"
        );
        for clause in &told.finding.clauses {
            let given: Vec<&str> = clause.args.iter().map(|(arg, _)| *arg).collect();
            let mut taken = clause.say.args().to_vec();
            let mut given = given;
            given.sort_unstable();
            taken.sort_unstable();
            assert_eq!(given, taken, "{name}: {:?}", clause.say);
        }
    }
    let untold: Vec<&Cause> = Cause::ALL
        .iter()
        .filter(|cause| !cases.iter().any(|(_, _, told, _)| told == *cause))
        .collect();
    assert!(untold.is_empty(), "no case: {untold:?}");
}

#[test]
fn what_cannot_be_read_is_said_and_nothing_is_guessed() {
    let denied = || Part::Refused(Trouble::new(TroubleKind::Forbidden, "no"));
    let evidence = with(
        pod("Pending", one(waiting("ContainerCreating", ""))),
        |it| {
            it.events = denied_rows();
            it.node = denied();
        },
    );
    let told = explain(&evidence, now());
    assert_eq!(told.finding.cause, Cause::Unknown);
    let parts: Vec<Unread> = told.unread.iter().map(|(part, _)| *part).collect();
    assert_eq!(parts, [Unread::Events, Unread::Node]);
}

fn denied_rows() -> Part<Vec<EventRow>> {
    Part::Refused(Trouble::new(TroubleKind::Forbidden, "no"))
}

#[test]
fn memory_says_its_limit_its_last_figure_its_trend_and_its_rollout() {
    let mebibytes = |values: &[f64]| Series {
        start: ago(420),
        step: Duration::from_secs(60),
        values: values.iter().map(|it| Some(it * 1_048_576.0)).collect(),
    };
    let evidence = with(killed_for_memory(), |it| {
        it.memory = Part::Known(mebibytes(&[310.0, 350.0, 390.0, 430.0, 470.0, 510.0]));
        it.log = Part::Known(LogTail {
            container: "main".to_owned(),
            before_death: true,
            lines: vec!["render: buffer 498 MB".to_owned(), " ".to_owned()],
        });
        it.rollout = Part::Known(Rollout {
            revision: 41,
            at: ago(1_860),
            images: vec!["r.io/export:2.4.0".to_owned()],
            before: vec!["r.io/export:2.3.1".to_owned()],
        });
    });
    let told = explain(&evidence, now());
    let says: Vec<Say> = told
        .finding
        .clauses
        .iter()
        .map(|clause| clause.say)
        .collect();
    assert_eq!(
        says,
        [
            Say::HitLimit,
            Say::DiedUsing,
            Say::MemoryRises,
            Say::OfRolloutImages
        ]
    );
    let clauses = &told.finding.clauses;
    assert_eq!(clauses[0].arg("limit"), Some(&Value::from("512Mi")));
    assert_eq!(clauses[1].arg("used"), Some(&Value::Bytes(510 * 1_048_576)));
    assert_eq!(clauses[2].arg("rate"), Some(&Value::Rate(40 * 1_048_576)));
    assert_eq!(
        clauses[3].arg("images"),
        Some(&Value::from("export 2.3.1 → 2.4.0"))
    );
    assert_eq!(
        told.finding.seen,
        [Seen::LastState, Seen::Metrics, Seen::Rollout]
    );
    assert_eq!(told.finding.next[0], Next::RolloutDiff);
    let (line, container, before) = told.last_line.unwrap();
    assert_eq!(
        (line.as_str(), container.as_str(), before),
        ("render: buffer 498 MB", "main", true)
    );
}

#[test]
fn a_rollout_of_long_ago_or_the_first_one_explains_nothing() {
    for (at, before) in [
        (ago(200_000), vec!["a:1".to_owned()]),
        (ago(60), Vec::new()),
    ] {
        let evidence = with(killed_for_memory(), |it| {
            it.rollout = Part::Known(Rollout {
                revision: 2,
                at,
                images: vec!["a:2".to_owned()],
                before,
            });
        });
        let told = explain(&evidence, now());
        let says = told.finding.clauses.iter();
        assert!(
            says.into_iter().all(|it| it.say != Say::OfRolloutImages),
            "{told:?}"
        );
    }
}

#[test]
fn other_causes_that_hold_are_named_beside_the_first() {
    let mut side = container("side", waiting("ImagePullBackOff", "not found"));
    side.image = "r.io/side:1".to_owned();
    let evidence = with(killed_for_memory(), |it| {
        it.pod.detail.containers.push(side);
    });
    let told = explain(&evidence, now());
    assert_eq!(told.finding.cause, Cause::ImageNotPulled);
    assert_eq!(told.also, [Cause::OutOfMemory]);
}
