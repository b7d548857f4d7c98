//! What module's actions read on a host, by the programs of this one: its log, its ports.

mod api;
mod backups;
mod compose;
mod keys;
mod logins;
mod looking;
mod measuring;
mod restoring;
mod retention;
mod rollbacks;
mod service;
mod settings;

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    net::TcpListener,
    path::Path,
    process::Command,
    sync::{Arc, Mutex},
};

use quarterdeck::{
    domain::{
        action::{
            place::PlaceSpec,
            plan::Undo,
            preflight::Draft,
            refusal::Refusal,
            step::{Piece, Planned, StepKind},
            value::{Value, Values},
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
        env: place.env.clone(),
        ..PlaceSpec::default()
    });
    places.collect()
}

/// The same with one word of the host's for another.
fn with(mut draft: Draft, word: &str, ours: &str) -> Draft {
    let reads = draft.reads.iter_mut().map(|(_, read)| read);
    reword(draft.steps.iter_mut().chain(reads), word, ours);
    draft
}

fn reword<'a>(steps: impl Iterator<Item = &'a mut Planned>, word: &str, ours: &str) {
    for step in steps {
        let StepKind::Command {
            argv,
            stdin,
            stdout,
            ..
        } = &mut step.kind
        else {
            continue;
        };
        let words = argv.iter_mut().chain(stdin).chain(stdout);
        for piece in words.flat_map(|it| &mut it.pieces) {
            if let Piece::Text(text) = piece {
                *text = text.replace(word, ours);
            }
        }
    }
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

/// A unit whose service is a process of this host: it has what the drop-in of the last `daemon-reload` gives it.
const SYSTEMCTL: &str = r#"#!/bin/sh
cd @DIR@ || exit 1
dropin=run/systemd/system/app-example.service.d/90-debug.conf
case "$*" in
"show --no-pager -p "*" -- app-example")
  echo "LoadState=loaded"; echo "ActiveState=active"; echo "SubState=running"
  echo "MainPID=$(cat pid)"; echo "ExecMainStartTimestamp=$(cat started)" ;;
"show --property=MainPID --value app-example") cat pid ;;
"show --property=DropInPaths --value app-example") [ ! -e $dropin ] || echo "/$dropin" ;;
daemon-reload) sed -n 's/^EnvironmentFile=//p' $dropin 2>/dev/null >unit.env || : ;;
"restart --no-ask-password -- app-example")
  [ ! -e pid ] || kill "$(cat pid)"
  LOG_LEVEL=INFO
  [ ! -s unit.env ] || . "$(cat unit.env)"
  setsid /usr/bin/env -i LOG_LEVEL=$LOG_LEVEL /usr/bin/sleep 600 >/dev/null 2>&1 </dev/null &
  echo $! >pid
  date +%s%N >started ;;
*) echo "systemctl: what is $*?" >&2; exit 64 ;;
esac
"#;

/// The process of the unit, which ends with the test.
struct Service<'a>(&'a Project);

impl Service<'_> {
    fn level(&self) -> String {
        let pid = self.0.text("pid");
        let environ = fs::read_to_string(format!("/proc/{}/environ", pid.trim())).unwrap();
        environ.trim_end_matches('\0').to_owned()
    }
}

impl Drop for Service<'_> {
    fn drop(&mut self) {
        let _ended = Command::new("kill").arg(self.0.text("pid").trim()).status();
    }
}

// row: B16, G9
#[tokio::test]
async fn debug_goes_back_to_what_it_was_and_not_over_what_somebody_else_did() {
    let (project, _) = project();
    let at = |name: &str| project.at(name).display().to_string();
    let systemctl = SYSTEMCTL.replace("@DIR@", &project.folder.path().display().to_string());
    project.program("bin/systemctl", &systemctl);
    project.program("bin/curl", "#!/bin/sh\necho 200\n");
    let begun = Command::new(at("bin/systemctl"))
        .args(["restart", "--no-ask-password", "--", "app-example"])
        .status();
    assert!(begun.unwrap().success());
    let service = Service(&project);
    until("the service", async || {
        let level = service.level();
        if level == "LOG_LEVEL=INFO" {
            Ok(())
        } else {
            Err(level)
        }
    })
    .await;
    let words = [
        ("/usr/bin/systemctl", at("bin/systemctl")),
        ("/usr/bin/curl", at("bin/curl")),
        ("/run/", format!("{}/", at("run"))),
    ];
    let mut draft = project.draft("module/debug-on", &Values::new());
    for (word, ours) in &words {
        draft = with(draft, word, ours);
    }
    let mut plan = project.planned(&draft).await;
    let Undo::Stated { steps, .. } = &mut plan.undo else {
        panic!("{:?}", plan.undo);
    };
    for (word, ours) in &words {
        reword(steps.iter_mut(), word, ours);
    }
    let done = project.run(plan.clone()).await;
    assert_eq!(done.outcome.verdict, Verdict::Verified, "{}", done.told);
    assert_eq!(done.saved["level"]["value"], Value::text("DEBUG"));
    assert_eq!(service.level(), "LOG_LEVEL=DEBUG");
    // It is on: it is not put on once more.
    let again = project.proposed(&draft).await;
    assert!(matches!(again, Err(Refusal::Guard { .. })), "{again:?}");
    let dropin = project.at("run/systemd/system/app-example.service.d/90-debug.conf");
    let kept = fs::read(&dropin).unwrap();
    fs::remove_file(&dropin).unwrap();
    let refused = project.way_back(&plan, &done).await;
    assert!(matches!(refused, Err(Refusal::Guard { .. })), "{refused:?}");
    fs::write(&dropin, kept).unwrap();
    let back = project.way_back(&plan, &done).await.unwrap();
    let done = project.run(back).await;
    let why = &done.outcome;
    assert_eq!(why.verdict, Verdict::Done, "{why:?}: {}", done.told);
    assert_eq!(service.level(), "LOG_LEVEL=INFO");
    assert!(!dropin.exists());
}
