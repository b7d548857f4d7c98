//! Dumps go back into a real PostgreSQL: each by its own program, in one go, with a dump of now before.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use quarterdeck::domain::action::{
    place::{ConnectionKind, ConnectionSpec, Line, Reached},
    preflight::Draft,
    refusal::Refusal,
    step::{StepKind, Template},
    value::{Value, Values},
    verdict::Verdict,
};

use super::{here, with};
use crate::harness::{Bed, Done, Project};

/// A database of a test's own with so many users in it.
pub struct Database {
    pub bed: Bed,
    name: String,
}

impl Database {
    pub fn new(name: &str) -> Self {
        let database = Self {
            bed: Bed::shared(),
            name: format!("module_{name}_{}", std::process::id()),
        };
        let sql = format!("CREATE DATABASE {}", database.name);
        database.ask_in("postgres", &sql);
        database.ask("CREATE TABLE users (id int PRIMARY KEY); INSERT INTO users SELECT generate_series(1, 40)");
        database
    }

    fn port(&self) -> u16 {
        let url = reqwest::Url::parse(self.bed.place("POSTGRES_URL")).unwrap();
        url.port().unwrap()
    }

    /// One of PostgreSQL's own programs.
    fn program(&self, name: &str) -> PathBuf {
        Path::new(self.bed.place("DEBIAN")).join(name)
    }

    fn ask_in(&self, database: &str, sql: &str) -> String {
        let mut psql = Command::new(self.program("psql"));
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"])
            .args(["-h", "127.0.0.1", "-U", "postgres", "-d", database, "-p"])
            .arg(self.port().to_string())
            .args(["-c", sql])
            .stdin(Stdio::null());
        let output = psql.output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{sql}: {told}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub fn ask(&self, sql: &str) -> String {
        self.ask_in(&self.name, sql)
    }

    fn users(&self) -> String {
        self.ask("SELECT count(*) || ' of ' || count(DISTINCT id) FROM users")
    }

    /// The connection of the pack, to this database.
    pub fn connections(&self, all: Vec<ConnectionSpec>) -> Vec<ConnectionSpec> {
        let here = all.into_iter().map(|mut one| {
            if one.kind == ConnectionKind::Postgres {
                one.user = Some("postgres".to_owned());
                one.database = Some(self.name.clone());
                one.secret = None;
                one.by = Reached::Address {
                    host: "127.0.0.1".to_owned(),
                    port: Some(self.port()),
                    line: Line::Open,
                };
            }
            one
        });
        here.collect()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let sql = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        let mut psql = Command::new(self.program("psql"));
        psql.args(["-X", "-q", "-h", "127.0.0.1", "-U", "postgres", "-p"])
            .arg(self.port().to_string())
            .args(["-d", "postgres", "-c", &sql]);
        let _dropped = psql.output();
    }
}

/// A program of PostgreSQL that takes the words of the pack and no others, and goes to the test's own server.
const CLIENT: &str = r#"#!/bin/sh
cd @DIR@ || exit 1
echo "@NAME@ $*" >>calls
[ ! -e "@NAME@-breaks" ] || { for last do :; done; echo PGDMP of a disk that is full >"$last"; exit 1; }
[ "@X@" = "" ] || { [ "$1" = "@X@" ] || exit 64; shift; }
case "$1 $2 $3 $4 $5 $6 $7" in
"-w -h database -U app -d app" | "-w -h localhost -U app -d app") ;;
*) exit 64 ;;
esac
shift 7
exec @PROGRAM@ -h 127.0.0.1 -p @PORT@ -U postgres -d @DATABASE@ "$@"
"#;

const PG_RESTORE: &str = r#"#!/bin/sh
echo "pg_restore $*" >>@DIR@/calls
exec @PROGRAM@ "$@"
"#;

const SYSTEMCTL: &str = r#"#!/bin/sh
cd @DIR@ || exit 1
case "$*" in
"show --no-pager -p "*" -- app-example")
  echo "LoadState=loaded"; echo "ActiveState=$(cat unit)"; echo "SubState=so"; echo "MainPID=1"
  echo "ExecMainStartTimestamp=$(cat started 2>/dev/null)" ;;
"stop --no-ask-password -- app-example") echo inactive >unit; echo "systemctl stop" >>calls ;;
"start --no-ask-password -- app-example") echo active >unit; date +%s%N >started; echo "systemctl start" >>calls ;;
*) echo "systemctl: what is $*?" >&2; exit 64 ;;
esac
"#;

/// A host with a service that runs, PostgreSQL's programs and a folder of backups.
pub struct Host {
    pub project: Project,
    pub database: Database,
}

