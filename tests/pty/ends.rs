//! Every way out gives the terminal back, and ctrl-z lends it to the shell.

use rustix::process::Signal;

use super::{
    child::{BROKEN, CHILD},
    home::{Home, QUARTERDECK},
    session::{Session, Start},
};

/// A cockpit that reads nothing but a cluster that isn't there: it starts at once.
fn nowhere(home: &Home) -> [&'static str; 2] {
    let kubeconfig = "apiVersion: v1\nkind: Config\ncurrent-context: far\n\
        clusters: [{name: far, cluster: {server: 'https://127.0.0.1:1'}}]\n\
        contexts: [{name: far, context: {cluster: far, user: me}}]\n\
        users: [{name: me, user: {token: none}}]\n";
    std::fs::write(home.path().join("kubeconfig"), kubeconfig).expect("a file");
    ["--kubeconfig", "kubeconfig"]
}

#[test]
fn signals_end_it_and_the_terminal_is_given_back() {
    let home = Home::new();
    for (signal, code) in [
        (Signal::TERM, "143"),
        (Signal::HUP, "129"),
        (Signal::INT, "130"),
    ] {
        let session = Start::of(&home, &nowhere(&home)).session();
        session.shows("Alerts");
        session.signal(signal);
        assert_eq!(session.left(), code);
    }
}

fn child(home: &Home, name: &str) -> Session {
    let this = std::env::current_exe().expect("this binary has a path");
    Start {
        program: this.to_str().expect("its path is text"),
        ..Start::of(home, &["--ignored", "--exact", name, "--nocapture"])
    }
    .session()
}

#[test]
fn a_panic_where_it_draws_gives_the_terminal_back_and_then_tells() {
    let home = Home::new().with(CHILD, "1");
    let session = child(&home, "pty::child::panics_where_it_draws");
    assert_eq!(session.left(), "101");
    let terminal = session.terminal();
    let bytes = String::from_utf8_lossy(&terminal.bytes);
    let drawn = bytes.find("drawn-by-the-child").expect("it was drawn");
    let restored = bytes.find("\x1b[?1049l").expect("the screen was left");
    let told = bytes.find(BROKEN).expect("the panic was told");
    assert!(drawn < restored && restored < told);
    assert!(terminal.has("pty/child.rs"), "{}", terminal.text());
}

#[test]
fn a_panic_elsewhere_leaves_the_screen_alone() {
    let home = Home::new().with(CHILD, "1");
    let mut session = child(&home, "pty::child::panics_elsewhere");
    session.shows("drawn after the panic");
    assert!(session.terminal().screen().alternate_screen());
    assert!(!session.is_cooked());
    session.types("q");
    assert_eq!(session.left(), "0");
    let bytes = session.terminal().bytes.clone();
    assert!(!String::from_utf8_lossy(&bytes).contains(BROKEN));
}

#[test]
fn ctrl_z_lends_the_terminal_and_fg_takes_it_again() {
    let home = Home::new();
    let mut session = Start {
        jobs: true,
        ..Start::of(&home, &nowhere(&home))
    }
    .session();
    session.shows("Alerts");
    session.types("\x1a");
    session.is_in_state('T');
    session.shows("stopped ");
    session.is_given_back();
    // Another size while the shell has it: the frame has to be drawn whole for the new one.
    session.resize(100, 30);
    session.types("\n");
    session.until("the cockpit drawn again", |terminal| {
        terminal.screen().alternate_screen()
            && terminal.has("Alerts")
            && terminal.screen().bracketed_paste()
            && terminal.text().lines().count() == 30
    });
    assert!(!session.is_cooked());
    session.types("?");
    session.shows("Keys");
    session.types("\x1b");
    session.hides("Keys");
    session.types("q");
    assert_eq!(session.left(), "0");
}

#[test]
fn ctrl_z_stops_the_script_around_it_too() {
    let home = Home::new();
    let [flag, file] = nowhere(&home);
    let script = format!("'{QUARTERDECK}' {flag} {file}; exit 7");
    let mut session = Start {
        program: "/bin/sh",
        jobs: true,
        ..Start::of(&home, &["-c", &script])
    }
    .session();
    session.shows("Alerts");
    session.types("\x1a");
    session.shows("stopped ");
    session.is_given_back();
    session.types("\n");
    session.until("the cockpit again", |terminal| {
        terminal.screen().alternate_screen() && terminal.has("Alerts")
    });
    session.types("q");
    assert_eq!(session.left(), "7");
}

#[test]
fn ctrl_z_without_a_shell_that_keeps_jobs_goes_on() {
    let home = Home::new();
    let mut session = Start::of(&home, &nowhere(&home)).session();
    session.shows("Alerts");
    let before = session.terminal().bytes.len();
    session.types("\x1a");
    session.until("the screen taken once more", |terminal| {
        let since = String::from_utf8_lossy(&terminal.bytes[before..]).into_owned();
        since.contains("\x1b[?1049l") && since.contains("\x1b[?1049h") && terminal.has("Alerts")
    });
    session.types("q");
    assert_eq!(session.left(), "0");
}
