//! Terminals of every size, changed while it runs.

use super::{home::Home, session::Start};

#[test]
fn it_follows_the_size_and_says_where_it_is_too_small() {
    let home = Home::new();
    let mut session = Start::of(&home, &["demo"]).sized(160, 48).session();
    session.is_live();
    session.resize(60, 16);
    session.until("the smallest screen", |terminal| {
        terminal.has("Alerts") && terminal.text().lines().all(|row| row.chars().count() <= 60)
    });
    session.types("4");
    session.shows("export-worker");
    session.resize(59, 15);
    session.shows("Quarterdeck needs 60 columns and 16 rows");
    session.shows("this terminal has 59 and 15");
    session.hides("export-worker");
    // The smallest that a terminal can be.
    session.resize(1, 1);
    session.resize(80, 24);
    session.shows("export-worker");
    session.hides("needs 60 columns");
    session.shows("ExportBacklog");
    session.types("q");
    assert_eq!(session.left(), "0");
}
