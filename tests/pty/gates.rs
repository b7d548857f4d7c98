//! Gates, hooks and lights without a screen, and an incident whose exporter is killed: on the embedded cluster.

use std::time::Duration;

use serde_json::Value;

use super::{headless::run, home::Home, schema::Schema, served::Served, session::poll_within};

/// What three windows take in a world that is this much faster, on a slow machine.
const PATIENCE: Duration = Duration::from_secs(240);

#[track_caller]
fn json(home: &Home, served: &Served, words: &[&str], codes: &[i32]) -> Value {
    let output = run(home, served, words);
    let code = output.status.code().expect("it ended by itself");
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(codes.contains(&code), "{words:?}: {code}\n{err}");
    let found: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    found
}

#[track_caller]
fn fits(found: &Value) {
    let faults = Schema::read("guards").faults(found);
    assert!(faults.is_empty(), "{faults:#?}\n{found:#}");
}

// row: C8
#[test]
fn gates_hooks_and_lights_are_told_without_a_screen() {
    let home = Home::new();
    let served = Served::start(&home, "quiet");
    let any = &[0, 1, 3][..];
    for words in [
        &["gate", "list", "--json"][..],
        &["hook", "list", "--json"],
        &["light", "list", "--json"],
        &["gate", "show", "REL-B3", "--json"],
        &["hook", "show", "HK-01", "--json"],
        &["light", "show", "release", "--json"],
    ] {
        fits(&json(&home, &served, words, any));
    }
    let light = json(&home, &served, &["light", "show", "release", "--json"], any);
    assert_eq!(light["on_red"], "one step back");
    let page = run(&home, &served, &["light", "show", "release"]).stdout;
    let page = String::from_utf8_lossy(&page).into_owned();
    assert!(
        page.contains("while it is yellow: the strong cache"),
        "{page}"
    );
    let hook = json(&home, &served, &["hook", "show", "HK-03", "--json"], any);
    assert_eq!(hook["observed"][0]["unit"], "times");
    let windows = hook["windows"].as_array().expect("they are kept");
    assert!(windows.len() > 30, "{}", windows.len());

    let show = &["gate", "show", "REL-B0", "--json"];
    let before = json(&home, &served, show, any);
    assert_eq!(before["ticks"][0]["state"], "open");
    assert_eq!(before["light"], "unknown", "{before:#}");
    let tick = [
        "gate",
        "tick",
        "REL-B0",
        "replays",
        "--evidence",
        "512 of 512",
    ];
    assert_eq!(run(&home, &served, &tick).status.code(), Some(0));
    let after = json(&home, &served, show, any);
    assert_eq!(after["ticks"][0]["state"], "holds");
    assert_eq!(after["ticks"][0]["evidence"], "512 of 512");
    let fails = [
        "gate",
        "tick",
        "REL-B0",
        "replays",
        "--evidence",
        "3 fail",
        "--fails",
    ];
    assert_eq!(run(&home, &served, &fails).status.code(), Some(0));
    assert_eq!(json(&home, &served, show, &[1])["light"], "red");
    for wrong in [
        &["gate", "show", "REL-B9"][..],
        &["gate", "tick", "REL-B0", "repalys", "--evidence", "x"],
        &["gate", "tick", "REL-B0", "replays", "--evidence", " "],
        &["hook", "show", "HK-9"],
        &["light", "show", "relaese"],
    ] {
        assert_eq!(
            run(&home, &served, wrong).status.code(),
            Some(2),
            "{wrong:?}"
        );
    }
}

// row: G9, C16
#[test]
fn an_incident_does_not_recover_when_its_exporter_is_killed() {
    let home = Home::new();
    let served = Served::faster(&home, "export-backlog", 60.0);
    let declare = [
        "incident",
        "declare",
        "exports pile up",
        "--alert",
        "ExportBacklog",
        "--json",
    ];
    let declared = json(&home, &served, &declare, &[0]);
    let number = declared["number"].as_str().expect("it has one").to_owned();
    let close = ["incident", "close", number.as_str()];
    assert_eq!(run(&home, &served, &close).status.code(), Some(4));

    // Killed in the middle: from here on there is not one number more of the exports.
    assert!(served.sim.world.present().0.set("export_exporter", 0.0));
    poll_within(PATIENCE, "windows that nobody knows any more", || {
        let output = run(&home, &served, &close);
        assert_eq!(output.status.code(), Some(4), "no data is no recovery");
        let why = String::from_utf8_lossy(&output.stderr).into_owned();
        why.contains("not known").then_some(())
    });
    // Everything that asks for a number of now is unknown as well.
    let all = json(&home, &served, &["status", "--json"], &[0, 1, 3]);
    let gauges = all["items"].as_array().expect("there are items").iter();
    let export = gauges.filter(|item| item["kind"] == "gauge" && item["id"] == "export-p95");
    let lights: Vec<&Value> = export.map(|item| &item["light"]).collect();
    assert_eq!(lights, ["unknown"]);
    assert_eq!(all["incidents"][0]["number"], number.as_str());
    let gate = json(
        &home,
        &served,
        &["gate", "show", "REL-B3", "--json"],
        &[1, 3],
    );
    assert_eq!(gate["limits"][1]["light"], "unknown", "{gate:#}");
    // A person may say so, with the reason in the books.
    let reserved = [
        "incident",
        "close",
        number.as_str(),
        "--reservation",
        "the exporter is dead",
    ];
    assert_eq!(run(&home, &served, &reserved).status.code(), Some(0));
}