impl Host {
    pub fn new(name: &str) -> Self {
        let database = Database::new(name);
        let project = Project::new(&database.bed, "module", true, here, |all| {
            database.connections(all)
        });
        let host = Self { project, database };
        fs::create_dir(host.project.at("backup")).unwrap();
        fs::write(host.project.at("unit"), "active\n").unwrap();
        for (name, text, x) in [
            ("systemctl", SYSTEMCTL, ""),
            ("pg_dump", CLIENT, ""),
            ("psql", CLIENT, "-X"),
            ("pg_restore", PG_RESTORE, ""),
            ("curl", "#!/bin/sh\necho 200\n", ""),
            (
                "pytest",
                "#!/bin/sh\n[ \"$*\" = tests/example/test_smoke.py ]\n",
                "",
            ),
        ] {
            host.program(name, text, x);
        }
        host
    }

    fn program(&self, name: &str, text: &str, x: &str) {
        let own = self.database.program(name);
        let text = text
            .replace("@DIR@", &self.project.folder.path().display().to_string())
            .replace("@NAME@", name)
            .replace("@X@", x)
            .replace("@PROGRAM@", &own.display().to_string())
            .replace("@PORT@", &self.database.port().to_string())
            .replace("@DATABASE@", &self.database.name);
        self.project.program(&format!("bin/{name}"), &text);
    }

    /// What `pg_dump` writes with these arguments, as a file of the backups.
    pub fn dumped(&self, name: &str, form: &str) -> PathBuf {
        let path = self.project.at("backup").join(name);
        let mut dump = Command::new(self.database.program("pg_dump"));
        dump.args(["-h", "127.0.0.1", "-U", "postgres", "-F", form, "-p"])
            .arg(self.database.port().to_string())
            .args(["-d", &self.database.name, "-f"])
            .arg(&path);
        assert!(dump.status().unwrap().success());
        path
    }

    fn draft(&self, action: &str, file: &str) -> Draft {
        let given = Value::text(format!("/backup/{file}"));
        let params = Values::from([("file".to_owned(), given)]);
        let mut draft = self.ours(&format!("module/{action}"), &params);
        let backup = self.project.at("backup").display().to_string();
        let chosen = Value::text(format!("{backup}/{file}"));
        draft.params.insert("file".to_owned(), chosen);
        draft
    }

    /// An action with the programs and the folder of this host.
    pub fn ours(&self, action: &str, params: &Values) -> Draft {
        let mut draft = self.project.draft(action, params);
        for step in &mut draft.steps {
            if let StepKind::Command { secrets, .. } = &mut step.kind {
                secrets.clear();
            }
        }
        let bin = self.project.at("bin").display().to_string();
        let backup = self.project.at("backup").display().to_string();
        let mut words: Vec<(String, String)> = ["pg_dump", "psql", "pg_restore", "curl", "make"]
            .iter()
            .map(|name| (format!("/usr/bin/{name}"), format!("{bin}/{name}")))
            .collect();
        words.push(("/usr/local/bin/pytest".to_owned(), format!("{bin}/pytest")));
        words.push(("/backup/".to_owned(), format!("{backup}/")));
        for (word, ours) in words {
            draft = with(draft, &word, &ours);
        }
        // The folder itself stands alone among the words.
        let reads = draft.reads.iter_mut().map(|(_, read)| read);
        for step in draft.steps.iter_mut().chain(reads) {
            if let StepKind::Command { argv, .. } = &mut step.kind {
                let folder = argv
                    .iter_mut()
                    .filter(|it| it.whole().as_deref() == Some("/backup"));
                folder.for_each(|it| *it = Template::plain(backup.clone()));
            }
        }
        draft
    }

    /// The files of the backups that begin so.
    pub fn backups(&self, begin: &str) -> Vec<String> {
        let entries = fs::read_dir(self.project.at("backup")).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| name.starts_with(begin)).collect();
        names.sort();
        names
    }

    /// What comes of putting this file of the backups back.
    async fn restored(&self, action: &str, file: &str) -> Done {
        let plan = self.project.planned(&self.draft(action, file)).await;
        self.project.run(plan).await
    }

    fn calls(&self) -> String {
        self.project.text("calls")
    }
}

