//! The demo on a terminal: it opens, its keys do what the screen says, it leaves nothing behind.

use super::{home::Home, session::Start};

#[test]
fn the_demo_opens_does_what_its_keys_say_and_leaves() {
    let home = Home::new();
    let mut session = Start::of(&home, &["demo", "--mouse"]).session();
    // The frame stands before anything was heard.
    session.until("the first frame", |terminal| {
        terminal.screen().alternate_screen() && terminal.has("Alerts") && terminal.has("Pods")
    });
    session.is_live();
    session.shows("DEMO");
    session.shows("ExportBacklog");
    assert!(!session.is_cooked());
    assert!(session.terminal().screen().bracketed_paste());

    session.types("4");
    session.shows("▌Pods");
    session.types("\t");
    session.hides("▌Pods");

    session.types("4z");
    session.hides("ExportBacklog");
    session.shows("all panes");
    session.types("z");
    session.shows("ExportBacklog");

    session.types("?");
    session.shows("Keys");
    session.types("\x1b");
    session.hides("Keys");

    session.types(":");
    session.shows("Commands");
    session.types("zoom");
    session.shows("Zoom the pane");
    session.types("\x1b");
    session.hides("Commands");

    session.types("4/lookup-api\r");
    session.until("only what the filter lets through", |terminal| {
        terminal.has("lookup-api") && !terminal.has("export-worker")
    });
    session.types("\x1b");
    session.shows("export-worker");

    session.types("q");
    assert_eq!(session.left(), "0");
    assert_eq!(
        std::fs::read_dir(home.path().join("run"))
            .expect("a folder")
            .count(),
        0
    );
}
