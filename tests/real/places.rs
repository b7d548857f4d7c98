//! Places over ssh, with the system's own ssh and an sshd on loopback.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, sync::Arc};

use quarterdeck::{
    domain::action::{
        place::PlaceSpec,
        refusal::Refusal,
        step::{Planned, StepKind, Template},
        verdict::StepEnd,
    },
    runtime::executors::{Commands, Executor as _, Host, Places, ProgramRules, Secrets},
};

use crate::{
    harness::{Bed, Sshd, until},
    kinds::{done, look, planned},
};

struct There {
    folder: tempfile::TempDir,
    commands: Commands,
    _sshd: Sshd,
}

impl There {
    fn new() -> Self {
        let sshd = Sshd::start(&Bed::shared());
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        let places = [
            PlaceSpec {
                env: [("COMPOSE_FILE".to_owned(), "docker compose.yml".to_owned())].into(),
                ..sshd.place("there", at)
            },
            sshd.strange_place("strange", at),
            sshd.place("nowhere", Path::new("/no/such/folder")),
            PlaceSpec {
                user: Some("no-such-user".to_owned()),
                ..sshd.place("asks", at)
            },
        ];
        let host = Host::new(
            Places::new(places),
            ProgramRules::default(),
            Secrets::default(),
        );
        Self {
            commands: Commands::new(Arc::new(host)),
            folder,
            _sshd: sshd,
        }
    }

    fn program(&self, text: &str) -> String {
        let path = self.folder.path().join("program");
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path.display().to_string()
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }
}

fn at(place: &str, words: &[&str]) -> Planned {
    planned(StepKind::Command {
        place: Some(place.to_owned()),
        argv: words.iter().copied().map(Template::plain).collect(),
        stdin: Some(Template::plain("read by it")),
        stdout: None,
        secrets: Vec::new(),
        bounded: false,
        follow: None,
    })
}

// row: G3, G10
#[tokio::test]
async fn a_program_runs_at_the_other_host_with_exactly_its_arguments() {
    let there = There::new();
    let program = there.program("pwd; printf '[%s]' \"$COMPOSE_FILE\" \"$@\"; cat; exit 0");
    let odd = ["a b", "; touch pwned", "$(touch pwned)", "it's", "", "*"];
    let words = [&[program.as_str()], odd.as_slice()].concat();
    let (end, told) = done(&there.commands, at("there", &words)).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    let folder = there.folder.path().display();
    assert_eq!(
        told,
        format!(
            "{folder}\n[docker compose.yml][a b][; touch pwned][$(touch pwned)][it's][][*]read by it"
        )
    );
    assert!(!there.folder.path().join("pwned").exists());
    let program = there.program("echo \"no such volume\" >&2; exit 3");
    let (end, _) = done(&there.commands, at("there", &[&program])).await;
    let why = "exit 3: no such volume".to_owned();
    assert_eq!(end, StepEnd::Failed { why });
}

// row: G10
#[tokio::test]
async fn a_wrong_host_folder_or_user_refuses_before_anything_runs() {
    let there = There::new();
    let program = there.program("touch ran");
    for (place, why) in [
        ("strange", "Host key verification failed"),
        ("nowhere", "no folder of that host"),
        ("asks", "no-such-user"),
    ] {
        let refusal: Refusal = look(&there.commands, &at(place, &[&program]))
            .await
            .unwrap_err();
        assert!(format!("{refusal:?}").contains(why), "{place}: {refusal:?}");
    }
    assert!(!there.folder.path().join("ran").exists());
}

// row: G3, B17
#[tokio::test]
async fn a_limit_ends_what_runs_at_the_other_host() {
    let there = There::new();
    let program = there.program("echo $$ >pid; echo begun; exec sleep 600");
    let step = Planned {
        limit: Some(2),
        ..at("there", &[&program])
    };
    let (end, told) = done(&there.commands, step).await;
    assert!(
        matches!(&end, StepEnd::Unknown { why } if why.contains("took too long") && !why.contains("still run")),
        "{end:?}"
    );
    assert_eq!(told, "begun\n");
    let pid = there.text("pid").trim().to_owned();
    until("the program gone", async || {
        let path = format!("/proc/{pid}/stat");
        match fs::read_to_string(path) {
            Ok(stat) if !stat.contains(") Z ") => Err(stat),
            _ => Ok(()),
        }
    })
    .await;
    let bounded = Planned {
        limit: Some(2),
        ..planned(StepKind::Command {
            place: Some("there".to_owned()),
            argv: vec![Template::plain(there.program(
                "trap 'echo summary; exit 0' INT; echo begun; while :; do sleep 0.05; done",
            ))],
            stdin: None,
            stdout: None,
            secrets: Vec::new(),
            bounded: true,
            follow: None,
        })
    };
    let (end, told) = done(&there.commands, bounded).await;
    assert!(
        matches!(&end, StepEnd::Done { said, .. } if said[0].name == "bounded"),
        "{end:?}"
    );
    assert_eq!(told, "begun\nsummary\n");
}

// row: G10
#[tokio::test]
async fn a_host_that_went_away_is_neither_done_nor_refused() {
    let there = There::new();
    let program = there.program("kill -9 $PPID");
    let step = at("there", &[&program]);
    let facts = look(&there.commands, &step).await.unwrap().facts;
    assert!(!facts.is_empty());
    let (end, _) = done(&there.commands, step.clone()).await;
    // What was sent and never answered for is not known.
    assert!(matches!(end, StepEnd::Unknown { .. }), "{end:?}");
    let read = there.commands.read(&step).await;
    assert!(matches!(read, Err(Refusal::Unreadable { .. })), "{read:?}");
}
