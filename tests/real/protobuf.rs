//! Rows by protobuf are the rows by JSON, and cost less: the source twice at one API server, once kept from protobuf.

mod gate;
mod odd;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use k8s_openapi::api::core::v1::Namespace;
use kube::{
    Api, Client, Config,
    api::{DeleteParams, PostParams},
    config::{KubeConfigOptions, Kubeconfig},
};
use quarterdeck::{
    domain::{
        desk::Namespaces,
        freshness::{Link, SourceId},
        observation::{Observation, Rows},
        time::{Clock, Moment},
    },
    sources::{
        kubernetes::{KubeOptions, Timeouts, run},
        outbox::{Inbox, outbox},
    },
};
use serde_json::json;
use tempfile::TempDir;
use tokio::{sync::mpsc, task::JoinSet, time::Instant};

use self::gate::Gate;

const PATIENCE: Duration = Duration::from_secs(90);
const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";

struct TestClock(Instant);

impl Clock for TestClock {
    fn now(&self) -> Moment {
        Moment::new(quarterdeck::sim::clock::SimClock::wall(), self.0.elapsed())
    }
}

fn kubeconfig() -> PathBuf {
    let bed = std::env::var_os("QDBED").expect("QDBED names the bed");
    PathBuf::from(bed).join("kubeconfig/admin")
}

async fn admin() -> Client {
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let kubeconfig = Kubeconfig::read_from(kubeconfig()).unwrap();
    let options = KubeConfigOptions::default();
    let config = Config::from_custom_kubeconfig(kubeconfig, &options)
        .await
        .unwrap();
    Client::try_from(config).unwrap()
}

/// Rows as they are written out, by kind and uid.
type Told = BTreeMap<(&'static str, String), String>;

/// The source behind a gate.
struct Source {
    gate: Gate,
    told: Told,
    live: BTreeMap<SourceId, bool>,
    inbox: Inbox,
    _running: JoinSet<()>,
    _folder: TempDir,
}

impl Source {
    async fn start(namespace: &str, json_only: bool, timeouts: Timeouts) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let gate = Gate::open(&kubeconfig(), folder.path(), json_only).await;
        let options = KubeOptions {
            kubeconfig: Some(gate.kubeconfig.clone()),
            timeouts,
            ..KubeOptions::default()
        };
        let (outbox, inbox) = outbox();
        let (_, asks) = mpsc::channel(1);
        let clock = Arc::new(TestClock(Instant::now()));
        let namespaces = Namespaces::Some(vec![namespace.to_owned()]);
        let mut running = JoinSet::new();
        running.spawn(run(options, namespaces, outbox, asks, clock));
        Self {
            gate,
            told: Told::new(),
            live: BTreeMap::new(),
            inbox,
            _running: running,
            _folder: folder,
        }
    }

    fn apply<R: std::fmt::Debug>(
        &mut self,
        kind: &'static str,
        rows: Rows<R>,
        uid: impl Fn(&R) -> String,
    ) {
        let (upserts, gone) = match rows {
            Rows::All(rows) => {
                self.told.retain(|(of, _), _| *of != kind);
                (rows, Vec::new())
            }
            Rows::Changed { upserts, gone } => (upserts, gone),
        };
        for row in upserts {
            self.told.insert((kind, uid(&row)), format!("{row:?}"));
        }
        for uid in gone {
            self.told.remove(&(kind, uid.to_string()));
        }
    }

    async fn listen(&mut self) {
        self.inbox.ready().await;
        for seen in self.inbox.take() {
            match seen {
                Observation::Pods(rows) => self.apply("pod", rows, |it| it.uid.to_string()),
                Observation::Nodes(rows) => self.apply("node", rows, |it| it.uid.to_string()),
                Observation::Events(rows) => self.apply("event", rows, |it| it.uid.to_string()),
                Observation::Workloads(rows) => {
                    self.apply("workload", rows, |it| it.uid.to_string());
                }
                Observation::Link { source, link } => {
                    self.live.insert(source, matches!(link, Link::Live { .. }));
                }
                _ => {}
            }
        }
    }

    fn all_live(&self) -> bool {
        self.live.len() >= 4 && self.live.values().all(|live| *live)
    }

    fn count(&self, kind: &str) -> usize {
        self.told.keys().filter(|(of, _)| *of == kind).count()
    }
}

/// A namespace of the test's own.
struct Room {
    client: Client,
    name: String,
}

