//! The service is started and stopped: what it answers, what it writes, and what it leaves behind.

use std::{fs, net::TcpListener};

use quarterdeck::domain::action::{
    preflight::Draft,
    record::Why,
    step::{StepKind, Template},
    value::Values,
    verdict::Verdict,
};

use super::{LOG, api::Api, here, with};
use crate::harness::{Bed, Done, Project, free_port};

/// A unit that writes a line when it is started: that of the file `says`. Its process is the one that `main` names.
const SYSTEMCTL: &str = r#"#!/bin/sh
cd @DIR@ || exit 1
case "$*" in
"show --no-pager -p "*" -- app-example")
  echo "LoadState=loaded"; echo "ActiveState=$(cat unit)"; echo "SubState=so"
  echo "MainPID=$(cat main)"; echo "ExecMainStartTimestamp=$(cat started 2>/dev/null)" ;;
"show --property=ActiveState --value app-example") cat unit ;;
"show --property=MainPID --value app-example") cat main ;;
"start --no-ask-password -- app-example") echo active >unit; date +%s%N >started; cat says >>log/example.log ;;
"stop --no-ask-password -- app-example") echo inactive >unit ;;
*) echo "systemctl: what is $*?" >&2; exit 64 ;;
esac
"#;

/// The processes there are, for who asks as the pack does.
const PS: &str = r#"#!/bin/sh
[ "$*" = "-ww --no-headers -e -o stat=,user=,pid=,comm=,cgroup=" ] || exit 64
cat @DIR@/processes
"#;

/// No process has this number.
const NOBODY: &str = "4194305";

pub struct Host {
    pub project: Project,
    pub api: Api,
}

impl Host {
    fn new(state: &str) -> Self {
        let project = Project::new(&Bed::shared(), "module", true, here, |all| all);
        let dir = project.folder.path().display().to_string();
        project.program("bin/systemctl", &SYSTEMCTL.replace("@DIR@", &dir));
        fs::create_dir(project.at("log")).unwrap();
        let host = Self::of(project);
        host.has("unit", state);
        host.has("main", NOBODY);
        host.has("says", "INFO started");
        host
    }

    /// The host of a project: it answers well, and nothing of it is left over.
    pub fn of(project: Project) -> Self {
        let dir = project.folder.path().display().to_string();
        project.program("bin/ps", &PS.replace("@DIR@", &dir));
        let api = Api::of(project.folder.path());
        let host = Self { project, api };
        host.has("processes", "Ss   root  1 systemd 0::/init.scope");
        host
    }

    pub fn has(&self, file: &str, text: &str) {
        fs::write(self.project.at(file), format!("{text}\n")).unwrap();
    }

    /// The action on this host; what curl tries six times in half a minute it tries once more here.
    pub fn draft(&self, action: &str, port: u16) -> Draft {
        let at = |name: &str| self.project.at(name).display().to_string();
        let mut draft = self.project.draft(action, &Values::new());
        for (word, ours) in [
            ("/usr/bin/systemctl", at("bin/systemctl")),
            ("/usr/bin/ps", at("bin/ps")),
            ("/usr/bin/docker", at("programs/docker")),
            ("/usr/local/bin/pytest", at("bin/pytest")),
            ("/var/tmp", at("tmp")),
            ("http://localhost:8000", format!("http://127.0.0.1:{port}")),
            ("sport = :8000", format!("sport = :{port}")),
            (LOG, at("log/example.log")),
            ("/var/log/app", at("log")),
        ] {
            draft = with(draft, word, &ours);
        }
        sooner(draft)
    }

    async fn started(&self) -> Done {
        let draft = self.draft("module/start", self.api.port);
        self.project.run(self.project.planned(&draft).await).await
    }

    async fn stopped(&self, port: u16) -> Done {
        let draft = self.draft("module/stop", port);
        self.project.run(self.project.planned(&draft).await).await
    }
}

fn sooner(mut draft: Draft) -> Draft {
    for step in &mut draft.steps {
        let StepKind::Command { argv, .. } = &mut step.kind else {
            continue;
        };
        for at in 1..argv.len() {
            let before = argv[at - 1].whole().unwrap_or_default();
            if matches!(before.as_str(), "--retry" | "--retry-delay") {
                argv[at] = Template::plain("1");
            }
        }
    }
    draft
}

/// It failed, at this of its steps.
#[track_caller]
pub fn fails_at(done: &Done, place: usize) {
    done.ended(Verdict::Failed);
    let at = match &done.outcome.why {
        Some(Why::Step { step, .. }) => Some(*step),
        _ => None,
    };
    assert_eq!(at, Some(place), "{:?}: {}", done.outcome, done.told);
}

// row: B1
#[tokio::test]
async fn a_start_is_verified_by_its_answer_and_by_what_it_wrote_since() {
    let host = Host::new("inactive");
    host.has("log/example.log", "ERROR of yesterday");
    let done = host.started().await;
    done.ended(Verdict::Verified);
    // It writes an ERROR: that is a start that failed, whatever it answers.
    host.has("unit", "failed");
    host.has("says", "ERROR no connection to the database");
    let done = host.started().await;
    fails_at(&done, 6);
    assert!(done.told.contains("ERROR no connection"), "{}", done.told);
}

// row: B1
#[tokio::test]
async fn a_start_that_answers_503_fails() {
    let host = Host::new("inactive");
    host.has("health", "503");
    let done = host.started().await;
    fails_at(&done, 2);
    assert!(done.told.contains("503"), "{}", done.told);
}

// row: B1
#[tokio::test]
async fn a_stop_is_verified_where_nothing_is_left() {
    let host = Host::new("active");
    let port = free_port();
    // A zombie of somebody else is none of the service's.
    host.has(
        "processes",
        "Z    postgres  91 psql <defunct> 0::/user.slice",
    );
    let done = host.stopped(port).await;
    done.ended(Verdict::Verified);
}

// row: B1
#[tokio::test]
async fn a_stop_that_leaves_a_process_a_zombie_or_a_held_port_fails() {
    let held = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = held.local_addr().unwrap().port();
    let host = Host::new("active");
    host.has("main", &std::process::id().to_string());
    let done = host.stopped(port).await;
    fails_at(&done, 1);
    host.has("main", NOBODY);
    for zombie in [
        "Zs   app   4711 python <defunct> 0::/user.slice",
        "Z    root  4712 sh <defunct> 0::/system.slice/app-example.service (deleted)",
    ] {
        host.has("unit", "active");
        host.has("processes", zombie);
        let done = host.stopped(port).await;
        fails_at(&done, 4);
    }
    host.has("unit", "active");
    host.has("processes", "Ss   root  1 systemd 0::/init.scope");
    let done = host.stopped(port).await;
    fails_at(&done, 6);
    let pid = format!("pid={},", std::process::id());
    assert!(done.told.contains(&pid), "it is named: {}", done.told);
}
