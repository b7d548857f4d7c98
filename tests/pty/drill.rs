//! Drills without a terminal: a script presses the keys of the cockpit, and what it did is scored and written down.

use std::{fs, process::Output};

use serde_json::{Value, json};

use super::home::Home;

/// The world goes ten times as fast as the clock: three good windows last a minute and a half.
const SPEED: &str = "10";

fn drill(home: &Home, words: &[&str]) -> Output {
    let mut all = vec!["drill"];
    all.extend(words);
    home.command(&all).output().expect("it runs")
}

/// What a drill of exports came to when a script held it.
#[track_caller]
fn held(home: &Home, script: &str, more: &[&str], code: i32) -> Value {
    let folder = env!("CARGO_MANIFEST_DIR");
    let script = format!("{folder}/tests/drills/{script}.toml");
    let mut words = vec!["exports", "--speed", SPEED, "--script", &script, "--json"];
    words.extend(more);
    let output = drill(home, &words);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    serde_json::from_slice(&output.stdout).expect("the record is JSON")
}

#[track_caller]
fn told(home: &Home, words: &[&str]) -> String {
    let output = drill(home, words);
    assert_eq!(output.status.code(), Some(0), "{words:?}: {output:?}");
    String::from_utf8(output.stdout).expect("what is printed is text")
}

#[track_caller]
fn list(home: &Home) -> Value {
    let text = told(home, &["list", "--json"]);
    serde_json::from_str(&text).expect("it is JSON")
}

#[test]
fn the_right_way_is_scored_and_written_down() {
    let home = Home::new();
    let paper = home.path().join("record.md");
    let out = paper.to_str().expect("a path of a test is text");
    let record = held(&home, "exports", &["--record", "--out", out], 0);
    assert_eq!(record["passed"], true, "{record:#}");
    for clock in ["acknowledge", "act", "recover"] {
        assert_eq!(record[clock]["met"], "in-time", "{record:#}");
    }
    assert_eq!(record["acknowledge"]["limit"], 900);
    assert_eq!(record["recover"]["limit"], 7_200);
    let took = |clock: &str| record[clock]["took"].as_u64().expect("it came");
    assert!(took("acknowledge") <= took("act"), "{record:#}");
    assert!(took("act") < took("recover"), "{record:#}");
    let right = record["right"].as_array().expect("a list");
    assert_eq!(right.len(), 1, "{record:#}");
    assert_eq!(right[0]["action"], "glancy/scale-export-workers");
    assert_eq!(right[0]["state"], "verified");
    assert_eq!(
        (&record["wrong"], &record["refused"]),
        (&json!([]), &json!([]))
    );
    let evidence = &record["evidence"][0];
    assert_eq!(evidence["action"], "glancy/scale-export-workers");
    assert_eq!(evidence["sha256"].as_str().map(str::len), Some(64));
    let shown = record["trigger"]["alerts"].as_array().expect("a list");
    assert!(shown.contains(&json!("ExportBacklog")), "{record:#}");

    // It is in the books, by the number it was told.
    let number = record["number"].as_str().expect("it has one");
    assert!(
        number.starts_with("DRILL-") && number.ends_with("-01"),
        "{number}"
    );
    let text = told(&home, &["show", number]);
    assert!(text.contains(number), "{text}");
    assert_eq!(
        fs::read_to_string(&paper).expect("it is there").trim(),
        text.trim()
    );
    let again: Value =
        serde_json::from_str(&told(&home, &["show", number, "--json"])).expect("it is JSON");
    assert_eq!(again, record);
    let note = ["note", number, "--difference", "the alert came late"];
    told(&home, &note);
    assert!(told(&home, &["show", number]).contains("the alert came late"));
    assert!(list(&home).to_string().contains(number));
    assert_eq!(drill(&home, &["show", "DRILL-1"]).status.code(), Some(2));
}

#[test]
fn what_is_wrong_is_refused_or_counted_and_a_script_leaves_no_record() {
    let home = Home::new();
    let record = held(&home, "wrong", &[], 1);
    assert_eq!(record["passed"], false);
    let refused = record["refused"].as_array().expect("a list");
    assert_eq!(refused.len(), 1, "{record:#}");
    assert_eq!(refused[0]["action"], "glancy/shrink-export-workers");
    let wrong = record["wrong"].as_array().expect("a list");
    assert_eq!(wrong.len(), 1, "{record:#}");
    assert_eq!(wrong[0]["action"], "glancy/restart-llm-adapter");
    assert_eq!(record["right"], json!([]));
    for clock in ["acknowledge", "act", "recover"] {
        assert_eq!(record[clock]["met"], "never", "{record:#}");
    }
    let number = record["number"].as_str().expect("it would have one");
    assert_eq!(drill(&home, &["show", number]).status.code(), Some(2));
}

#[test]
fn a_script_that_is_stuck_or_bad_says_so() {
    let home = Home::new();
    let file = home.path().join("script.toml");
    let path = file.to_str().expect("a path of a test is text");
    let plays = |text: &str, name: &str| {
        fs::write(&file, text).expect("a file");
        let output = drill(&home, &[name, "--script", path]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), said)
    };
    let stuck = "[[step]]\nuntil = \"began\"\nsee = \"no screen shows this\"\nwithin = \"2s\"\nkeys = \"q\"\n";
    let (code, said) = plays(stuck, "exports");
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("step 1 of the script did not get what it waits for"),
        "{said}"
    );
    assert!(said.contains("Pods"), "the screen is printed: {said}");
    let (code, said) = plays("[[step]]\nkyes = \"q\"\n", "exports");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains(path), "{said}");
    let (code, said) = plays(stuck, "no-such-drill");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("degrade"), "what there is is said: {said}");
    let (code, said) = plays(stuck, "disaster");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("drill-disaster"), "{said}");
}
