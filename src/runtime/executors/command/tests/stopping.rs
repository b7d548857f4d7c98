//! Programs that end before they are done.

use super::*;
use crate::runtime::signals::Signals;

// row: G3
#[tokio::test]
async fn too_slow_is_stopped_with_all_it_started() {
    let scripts = Scripts::new();
    let program = scripts.program("slow", "sleep 600 & echo $!; wait");
    let step = Planned {
        limit: Some(1),
        ..command(&[&program])
    };
    let (end, bench) = done(&commands(), step).await;
    assert!(
        matches!(&end, StepEnd::Unknown { why } if why.contains("took too long")),
        "{end:?}"
    );
    gone(&bench.heard(Stream::Out)).await;
}

/// Waits until a process is gone.
pub async fn gone(pid: &str) {
    let path = format!("/proc/{}/stat", pid.trim());
    let ended = async {
        // A dead child of a dead parent waits for init, which may be slow.
        while fs::read_to_string(&path).is_ok_and(|stat| !stat.contains(") Z ")) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(
        tokio::time::timeout(Duration::from_secs(10), ended)
            .await
            .is_ok(),
        "{pid} lives"
    );
}

#[tokio::test]
async fn a_person_stops_it_and_one_that_does_not_listen_is_killed() {
    let scripts = Scripts::new();
    let program = scripts.program(
        "deaf",
        "trap 'echo heard >&2' TERM; echo begun; while :; do sleep 0.05; done",
    );
    let commands = commands();
    let bench = planned(&commands, command(&[&program])).await;
    let stop = async {
        bench.until(Stream::Out, "begun").await;
        bench.cancel.cancel();
    };
    let (end, ()) = futures::join!(bench.run(&commands), stop);
    assert!(
        matches!(&end, StepEnd::Cancelled { done: Some(done) } if done.contains("stays") && !done.contains("still run")),
        "{end:?}"
    );
    assert!(
        bench.heard(Stream::Err).contains("heard"),
        "it was asked first"
    );
}

// row: B17
#[tokio::test]
async fn what_goes_on_by_itself_is_interrupted_at_its_limit_and_that_is_its_end() {
    let scripts = Scripts::new();
    let trace = scripts.program(
        "trace",
        "trap 'echo summary; exit 0' INT; echo begun; while :; do sleep 0.05; done",
    );
    let step = Planned {
        limit: Some(1),
        ..with(command(&[&trace]), |kind| {
            if let StepKind::Command { bounded, .. } = kind {
                *bounded = true;
            }
        })
    };
    // Whoever started the tests may ignore interruptions, which programs inherit unless they are heard here, as they are wherever
    // the program runs.
    let _heard = Signals::listen().unwrap();
    let (end, bench) = done(&commands(), step.clone()).await;
    assert!(
        matches!(&end, StepEnd::Done { said, .. } if said[0].name == "bounded"),
        "{end:?}"
    );
    assert_eq!(bench.heard(Stream::Out), "begun\nsummary\n");
    let failing = scripts.program("fails", "echo no such process >&2; exit 1");
    let step = with(step, |kind| {
        if let StepKind::Command { argv, .. } = kind {
            argv[0] = Template::plain(failing);
        }
    });
    let (end, _) = done(&commands(), step).await;
    assert!(
        matches!(&end, StepEnd::Failed { why } if why.contains("no such process")),
        "{end:?}"
    );
}

#[tokio::test]
async fn what_is_stopped_before_it_began_did_nothing() {
    let scripts = Scripts::new();
    let program = scripts.program("mark", &format!("touch {}", scripts.path("ran").display()));
    let commands = commands();
    let bench = planned(&commands, command(&[&program])).await;
    bench.cancel.cancel();
    let end = bench.run(&commands).await;
    assert_eq!(end, StepEnd::Cancelled { done: None });
    assert!(!scripts.path("ran").exists());
}

#[tokio::test]
async fn a_daemon_that_it_leaves_behind_does_not_hold_it_up() {
    let scripts = Scripts::new();
    let program = scripts.program("leave", "sleep 30 & echo $!");
    let (end, bench) = done(&commands(), command(&[&program])).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    let pid = bench.heard(Stream::Out);
    let pid: i32 = pid.trim().parse().unwrap();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("it was left alone");
}
