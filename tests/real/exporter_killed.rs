//! An exporter that is killed in the middle of an incident, read from a real Prometheus: nothing recovers on data that are gone.

use std::{fs, process::Output, time::Duration};

use serde_json::Value;
use tokio::time::Instant;

use crate::{
    harness::{Bed, Exporter, User},
    pty::home::Home,
};

/// Until a server has scraped, and a window has gone by on a machine under load.
const PATIENCE: Duration = Duration::from_secs(240);

const PACK: [(&str, &str); 3] = [
    (
        "pack.toml",
        "[pack]\nid = \"bed\"\ntitle = \"Bed\"\ntime_zone = \"UTC\"\n\n\
         [severity.p1]\nrespond = \"5m\"\n",
    ),
    (
        "probes.toml",
        "[probe.killed]\npromql = 'max(killed_value)'\nsource = 'up{job=\"killed\"}'\nevery = \"1s\"\n",
    ),
    (
        "watch.toml",
        "[gauge.killed]\nprobe = \"killed\"\ngood = \">= 1\"\n\n\
         [hook.HK]\nwindow = \"1m\"\nred = \"value < 1.0\"\nobserve = { value = 'max(killed_value)' }\nunits = { value = \"count\" }\n\n\
         [gate.one]\nweight = 1\nhooks = [\"HK\"]\nlimits = [\"gauge('killed').value >= 1.0\"]\non_fail = \"go back\"\n\n\
         [alert.Killed]\nseverity = \"p1\"\nfires_when = { is = \"gauge('killed').value < 1.0\", for = \"1m\" }\n\
         recovered = \"gauge('killed').value >= 1.0\"\n",
    ),
];

struct Stage {
    home: Home,
    words: Vec<String>,
}

impl Stage {
    fn new(bed: &Bed) -> Self {
        let home = Home::new();
        home.write_config("[prometheus]\ntimeout = \"2s\"\n");
        let pack = home.path().join("config/quarterdeck/packs/bed");
        fs::create_dir_all(&pack).expect("a folder");
        for (name, text) in PACK {
            fs::write(pack.join(name), text).expect("a file");
        }
        let kubeconfig = bed.kubeconfig(User::Viewer);
        let words = [
            "--kubeconfig",
            kubeconfig.to_str().expect("a path of a bed is text"),
            "-n",
            "default",
            "--pack",
            "bed",
            "--prometheus",
            bed.place("PROMETHEUS_URL"),
        ];
        Self {
            home,
            words: words.map(str::to_owned).to_vec(),
        }
    }

    fn run(&self, words: &[&str]) -> Output {
        let own = self.words.iter().map(String::as_str);
        let all: Vec<&str> = own.chain(words.iter().copied()).collect();
        self.home.command(&all).output().expect("it runs")
    }

    #[track_caller]
    fn json(&self, words: &[&str]) -> Value {
        let output = self.run(words);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
            let told = String::from_utf8_lossy(&output.stderr);
            panic!("{words:?}: {error}\n{told}")
        })
    }

    /// Asks again until it is so.
    fn until(&self, what: &str, words: &[&str], is_so: impl Fn(&Value) -> bool) -> Value {
        let since = Instant::now();
        loop {
            let found = self.json(words);
            if is_so(&found) {
                return found;
            }
            assert!(since.elapsed() < PATIENCE, "waited for {what}:\n{found:#}");
        }
    }
}

// row: G9, C16
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_exporter_killed_in_the_middle_of_an_incident_recovers_nothing() {
    let bed = Bed::shared();
    let mut exporter = Exporter::new(&bed, "killed", "killed_value 0\n").await;
    let stage = Stage::new(&bed);
    let gate = ["gate", "show", "one", "--json"];
    let limit = |found: &Value| found["limits"][0]["light"].as_str().map(str::to_owned);
    let is = |wanted: &'static str| move |found: &Value| limit(found).as_deref() == Some(wanted);
    stage.until("the fault", &gate, is("red"));

    let alerts = ["alerts", "--json"];
    let fires = |found: &Value| {
        let items = found["items"]
            .as_array()
            .map_or([].as_slice(), Vec::as_slice);
        items
            .iter()
            .any(|item| item["name"] == "Killed" && item["state"] == "firing")
    };
    stage.until("the alert", &alerts, fires);
    let declared = [
        "incident",
        "declare",
        "it is down",
        "--alert",
        "Killed",
        "--json",
    ];
    let declared = stage.json(&declared);
    let number = declared["number"].as_str().expect("it has one").to_owned();
    let close = ["incident", "close", number.as_str()];
    assert_eq!(stage.run(&close).status.code(), Some(4));

    // Killed. Prometheus scrapes it still, and has nothing.
    exporter.dies();
    let gone = stage.until("no data", &gate, is("unknown"));
    assert_ne!(gone["light"], "green", "{gone:#}");
    let show = ["incident", "show", number.as_str(), "--json"];
    assert_eq!(stage.json(&show)["recovery"], "unknown");
    assert_eq!(
        stage.run(&close).status.code(),
        Some(4),
        "no data is no recovery"
    );

    // The windows of the hook run out too: none is good for want of data.
    let unknown = |found: &Value| found["light"] == "unknown" && found["good_windows"].is_null();
    let hook = ["hook", "show", "HK", "--json"];
    stage.until("a window without data", &hook, unknown);
    let held = stage.json(&gate);
    assert_eq!(held["light"], "unknown", "{held:#}");
    assert_eq!(stage.run(&close).status.code(), Some(4));

    // Another takes its place, and all is well: that is proof.
    drop(exporter);
    let _exporter = Exporter::new(&bed, "killed", "killed_value 5\n").await;
    stage.until("that all is well", &gate, is("green"));
    assert_eq!(stage.run(&close).status.code(), Some(0));
}
