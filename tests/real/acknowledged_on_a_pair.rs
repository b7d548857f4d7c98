//! Acknowledgements on a pair of Alertmanagers of which one, then the other, is away and comes back without its alerts.

use std::fs;

use serde_json::Value;

use crate::{
    harness::{Bed, Exporter, User, until},
    pty::{
        home::Home,
        session::{Session, Start},
        terminal::Terminal,
    },
};

const ALERT: &str = "BedSick";

const PACK: [(&str, &str); 2] = [
    (
        "pack.toml",
        "[pack]\nid = \"bed\"\ntitle = \"Bed\"\ntime_zone = \"UTC\"\n\n\
         [severity.p1]\nrespond = \"3h\"\nrestore = \"5h\"\n",
    ),
    (
        "watch.toml",
        "[alert.BedSick]\nseverity = \"p1\"\nmatch = { alertname = [\"BedSick\"] }\n",
    ),
];

struct Stage<'a> {
    bed: &'a Bed,
    home: Home,
    words: Vec<String>,
}

/// How many rows name the alert, and whether one of them waits for somebody.
fn rows(terminal: &Terminal) -> (usize, bool) {
    let text = terminal.text();
    let rows: Vec<&str> = text.lines().filter(|row| row.contains(ALERT)).collect();
    (rows.len(), rows.iter().any(|row| row.contains(" ack ")))
}

impl<'a> Stage<'a> {
    fn new(bed: &'a Bed) -> Self {
        let home = Home::new();
        home.write_config(
            "discover = \"off\"\n[poll]\nalerts = \"1s\"\n[prometheus]\ntimeout = \"2s\"\n[alertmanager]\ntimeout = \"2s\"\n",
        );
        let pack = home.path().join("config/quarterdeck/packs/bed");
        fs::create_dir_all(&pack).unwrap();
        for (name, text) in PACK {
            fs::write(pack.join(name), text).unwrap();
        }
        let kubeconfig = bed.kubeconfig(User::Viewer);
        let words = [
            "--kubeconfig",
            kubeconfig.to_str().unwrap(),
            "-n",
            "default",
            "--pack",
            "bed",
            "--prometheus",
            bed.place("PROMETHEUS_URL"),
            "--alertmanager",
            bed.place("ALERTMANAGER_A_URL"),
            "--alertmanager",
            bed.place("ALERTMANAGER_B_URL"),
        ];
        Self {
            bed,
            home,
            words: words.map(str::to_owned).to_vec(),
        }
    }

    fn cockpit(&self) -> Session {
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        Start::of(&self.home, &words).session()
    }

    fn call(&self, words: &[&str]) -> std::process::Output {
        let own = self.words.iter().map(String::as_str);
        let all: Vec<&str> = own.chain(words.iter().copied()).collect();
        self.home.command(&all).output().unwrap()
    }

    /// The alert as it is listed, at most once.
    #[track_caller]
    fn listed(&self) -> Option<Value> {
        let told = self.call(&["alerts", "--json"]);
        let told: Value = serde_json::from_slice(&told.stdout).unwrap();
        let items = told["items"].as_array().unwrap();
        let mut own: Vec<&Value> = items.iter().filter(|item| item["name"] == ALERT).collect();
        let one = own.pop().cloned();
        assert!(own.is_empty(), "it is doubled: {items:#?}");
        one
    }

    /// That it is still the same life of the same alert, acknowledged, with its clock where it was, at whatever moment.
    #[track_caller]
    fn is_kept(&self, first: &Value, session: &Session) {
        let now = self.listed().expect("it fires");
        for key in ["fingerprint", "starts_at", "respond_by"] {
            assert_eq!(now[key], first[key], "{key}");
        }
        assert_eq!(now["acknowledged"]["note"], "on it", "{now:#}");
        assert_eq!(rows(&session.terminal()), (1, false));
    }

    /// Whether one peer has the alert.
    async fn has(&self, peer: &str) -> bool {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("{}/api/v2/alerts", self.bed.place(peer));
        let Ok(answer) = client.get(url).send().await else {
            return false;
        };
        let all: Vec<Value> = answer.json().await.unwrap();
        all.iter().any(|it| it["labels"]["alertname"] == ALERT)
    }

    async fn until_it_is_there(&self, peer: &str, check: impl Fn()) {
        until("the peer has it again", async || {
            check();
            self.has(peer).await.then_some(()).ok_or(peer)
        })
        .await;
    }

    /// One peer goes and comes back with nothing, until Prometheus tells it again.
    async fn restarts(&self, (part, place): (&str, &str), first: &Value, session: &Session) {
        self.bed.part("kill", &[part]);
        self.is_kept(first, session);
        self.bed.part("start", &[part]);
        self.until_it_is_there(place, || self.is_kept(first, session))
            .await;
        self.is_kept(first, session);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_acknowledgement_outlives_each_of_a_pair_and_the_cockpit() {
    const A: (&str, &str) = ("alertmanager-a", "ALERTMANAGER_A_URL");
    const B: (&str, &str) = ("alertmanager-b", "ALERTMANAGER_B_URL");
    let bed = Bed::alone("acked", &["api", A.0, B.0, "prometheus"]);
    let exporter = Exporter::new(&bed, "sick", "bed_sick 1\n").await;
    let stage = Stage::new(&bed);
    for peer in [A.1, B.1] {
        stage.until_it_is_there(peer, || {}).await;
    }
    let session = stage.cockpit();
    session.until("that it waits", |terminal| rows(terminal) == (1, true));
    let first = stage.listed().expect("it fires");
    assert!(first["respond_by"].is_string(), "{first:#}");
    assert!(first["acknowledged"].is_null(), "{first:#}");
    let acked = stage.call(&["alerts", "ack", ALERT, "--note", "on it"]);
    assert_eq!(acked.status.code(), Some(0), "{acked:?}");
    session.until("that it is taken", |terminal| rows(terminal) == (1, false));
    stage.is_kept(&first, &session);

    stage.restarts(B, &first, &session).await;
    // The other one knows it only from what it was told after it came back.
    stage.restarts(A, &first, &session).await;
    // Both at once: nobody tells of it, and nobody took it for well.
    bed.part("kill", &[A.0, B.0]);
    session.until("that both are gone", |terminal| {
        terminal.has("Alertmanager can't be reached")
    });
    assert_eq!(rows(&session.terminal()), (1, false));
    bed.part("start", &[A.0, B.0]);
    for (_, peer) in [A, B] {
        stage.until_it_is_there(peer, || {}).await;
    }
    session.until("that it is back", |terminal| rows(terminal) == (1, false));
    stage.is_kept(&first, &session);

    // Another cockpit, after this one is gone.
    let mut session = session;
    session.types("q");
    assert_eq!(session.left(), "0");
    let mut next = stage.cockpit();
    next.until("that it is taken", |terminal| rows(terminal) == (1, false));
    stage.is_kept(&first, &next);

    // It ends with the alert: one that comes again waits for somebody.
    exporter.say("bed_sick 0\n");
    next.until("that it is over", |terminal| rows(terminal).0 == 0);
    exporter.say("bed_sick 1\n");
    next.until("that it waits", |terminal| rows(terminal) == (1, true));
    let again = stage.listed().expect("it fires");
    assert_eq!(again["fingerprint"], first["fingerprint"]);
    assert_ne!(again["starts_at"], first["starts_at"]);
    assert!(again["acknowledged"].is_null(), "{again:#}");
    next.types("q");
    assert_eq!(next.left(), "0");
}
