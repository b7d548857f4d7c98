//! Back to a backup: the database alone, and the whole system, on a PostgreSQL of a test's own.

use std::fs;

use quarterdeck::domain::action::{
    plan::Count,
    preflight::Draft,
    refusal::Refusal,
    step::{StepKind, Template},
    value::{Value, Values},
    verdict::Verdict,
};

use super::{all_of, at_home, here, played, text};
use crate::harness::{Bed, Done, Postgres, Project};

const DATABASE: &str = "lawsker_prod";
const BACKUPS: &str = "/srv/lawsker/backups";
const CUT: &str = "20261117_020000";
const BROKEN: &str = "20261118_020000";
const WHOLE: &str = "20261119_020000";

/// Lists the folders as the pack has them, wherever they lie.
const FOLDERS: &str = r"#!/bin/sh
cd backups && ls -1dr [0-9]*_[0-9]* | sed 's,^,/srv/lawsker/backups/,'
";

/// The health of what runs, and of nothing else.
const CURL: &str = r"#!/bin/sh
for url; do :; done
case $url in
http://localhost:8000/health) grep -q ' running$' state/backend ;;
http://localhost/health) grep -q ' running$' state/nginx ;;
*) exit 3 ;;
esac || { echo 000; exit 7; }
echo 200
";

/// The team's script, as far as it rolls back: code and database as they were.
const ROLL_BACK: &str = r#"#!/bin/sh
set -e
[ "$1 $#" = "rollback 2" ] || { echo "deploy-production.sh: $*" >&2; exit 64; }
echo "rollback $2" >>calls
bin/psql -X -q -U lawsker_user -d lawsker_prod -c 'drop schema public cascade' -c 'create schema public'
bin/psql -X -q -v ON_ERROR_STOP=1 -U lawsker_user -d lawsker_prod -f "$2/database.sql"
"#;

/// The project, its database of 1005 cases, and backups from when there were 1000: one is whole, one was cut off in its rows,
/// one came to its end and has an error in the middle.
fn stage(plugin: bool) -> (Project, Postgres) {
    let bed = Bed::shared();
    let server = Postgres::with_database(&bed, DATABASE);
    server.psql("postgres", "CREATE ROLE lawsker_user SUPERUSER LOGIN");
    server.psql(
        DATABASE,
        "CREATE EXTENSION pg_stat_statements; CREATE TABLE cases (id int PRIMARY KEY); INSERT INTO cases SELECT generate_series(1, 1000)",
    );
    let mut dump = server.program("pg_dump");
    let port = server.port.to_string();
    dump.args([
        "-h",
        "127.0.0.1",
        "-U",
        "lawsker_user",
        "-p",
        &port,
        "-d",
        DATABASE,
    ]);
    let output = dump.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let dump = String::from_utf8(output.stdout).unwrap();
    server.psql(
        DATABASE,
        "INSERT INTO cases SELECT generate_series(1001, 1005)",
    );
    let project = Project::new(&bed, "lawsker", plugin, here, |all| all);
    for name in ["psql", "pg_isready"] {
        let text = format!("#!/bin/sh\nexec env {} \"$@\"\n", server.line(name));
        project.program(&format!("bin/{name}"), &text);
    }
    for (name, program) in [("folders", FOLDERS), ("curl", CURL)] {
        project.program(&format!("programs/{name}"), program);
    }
    fs::create_dir(project.at("scripts")).unwrap();
    project.program("scripts/deploy-production.sh", ROLL_BACK);
    let (begin, rest) = dump.split_once("\n700\n").unwrap();
    for (name, text) in [
        (WHOLE, dump.clone()),
        (CUT, format!("{begin}\n")),
        (BROKEN, format!("{begin}\nseven hundred\n{rest}")),
    ] {
        let folder = project.at("backups").join(name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("database.sql"), text).unwrap();
    }
    project.did("backup");
    (project, server)
}

/// An action of the pack back to a backup, where the project lies.
fn back_to(project: &Project, action: &str, name: &str) -> Draft {
    let params = Values::from([text("backup", &format!("{BACKUPS}/{name}"))]);
    let mut draft = project.draft(&format!("lawsker/{action}"), &params);
    let folders = project.at("programs/folders").display().to_string();
    for step in all_of(&mut draft) {
        if let StepKind::Command { argv, .. } = &mut step.kind
            && argv.get(1).and_then(Template::whole).as_deref() == Some(BACKUPS)
        {
            *argv = vec![Template::plain(folders.clone())];
        }
    }
    played(at_home(project, draft), project, "/usr/bin/curl")
}

/// Back to the whole backup, well: the prompt asks for the hours since.
async fn goes_back(project: &Project, action: &str) -> Done {
    let plan = project.planned(&back_to(project, action, WHOLE)).await;
    let lost = Count {
        of: "hours-lost".to_owned(),
        number: 36,
    };
    assert_eq!(plan.count, Some(lost));
    let done = project.run(plan).await;
    done.ended(Verdict::Verified);
    done
}

fn rows(server: &Postgres) -> String {
    server.psql(DATABASE, "SELECT count(*) FROM public.cases")
}

// row: D10, D10c, G11
#[tokio::test]
async fn a_database_is_restored_as_a_whole_or_not_at_all_and_never_from_a_dump_that_was_cut_off() {
    for plugin in [true, false] {
        let (project, server) = stage(plugin);
        let refused = project
            .proposed(&back_to(&project, "restore-database", CUT))
            .await;
        assert!(matches!(refused, Err(Refusal::Guard { .. })), "{refused:?}");
        assert!(
            !project.text("calls").contains("stop"),
            "{}",
            project.text("calls")
        );
        // An error in the middle: what there was is still there.
        let draft = back_to(&project, "restore-database", BROKEN);
        let done = project.run(project.planned(&draft).await).await;
        done.ended(Verdict::Failed);
        assert_eq!(rows(&server), "1005", "{}", done.told);
        let done = goes_back(&project, "restore-database").await;
        assert_eq!(done.saved["restored"]["tables"], Value::Int(1));
        assert_eq!(rows(&server), "1000");
        let kept = server.psql(DATABASE, "SELECT count(*) FROM \"before run-1\".cases");
        assert_eq!(kept, "1005", "what there was is laid aside");
        let calls = project.text("calls");
        let stopped = calls.rfind("stop backend").unwrap();
        let restored = calls.rfind("--single-transaction").unwrap();
        let up = calls.rfind("up backend").unwrap();
        assert!(stopped < restored && restored < up, "{calls}");
        assert_eq!(project.text("state/backend"), "backend1 running\n");
    }
}

// row: D3, D10, D10d
#[tokio::test]
async fn the_whole_system_goes_back_to_a_whole_backup_alone_and_says_what_is_lost() {
    let (project, server) = stage(true);
    let refused = project.proposed(&back_to(&project, "rollback", CUT)).await;
    assert!(matches!(refused, Err(Refusal::Guard { .. })), "{refused:?}");
    let gone = project
        .proposed(&back_to(&project, "rollback", "20261116_020000"))
        .await;
    assert!(gone.is_err(), "{gone:?}");
    assert_eq!(rows(&server), "1005");
    goes_back(&project, "rollback").await;
    assert_eq!(rows(&server), "1000");
    let folder = project.at("backups").join(WHOLE);
    let asked = format!("rollback {}\n", folder.display());
    assert!(
        project.text("calls").contains(&asked),
        "{}",
        project.text("calls")
    );
}
