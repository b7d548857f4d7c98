//! The source against controllers that play: pods of workloads, their usage, their troubles, their rollouts.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use quarterdeck::{
    domain::{
        change::What,
        desk::Namespaces,
        explain::{Cause, Say, explain},
        freshness::SourceId,
        pod::{Health, PodRow},
        pod_detail::PodKey,
        question::{Answer, Question},
    },
    sim::port::{ClusterPort, Fault, WorkloadRef, WorkloadSpec},
    sources::kubernetes::Ask,
};

use super::bench::{Bench, Heard};

pub(super) fn lookup() -> WorkloadRef {
    WorkloadRef {
        namespace: "a".to_owned(),
        kind: "Deployment".to_owned(),
        name: "lookup".to_owned(),
    }
}

/// Lets the controllers live through `seconds`, which nobody has to wait for.
pub(super) fn live_through(bench: &Bench, from: &mut Timestamp, seconds: i64) {
    for _ in 0..seconds {
        *from += SignedDuration::from_secs(1);
        bench.cluster.step(*from);
    }
}

/// A cluster with a Deployment of `replicas` that is up, and the time it is.
pub(super) async fn played(replicas: u32) -> (Bench, Timestamp) {
    let bench = Bench::new().await;
    let mut now = bench.cluster.clock().now() - SignedDuration::from_secs(300);
    let before = now - SignedDuration::from_hours(24);
    for name in ["worker-1", "worker-2"] {
        bench.cluster.create_node(name, &BTreeMap::new(), before);
    }
    let spec = WorkloadSpec {
        replicas,
        image: "lookup:1".to_owned(),
        labels: [("app".to_owned(), "lookup".to_owned())].into(),
        ready_after: 2,
        created: Some(before),
        ..WorkloadSpec::default()
    };
    bench.cluster.create_workload(&lookup(), &spec);
    live_through(&bench, &mut now, 60);
    (bench, now)
}

pub(super) fn keys(bench: &Bench) -> Vec<PodKey> {
    let key = |row: &PodRow| PodKey {
        namespace: row.namespace.to_string(),
        name: row.name.to_string(),
        uid: row.uid.clone(),
    };
    bench.heard.pods.values().map(key).collect()
}

pub(super) async fn up(bench: &mut Bench, replicas: usize) {
    bench
        .until("all replicas", |heard| {
            heard.is_live(SourceId::Pods)
                && heard.pods.len() == replicas
                && heard
                    .pods
                    .values()
                    .all(|row| &*row.status == "Running" && row.ready == 1)
        })
        .await;
}

#[tokio::test]
async fn pods_know_their_workload_and_their_node() {
    let (mut bench, _) = played(3).await;
    bench.read(Namespaces::All);
    up(&mut bench, 3).await;
    for row in bench.heard.pods.values() {
        let workload = row.workload.as_ref().unwrap();
        assert_eq!((&*workload.kind, &*workload.name), ("Deployment", "lookup"));
        assert!(row.node.is_some());
    }
    let key = keys(&bench).remove(0);
    bench.asks.send(Ask::Detail(key)).await.unwrap();
    bench
        .until("the detail", |heard| !heard.details.is_empty())
        .await;
    let owners = &bench.heard.details[0].1.as_ref().unwrap().owners;
    assert!(owners[0].starts_with("ReplicaSet/lookup-"), "{owners:?}");
    assert_eq!(owners[1], "Deployment/lookup");
}

async fn usage_of(replicas: u32) {
    let (mut bench, mut now) = played(replicas).await;
    bench.cluster.set_usage(&lookup(), 250, 64);
    live_through(&bench, &mut now, 1);
    bench.read(Namespaces::All);
    let replicas = usize::try_from(replicas).unwrap();
    up(&mut bench, replicas).await;
    bench.asks.send(Ask::Usage(keys(&bench))).await.unwrap();
    bench
        .until("the usage", |heard| {
            heard.usage.len() == replicas && heard.is_live(SourceId::PodMetrics)
        })
        .await;
    let usage = &bench.heard.usage;
    let used = |from: u32, to: u32| {
        usage
            .iter()
            .all(|(_, it)| (from..=to).contains(&it.cpu_millicores))
    };
    assert!(used(125, 500), "{usage:?}");
}

