//! Kinds and their objects as the server prints them, against the embedded cluster.

use http::StatusCode;
use jiff::Timestamp;
use k8s_openapi::api::{
    batch::v1::Job,
    core::v1::{Secret, Service},
};
use kube::api::{Patch, PatchParams};
use quarterdeck::{
    domain::{
        desk::Namespaces,
        freshness::TroubleKind,
        pod_detail::PodKey,
        question::{Answer, Question},
        table::{KindInfo, Listing, Part, PartState, Sheet},
        usage::UsageQuestion,
    },
    sim::server::NetFault,
    sources::kubernetes::Ask,
};
use serde_json::json;

use super::{bench::Bench, heard::Heard};

fn sheet(heard: &Heard) -> Option<&Sheet> {
    heard
        .told
        .iter()
        .rev()
        .find_map(|(_, answer)| match answer {
            Ok(Answer::Table(sheet)) => Some(&**sheet),
            _ => None,
        })
}

fn rows(heard: &Heard) -> Vec<String> {
    let sheet = sheet(heard);
    let rows = sheet.into_iter().flat_map(|sheet| &sheet.rows);
    rows.map(|row| row.name.to_string()).collect()
}

fn is_live(part: &Part) -> bool {
    part.listed && part.state == PartState::Live
}

fn all_live(heard: &Heard) -> bool {
    sheet(heard).is_some_and(|sheet| sheet.parts.iter().all(is_live))
}

async fn ask(bench: &Bench, request: u64, question: Question) {
    let ask = Ask::Question { request, question };
    bench.asks.send(ask).await.unwrap();
}

/// The kinds of the embedded cluster, by their plural.
async fn kind(bench: &mut Bench, plural: &str) -> KindInfo {
    ask(bench, 1, Question::Kinds).await;
    let found = |heard: &Heard| {
        heard.told.iter().find_map(|(_, answer)| match answer {
            Ok(Answer::Kinds(kinds)) => Some(kinds.clone()),
            _ => None,
        })
    };
    bench
        .until("the kinds", |heard| found(heard).is_some())
        .await;
    let kinds = found(&bench.heard).unwrap();
    let mut kinds = kinds.kinds.into_iter();
    kinds.find(|info| &*info.kind.plural == plural).unwrap()
}

async fn service(bench: &Bench, namespace: &str, name: &str) {
    let service = json!({
        "metadata": {"name": name},
        "spec": {"ports": [{"port": 80, "protocol": "TCP"}], "selector": {"app": name}, "type": "ClusterIP"},
    });
    let _: Service = bench.create(namespace, service).await;
}

/// A bench that reads `namespaces`, with an open table of services.
async fn services(namespaces: Namespaces) -> Bench {
    let mut bench = Bench::new().await;
    service(&bench, "a", "one").await;
    service(&bench, "b", "two").await;
    bench.read(namespaces);
    let kind = kind(&mut bench, "services").await;
    ask(&bench, 2, Question::Table(kind)).await;
    bench.until("the table", all_live).await;
    bench
}

#[tokio::test]
async fn discovery_names_every_kind_with_what_can_be_done() {
    let mut bench = Bench::new().await;
    bench.read(Namespaces::All);
    let deployments = kind(&mut bench, "deployments").await;
    assert_eq!(deployments.kind.resource(), "deployments.apps");
    assert_eq!(deployments.short, ["deploy".into()]);
    assert!(deployments.watched && deployments.kind.namespaced);
    let reviews = kind(&mut bench, "selfsubjectreviews").await;
    assert_eq!(reviews.listing, Listing::NotOffered);
    let metrics = kind(&mut bench, "nodes").await;
    assert!(!metrics.kind.namespaced);
}

#[tokio::test]
async fn a_table_has_the_servers_columns_and_follows_its_objects() {
    let mut bench = services(Namespaces::All).await;
    let told = sheet(&bench.heard).unwrap();
    let columns: Vec<_> = told.columns.iter().map(|it| (&*it.name, it.wide)).collect();
    assert_eq!(
        columns,
        [
            ("Name", false),
            ("Type", false),
            ("Cluster-IP", false),
            ("External-IP", false),
            ("Port(s)", false),
            ("Age", false),
            ("Selector", true),
        ]
    );
    let now = Timestamp::UNIX_EPOCH;
    assert_eq!(told.rows[0].cells[4].text(now), "80/TCP");
    assert!(told.several() && !told.plain);
    assert_eq!(rows(&bench.heard), ["one", "two"]);
    service(&bench, "a", "three").await;
    bench
        .until("the new service", |heard| {
            rows(heard) == ["one", "three", "two"]
        })
        .await;
    let client = bench.admin().await;
    let api = kube::Api::<Service>::namespaced(client, "b");
    api.delete("two", &kube::api::DeleteParams::default())
        .await
        .unwrap();
    bench
        .until("the service to go", |heard| rows(heard) == ["one", "three"])
        .await;
}

