//! The shared ledger on a real PostgreSQL: the union of all writers, the outbox while it is away, roles that may add and
//! not change, and the locks beside it.

use std::{os::unix::fs::PermissionsExt as _, time::Duration};

use quarterdeck::{
    domain::{
        action::{
            record::{ActorMark, Entry},
            refusal::Refusal,
            target::LockKey,
        },
        ledger_url::{LedgerHost, LedgerTls},
        time::Clock as _,
    },
    ledger::{Ledger, Reach, RunQuery, SharedLedger},
    runtime::{
        clock::SystemClock,
        locks::{Holder, Locks, postgres::PostgresLocks},
    },
};

use crate::harness::{Bed, Database, Relay, said, until, wait_until};

const PATIENCE: Duration = Duration::from_secs(20);

fn actor(name: &str) -> ActorMark {
    ActorMark {
        principal: Some(name.to_owned()),
        ..ActorMark::default()
    }
}

fn note(text: &str) -> Entry {
    Entry::Note {
        text: text.to_owned(),
        action: None,
        target: None,
    }
}

fn texts(ledger: &dyn Ledger) -> Vec<String> {
    let lines = ledger.lines(None, None).unwrap();
    lines
        .into_iter()
        .map(|line| match line.entry {
            Entry::Note { text, .. } => text,
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn each_sees_what_all_wrote_and_every_chain_holds() {
    let bed = Bed::shared();
    let database = Database::on(&bed);
    let (li, wang) = (database.open("li"), database.open("wang"));
    for number in 0..5 {
        li.append(&actor("li"), None, &note(&format!("li {number}")))
            .unwrap();
        wang.append(&actor("wang"), None, &note(&format!("wang {number}")))
            .unwrap();
    }
    assert_eq!(li.settle(PATIENCE), Reach::Shared);
    assert_eq!(wang.settle(PATIENCE), Reach::Shared);
    assert_eq!(li.settle(PATIENCE), Reach::Shared);
    let all = texts(&li);
    assert_eq!(all.len(), 10);
    assert_eq!(all, texts(&wang));
    let before = wang.version().unwrap();
    li.append(&actor("li"), None, &note("news")).unwrap();
    wait_until("the news", || {
        let seen = wang.version().unwrap() != before && texts(&wang).len() == 11;
        seen.then_some(()).ok_or(texts(&wang))
    });
    let query = RunQuery {
        actor: Some("li".to_owned()),
        ..RunQuery::default()
    };
    assert_eq!(wang.asides(&query).unwrap().len(), 6);
    for ledger in [&li, &wang] {
        assert!(ledger.local().verify(&[]).unwrap().holds());
        let others = ledger.local().verify_others(&[]).unwrap();
        assert_eq!(others.len(), 1);
        assert!(others[0].holds(), "{others:?}");
    }
}

#[test]
fn while_it_is_away_everything_waits_and_then_goes_once() {
    let bed = Bed::alone("ledger", &["postgres"]);
    let mut database = Database::on(&bed);
    database.drop = false;
    let li = database.open("li");
    li.append(&actor("li"), None, &note("before")).unwrap();
    assert_eq!(li.settle(PATIENCE), Reach::Shared);
    bed.part("stop", &["postgres"]);
    for number in 0..50 {
        li.append(&actor("li"), None, &note(&format!("meanwhile {number}")))
            .unwrap();
    }
    assert!(matches!(li.settle(PATIENCE), Reach::Away(_)));
    assert!(matches!(li.reach(), Reach::Away(_)));
    assert_eq!(li.lines(None, None).unwrap().len(), 51);
    // The process that wrote them may be gone by then.
    drop(li);
    bed.part("start", &["postgres"]);
    // Two processes of that user carry at once.
    let (one, two) = (database.open("li"), database.open("li"));
    wait_until("it is back", || {
        match (one.settle(PATIENCE), two.settle(PATIENCE)) {
            (Reach::Shared, Reach::Shared) => Ok(()),
            other => Err(other),
        }
    });
    let rows = database.rows();
    let numbers: Vec<u64> = rows.iter().map(|(_, number)| *number).collect();
    assert_eq!(numbers, (1..=51).collect::<Vec<_>>());
    assert!(
        rows.iter()
            .all(|(origin, _)| origin == one.local().origin())
    );
}

#[test]
fn who_may_write_may_neither_change_nor_remove_nor_write_for_another() {
    let bed = Bed::shared();
    let database = Database::on(&bed);
    let li = database.open("li");
    li.append(&actor("li"), None, &note("one")).unwrap();
    li.append(&actor("li"), None, &note("two")).unwrap();
    assert_eq!(li.settle(PATIENCE), Reach::Shared);
    let origin = li.local().origin().to_owned();
    let copy = "INSERT INTO quarterdeck.entries (origin, sequence, previous, body, hash)
                SELECT origin, sequence, previous, body, hash FROM quarterdeck.entries";
    let forged = format!(
        "INSERT INTO quarterdeck.entries (origin, sequence, previous, body, hash) \
         SELECT origin, 3, hash, b, encode(sha256(convert_to(hash || E'\\n' || b, 'UTF8')), 'hex') \
         FROM quarterdeck.entries, (SELECT '{{\"origin\":\"{origin}\",\"sequence\":3}}' AS b) AS new WHERE sequence = 2"
    );
    for (who, statement, why) in [
        (
            "li",
            "UPDATE quarterdeck.entries SET body = ''",
            "permission denied",
        ),
        ("li", "DELETE FROM quarterdeck.entries", "permission denied"),
        ("li", "TRUNCATE quarterdeck.entries", "permission denied"),
        (
            "li",
            "UPDATE quarterdeck.heads SET sequence = 0",
            "permission denied",
        ),
        (
            "li",
            "ALTER TABLE quarterdeck.entries DISABLE TRIGGER ALL",
            "must be owner",
        ),
        ("wang", copy, "is of"),
        ("wang", &forged, "is of"),
        (
            "li",
            "INSERT INTO quarterdeck.entries VALUES ('x', 1, '', '{}', 'y')",
            "not what was hashed",
        ),
        (
            "postgres",
            "DELETE FROM quarterdeck.entries",
            "never changed or removed",
        ),
        (
            "postgres",
            "TRUNCATE quarterdeck.entries",
            "never changed or removed",
        ),
    ] {
        let output = database.psql_as(who, statement);
        assert!(!output.status.success(), "{who}: {statement}");
        assert!(
            said(&output).contains(why),
            "{who}: {statement}: {}",
            said(&output)
        );
    }
    // The same entries again are nothing new.
    assert!(database.psql_as("li", copy).status.success());
    assert_eq!(database.rows().len(), 2);
}

#[test]
fn the_line_is_sealed_and_both_ends_prove_who_they_are() {
    let bed = Bed::shared();
    let database = Database::on(&bed);
    let sealed = |who: &str| {
        let mut place = database.place(who);
        place.url.tls = LedgerTls::VerifyFull;
        place.ca_file = Some(bed.certificates().join("ca.crt"));
        place
    };
    let li = SharedLedger::over(database.local("li"), sealed("li")).unwrap();
    li.append(&actor("li"), None, &note("sealed")).unwrap();
    assert_eq!(li.settle(PATIENCE), Reach::Shared);
    let lines = database.admin_sql(&format!(
        "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = '{}'",
        database.role("li")
    ));
    assert_eq!(lines.trim(), "t");
    let away = |place| {
        let wang = SharedLedger::over(database.local("wang"), place).unwrap();
        let Reach::Away(why) = wang.settle(PATIENCE) else {
            panic!("it was let in");
        };
        why
    };
    // A name the certificate is not of, an authority that signed another, a password that is not theirs.
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let relay = runtime.block_on(Relay::on("127.0.0.2", &database.server()));
    let mut elsewhere = sealed("wang");
    elsewhere.url.host = LedgerHost::Name("127.0.0.2".to_owned());
    elsewhere.url.port = relay.port;
    let why = away(elsewhere);
    assert!(why.contains("certificate"), "{why}");
    let other = rcgen::generate_simple_self_signed(["other".to_owned()]).unwrap();
    let mut unknown = sealed("wang");
    let file = database.file("other");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, other.cert.pem()).unwrap();
    unknown.ca_file = Some(file);
    let why = away(unknown);
    assert!(why.contains("certificate"), "{why}");
    let mut stranger = sealed("wang");
    stranger.passfile = sealed("li").passfile;
    let why = away(stranger);
    assert!(why.contains("password"), "{why}");
    assert_eq!(database.rows().len(), 1);
}

#[test]
fn a_ledger_that_was_written_anew_is_not_taken() {
    let bed = Bed::shared();
    let database = Database::on(&bed);
    let li = database.open("li");
    li.append(&actor("li"), None, &note("as it was")).unwrap();
    assert_eq!(li.settle(PATIENCE), Reach::Shared);
    drop(li);
    // The owner of the file writes all of it anew, and keeps its name.
    let file = rusqlite::Connection::open(database.file("li")).unwrap();
    let origin: String = file
        .query_row("SELECT value FROM about WHERE name = 'origin'", [], |row| {
            row.get(0)
        })
        .unwrap();
    drop(file);
    std::fs::remove_dir_all(database.file("li").parent().unwrap()).unwrap();
    let anew = database.local("li");
    let file = rusqlite::Connection::open(database.file("li")).unwrap();
    file.execute(
        "UPDATE about SET value = ?1 WHERE name = 'origin'",
        [&origin],
    )
    .unwrap();
    drop((file, anew));
    let li = database.open("li");
    li.append(&actor("li"), None, &note("as it never was"))
        .unwrap();
    let Reach::Away(why) = li.settle(PATIENCE) else {
        panic!("it was taken");
    };
    assert!(why.contains("written anew"), "{why}");
    assert_eq!(database.rows().len(), 1);
}

#[test]
fn a_database_without_tables_and_a_passfile_others_read_say_what_mends_them() {
    let bed = Bed::shared();
    let database = Database::on(&bed);
    let mut bare = database.place("li");
    bare.url.database = "postgres".to_owned();
    let li = SharedLedger::over(database.local("li"), bare).unwrap();
    let Reach::Away(why) = li.settle(PATIENCE) else {
        panic!("it was taken");
    };
    assert!(why.contains("setup-sql"), "{why}");
    // A file of passwords that others may read is not used.
    let place = database.place("wang");
    let passfile = place.passfile.clone().unwrap();
    std::fs::set_permissions(&passfile, std::fs::Permissions::from_mode(0o644)).unwrap();
    let wang = SharedLedger::over(database.local("wang"), place).unwrap();
    let Reach::Away(why) = wang.settle(PATIENCE) else {
        panic!("it was taken");
    };
    assert!(
        why.contains("chmod 600") && !why.contains("secret-"),
        "{why}"
    );
}

fn holder(who: &str) -> Holder {
    Holder {
        who: who.to_owned(),
        host: "bastion-1".to_owned(),
        run: format!("run-of-{who}"),
    }
}

#[tokio::test]
async fn the_second_is_told_who_holds_the_lock() {
    let bed = Bed::shared();
    let database = Database::on(&bed);
    let key = LockKey::Shared {
        name: "flag/exports".to_owned(),
    };
    let other = LockKey::Shared {
        name: "flag/imports".to_owned(),
    };
    let (li, wang) = (
        PostgresLocks::at(database.place("li")),
        PostgresLocks::at(database.place("wang")),
    );
    let held = li.take(&key, &holder("li")).await.unwrap();
    assert_eq!(held.check().await, Ok(()));
    let Some(Refusal::Busy { who, run, since }) = wang.take(&key, &holder("wang")).await.err()
    else {
        panic!("it was taken twice");
    };
    assert_eq!(who, "li (bastion-1)");
    assert_eq!(run.as_deref(), Some("run-of-li"));
    let age = since
        .unwrap()
        .duration_until(SystemClock::start().now().wall);
    assert!(age.abs() < jiff::SignedDuration::from_mins(5), "{age}");
    let beside = wang.take(&other, &holder("wang")).await.unwrap();
    held.release().await;
    let again = wang.take(&key, &holder("wang")).await.unwrap();
    assert_eq!(again.check().await, Ok(()));
    assert_eq!(beside.check().await, Ok(()));
    // A session that is ended by the server holds nothing any more, and says so.
    database.admin_sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'quarterdeck lock'",
    );
    assert!(again.check().await.is_err());
    let held = li.take(&key, &holder("li")).await.unwrap();
    // Dropped without a word, as when its process dies.
    drop(held);
    until("the lock went with its session", async || {
        wang.take(&key, &holder("wang")).await
    })
    .await;
}
