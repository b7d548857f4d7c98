//! Silences without a screen: through the gate of actions, told by every alert they hide, and seen by Alertmanager.

use serde_json::Value;

use super::{catalogue::given, headless::run, home::Home, served::Served};

/// What a silence without a terminal says.
fn silence(
    home: &Home,
    served: &Served,
    words: &[&str],
    input: &str,
) -> (Option<i32>, String, String) {
    let words = [&["alerts", "silence"], words].concat();
    let output = given(home, served, &words, input);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

/// How an alert stands, as everybody is told.
fn state(home: &Home, served: &Served, name: &str) -> String {
    let told = run(home, served, &["alerts", "--json"]);
    let told: Value = serde_json::from_slice(&told.stdout).expect("it is JSON");
    let items = told["items"].as_array().expect("a list");
    let named = items.iter().find(|item| item["name"] == name);
    let state = named.expect("it is there")["state"].as_str();
    state.expect("a state is a word").to_owned()
}

#[test]
fn a_silence_is_planned_confirmed_once_and_hides_its_alert() {
    let home = Home::new();
    let served = Served::start(&home, "export-backlog");
    assert_eq!(state(&home, &served, "ExportBacklog"), "firing");
    let words = [
        "ExportBacklog",
        "--for",
        "1h",
        "--comment",
        "workers are being added",
    ];
    let (code, out, says) = silence(&home, &served, &words, "y\n");
    assert_eq!(code, Some(4), "nobody is asked without a terminal: {says}");
    assert!(out.is_empty() && says.contains("--dry-run"), "{says}");
    let dry = [&words[..], &["--dry-run", "--json"]].concat();
    let (code, out, says) = silence(&home, &served, &dry, "");
    assert_eq!(code, Some(0), "{says}");
    let plan: Value = serde_json::from_str(&out).expect("it is JSON");
    let challenge = plan["challenge"].as_str().expect("a challenge");
    assert_eq!(
        state(&home, &served, "ExportBacklog"),
        "firing",
        "a plan silences nothing"
    );
    let confirm = [&words[..], &["--confirm", "-"]].concat();
    assert_eq!(
        silence(&home, &served, &confirm, "no challenge\n").0,
        Some(4)
    );
    let (code, _, says) = silence(&home, &served, &confirm, challenge);
    assert_eq!(code, Some(0), "{says}");
    assert_eq!(state(&home, &served, "ExportBacklog"), "silenced");
    assert_eq!(
        silence(&home, &served, &confirm, challenge).0,
        Some(4),
        "it counts once"
    );

    // By what its labels are, whatever is there or comes.
    let matchers = [
        "--matcher",
        "alertname=~\"Cost.*\"",
        "--matcher",
        "severity=\"warning\"",
    ];
    let matchers = [&matchers[..], &["--for", "30m", "--comment", "known"]].concat();
    let dry = [&matchers[..], &["--dry-run", "--json"]].concat();
    let (code, out, says) = silence(&home, &served, &dry, "");
    assert_eq!(code, Some(0), "{says}");
    let plan: Value = serde_json::from_str(&out).expect("it is JSON");
    assert!(plan["challenge"].is_string(), "{plan:#}");
}

#[test]
fn what_is_no_silence_is_refused_with_its_reason() {
    let home = Home::new();
    let served = Served::start(&home, "export-backlog");
    for (words, said) in [
        (
            &["NoSuchAlert", "--for", "1h", "--comment", "x"][..],
            "NoSuchAlert",
        ),
        (
            &["ExportBacklog", "--for", "soon", "--comment", "x"],
            "soon",
        ),
        (&["ExportBacklog", "--for", "1m", "--comment", "x"], "5m"),
        (&["ExportBacklog", "--for", "48h", "--comment", "x"], "1d"),
        (
            &["ExportBacklog", "--for", "1h", "--comment", " "],
            "--comment",
        ),
        (
            &["--matcher", "alertname", "--for", "1h", "--comment", "x"],
            "alertname",
        ),
        (&["--for", "1h", "--comment", "x"], "<FINGERPRINT>"),
        (&["ExportBacklog", "--for", "1h"], "--comment"),
        (&["ExportBacklog", "--comment", "x"], "--for"),
    ] {
        let words = [words, &["--dry-run"]].concat();
        let (code, out, says) = silence(&home, &served, &words, "");
        assert_eq!(code, Some(2), "{words:?}: {says}");
        assert!(says.contains(said) && out.is_empty(), "{words:?}: {says}");
    }
    assert_eq!(state(&home, &served, "ExportBacklog"), "firing");
}
