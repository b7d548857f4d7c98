//! What the cluster shows of itself, and who in it does not run: asked of the embedded one while its stories go on.

use std::{sync::Arc, time::Duration};

use quarterdeck::{
    domain::{
        action::{
            refusal::Refusal,
            step::{Parse, Planned, Reach, Save, StepKind, Template},
            target::Target,
            value::{Value, Values},
            view::View,
        },
        object::KindRef,
        time::Clock,
    },
    runtime::{
        clock::SystemClock,
        executors::{
            Executor as _, Inside as _, InsideCall, InsideError, InsideOfCluster, Room,
            kubernetes::KubernetesExecutor,
        },
    },
    sim::start::SimHandle,
    sources::kubernetes::{Connection, KubeOptions, Timeouts, Wallet},
};

use super::pack_and_cluster::started;

const NAMESPACE: &str = "after-sales-prod";

async fn connection(sim: &SimHandle, folder: &std::path::Path) -> Connection {
    sim.write_serve_dir(folder).await.unwrap();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
    let options = KubeOptions {
        absent: false,
        kubeconfig: Some(folder.join("kubeconfig")),
        context: None,
        page: None,
        timeouts: Timeouts::default(),
        wallet: Wallet::default(),
    };
    Connection::open(&options, clock).await.unwrap()
}

fn executor(connection: &Connection) -> KubernetesExecutor {
    KubernetesExecutor::new(connection, Arc::new(SystemClock::start()))
}

fn object(kind: &str, name: &str) -> Target {
    Target::Object {
        kind: KindRef::of_workload(kind).unwrap(),
        namespace: Some(NAMESPACE.to_owned()),
        name: name.to_owned(),
    }
}

async fn view(executor: &KubernetesExecutor, target: Target, view: View) -> Values {
    let step = Planned {
        kind: StepKind::View { target, view },
        limit: None,
        save: None,
        again: None,
        batch: None,
    };
    executor.read(&step).await.unwrap()
}

fn int(values: &Values, name: &str) -> i64 {
    match &values[name] {
        Value::Int(number) => *number,
        other => panic!("{name}: {other:?}"),
    }
}

// row: A1, A6, E5
#[tokio::test]
async fn pods_events_lines_and_a_cronjob_are_shown() {
    let sim = started("primary-lost").await;
    let folder = tempfile::tempdir().unwrap();
    let executor = executor(&connection(&sim, folder.path()).await);
    let backend = || object("Deployment", "backend");
    let pods = view(&executor, backend(), View::Pods).await;
    // The primary crashes, and the backend that lost it is taken out of the balancer.
    assert_eq!(int(&pods, "count"), 8, "{pods:?}");
    assert_eq!(int(&pods, "unwell"), 4, "{pods:?}");
    let Value::Text(who) = &pods["who"] else {
        panic!("{pods:?}");
    };
    assert!(
        who.contains("postgres-0") && !who.contains("agent"),
        "{who}"
    );
    let events = view(&executor, backend(), View::Events { tail: 5 }).await;
    assert!(int(&events, "warnings") >= 1, "{events:?}");
    let lines = View::Lines {
        container: None,
        tail: Some(50),
        since: None,
    };
    let lines = view(&executor, backend(), lines).await;
    assert_eq!(int(&lines, "pods"), 3);
    assert!(int(&lines, "count") > 3, "{lines:?}");
    let zone = "Asia/Shanghai".to_owned();
    let job = view(
        &executor,
        object("CronJob", "postgres-backup"),
        View::Cronjob { zone },
    )
    .await;
    assert_eq!(job["suspended"], Value::Bool(false), "{job:?}");
}

// row: A21
#[tokio::test]
async fn a_container_that_crashes_in_a_loop_is_known_from_one_that_can_not_be_asked() {
    let sim = started("primary-lost").await;
    let folder = tempfile::tempdir().unwrap();
    let client = connection(&sim, folder.path()).await.client.clone();
    let inside = InsideOfCluster::new(client, NAMESPACE.to_owned());
    let ask = |pod: &str| {
        inside.run(InsideCall {
            room: Room::Pod {
                pod: pod.to_owned(),
                container: None,
            },
            argv: vec!["true".to_owned()],
            stdin: Vec::new(),
            within: Duration::from_secs(15),
        })
    };
    let crashed = ask("postgres-0").await;
    assert!(
        matches!(&crashed, Err(InsideError::Crashed(why)) if why == "CrashLoopBackOff"),
        "{crashed:?}"
    );
    let absent = ask("postgres-9").await;
    assert!(matches!(absent, Err(InsideError::Absent(_))), "{absent:?}");
}

// row: A20
#[tokio::test]
async fn of_no_primary_nothing_is_run_and_what_each_pod_says_is_told() {
    let sim = started("primary-lost").await;
    let folder = tempfile::tempdir().unwrap();
    let executor = executor(&connection(&sim, folder.path()).await);
    let step = Planned {
        kind: StepKind::Exec {
            target: object("StatefulSet", "postgres"),
            container: None,
            reach: Reach::Primary {
                user: Some("admin".to_owned()),
                database: "after_sales".to_owned(),
            },
            argv: ["date", "+%Y%m%d_%H%M%S"].map(Template::plain).to_vec(),
            stdin: None,
        },
        limit: None,
        save: Some(Save {
            name: "stamp".to_owned(),
            parse: Parse::Lines,
        }),
        again: None,
        batch: None,
    };
    let refused = executor.read(&step).await.unwrap_err();
    let Refusal::Unreadable { why, .. } = &refused else {
        panic!("{refused:?}");
    };
    assert!(why.contains("none of its pods has the primary"), "{why}");
    assert!(why.contains("postgres-1: standby"), "{why}");
}