// row: B12
#[tokio::test]
async fn a_plain_dump_goes_to_psql_and_the_dump_of_now_brings_all_back() {
    let host = Host::new("plain");
    host.dumped("app_20261120.sql", "p");
    host.database
        .ask("INSERT INTO users SELECT generate_series(41, 45)");
    let done = host.restored("restore-sql", "app_20261120.sql").await;
    done.ended(Verdict::Verified);
    assert_eq!(
        host.database.users(),
        "40 of 40",
        "none is doubled, none is of later"
    );
    assert_eq!(done.saved["users"]["count"], Value::Int(40));
    assert!(!host.calls().contains("pg_restore"), "{}", host.calls());
    // What was there before can be had back: the dump of now is a custom one, and whole.
    let before = host.backups("before_restore_");
    let [safe] = before.as_slice() else {
        panic!("{before:?}");
    };
    assert_eq!(Path::new(safe).extension().unwrap(), "dump");
    let done = host.restored("restore-custom", safe).await;
    done.ended(Verdict::Verified);
    assert_eq!(host.database.users(), "45 of 45");
    assert_eq!(
        host.backups("restore_"),
        Vec::<String>::new(),
        "the data lie nowhere"
    );
    assert_eq!(host.project.text("unit").trim(), "active");
}

// row: B12
#[tokio::test]
async fn a_custom_dump_goes_to_pg_restore_and_never_to_psql() {
    let host = Host::new("custom");
    host.dumped("backup_20261120.dump", "c");
    host.database
        .ask("INSERT INTO users SELECT generate_series(41, 45)");
    let draft = host.draft("restore-sql", "backup_20261120.dump");
    let refused = host.project.proposed(&draft).await;
    assert!(matches!(refused, Err(Refusal::Guard { .. })));
    let done = host
        .restored("restore-custom", "backup_20261120.dump")
        .await;
    done.ended(Verdict::Verified);
    assert_eq!(host.database.users(), "40 of 40");
    let calls = host.calls();
    let psql = calls.lines().filter(|line| line.starts_with("psql "));
    assert!(
        psql.clone().count() == 1 && psql.clone().all(|line| !line.contains("backup_20261120")),
        "{calls}"
    );
    // All that may fail of the dump was done while the service still ran.
    let place = |text: &str| {
        calls
            .find(text)
            .unwrap_or_else(|| panic!("{text}: {calls}"))
    };
    assert!(place("pg_restore ") < place("systemctl stop"), "{calls}");
    assert!(place("pg_dump ") < place("psql "), "{calls}");
    assert!(place("psql ") < place("systemctl start"), "{calls}");
}

// row: B12
#[tokio::test]
async fn of_a_dump_that_broke_off_nothing_is_restored_and_the_service_goes_on() {
    let host = Host::new("broken");
    host.database
        .ask("INSERT INTO users SELECT generate_series(41, 60000)");
    let path = host.dumped("backup_20261120.dump", "c");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let done = host
        .restored("restore-custom", "backup_20261120.dump")
        .await;
    assert_eq!(done.outcome.verdict, Verdict::Failed, "{}", done.told);
    assert!(!host.calls().contains("systemctl"), "{}", host.calls());
    assert_eq!(host.project.text("unit").trim(), "active");
    assert_eq!(host.database.users(), "60000 of 60000");
    let path = host.dumped("app_20261120.sql", "p");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let draft = host.draft("restore-sql", "app_20261120.sql");
    let refused = host.project.proposed(&draft).await;
    assert!(matches!(refused, Err(Refusal::Guard { .. })));
}

// row: B12
#[tokio::test]
async fn a_dump_of_now_that_fails_ends_the_restore_and_is_on_no_list() {
    let host = Host::new("unsafe");
    host.dumped("app_20261120.sql", "p");
    fs::write(host.project.at("pg_dump-breaks"), "").unwrap();
    host.database
        .ask("INSERT INTO users SELECT generate_series(41, 45)");
    let draft = host.draft("restore-sql", "app_20261120.sql");
    let done = host.project.run(host.project.planned(&draft).await).await;
    assert_eq!(done.outcome.verdict, Verdict::Failed, "{}", done.told);
    assert_eq!(host.database.users(), "45 of 45");
    let before = host.backups("before_restore_");
    assert!(
        before.len() == 1 && before[0].ends_with(".dump.part"),
        "{before:?}"
    );
    let (_, files) = draft
        .reads
        .iter()
        .find(|(name, _)| name == "files")
        .unwrap();
    let StepKind::Command { argv, .. } = &files.kind else {
        panic!("{files:?}");
    };
    let words: Vec<String> = argv.iter().map(|it| it.whole().unwrap()).collect();
    let listed = Command::new(&words[0]).args(&words[1..]).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(
        listed.contains("app_20261120.sql") && !listed.contains("before_restore_"),
        "{listed}"
    );
}
