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

mod containers;
mod setup;
mod told;
mod whole;

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

#[test]
fn each_cause_is_found_and_said() {
    let cases = [
        whole::of_the_pod(),
        whole::of_the_scheduler(),
        setup::of_the_setup(),
        containers::of_the_containers(),
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
