//! The server of the shared ledger can't be reached: what needs it is refused before anybody is asked, with its reason.

use serde_json::Value;

use super::{
    keys::signers,
    locks::shares,
    shared::is_whole,
    stage::{Stage, space},
};
use crate::harness::{Bed, Database, Relay};

const AWAY: &str = "the shared ledger can't be reached, and this needs it";
/// A T3, one of two persons, one that PostgreSQL locks, and how each is done by hand.
const ACTS: [(&str, &str); 3] = [
    ("purge", "INCR"),
    ("pair", "set env deployment/web"),
    ("count", "INCR"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_needs_the_shared_ledger_is_refused_before_anybody_is_asked() {
    let bed = Bed::shared();
    let space = space(&bed).await;
    let stage = Stage::new(&space).await;
    let database = Database::on(&bed);
    let relay = Relay::to(&database.server()).await;
    shares(&stage, &stage.li, "li", &database, &relay);
    signers(&stage);
    let before = stage.changes().await;

    relay.cut();
    for (act, by_hand) in ACTS {
        let note = format!("journal note --action watch/{act}");
        let told = stage.li.call(&["run", act, "--plan"], "").await;
        assert_eq!(told.code, Some(4), "{act}: {told:?}");
        for part in [AWAY, by_hand, &note] {
            assert!(told.err.contains(part), "{act}: {part}: {told:?}");
        }
        let mut session = stage.li.session(&["run", act]);
        assert_eq!(session.left(), 4, "{act}");
        session.shows("the shared ledger can't be reached");
        assert!(!session.was_asked(), "{}", session.terminal().text());
    }
    let told = stage.li.call(&["actions", "list", "--json"], "").await;
    let listed = told.json()["items"].as_array().unwrap().clone();
    let reason = |act: &str| -> String {
        let id = Value::from(format!("watch/{act}"));
        let item = listed.iter().find(|item| item["id"] == id).unwrap();
        assert_eq!(item["available"], act.starts_with("count-"), "{item}");
        item["reason"].to_string()
    };
    for (act, _) in ACTS {
        assert!(reason(act).contains(AWAY), "{act}: {}", reason(act));
    }
    assert_eq!(reason("count-here"), "null");
    // In the palette they stay, with the reason.
    let mut session = stage.li.session(&[]);
    session.shows("web");
    session.types(":");
    session.shows("Commands");
    session.types("purge");
    session.shows("the shared ledger can't be reached");
    relay.mend();
    session.hides("the shared ledger can't be reached");
    session.presses("\x1b");
    session.hides("Commands");
    session.types("q");
    assert_eq!(session.left(), 0);
    assert_eq!((stage.count(), stage.changes().await), (0, before));
    is_whole(&stage.li, &database).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_t3_is_refused_where_it_went_away_under_the_prompt_and_done_when_it_is_back() {
    let bed = Bed::shared();
    let space = space(&bed).await;
    let stage = Stage::new(&space).await;
    let database = Database::on(&bed);
    let relay = Relay::to(&database.server()).await;
    shares(&stage, &stage.li, "li", &database, &relay);
    let name = &space.name;
    for goes_away in [true, false] {
        let mut session = stage.li.session(&["run", "purge"]);
        session.types_behind(&format!("Type {name} to go on: "), name);
        session.presses("\r");
        session.types_behind("and the number of 1 steps: ", "1");
        if goes_away {
            relay.cut();
        }
        session.presses("\r");
        if goes_away {
            session.shows("the shared ledger can't be reached");
            session.shows("By hand, and then as a note");
            assert_eq!(session.declines(), 4);
            assert_eq!(stage.count(), 0);
            relay.mend();
        } else {
            assert_eq!(session.left(), 0, "{}", session.terminal().text());
            assert!(session.was_asked());
        }
    }
    assert_eq!(stage.count(), 1);
    is_whole(&stage.li, &database).await;
}
