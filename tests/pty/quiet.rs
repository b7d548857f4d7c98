//! Nothing is sent where nothing changed.

use std::time::Duration;

use super::{
    home::Home,
    session::{Session, Start},
};

/// Whether more than so many bytes are sent within a time.
fn sends_more_than(session: &Session, bytes: usize, time: Duration) -> bool {
    let before = session.terminal().bytes.len();
    session.within(time, |terminal| terminal.bytes.len() > before + bytes)
}

#[test]
fn a_quiet_watch_is_silent_on_the_wire() {
    let home = Home::new();
    let mut session = Start::of(&home, &["demo", "--scenario", "quiet"]).session();
    session.is_live();
    let settled = (0..10).any(|_| !sends_more_than(&session, 0, Duration::from_secs(2)));
    assert!(settled, "{}", session.terminal().text());
    // A minute may end: the clock of the header is all that may be drawn then.
    assert!(!sends_more_than(&session, 200, Duration::from_secs(5)));
    session.types("q");
    assert_eq!(session.left(), "0");
}
