//! The routine on a terminal and without one: evidence that is typed in a cockpit is told to others, and the other way round.

use std::{fs, path::Path};

use serde_json::Value;

use super::{headless::run, home::Home, schema::Schema, served::Served, session::Start};

/// Due at no time, so that whatever the clock says the list is the same.
const ROUTINE: &str = r#"
[check.sign-in]
title = { en = "a person signs in", zh = "人工登录" }
role = "support"
ask = { en = "that you can sign in", zh = "能否登录" }

[check.lookups]
title = { en = "lookups are quick", zh = "查词够快" }
role = "primary"
expect = "gauge('lookup-p95').value <= 2.5"

[check.slow]
title = { en = "lookups are slow", zh = "查词很慢" }
expect = "gauge('lookup-p95').value > 250.0"
"#;

fn own_pack(home: &Home) {
    let folder = home.path().join("config/quarterdeck/packs/glancy");
    fs::create_dir_all(&folder).expect("a folder");
    let embedded = Path::new(env!("CARGO_MANIFEST_DIR")).join("packs/glancy");
    for file in ["pack.toml", "probes.toml", "actions.toml"] {
        fs::copy(embedded.join(file), folder.join(file)).expect("a file");
    }
    // The routine of this test has no flows for alerts to name.
    let watch = fs::read_to_string(embedded.join("watch.toml")).expect("a file");
    let naming = ["flow = ", "on_fail = ", "on_red = "];
    let named = |line: &&str| naming.iter().all(|it| !line.starts_with(it));
    let watch: Vec<&str> = watch.lines().filter(named).collect();
    fs::write(folder.join("watch.toml"), watch.join("\n")).expect("a file");
    fs::write(folder.join("routine.toml"), ROUTINE).expect("a file");
}

/// A document about checks, as its schema says.
#[track_caller]
fn json(home: &Home, served: &Served, words: &[&str], code: i32) -> Value {
    let words = [&["check"], words, &["--json"]].concat();
    let output = run(home, served, &words);
    assert_eq!(output.status.code(), Some(code), "{words:?}: {output:?}");
    let told: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let faults = Schema::read("check").faults(&told);
    assert!(faults.is_empty(), "{words:?}: {faults:#?}\n{told:#}");
    told
}

/// What the list says of a check.
fn told(home: &Home, served: &Served, check: &str) -> Value {
    let told = json(home, served, &["list"], 0);
    let items = told["items"].as_array().expect("there are items");
    let found = items.iter().find(|item| item["id"] == check);
    found.expect("the check is in the list").clone()
}

#[test]
fn what_is_seen_in_a_cockpit_is_told_everywhere() {
    let home = Home::new();
    own_pack(&home);
    let served = Served::start(&home, "quiet");
    assert_eq!(told(&home, &served, "sign-in")["last"], Value::Null);
    let mut session = Start::of(&home, &["--config", served.config()])
        .sized(120, 30)
        .session();
    session.is_live();
    session.types("o");
    session.shows("asks that you can sign in");
    session.types("\r");
    session.shows("a person signs in, seen:");
    session.types("signed in as li\r");
    session.shows("last passed");
    let last = told(&home, &served, "sign-in")["last"].clone();
    assert_eq!(last["evidence"], "signed in as li");
    assert_eq!(last["outcome"], "passed");

    let ran = json(&home, &served, &["run", "lookups"], 0);
    assert_eq!(ran["items"][0]["outcome"], "passed");
    session.types("j");
    session.shows("last passed");
    session.types("j");
    session.shows("never done here");
    let ran = run(&home, &served, &["check", "run", "slow"]);
    assert_eq!(ran.status.code(), Some(1), "{ran:?}");
    // Nobody has to ask for it.
    session.shows("last failed");
    session.types("q");
    session.left();

    let asks = json(&home, &served, &["run", "sign-in"], 3);
    assert_eq!(asks["items"][0]["asks"], true);
    let unknown = run(&home, &served, &["check", "run", "sing-in"]);
    assert_eq!(unknown.status.code(), Some(2), "{unknown:?}");
    let failed = ["check", "run", "sign-in", "--failed", "--evidence", "403"];
    assert_eq!(run(&home, &served, &failed).status.code(), Some(1));
    assert_eq!(told(&home, &served, "sign-in")["last"]["outcome"], "failed");
    let judged = ["check", "run", "lookups", "--failed", "--evidence", "403"];
    assert_eq!(run(&home, &served, &judged).status.code(), Some(2));
    assert_eq!(told(&home, &served, "lookups")["last"]["outcome"], "passed");
}
