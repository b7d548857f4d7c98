//! What module's actions read on a host, by the programs of this one: its log, its ports.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    net::TcpListener,
    path::Path,
    sync::{Arc, Mutex},
};

use quarterdeck::{
    domain::{
        action::{
            place::PlaceSpec,
            preflight::Draft,
            step::{StepKind, Template},
            value::Values,
            verdict::{Output, StepEnd, Verdict},
        },
        id::RunId,
    },
    pack::Pack,
    runtime::executors::{Doing, Executor as _, Tell},
};
use tokio_util::sync::CancellationToken;

use crate::{
    harness::{Bed, Project, until},
    kinds::plan_of,
};

/// The pack's places in this folder, as whoever runs the test.
fn here(folder: &Path, pack: &Pack) -> Vec<PlaceSpec> {
    let places = pack.places().iter().map(|place| PlaceSpec {
        name: place.name.clone(),
        cwd: Some(folder.display().to_string()),
        ..PlaceSpec::default()
    });
    places.collect()
}

/// The same with one word of the host's for another.
fn with(mut draft: Draft, word: &str, ours: &str) -> Draft {
    for step in &mut draft.steps {
        if let StepKind::Command { argv, .. } = &mut step.kind {
            for word_of in argv {
                if let Some(text) = word_of.whole() {
                    *word_of = Template::plain(text.replace(word, ours));
                }
            }
        }
    }
    draft
}

const LOG: &str = "/var/log/app/example.log";

fn project() -> (Project, String) {
    let project = Project::new(&Bed::shared(), "module", true, here, |all| all);
    let log = project.at("example.log").display().to_string();
    (project, log)
}

// row: B5, B17
#[tokio::test]
async fn a_taken_port_names_its_process() {
    let (project, _) = project();
    let held = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = held.local_addr().unwrap().port();
    let draft = project.draft("module/port-holder", &Values::new());
    let draft = with(draft, "8000", &port.to_string());
    let done = project.run(project.planned(&draft).await).await;
    assert_eq!(done.outcome.verdict, Verdict::Done, "{:?}", done.outcome);
    let pid = format!("pid={},", std::process::id());
    assert!(done.told.contains(&pid), "{pid}: {}", done.told);
    drop(held);
    let done = project.run(project.planned(&draft).await).await;
    assert_eq!(done.told.trim(), "", "nobody holds it now");
}

// row: B8
#[tokio::test]
async fn errors_are_counted_by_type_and_not_by_their_last_word() {
    let (project, log) = project();
    let mut text = String::new();
    for (times, line) in [
        (
            3,
            "ERROR db.pool ConnectionTimeout: no connection within 30 seconds",
        ),
        (
            2,
            "ERROR api.orders ValueError: bad amount after 30 seconds",
        ),
        (1, "ERROR api.orders something odd for 30 seconds"),
        (5, "INFO api.orders ValueError is a word here, too"),
    ] {
        text.push_str(&format!("2026-11-22 10:00:00 {line}\n").repeat(times));
    }
    fs::write(&log, text).unwrap();
    let draft = with(
        project.draft("module/error-types", &Values::new()),
        LOG,
        &log,
    );
    let done = project.run(project.planned(&draft).await).await;
    assert_eq!(done.outcome.verdict, Verdict::Done, "{:?}", done.outcome);
    let counts: Vec<Vec<&str>> = done
        .told
        .lines()
        .map(|line| line.split_whitespace().collect())
        .filter(|words: &Vec<&str>| words.first().is_some_and(|it| it.parse::<u32>().is_ok()))
        .collect();
    assert_eq!(
        counts,
        [
            vec!["1", "(no", "type", "named)"],
            vec!["3", "ConnectionTimeout"],
            vec!["2", "ValueError"],
        ],
        "{}",
        done.told
    );
    let draft = with(
        project.draft("module/log-errors", &Values::new()),
        LOG,
        &log,
    );
    let done = project.run(project.planned(&draft).await).await;
    let lines = done.told.lines().filter(|line| line.contains("ERROR"));
    assert_eq!(lines.count(), 6, "{}", done.told);
    assert!(!done.told.contains("INFO"), "{}", done.told);
}

// row: B16, G3
#[tokio::test]
async fn a_log_that_is_rotated_is_followed_on() {
    let (project, log) = project();
    fs::write(&log, "before\n").unwrap();
    let draft = with(
        project.draft("module/log-follow", &Values::new()),
        LOG,
        &log,
    );
    let mut plan = plan_of(draft.steps[0].clone());
    plan.facts = project.planned(&draft).await.facts;
    let told = Arc::<Mutex<String>>::default();
    let into = Arc::clone(&told);
    let tell: Tell = Arc::new(move |output: Output| into.lock().unwrap().push_str(&output.text));
    let cancel = CancellationToken::new();
    let run = RunId::from("run-1");
    let doing = Doing {
        run: &run,
        plan: &plan,
        place: 0,
        step: &plan.steps[0],
        output: &tell,
        cancel: &cancel,
    };
    let heard = async |text: &str| {
        until(text, async || {
            let told = told.lock().unwrap().clone();
            if told.contains(text) {
                Ok(())
            } else {
                Err(told)
            }
        })
        .await;
    };
    let rotating = async {
        heard("before").await;
        fs::rename(&log, format!("{log}.1")).unwrap();
        let mut new = OpenOptions::new()
            .create_new(true)
            .append(true)
            .open(&log)
            .unwrap();
        writeln!(new, "after").unwrap();
        heard("after").await;
        cancel.cancel();
    };
    let (end, ()) = tokio::join!(project.executors.run(doing), rotating);
    // It was stopped by hand, or came to its limit on a slow day: both after the rotation.
    assert!(
        matches!(end, StepEnd::Cancelled { .. } | StepEnd::Done { .. }),
        "{end:?}"
    );
}
