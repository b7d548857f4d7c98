//! The API key is rotated: curl asks a service that takes the new key, or still takes the old one.

use std::{fs, path::Path};

use quarterdeck::domain::action::{
    preflight::Draft,
    record::Why,
    value::{Value, Values},
    verdict::Verdict,
};

use super::{api::Api, here, with};
use crate::harness::{Bed, Done, Project};

const OLD: &str = "old-key-1f9a7c";
const NEW: &str = "new-key-83e2d0";

/// A unit that reads its key when it is restarted, and by no reload.
const SYSTEMCTL: &str = r#"#!/bin/sh
cd @DIR@ || exit 1
case "$*" in
"show --no-pager -p "*" -- app-example")
  echo "LoadState=loaded"; echo "ActiveState=active"; echo "SubState=running"
  echo "MainPID=4711"; echo "ExecMainStartTimestamp=$(cat started 2>/dev/null)" ;;
"restart --no-ask-password -- app-example") cp store taken; date +%s%N >started ;;
*) echo "systemctl: what is $*?" >&2; exit 64 ;;
esac
"#;

fn header(folder: &Path, name: &str, key: &str) {
    fs::write(folder.join(name), format!("Authorization: Bearer {key}\n")).unwrap();
}

/// A service that has the old key, and a store with what it will have.
fn rotating(store: &[&str]) -> (Project, Api, Draft) {
    let project = Project::new(&Bed::shared(), "module", true, here, |all| all);
    let folder = project.folder.path();
    let systemctl = SYSTEMCTL.replace("@DIR@", &folder.display().to_string());
    project.program("bin/systemctl", &systemctl);
    fs::write(folder.join("taken"), format!("{OLD}\n")).unwrap();
    fs::write(folder.join("store"), format!("{}\n", store.join("\n"))).unwrap();
    header(folder, "api-key.header", NEW);
    header(folder, "api-key.old.header", OLD);
    let api = Api::of(folder);
    let draft = project.draft("module/rotate-api-key", &Values::new());
    let draft = with(draft, "localhost:8000", &format!("127.0.0.1:{}", api.port));
    let draft = with(draft, "/etc/app/", &format!("{}/", folder.display()));
    (project, api, draft)
}

/// No key is in anything a screen, the ledger or the journal has of the run: its plan, what it saved, wrote and came to.
fn seen_nowhere(api: &Api, plan: &str, done: &Done) {
    let outcome = serde_json::to_string(&done.outcome).unwrap();
    let saved = serde_json::to_string(&done.saved).unwrap();
    for (what, text) in [
        ("plan", plan),
        ("output", &done.told),
        ("outcome", &outcome),
        ("saved", &saved),
    ] {
        assert!(!text.contains(OLD) && !text.contains(NEW), "{what}: {text}");
    }
    assert!(!api.saw_a_key(), "a key stood in arguments");
}

// row: B14, G5
#[tokio::test]
async fn a_rotated_key_is_proved_by_both_keys_and_seen_nowhere() {
    let (project, api, draft) = rotating(&[NEW]);
    let plan = project.planned(&draft).await;
    let written = serde_json::to_string(&plan).unwrap();
    let done = project.run(plan).await;
    let why = &done.outcome;
    assert_eq!(why.verdict, Verdict::Verified, "{why:?}: {}", done.told);
    assert_eq!(done.saved["fresh"]["code"], Value::Int(200));
    assert_eq!(done.saved["stale"]["code"], Value::Int(401));
    seen_nowhere(&api, &written, &done);
}

// row: B14
#[tokio::test]
async fn an_old_key_that_is_still_good_fails_the_rotation() {
    let (project, api, draft) = rotating(&[NEW, OLD]);
    let plan = project.planned(&draft).await;
    let written = serde_json::to_string(&plan).unwrap();
    let done = project.run(plan).await;
    assert_eq!(done.outcome.verdict, Verdict::Failed, "{}", done.told);
    assert_eq!(done.saved["fresh"]["code"], Value::Int(200));
    assert_eq!(done.saved["stale"]["code"], Value::Int(200));
    assert!(
        matches!(done.outcome.why, Some(Why::Step { step: 5, .. })),
        "{:?}",
        done.outcome
    );
    seen_nowhere(&api, &written, &done);
}

// row: B14
#[tokio::test]
async fn a_new_key_that_the_service_does_not_take_fails_the_rotation() {
    let (project, api, draft) = rotating(&[OLD]);
    let plan = project.planned(&draft).await;
    let written = serde_json::to_string(&plan).unwrap();
    let done = project.run(plan).await;
    assert_eq!(done.outcome.verdict, Verdict::Failed, "{}", done.told);
    assert!(!done.saved.contains_key("stale"), "{:?}", done.saved);
    seen_nowhere(&api, &written, &done);
}