impl Room {
    async fn make(name: &str) -> Self {
        let client = admin().await;
        let name = format!("{name}-{}", std::process::id());
        let namespace = serde_json::from_value(json!({ "metadata": { "name": name } })).unwrap();
        let api = Api::<Namespace>::all(client.clone());
        api.create(&PostParams::default(), &namespace)
            .await
            .unwrap();
        Self { client, name }
    }

    async fn leave(self) {
        odd::let_go(&self.client, &self.name).await;
        let api = Api::<Namespace>::all(self.client);
        api.delete(&self.name, &DeleteParams::default())
            .await
            .unwrap();
    }
}

/// Listens until both say the same and `enough` holds for it.
async fn agree(one: &mut Source, other: &mut Source, enough: impl Fn(&Source) -> bool) {
    let agreeing = async {
        while !(one.all_live() && other.all_live() && one.told == other.told && enough(one)) {
            tokio::select! {
                () = one.listen() => {}
                () = other.listen() => {}
            }
        }
    };
    if tokio::time::timeout(PATIENCE, agreeing).await.is_err() {
        for (key, row) in &one.told {
            let same = other.told.get(key) == Some(row);
            assert!(same, "{key:?}: {row}\nJSON: {:?}", other.told.get(key));
        }
        let counts = ["pod", "node", "event", "workload"]
            .map(|kind| (kind, one.count(kind), other.count(kind)));
        panic!("not enough: {counts:?} {:?} {:?}", one.live, other.live);
    }
}

#[tokio::test]
async fn rows_by_protobuf_are_the_rows_by_json() {
    let room = Room::make("rows").await;
    let odd = odd::make(&room.client, &room.name).await;
    let timeouts = Timeouts::default;
    let mut protobuf = Source::start(&room.name, false, timeouts()).await;
    let mut json = Source::start(&room.name, true, timeouts()).await;
    agree(&mut protobuf, &mut json, |it| {
        it.count("pod") == odd + 5
            && it.count("node") > 0
            && it.count("event") > 0
            && it.count("workload") == 3
            && it
                .told
                .values()
                .filter(|row| row.contains("status: \"Running\""))
                .count()
                >= 5
    })
    .await;
    let told = |status: &str| {
        let status = format!("status: \"{status}\"");
        assert!(
            protobuf.told.values().any(|row| row.contains(&status)),
            "{status} {:#?}",
            protobuf.told
        );
    };
    for status in odd::STATUSES {
        told(status);
    }
    // What changes now comes by the watches.
    odd::change(&room.client, &room.name).await;
    agree(&mut protobuf, &mut json, |it| {
        it.count("pod") == odd + 4 && it.told.values().any(|row| row.contains("ImagePullBackOff"))
    })
    .await;
    for plural in ["pods", "events"] {
        let path = format!("/api/v1/namespaces/{}/{plural}", room.name);
        let media = |source: &Source, media: &str| {
            let asked = source.gate.asked(&path);
            assert!(
                asked.len() >= 2 && asked.iter().any(gate::Asked::is_watch),
                "{asked:?}"
            );
            assert!(
                asked.iter().all(|it| it.media.starts_with(media)),
                "{asked:?}"
            );
        };
        media(&protobuf, PROTOBUF);
        media(&json, "application/json");
    }
    room.leave().await;
}

/// What one watch may cost in a minute in which nothing happens.
const IDLE: u64 = 5 << 10;

#[tokio::test]
async fn a_quiet_watch_costs_little_and_lists_nothing_again() {
    let room = Room::make("quiet").await;
    let usual = Timeouts::default();
    let timeouts = Timeouts {
        watch: Duration::from_secs(3),
        ..usual.clone()
    };
    let source = Source::start(&room.name, false, timeouts).await;
    let pods = format!("/api/v1/namespaces/{}/pods", room.name);
    let waiting = async {
        loop {
            let asked = source.gate.asked(&pods);
            let watches: Vec<_> = asked.into_iter().filter(gate::Asked::is_watch).collect();
            if watches.len() >= 4 {
                return watches;
            }
            source.gate.more().await;
        }
    };
    let watches = tokio::time::timeout(PATIENCE, waiting)
        .await
        .expect("four watches");
    // The last one still runs.
    let rounds = watches.len() as u64 - 1;
    let bytes: u64 = watches[..watches.len() - 1].iter().map(|it| it.bytes).sum();
    let a_minute = bytes * 60 / (rounds * usual.watch.as_secs());
    println!("{bytes} bytes in {rounds} watches: {a_minute} bytes a minute");
    assert!(a_minute <= IDLE, "{a_minute} bytes a minute: {watches:#?}");
    let lists = source.gate.asked(&pods).len() - watches.len();
    assert_eq!(lists, 1, "pods are listed once");
    room.leave().await;
}
