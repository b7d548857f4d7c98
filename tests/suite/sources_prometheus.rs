//! The Prometheus and Alertmanager sources against the embedded cluster, with the watchlist of an embedded pack.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use quarterdeck::{
    domain::{
        alert::Alert,
        freshness::{Link, Reading, SourceId, TroubleKind},
        id::QueryId,
        observation::Observation,
        series::Series,
        time::{Clock, Moment},
        watchlist::Watchlist,
    },
    pack::Pack,
    sim::{
        clock::SimClock,
        server::{Faults, NetFault},
        start::{Sim, SimHandle, SimOptions},
    },
    sources::{
        alertmanager,
        http::{Auth, HttpEndpoint},
        outbox::{Inbox, Outbox, outbox},
        prometheus::{self, Cadence},
    },
};
use tempfile::TempDir;
use tokio::{sync::mpsc, time::Instant};

/// A test that waits longer than this has failed.
const PATIENCE: Duration = Duration::from_secs(30);

struct TestClock(Instant);

impl Clock for TestClock {
    fn now(&self) -> Moment {
        Moment::new(SimClock::wall(), self.0.elapsed())
    }
}

/// A served cluster, what its sources need, and what was heard of them.
struct Bench {
    sim: SimHandle,
    folder: TempDir,
    clock: Arc<dyn Clock>,
    outbox: Outbox,
    inbox: Inbox,
    heard: Heard,
}

/// The latest of everything.
#[derive(Default)]
struct Heard {
    answers: BTreeMap<QueryId, Reading<f64>>,
    series: BTreeMap<QueryId, Reading<Series>>,
    links: BTreeMap<SourceId, Link>,
    alerts: BTreeMap<SourceId, Vec<Alert>>,
}

impl Heard {
    fn take(&mut self, seen: Observation) {
        match seen {
            Observation::Answers(answers) => self.answers.extend(answers),
            Observation::Series(series) => self.series.extend(series),
            Observation::Link { source, link } => drop(self.links.insert(source, link)),
            Observation::Alerts { from, alerts, .. } => drop(self.alerts.insert(from, alerts)),
            _ => {}
        }
    }

    fn is_live(&self, source: SourceId) -> bool {
        matches!(self.links.get(&source), Some(Link::Live { .. }))
    }
}

fn watchlist() -> Watchlist {
    Pack::embedded("glancy")
        .expect("it is embedded")
        .expect("it is valid")
        .watchlist()
        .clone()
}

impl Bench {
    async fn new(scenario: &str) -> Self {
        let options = SimOptions {
            scenario: scenario.to_owned(),
            ..SimOptions::default()
        };
        let sim = Sim::start(options).await.expect("the cluster starts");
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in [("ca.pem", &sim.ca_pem), ("token", &sim.token)] {
            std::fs::write(folder.path().join(name), text).expect("a file");
        }
        let (outbox, inbox) = outbox();
        Self {
            sim,
            folder,
            clock: Arc::new(TestClock(Instant::now())),
            outbox,
            inbox,
            heard: Heard::default(),
        }
    }

    fn endpoint(&self, url: &str) -> HttpEndpoint {
        HttpEndpoint {
            ca_file: Some(self.folder.path().join("ca.pem")),
            auth: Auth::BearerFile(self.folder.path().join("token")),
            timeout: Duration::from_secs(5),
            ..HttpEndpoint::new(url)
        }
    }

    /// Runs both sources until what was heard is enough.
    async fn until(&mut self, enough: impl Fn(&Heard) -> bool) {
        let (_ask, asks) = mpsc::channel(1);
        let prometheus = prometheus::run(
            self.endpoint(&self.sim.prometheus_url),
            watchlist(),
            Cadence::default(),
            self.outbox.clone(),
            asks,
            self.clock.clone(),
        );
        let alertmanager = alertmanager::run(
            vec![self.endpoint(&self.sim.alertmanager_url)],
            self.outbox.clone(),
            self.clock.clone(),
            Duration::from_secs(1),
        );
        let (inbox, heard) = (&mut self.inbox, &mut self.heard);
        let listen = async {
            while !enough(heard) {
                inbox.ready().await;
                inbox.take().into_iter().for_each(|seen| heard.take(seen));
            }
        };
        let found = tokio::select! {
            () = prometheus => false,
            () = alertmanager => false,
            found = tokio::time::timeout(PATIENCE, listen) => found.is_ok(),
        };
        assert!(found, "never enough: {:#?}", self.heard.links);
    }
}

const ALL: [SourceId; 3] = [
    SourceId::Prometheus,
    SourceId::Rules,
    SourceId::Alertmanager,
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_watchlist_is_read() {
    let mut bench = Bench::new("export-backlog").await;
    let list = watchlist();
    let (values, series) = (list.probes.len(), list.series.len());
    bench
        .until(|heard| {
            heard.answers.len() == values
                && heard.series.len() == series
                && ALL.iter().all(|source| heard.is_live(*source))
        })
        .await;
    let unknown: Vec<_> = bench
        .heard
        .answers
        .iter()
        .filter(|(_, reading)| !matches!(reading, Reading::Known { .. } | Reading::NoData))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    let known = |heard: &Heard| {
        heard
            .answers
            .values()
            .filter(|reading| matches!(reading, Reading::Known { .. }))
            .count()
    };
    assert!(
        known(&bench.heard) * 10 > values * 9,
        "{:#?}",
        bench.heard.answers
    );
    let failed: Vec<_> = bench
        .heard
        .series
        .iter()
        .filter(|(_, reading)| !matches!(reading, Reading::Known { .. } | Reading::NoData))
        .collect();
    assert!(failed.is_empty(), "{failed:?}");
    assert!(
        !bench.heard.alerts[&SourceId::Alertmanager].is_empty(),
        "it starts in the middle of the trouble"
    );
    bench.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_spoiled_query_is_named_and_the_others_go_on() {
    let mut bench = Bench::new("quiet").await;
    let list = watchlist();
    let spoiled = list.probes[3].id.clone();
    bench.sim.query_faults.spoil(spoiled.as_str());
    let values = list.probes.len();
    bench.until(|heard| heard.answers.len() == values).await;
    for (id, reading) in &bench.heard.answers {
        let refused =
            matches!(reading, Reading::Failed(trouble) if trouble.kind == TroubleKind::BadQuestion);
        assert_eq!(refused, *id == spoiled, "{id}: {reading:?}");
    }
    bench.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_breaks_is_failed_and_one_that_heals_is_live() {
    let mut bench = Bench::new("quiet").await;
    let servers: [Arc<Faults>; 2] = [
        bench.sim.prometheus_faults.clone(),
        bench.sim.alertmanager_faults.clone(),
    ];
    for (fault, kind) in [
        (NetFault::Html, TroubleKind::NotTheApi),
        (NetFault::Garbage, TroubleKind::NotTheApi),
        (NetFault::Drop, TroubleKind::Unreachable),
        (
            NetFault::status(http::StatusCode::FORBIDDEN),
            TroubleKind::Forbidden,
        ),
    ] {
        for server in &servers {
            server.strike(fault);
        }
        bench
            .until(|heard| {
                ALL.iter().all(|source| {
                    matches!(heard.links.get(source), Some(Link::Failed { trouble, retry_at: Some(_), .. }) if trouble.kind == kind)
                })
            })
            .await;
        for server in &servers {
            server.heal();
        }
        // Reading starts anew: what was failed is live again without waiting out the back-off.
        bench
            .until(|heard| ALL.iter().all(|source| heard.is_live(*source)))
            .await;
    }
    bench.sim.shutdown().await;
}