/// What a row says in a column at some time.
fn cell(heard: &Heard, row: &str, column: &str, at: Timestamp) -> Option<String> {
    let sheet = sheet(heard)?;
    let place = sheet.columns.iter().position(|it| &*it.name == column)?;
    let row = sheet.rows.iter().find(|it| &*it.name == row)?;
    Some(row.cells[place].text(at).into_owned())
}

#[tokio::test]
async fn the_duration_of_a_job_goes_on_until_it_completes() {
    let mut bench = Bench::new().await;
    let job = json!({
        "metadata": {"name": "nightly"},
        "spec": {"template": {"spec": {
            "restartPolicy": "Never", "containers": [{"name": "main", "image": "job:1"}],
        }}},
    });
    let _: Job = bench.create("a", job).await;
    let api = kube::Api::<Job>::namespaced(bench.admin().await, "a");
    let ran = |status| {
        let patch = Patch::Merge(json!({"status": status}));
        let api = api.clone();
        async move {
            api.patch_status("nightly", &PatchParams::default(), &patch)
                .await
        }
    };
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let (early, late) = (at("2026-01-01T00:05:00Z"), at("2026-01-01T03:20:00Z"));
    ran(json!({"startTime": "2026-01-01T00:00:00Z"}))
        .await
        .unwrap();
    bench.read(Namespaces::All);
    let kind = kind(&mut bench, "jobs").await;
    ask(&bench, 2, Question::Table(kind)).await;
    let says = |heard: &Heard, at| cell(heard, "nightly", "Duration", at);
    bench
        .until("its duration", |heard| {
            says(heard, early).as_deref() == Some("5m")
        })
        .await;
    assert_eq!(says(&bench.heard, late).as_deref(), Some("3h20m"));
    ran(json!({"completionTime": "2026-01-01T00:07:00Z"}))
        .await
        .unwrap();
    bench
        .until("its end", |heard| {
            says(heard, late).as_deref() == Some("7m")
        })
        .await;
}

#[tokio::test]
async fn a_watch_that_expired_is_listed_again_without_ghosts() {
    let mut bench = services(Namespaces::All).await;
    bench.kill().await;
    bench
        .until("the failure", |heard| {
            let parts = sheet(heard).map(|sheet| &sheet.parts);
            parts.is_some_and(|parts| matches!(parts[0].state, PartState::Failed { .. }))
        })
        .await;
    assert_eq!(rows(&bench.heard), ["one", "two"], "what was known stays");
    bench.revive().await;
    let client = bench.admin().await;
    let api = kube::Api::<Service>::namespaced(client, "a");
    api.delete("one", &kube::api::DeleteParams::default())
        .await
        .unwrap();
    bench.faults().expire_watches();
    bench
        .until("the truth", |heard| {
            all_live(heard) && rows(heard) == ["two"]
        })
        .await;
}

#[tokio::test]
async fn a_denied_namespace_is_said_and_the_other_is_read() {
    let mut bench = Bench::new().await;
    service(&bench, "a", "one").await;
    service(&bench, "b", "two").await;
    let names = ["a", "b"].map(str::to_owned).to_vec();
    bench.read(Namespaces::Some(names));
    let kind = kind(&mut bench, "services").await;
    let forbidden = NetFault::status(StatusCode::FORBIDDEN);
    bench
        .faults()
        .strike_at("/namespaces/b/services", forbidden);
    ask(&bench, 2, Question::Table(kind)).await;
    bench
        .until("one read, one denied", |heard| {
            sheet(heard).is_some_and(|sheet| {
                let denied = |part: &Part| {
                    matches!(&part.state, PartState::Failed { trouble, .. } if trouble.kind == TroubleKind::Forbidden)
                };
                is_live(&sheet.parts[0]) && denied(&sheet.parts[1])
            })
        })
        .await;
    assert_eq!(rows(&bench.heard), ["one"]);
    bench.faults().heal();
    bench
        .until("both", |heard| {
            all_live(heard) && rows(heard) == ["one", "two"]
        })
        .await;
}

