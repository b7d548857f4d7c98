use std::{fs, os::unix::fs::PermissionsExt as _};

use super::*;
use crate::ledger::testkit::{actor, intent, note};

fn open_error(place: &Place) -> LedgerError {
    SqliteLedger::open_for_writing(&place.path(), place.clock.clone()).unwrap_err()
}

#[test]
fn a_loose_ledger_is_refused_with_what_mends_it() {
    let place = Place::new();
    drop(place.open());
    let set = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    set(&place.path(), 0o640);
    let said = open_error(&place).to_string();
    assert!(
        said.contains(&format!("chmod 600 {}", place.path().display())),
        "{said}"
    );
    let reading = SqliteLedger::open_for_reading(&place.path(), place.clock.clone());
    assert!(matches!(reading, Err(LedgerError::Loose { .. })));
    set(&place.path(), 0o600);
    let folder = place.path().parent().unwrap().to_owned();
    set(&folder, 0o770);
    let said = open_error(&place).to_string();
    assert!(
        said.contains(&format!("chmod 700 {}", folder.display())),
        "{said}"
    );
    set(&folder, 0o700);
    drop(place.open());
}

#[test]
fn a_newer_ledger_and_another_programs_file_are_left_alone() {
    let place = Place::new();
    drop(place.open());
    place.raw().pragma_update(None, "user_version", 99).unwrap();
    let newer = LedgerError::TooNew {
        found: 99,
        known: schema::KNOWN,
    };
    assert_eq!(open_error(&place), newer);
    place
        .raw()
        .pragma_update(None, "application_id", 5)
        .unwrap();
    assert!(matches!(open_error(&place), LedgerError::Broken(_)));
    let version: i64 = place
        .raw()
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(version, 99);
}

#[test]
fn rubbish_is_no_ledger() {
    let place = Place::new();
    drop(place.open());
    for beside in ["-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{beside}", place.path().display()));
    }
    fs::write(place.path(), "x".repeat(8192)).unwrap();
    assert!(matches!(open_error(&place), LedgerError::Broken(_)));
}

#[test]
fn while_another_holds_it_nothing_is_written_and_that_is_said() {
    let place = Place::new();
    let ledger = place.open();
    ledger
        .connection()
        .busy_timeout(std::time::Duration::from_millis(20))
        .unwrap();
    let other = place.raw();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let id = RunId::from("r");
    let refused = ledger.append(&actor("li"), Some(&id), &intent("a", 1));
    assert_eq!(refused, Err(LedgerError::Locked));
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(ledger.lines(None, None).unwrap(), []);
    ledger
        .append(&actor("li"), Some(&id), &intent("a", 1))
        .unwrap();
}

#[test]
fn when_it_is_full_nothing_is_half_written() {
    let place = Place::new();
    let ledger = place.open();
    let li = actor("li");
    ledger.append(&li, None, &note("fits")).unwrap();
    let pages: i64 = ledger
        .connection()
        .pragma_query_value(None, "page_count", |row| row.get(0))
        .unwrap();
    ledger
        .connection()
        .query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))
        .unwrap();
    let id = RunId::from("r");
    let mut big = intent("a", 1);
    if let Entry::Intent(intent) = &mut big {
        intent.desk_args = vec!["x".repeat(100_000)];
    }
    assert_eq!(ledger.append(&li, Some(&id), &big), Err(LedgerError::Full));
    assert_eq!(ledger.lines(None, None).unwrap().len(), 1);
    assert_eq!(ledger.run(&id).unwrap(), None);
    assert_eq!(ledger.runs(&RunQuery::default()).unwrap(), []);
    ledger
        .connection()
        .query_row("PRAGMA max_page_count = 1000000", [], |_| Ok(()))
        .unwrap();
    assert_eq!(ledger.append(&li, Some(&id), &big).unwrap().sequence, 2);
}

#[test]
fn entries_are_neither_changed_nor_removed_nor_put_between() {
    let place = Place::new();
    let ledger = place.open();
    for text in ["a", "b", "c"] {
        ledger.append(&actor("li"), None, &note(text)).unwrap();
    }
    let raw = place.raw();
    for statement in [
        "UPDATE entries SET actor = '{}' WHERE sequence = 2",
        "DELETE FROM entries WHERE sequence = 3",
        "DELETE FROM head",
        "UPDATE head SET sequence = 1",
        "INSERT INTO entries (sequence, at, actor, kind, entry, hash) VALUES (9, 0, '', '', '', '')",
    ] {
        let error = raw.execute(statement, []).unwrap_err().to_string();
        assert!(error.contains("ledger"), "{statement}: {error}");
    }
    assert_eq!(ledger.lines(None, None).unwrap().len(), 3);
}

#[test]
fn a_ledger_that_was_removed_or_replaced_takes_nothing_more() {
    let place = Place::new();
    let ledger = place.open();
    ledger.append(&actor("li"), None, &note("before")).unwrap();
    let gone = LedgerError::Gone {
        path: place.path().display().to_string(),
    };
    let aside = place.path().with_extension("aside");
    let id = RunId::from("r");
    let all_refuse = |ledger: &SqliteLedger| {
        let refused = ledger.append(&actor("li"), Some(&id), &intent("a", 1));
        assert_eq!(refused.unwrap_err(), gone);
        assert_eq!(ledger.version().unwrap_err(), gone);
        assert_eq!(ledger.runs(&RunQuery::default()).unwrap_err(), gone);
        assert_eq!(ledger.beat(&id).unwrap_err(), gone);
    };
    fs::rename(place.path(), &aside).unwrap();
    all_refuse(&ledger);
    // Another one under its name is not the one that was opened.
    fs::copy(&aside, place.path()).unwrap();
    all_refuse(&ledger);
    fs::rename(&aside, place.path()).unwrap();
    assert!(ledger.append(&actor("li"), None, &note("after")).is_ok());
}

#[test]
fn a_newer_program_that_takes_it_over_while_it_is_open_has_it() {
    let place = Place::new();
    let ledger = place.open();
    place.raw().pragma_update(None, "user_version", 99).unwrap();
    let newer = LedgerError::TooNew {
        found: 99,
        known: schema::KNOWN,
    };
    let id = RunId::from("r");
    let refused = ledger.append(&actor("li"), Some(&id), &intent("a", 1));
    assert_eq!(refused.unwrap_err(), newer);
    assert_eq!(ledger.beat(&id).unwrap_err(), newer);
}
