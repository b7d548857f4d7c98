//! The database: who is at it, and which of them are ended.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
};

use quarterdeck::domain::action::{
    place::{ConnectionKind, ConnectionSpec},
    preflight::Draft,
    refusal::Refusal,
    step::StepKind,
    value::{Value, Values},
    verdict::Verdict,
};

use super::{all_of, here, reading};
use crate::harness::{Bed, Project, until};

/// A database of a test's own, called as the pack calls it but for the name.
pub struct Database {
    pub bed: Bed,
    name: String,
    others: Vec<Child>,
}

impl Database {
    pub fn new(name: &str) -> Self {
        let database = Self {
            bed: Bed::shared(),
            name: format!("lawsker_{name}_{}", std::process::id()),
            others: Vec::new(),
        };
        database.ask("postgres", &format!("CREATE DATABASE {}", database.name));
        database
    }

    fn client(&self, program: &str, database: &str) -> Command {
        let url = reqwest::Url::parse(self.bed.place("POSTGRES_URL")).unwrap();
        let mut command = Command::new(Path::new(self.bed.place("DEBIAN")).join(program));
        command
            .args(["-h", "127.0.0.1", "-U", "postgres", "-p"])
            .arg(url.port().unwrap().to_string())
            .env("PGDATABASE", database)
            .stdin(Stdio::null());
        command
    }

