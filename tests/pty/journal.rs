//! The journal: what was done outside, runs, whether the chain holds, and what others can check.

use std::{path::PathBuf, process::Output, sync::Arc};

use quarterdeck::{
    domain::{action::record::Entry, id::RunId},
    ledger::{Ledger as _, SqliteLedger},
    runtime::{acts::actor, clock::SystemClock},
};
use serde_json::{Value, json};

use super::{home::Home, schema::Schema};

fn run(home: &Home, arguments: &[&str]) -> Output {
    home.command(arguments).output().expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("it is text")
}

#[track_caller]
fn exits(home: &Home, arguments: &[&str], code: i32) -> (String, String) {
    let output = run(home, arguments);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(
        output.status.code(),
        Some(code),
        "{arguments:?}: {out}{err}"
    );
    (out, err)
}

fn file(home: &Home) -> PathBuf {
    home.path().join("state/quarterdeck/ledger.db")
}

/// A run as a runner writes it: one step, which failed.
fn write_run(home: &Home, id: &str) {
    write_run_on(home, id, &json!({"of": "named", "name": "exports"}));
}

fn write_run_on(home: &Home, id: &str, target: &Value) {
    let uid = json!({"of": target, "name": "uid", "value": "u-1"});
    let plan = json!({
        "action": "glancy/drain", "title": {"en": "Drain exports", "zh": "清空导出"}, "tier": "T2",
        "pack": {"id": "glancy", "digest": "d"},
        "desk": {"pack": "glancy", "context": "prod", "namespaces": ["prod"], "cluster": "c", "demo": false},
        "principal": "li", "target": target, "params": {"to": 3}, "facts": [uid], "before": {},
        "steps": [{"kind": {"restart": {"target": target}}}],
        "guard": null, "verify": null, "helped": null, "undo": "none", "persons": 1, "count": null,
    });
    let entries = [
        json!({
            "kind": "intent", "plan": plan, "digest": "0", "snapshot": {"depth": 2413}, "desk_args": [],
            "preflight": {
                "facts": [], "before": {}, "items": [], "owners": [], "count": null, "undo": [], "warnings": [],
                "changes": [{"of": target, "field": "spec.replicas", "from": "2", "to": "3"}],
                "blast": {"pods": [], "pods_more": 0, "ready": null, "desired": null, "budgets": [], "quotas": []},
            },
        }),
        json!({"kind": "taken", "owner": {"host": "h", "boot": "b", "pid": 1, "started": 2}}),
        json!({"kind": "step-started", "step": 0}),
        json!({"kind": "output", "step": 0, "stream": "out", "text": "half\u{1b}[2J done"}),
        json!({"kind": "step-ended", "step": 0, "end": {"end": "failed", "why": "no such thing"}}),
        json!({
            "kind": "outcome", "verdict": "failed", "snapshot": {"depth": 2500}, "done": [],
            "why": {"because": "step", "step": 0, "why": "no such thing"},
        }),
    ];
    let clock = Arc::new(SystemClock::start());
    let ledger = SqliteLedger::open_for_writing(&file(home), clock).expect("a ledger");
    for entry in entries {
        let entry: Entry = serde_json::from_value(entry).expect("an entry");
        let run = RunId::from(id);
        let who = actor(Some("li".to_owned()));
        ledger
            .append(&who, Some(&run), &entry)
            .expect("it is written");
    }
}

