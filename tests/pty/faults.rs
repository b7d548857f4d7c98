//! Sources that break under a running cockpit.

use std::time::Duration;

use http::StatusCode;
use quarterdeck::sim::server::NetFault;

use super::{
    home::Home,
    served::{SERVERS, Served, Server, status},
    session::{Session, Start},
    terminal::Terminal,
};

/// Asks often and waits shortly, so that a test needn't.
const HASTE: &str = "[poll]\ninstant = \"1s\"\nalerts = \"1s\"\n\
    [prometheus]\ntimeout = \"1s\"\n[alertmanager]\ntimeout = \"1s\"\n\
    [kubernetes]\nconnect_timeout = \"1s\"\nrequest_timeout = \"1s\"\n";

fn open(home: &Home, served: &Served) -> Session {
    home.write_config(HASTE);
    let session = Start::of(home, &["--config", served.config()])
        .sized(200, 60)
        .session();
    session.is_live();
    session
}

/// Whether a pane says this and, just below, when it is tried again. Panes stand side by side, so a column is cut out.
fn says_with_next_try(terminal: &Terminal, sentence: &str) -> bool {
    let rows: Vec<String> = terminal.screen().rows(0, 200).collect();
    rows.iter().enumerate().any(|(index, row)| {
        let Some(at) = row.find(sentence) else {
            return false;
        };
        let column = row[..at].chars().count();
        let below = rows[index + 1..].iter().take(3);
        below
            .map(|row| {
                row.chars()
                    .skip(column.saturating_sub(1))
                    .take(40)
                    .collect::<String>()
            })
            .any(|text| {
                let text = text.trim_start();
                text.starts_with("next try in ") || text.starts_with("trying again")
            })
    })
}

/// Breaks each server in its own way, waits until its pane says so, heals them and waits until all is live.
fn break_and_heal(breaks: [(Server, NetFault, &str); 3]) {
    let home = Home::new();
    let served = Served::start(&home, "export-backlog");
    let mut session = open(&home, &served);
    for (server, fault, _) in breaks {
        served.strike(server, fault);
    }
    for (server, fault, sentence) in breaks {
        session.until(
            &format!("{server:?} with {fault:?}: {sentence}"),
            |terminal| says_with_next_try(terminal, sentence),
        );
    }
    // The other panes keep what they knew.
    assert!(session.terminal().has("export-worker"));
    session.types("S");
    for (_, _, sentence) in breaks {
        session.until(&format!("`{sentence}` among the sources"), |terminal| {
            says_with_next_try(terminal, sentence)
        });
    }
    session.types("\x1b");
    served.heal();
    session.is_live();
    session.until("no trouble on the screen", |terminal| {
        !breaks.iter().any(|(_, _, sentence)| terminal.has(sentence))
    });
    session.types("q");
    assert_eq!(session.left(), "0");
}

#[test]
fn a_login_page_a_missing_token_and_a_missing_right_are_told() {
    break_and_heal([
        (
            Server::Kubernetes,
            NetFault::Html,
            "what answers is not pods",
        ),
        (
            Server::Prometheus,
            status(StatusCode::UNAUTHORIZED),
            "unauthorized: Prometheus does not know us",
        ),
        (
            Server::Alertmanager,
            status(StatusCode::FORBIDDEN),
            "Alertmanager may not be read (403)",
        ),
    ]);
}

#[test]
fn silence_throttling_and_rubbish_are_told() {
    break_and_heal([
        (
            Server::Kubernetes,
            NetFault::Hang,
            "pods: no answer in time",
        ),
        (
            Server::Prometheus,
            status(StatusCode::TOO_MANY_REQUESTS),
            "Prometheus asks us to slow down (429)",
        ),
        (
            Server::Alertmanager,
            NetFault::Garbage,
            "what answers is not Alertmanager",
        ),
    ]);
}

#[test]
fn a_failing_server_a_closed_door_and_a_login_page_are_told() {
    break_and_heal([
        (
            Server::Kubernetes,
            status(StatusCode::UNAUTHORIZED),
            "unauthorized: pods does not know us",
        ),
        (
            Server::Prometheus,
            status(StatusCode::INTERNAL_SERVER_ERROR),
            "Prometheus: the server failed",
        ),
        (
            Server::Alertmanager,
            NetFault::Html,
            "what answers is not Alertmanager",
        ),
    ]);
}

/// What a person waits at most for the shell.
const AT_MOST: Duration = Duration::from_secs(1);

#[test]
fn it_leaves_at_once_whatever_hangs() {
    let home = Home::new();
    let served = Served::start(&home, "export-backlog");
    for server in SERVERS {
        served.strike(server, NetFault::Hang);
    }
    // A machine under load may be late by chance; what hangs is late every time.
    let times = (0..3).map(|_| {
        let mut session = Start::of(&home, &["--config", served.config()]).session();
        session.shows("connecting to");
        let time = session.time_to_leave("q");
        assert_eq!(session.left(), "0");
        time
    });
    let times: Vec<Duration> = times
        .scan(true, |on, time| {
            on.then(|| {
                *on = time > AT_MOST;
                time
            })
        })
        .collect();
    assert!(times.iter().any(|time| *time <= AT_MOST), "{times:?}");
}

#[test]
fn it_leaves_at_once_in_the_middle_of_its_start() {
    let home = Home::new();
    let mut times = Vec::new();
    for _ in 0..3 {
        let mut session = Start::of(&home, &["demo", "--pods", "2000"]).session();
        session.shows("connecting");
        times.push(session.time_to_leave("q"));
        assert_eq!(session.left(), "0");
        if times.iter().any(|time| *time <= AT_MOST) {
            return;
        }
    }
    panic!("too late each time: {times:?}");
}
