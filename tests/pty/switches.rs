//! Temporary changes without a screen: they stand in a list, and are taken back when their rule holds, or in an emergency
//! where nobody can tell whether it does.

use std::fs;

use serde_json::{Value, json};

use super::{catalogue::given, headless::run, home::Home, served::Served};

const PACK: &str = r#"
[pack]
id = "temporary"
title = "Temporary"
time_zone = "UTC"
"#;

/// Each adds a pod for a while: one may go at once, one not yet, of one nobody can tell.
const ACTIONS: &str = r#"
[action.free]
title = { en = "One more, free", zh = "加一个，可恢复" }
tier = "T1"
target = "deployment/subscription-poller"
params.replicas = { type = "int", range = [1, 9] }
run = [{ scale = "$target", replicas = "$replicas" }]
verify = { is = "desired(target) == params.replicas", within = "2m" }
temporary = { release = "desired('deployment/lookup-api') > 0" }

[action.held]
title = { en = "One more, held", zh = "加一个，暂不可恢复" }
tier = "T1"
target = "deployment/llm-adapter"
params.replicas = { type = "int", range = [1, 9] }
run = [{ scale = "$target", replicas = "$replicas" }]
verify = { is = "desired(target) == params.replicas", within = "2m" }
temporary = { release = "desired('deployment/lookup-api') > 99", expires = "1h" }

[action.blind]
title = { en = "One more, blind", zh = "加一个，无法判断" }
tier = "T1"
target = "deployment/streaming-gateway"
params.replicas = { type = "int", range = [1, 9] }
run = [{ scale = "$target", replicas = "$replicas" }]
verify = { is = "desired(target) == params.replicas", within = "2m" }
temporary = { release = "desired('deployment/nowhere') > 0" }
"#;

fn stage() -> (Home, Served) {
    let home = Home::new();
    let folder = home.path().join("config/quarterdeck/packs/temporary");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("pack.toml"), PACK).expect("a file");
    fs::write(folder.join("actions.toml"), ACTIONS).expect("a file");
    let served = Served::faster(&home, "quiet", 10.0);
    (home, served)
}

/// What is said on both channels, and the code.
fn says(home: &Home, served: &Served, words: &[&str], input: &str) -> (Option<i32>, String) {
    let words = [&["--pack", "temporary"], words].concat();
    let output = given(home, served, &words, input);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout) + &text(&output.stderr),
    )
}

/// Plans it, and confirms that.
#[track_caller]
fn does(home: &Home, served: &Served, words: &[&str]) {
    let (code, said) = says(
        home,
        served,
        &[&["run"], words, &["--plan", "--json"]].concat(),
        "",
    );
    assert_eq!(code, Some(0), "{words:?}: {said}");
    let plan: Value = serde_json::from_str(&said).expect("it is JSON");
    let challenge = plan["challenge"].as_str().expect("a challenge");
    let (code, said) = says(
        home,
        served,
        &[&["run"], words, &["--confirm", "-"]].concat(),
        challenge,
    );
    assert_eq!(code, Some(0), "{words:?}: {said}");
}

/// Adds a pod, and gives the run that did.
#[track_caller]
fn adds(home: &Home, served: &Served, action: &str, replicas: u32) -> String {
    let action = format!("temporary/{action}");
    let replicas = format!("replicas={replicas}");
    does(home, served, &[&action, "--param", &replicas]);
    let standing = list(home, served, 0);
    let mut all = standing.iter();
    let own = all.find(|it| it["action"] == action.as_str());
    let run = own.expect("it stands")["run"].as_str();
    run.expect("it has an id").to_owned()
}

/// The changes that stand.
#[track_caller]
fn list(home: &Home, served: &Served, code: i32) -> Vec<Value> {
    let words = ["--pack", "temporary", "switch", "list", "--json"];
    let output = run(home, served, &words);
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    let told: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert_eq!(told["desk"]["pack"], "temporary", "{told:#}");
    assert_eq!(told["desk"]["read_only"], false, "{told:#}");
    told["items"].as_array().expect("a list").clone()
}

fn replicas(served: &Served, name: &str) -> Value {
    let path = format!("/apis/apps/v1/namespaces/prod/deployments/{name}");
    served.read(&path)["spec"]["replicas"].clone()
}

