//! Who takes care of an alert is known to everybody at the desk, whether they have a screen or not.

use serde_json::Value;

use super::{
    headless::run,
    home::Home,
    served::Served,
    session::{Session, Start},
};

fn alerts(home: &Home, served: &Served) -> Value {
    let told = run(home, served, &["alerts", "--json"]);
    serde_json::from_slice(&told.stdout).expect("it is JSON")
}

fn cockpit(home: &Home, served: &Served) -> Session {
    let words = ["--config", served.config()];
    Start::of(home, &words).session()
}

/// Whether nobody has seen the backlog, as its row says.
#[track_caller]
fn waits(session: &Session, waiting: bool) {
    session.until(&format!("that it waits: {waiting}"), |terminal| {
        let row = terminal.row_with("ExportBacklog");
        row.is_some_and(|row| row.contains(" ack ") == waiting)
    });
}

#[test]
fn what_one_acknowledges_all_see_and_it_survives_a_restart() {
    let home = Home::new();
    let served = Served::start(&home, "export-backlog");
    let mut session = cockpit(&home, &served);
    session.is_live();
    waits(&session, true);
    let acked = run(
        &home,
        &served,
        &["alerts", "ack", "ExportBacklog", "--note", "on it"],
    );
    assert_eq!(acked.status.code(), Some(0), "{acked:?}");
    waits(&session, false);
    let again = run(&home, &served, &["alerts", "ack", "ExportBacklog"]);
    assert_eq!(again.status.code(), Some(4), "{again:?}");
    let none = run(&home, &served, &["alerts", "ack", "NoSuchAlert"]);
    assert_eq!(none.status.code(), Some(2), "{none:?}");
    let told = alerts(&home, &served);
    let items = told["items"].as_array().expect("a list");
    let of = |name: &str| {
        let named = items.iter().find(|item| item["name"] == name);
        named.expect("it is there").clone()
    };
    assert_eq!(of("ExportBacklog")["acknowledged"]["note"], "on it");
    let table = run(&home, &served, &["alerts"]);
    let table = String::from_utf8_lossy(&table.stdout).into_owned();
    assert!(table.contains("acknowledged by"), "{table}");
    assert!(of("ExportBacklog")["respond_by"].is_string());
    session.types("q");
    assert_eq!(session.left(), "0");
    let mut next = cockpit(&home, &served);
    next.is_live();
    waits(&next, false);
    next.types("q");
    assert_eq!(next.left(), "0");
}