#[tokio::test]
async fn a_long_list_shows_its_first_page_before_the_last() {
    let mut bench = Bench::new().await;
    for number in 0..9 {
        service(&bench, "a", &format!("s{number}")).await;
    }
    let mut options = bench.options();
    options.page = Some(2);
    bench.read_with(options, Namespaces::All);
    let kind = kind(&mut bench, "services").await;
    // Between two pages there is time enough for the first to be told.
    bench
        .faults()
        .set_latency(Some(std::time::Duration::from_millis(50)));
    ask(&bench, 2, Question::Table(kind)).await;
    bench.until("all pages", all_live).await;
    assert_eq!(rows(&bench.heard).len(), 9);
    let reading = |sheet: &Sheet| {
        !sheet.rows.is_empty()
            && matches!(sheet.parts[0].state, PartState::Reading { left: Some(_) })
    };
    let told = bench.heard.told.iter();
    let early = told.filter(|(_, answer)| matches!(answer, Ok(Answer::Table(it)) if reading(it)));
    assert!(
        early.count() > 0,
        "the first rows are told before the last have come"
    );
}

#[tokio::test]
async fn what_nobody_waits_for_ends() {
    let mut bench = services(Namespaces::All).await;
    bench.asks.send(Ask::Drop(vec![2])).await.unwrap();
    // A question that is answered after the other was dropped: by then nothing of the other is told any more.
    let _kind = kind(&mut bench, "services").await;
    service(&bench, "a", "later").await;
    bench.create_pod("a", "pod").await;
    bench
        .until("the pod", |heard| heard.pod_names().contains("pod"))
        .await;
    assert_eq!(rows(&bench.heard), ["one", "two"]);
}

#[tokio::test]
async fn nothing_of_a_secret_but_its_row_is_kept() {
    let mut bench = Bench::new().await;
    let secret = json!({
        "metadata": {"name": "token", "annotations": {
            "kubectl.kubernetes.io/last-applied-configuration": "{\"data\":{\"key\":\"c2VjcmV0LXZhbHVl\"}}",
        }},
        "data": {"key": "c2VjcmV0LXZhbHVl"},
    });
    let _: Secret = bench.create("a", secret).await;
    bench.read(Namespaces::All);
    let kind = kind(&mut bench, "secrets").await;
    ask(&bench, 2, Question::Table(kind)).await;
    bench.until("the table", all_live).await;
    let told = format!("{:?}", bench.heard.told);
    assert!(
        told.contains("token") && !told.contains("c2VjcmV0"),
        "{told}"
    );
}

#[tokio::test]
async fn usage_is_told_by_container_against_its_limits() {
    let mut bench = Bench::live(&["one"]).await;
    let pod = bench.heard.pods.values().next().unwrap();
    let key = PodKey {
        namespace: pod.namespace.to_string(),
        name: pod.name.to_string(),
        uid: pod.uid.clone(),
    };
    let question = |key: &PodKey, known| UsageQuestion {
        pods: vec![key.clone()],
        known,
    };
    ask(&bench, 5, Question::Usage(question(&key, Vec::new()))).await;
    ask(&bench, 6, Question::NodesUse).await;
    let usage = |heard: &Heard| {
        heard.told.iter().find_map(|(_, answer)| match answer {
            Ok(Answer::Usage(sight)) => Some(sight.clone()),
            _ => None,
        })
    };
    bench
        .until("both answers", |heard| {
            let nodes = |it: &(u64, _)| it.0 == 6;
            usage(heard).is_some() && heard.told.iter().any(nodes)
        })
        .await;
    let sight = usage(&bench.heard).unwrap();
    assert_eq!(&*sight.pods[0].containers[0].name, "main");
    // What is known of the pod is not read again: neither it nor its metrics could be.
    let denied = NetFault::status(StatusCode::FORBIDDEN);
    bench.faults().strike_at("/namespaces/a/pods/one", denied);
    ask(
        &bench,
        7,
        Question::Usage(question(&key, sight.pods.clone())),
    )
    .await;
    bench
        .until("the answer about what is known", |heard| {
            heard.told.iter().any(|(request, _)| *request == 7)
        })
        .await;
    let again = bench.heard.told.iter().find(|(request, _)| *request == 7);
    let Some((_, Ok(Answer::Usage(again)))) = again else {
        panic!("{:?}", bench.heard.told);
    };
    assert_eq!(again.left_out, None);
    let why = again.trouble.as_ref().map(|trouble| trouble.kind);
    assert_eq!(why, Some(TroubleKind::Forbidden));
    assert_eq!(
        again.pods[0].containers[0].limits,
        sight.pods[0].containers[0].limits
    );
}