#[test]
fn a_temporary_change_stands_until_it_is_taken_back() {
    let (home, served) = stage();
    assert_eq!(list(&home, &served, 0), Vec::<Value>::new());
    let free = adds(&home, &served, "free", 3);
    assert_eq!(replicas(&served, "subscription-poller"), 3);
    let standing = list(&home, &served, 0);
    assert_eq!(standing.len(), 1, "{standing:#?}");
    assert_eq!(standing[0]["target"], "deployment/subscription-poller");
    assert_eq!(standing[0]["params"]["replicas"], 3);
    assert_eq!(standing[0]["by"], "demo");
    assert_eq!(standing[0]["release"], "free");
    assert_eq!(
        (&standing[0]["overdue"], &standing[0]["changed"]),
        (&json!(false), &json!([]))
    );
    let (code, page) = says(&home, &served, &["switch", "show", &free], "");
    assert_eq!(code, Some(0), "{page}");
    assert!(
        page.contains("may be taken back") && page.contains(&free),
        "{page}"
    );
    let (code, said) = says(&home, &served, &["switch", "show", "run-0"], "");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("run-0"), "{said}");

    // Somebody else changes what it left: that is no zero, and is said.
    let other = json!({"spec": {"replicas": 5}});
    served.patch(
        "/apis/apps/v1/namespaces/prod/deployments/subscription-poller",
        &other,
    );
    let standing = list(&home, &served, 1);
    let changed = &standing[0]["changed"][0];
    assert_eq!(
        (&changed["left"], &changed["now"]),
        (&json!("3"), &json!("5")),
        "{standing:#?}"
    );
    let back = json!({"spec": {"replicas": 3}});
    served.patch(
        "/apis/apps/v1/namespaces/prod/deployments/subscription-poller",
        &back,
    );

    does(&home, &served, &["--undo", &free]);
    assert_eq!(replicas(&served, "subscription-poller"), 2);
    assert_eq!(list(&home, &served, 0), Vec::<Value>::new());
    let (code, said) = says(&home, &served, &["run", "--undo", &free, "--plan"], "");
    assert_eq!(code, Some(4), "it is taken back: {said}");
    let (code, said) = says(&home, &served, &["run", "--undo", "run-0", "--plan"], "");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("run-0"), "{said}");
}

#[test]
fn a_rule_that_does_not_hold_keeps_it_and_one_nobody_can_judge_wants_an_emergency() {
    let (home, served) = stage();
    let held = adds(&home, &served, "held", 7);
    let blind = adds(&home, &served, "blind", 4);
    let standing = list(&home, &served, 0);
    let release = |run: &str| {
        let one = standing.iter().find(|it| it["run"] == run);
        one.expect("it stands")["release"].clone()
    };
    assert_eq!(release(&held), "not-yet");
    assert_eq!(release(&blind), "unknown");

    // What the rule says counts, emergency or not.
    let rule = "taken back only when what it was made for is over";
    let emergency = &["--emergency", "the gateway falls over"][..];
    for more in [&[][..], emergency] {
        let words = [&["run", "--undo", &held, "--plan"], more].concat();
        let (code, said) = says(&home, &served, &words, "");
        assert_eq!(code, Some(4), "{more:?}: {said}");
        assert!(said.contains(rule), "{more:?}: {said}");
    }
    assert_eq!(replicas(&served, "llm-adapter"), 7);

    let (code, said) = says(&home, &served, &["run", "--undo", &blind, "--plan"], "");
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("can't tell"), "{said}");
    let (code, said) = says(
        &home,
        &served,
        &["run", "--undo", &blind, "--emergency", " ", "--plan"],
        "",
    );
    assert_eq!(code, Some(2), "an emergency has a reason: {said}");
    does(&home, &served, &[&["--undo", &blind], emergency].concat());
    assert_eq!(replicas(&served, "streaming-gateway"), 3);
    let left = list(&home, &served, 0);
    assert_eq!(left.len(), 1, "{left:#?}");
    let (_, journal) = says(&home, &served, &["journal", "--json"], "");
    assert!(
        journal.contains("the gateway falls over"),
        "why is in the books: {journal}"
    );
    let alone = ["run", "temporary/held", "--emergency", "x", "--plan"];
    assert_eq!(
        says(&home, &served, &alone, "").0,
        Some(2),
        "it is of an undo only"
    );
}
