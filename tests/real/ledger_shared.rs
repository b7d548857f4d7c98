//! The shared ledger on a real PostgreSQL: the union of all writers, the outbox while it is away, roles that may add and
//! not change, and the locks beside it.

use std::os::unix::fs::PermissionsExt as _;
use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::Arc,
    time::Duration,
};

use quarterdeck::{
    domain::{
        action::{
            record::{ActorMark, Entry},
            refusal::Refusal,
            target::LockKey,
        },
        ledger_url::LedgerUrl,
    },
    ledger::{
        Ledger, Reach, RunQuery, SharedLedger, SqliteLedger,
        postgres::{Place, SETUP},
    },
    runtime::{
        clock::SystemClock,
        locks::{Holder, Locks, postgres::PostgresLocks},
    },
};

use crate::harness::Bed;

const PATIENCE: Duration = Duration::from_secs(20);

/// A database of its own on the bed's server, made as `journal setup-sql` says, with two persons in it.
struct Database {
    admin: String,
    name: String,
    folder: tempfile::TempDir,
    drop: bool,
}

impl Database {
    fn on(bed: &Bed) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let unique = folder
            .path()
            .file_name()
            .unwrap()
            .to_string_lossy()
            .to_lowercase()
            .replace(|c: char| !c.is_ascii_alphanumeric(), "");
        let database = Self {
            admin: bed.place("POSTGRES_URL").to_owned(),
            name: format!("ledger_{unique}"),
            folder,
            drop: true,
        };
        database.admin_sql(
            &database.admin,
            &format!("CREATE DATABASE {}", database.name),
        );
        database.admin_sql(&database.own(), SETUP);
        for who in ["li", "wang"] {
            let role = database.role(who);
            database.admin_sql(
                &database.own(),
                &format!(
                    "CREATE ROLE {role} LOGIN PASSWORD 'secret-{who}' IN ROLE quarterdeck_writer"
                ),
            );
        }
        database
    }

    fn role(&self, who: &str) -> String {
        format!("{}_{who}", self.name)
    }

    /// The address of the administrator in this database.
    fn own(&self) -> String {
        let (server, _) = self.admin.rsplit_once('/').unwrap();
        format!("{server}/{}", self.name)
    }

    #[track_caller]
    #[expect(clippy::unused_self, reason = "only who has the database asks it")]
    fn admin_sql(&self, url: &str, text: &str) -> String {
        let output = psql(url, text);
        assert!(output.status.success(), "{text}: {}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    fn url(&self, who: &str) -> LedgerUrl {
        let url = self
            .own()
            .replace("postgres@", &format!("{}@", self.role(who)));
        LedgerUrl::parse(&format!("{url}?sslmode=disable")).unwrap()
    }

    /// Where the shared ledger is for one of them, the password in a passfile.
    fn place(&self, who: &str) -> Place {
        let passfile = self.folder.path().join(format!("pgpass-{who}"));
        private(&passfile, &format!("*:*:*:*:secret-{who}\n"));
        Place {
            url: self.url(who),
            passfile: Some(passfile),
            ca_file: None,
        }
    }

    fn file(&self, who: &str) -> PathBuf {
        self.folder.path().join(who).join("quarterdeck/ledger.db")
    }

    fn local(&self, who: &str) -> SqliteLedger {
        SqliteLedger::open_for_writing(&self.file(who), Arc::new(SystemClock::start())).unwrap()
    }

    fn open(&self, who: &str) -> SharedLedger {
        SharedLedger::over(self.local(who), self.place(who)).unwrap()
    }

    /// What is in PostgreSQL: origin and number of every entry.
    fn rows(&self) -> Vec<(String, u64)> {
        let text = self.admin_sql(
            &self.own(),
            "SELECT origin, sequence FROM quarterdeck.entries ORDER BY 1, 2",
        );
        text.lines()
            .filter_map(|line| line.split_once('|'))
            .map(|(origin, number)| (origin.to_owned(), number.parse().unwrap()))
            .collect()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if self.drop {
            let name = &self.name;
            let _ = psql(&self.admin, &format!("DROP DATABASE {name} WITH (FORCE)"));
            for who in ["li", "wang"] {
                let _ = psql(&self.admin, &format!("DROP ROLE {}", self.role(who)));
            }
        }
    }
}

fn psql(url: &str, text: &str) -> Output {
    Command::new("psql")
        .args([
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            url,
            "-c",
            text,
        ])
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn private(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

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

/// Waits until something holds; what it was last is said where it never does.
#[track_caller]
fn until<T: std::fmt::Debug>(what: &str, mut look: impl FnMut() -> Result<(), T>) {
    let end = tokio::time::Instant::now() + PATIENCE;
    loop {
        match look() {
            Ok(()) => return,
            Err(last) if tokio::time::Instant::now() > end => panic!("{what} never was: {last:?}"),
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
        }
    }
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
    until("the news", || {
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
    until("it is back", || {
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
    let as_person = |who: &str| {
        database
            .own()
            .replace("postgres@", &format!("{}@", database.role(who)))
    };
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
        let url = if who == "postgres" {
            database.own()
        } else {
            as_person(who)
        };
        let output = psql(&url, statement);
        assert!(!output.status.success(), "{who}: {statement}");
        assert!(
            said(&output).contains(why),
            "{who}: {statement}: {}",
            said(&output)
        );
    }
    // The same entries again are nothing new.
    assert!(psql(&as_person("li"), copy).status.success());
    assert_eq!(database.rows().len(), 2);
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
    let busy = Refusal::Busy {
        who: "li @ bastion-1".to_owned(),
        run: Some("run-of-li".to_owned()),
    };
    assert_eq!(wang.take(&key, &holder("wang")).await.err(), Some(busy));
    let beside = wang.take(&other, &holder("wang")).await.unwrap();
    held.release().await;
    let again = wang.take(&key, &holder("wang")).await.unwrap();
    assert_eq!(again.check().await, Ok(()));
    assert_eq!(beside.check().await, Ok(()));
    // A session that is ended by the server holds nothing any more, and says so.
    database.admin_sql(
        &database.own(),
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'quarterdeck lock'",
    );
    assert!(again.check().await.is_err());
    let held = li.take(&key, &holder("li")).await.unwrap();
    // Dropped without a word, as when its process dies.
    drop(held);
    let end = tokio::time::Instant::now() + PATIENCE;
    while wang.take(&key, &holder("wang")).await.is_err() {
        assert!(
            tokio::time::Instant::now() < end,
            "the lock outlived its session"
        );
        tokio::task::yield_now().await;
    }
}
