//! SQL, Redis and silences on real servers: over the network, and by their own clients inside pods.

use std::{process::Command, sync::Arc};

use quarterdeck::{
    domain::action::{
        fact::drift,
        place::{ConnectionKind, ConnectionSpec, Line, Reached},
        plan::Count,
        preflight::Warning,
        refusal::Refusal,
        step::{Planned, StepKind, Template},
        tier::Tier,
        value::Value,
        verdict::StepEnd,
    },
    runtime::executors::{Databases, Executor, InsideOfCluster, Redises, Secrets},
};

use crate::{
    contract_on_real::{alertmanager, old_alertmanager},
    harness::{Bed, User},
    kinds::{
        done, look, plan_of, planned, run,
        silences::{a_silence_lives_and_ends, silences},
    },
};

/// A namespace with one pod, whose programs reach the servers of the bed; both are gone with it.
struct Space {
    bed: Bed,
    name: String,
}

impl Space {
    fn new(name: &str) -> Self {
        let space = Self {
            bed: Bed::shared(),
            name: format!("kinds-{name}-{}", std::process::id()),
        };
        space.kubectl(&["create", "namespace", &space.name]);
        space.kubectl(&[
            "-n",
            &space.name,
            "run",
            "tools-0",
            "--image=registry.local/tools:1",
        ]);
        let ready = [
            "-n",
            &space.name,
            "wait",
            "--for=condition=Ready",
            "--timeout=60s",
            "pod/tools-0",
        ];
        space.kubectl(&ready);
        space
    }

    fn kubectl(&self, arguments: &[&str]) -> String {
        self.bed.kubectl(User::Admin, arguments)
    }

    async fn inside(&self) -> Arc<InsideOfCluster> {
        let client = self.bed.client(User::Admin).await;
        Arc::new(InsideOfCluster::new(client, self.name.clone()))
    }

    /// Ways to the same server: through the pod, and over the network.
    fn ways(&self, place: &str) -> [Reached; 2] {
        let url = self.bed.place(place);
        let url = reqwest::Url::parse(url).unwrap();
        [
            Reached::Exec {
                pod: "pod/tools-0".to_owned(),
                container: None,
            },
            Reached::Address {
                host: url.host_str().unwrap().to_owned(),
                port: url.port(),
                line: Line::Open,
            },
        ]
    }

    fn psql(&self, database: &str, sql: &str) -> String {
        let program = self.bed.folder().join("bin/psql");
        let output = Command::new(program)
            .args([
                "-X",
                "-At",
                "-v",
                "ON_ERROR_STOP=1",
                "-d",
                database,
                "-c",
                sql,
            ])
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{sql}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        self.bed
            .kubectl_command(User::Admin)
            .args(["delete", "namespace", "--wait=false", &self.name])
            .output()
            .unwrap();
    }
}

/// A database of a test's own.
struct Database<'a> {
    space: &'a Space,
    name: String,
    databases: Databases,
}

impl<'a> Database<'a> {
    async fn new(space: &'a Space, way: Reached, number: usize) -> Self {
        let name = format!("{}_{number}", space.name.replace('-', "_"));
        space.psql("postgres", &format!("CREATE DATABASE {name}"));
        space.psql(
            &name,
            "CREATE TABLE exports (id int PRIMARY KEY, status text NOT NULL, note text)",
        );
        space.psql(&name, "INSERT INTO exports SELECT n, CASE WHEN n < 4 THEN 'failed' ELSE 'done' END FROM generate_series(1, 10) n");
        let spec = ConnectionSpec {
            name: "exports".to_owned(),
            kind: ConnectionKind::Postgres,
            by: way,
            user: Some("postgres".to_owned()),
            database: Some(name.clone()),
            secret: None,
        };
        let inside: Arc<dyn quarterdeck::runtime::executors::Inside> = space.inside().await;
        Self {
            databases: Databases::new([spec], Secrets::default(), Some(inside)),
            space,
            name,
        }
    }