#[test]
fn what_was_done_outside_is_noted_and_listed() {
    let home = Home::new();
    let (out, err) = exits(&home, &["journal"], 0);
    assert!(
        out.is_empty() && err.contains("nothing was ever recorded"),
        "{err}"
    );
    assert!(!file(&home).exists(), "a question makes nothing");
    exits(&home, &["journal", "verify"], 3);
    let note = [
        "journal",
        "note",
        "drained by hand",
        "--action",
        "glancy/drain",
        "--target",
        "exports",
    ];
    exits(&home, &note, 0);
    write_run(&home, "r-1");
    let (out, _) = exits(&home, &["journal"], 0);
    assert!(
        out.contains("drained by hand") && out.contains("r-1"),
        "{out}"
    );
    assert!(
        out.contains("failed") && out.contains("no such thing"),
        "{out}"
    );
    let (chinese, _) = exits(&home, &["journal", "--locale", "zh-CN"], 0);
    assert!(
        chinese.contains("失败") && chinese.contains("备注"),
        "{chinese}"
    );
    let (out, _) = exits(&home, &["journal", "--actor", "li"], 0);
    assert!(out.contains("r-1") && !out.contains("by hand"), "{out}");
    let (out, _) = exits(
        &home,
        &["journal", "--since", "2h", "--action", "glancy/drain"],
        0,
    );
    assert!(out.contains("r-1") && out.contains("by hand"), "{out}");
    let (out, _) = exits(&home, &["journal", "--limit", "1"], 0);
    assert_eq!(out.lines().count(), 2, "{out}");
    let (out, _) = exits(&home, &["journal", "--since", "2100-01-01"], 0);
    assert!(out.is_empty(), "{out}");
    exits(&home, &["journal", "--since", "soon"], 2);
    exits(&home, &["journal", "note", " "], 2);
    let (out, _) = exits(&home, &["journal", "--json"], 0);
    let document: Value = serde_json::from_str(&out).expect("it is JSON");
    assert_eq!(Schema::read("journal").faults(&document), [] as [&str; 0]);
    assert_eq!(document["items"][0]["kind"], "run");
    assert_eq!(document["items"][1]["text"], "drained by hand");
}

#[test]
fn one_run_is_shown_whole() {
    let home = Home::new();
    write_run(&home, "r-1");
    let (out, _) = exits(&home, &["journal", "show", "r-1"], 0);
    for part in [
        "glancy/drain Drain exports",
        "spec.replicas: 2 → 3",
        "exports: uid is u-1",
        "restart exports: failed: no such thing",
        "half",
        "depth = 2413",
        "depth = 2500",
    ] {
        assert!(out.contains(part), "{part} is missing:\n{out}");
    }
    assert!(!out.contains('\u{1b}'), "{out}");
    let (out, _) = exits(&home, &["journal", "show", "r-1", "--locale", "zh-CN"], 0);
    assert!(out.contains("清空导出"), "{out}");
    let (out, _) = exits(&home, &["journal", "show", "r-1", "--json"], 0);
    let document: Value = serde_json::from_str(&out).expect("it is JSON");
    assert_eq!(document["run"]["intent"]["plan"]["principal"], "li");
    exits(&home, &["journal", "show", "r-2"], 2);
}

#[test]
fn namesakes_are_told_apart_by_their_namespaces() {
    let home = Home::new();
    let kind = json!({
        "group": "apps", "version": "v1", "kind": "Deployment", "plural": "deployments", "namespaced": true,
    });
    let app = |namespace: &str| json!({"of": "object", "kind": kind, "namespace": namespace, "name": "app"});
    write_run_on(&home, "r-1", &app("prod"));
    let (out, _) = exits(&home, &["journal"], 0);
    assert!(out.contains(" deployment/app "), "{out}");
    write_run_on(&home, "r-2", &app("dev"));
    let (out, _) = exits(&home, &["journal"], 0);
    for text in [" deployment/prod/app ", " deployment/dev/app "] {
        assert!(out.contains(text), "{text} is missing:\n{out}");
    }
    let (out, _) = exits(&home, &["journal", "show", "r-1"], 0);
    assert!(out.contains("deployment/prod/app"), "{out}");
    let (out, _) = exits(&home, &["journal", "--json"], 0);
    let document: Value = serde_json::from_str(&out).expect("it is JSON");
    assert_eq!(Schema::read("journal").faults(&document), [] as [&str; 0]);
    assert_eq!(document["items"][0]["namespace"], "dev");
    assert_eq!(document["items"][0]["target"], "deployment/app");
}

