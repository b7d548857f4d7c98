//! A run belongs to its runner: whatever becomes of the cockpit that asked for it, it goes on, and the next one shows it.

use std::{fs, path::PathBuf};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::{
    catalogue,
    headless::run,
    home::Home,
    served::Served,
    session::{Session, Start, poll},
};

/// A desk with a run on it that waits for a person.
struct Bed {
    home: Home,
    served: Served,
}

impl Bed {
    fn new() -> Self {
        let home = Home::new();
        catalogue::write(&home);
        let served = Served::start(&home, "quiet");
        Self { home, served }
    }

    fn cockpit(&self, jobs: bool) -> Session {
        let words = ["--config", self.served.config(), "--pack", "own"];
        let session = Start {
            jobs,
            ..Start::of(&self.home, &words)
        }
        .session();
        session.is_live();
        session
    }

    /// A cockpit that looks at a run it asked for.
    fn running(&self, jobs: bool) -> Session {
        let mut session = self.cockpit(jobs);
        session.types(":");
        session.shows("Commands");
        session.types("ask somebody");
        session.offers("Ask somebody");
        session.types("\r");
        session.chooses_run();
        session.shows("waits for a person");
        session
    }

    fn open(&self) -> Value {
        catalogue::open(&self.home, &self.served).expect("a run goes on")
    }

    /// The process that does the run.
    fn runner(&self) -> Pid {
        let pid = self.open()["owner"]["pid"].as_i64().expect("it has one");
        Pid::from_raw(i32::try_from(pid).expect("a number of a process")).expect("it is one")
    }

    /// The run goes on without the cockpit; the next one shows it, and a person ends it there.
    fn goes_on(&self) {
        let runner = self.runner();
        assert!(lives(runner), "the runner is gone");
        let mut next = self.cockpit(false);
        next.until("the run under what is due", |terminal| {
            terminal
                .row_with("waits for a person")
                .is_some_and(|row| row.contains("Ask somebody"))
        });
        next.types("J");
        next.shows("Journal");
        next.types("\r");
        next.shows("hello from the pod");
        next.types("i");
        next.shows("evidence:");
        next.types_behind("evidence: ", "seen");
        next.presses("\r");
        next.shows("verdict: verified");
        // One at a time: two escapes read at once are one key.
        next.types("\x1b");
        next.hides("verdict: verified");
        next.types("\x1b");
        next.hides("Journal");
        next.types("q");
        assert_eq!(next.left(), "0");
        poll("the end of the runner", || (!lives(runner)).then_some(()));
        let journal = run(&self.home, &self.served, &["journal", "verify"]);
        assert_eq!(journal.status.code(), Some(0), "{journal:?}");
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        // A runner that waits for a person would wait for ever.
        if let Some(id) = catalogue::open_run(&self.home, &self.served) {
            let _ = run(&self.home, &self.served, &["runs", "--cancel", &id]);
        }
    }
}

/// Whether a process is there and no zombie.
fn lives(pid: Pid) -> bool {
    let path = PathBuf::from(format!("/proc/{}/stat", pid.as_raw_nonzero()));
    let stat = fs::read_to_string(path).unwrap_or_default();
    stat.rsplit_once(')')
        .is_some_and(|(_, after)| !after.trim_start().starts_with('Z'))
}

#[test]
fn it_outlives_a_cockpit_that_is_left() {
    let bed = Bed::new();
    let mut session = bed.running(false);
    session.types("q");
    assert_eq!(session.left(), "0");
    bed.goes_on();
}

#[test]
fn it_outlives_a_cockpit_that_is_hung_up() {
    let bed = Bed::new();
    let session = bed.running(false);
    session.signal(Signal::HUP);
    assert_eq!(session.left(), "129");
    bed.goes_on();
}

#[test]
fn it_outlives_a_cockpit_that_is_killed() {
    let bed = Bed::new();
    let session = bed.running(false);
    let cockpit = session.pid();
    session.signal(Signal::KILL);
    poll("the end of the cockpit", || (!lives(cockpit)).then_some(()));
    bed.goes_on();
}

#[test]
fn it_outlives_the_terminal() {
    let bed = Bed::new();
    let session = bed.running(false);
    let cockpit = session.pid();
    session.closes();
    poll("the end of the cockpit", || (!lives(cockpit)).then_some(()));
    bed.goes_on();
}

#[test]
fn it_goes_on_while_its_cockpit_is_stopped() {
    let bed = Bed::new();
    let mut session = bed.running(true);
    session.types("\x1a");
    session.is_in_state('T');
    session.shows("stopped");
    let runner = bed.runner();
    let beat = bed.open()["beat_at"].clone();
    poll("a later sign of life", || {
        (bed.open()["beat_at"] != beat).then_some(())
    });
    assert!(lives(runner));
    session.types("\n");
    session.shows("waits for a person");
    session.types("i");
    session.shows("evidence:");
    session.types_behind("evidence: ", "seen");
    session.presses("\r");
    session.shows("verdict: verified");
    session.types("q");
    assert_eq!(session.left(), "0");
}

#[test]
fn a_runner_that_dies_is_found_and_shown() {
    let bed = Bed::new();
    let mut session = bed.running(false);
    kill_process(bed.runner(), Signal::KILL).expect("it is there");
    session.shows("verdict: end unknown");
    let runs = run(&bed.home, &bed.served, &["runs", "--json"]);
    let runs: Value = serde_json::from_slice(&runs.stdout).expect("it is JSON");
    let id = runs["items"][0]["id"].as_str().expect("an id").to_owned();
    let attached = run(&bed.home, &bed.served, &["runs", "--attach", &id]);
    assert_eq!(attached.status.code(), Some(3), "{attached:?}");
    session.types("q");
    assert_eq!(session.left(), "0");
}
