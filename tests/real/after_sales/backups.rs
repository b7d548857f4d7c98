//! A6, A7, A8: what lies in the stores, what goes up is the new dump alone, and what is restored is this one alone.

use std::fs;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use k8s_openapi::api::batch::v1::CronJob;
use quarterdeck::{domain::time::Clock as _, runtime::clock::SystemClock};

use super::stage::{Stage, space, verdict};
use crate::harness::{Bed, User, until};

/// The names in a folder of the bucket.
fn names(stage: &Stage<'_>, folder: &str) -> Vec<String> {
    let files = fs::read_dir(stage.at(folder)).unwrap().flatten();
    let mut names: Vec<String> = files
        .map(|file| file.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

// row: A7, G11
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_new_dump_goes_up_and_a_cut_one_does_not() {
    let bed = Bed::shared();
    let space = space(&bed).await;
    let stage = Stage::new(&space).await;
    let older = "manual_backup_20200101_000000.sql";
    fs::write(stage.at("backup").join(older), "older").unwrap();
    let run = stage.does(&["manual-backup"]).await;
    assert_eq!(verdict(&run), "verified", "{run}");
    let up = names(&stage, "bucket/manual");
    let [name] = &up[..] else { panic!("{up:?}") };
    assert_ne!(name, older);
    let text = fs::read_to_string(stage.at("bucket/manual").join(name)).unwrap();
    assert!(text.contains("talk 20") && text.contains("-- PostgreSQL database dump complete"));

    // Cut half way, with nobody saying so; ended by an error.
    let real = stage.primary.line("pg_dump");
    for script in [
        format!(
            "{real} \"$@\"\nfor file; do :; done\nhead -c 500 \"$file\" >\"$file.cut\"\nmv \"$file.cut\" \"$file\""
        ),
        "echo 'pg_dump: error: connection to server was lost' >&2\nexit 1".to_owned(),
    ] {
        stage.plays("pg_dump", &script);
        let run = stage.does(&["manual-backup"]).await;
        assert_eq!(verdict(&run), "failed", "{run}");
        assert!(run["steps"][4]["started_at"].is_null(), "{run}");
        assert_eq!(names(&stage, "bucket/manual"), up);
    }
    stage.ended_well("dump").await;
}

// row: A8, G11
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_this_backup_passes_the_drill_and_only_into_its_own_database() {
    let bed = Bed::shared();
    let space = space(&bed).await;
    let stage = Stage::new(&space).await;
    let latest = stage.at("bucket/daily/latest.sql");
    let mut dump = stage.primary.program("pg_dump");
    let port = stage.primary.port.to_string();
    dump.args([
        "-h",
        "127.0.0.1",
        "-U",
        "admin",
        "-d",
        "after_sales",
        "-p",
        &port,
    ]);
    let whole = String::from_utf8(dump.output().unwrap().stdout).unwrap();
    fs::write(&latest, &whole).unwrap();
    let drill = ["restore-drill", "--param", "database=test_restore"];
    let run = stage.does(&drill).await;
    assert_eq!(verdict(&run), "verified", "{run}");
    let count = "SELECT count(*) FROM conversations";
    assert_eq!(stage.primary.psql("test_restore", count), "20");
    nothing_is_left(&stage);

    // Any other database is refused, by whatever name.
    for database in ["after_sales", "postgres", "test_restore2"] {
        let param = format!("database={database}");
        let told = stage
            .duty
            .call(&["run", "restore-drill", "--param", &param, "--plan"], "")
            .await;
        assert_ne!(told.code, Some(0), "{told:?}");
        assert!(told.err.contains("test_restore"), "{told:?}");
    }
    assert_eq!(stage.primary.psql("after_sales", count), "20");

    // A file of no bytes is no backup.
    fs::write(&latest, "").unwrap();
    let call = [&["run"], &drill[..], &["--plan"]].concat();
    let told = stage.duty.call(&call, "").await;
    assert!(Stage::refused(&told).contains("not empty"), "{told:?}");

    // One that is cut is found out before anything is fetched or dropped; last week's rows prove nothing.
    fs::write(&latest, &whole[..whole.len() / 2]).unwrap();
    let told = stage.duty.call(&call, "").await;
    assert!(
        Stage::refused(&told).contains("has its last line"),
        "{told:?}"
    );
    assert_eq!(stage.primary.psql("test_restore", count), "20");
    nothing_is_left(&stage);

    fs::write(&latest, &whole).unwrap();
    one_that_changes_meanwhile(&stage, &drill).await;

    // One that is broken in the middle leaves nothing of it, and nothing of last week.
    let broken = whole.replacen("COPY public.conversations", "COPY public.no_such_table", 1);
    assert_ne!(broken, whole);
    fs::write(&latest, broken).unwrap();
    let run = stage.does(&drill).await;
    assert_eq!(verdict(&run), "failed", "{run}");
    let there = "SELECT to_regclass('public.conversations') IS NULL";
    assert_eq!(stage.primary.psql("test_restore", there), "t");
    assert_eq!(stage.primary.psql("after_sales", count), "20");
    nothing_is_left(&stage);
    stage.ended_well("drill").await;
}

/// Another one is written before this one is fetched: it is left alone. What an earlier drill left in the pod went before that.
async fn one_that_changes_meanwhile(stage: &Stage<'_>, drill: &[&str]) {
    fs::write(stage.at("restore-drill.sql"), "left").unwrap();
    let (aws, itself) = (stage.at("programs/aws"), stage.at("programs/aws-itself"));
    fs::rename(&aws, &itself).unwrap();
    let changed = "echo 'An error occurred (PreconditionFailed)' >&2; exit 254";
    let script = format!(
        "case \"$*\" in *--if-match*) {changed} ;; esac\nexec {} \"$@\"",
        itself.display()
    );
    stage.plays("aws", &script);
    let run = stage.does(drill).await;
    assert_eq!(verdict(&run), "failed", "{run}");
    assert!(run["steps"][3]["started_at"].is_null(), "{run}");
    nothing_is_left(stage);
    fs::rename(&itself, &aws).unwrap();
}

/// No dump lies in the pod any more.
#[track_caller]
fn nothing_is_left(stage: &Stage<'_>) {
    assert!(
        !names(stage, "")
            .iter()
            .any(|name| name.starts_with("restore-"))
    );
}

fn kubectl(stage: &Stage<'_>, arguments: &[&str]) {
    let all = [&["-n", &*stage.space.name], arguments].concat();
    stage.space.bed.kubectl(User::Admin, &all);
}

/// The CronJob ran just now: the Job it would have made is made by hand, and is over.
async fn ran(stage: &Stage<'_>) {
    let make = [
        "create",
        "job",
        "--from=cronjob/postgres-backup",
        "postgres-backup-tonight",
    ];
    kubectl(stage, &make);
    let status = format!(r#"{{"status":{{"lastScheduleTime":"{}"}}}}"#, now());
    let patch = ["patch", "cronjob/postgres-backup", "--subresource=status"];
    kubectl(
        stage,
        &[&patch[..], &["--type=merge", "-p", &status]].concat(),
    );
    until("the CronJob knows of its success", async || {
        let it = stage.space.api::<CronJob>();
        let status = it.get("postgres-backup").await.unwrap().status;
        let at = status
            .as_ref()
            .and_then(|it| it.last_successful_time.clone());
        at.map(|_| ()).ok_or(status)
    })
    .await;
}

/// Whole seconds, as objects have them.
fn now() -> Timestamp {
    let now = SystemClock::start().now().wall;
    Timestamp::from_second(now.as_second()).unwrap()
}

// row: A6
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn todays_backup_is_seen_in_both_stores_and_what_is_wrong_with_it() {
    let bed = Bed::shared();
    let space = space(&bed).await;
    let stage = Stage::new(&space).await;
    // Nothing ran yet.
    assert_eq!(stage.check("backup-job").await, Some(1));
    ran(&stage).await;
    assert_eq!(stage.check("backup-job").await, Some(0));
    let tonight = [("latest.sql", 4096, now())];
    stage.stored("s3", &tonight);
    stage.stored("oss", &tonight);
    assert_eq!(stage.check("backup-s3").await, Some(0));
    assert_eq!(stage.check("backup-oss").await, Some(0));
    let run = stage.does(&["backup-watch"]).await;
    assert_eq!(verdict(&run), "verified", "{run}");
    // The whole log of its newest Job stands in the ledger.
    let log = run["steps"][1]["output"].to_string();
    assert!(log.contains("postgres-backup-tonight"), "{run}");
    // Absent in one store, empty in the other.
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let midnight = now().to_zoned(zone).start_of_day().unwrap().timestamp();
    let yesterday = midnight.checked_sub(SignedDuration::from_mins(1)).unwrap();
    stage.stored("oss", &[("latest.sql", 4096, yesterday)]);
    stage.stored("s3", &[("latest.sql", 0, now())]);
    assert_eq!(stage.check("backup-oss").await, Some(1));
    assert_eq!(stage.check("backup-s3").await, Some(1));
    let run = stage.does(&["backup-watch"]).await;
    assert_eq!(verdict(&run), "unverified", "{run}");
    stage.stored("s3", &tonight);
    assert_eq!(stage.check("backup-s3").await, Some(0));
    assert_eq!(stage.check("backup-oss").await, Some(1));
    // Suspended: nothing will come tomorrow.
    let patch = r#"{"spec":{"suspend":true}}"#;
    kubectl(&stage, &["patch", "cronjob/postgres-backup", "-p", patch]);
    assert_eq!(stage.check("backup-job").await, Some(1));
    stage.ended_well("watch").await;
}
