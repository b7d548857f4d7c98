//! Actions without a screen: what may be done, to what, and why not.

use serde_json::Value;

use super::{headless::run, home::Home, schema::Schema, served::Served};

fn json(home: &Home, served: &Served, words: &[&str]) -> Value {
    let output = run(home, served, words);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let document = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let faults = Schema::read("actions").faults(&document);
    assert!(faults.is_empty(), "{faults:#?}");
    document
}

fn item<'v>(document: &'v Value, id: &str) -> &'v Value {
    let items = document["items"].as_array().expect("there are some");
    let found = items.iter().find(|item| item["id"] == id);
    found.unwrap_or_else(|| panic!("{id} is not there"))
}

#[test]
fn all_actions_are_listed_with_their_reasons() {
    let home = Home::new();
    let served = Served::start(&home, "quiet");
    let all = json(&home, &served, &["actions", "list", "--json"]);
    let items = all["items"].as_array().expect("there are some");
    for item in items {
        assert_eq!(
            item["available"].as_bool(),
            Some(item["reason"].is_null()),
            "{item}"
        );
    }
    let restart = item(&all, "glancy/restart-llm-adapter");
    assert_eq!(restart["available"], true, "{restart}");
    assert_eq!(restart["target"], "deployment/llm-adapter");
    let scale = item(&all, "glancy/scale-export-workers");
    assert_eq!(scale["refusal"]["refusal"], "guard", "{scale}");
    assert_eq!(
        item(&all, "generic/evict")["refusal"]["refusal"],
        "no-target"
    );
    let aimed = [
        "actions",
        "list",
        "--json",
        "--target",
        "deployment/lookup-api",
    ];
    let aimed = json(&home, &served, &aimed);
    let scale = item(&aimed, "generic/scale");
    assert_eq!(
        (&scale["available"], &scale["target"]),
        (&true.into(), &"deployment/lookup-api".into())
    );
    // The team scales this one by an action of its own, with a guard.
    let guarded = ["--target", "deployment/lookup-bff"];
    let guarded = ["actions", "list", "--json"].iter().chain(&guarded);
    let guarded = json(&home, &served, &guarded.copied().collect::<Vec<_>>());
    let refusal = &item(&guarded, "generic/scale")["refusal"];
    assert_eq!(refusal["refusal"], "own-way", "{refusal}");
    let looking = ["actions", "list", "--json", "--read-only"];
    let looking = json(&home, &served, &looking);
    assert_eq!(
        item(&looking, "generic/scale")["refusal"]["refusal"],
        "read-only"
    );
}

#[test]
fn one_is_shown_whole_and_an_unknown_one_is_said() {
    let home = Home::new();
    let served = Served::start(&home, "quiet");
    let one = ["actions", "show", "scale-export-workers", "--json"];
    let one = json(&home, &served, &one);
    let detail = &item(&one, "glancy/scale-export-workers")["detail"];
    assert_eq!(
        detail["params"][0]["choices"],
        serde_json::json!(["24", "36", "48"])
    );
    assert_eq!(
        detail["by_hand"][0],
        "kubectl scale -n prod deployment/export-worker --replicas=$replicas"
    );
    for locale in ["en", "zh-CN"] {
        let words = ["actions", "show", "promote", "--locale", locale];
        let text = run(&home, &served, &words);
        let text = String::from_utf8_lossy(&text.stdout).into_owned();
        assert!(text.starts_with("T2 glancy/promote"), "{text}");
        assert!(
            text.contains("releasectl stage promote --env prod"),
            "{text}"
        );
    }
    // What was restarted stays restarted: another restart would take nothing back.
    let restart = ["actions", "show", "generic/restart", "--json"];
    let restart = json(&home, &served, &restart);
    let detail = &item(&restart, "generic/restart")["detail"];
    assert_eq!(detail["undo"], "none", "{detail}");
    let wrong = run(&home, &served, &["actions", "show", "promot"]);
    assert_eq!(wrong.status.code(), Some(2));
    let wrong = run(
        &home,
        &served,
        &["actions", "list", "--target", "deploymnt/x"],
    );
    assert_eq!(wrong.status.code(), Some(2));
}
