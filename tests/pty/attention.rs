//! A terminal that lost the focus is rung and told; one that has it is left in peace.

use quarterdeck::sim::server::NetFault;
use regex::bytes::Regex;

use super::{
    home::Home,
    served::{Served, Server},
    session::Start,
    terminal::Terminal,
};

const ON: &str = r#"
[attention]
bell = ["source"]
notify = ["source"]
title = true
"#;

const FOCUS_IN: &str = "\x1b[I";
const FOCUS_OUT: &str = "\x1b[O";

fn count(terminal: &Terminal, pattern: &str) -> usize {
    let pattern = Regex::new(pattern).expect("it is a pattern");
    pattern.find_iter(&terminal.bytes).count()
}

/// Notifications by both sequences, and bells.
fn calls(terminal: &Terminal) -> (usize, usize, usize) {
    (
        count(terminal, r"\x1b\]9;[^\x1b]+\x1b\\"),
        count(terminal, r"\x1b\]777;notify;Quarterdeck;[^\x1b]+\x1b\\"),
        count(terminal, r"\x07"),
    )
}

#[test]
fn a_lost_source_calls_only_where_nobody_looks() {
    let home = Home::new();
    home.write_config(ON);
    let served = Served::start(&home, "quiet");
    let mut session = Start::of(&home, &["--config", served.config()]).session();
    session.is_live();
    session.types(FOCUS_IN);
    served.strike(Server::Prometheus, NetFault::Drop);
    session.shows("failing");
    assert_eq!(calls(&session.terminal()), (0, 0, 0));
    served.heal();
    session.is_live();
    session.types(FOCUS_OUT);
    served.strike(Server::Prometheus, NetFault::Drop);
    session.until("the call", |terminal| calls(terminal).1 > 0);
    assert_eq!(calls(&session.terminal()), (1, 1, 1));
    session.until("the title that counts", |terminal| {
        count(terminal, r"\x1b\]2;\(\d+\) ") > 0
    });
    session.types("q");
    assert_eq!(session.left(), "0");
    session.is_given_back();
    let terminal = session.terminal();
    assert_eq!(count(&terminal, r"\x1b\[22;2t"), 1);
    assert_eq!(count(&terminal, r"\x1b\[23;2t"), 1);
}
