use std::{
    os::unix::{fs::PermissionsExt as _, net::UnixDatagram},
    time::Duration,
};

use super::*;
use crate::{
    domain::action::verdict::Verdict,
    ledger::{
        testkit::{actor, done, intent, note, outcome, taken},
        verify::Fault,
    },
};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn whole_run(ledger: &SqliteLedger, id: &str, verdict: Verdict) {
    let id = RunId::from(id);
    for entry in [intent("a", 1), taken(), done(0), outcome(verdict)] {
        ledger.append(&actor("li"), Some(&id), &entry).unwrap();
    }
}

fn ids(ledger: &SqliteLedger) -> Vec<String> {
    let runs = ledger.runs(&RunQuery::default()).unwrap();
    runs.into_iter().map(|run| run.id.into()).collect()
}

#[test]
fn a_ledger_that_was_only_written_to_verifies() {
    let place = Place::new();
    let ledger = place.open();
    let empty = ledger.verify(&[]).unwrap();
    assert!(empty.holds());
    assert_eq!(empty.entries, 0);
    whole_run(&ledger, "r1", Verdict::Verified);
    let found = ledger.verify(&[]).unwrap();
    assert_eq!(found.faults, []);
    assert_eq!((found.entries, found.head.sequence), (4, 4));
}

#[test]
fn what_was_done_to_the_file_behind_the_triggers_is_found() {
    for (statement, fault) in [
        (
            "UPDATE entries SET actor = replace(actor, 'li', 'wang') WHERE sequence = 3",
            Fault::Changed { sequence: 3 },
        ),
        (
            "UPDATE entries SET at = at + 1 WHERE sequence = 1",
            Fault::Changed { sequence: 1 },
        ),
        (
            "DELETE FROM entries WHERE sequence = 3",
            Fault::Missing { from: 3, to: 3 },
        ),
        (
            "DELETE FROM entries WHERE sequence = 4",
            Fault::Missing { from: 4, to: 4 },
        ),
        (
            "DELETE FROM entries WHERE sequence = 1",
            Fault::Missing { from: 1, to: 1 },
        ),
        (
            "UPDATE entries SET kind = 'output' WHERE sequence = 4",
            Fault::Index { sequence: 4 },
        ),
        ("DELETE FROM runs", Fault::Index { sequence: 1 }),
        ("UPDATE head SET hash = 'x'", Fault::Head { sequence: 4 }),
        (
            "UPDATE entries SET sequence = 9 WHERE sequence = 2;
             UPDATE entries SET sequence = 2 WHERE sequence = 3;
             UPDATE entries SET sequence = 3 WHERE sequence = 9",
            Fault::Changed { sequence: 2 },
        ),
    ] {
        let place = Place::new();
        let ledger = place.open();
        whole_run(&ledger, "r1", Verdict::Verified);
        let raw = place.raw();
        let triggers: Vec<String> = raw
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert!(triggers.len() > 5);
        for trigger in triggers {
            raw.execute_batch(&format!("DROP TRIGGER {trigger}"))
                .unwrap();
        }
        raw.execute_batch(statement).unwrap();
        let found = ledger.verify(&[]).unwrap();
        assert!(
            found.faults.contains(&fault),
            "{statement}: {:?}",
            found.faults
        );
    }
}

#[test]
fn what_is_old_enough_goes_and_the_rest_still_verifies() {
    let place = Place::new();
    let ledger = place.open();
    whole_run(&ledger, "r1", Verdict::Verified);
    place.clock.forward(DAY);
    whole_run(&ledger, "r2", Verdict::Verified);
    place.clock.forward(DAY * 178);
    let keep = SignedDuration::from_hours(1);
    assert_eq!(ledger.retain(keep).unwrap(), 0);
    place.clock.forward(DAY * 3 / 2);
    assert_eq!(
        ledger.retain(SignedDuration::from_hours(365 * 24)).unwrap(),
        0
    );
    assert_eq!(ledger.retain(keep).unwrap(), 4);
    assert_eq!(ids(&ledger), ["r2"]);
    let found = ledger.verify(&[]).unwrap();
    assert_eq!(found.faults, []);
    assert_eq!((found.sealed, found.entries), (4, 4));
    place.clock.forward(DAY * 365);
    assert_eq!(ledger.retain(keep).unwrap(), 4);
    let note = ledger.append(&actor("li"), None, &note("x")).unwrap();
    assert_eq!(note.sequence, 9);
    assert_eq!(ledger.verify(&[]).unwrap().faults, []);
    assert_eq!(ledger.verify(&[]).unwrap().sealed, 8);
}