    fn ask(&self, sql: &str) -> String {
        self.space.psql(&self.name, sql)
    }
}

impl Drop for Database<'_> {
    fn drop(&mut self) {
        self.space.psql(
            "postgres",
            &format!("DROP DATABASE {} WITH (FORCE)", self.name),
        );
    }
}

fn sql(text: &str, values: &[(&str, &str)]) -> Planned {
    planned(StepKind::Sql {
        connection: "exports".to_owned(),
        database: None,
        text: text.to_owned(),
        values: values
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Template::plain(*value)))
            .collect(),
        transaction: true,
    })
}

const HOSTILE: &str = "it's \\ \"x\"; DROP TABLE exports; -- $1 :id\n\\! touch /tmp/never 导出";

// row: C19
#[tokio::test]
async fn sql_changes_what_was_seen_and_nothing_else() {
    let space = Space::new("sql");
    for (number, way) in space.ways("POSTGRES_URL").into_iter().enumerate() {
        let database = Database::new(&space, way, number).await;
        let step = sql(
            "UPDATE exports SET status = 'pending', note = :'note' WHERE status = :status AND id <= :'least'::int; SELECT count(*) AS left_over FROM exports WHERE status = 'failed'",
            &[("note", HOSTILE), ("status", "failed"), ("least", "2")],
        );
        let looked = look(&database.databases, &step).await.unwrap();
        assert_eq!(
            looked.count,
            Some(Count {
                of: "rows".to_owned(),
                number: 2
            })
        );
        assert_eq!(
            database.ask("SELECT count(*) FROM exports WHERE status = 'failed'"),
            "3",
            "it was only tried"
        );

        let mut plan = plan_of(step.clone());
        plan.facts = looked.facts;
        plan.count = looked.count;
        let (end, told) = run(&database.databases, &plan).await;
        assert!(
            matches!(&end, StepEnd::Done { said, .. } if said[0].value == Value::Int(2)),
            "{end:?}"
        );
        assert!(
            told.contains("UPDATE 2\n") && told.contains("1\n"),
            "{told}"
        );
        assert_eq!(
            database.ask("SELECT note FROM exports WHERE id = 1"),
            HOSTILE
        );
        assert_eq!(database.ask("SELECT count(*) FROM exports"), "10");

        // More rows than were agreed to are taken back.
        database.ask("UPDATE exports SET status = 'failed'");
        let everything = sql(
            "UPDATE exports SET status = 'gone' WHERE status = :s",
            &[("s", "failed")],
        );
        plan.steps = vec![everything];
        let (end, _) = run(&database.databases, &plan).await;
        assert!(
            matches!(&end, StepEnd::Failed { why } if why.contains("10 rows where 2")),
            "{end:?}"
        );
        assert_eq!(
            database.ask("SELECT count(*) FROM exports WHERE status = 'gone'"),
            "0"
        );
    }
}

#[tokio::test]
async fn what_is_refused_when_it_is_to_be_kept_was_not_done() {
    let space = Space::new("deferred");
    for (number, way) in space.ways("POSTGRES_URL").into_iter().enumerate() {
        let database = Database::new(&space, way, number).await;
        database.ask("ALTER TABLE exports ADD UNIQUE (note) DEFERRABLE INITIALLY DEFERRED");
        let step = sql("UPDATE exports SET note = 'same' WHERE id < 3", &[]);
        let (end, _) = done(&database.databases, step).await;
        assert!(
            matches!(&end, StepEnd::Failed { why } if why.contains("unique")),
            "{end:?}"
        );
        assert_eq!(
            database.ask("SELECT count(*) FROM exports WHERE note = 'same'"),
            "0"
        );
    }
}

