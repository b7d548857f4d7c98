//! A desk whose team has no cluster at all, on a host without a kubeconfig: programs and checks are run all the same.

use std::{fs, process::Output};

use serde_json::Value;

use super::home::Home;

const PACK: &str = r#"
[pack]
id = "plain"
title = { en = "Plain", zh = "主机" }
time_zone = "UTC"

[desk]
cluster = false

[role.ops]
title = { en = "Operator", zh = "运维" }
"#;

const ACTIONS: &str = r#"
[action.look]
title = { en = "Look", zh = "查看" }
tier = "T0"
target = "named/folder"
run = [
    { command = ["/usr/bin/cat", "FOLDER/absent"] },
    { command = ["/usr/bin/cat", "FOLDER/there"] },
]

[action.copy]
title = { en = "Copy", zh = "复制" }
tier = "T1"
target = "named/folder"
run = [{ command = ["/usr/bin/cp", "FOLDER/there", "FOLDER/copied"] }]
"#;

const ROUTINE: &str = r#"
[check.there]
title = { en = "the file is there", zh = "文件存在" }
role = "ops"
read.file = { command = ["/usr/bin/cat", "FOLDER/there"], regex = '(?<word>\w+)' }
expect = "before.file.word == 'content'"
"#;

fn home() -> Home {
    let home = Home::new();
    let folder = home.path().join("config/quarterdeck/packs/plain");
    fs::create_dir_all(&folder).expect("a folder");
    let at = home.path().to_str().expect("it is text");
    fs::write(home.path().join("there"), "content\n").expect("a file");
    for (name, text) in [
        ("pack.toml", PACK),
        ("actions.toml", ACTIONS),
        ("routine.toml", ROUTINE),
    ] {
        fs::write(folder.join(name), text.replace("FOLDER", at)).expect("a file");
    }
    home
}

fn says(home: &Home, words: &[&str], given: &str) -> Output {
    let words = [&["--pack", "plain"], words].concat();
    home.call(&words, given)
}

fn json(told: &Output) -> Value {
    serde_json::from_slice(&told.stdout).unwrap_or_else(|error| panic!("{error}: {told:?}"))
}

// row: G4, D2
#[test]
fn without_a_cluster_actions_are_planned_and_run_and_checks_are_judged() {
    let home = home();
    let planned = says(&home, &["run", "plain/copy", "--plan", "--json"], "");
    let plan = json(&planned);
    let challenge = plan["challenge"].as_str().expect("it may be confirmed");
    let ran = says(&home, &["run", "plain/copy", "--confirm", "-"], challenge);
    assert_eq!(ran.status.code(), Some(0), "{ran:?}");
    let copied = fs::read_to_string(home.path().join("copied")).expect("it was copied");
    assert_eq!(copied, "content\n");

    let checked = says(&home, &["check", "run", "there", "--json"], "");
    assert_eq!(checked.status.code(), Some(0), "{checked:?}");
    assert_eq!(json(&checked)["items"][0]["outcome"], "passed");
    fs::write(home.path().join("there"), "other\n").expect("a file");
    let checked = says(&home, &["check", "run", "there"], "");
    assert_eq!(checked.status.code(), Some(1), "{checked:?}");
}

// row: D2
#[test]
fn a_look_goes_on_past_what_is_not_there() {
    let home = home();
    let planned = says(&home, &["run", "plain/look", "--plan", "--json"], "");
    let plan = json(&planned);
    let challenge = plan["challenge"].as_str().expect("it may be confirmed");
    let ran = says(
        &home,
        &["run", "plain/look", "--confirm", "-", "--json"],
        challenge,
    );
    assert_eq!(ran.status.code(), Some(1), "{ran:?}");
    let run = &json(&ran)["run"];
    assert_eq!(run["state"]["verdict"], "failed", "{run}");
    assert_eq!(run["state"]["done"], serde_json::json!([1]), "{run}");
    let why = run["state"]["why"]["why"].as_str().unwrap_or_default();
    assert!(why.contains("No such file"), "{run}");
    assert_eq!(run["steps"][1]["output"][0]["text"], "content\n", "{run}");
}
