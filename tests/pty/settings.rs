//! What a person chose: remembered, configured, and changed while it runs.

use super::{
    home::Home,
    session::{Session, Start},
};

fn open(home: &Home) -> Session {
    let session = Start::of(home, &["demo", "--scenario", "quiet"]).session();
    session.is_live();
    session
}

fn leave(mut session: Session) {
    session.types("q");
    assert_eq!(session.left(), "0");
}

/// Waits until the picker says that this theme is in use.
fn uses(session: &mut Session, theme: &str) {
    session.types("T");
    session.until(&format!("{theme} in use"), |terminal| {
        terminal
            .row_with("in use")
            .is_some_and(|row| row.contains(theme))
    });
    session.types("\x1b");
    session.hides("in use");
}

#[test]
fn a_theme_from_the_picker_is_remembered_unless_the_config_says_one() {
    let home = Home::new();
    let mut session = open(&home);
    uses(&mut session, "default");
    session.types("T");
    session.shows("in use");
    session.types("jj\r");
    session.hides("in use");
    uses(&mut session, "high-contrast");
    leave(session);
    let kept = home.path().join("state/quarterdeck/remembered.toml");
    assert!(
        std::fs::read_to_string(kept)
            .expect("it was kept")
            .contains("high-contrast")
    );

    let mut session = open(&home);
    uses(&mut session, "high-contrast");
    leave(session);

    home.write_config("theme = \"mono\"\n");
    let mut session = open(&home);
    uses(&mut session, "mono");
    leave(session);
}

#[test]
fn the_config_is_taken_while_it_runs_and_a_broken_one_keeps_the_old() {
    let home = Home::new();
    home.write_config("[keys.global]\nctrl-t = \"help\"\n");
    let mut session = open(&home);
    session.types("\x14");
    session.shows("Keys");
    session.types("\x1b");
    session.hides("Keys");

    home.write_config("theme = \"light\"\n[keys.global]\nctrl-t = \"changes\"\n");
    session.shows("reloaded");
    uses(&mut session, "light");
    session.types("\x14");
    session.shows("Changes in the last hour");
    session.types("\x1b");
    session.hides("Changes in the last hour");

    home.write_config("theme = \"lihgt\"\n[keys.global]\nctrl-t = \"help\"\n");
    session.shows("kept as it was");
    session.shows("config.toml:1:9: wrong value for `theme`");
    session.types("\x14");
    session.shows("Changes in the last hour");
    session.types("\x1b");
    session.hides("Changes in the last hour");
    uses(&mut session, "light");

    // Away with it: the defaults hold again.
    std::fs::remove_file(home.config()).expect("it was there");
    session.shows("reloaded");
    uses(&mut session, "default");
    leave(session);
}
