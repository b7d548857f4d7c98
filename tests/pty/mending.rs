//! Each scenario of the demo, from the alert to the verdict, as a person walks it: the right action mends the fault and the
//! wrong one visibly does not.

use std::time::Duration;

use super::{
    home::Home,
    session::{Session, Start},
    terminal::Terminal,
};

/// The world goes so fast that a quarter of an hour is over within a minute.
const SPEED: &str = "20";
/// A verdict takes up to fifteen minutes of the world's time, and a busy machine its own.
const PATIENCE: Duration = Duration::from_secs(240);

fn demo(home: &Home, scenario: &str, size: (u16, u16)) -> Session {
    let words = ["demo", "--scenario", scenario, "--speed", SPEED];
    let session = Start::of(home, &words).sized(size.0, size.1).session();
    session.is_live();
    session
}

/// Opens the palette, writes what is looked for, takes the row.
#[track_caller]
fn takes(session: &mut Session, written: &str, row: &str) {
    session.types(":");
    session.shows("Commands");
    session.types(written);
    session.offers(row);
    session.types("\r");
}

#[track_caller]
fn comes_to(session: &Session, verdict: &str) {
    let seen = session.within(PATIENCE, |terminal| {
        terminal.has(&format!("verdict: {verdict}"))
    });
    assert!(
        seen,
        "waited for the verdict {verdict}\nthe screen is:\n{}",
        session.terminal().text()
    );
}

/// Goes back to the panes.
#[track_caller]
fn goes_back(session: &mut Session) {
    session.types("\x1b");
    session.hides("verdict:");
    session.shows("Pods");
}

#[track_caller]
fn leaves(mut session: Session) {
    session.types("q");
    assert_eq!(session.left(), "0");
}

#[track_caller]
fn gets_well(session: &Session, what: &str, well: impl Fn(&Terminal) -> bool) {
    assert!(
        session.within(PATIENCE, well),
        "waited for: {what}\nthe screen is:\n{}",
        session.terminal().text()
    );
}

/// Nothing fires of them but the budget of the month, which has a long memory.
fn lookups_are_well(terminal: &Terminal) -> bool {
    ["LookupErrors", "LookupSlow", "LookupBffUnavailable"]
        .iter()
        .all(|alert| !terminal.has(alert))
}

#[test]
fn more_workers_mend_the_backlog() {
    let home = Home::new();
    let mut session = demo(&home, "export-backlog", (120, 40));
    session.shows("ExportBacklog");
    takes(&mut session, "scale export", "Scale export workers");
    session.shows("now 24");
    session.types("36\r");
    session.shows("24 → 36");
    session.types_the_name("export-worker");
    comes_to(&session, "verified");
    goes_back(&mut session);
    gets_well(&session, "no backlog", |terminal| {
        !terminal.has("ExportBacklog") && terminal.has("36/36")
    });
    leaves(session);
}

#[test]
fn new_workers_of_the_same_image_do_not() {
    let home = Home::new();
    let mut session = demo(&home, "export-backlog", (80, 24));
    takes(&mut session, "restart export", "Restart export workers");
    session.chooses_run();
    session.shows("waits for a person");
    session.types("i");
    session.shows("evidence:");
    session.types_behind("evidence: ", "1.9.2, as released");
    session.presses("\r");
    comes_to(&session, "done, not helped");
    goes_back(&mut session);
    assert!(session.terminal().has("ExportBacklog"));
    leaves(session);
}

#[test]
fn the_old_release_mends_the_bad_one() {
    let home = Home::new();
    let mut session = demo(&home, "bad-release", (160, 48));
    session.shows("lookup-bff");
    takes(&mut session, "roll the release", "Roll the release back");
    session.shows("REL-B0");
    session.types("REL-B4\r");
    session.types_the_name("release");
    comes_to(&session, "verified");
    goes_back(&mut session);
    gets_well(&session, "lookups that are well", lookups_are_well);
    leaves(session);
}

#[test]
fn basic_answers_do_not() {
    let home = Home::new();
    let mut session = demo(&home, "bad-release", (80, 24));
    takes(&mut session, "force basic", "Force basic answers");
    session.types_the_name("glancy.lookup.force_basic");
    comes_to(&session, "done, not helped");
    goes_back(&mut session);
    assert!(session.terminal().has("Lookup"));
    leaves(session);
}

#[test]
fn basic_answers_mend_lookups_while_the_upstream_is_away() {
    let home = Home::new();
    let mut session = demo(&home, "doubao-outage", (120, 40));
    takes(&mut session, "force basic", "Force basic answers");
    session.types_the_name("glancy.lookup.force_basic");
    comes_to(&session, "verified");
    goes_back(&mut session);
    gets_well(&session, "lookups that are well", lookups_are_well);
    leaves(session);
}

#[test]
fn a_new_adapter_does_not() {
    let home = Home::new();
    let mut session = demo(&home, "doubao-outage", (120, 40));
    session.shows("DoubaoErrors");
    takes(&mut session, "restart llm", "Restart llm-adapter");
    session.chooses_run();
    comes_to(&session, "done, not helped");
    goes_back(&mut session);
    assert!(session.terminal().has("DoubaoErrors"));
    leaves(session);
}

/// The runner of a demo is a part of it, so nobody may think that a run goes on.
#[test]
fn leaving_in_the_middle_of_a_run_says_that_it_ended() {
    let home = Home::new();
    let mut session = Start::of(&home, &["demo"]).session();
    session.is_live();
    takes(&mut session, "restart export", "Restart export workers");
    session.chooses_run();
    session.shows("waits for a person");
    session.types("i");
    session.shows("evidence:");
    session.types_behind("evidence: ", "1.9.2, as released");
    session.presses("\r");
    session.shows("▌Run ");
    session.types("q");
    assert_eq!(session.left(), "0");
    let text = session.terminal().text();
    assert!(
        text.contains("ended a run that was under way: Restart export workers"),
        "{text}"
    );
}