#[tokio::test]
async fn few_pods_are_measured_one_by_one() {
    usage_of(3).await;
}

#[tokio::test]
async fn many_pods_are_measured_in_one_list() {
    usage_of(25).await;
}

#[tokio::test]
async fn a_pod_that_runs_out_of_memory_gets_sick_and_says_why() {
    let (mut bench, mut now) = played(2).await;
    bench.read(Namespaces::All);
    up(&mut bench, 2).await;
    let fault = Fault::OomLoop {
        share: 1.0,
        every: 5,
    };
    bench.cluster.set_fault(&lookup(), fault, None);
    live_through(&bench, &mut now, 120);
    bench
        .until("the sick pods", |heard| {
            heard.pods.values().all(|row| {
                let said =
                    &*row.status == "OOMKilled" || row.last_death.as_deref() == Some("OOMKilled");
                said && row.restarts > 0 && row.health < Health::Moving
            })
        })
        .await;
}

#[tokio::test]
async fn a_rollout_of_the_last_hour_is_on_the_time_line() {
    let (mut bench, mut now) = played(2).await;
    bench.cluster.roll_out(&lookup(), "lookup:2", "deployer");
    live_through(&bench, &mut now, 60);
    bench.read(Namespaces::Some(vec!["a".into()]));
    bench
        .until("the rollout", |heard| {
            heard.changes.iter().any(|change| {
                matches!(&change.what, What::RolledOut { workload, images, before, .. }
                    if &*workload.name == "lookup" && images == &["lookup:2"] && before == &["lookup:1"])
            })
        })
        .await;
    let scaled = |what: &What| matches!(what, What::Scaled { .. });
    assert!(
        !bench.heard.changes.iter().any(|it| scaled(&it.what)),
        "a rollout is no scaling: {:?}",
        bench.heard.changes
    );
}

#[tokio::test]
async fn a_scaling_of_the_last_hour_is_on_the_time_line() {
    let (mut bench, mut now) = played(2).await;
    bench.cluster.scale(&lookup(), 5, "someone");
    live_through(&bench, &mut now, 30);
    bench.read(Namespaces::Some(vec!["a".into()]));
    bench
        .until("the scaling", |heard| {
            heard.changes.iter().any(|change| {
                matches!(&change.what, What::Scaled { workload, from: Some(2), to: 5 } if &*workload.name == "lookup")
            })
        })
        .await;
}

#[tokio::test]
async fn a_crash_after_a_rollout_is_explained() {
    let (mut bench, mut now) = played(1).await;
    bench.cluster.roll_out(&lookup(), "lookup:2", "deployer");
    live_through(&bench, &mut now, 60);
    let fault = Fault::CrashLoop {
        share: 1.0,
        code: 3,
        message: "no such table".to_owned(),
    };
    bench.cluster.set_fault(&lookup(), fault, None);
    live_through(&bench, &mut now, 60);
    bench.read(Namespaces::Some(vec!["a".into()]));
    bench
        .until("the sick pod", |heard| {
            heard.pods.len() == 1 && heard.pods.values().all(|row| row.restarts > 0)
        })
        .await;
    let key = keys(&bench).remove(0);
    let question = Question::Explain(key);
    let ask = Ask::Question {
        request: 7,
        question,
    };
    bench.asks.send(ask).await.unwrap();
    let told = |heard: &Heard| match heard.answer(7) {
        Some(Ok(Answer::Explain(evidence))) => Some(explain(evidence, now)),
        _ => None,
    };
    bench
        .until("the explanation", |heard| {
            told(heard).is_some_and(|told| !told.waiting)
        })
        .await;
    let told = told(&bench.heard).unwrap();
    assert_eq!(told.finding.cause, Cause::Crashed, "{told:?}");
    assert_eq!(told.unread, [], "{told:?}");
    let says: Vec<Say> = told.finding.clauses.iter().map(|it| it.say).collect();
    assert!(says.contains(&Say::OfRolloutImages), "{told:?}");
    let (line, _, before) = told.last_line.unwrap();
    assert_eq!((line.as_str(), before), ("no such table", true));
}