#[test]
fn an_edited_ledger_does_not_verify() {
    let home = Home::new();
    write_run(&home, "r-1");
    let (out, _) = exits(&home, &["journal", "verify"], 0);
    assert!(
        out.contains("can't be found from here"),
        "it says what it can't tell: {out}"
    );
    let (out, _) = exits(&home, &["journal", "verify", "--json"], 0);
    let whole: Value = serde_json::from_str(&out).expect("it is JSON");
    assert_eq!(
        Schema::read("journal-verify").faults(&whole),
        [] as [&str; 0]
    );
    let head = &whole["chains"][0]["head"];
    let line = |hash: &str| {
        format!(
            "Nov 21 vm quarterdeck[1]: ledger-head {} 6 {hash}\n",
            head["origin"].as_str().unwrap()
        )
    };
    let heads = home.path().join("heads.txt");
    let heads_path = heads.to_str().expect("it is text").to_owned();
    let against = ["journal", "verify", "--against", &heads_path];
    std::fs::write(&heads, line(head["hash"].as_str().unwrap())).expect("a file");
    exits(&home, &against, 0);
    std::fs::write(&heads, line(&"0".repeat(64))).expect("a file");
    let (out, _) = exits(&home, &against, 1);
    assert!(out.contains("written anew"), "{out}");
    std::fs::write(&heads, "nothing").expect("a file");
    exits(&home, &against, 2);
    let raw = rusqlite::Connection::open(file(&home)).expect("a database");
    raw.execute_batch(
        "DROP TRIGGER entries_are_not_changed;
         UPDATE entries SET actor = replace(actor, 'li', 'wang') WHERE sequence = 2",
    )
    .expect("it is changed behind our back");
    let (out, _) = exits(&home, &["journal", "verify"], 1);
    assert!(out.contains("entry 2 is not what was written"), "{out}");
    let (out, _) = exits(
        &home,
        &["journal", "verify", "--json", "--locale", "zh-CN"],
        1,
    );
    let broken: Value = serde_json::from_str(&out).expect("it is JSON");
    assert_eq!(
        Schema::read("journal-verify").faults(&broken),
        [] as [&str; 0]
    );
    assert_eq!(
        broken["chains"][0]["faults"],
        json!([{"fault": "changed", "sequence": 2}])
    );
}

/// The script of docs/ledger.md.
fn script() -> String {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/ledger.md"))
        .expect("the page");
    let (_, rest) = page.split_once("```sh\nwhile").expect("the script");
    let (script, _) = rest.split_once("```").expect("its end");
    format!("while{script}")
}

#[test]
fn others_check_an_export_with_a_shell_alone() {
    let home = Home::new();
    write_run(&home, "r-1");
    let export = home.path().join("ledger.jsonl");
    let path = export.to_str().expect("it is text");
    exits(&home, &["journal", "export", path], 0);
    exits(&home, &["journal", "export", path], 1);
    let check = || {
        let output = std::process::Command::new("bash")
            .args(["-c", &script()])
            .current_dir(home.path())
            .output()
            .expect("bash");
        assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    assert_eq!(check(), "");
    let lines = std::fs::read_to_string(&export).expect("a file");
    assert_eq!(lines.lines().count(), 7);
    std::fs::write(&export, lines.replace("no such thing", "no such luck")).expect("a file");
    assert_eq!(check().lines().count(), 2);
    let mut some: Vec<&str> = lines.lines().collect();
    some.remove(3);
    std::fs::write(&export, some.join("\n") + "\n").expect("a file");
    assert_eq!(check().lines().count(), 1);
}

#[test]
fn a_ledger_that_others_may_read_is_refused_with_what_mends_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new();
    write_run(&home, "r-1");
    std::fs::set_permissions(file(&home), std::fs::Permissions::from_mode(0o644)).expect("a file");
    for words in [
        &["journal"][..],
        &["journal", "note", "x"],
        &["journal", "verify"],
    ] {
        let (_, err) = exits(&home, words, 1);
        assert!(err.contains("chmod 600"), "{err}");
    }
    let (_, err) = exits(&home, &["journal", "--locale", "zh-CN"], 1);
    assert!(err.contains("chmod 600") && err.contains("他人"), "{err}");
}

#[test]
fn nobody_agrees_where_policy_names_no_signers() {
    let home = Home::new();
    let (_, err) = exits(&home, &["approve", &"ab".repeat(32)], 4);
    assert!(err.contains("allowed_signers"), "{err}");
    assert!(!file(&home).exists());
}

#[test]
fn the_sql_of_a_shared_ledger_is_printed() {
    let home = Home::new();
    let (out, _) = exits(&home, &["journal", "setup-sql"], 0);
    assert!(out.contains("CREATE ROLE quarterdeck_writer"), "{out}");
}
