//! The panes without a screen: what they print, what they exit with, and that they go on.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Output, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use http::StatusCode;
use quarterdeck::sim::server::NetFault;
use regex::Regex;
use serde_json::{Value, json};

use super::{
    home::Home,
    schema::Schema,
    served::{SERVERS, Served, Server, status},
};

/// Waits shortly for what hangs, yet long enough for a busy machine.
const HASTE: &str = "[prometheus]\ntimeout = \"5s\"\n[alertmanager]\ntimeout = \"5s\"\n\
    [kubernetes]\nconnect_timeout = \"5s\"\nrequest_timeout = \"5s\"\n";

/// A watch that is silent for longer has failed.
const PATIENCE: Duration = Duration::from_secs(60);

const ALL: [&str; 5] = ["status", "pods", "slos", "queues", "alerts"];

fn command(home: &Home, served: &Served, words: &[&str]) -> Command {
    let mut all = vec!["--config", served.config()];
    all.extend(words);
    home.command(&all)
}

pub fn run(home: &Home, served: &Served, words: &[&str]) -> Output {
    command(home, served, words).output().expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("what is printed is text")
}

#[track_caller]
fn exits(home: &Home, served: &Served, words: &[&str], code: i32) -> String {
    let output = run(home, served, words);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{words:?}\n{out}\n{err}");
    assert!(!err.contains("panicked"), "{err}");
    err
}

/// The text with its numbers taken out and its sick pods as one, since the cluster lives by the clock.
fn without_numbers(text: &str) -> String {
    // What a hook says hangs on the window that is on, and that on the time of the day.
    let hooks = Regex::new(r"(?m)^(HK-\d+) .*$").expect("it is one");
    let text = &hooks.replace_all(text, "$1 …");
    let pods = Regex::new(r"(?m)^[✖▲◐ ] .*\b[0-9a-f]{7,10}-[0-9a-z]{5}\b.*$").expect("it is one");
    let sick = Regex::new(r" \d+ (sick|异常)$").expect("it is one");
    let mut lines: Vec<String> = text
        .lines()
        .map(|line| sick.replace(&pods.replace(line, "a pod"), "").into_owned())
        .collect();
    lines.dedup();
    let text = without_ages(&lines.join("\n"));
    let numbers = Regex::new(r"\d+([.:hm]?\d+)*").expect("it is one");
    numbers.replace_all(&text, "#").into_owned()
}

/// The text with single gaps between its cells, and without what a column of ages says: an age has another unit a minute later.
/// Queues have no such column; how old their oldest is comes in seconds always.
fn without_ages(text: &str) -> String {
    let gaps = Regex::new(r" {2,}").expect("it is one");
    let age = Regex::new(r"^(\d+[smhdy]){1,2}$").expect("it is one");
    let queues = Regex::new(r"QUEUE|Queues|队列").expect("it is one");
    let row = |row: &str| {
        let cells = gaps.split(row).map(|cell| {
            if age.is_match(cell) {
                "‹age›"
            } else {
                cell
            }
        });
        cells.collect::<Vec<_>>().join("  ")
    };
    let table = |table: &str| {
        let of_queues = table.lines().next().is_some_and(|it| queues.is_match(it));
        if of_queues {
            return gaps.replace_all(table, "  ").into_owned();
        }
        table.lines().map(row).collect::<Vec<_>>().join("\n")
    };
    text.split("\n\n")
        .map(table)
        .collect::<Vec<_>>()
        .join("\n\n")
}