#[test]
fn a_run_goes_whole_or_stays_and_what_blocks_stays() {
    let place = Place::new();
    let ledger = place.open();
    whole_run(&ledger, "r1", Verdict::Verified);
    let unseen = RunId::from("r2");
    ledger
        .append(&actor("li"), Some(&unseen), &intent("b", 1))
        .unwrap();
    whole_run(&ledger, "r3", Verdict::Verified);
    place.clock.forward(DAY * 400);
    ledger
        .append(&actor("li"), Some(&unseen), &outcome(Verdict::Unknown))
        .unwrap();
    assert_eq!(ledger.retain(SignedDuration::ZERO).unwrap(), 4);
    assert_eq!(ids(&ledger), ["r3", "r2"]);
    place.clock.forward(DAY * 400);
    assert_eq!(ledger.retain(SignedDuration::ZERO).unwrap(), 0);
    let seen = Entry::Acknowledged { note: None };
    ledger.append(&actor("li"), Some(&unseen), &seen).unwrap();
    place.clock.forward(DAY * 400);
    assert_eq!(ledger.retain(SignedDuration::ZERO).unwrap(), 7);
    assert_eq!(ledger.verify(&[]).unwrap().faults, []);
}

#[test]
fn a_seal_is_neither_forged_nor_early() {
    let place = Place::new();
    let ledger = place.open();
    whole_run(&ledger, "r1", Verdict::Verified);
    let raw = place.raw();
    let insert = "INSERT INTO seals VALUES (1, 2, 'x', 0, 0, 'y')";
    assert!(raw.execute(insert, []).is_err());
    let hash = ledger.lines(None, None).unwrap()[1].hash.clone();
    let at = place.clock.now().wall;
    let mut seal = retention::Seal {
        number: 1,
        through: 2,
        through_hash: hash,
        last_at: at,
        sealed_at: at,
        hash: String::new(),
    };
    seal.hash = seal
        .hash_after(crate::ledger::chain::START, ledger.origin())
        .unwrap();
    raw.execute(
        "INSERT INTO seals VALUES (1, 2, ?1, ?2, ?2, ?3)",
        rusqlite::params![seal.through_hash, at.as_microsecond(), seal.hash],
    )
    .unwrap();
    raw.execute("DELETE FROM entries WHERE sequence <= 2", [])
        .unwrap();
    let found = ledger.verify(&[]).unwrap();
    assert!(
        found.faults.contains(&Fault::Early { number: 1 }),
        "{:?}",
        found.faults
    );
    raw.execute_batch("DROP TRIGGER seals_are_not_changed; UPDATE seals SET last_at = 0")
        .unwrap();
    let found = ledger.verify(&[]).unwrap();
    assert!(
        found.faults.contains(&Fault::Seal { number: 1 }),
        "{:?}",
        found.faults
    );
}

