//! Lawsker's actions as they stand in the pack, on a real PostgreSQL and Redis behind compose, on real folders, over ssh.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, SystemTime},
};

use quarterdeck::{
    domain::action::{
        place::{ConnectionKind, ConnectionSpec, PlaceSpec},
        preflight::Draft,
        record::Why,
        refusal::Refusal,
        step::{Planned, StepKind, Template},
        value::{Value, Values},
        verdict::Verdict,
    },
    pack::Pack,
};

use crate::harness::{Bed, Project, Sshd, until};

/// The pack's places in this folder of this host.
fn here(folder: &Path, pack: &Pack) -> Vec<PlaceSpec> {
    let places = pack.places().iter().map(|place| PlaceSpec {
        name: place.name.clone(),
        cwd: Some(folder.display().to_string()),
        env: place.env.clone(),
        ..PlaceSpec::default()
    });
    places.collect()
}

/// A database of a test's own, called as the pack calls it but for the name.
struct Database {
    bed: Bed,
    name: String,
    others: Vec<Child>,
}

impl Database {
    fn new(name: &str) -> Self {
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
    fn connections(&self, all: Vec<ConnectionSpec>) -> Vec<ConnectionSpec> {
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

/// Everything a draft does or asks.
fn all_of(draft: &mut Draft) -> impl Iterator<Item = &mut Planned> {
    let steps = draft.steps.iter_mut();
    let reads = draft.reads.iter_mut().map(|(_, read)| read);
    steps.chain(reads).chain(&mut draft.preview)
}

/// The same with the docker of the project.
fn with_docker(mut draft: Draft, project: &Project) -> Draft {
    let ours = project.at("programs/docker").display().to_string();
    for step in all_of(&mut draft) {
        if let StepKind::Command { argv, .. } = &mut step.kind
            && argv[0].whole().is_some_and(|it| it == "/usr/bin/docker")
        {
            argv[0] = Template::plain(ours.clone());
        }
    }
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
    until("queries that run for long", async || {
        let sql = format!("SELECT count(*) FROM pg_stat_activity WHERE application_name IN ('long-one', 'long-two', 'locker') AND state = 'active' AND now() - query_start > interval '{LONG}'");
        let old = database.ask("postgres", &sql);
        if old == "3" { Ok(()) } else { Err(old) }
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
            ["pg_sleep(602)", "pg_sleep(604)", "ACCESS SHARE"]
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

/// A folder that was last changed so many days ago.
fn aged(path: &Path, days: u64) {
    let then = SystemTime::UNIX_EPOCH
        + Duration::from_secs(
            u64::try_from(quarterdeck::sim::clock::SimClock::wall().as_second()).unwrap(),
        )
        - Duration::from_secs(days * 86_400);
    let file = fs::File::open(path).unwrap();
    file.set_modified(then).unwrap();
}

fn backup(project: &Project, name: &str, days: u64, dump: bool) {
    let folder = project.at("backups").join(name);
    fs::create_dir_all(&folder).unwrap();
    if dump {
        fs::write(folder.join("database.sql"), "select 1;\n").unwrap();
    }
    fs::write(folder.join("files.tar"), "x").unwrap();
    aged(&folder, days);
}

fn names(project: &Project, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(project.at(folder)).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn text(name: &str, value: &str) -> (String, Value) {
    (name.to_owned(), Value::text(value))
}

// row: D7
#[tokio::test]
async fn of_old_backups_exactly_the_listed_go_and_the_newest_stays_with_the_folder() {
    let bed = Bed::shared();
    let sshd = Sshd::start(&bed);
    let over_ssh = |folder: &Path, pack: &Pack| {
        let places = pack.places().iter();
        places
            .map(|place| sshd.place(&place.name, folder))
            .collect()
    };
    let project = Project::new(&bed, "lawsker", true, over_ssh, |all| all);
    fs::create_dir(project.at("backups")).unwrap();
    // All of them are older than 30 days, and so is the folder itself.
    backup(&project, "20250101_020000", 60, true);
    backup(&project, "20250108_020000", 50, true);
    backup(&project, "20250115_020000", 40, true);
    fs::create_dir(project.at("backups/ssl-before")).unwrap();
    aged(&project.at("backups/ssl-before"), 90);
    aged(&project.at("backups"), 90);
    let params = |keep: &str| Values::from([text("keep", keep), text("reason", "disk is full")]);
    let draft = project.draft("lawsker/delete-old-backups", &params("20250115_020000"));
    let refused = project.proposed(&draft).await;
    assert!(
        matches!(
            refused,
            Err(Refusal::Guard { .. } | Refusal::GuardUnknown { .. })
        ),
        "without a backup of the last 24 hours: {refused:?}"
    );
    project.did("backup");
    let plan = project.planned(&draft).await;
    assert_eq!(plan.before["newest.name"], Value::text("20250115_020000"));
    let mut items = plan.items.clone();
    items.sort();
    assert_eq!(
        items,
        ["backups/20250101_020000", "backups/20250108_020000"]
    );
    // What turns old meanwhile was never agreed to.
    backup(&project, "20250110_020000", 45, true);
    let done = project.run(plan).await;
    assert_eq!(
        names(&project, "backups"),
        ["20250110_020000", "20250115_020000", "ssl-before"],
        "{}",
        done.told
    );
    assert_eq!(
        done.saved["after"]["left"],
        Value::text("left backups/20250110_020000")
    );
    assert_eq!(
        done.outcome.verdict,
        Verdict::Unverified,
        "{:?}",
        done.outcome
    );
    assert!(project.at("backups/20250115_020000/database.sql").exists());
    // A newest that is not whole keeps nobody else's data safe: the dump can't be read, so nothing is done.
    backup(&project, "20250120_020000", 35, false);
    let draft = project.draft("lawsker/delete-old-backups", &params("20250120_020000"));
    let refusal = project.look(&draft).await.unwrap_err();
    assert!(
        format!("{refusal:?}").contains("database.sql"),
        "{refusal:?}"
    );
}

// row: D7
#[tokio::test]
async fn a_log_that_is_held_open_is_said_to_be_before_the_listed_go() {
    let project = Project::new(&Bed::shared(), "lawsker", true, here, |all| all);
    for folder in ["logs", "backend/logs", "nginx/logs", "backups"] {
        fs::create_dir_all(project.at(folder)).unwrap();
    }
    for (name, days) in [
        ("logs/old.log", 9),
        ("backend/logs/held.log", 9),
        ("nginx/logs/new.log", 2),
        ("logs/old.txt", 9),
    ] {
        fs::write(project.at(name), "x").unwrap();
        aged(&project.at(name), days);
    }
    project.did("backup");
    let held = fs::File::open(project.at("backend/logs/held.log")).unwrap();
    let params = Values::from([text("reason", "disk is full")]);
    let draft = project.draft("lawsker/delete-old-logs", &params);
    let plan = project.planned(&draft).await;
    let mut items = plan.items.clone();
    items.sort();
    assert_eq!(items, ["backend/logs/held.log", "logs/old.log"]);
    let done = project.run(plan).await;
    drop(held);
    assert_eq!(
        done.outcome.verdict,
        Verdict::Verified,
        "{:?}",
        done.outcome
    );
    let told = &done.told;
    let open = told.lines().find(|line| line.contains("held.log")).unwrap();
    assert!(
        open.contains(&std::process::id().to_string()),
        "it isn't said who holds it open: {told}"
    );
    for (name, stays) in [
        ("logs/old.log", false),
        ("backend/logs/held.log", false),
        ("logs/old.txt", true),
        ("nginx/logs/new.log", true),
    ] {
        assert_eq!(project.at(name).exists(), stays, "{name}");
    }
}

// row: D6, D7, G9
#[tokio::test]
async fn what_docker_lists_as_unused_goes_by_its_name_and_nothing_else_does() {
    for (action, file, listed, new) in [
        ("prune-system", "stopped", "old_job", "new_job"),
        ("prune-images", "images", "web:0.9", "web:1.1"),
        ("prune-volumes", "volumes", "import_2025", "import_2026"),
    ] {
        let project = Project::new(&Bed::shared(), "lawsker", true, here, |all| all);
        let write = |names: &str| fs::write(project.at(file), names).unwrap();
        write(&format!("{listed}\n"));
        fs::create_dir(project.at("backups")).unwrap();
        let params = Values::from([text("reason", "disk is full")]);
        let draft = project.draft(&format!("lawsker/{action}"), &params);
        let draft = with_docker(draft, &project);
        let no_backup = project.proposed(&draft).await;
        assert!(
            matches!(
                no_backup,
                Err(Refusal::Guard { .. } | Refusal::GuardUnknown { .. })
            ),
            "{action}: {no_backup:?}"
        );
        project.did("backup");
        fs::write(project.at("state/backend"), "backend1 exited\n").unwrap();
        let down = project.proposed(&draft).await;
        assert!(
            matches!(down, Err(Refusal::Guard { .. })),
            "{action}: the stack is down: {down:?}"
        );
        fs::write(project.at("state/backend"), "backend1 running\n").unwrap();
        let plan = project.planned(&draft).await;
        assert_eq!(plan.items, [listed], "{action}");
        let count = plan.count.clone().unwrap();
        assert_eq!((count.of.as_str(), count.number), ("items", 1), "{action}");
        let done = project.run(plan.clone()).await;
        assert_eq!(
            done.outcome.verdict,
            Verdict::Verified,
            "{action}: {}",
            done.told
        );
        assert_eq!(project.text(file), "", "{action}");
        // What came after it was agreed to was never agreed to.
        write(&format!("{listed}\n{new}\n"));
        let done = project.run(plan).await;
        assert_eq!(project.text(file), format!("{new}\n"), "{action}");
        assert_eq!(done.outcome.verdict, Verdict::Unverified, "{action}");
        write("");
        let nothing = project.proposed(&draft).await;
        assert!(
            matches!(nothing, Err(Refusal::NotFound { .. })),
            "{action}: {nothing:?}"
        );
    }
}

// row: D10e, G5
#[tokio::test]
async fn the_archive_of_keys_and_passwords_is_its_owner_s_alone_to_read() {
    let project = Project::new(&Bed::shared(), "lawsker", true, here, |all| all);
    for folder in ["backups", "nginx/ssl", "redis"] {
        fs::create_dir_all(project.at(folder)).unwrap();
    }
    for name in [
        "nginx/ssl/lawsker.com.key",
        ".env.production",
        "docker-compose.prod.yml",
        "redis/redis.conf",
    ] {
        fs::write(project.at(name), "canary-5f1c").unwrap();
    }
    let draft = project.draft("lawsker/backup-config", &Values::new());
    let done = project.run(project.planned(&draft).await).await;
    assert_eq!(done.outcome.verdict, Verdict::Verified, "{}", done.told);
    assert!(!done.told.contains("canary-5f1c"), "{}", done.told);
    let archive = project.at("backups/config-run-1.tar.gz");
    let mode = fs::metadata(&archive).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let listed = Command::new("tar").arg("-tzf").arg(&archive).output();
    let listed = String::from_utf8(listed.unwrap().stdout).unwrap();
    assert!(
        listed.contains("nginx/ssl/lawsker.com.key") && listed.contains(".env.production"),
        "{listed}"
    );
}

/// An nginx that reads its configuration.
const NGINX: &str = r#"#!/bin/sh
[ ! -e broken ] || {
  echo 'nginx: [emerg] unknown directive "sever" in /etc/nginx/nginx.conf:4' >&2
  echo 'nginx: configuration file /etc/nginx/nginx.conf test failed' >&2
  exit 1
}
echo "nginx $*"
"#;

// row: D4
#[tokio::test]
async fn a_broken_configuration_refuses_reload_and_restart_in_nginx_s_words() {
    for plugin in [true, false] {
        let project = Project::new(&Bed::shared(), "lawsker", plugin, here, |all| all);
        project.program("bin/nginx", NGINX);
        fs::write(project.at("broken"), "").unwrap();
        for action in ["lawsker/nginx-reload", "lawsker/restart-nginx"] {
            let draft = project.draft(action, &Values::new());
            let refusal = project.look(&draft).await.unwrap_err();
            assert!(
                format!("{refusal:?}").contains("unknown directive"),
                "{action}: {refusal:?}"
            );
        }
        assert_eq!(
            project.text("calls"),
            "exec nginx nginx -t\nrun nginx nginx -t\n"
        );
        fs::remove_file(project.at("broken")).unwrap();
        let draft = project.draft("lawsker/nginx-reload", &Values::new());
        let plan = project.planned(&draft).await;
        // It breaks after it was agreed to: what is read again refuses.
        fs::write(project.at("broken"), "").unwrap();
        let done = project.run(plan.clone()).await;
        assert_eq!(done.outcome.verdict, Verdict::Aborted, "{:?}", done.outcome);
        fs::remove_file(project.at("broken")).unwrap();
        let done = project.run(plan).await;
        assert!(done.told.contains("nginx -s reload"), "{}", done.told);
    }
}

// row: D2
#[tokio::test]
async fn triage_goes_on_past_what_is_down_and_says_what_failed() {
    for plugin in [true, false] {
        let database = Database::new(&format!("d2_{plugin}"));
        let project = Project::new(&database.bed, "lawsker", plugin, here, |all| {
            database.connections(all)
        });
        fs::write(project.at("state/backend"), "backend1 exited\n").unwrap();
        for folder in ["backend/logs", "nginx/logs"] {
            fs::create_dir_all(project.at(folder)).unwrap();
        }
        fs::write(project.at("nginx/logs/error.log"), "upstream timed out\n").unwrap();
        let draft = project.draft("lawsker/triage", &Values::new());
        let plan = project.planned(&draft).await;
        let steps = plan.steps.len();
        let done = project.run(plan).await;
        assert_eq!(done.outcome.verdict, Verdict::Failed, "{:?}", done.outcome);
        // The team's script, the backend's log and its health are not there; the rest was looked at.
        let Some(Why::Steps { steps: failed }) = &done.outcome.why else {
            panic!("{:?}", done.outcome.why);
        };
        assert!(
            failed.contains(&0) && failed.len() < steps / 2,
            "{failed:?}"
        );
        assert_eq!(failed.len() + done.outcome.done.len(), steps);
        for text in [
            "backend    exited    0",
            "nginx    running    1",
            "a line of postgres",
            "upstream timed out",
            "accepting connections",
            "PONG",
            "used_memory",
        ] {
            assert!(done.told.contains(text), "{text}: {}", done.told);
        }
    }
}

// row: D12
#[tokio::test]
async fn through_compose_redis_is_the_real_one() {
    let project = Project::new(&Bed::shared(), "lawsker", false, here, |all| all);
    let draft = project.draft("lawsker/redis-memory", &Values::new());
    let plan = project.planned(&draft).await;
    let done = project.run(plan).await;
    assert!(done.told.contains("used_memory_human"), "{}", done.told);
    fs::write(project.at("state/redis"), "redis1 exited\n").unwrap();
    let plan = project.planned(&draft).await;
    let done = project.run(plan).await;
    let steps = vec![0, 1];
    assert_eq!(done.outcome.why, Some(Why::Steps { steps }));
}

// row: D12
#[tokio::test]
async fn a_cache_goes_by_its_pattern_without_keys_in_batches() {
    let project = Project::new(&Bed::shared(), "lawsker", false, here, |all| all);
    let cli = |words: &[&str]| {
        let mut command = Command::new(project.at("bin/redis-cli"));
        let output = command.args(words).output().unwrap();
        assert!(output.status.success(), "{words:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let own = format!("tried-{}", std::process::id());
    let names = (0..1_200).map(|number| format!("{own}:user:{number}"));
    let names: Vec<String> = names.collect();
    let pairs = names.iter().flat_map(|key| [key.as_str(), "1"]);
    cli(&std::iter::once("MSET").chain(pairs).collect::<Vec<_>>());
    let other = format!("{own}x:user:1");
    cli(&["SET", &other, "1"]);
    let draft = project.draft(
        "lawsker/cache-clean",
        &Values::from([text("keys", &format!("{own}:*"))]),
    );
    let plan = project.planned(&draft).await;
    let mut listed = names.clone();
    listed.sort();
    assert_eq!(plan.items, listed);
    let done = project.run(plan).await;
    assert_eq!(done.outcome.verdict, Verdict::Verified, "{}", done.told);
    assert_eq!(done.saved["gone"]["keys"], Value::Int(1_200));
    let left = cli(&["--scan", "--pattern", &format!("{own}*")]);
    assert_eq!(left, other, "nothing else goes");
    cli(&["DEL", &other]);
    // Nothing is there by this pattern any more: nothing is asked about.
    let refused = project.look(&draft).await.map(|found| found.items.len());
    assert_eq!(refused, Ok(0));
}
