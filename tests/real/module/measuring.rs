//! What measures the running process: each ends at its limit and leaves its file, and none starts a second service.

use std::{fs, os::unix::fs::PermissionsExt as _};

use quarterdeck::{
    domain::action::{preflight::Draft, step::StepKind, value::Values, verdict::Verdict},
    runtime::signals::Signals,
};

use super::{here, with};
use crate::harness::{Bed, Project};

/// A unit whose process is the one that `pid` names.
const SYSTEMCTL: &str = r#"#!/bin/sh
[ "$*" = "show --property=MainPID --value app-example" ] || exit 64
cat @DIR@/pid
"#;

/// Profiles for as long as it is told, and ends by itself.
const PY_SPY: &str = r#"#!/bin/sh
[ "$1 $2 $3 $5 $7 $#" = "record --nonblocking --duration -o --pid 8" ] || exit 64
kill -0 "$8" || exit 1
echo "<svg/> of $8 for $4 s" >"$6"
"#;

/// Counts until it is interrupted, and writes only then.
const STRACE: &str = r#"#!/bin/sh
[ "$1 $2 $3 $5 $#" = "-f -c -o -p 6" ] || exit 64
kill -0 "$6" || exit 1
trap 'echo "calls of $6" >"$4"; exit 0' INT
while :; do sleep 0.05; done
"#;

/// Captures until it is interrupted, into a file that is there.
const TCPDUMP: &str = r#"#!/bin/sh
[ "$1 $2 $3 $4 $5 $6 $8 $9 $#" = "-i any -Z root -U -w port 8000 9" ] || exit 64
[ -e "$7" ] || exit 1
trap 'echo packets >"$7"; exit 0' INT
while :; do sleep 0.05; done
"#;

fn host(pid: &str) -> Project {
    let project = Project::new(&Bed::shared(), "module", true, here, |all| all);
    let dir = project.folder.path().display().to_string();
    for (name, program) in [
        ("systemctl", SYSTEMCTL),
        ("py-spy", PY_SPY),
        ("strace", STRACE),
        ("tcpdump", TCPDUMP),
    ] {
        project.program(&format!("bin/{name}"), &program.replace("@DIR@", &dir));
    }
    fs::create_dir(project.at("tmp")).unwrap();
    fs::write(project.at("pid"), format!("{pid}\n")).unwrap();
    project
}

/// The action with the programs of this host; what goes on by itself is ended after a second.
fn draft(project: &Project, action: &str) -> Draft {
    let at = |name: &str| project.at(name).display().to_string();
    let mut draft = project.draft(action, &Values::new());
    for (word, ours) in [
        ("/usr/bin/systemctl", at("bin/systemctl")),
        ("/usr/local/bin/py-spy", at("bin/py-spy")),
        ("/usr/bin/strace", at("bin/strace")),
        ("/usr/bin/tcpdump", at("bin/tcpdump")),
        ("/var/tmp/", format!("{}/", at("tmp"))),
    ] {
        draft = with(draft, word, &ours);
    }
    for step in &mut draft.steps {
        if let StepKind::Command { bounded: true, .. } = &step.kind {
            assert_eq!(step.limit, Some(30), "{action}");
            step.limit = Some(1);
        }
    }
    draft
}

// row: B17
#[tokio::test]
async fn each_measurement_ends_at_its_limit_and_leaves_its_file() {
    // Whoever started the tests may ignore interruptions, which programs inherit unless they are heard here.
    let _heard = Signals::listen().unwrap();
    let pid = std::process::id();
    let project = host(&pid.to_string());
    for (action, file, holds) in [
        (
            "module/py-spy",
            "tmp/py-spy-run-1.svg",
            format!("<svg/> of {pid} for 30 s\n"),
        ),
        (
            "module/strace",
            "tmp/strace-run-1.txt",
            format!("calls of {pid}\n"),
        ),
        (
            "module/tcpdump",
            "tmp/capture-run-1.pcap",
            "packets\n".to_owned(),
        ),
    ] {
        let plan = project.planned(&draft(&project, action)).await;
        let done = project.run(plan).await;
        let why = &done.outcome;
        assert_eq!(
            why.verdict,
            Verdict::Verified,
            "{action}: {why:?}: {}",
            done.told
        );
        assert_eq!(project.text(file), holds, "{action}");
    }
    // What was captured is its owner's alone to read.
    let captured = fs::metadata(project.at("tmp/capture-run-1.pcap")).unwrap();
    assert_eq!(captured.permissions().mode() & 0o777, 0o600);
}

// row: B7, B17
#[tokio::test]
async fn where_nothing_runs_nothing_is_measured_and_nothing_is_started() {
    let project = host("0");
    for action in ["module/py-spy", "module/strace"] {
        let proposed = project.proposed(&draft(&project, action)).await;
        assert!(proposed.is_err(), "{action}: {proposed:?}");
    }
    assert_eq!(fs::read_dir(project.at("tmp")).unwrap().count(), 0);
}
