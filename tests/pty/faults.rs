//! Sources that break under a running cockpit.

use std::time::Duration;

use http::StatusCode;
use quarterdeck::sim::server::NetFault;

use super::{
    home::Home,
    served::{SERVERS, Served, Server, status},
    session::{Session, Start},
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

#[test]
fn explore() {
    let home = Home::new();
    let served = Served::start(&home, "export-backlog");
    let mut session = open(&home, &served);
    for f in [
        [NetFault::Hang; 3],
        [
            NetFault::Html,
            status(StatusCode::UNAUTHORIZED),
            status(StatusCode::FORBIDDEN),
        ],
    ] {
        for (s, f) in SERVERS.into_iter().zip(f) {
            served.strike(s, f);
        }
        session.within(Duration::from_secs(6), |_| false);
        println!("{}", session.terminal().text());
        session.types("S");
        session.within(Duration::from_secs(1), |_| false);
        println!("{}", session.terminal().text());
        session.types("\x1b");
        served.heal();
        let _ = session.within(Duration::from_secs(40), |t| t.has("LIVE"));
        println!("{}", session.terminal().text());
    }
    println!("{:?}", session.time_to_leave("q"));
}
