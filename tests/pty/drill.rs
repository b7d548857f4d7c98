//! Drills without a terminal: a script presses the keys of the cockpit, and what it did is scored and written down.

use std::{fs, process::Output};

use quarterdeck::sim::clock::SimClock;
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
    assert!(said.contains("drill record disaster --t0"), "{said}");
}

/// A pack with one drill that nothing plays, due at eight in the morning of a zone where it is about noon now.
fn own_pack(home: &Home) {
    let folder = home.path().join("config/quarterdeck/packs/held");
    fs::create_dir_all(&folder).expect("a folder");
    let now = SimClock::wall().to_zoned(jiff::tz::TimeZone::UTC);
    let hour = i64::from(now.hour());
    // The names of these zones count to the west.
    let zone = format!("Etc/GMT{:+}", hour - 12);
    let manifest = format!("[pack]\nid = \"held\"\ntitle = \"Held\"\ntime_zone = \"{zone}\"\n");
    let routine = "[drill.dns]\ntitle = { en = \"DNS\", zh = \"DNS\" }\nask = \"how did it go?\"\nlimits = { recover = \"2h\" }\ndue = { at = \"08:00\" }\nwithin = \"12h\"\n";
    fs::write(folder.join("pack.toml"), manifest).expect("a file");
    fs::write(folder.join("routine.toml"), routine).expect("a file");
}

/// How the check of that drill stands at its time of today.
#[track_caller]
fn stands(home: &Home) -> Value {
    let told = told_of(home, &["check", "list", "--pack", "held", "--json"]);
    let told: Value = serde_json::from_str(&told).expect("it is JSON");
    let rows = told["items"].as_array().expect("a list").iter();
    let rows = rows.filter(|row| row["id"] == "drill-dns");
    let stands = rows.filter(|row| row["state"] != "next");
    json!(stands.collect::<Vec<_>>())
}

#[track_caller]
fn recorded(home: &Home, words: &[&str], code: i32) -> Output {
    let mut all = vec!["drill", "record"];
    all.extend(words);
    let output = home.command(&all).output().expect("it runs");
    assert_eq!(output.status.code(), Some(code), "{words:?}: {output:?}");
    output
}

