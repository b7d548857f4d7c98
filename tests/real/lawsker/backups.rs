//! Backups: what counts as one, which go and which stay, and who reads the keys.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, process::Command};

use quarterdeck::{
    domain::action::{
        place::PlaceSpec,
        refusal::Refusal,
        value::{Value, Values},
        verdict::Verdict,
    },
    pack::Pack,
};

use super::{END, aged, at_home, here, names, reading, text};
use crate::harness::{Bed, Project, Sshd};

fn backup(project: &Project, name: &str, days: u64, dump: bool) {
    let folder = project.at("backups").join(name);
    fs::create_dir_all(&folder).unwrap();
    if dump {
        let dump = folder.join("database.sql");
        fs::write(&dump, format!("select 1;\n{END}")).unwrap();
        aged(&dump, days);
    }
    fs::write(folder.join("files.tar"), "x").unwrap();
    aged(&folder, days);
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
    done.ended(Verdict::Unverified);
    assert!(project.at("backups/20250115_020000/database.sql").exists());
    // What is listed now is agreed to, and then there is room.
    let plan = project.planned(&draft).await;
    assert_eq!(plan.items, ["backups/20250110_020000"]);
    let done = project.run(plan).await;
    done.ended(Verdict::Verified);
    assert_eq!(
        names(&project, "backups"),
        ["20250115_020000", "ssl-before"],
        "{}",
        done.told
    );
    // The newest is what a dump was cut off in: what is older may be all there is.
    backup(&project, "20250118_020000", 38, true);
    let cut = "backups/20250118_020000/database.sql";
    fs::write(
        project.at(cut),
        "COPY public.cases (id) FROM stdin;\n1\n2\n",
    )
    .unwrap();
    aged(&project.at("backups/20250115_020000"), 40);
    let refused = project
        .proposed(&project.draft("lawsker/delete-old-backups", &params("20250118_020000")))
        .await;
    assert!(matches!(refused, Err(Refusal::Guard { .. })), "{refused:?}");
    // A newest that is not whole keeps nobody else's data safe: the dump can't be read, so nothing is done.
    backup(&project, "20250120_020000", 35, false);
    let draft = project.draft("lawsker/delete-old-backups", &params("20250120_020000"));
    let refusal = project.look(&draft).await.unwrap_err();
    assert!(
        format!("{refusal:?}").contains("database.sql"),
        "{refusal:?}"
    );
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

/// The team's script, as far as it backs up: a dump that another program writes, in a folder of its own.
const BACK_UP: &str = r#"#!/bin/sh
set -e
[ "$*" = backup ] || { echo "deploy-production.sh: $*" >&2; exit 64; }
folder=backups/$(date +%Y%m%d_%H%M%S)
mkdir "$folder"
cp next.sql "$folder/database.sql"
"#;

/// The pack's places in a zone where it is about noon: well after 02:00 of its day.
fn at_noon(folder: &Path, pack: &Pack) -> Vec<PlaceSpec> {
    let hour = quarterdeck::sim::clock::SimClock::wall().as_second() / 3600 % 24;
    let mut places = here(folder, pack);
    for place in &mut places {
        // What POSIX adds to the time of such a zone gives UTC.
        let zone = format!("NOON{:+}", hour - 12);
        place.env.insert("TZ".to_owned(), zone);
    }
    places
}

// row: D10, D10a, D10b
#[tokio::test]
async fn a_dump_that_was_cut_off_is_no_backup_and_one_that_is_still_written_is_waited_for() {
    let project = Project::new(&Bed::shared(), "lawsker", true, at_noon, |all| all);
    for folder in ["backups/20250101_020000", "scripts"] {
        fs::create_dir_all(project.at(folder)).unwrap();
    }
    project.program("scripts/deploy-production.sh", BACK_UP);
    project.program("scripts/run_security_hardening.sh", "#!/bin/sh\n");
    let dumped = async |text: &str| {
        fs::write(project.at("next.sql"), text).unwrap();
        let draft = at_home(&project, project.draft("lawsker/backup", &Values::new()));
        project.run(project.planned(&draft).await).await
    };
    let cut = "COPY public.cases (id) FROM stdin;\n1\n2\n";
    let done = dumped(cut).await;
    done.ended(Verdict::Unverified);
    assert_eq!(done.saved["end"]["mark"], Value::text(""));
    // The same to the check of the night: two minutes ago it was written to for the last time.
    let tonight = async || {
        let found = project.look(&reading(&project, "nightly-backup")).await;
        found.unwrap().before["tonight.end"].clone()
    };
    for name in names(&project, "backups") {
        fs::remove_dir_all(project.at("backups").join(name)).unwrap();
    }
    assert_eq!(tonight().await, Value::text(""), "there is none");
    let dump = project.at("backups/tonight/database.sql");
    fs::create_dir(project.at("backups/tonight")).unwrap();
    let written = async |text: &str, seconds: u64| {
        fs::write(&dump, text).unwrap();
        let file = fs::File::options().append(true).open(&dump).unwrap();
        let then = file.metadata().unwrap().modified().unwrap();
        let then = then - std::time::Duration::from_secs(seconds);
        file.set_modified(then).unwrap();
        tonight().await
    };
    assert_eq!(written(cut, 120).await, Value::text(""), "cut off");
    let whole = format!("{cut}\\.\n{END}");
    assert_eq!(written(&whole, 1).await, Value::text(""), "still written");
    let params = Values::from([text("reason", "a finding")]);
    let draft = project.draft("lawsker/harden", &params);
    let draft = at_home(&project, draft);
    let found = project.look(&draft).await.unwrap();
    let path = "backups/tonight/database.sql";
    assert_eq!(found.before["writing.dump"], Value::text(path));
    let end = Value::text("-- PostgreSQL database dump complete");
    assert_eq!(written(&whole, 120).await, end);
    let found = project.look(&draft).await.unwrap();
    assert_eq!(found.before["writing.dump"], Value::text("none"));
    assert_eq!(found.before["tonight.end"], end);
    fs::write(&dump, &whole).unwrap();
    let done = dumped(&whole).await;
    done.ended(Verdict::Verified);
}
