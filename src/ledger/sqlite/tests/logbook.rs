//! What people wrote down is read by itself, and read again only where there is more of it.

use std::time::Duration;

use super::*;
use crate::{
    domain::logbook::{AlertMark, AlertNoted, LogDesk, LogEntry, Logbook, Noted},
    ledger::testkit::{actor, note},
};

fn noted(text: &str) -> Entry {
    Entry::Log(LogEntry {
        desk: desk(),
        noted: Noted::Alert(AlertNoted::Note {
            alert: AlertMark {
                fingerprint: "a1".into(),
                name: "Backlog".to_owned(),
                starts_at: Timestamp::UNIX_EPOCH,
            },
            text: text.to_owned(),
        }),
    })
}

fn desk() -> LogDesk {
    LogDesk {
        pack: "glancy".into(),
        context: "prod".to_owned(),
    }
}

#[test]
fn the_log_is_read_without_what_stands_between_its_lines() {
    let place = Place::new();
    let ledger = place.open();
    let since = place.clock.now().wall;
    for entry in [noted("one"), note("work outside"), noted("two")] {
        ledger.append(&actor("li"), None, &entry).unwrap();
    }
    let lines = ledger.log(since, None).unwrap().expect("it is read");
    let ids: Vec<_> = lines.iter().map(|line| line.id.as_str()).collect();
    assert_eq!(ids.len(), 2);
    assert_ne!(ids[0], ids[1]);
    let lines: Vec<_> = lines.into_iter().map(Arc::new).collect();
    let book = Logbook::of(&desk(), &lines);
    let life = book.alerts.life(&"a1".into(), Timestamp::UNIX_EPOCH);
    let texts: Vec<_> = (life.expect("it is known").remarks.iter())
        .map(|remark| remark.text.as_str())
        .collect();
    assert_eq!(texts, ["one", "two"]);
}

#[test]
fn nothing_is_read_again_until_there_is_more() {
    let place = Place::new();
    let ledger = place.open();
    let since = place.clock.now().wall;
    ledger.append(&actor("li"), None, &noted("one")).unwrap();
    assert_eq!(ledger.log(since, Some(1)).unwrap(), None);
    ledger.append(&actor("li"), None, &note("outside")).unwrap();
    assert_eq!(ledger.log(since, Some(1)).unwrap(), None);
    ledger.append(&actor("li"), None, &noted("two")).unwrap();
    assert_eq!(
        ledger.log(since, Some(1)).unwrap().map(|it| it.len()),
        Some(2)
    );
    place.clock.forward(Duration::from_secs(60));
    let later = place.clock.now().wall;
    assert_eq!(ledger.log(later, None).unwrap(), Some(Vec::new()));
    // As many lines as before, of another time: one came, and those before are too old.
    let known = ledger.written_down().unwrap();
    ledger.append(&actor("li"), None, &noted("three")).unwrap();
    let read = ledger.log(later, Some(known)).unwrap();
    assert_eq!(read.map(|it| it.len()), Some(1));
}

#[test]
fn the_other_readers_do_not_stumble_over_it() {
    let place = Place::new();
    let ledger = place.open();
    ledger.append(&actor("li"), None, &noted("one")).unwrap();
    assert_eq!(ledger.asides(&RunQuery::default()).unwrap(), []);
    assert_eq!(ledger.runs(&RunQuery::default()).unwrap(), []);
    assert_eq!(ledger.verify(&[]).unwrap().faults, []);
}