#[test]
fn each_says_the_same_as_its_pane_in_both_languages() {
    let home = Home::new();
    let served = Served::start(&home, "export-backlog");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let _bound = settings.bind_to_scope();
    for locale in ["en", "zh-CN"] {
        for words in ALL.into_iter().map(|word| vec![word]).chain([
            vec!["status", "--short"],
            vec!["pods", "export-worker", "!/29vrz/"],
        ]) {
            let mut call = words.clone();
            call.extend(["--locale", locale]);
            let output = run(&home, &served, &call);
            let out = text(&output.stdout);
            assert!(!out.contains('\x1b'), "no colours in a pipe: {out}");
            let name = words.join("-").replace(['!', '/'], "");
            // Which shift it is hangs on when the tests run.
            let told = without_numbers(&out)
                .replace("Night", "Day")
                .replace("夜班", "白班");
            insta::assert_snapshot!(format!("{name}@{locale}"), told);
        }
    }
}

#[test]
fn the_exit_code_is_the_worst_that_was_seen() {
    let home = Home::new();
    home.write_config(HASTE);
    let quiet = Served::start(&home, "quiet");
    for word in ALL {
        exits(&home, &quiet, &[word], 0);
    }
    quiet.strike(Server::Prometheus, status(StatusCode::BAD_GATEWAY));
    let says = exits(&home, &quiet, &["slos"], 5);
    assert!(says.contains("Prometheus: the server failed"), "{says}");
    exits(&home, &quiet, &["queues"], 5);
    exits(&home, &quiet, &["status"], 3);
    exits(&home, &quiet, &["pods"], 0);
    quiet.strike(Server::Kubernetes, status(StatusCode::FORBIDDEN));
    let says = exits(&home, &quiet, &["pods"], 3);
    assert!(says.contains("may not be read"), "{says}");
    quiet.strike(Server::Kubernetes, NetFault::Hang);
    exits(&home, &quiet, &["pods", "--timeout", "1s"], 5);
    quiet.strike(Server::Alertmanager, status(StatusCode::UNAUTHORIZED));
    exits(&home, &quiet, &["alerts"], 5);
    exits(&home, &quiet, &["status", "--timeout", "2s"], 5);
    quiet.heal();
    exits(&home, &quiet, &["status", "--short"], 0);
    exits(&home, &quiet, &["pods", "/(/"], 2);
    exits(&home, &quiet, &["pods", "--timeout", "0s"], 2);
    exits(&home, &quiet, &["status", "--pack", "nowhere"], 2);
    let says = exits(&home, &quiet, &["pods", "no-such-pod-at-all"], 0);
    assert!(says.contains("the filter hides all"), "{says}");
}

#[test]
fn what_is_red_is_one() {
    let home = Home::new();
    let served = Served::start(&home, "bad-release");
    for word in ["status", "pods", "slos", "alerts"] {
        exits(&home, &served, &[word], 1);
    }
    // What the filter leaves out does not count.
    exits(&home, &served, &["pods", "export-worker"], 0);
    // Red is red, whatever else can't be told.
    served.strike(Server::Alertmanager, status(StatusCode::BAD_GATEWAY));
    exits(&home, &served, &["status"], 1);
}

/// The documents of all commands, with what they exit with.
fn documents(home: &Home, served: &Served, patience: &str) -> Vec<(&'static str, Value)> {
    let of = |word| {
        let output = run(home, served, &[word, "--json", "--timeout", patience]);
        let document = serde_json::from_slice(&output.stdout);
        (word, document.expect("what is printed is JSON"))
    };
    ALL.map(of).into()
}

#[test]
fn json_is_as_its_schema_says_whatever_fails() {
    let home = Home::new();
    home.write_config(HASTE);
    let served = Served::start(&home, "export-backlog");
    let schema = Schema::read("snapshot");
    let faults: [Option<NetFault>; 4] = [
        None,
        Some(status(StatusCode::FORBIDDEN)),
        Some(status(StatusCode::BAD_GATEWAY)),
        Some(NetFault::Hang),
    ];
    for fault in faults {
        for server in SERVERS {
            match fault {
                Some(fault) => served.strike(server, fault),
                None => served.heal(),
            }
        }
        let patience = if fault == Some(NetFault::Hang) {
            "1s"
        } else {
            "30s"
        };
        for (word, document) in documents(&home, &served, patience) {
            let wrong = schema.faults(&document);
            assert!(wrong.is_empty(), "{word}: {}", wrong.join("\n"));
            let items = document["items"].as_array().expect("items");
            let live = items.iter().filter(|item| item["freshness"] == "live");
            assert_eq!(live.count() > 0, fault.is_none(), "{word}");
        }
    }
}

