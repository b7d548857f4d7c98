//! The disk of a ledger that is full, or may only be read: nothing is done, and what can be done by hand is said.

use super::stage::{RESTART, Stage, over, space, taken};
use crate::harness::{Bed, Disk, Person, Told, signal, until};

const FULL: &str = "the disk of the ledger is full";
const READ_ONLY: &str = "the ledger may only be read";

/// A call that plans, and the challenge it was given.
async fn planned(person: &Person) -> String {
    let arguments = [&["run"], &RESTART[..], &["--plan", "--json"]].concat();
    let planned = person.call(&arguments, "").await;
    assert_eq!(planned.code, Some(0), "{planned:?}");
    planned.json()["challenge"].as_str().unwrap().to_owned()
}

async fn confirmed(person: &Person, challenge: &str) -> Told {
    let arguments = [&["run"], &RESTART[..], &["--confirm", "-"]].concat();
    person.call(&arguments, challenge).await
}

/// It was refused for this reason, and how it is done by hand was said.
#[track_caller]
fn is_by_hand(told: &Told, why: &str) {
    assert_eq!(told.code, Some(4), "{told:?}");
    for part in [
        why,
        "rollout restart deployment/web",
        "quarterdeck journal note --action generic/restart",
    ] {
        assert!(told.err.contains(part), "{part}: {told:?}");
    }
}

/// That the chain is whole, and how many runs stand in it.
async fn holds(person: &Person, runs: usize) {
    let verified = person.call(&["journal", "verify"], "").await;
    assert_eq!(verified.code, Some(0), "{verified:?}");
    let found = person.runs().await;
    assert_eq!(found.len(), runs, "{found:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_full_disk_nothing_runs_and_later_what_was_planned_does() {
    let bed = Bed::shared();
    let space = space(&bed).await;
    let mut stage = Stage::new(&space).await;
    let disk = Disk::below(&mut stage.li, "state");
    let before = stage.changes().await;
    let challenge = planned(&stage.li).await;

    disk.fill();
    is_by_hand(&confirmed(&stage.li, &challenge).await, FULL);
    let arguments = [&["run"], &RESTART[..], &["--plan"]].concat();
    is_by_hand(&stage.li.call(&arguments, "").await, FULL);
    assert_eq!(stage.changes().await, before);

    disk.free();
    holds(&stage.li, 0).await;
    let acted = confirmed(&stage.li, &challenge).await;
    assert_eq!(acted.code, Some(0), "{acted:?}");
    assert_eq!(stage.changes().await, before + 1);
    holds(&stage.li, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fills_up_under_a_prompt_takes_the_yes_away() {
    let bed = Bed::shared();
    let space = space(&bed).await;
    let mut stage = Stage::new(&space).await;
    let disk = Disk::below(&mut stage.li, "state");
    let before = stage.changes().await;
    let arguments = [&["run"], &RESTART[..]].concat();

    let mut session = stage.li.session(&arguments);
    session.shows("▸ No");
    disk.fill();
    session.chooses_run();
    session.shows("it can't be recorded, so it is not done");
    session.shows(FULL);
    session.shows("By hand, and then as a note");
    session.shows("rollout restart deployment/web");
    assert_eq!(session.declines(), 4);
    assert_eq!(stage.changes().await, before);

    disk.free();
    holds(&stage.li, 0).await;
    let mut session = stage.li.session(&arguments);
    session.chooses_run();
    assert_eq!(session.left(), 0, "{}", session.terminal().text());
    assert_eq!(stage.changes().await, before + 1);
    holds(&stage.li, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fills_up_before_the_first_step_stops_the_run() {
    let bed = Bed::shared();
    let space = space(&bed).await;
    let mut stage = Stage::new(&space).await;
    let disk = Disk::below(&mut stage.li, "state");
    // The log lies on another disk.
    let log = stage.li.write("log", "");
    let more = format!("[log]\nfile = \"{}\"\n", log.display());
    stage.settle(&stage.li, &more);
    let before = stage.changes().await;

    let acting = stage.li.act_at("after-lock=sleep(10000)", &RESTART);
    let beside = async {
        let run = taken(&stage.li).await;
        signal(&run, "-STOP");
        disk.fill();
        signal(&run, "-CONT");
        until("the step that can't be recorded", async || {
            let said = std::fs::read_to_string(&log).unwrap();
            if said.contains("the outcome is not kept yet") {
                Ok(())
            } else {
                Err(said)
            }
        })
        .await;
        assert_eq!(stage.changes().await, before);
        disk.free();
    };
    let (acted, ()) = tokio::join!(acting, beside);
    assert_eq!(acted.code, Some(4), "{acted:?}");
    let run = over(&stage.li).await;
    assert_eq!(run["state"]["verdict"], "aborted", "{run}");
    assert_eq!(run["state"]["why"]["refusal"]["refusal"], "no-ledger");
    assert_eq!(stage.changes().await, before);
    holds(&stage.li, 1).await;
    let acted = stage.li.act(&RESTART).await;
    assert_eq!(acted.code, Some(0), "{acted:?}");
    assert_eq!(stage.changes().await, before + 1);
    holds(&stage.li, 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_disk_that_may_only_be_read_nothing_runs_and_nobody_is_asked() {
    let bed = Bed::shared();
    let space = space(&bed).await;
    let mut stage = Stage::new(&space).await;
    let disk = Disk::below(&mut stage.li, "state");
    let before = stage.changes().await;
    let challenge = planned(&stage.li).await;

    disk.protect();
    is_by_hand(&confirmed(&stage.li, &challenge).await, READ_ONLY);
    let arguments = [&["run"], &RESTART[..], &["--plan"]].concat();
    is_by_hand(&stage.li.call(&arguments, "").await, READ_ONLY);
    let mut session = stage.li.session(&arguments[..arguments.len() - 1]);
    assert_eq!(session.left(), 4);
    session.shows(READ_ONLY);
    assert!(!session.was_asked(), "{}", session.terminal().text());
    // In the palette it stays, with its reason.
    let mut session = stage.li.session(&[]);
    session.shows("web");
    session.types(":");
    session.shows("Commands");
    session.types("restart web");
    session.shows("it can't be recorded, so it is not done");
    session.presses("\x1b");
    session.hides("Commands");
    session.types("q");
    assert_eq!(session.left(), 0);
    assert_eq!(stage.changes().await, before);

    disk.unprotect();
    holds(&stage.li, 0).await;
    let acted = confirmed(&stage.li, &challenge).await;
    assert_eq!(acted.code, Some(0), "{acted:?}");
    assert_eq!(stage.changes().await, before + 1);
    holds(&stage.li, 1).await;
}