// row: G11
#[tokio::test]
async fn an_error_in_the_middle_leaves_nothing_behind() {
    let space = Space::new("undone");
    for (number, way) in space.ways("POSTGRES_URL").into_iter().enumerate() {
        let database = Database::new(&space, way, number).await;
        let broken = sql(
            "UPDATE exports SET status = 'x'; INSERT INTO exports VALUES (1, 'twice'); UPDATE exports SET status = 'y'",
            &[],
        );
        let refusal = look(&database.databases, &broken).await.unwrap_err();
        assert!(
            matches!(&refusal, Refusal::DryRun { why } if why.contains("statement 2 of 3")),
            "{refusal:?}"
        );
        let (end, _) = run(&database.databases, &plan_of(broken)).await;
        assert!(
            matches!(&end, StepEnd::Failed { why } if why.contains("statement 2 of 3")),
            "{end:?}"
        );
        assert_eq!(
            database.ask("SELECT count(*) FROM exports WHERE status IN ('x', 'y')"),
            "0"
        );

        let slow = Planned {
            limit: Some(1),
            ..sql(
                "UPDATE exports SET status = 'slow'; SELECT pg_sleep(30)",
                &[],
            )
        };
        let looked = look(&database.databases, &slow).await.unwrap();
        assert!(
            matches!(&looked.warnings[0], Warning::NotSeen { .. }),
            "what may act is not tried: {looked:?}"
        );
        let (end, _) = run(&database.databases, &plan_of(slow)).await;
        assert!(
            matches!(&end, StepEnd::Failed { why } if why.contains("timeout")),
            "{end:?}"
        );
        assert_eq!(
            database.ask("SELECT count(*) FROM exports WHERE status = 'slow'"),
            "0"
        );

        let vacuum = planned(match sql("VACUUM exports", &[]).kind {
            StepKind::Sql {
                connection,
                database,
                text,
                values,
                ..
            } => StepKind::Sql {
                connection,
                database,
                text,
                values,
                transaction: false,
            },
            other => other,
        });
        let (end, _) = done(&database.databases, vacuum).await;
        assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    }
}

#[tokio::test]
async fn a_t0_only_reads_whatever_its_pack_wrote() {
    let space = Space::new("reads");
    for (number, way) in space.ways("POSTGRES_URL").into_iter().enumerate() {
        let database = Database::new(&space, way, number).await;
        // Who reads the statement sees nothing of what the function does.
        database.ask("CREATE FUNCTION hides() RETURNS bigint LANGUAGE sql AS $$ WITH gone AS (DELETE FROM exports RETURNING 1) SELECT count(*) FROM gone $$");
        let mut plan = plan_of(sql("SELECT hides()", &[]));
        plan.tier = Tier::T0;
        let (end, _) = run(&database.databases, &plan).await;
        assert!(
            matches!(&end, StepEnd::Failed { why } if why.contains("read-only transaction")),
            "{end:?}"
        );
        assert_eq!(database.ask("SELECT count(*) FROM exports"), "10");
        plan.tier = Tier::T1;
        let (end, _) = run(&database.databases, &plan).await;
        assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
        assert_eq!(database.ask("SELECT count(*) FROM exports"), "0");
    }
}

