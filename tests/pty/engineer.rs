//! The way of an engineer on call: from an alert to a fix that is verified, and on to the incident that is closed.

use std::time::Duration;

use super::{
    home::Home,
    session::{Session, Start},
};

/// The world goes ten times as fast as the clock: a window of five minutes lasts half a minute.
const SPEED: &str = "10";
/// A backlog that shrinks and three good windows after it take half an hour of the world's time, and a busy machine its own.
const PATIENCE: Duration = Duration::from_secs(900);

#[track_caller]
fn comes_to(session: &Session, what: &str, holds: impl Fn(&str) -> bool) {
    let seen = session.within(PATIENCE, |terminal| holds(&terminal.text()));
    assert!(
        seen,
        "waited for: {what}\nthe screen is:\n{}",
        session.terminal().text()
    );
}

/// The row of a flow that has the cursor; its title has the same bar, and no gap behind it.
fn under_the_cursor(text: &str) -> Option<&str> {
    text.lines().find(|row| row.starts_with("▌  "))
}

fn row_of<'t>(text: &'t str, step: &str) -> Option<&'t str> {
    text.lines().find(|row| row.contains(step))
}

/// Goes down a flow until the cursor stands on a step.
#[track_caller]
fn goes_to(session: &mut Session, step: &str) {
    loop {
        let before = {
            let terminal = session.terminal();
            let text = terminal.text();
            under_the_cursor(&text).map(str::to_owned)
        };
        let Some(before) = before else {
            panic!("no step has the cursor\n{}", session.terminal().text());
        };
        if before.contains(step) {
            return;
        }
        session.types("j");
        session.until("the cursor one step on", |terminal| {
            under_the_cursor(&terminal.text()).is_some_and(|row| row != before)
        });
    }
}

/// Takes a check as soon as it holds; the mark of one that does is not the one of a warning.
#[track_caller]
fn takes_the_check(session: &mut Session, step: &str) {
    goes_to(session, step);
    comes_to(session, &format!("the check `{step}` holds"), |text| {
        row_of(text, step).is_some_and(|row| row.contains('◔'))
    });
    session.types("\r");
    session.shows(&format!("✔ {step}"));
}

/// The alert is seen, taken care of and declared as an incident, which is on the screen then.
fn takes_care(session: &mut Session) {
    session.shows("ExportBacklog");
    session.types("1");
    session.types("/");
    session.types("ExportBacklog\r");
    session.hides("ExportSlow");
    session.types("a");
    session.until("that somebody takes care of it", |terminal| {
        let text = terminal.text();
        let mut rows = text.lines().filter(|row| row.contains("Sev-2"));
        rows.any(|row| row.contains("ExportBacklog") && !row.contains(" ack "))
    });
    session.types("O");
    session.shows("Declare an incident");
    session.types("\r");
    session.shows("an SLO near its red line");
    session.types("\r");
    session.shows("Time line, the newest first");
    session.shows("not recovered");
}

/// More workers, asked for by the step of the flow, confirmed by the name of what is changed.
fn mends(session: &mut Session) {
    goes_to(session, "Scale export workers");
    session.types("\r");
    session.shows("now 24");
    session.types("\r");
    session.shows("24 → 36");
    session.types_the_name("export-worker");
    comes_to(session, "the verdict", |text| {
        text.contains("verdict: verified")
    });
    session.types("\x1b");
    session.hides("verdict:");
    session.shows("✔ Scale export workers");
}

// row: A4, C3
#[test]
fn from_an_alert_to_a_verified_fix_and_the_close_of_its_incident() {
    let home = Home::new();
    let words = ["demo", "--scenario", "export-backlog", "--speed", SPEED];
    let mut session = Start::of(&home, &words).session();
    session.is_live();
    takes_care(&mut session);

    // The flow that answers the alert, step by step.
    session.types("F");
    session.shows("▌▸ Exports pile up");
    session.types("\r");
    session.shows("Confirm and locate");
    takes_the_check(&mut session, "more than 2000 wait");
    mends(&mut session);
    takes_the_check(&mut session, "more leave than come");
    takes_the_check(&mut session, "exports are well in three windows");
    goes_to(&mut session, "Incident and root cause are recorded");
    session.types("\r");
    session.shows("What shows that it is done");
    session.types("the new image keeps its buffers\r");
    session.shows("all is done");
    session.types("X");
    session.shows("ended ");
    session.types("\x1b");

    // Back at the incident: what the pack asks for holds, so it wants no reservation.
    session.shows("Time line, the newest first");
    comes_to(&session, "that it is recovered", |text| {
        text.contains("recovered: what the pack asks for holds")
    });
    session.types("X");
    session.shows("Close the incident");
    session.shows("remark");
    session.types("36 workers hold\r");
    session.shows("closed ");
    session.types("v");
    session.shows("Draft");
    session.shows("## Time line");
    let text = session.terminal().text();
    assert!(text.contains("exports pile up"), "{text}");
    session.types("G");
    session.shows("## Measures");
    session.types("\x1b");
    session.hides("## Measures");
    session.types("\x1b");
    session.hides("Time line, the newest first");
    session.types("q");
    assert_eq!(session.left(), "0");
}
