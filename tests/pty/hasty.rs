//! Hands that are faster than the screen: what waits is taken at once, and only what it comes to is drawn.

use super::{
    home::Home,
    person,
    session::{Session, Start},
    terminal::Terminal,
};

/// Before each frame that changes something.
const BEGINS: &[u8] = b"\x1b[?2026h";

fn frames(terminal: &Terminal) -> usize {
    let bytes = &terminal.bytes;
    bytes
        .windows(BEGINS.len())
        .filter(|piece| *piece == BEGINS)
        .count()
}

/// A demo in which nothing moves by itself, on a screen that takes long to draw.
fn quiet(home: &Home) -> Session {
    let words = ["demo", "--scenario", "quiet"];
    let session = Start::of(home, &words).sized(240, 80).session();
    session.until("the panes", |terminal| {
        terminal.has("LIVE") && terminal.has("export-worker")
    });
    session
}

#[test]
fn many_keys_at_once_are_few_frames_and_the_last_is_drawn() {
    let home = Home::new();
    let mut session = quiet(&home);
    session.types(":");
    session.shows("Commands");
    let before = frames(&session.terminal());
    // As many as a terminal's line holds.
    let keys = format!("{}the end", "so many keys ".repeat(60));
    session.types(&keys);
    session.shows("the end");
    let drawn = frames(&session.terminal()) - before;
    assert!(
        drawn < keys.len() / 8,
        "{} keys made {drawn} frames",
        keys.len()
    );
    // One key is one frame, at once.
    let before = frames(&session.terminal());
    session.types("!");
    session.shows("the end!");
    assert!(frames(&session.terminal()) > before);
}

#[test]
fn keys_that_come_one_by_one_are_each_drawn() {
    let home = Home::new();
    let mut session = quiet(&home);
    session.types(":");
    session.shows("Commands");
    for place in 1..=8 {
        session.types("x");
        session.shows(&format!(":{}", "x".repeat(place)));
    }
}

/// A terminal that does not mark what is pasted sends it as keys; how long a frame takes must not make a person of them.
#[test]
fn a_paste_is_one_however_long_a_frame_takes() {
    let home = Home::new();
    let mut session = quiet(&home);
    session.types(":");
    session.shows("Commands");
    session.types("force basic");
    session.offers("Force basic answers");
    session.types("\r");
    session.shows("Type glancy.lookup.force_basic to go on:");
    person::looks();
    session.types("glancy.lookup.force_basic\r");
    session.shows("pasted text does not count");
    person::never(&session, "Run ", |terminal| terminal.has("▌Run "));
    session.presses("\x1b");
    session.hides("Type glancy");
}