#[tokio::test]
async fn what_is_read_becomes_values_and_another_database_is_drift() {
    let space = Space::new("read");
    for (number, way) in space.ways("POSTGRES_URL").into_iter().enumerate() {
        let database = Database::new(&space, way, number).await;
        let read = sql(
            "SELECT count(*) AS failed, min(note) AS note FROM exports WHERE status = :status",
            &[("status", "failed")],
        );
        let values = database.databases.read(&read).await.unwrap();
        assert_eq!(values["failed"], Value::Int(3));
        assert_eq!(values["note"], Value::Absent);
        let list = sql(
            "SELECT id FROM exports WHERE status = 'failed' ORDER BY id",
            &[],
        );
        let values = database.databases.read(&list).await.unwrap();
        assert_eq!(
            values["id"],
            Value::List(vec![Value::Int(1), Value::Int(2), Value::Int(3)])
        );
        let writes = sql("DELETE FROM exports", &[]);
        let refusal = database.databases.read(&writes).await.unwrap_err();
        assert!(format!("{refusal:?}").contains("acts"), "{refusal:?}");
        // What a question hides in a function is refused by the transaction it is asked in.
        database.ask(
            "CREATE FUNCTION hides() RETURNS int LANGUAGE sql AS 'DELETE FROM exports RETURNING 1'",
        );
        let hidden = sql("SELECT hides() AS gone", &[]);
        let refusal = database.databases.read(&hidden).await.unwrap_err();
        assert!(format!("{refusal:?}").contains("read-only"), "{refusal:?}");

        let step = sql("UPDATE exports SET status = 'x' WHERE id = 1", &[]);
        let mut plan = plan_of(step.clone());
        plan.facts = look(&database.databases, &step).await.unwrap().facts;
        space.psql(
            "postgres",
            &format!("DROP DATABASE {} WITH (FORCE)", database.name),
        );
        space.psql("postgres", &format!("CREATE DATABASE {}", database.name));
        database.ask("CREATE TABLE exports (id int, status text)");
        let now = database.databases.facts(&step, &plan).await.unwrap();
        assert!(drift(&plan.facts, &now).is_some());
        let (end, _) = run(&database.databases, &plan).await;
        assert!(
            matches!(&end, StepEnd::Failed { why } if why.contains("oid")),
            "{end:?}"
        );
    }
}

#[tokio::test]
async fn redis_does_once_what_it_is_told_in_its_database() {
    let space = Space::new("redis");
    for way in space.ways("REDIS_URL") {
        let spec = ConnectionSpec {
            name: "queue".to_owned(),
            kind: ConnectionKind::Redis,
            by: way,
            user: None,
            database: Some("5".to_owned()),
            secret: None,
        };
        let inside: Arc<dyn quarterdeck::runtime::executors::Inside> = space.inside().await;
        let redises = Redises::new([spec], Secrets::default(), Some(inside));
        let key = format!("{}:pending", space.name);
        let command = |words: &[&str]| {
            planned(StepKind::Redis {
                connection: "queue".to_owned(),
                argv: words.iter().copied().map(Template::plain).collect(),
            })
        };
        done(&redises, command(&["DEL", &key])).await;
        let (end, _) = done(&redises, command(&["LPUSH", &key, HOSTILE])).await;
        assert!(
            matches!(&end, StepEnd::Done { said, .. } if said[0].value == Value::Int(1)),
            "{end:?}"
        );
        let values = redises
            .read(&command(&["LRANGE", &key, "0", "-1"]))
            .await
            .unwrap();
        assert_eq!(values["value"], Value::List(vec![Value::text(HOSTILE)]));
        // Page after page, whatever else is there.
        let scan = command(&["SCAN", "MATCH", &key, "COUNT", "2"]);
        let values = redises.read(&scan).await.unwrap();
        assert_eq!(values["value"], Value::List(vec![Value::text(&*key)]));
        let values = redises.read(&command(&["LLEN", &key])).await.unwrap();
        assert_eq!(values["value"], Value::Int(1));
        let (end, _) = done(&redises, command(&["SET", &key, "x", "NX"])).await;
        assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
        let (end, _) = done(&redises, command(&["INCR", &key])).await;
        assert!(
            matches!(&end, StepEnd::Failed { why } if why.starts_with("WRONGTYPE")),
            "{end:?}"
        );
        done(&redises, command(&["DEL", &key])).await;
    }
}

#[tokio::test]
async fn silences_on_current_servers() {
    let folder = tempfile::tempdir().unwrap();
    let of = alertmanager().await;
    a_silence_lives_and_ends(&of, &silences(&of, folder.path(), None)).await;
}

#[tokio::test]
async fn silences_on_an_old_server() {
    let folder = tempfile::tempdir().unwrap();
    let of = old_alertmanager().await;
    a_silence_lives_and_ends(&of, &silences(&of, folder.path(), None)).await;
}