// row: C21
#[test]
fn one_that_was_held_elsewhere_is_measured_written_down_and_settles_its_time() {
    let home = Home::new();
    own_pack(&home);
    let file = home.path().join("dns.txt");
    fs::write(&file, "abc").expect("a file");
    let file = file.to_str().expect("a path of a test is text");
    assert_eq!(stands(&home)[0]["state"], "open");

    // Two hours and a minute are too long.
    let words = [
        "dns", "--pack", "held", "--t0", "09:00", "--t1", "11:01", "--json",
    ];
    let told = recorded(&home, &words, 1);
    let record: Value = serde_json::from_slice(&told.stdout).expect("it is JSON");
    assert_eq!(record["passed"], false, "{record:#}");
    assert_eq!(
        record["recover"],
        json!({"took": 7_260, "limit": 7_200, "met": "late"})
    );
    let red = stands(&home);
    assert_eq!(red[0]["outcome"], "failed", "{red:#}");

    // Two hours are in time; the next one settles it.
    let words = [
        "dns",
        "--pack",
        "held",
        "--t0",
        "09:00",
        "--t1",
        "11:00",
        "--json",
        "--fault",
        "a record is gone",
        "--trigger",
        "resolvers say NXDOMAIN",
        "--evidence",
        file,
        "--difference",
        "no script",
        "--follow-up",
        "write one",
        "--owner",
        "li",
    ];
    let told = recorded(&home, &words, 0);
    let record: Value = serde_json::from_slice(&told.stdout).expect("it is JSON");
    assert_eq!(
        (&record["passed"], &record["played"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(record["fault"], "a record is gone");
    assert_eq!(
        record["trigger"]["other"],
        json!(["resolvers say NXDOMAIN"])
    );
    assert_eq!(record["acknowledge"], Value::Null, "nobody saw it");
    let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let evidence = json!([{"file": file, "sha256": digest, "bytes": 3}]);
    assert_eq!(record["evidence"], evidence);
    assert_eq!(record["differences"], json!(["no script"]));
    assert_eq!(
        record["follow_ups"],
        json!([{"text": "write one", "owner": "li"}])
    );
    let number = record["number"].as_str().expect("it has one");
    assert!(number.ends_with("-02"), "{number}");
    let green = stands(&home);
    assert_eq!(green[0]["outcome"], "passed", "{green:#}");

    // It is listed and shown like one that was played.
    let shown = told_of(
        &home,
        &["drill", "show", number, "--pack", "held", "--json"],
    );
    let shown: Value = serde_json::from_str(&shown).expect("it is JSON");
    assert_eq!(shown, record);
    let list = told_of(&home, &["drill", "list", "--pack", "held"]);
    let line = list
        .lines()
        .find(|line| line.starts_with(number))
        .expect("it is listed");
    assert!(
        line.ends_with("passed  held elsewhere, recovered: 120m of 120m"),
        "{line}"
    );

    // What never recovered is red.
    recorded(&home, &["dns", "--pack", "held", "--t0", "10:00"], 1);
}

#[track_caller]
fn told_of(home: &Home, words: &[&str]) -> String {
    let output = home.command(words).output().expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{words:?}: {output:?}");
    String::from_utf8(output.stdout).expect("what is printed is text")
}

// row: C21
#[test]
fn the_packs_paper_tells_of_one_that_was_held_elsewhere() {
    let words = [
        "disaster",
        "--t0",
        "2026-11-12T15:00",
        "--t1",
        "2026-11-12T17:01",
        "--fault",
        "主库只读",
        "--trigger",
        "HK-01",
        "--trigger",
        "pg_replication_lag ≥5 s",
        "--evidence",
        "/dev/null",
        "--difference",
        "DNS 切换无脚本",
    ];
    for (lang, said) in [
        (
            "en_GB.UTF-8",
            [
                "| Type / script | disaster recovery / DR-01, DR-05 |",
                "| Injected fault | 主库只读 |",
                "| Trigger (alert, HK) | HK-01, pg_replication_lag ≥5 s |",
                "| Result | 🔴 not passed |",
                "- 🔴 recovered: 121m, late: 120m is the limit",
                "- /dev/null: sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 (0 bytes)",
                "- DNS 切换无脚本",
            ],
        ),
        (
            "zh_CN.UTF-8",
            [
                "| 类型/脚本 | 灾备 / DR-01、DR-05 |",
                "| 注入故障 | 主库只读 |",
                "| 触发指标/HK | HK-01, pg_replication_lag ≥5 s |",
                "| 结果 | 🔴 未通过 |",
                "- 🔴 恢复：121 分，超时：时限 120 分",
                "- /dev/null：sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855（0 字节）",
                "- DNS 切换无脚本",
            ],
        ),
    ] {
        let home = Home::new().with("LANG", lang);
        let output = recorded(&home, &words, 1);
        let page = String::from_utf8(output.stdout).expect("it is text");
        for part in said {
            assert!(page.contains(part), "{part} is not in {page}");
        }
        assert!(
            !page.contains("acknowledged") && !page.contains("确认："),
            "{page}"
        );
    }
}

// row: C21
#[test]
fn a_record_that_can_not_be_is_refused_and_nothing_is_written() {
    let homes = ["en_GB.UTF-8", "zh_CN.UTF-8"].map(|lang| Home::new().with("LANG", lang));
    let ended = ["--t0", "2026-11-12T15:00", "--t1", "2026-11-12T16:00"];
    let cases: [(&[&str], &str, &str); 7] = [
        (
            &[
                "quota",
                "--t0",
                "2026-11-12T15:00",
                "--t1",
                "2026-11-12T14:59",
            ],
            "comes before T0",
            "早于 T0",
        ),
        (
            &["quota", "--t0", "2999-01-01T15:00"],
            "still to come",
            "尚未到来",
        ),
        (
            &[
                "quota",
                "--t0",
                "2026-11-12T15:00",
                "--t1",
                "2999-01-01T15:00",
            ],
            "--t1: 2999",
            "--t1：2999",
        ),
        (
            &["quota", "--t0", "yesterday"],
            "yesterday is no time",
            "yesterday 不是时间",
        ),
        (
            &["nothing", ended[0], ended[1]],
            "the pack has no drill nothing",
            "运维包没有演练 nothing",
        ),
        (
            &["quota", ended[0], ended[1], "--evidence", "/no/such/file"],
            "the evidence /no/such/file",
            "无法读取证据 /no/such/file",
        ),
        (
            &["quota", ended[0], ended[1], "--fault", " "],
            "a text of at most",
            "不超过",
        ),
    ];
    for (words, en, zh) in cases {
        for (home, said) in homes.iter().zip([en, zh]) {
            let output = recorded(home, words, 2);
            let page = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(page.contains(said), "{words:?}: {page}");
        }
    }
    let held = list(&homes[0]);
    let items = held["items"].as_array().expect("a list");
    assert!(items.iter().all(|item| item["kind"] == "spec"), "{held:#}");
}