#[test]
fn json_has_one_item_for_each_thing() {
    let home = Home::new();
    let served = Served::start(&home, "export-backlog");
    let all = documents(&home, &served, "30s");
    let of = |word: &str| {
        let (_, document) = all.iter().find(|(one, _)| *one == word).expect("it ran");
        document["items"].as_array().expect("items").clone()
    };
    let kinds = |word: &str| {
        let mut kinds: Vec<String> = of(word)
            .iter()
            .map(|item| item["kind"].as_str().expect("a kind").to_owned())
            .collect();
        kinds.dedup();
        kinds
    };
    assert_eq!(kinds("pods"), ["pod"]);
    assert_eq!(kinds("queues"), ["queue"]);
    assert_eq!(kinds("alerts"), ["alert"]);
    assert_eq!(
        kinds("status"),
        [
            "source", "light", "hook", "alert", "slo", "gauge", "queue", "pod"
        ]
    );
    let sick: Vec<Value> = of("pods")
        .into_iter()
        .filter(|pod| pod["light"] == "red")
        .collect();
    assert!(!sick.is_empty());
    for pod in sick {
        assert_eq!(pod["health"], "sick");
        assert_eq!(pod["workload"]["name"], "export-worker");
        assert_eq!(
            (&pod["source"], &pod["freshness"]),
            (&json!("pods"), &json!("live"))
        );
    }
    let silent = of("alerts")
        .into_iter()
        .find(|alert| alert["state"] == "silenced");
    assert_eq!(silent.expect("one is silenced")["light"], Value::Null);
    // One whole set is in the other.
    let pods = |word: &str| of(word).iter().filter(|item| item["kind"] == "pod").count();
    assert_eq!(pods("status"), pods("pods"));
}

#[test]
fn a_watch_tells_again_when_something_changed() {
    let home = Home::new();
    let served = Served::start(&home, "quiet");
    let call = ["pods", "app=lookup-bff", "--json", "--watch"];
    let mut child = command(&home, &served, &call)
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    let out = child.stdout.take().expect("it is piped");
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            if tell.send(line).is_err() {
                return;
            }
        }
    });
    let next = || -> Vec<Value> {
        let line = told.recv_timeout(PATIENCE).expect("it tells again");
        let document: Value = serde_json::from_str(&line).expect("one document is one line");
        document["items"].as_array().expect("items").clone()
    };
    let before = next();
    assert!(!before.is_empty());
    let path = "/apis/apps/v1/namespaces/prod/deployments/lookup-bff";
    served.patch(path, &json!({"spec": {"replicas": before.len() + 1}}));
    let mut after = next();
    assert_ne!(after, before, "it says nothing twice");
    while after.len() != before.len() + 1 {
        after = next();
    }
    child.kill().expect("it runs yet");
    child.wait().expect("it ends");
}

#[test]
fn a_pipe_that_is_closed_ends_it_quietly() {
    let home = Home::new();
    let served = Served::start(&home, "quiet");
    for words in [
        "pods",
        "pods --watch",
        "status --watch",
        "slos --json --watch",
    ] {
        let script = format!(
            "'{}' --config '{}' {words} | head -n 1",
            super::home::QUARTERDECK,
            served.config()
        );
        let output = Command::new("/bin/sh")
            .args(["-c", &script])
            .env_clear()
            .envs(&home.variables)
            .current_dir(home.path())
            .output()
            .expect("a shell");
        // The shell waits for both: that this ends at all is half of the test.
        assert_eq!(text(&output.stdout).lines().count(), 1, "{words}");
        assert!(
            output.stderr.is_empty(),
            "{words}: {}",
            text(&output.stderr)
        );
    }
}
