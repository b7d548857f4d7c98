//! Incidents and flows without a screen: what is written down is in the ledger, and what may not be is refused.

use serde_json::Value;

use super::{headless::run, home::Home, schema::Schema, served::Served};

#[track_caller]
fn says(home: &Home, served: &Served, words: &[&str], code: i32) -> String {
    let output = run(home, served, words);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(code), "{words:?}: {output:?}");
    text
}

#[track_caller]
fn json(home: &Home, served: &Served, words: &[&str]) -> Value {
    let text = says(home, served, words, 0);
    let told = serde_json::from_str(&text);
    let told: Value = told.unwrap_or_else(|why| panic!("{words:?}: {why}: {text}"));
    let faults = Schema::read(words[0]).faults(&told);
    assert!(faults.is_empty(), "{words:?}: {faults:#?}\n{told:#}");
    told
}

/// Declares one from its alert and one by hand, and gives the number of the first.
fn declared(home: &Home, served: &Served) -> String {
    let declare = [
        "incident",
        "declare",
        "exports pile up",
        "--alert",
        "ExportBacklog",
        "--json",
    ];
    let declared = json(home, served, &declare);
    let number = declared["number"]
        .as_str()
        .expect("it has a number")
        .to_owned();
    assert!(
        number.starts_with("INC-") && number.ends_with("-01"),
        "{number}"
    );
    assert_eq!(declared["severity"], "sev-2", "as its alert has it");
    says(home, served, &declare, 4);
    let by_hand = [
        "incident",
        "declare",
        "by hand",
        "--severity",
        "sev-3",
        "--json",
    ];
    let second = json(home, served, &by_hand);
    assert!(
        second["number"]
            .as_str()
            .expect("a number")
            .ends_with("-02")
    );
    says(
        home,
        served,
        &["incident", "declare", "x", "--severity", "sev-9"],
        2,
    );
    number
}

// row: G1, E11
#[test]
fn an_incident_is_led_from_the_command_line() {
    let home = Home::new();
    let served = Served::start(&home, "export-backlog");
    let number = declared(&home, &served);
    let update = [
        "incident",
        "update",
        &number,
        "--role",
        "primary=li",
        "--impact",
        "users=20",
        "--phase",
        "fixing",
        "--progress",
        "more workers",
    ];
    let text = says(&home, &served, &update, 0);
    assert!(
        text.contains(&number) && text.contains("more workers"),
        "{text}"
    );
    let again = [&update[..], &["--json"]].concat();
    let text = json(&home, &served, &again)["update"].to_string();
    assert!(text.contains("more workers"), "{text}");
    says(
        &home,
        &served,
        &["incident", "update", &number, "--role", "nobody=li"],
        2,
    );
    let shown = json(&home, &served, &["incident", "show", &number, "--json"]);
    assert_eq!(shown["roles"]["primary"][0], "li");
    assert_eq!(shown["phase"], "fixing");
    assert_eq!(shown["recovery"], "not-held");
    let kinds: Vec<&str> = shown["timeline"]
        .as_array()
        .expect("it has a time line")
        .iter()
        .filter_map(|line| line["kind"].as_str())
        .collect();
    for kind in ["alert", "declared", "role", "impact", "phase", "update"] {
        assert!(kinds.contains(&kind), "{kind} is not in {kinds:?}");
    }
    let review = says(
        &home,
        &served,
        &["incident", "show", &number, "--review"],
        0,
    );
    assert!(
        review.contains("exports pile up") && review.contains("ExportBacklog"),
        "{review}"
    );
    is_closed(&home, &served, &number);
}

fn is_closed(home: &Home, served: &Served, number: &str) {
    // Nothing proves that it is over.
    says(home, served, &["incident", "close", number], 4);
    let close = [
        "incident",
        "close",
        number,
        "--reservation",
        "handed to the exports team",
        "--json",
    ];
    let closed = json(home, served, &close);
    assert_eq!(closed["open"], false);
    assert_eq!(closed["recovery"], "not-held");
    let open = json(home, served, &["incident", "list", "--json"]);
    assert_eq!(open["items"].as_array().map(Vec::len), Some(1));
    says(
        home,
        served,
        &["incident", "update", number, "--note", "late"],
        4,
    );
}

// row: B4
#[test]
fn a_flow_is_followed_from_the_command_line() {
    let home = Home::new();
    let served = Served::start(&home, "export-backlog");
    let start = [
        "flow",
        "start",
        "export-backlog",
        "--alert",
        "ExportBacklog",
        "--json",
    ];
    let begun = json(&home, &served, &start);
    let id = begun["id"].as_str().expect("it has an id").to_owned();
    assert_eq!(begun["alert"]["name"], "ExportBacklog");
    says(&home, &served, &["flow", "start", "exports"], 2);
    // Another stage comes first; an action is run by itself; a check is taken while it holds.
    says(
        &home,
        &served,
        &["flow", "done", &id, "verify/cause", "--evidence", "x"],
        4,
    );
    says(&home, &served, &["flow", "done", &id, "look/nothing"], 2);
    let done = json(
        &home,
        &served,
        &["flow", "done", &id, "look/depth", "--json"],
    );
    let stage = |document: &Value, name: &str| {
        let stages = document["stages"]
            .as_array()
            .expect("it has stages")
            .clone();
        let found = stages.into_iter().find(|it| it["stage"] == name);
        found.expect("the stage is there")
    };
    assert_eq!(stage(&done, "look")["state"], "over");
    assert_eq!(stage(&done, "act")["state"], "on");
    says(&home, &served, &["flow", "done", &id, "look/depth"], 4);
    says(&home, &served, &["flow", "done", &id, "act/scale"], 2);
    let skipped = [
        "flow",
        "done",
        &id,
        "act/scale",
        "--skip",
        "others do it",
        "--json",
    ];
    let skipped = json(&home, &served, &skipped);
    let steps = stage(&skipped, "act")["steps"].clone();
    assert_eq!(steps[0]["state"], "skipped");
    let shown = says(&home, &served, &["flow", "show", "export-backlog"], 0);
    assert!(shown.contains("look/depth  done"), "{shown}");
    json(&home, &served, &["flow", "show", "--json"]);
    json(&home, &served, &["flow", "list", "--json"]);
}