#[test]
fn a_ledger_of_the_first_version_is_brought_up_to_date() {
    let place = Place::new();
    std::fs::create_dir_all(place.path().parent().unwrap()).unwrap();
    let old = place.raw();
    old.execute_batch(include_str!("../version_1.sql")).unwrap();
    old.pragma_update(None, "application_id", schema::APPLICATION)
        .unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    old.execute_batch(&format!(
        "INSERT INTO about VALUES ('origin', 'o'); INSERT INTO head VALUES (1, 0, '{}', 0)",
        crate::ledger::chain::START
    ))
    .unwrap();
    let first = crate::ledger::chain::Link::forge(
        "o",
        (1, crate::ledger::chain::START),
        place.clock.now().wall,
        &actor("li"),
        None,
        &note("old"),
    )
    .unwrap();
    old.execute(
        "INSERT INTO entries (sequence, at, actor, kind, entry, hash) VALUES (1, ?1, ?2, 'note', ?3, ?4)",
        rusqlite::params![first.at.as_microsecond(), first.actor, first.entry, first.hash],
    )
    .unwrap();
    old.execute("UPDATE head SET sequence = 1, hash = ?1", [&first.hash])
        .unwrap();
    drop(old);
    for (path, mode) in [
        (place.path(), 0o600),
        (place.path().parent().unwrap().to_owned(), 0o700),
    ] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    let reader = SqliteLedger::open_for_reading(&place.path(), place.clock.clone())
        .unwrap()
        .unwrap();
    assert_eq!(reader.origin(), "o");
    reader.append(&actor("li"), None, &note("new")).unwrap();
    let found = place.open().verify(&[]).unwrap();
    assert_eq!((found.entries, found.faults), (2, Vec::new()));
}

#[test]
fn what_a_shared_ledger_did_not_take_stays_and_others_entries_go() {
    let place = Place::new();
    let ledger = place.open();
    for text in ["a", "b", "c"] {
        ledger.append(&actor("li"), None, &note(text)).unwrap();
    }
    let elsewhere = Place::new();
    let other = elsewhere.open();
    whole_run(&other, "theirs", Verdict::Verified);
    let (start, theirs) = other.links().unwrap();
    ledger.mirror(&start.hash, &theirs[..2]).unwrap();
    // Again, with what is new: what is known is passed over.
    ledger.mirror(&start.hash, &theirs).unwrap();
    assert_eq!(ids(&ledger), ["theirs"]);
    assert_eq!(ledger.lines(None, None).unwrap().len(), 7);
    assert!(ledger.verify_others(&[]).unwrap()[0].holds());
    let mut forged = theirs[3].clone();
    forged.sequence = 5;
    assert!(matches!(
        ledger.mirror(&theirs[3].hash, &[forged]),
        Err(LedgerError::Broken(_))
    ));
    ledger.sent(2).unwrap();
    let (previous, unsent) = ledger.unsent(10).unwrap();
    assert_eq!(
        unsent.iter().map(|link| link.sequence).collect::<Vec<_>>(),
        [3]
    );
    assert_eq!(Some(previous), ledger.hash_at(2).unwrap());
    place.clock.forward(DAY * 400);
    assert_eq!(ledger.retain(SignedDuration::ZERO).unwrap(), 2);
    assert_eq!(ids(&ledger), [] as [&str; 0]);
    assert_eq!(
        ledger.hash_at(2).unwrap(),
        ledger.links().unwrap().0.hash.into()
    );
    assert_eq!(ledger.unsent(10).unwrap().1.len(), 1);
    assert_eq!(ledger.verify(&[]).unwrap().faults, []);
    assert_eq!(ledger.mirrors().unwrap()[other.origin()].sequence, 4);
}

#[test]
fn heads_are_written_to_the_log_of_the_system_and_hold_the_ledger_to_them() {
    let place = Place::new();
    let socket = place.folder.path().join("log");
    let log = UnixDatagram::bind(&socket).unwrap();
    log.set_nonblocking(true).unwrap();
    let ledger = place.open().anchored(SystemLog::at(&socket));
    whole_run(&ledger, "r1", Verdict::Verified);
    let mut text = String::new();
    let mut buffer = [0; 1024];
    while let Ok(size) = log.recv(&mut buffer) {
        text.push_str(std::str::from_utf8(&buffer[..size]).unwrap());
        text.push('\n');
    }
    let heads = Head::all_in(&text);
    assert_eq!(
        heads.iter().map(|head| head.sequence).collect::<Vec<_>>(),
        [1, 4]
    );
    let found = ledger.verify(&heads).unwrap();
    assert_eq!((found.anchored, found.faults), (Some(4), Vec::new()));
    let mut other = heads;
    other[0].hash = "0".repeat(64);
    let found = ledger.verify(&other).unwrap();
    assert_eq!(found.faults, [Fault::Anchor { sequence: 1 }]);
}
