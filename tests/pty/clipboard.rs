//! `y` and `Y` put text on the clipboard of the terminal the person sits at.

use base64::{Engine, engine::general_purpose::STANDARD};
use regex::bytes::Regex;

use super::{
    home::Home,
    session::{Session, Start},
    terminal::Terminal,
};

/// What was put on the clipboard, in order.
fn copied(terminal: &Terminal) -> Vec<String> {
    let sequence = Regex::new(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07").expect("it is a pattern");
    sequence
        .captures_iter(&terminal.bytes)
        .map(|found| {
            let text = STANDARD.decode(&found[1]).expect("it is base64");
            String::from_utf8(text).expect("it is text")
        })
        .collect()
}

fn copies(session: &mut Session) -> (String, String) {
    session.is_live();
    session.types("1y");
    session.until("the first copy", |terminal| !copied(terminal).is_empty());
    session.shows("copied");
    let first = copied(&session.terminal()).remove(0);
    session.types("4Y");
    session.until("the copy of a command", |terminal| {
        copied(terminal).iter().any(|text| text.contains("kubectl"))
    });
    let last = copied(&session.terminal()).pop().expect("there is one");
    (first, last)
}

#[test]
fn copies_go_through_osc_52_and_through_tmux() {
    let home = Home::new();
    let mut session = Start::of(&home, &["demo"]).session();
    let (alert, command) = copies(&mut session);
    assert!(alert.contains("ExportBacklog"), "{alert}");
    assert!(
        command.contains("kubectl") && command.contains("-n prod"),
        "{command}"
    );
    session.types("q");
    assert_eq!(session.left(), "0");
    assert!(!contains(&session.terminal().bytes, b"\x1bPtmux;"));

    let home = Home::new().with("TMUX", "/tmp/tmux-1000/default,1,0");
    let mut session = Start::of(&home, &["demo"]).session();
    let (alert, _) = copies(&mut session);
    let wrapped = format!(
        "\x1bPtmux;\x1b\x1b]52;c;{}\x07\x1b\\",
        STANDARD.encode(&alert)
    );
    assert!(contains(&session.terminal().bytes, wrapped.as_bytes()));
    session.types("q");
    assert_eq!(session.left(), "0");
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