    fn ask(&self, database: &str, sql: &str) -> String {
        let mut psql = self.client("psql", database);
        psql.args(["-X", "-At", "-v", "ON_ERROR_STOP=1", "-c", sql]);
        let output = psql.output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{sql}: {told}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Somebody who is at something for long.
    fn begin(&mut self, mut command: Command) {
        command.stdout(Stdio::null()).stderr(Stdio::null());
        self.others.push(command.spawn().unwrap());
    }

    fn query(&mut self, database: &str, name: &str, sql: &str) {
        let mut psql = self.client("psql", database);
        psql.env("PGAPPNAME", name).args(["-X", "-c", sql]);
        self.begin(psql);
    }

    /// Who is there, by what they call themselves.
    fn there(&self, name: &str) -> bool {
        let sql = format!(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = '{name}' AND state IS DISTINCT FROM 'idle'"
        );
        self.ask("postgres", &sql) != "0"
    }

    /// The connections of the pack, to this database.
    pub fn connections(&self, all: Vec<ConnectionSpec>) -> Vec<ConnectionSpec> {
        let here = all.into_iter().map(|mut one| {
            if one.kind == ConnectionKind::Postgres {
                one.user = Some("postgres".to_owned());
                one.database = Some(self.name.clone());
            }
            one
        });
        here.collect()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        for other in &mut self.others {
            let _ended = other.kill();
            let _gone = other.wait();
        }
        let sql = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        let mut psql = self.client("psql", "postgres");
        psql.args(["-X", "-q", "-c", &sql]);
        let _dropped = psql.output();
    }
}

/// What the pack calls 5 minutes is a quarter of one here: when a query began nobody can set, and nobody can wait so long.
const LONG: &str = "15 seconds";

fn sooner(mut draft: Draft) -> Draft {
    let mut replaced = 0;
    for step in all_of(&mut draft) {
        if let StepKind::Sql { text, .. } = &mut step.kind {
            replaced += text.matches("'5 minutes'").count();
            *text = text.replace("'5 minutes'", &format!("'{LONG}'"));
        }
    }
    assert_eq!(replaced, 4, "reading, list, end and proof have one limit");
    draft
}

/// Whoever is at a database when somebody ends what runs for long: two queries, one elsewhere, one that holds a lock, a dump
/// that waits for that, a replica, and last a query that has just begun.
async fn crowd(database: &mut Database, folder: &Path) {
    let own = database.name.clone();
    database.ask(
        &own,
        "CREATE TABLE cases (id int); INSERT INTO cases SELECT generate_series(1, 1000)",
    );
    database.query(&own, "long-one", "SELECT pg_sleep(600)");
    database.query(&own, "long-two", "SELECT pg_sleep(601)");
    database.query("postgres", "elsewhere", "SELECT pg_sleep(602)");
    // A dump that waits for a table somebody has locked, and goes on waiting.
    database.query(
        &own,
        "locker",
        "BEGIN; LOCK TABLE cases IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(603)",
    );
    until("the lock", async || {
        let locked = database.ask(&own, "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 'cases'::regclass");
        if locked == "1" { Ok(()) } else { Err(locked) }
    })
    .await;
    let mut dump = database.client("pg_dump", &own);
    dump.env("PGAPPNAME", "pg_dump").args(["-d", &own]);
    database.begin(dump);
    let mut replica = database.client("pg_receivewal", "postgres");
    replica.env("PGAPPNAME", "replica").arg("-D").arg(folder);
    database.begin(replica);
    for name in ["long-one", "long-two", "elsewhere", "pg_dump", "replica"] {
        until(name, async || {
            database.there(name).then_some(()).ok_or(name)
        })
        .await;
    }
    // All of them: nobody is spared for being young.
    until("queries that run for long", async || {
        let sql = format!("SELECT string_agg(DISTINCT application_name, ' ' ORDER BY application_name) FROM pg_stat_activity WHERE application_name IN ('elsewhere', 'locker', 'long-one', 'long-two', 'pg_dump', 'replica') AND state = 'active' AND now() - query_start > interval '{LONG}'");
        let old = database.ask("postgres", &sql);
        if old == "elsewhere locker long-one long-two pg_dump replica" { Ok(()) } else { Err(old) }
    })
    .await;
    database.query(&own, "young", "SELECT pg_sleep(604)");
    until("young", async || {
        database.there("young").then_some(()).ok_or("young")
    })
    .await;
}

// row: D5
#[tokio::test]
async fn exactly_the_listed_queries_end_and_dump_replica_and_other_databases_go_on() {
    for plugin in [true, false] {
        let mut database = Database::new(&format!("d5_{plugin}"));
        let folder = tempfile::tempdir().unwrap();
        crowd(&mut database, folder.path()).await;
        let project = Project::new(&database.bed, "lawsker", plugin, here, |all| {
            database.connections(all)
        });
        let draft = sooner(project.draft("lawsker/end-long-queries", &Values::new()));
        let plan = project.planned(&draft).await;
        let listed = plan.items.join("\n");
        assert!(
            listed.contains("pg_sleep(600)") && listed.contains("pg_sleep(601)"),
            "{listed}"
        );
        assert!(
            [
                "pg_sleep(602)",
                "pg_sleep(604)",
                "ACCESS SHARE",
                "START_REPLICATION",
            ]
            .iter()
            .all(|other| !listed.contains(other)),
            "{listed}"
        );
        assert_eq!(plan.items.len(), 3, "{listed}");
        let done = project.run(plan).await;
        assert_eq!(
            done.outcome.verdict,
            Verdict::Verified,
            "{:?}",
            done.outcome
        );
        assert_eq!(
            done.saved["left"]["count"],
            Value::Int(0),
            "{:?}",
            done.saved
        );
        for gone in ["long-one", "long-two"] {
            assert!(!database.there(gone), "{gone} goes on");
        }
        for name in ["elsewhere", "replica", "young"] {
            assert!(database.there(name), "{name} was ended");
        }
        // The table was given back by the one that was ended, so that the dump came to its end: by itself.
        let dump = database.others.len() - 3;
        until("the dump's end", async || {
            let ended = database.others[dump].try_wait().unwrap();
            ended
                .ok_or("it goes on")
                .map(|status| assert!(status.success(), "{status}"))
        })
        .await;
        let calls = project.text("calls");
        assert!(calls.contains("exec postgres psql -X"), "{calls}");
        // It is of no database that goes with this test.
        database.ask("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'elsewhere'");
        // What is left runs for less than the pack's own 5 minutes: there is nothing to end.
        let draft = project.draft("lawsker/end-long-queries", &Values::new());
        let refused = project.proposed(&draft).await;
        assert!(
            matches!(
                refused,
                Err(Refusal::NotFound { .. } | Refusal::Guard { .. })
            ),
            "{refused:?}"
        );
    }
}

// row: D2, D5
#[tokio::test]
async fn a_database_that_is_down_is_proved_and_what_is_neither_is_not_known() {
    let bed = Bed::shared();
    for plugin in [true, false] {
        let project = Project::new(&bed, "lawsker", plugin, here, |all| all);
        let draft = reading(&project, "database");
        assert_eq!(
            draft.reads.len(),
            1,
            "what is down keeps nothing else unread"
        );
        let up = async || {
            let found = project.look(&draft).await;
            found.map(|found| found.before.get("ready.up").cloned())
        };
        assert_eq!(up().await, Ok(Some(Value::Bool(true))));
        for (ends, wanted) in [
            // What the client says where nothing listens.
            ("exit 2", Some(Value::Bool(false))),
            // It is starting, or compose could not go in.
            ("exit 1", None),
            ("exit 126", None),
        ] {
            project.program("bin/pg_isready", &format!("#!/bin/sh\n{ends}\n"));
            assert_eq!(up().await, Ok(wanted), "{ends}");
        }
        std::fs::write(project.at("state/postgres"), "postgres1 exited\n").unwrap();
        assert_eq!(up().await, Ok(Some(Value::Bool(false))));
    }
}
