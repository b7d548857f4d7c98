//! What a pack reads that is no query: it stands on the screen as a query's number does, guards by it refuse, and the
//! runner judges by it.

use std::{fs, path::PathBuf};

use serde_json::Value;

use super::{
    home::Home,
    served::Served,
    session::{Session, Start, poll},
};

const PACK: &str = r#"
[pack]
id = "spool"
title = { en = "Spool", zh = "队列" }
time_zone = "UTC"
"#;

const WATCH: &str = r#"
[gauge.waiting]
title = { en = "Waiting jobs", zh = "等待的任务" }
probe = "spool.waiting"
good = "< 100"
"#;

const ACTIONS: &str = r#"
[action.drain]
title = { en = "Drain the spool", zh = "清空队列" }
tier = "T1"
target = "named/spool"
when = "probe('spool.waiting') >= 100.0"
run = [{ command = ["/usr/bin/cp", "EMPTY", "SPOOL"] }]
verify = { is = "probe('spool.waiting') == 0.0", within = "2m" }
"#;

/// A desk with a file that a probe reads.
struct Bed {
    home: Home,
    served: Served,
}

impl Bed {
    fn new() -> Self {
        let home = Home::new();
        let served = Served::start(&home, "quiet");
        let bed = Self { home, served };
        let folder = bed.at("config/quarterdeck/packs/spool");
        fs::create_dir_all(&folder).expect("a folder");
        let spool = bed.at("spool");
        let spool = spool.to_str().expect("it is text");
        let empty = bed.at("empty");
        fs::write(&empty, "waiting=0 failed=0\n").expect("a file");
        let empty = empty.to_str().expect("it is text");
        let probes = format!(
            "[probe.spool]\ncommand = [\"/usr/bin/cat\", \"{spool}\"]\n\
             regex = 'waiting=(?<waiting>\\d+) failed=(?<failed>\\d+)'\nevery = \"5s\"\nunit = \"count\"\n"
        );
        let actions = ACTIONS.replace("EMPTY", empty).replace("SPOOL", spool);
        for (name, text) in [
            ("pack.toml", PACK),
            ("probes.toml", &probes),
            ("watch.toml", WATCH),
            ("actions.toml", &actions),
        ] {
            fs::write(folder.join(name), text).expect("a file");
        }
        // A demo runs no programs: this desk is one like any other.
        let text = fs::read_to_string(bed.served.config()).expect("a file");
        let mut desk: toml::Table = text.parse().expect("it is a config");
        desk.remove("demo").expect("it has the mark");
        fs::write(bed.at("desk.toml"), desk.to_string()).expect("a file");
        bed.waits(250);
        bed
    }

    fn at(&self, below: &str) -> PathBuf {
        self.home.path().join(below)
    }

    fn waits(&self, jobs: u32) {
        let draft = self.at("draft");
        fs::write(&draft, format!("waiting={jobs} failed=1\n")).expect("a file");
        fs::rename(draft, self.at("spool")).expect("a file");
    }

    fn says(&self, words: &[&str]) -> (Option<i32>, Value) {
        let config = self.at("desk.toml");
        let config = config.to_str().expect("it is text");
        let words = [&["--config", config, "--pack", "spool"], words].concat();
        let told = self.home.command(&words).output().expect("it runs");
        let value = serde_json::from_slice(&told.stdout).unwrap_or_default();
        (told.status.code(), value)
    }

    /// The gauge as it is told without a screen.
    fn gauge(&self) -> Value {
        let (_, told) = self.says(&["slos", "--json"]);
        let items = told["items"].as_array().cloned().unwrap_or_default();
        let mut items = items.into_iter();
        items
            .find(|item| item["id"] == "waiting")
            .unwrap_or_default()
    }

    fn cockpit(&self) -> Session {
        let config = self.at("desk.toml");
        let config = config.to_str().expect("it is text");
        let words = ["--config", config, "--pack", "spool"];
        let session = Start::of(&self.home, &words).session();
        session.is_live();
        session
    }
}

#[test]
fn what_a_program_says_is_a_gauge_a_guard_and_a_proof() {
    let bed = Bed::new();
    let gauge = bed.gauge();
    assert_eq!(gauge["value"], 250.0, "{gauge}");
    assert_eq!(gauge["light"], "red", "{gauge}");
    let mut session = bed.cockpit();
    session.until("the number", |terminal| {
        terminal
            .row_with("Waiting jobs")
            .is_some_and(|row| row.contains("250"))
    });
    session.types(":");
    session.shows("Commands");
    session.types("drain the spool");
    session.offers("Drain the spool");
    session.types("\r");
    session.chooses_run();
    session.shows("verdict: verified");
    session.types("\x1b");
    session.until("the number after it", |terminal| {
        terminal
            .row_with("Waiting jobs")
            .is_some_and(|row| !row.contains("250"))
    });
    session.types("q");
    assert_eq!(session.left(), "0");
    // The guard sees what is there now: there is nothing to drain.
    let (code, refused) = bed.says(&["run", "drain", "--plan", "--json"]);
    assert_ne!(code, Some(0), "{refused}");
}

#[test]
fn what_says_nothing_is_unknown_and_guards_refuse() {
    let bed = Bed::new();
    bed.waits(12);
    poll("the number", || {
        (bed.gauge()["light"] == "green").then_some(())
    });
    fs::remove_file(bed.at("spool")).expect("it is there");
    let gauge = bed.gauge();
    assert_eq!(gauge["light"], "unknown", "{gauge}");
    let (code, refused) = bed.says(&["run", "drain", "--plan", "--json"]);
    assert_ne!(code, Some(0), "{refused}");
    // What is no number is none.
    fs::write(bed.at("spool"), "the spool is being rebuilt\n").expect("a file");
    assert_eq!(bed.gauge()["light"], "unknown");
}
