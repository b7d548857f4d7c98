//! How a program in a service ended, as an answer: what proves that it is up or down, and what proves nothing.

use super::*;
use crate::domain::action::step::{Ending, Parse, Save, Sign};

/// Asks whether the database is up.
fn asking(ending: Ending) -> Planned {
    Planned {
        save: Some(Save {
            name: "ready".to_owned(),
            parse: Parse::Ending(Box::new(ending)),
        }),
        ..inside(exec("postgres", &["pg_isready"]))
    }
}

fn ready() -> Planned {
    asking(Ending {
        up: vec![Sign::Rc(0)],
        down: vec![Sign::Rc(2), Sign::Absent],
        ..Ending::default()
    })
}

/// What is said of `up` by who only asks, and by who goes in on the way.
async fn told(project: &Project) -> [Option<Value>; 2] {
    let read = Family::read(&project.composes, &ready()).await.unwrap();
    assert!(read.contains_key("why"), "{read:?}");
    let (end, _) = crate::runtime::executors::testing::done(&project.composes, ready()).await;
    let done = match end {
        StepEnd::Done { saved, .. } => saved.get("up").cloned(),
        StepEnd::Failed { .. } | StepEnd::Unknown { .. } => None,
        StepEnd::Cancelled { .. } => panic!("nobody stopped it"),
    };
    [read.get("up").cloned(), done]
}

// row: D2, D5
#[tokio::test]
async fn that_something_in_a_service_is_down_is_proved_and_else_it_is_not_known() {
    for plugin in [true, false] {
        let project = Project::new(plugin);
        for (ends, up) in [
            ("exit 0", Some(true)),
            ("exit 2", Some(false)),
            // It is starting, or compose itself could not go in.
            ("exit 1", None),
            ("exit 126", None),
            ("kill -9 $$", None),
        ] {
            project.scripts.program("bin/pg_isready", ends);
            let up = up.map(Value::Bool);
            assert_eq!(told(&project).await, [up.clone(), up], "{plugin}: {ends}");
        }
        project.scripts.program("bin/pg_isready", "exit 0");
        for gone in ["p1 exited\n", "p1 exited\np2 dead\n", ""] {
            project.write("state/postgres", gone);
            let down = Some(Value::Bool(false));
            assert_eq!(
                told(&project).await,
                [down.clone(), down],
                "{plugin}: {gone:?}"
            );
        }
    }
    // The old program has no words for these.
    let project = Project::new(true);
    for neither in ["p1 paused\n", "p1 exited\np2 restarting\n"] {
        project.write("state/postgres", neither);
        assert_eq!(told(&project).await, [None, None], "{neither:?}");
    }
}

// row: D2
#[tokio::test]
async fn a_code_that_is_named_is_no_failure_and_another_is() {
    let project = Project::new(true);
    let step = || {
        asking(Ending {
            rc: vec![0, 3],
            ..Ending::default()
        })
    };
    project.scripts.program("bin/pg_isready", "exit 3");
    let read = Family::read(&project.composes, &step()).await.unwrap();
    assert_eq!(read["rc"], Value::Int(3));
    project
        .scripts
        .program("bin/pg_isready", "echo no params >&2; exit 4");
    let refusal = Family::read(&project.composes, &step()).await.unwrap_err();
    assert!(
        format!("{refusal:?}").contains("exit 4: no params"),
        "{refusal:?}"
    );
    // Who asks for codes alone is not told that there is nothing to go into as if that were one.
    project.write("state/postgres", "p1 exited\n");
    let refusal = Family::read(&project.composes, &step()).await.unwrap_err();
    assert!(format!("{refusal:?}").contains("exited"), "{refusal:?}");
}
