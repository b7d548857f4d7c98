//! What module's checks ask the programs of a host, and what these say of real files, dates and settings.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use quarterdeck::{domain::action::step::StepKind, pack::Pack};

use super::restoring::Database;

/// The words of what a check reads, with a folder of the test's for one of the host's.
fn words(check: &str, read: &str, theirs: &str, ours: &Path) -> Vec<String> {
    let pack = Pack::embedded("module").unwrap().unwrap();
    let spec = pack.check(&check.into()).unwrap();
    let (_, written) = spec.reads.iter().find(|(name, _)| name == read).unwrap();
    let StepKind::Command { argv, .. } = &written.kind else {
        panic!("{written:?}");
    };
    let words = argv.iter().map(|word| word.whole().unwrap());
    words
        .map(|word| word.replace(theirs, &ours.display().to_string()))
        .collect()
}

fn said(words: &[String]) -> String {
    let mut command = Command::new(&words[0]);
    let output = command.args(&words[1..]).stdin(Stdio::null()).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{words:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn aged(path: &Path, hours: u32) {
    written(path, &format!("{hours} hours ago"));
}

/// Written then, by the clock of the pack's zone.
fn written(path: &Path, when: &str) {
    let mut touch = Command::new("/usr/bin/touch");
    touch.args(["-d", &format!("TZ=\"Asia/Shanghai\" {when}")]);
    assert!(touch.arg(path).status().unwrap().success());
}

// row: B14
#[test]
fn a_key_is_due_on_day_ninety_at_whatever_hour_its_header_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let header = folder.path().join("api-key.header");
    fs::write(&header, "Authorization: Bearer x\n").unwrap();
    let words = words("api-key", "key", "/etc/app", folder.path());
    for (when, fresh) in [
        ("today 00:00 89 days ago 1 second", "api-key.header\n"),
        ("today 23:59 89 days ago", "api-key.header\n"),
        ("today 23:59 90 days ago", ""),
        ("today 00:00 90 days ago", ""),
    ] {
        written(&header, when);
        assert_eq!(said(&words), fresh, "{when}");
    }
}

// row: B11
#[test]
fn a_dump_of_today_that_broke_off_is_named_beside_a_whole_one() {
    const WHOLE: &str = "COPY users\n1\n\\.\n\n--\n-- PostgreSQL database dump complete\n--\n\n";
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let words = words("daily-backup", "broken", "/backup", folder.path());
    // Yesterday's is whole and was touched today as well.
    fs::write(at("app_20261121.sql"), WHOLE).unwrap();
    fs::write(at("app_20261122.sql"), WHOLE).unwrap();
    assert_eq!(said(&words), "");
    for broken in [0, 12, WHOLE.len() - 8] {
        fs::write(at("app_20261122.sql"), &WHOLE[..broken]).unwrap();
        assert_eq!(said(&words), "app_20261122.sql\n", "{broken}");
    }
    // The mark is a line of its own, and not a word in the data.
    let data = "COPY notes\n1\tPostgreSQL database dump complete\n";
    fs::write(at("app_20261122.sql"), data).unwrap();
    assert_eq!(said(&words), "app_20261122.sql\n");
    // What broke off on another day is no dump of today.
    aged(&at("app_20261122.sql"), 2 * 24);
    assert_eq!(said(&words), "");
}

// row: B18
#[test]
fn the_week_of_a_log_is_that_of_its_rotated_files_too() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let files = words("log-week", "files", "/var/log/app", folder.path());
    let errors = words("log-week", "last", "/var/log/app", folder.path());
    assert_eq!(
        (said(&files), said(&errors)),
        (String::new(), String::new())
    );
    fs::write(at("example.log"), "INFO no ERRORS here\n".repeat(6000)).unwrap();
    fs::write(at("example.log.8"), "ERROR of last week\n").unwrap();
    aged(&at("example.log.8"), 8 * 24);
    assert_eq!(said(&files), "example.log\n");
    assert_eq!(said(&errors), "");
    fs::write(at("example.log.4"), "INFO\nERROR of this week\n").unwrap();
    let zip = Command::new("/usr/bin/gzip")
        .arg(at("example.log.4"))
        .status();
    assert!(zip.unwrap().success());
    aged(&at("example.log.4.gz"), 4 * 24);
    assert_eq!(said(&errors), "ERROR of this week\n");
}

// row: B11
#[test]
fn an_archive_command_that_overwrites_is_named_and_one_that_looks_first_is_not() {
    let database = Database::new("wal");
    let pack = Pack::embedded("module").unwrap().unwrap();
    let spec = pack.check(&"wal".into()).unwrap();
    let StepKind::Sql { text, .. } = &spec.reads[0].1.kind else {
        panic!("{:?}", spec.reads);
    };
    for (command, manner) in [
        ("cp %p /backup/wal/%f", "overwrites"),
        ("cat %p > /backup/wal/%f", "overwrites"),
        ("gzip < %p > /backup/wal/%f.gz", "overwrites"),
        ("rsync -a %p host:/wal/%f", "overwrites"),
        ("test ! -f /backup/wal/%f && cp %p /backup/wal/%f", "keeps"),
        (
            "test ! -f /backup/wal/%f && gzip < %p > /backup/wal/%f",
            "keeps",
        ),
        ("cp --no-clobber %p /backup/wal/%f", "keeps"),
        ("pgbackrest archive-push %p 2>&1", "keeps"),
    ] {
        let asked = text.replace(
            "current_setting('archive_command')",
            &format!("'{command}'"),
        );
        let told = database.ask(&asked);
        assert_eq!(told.split('|').nth(2), Some(manner), "{command}: {told}");
    }
}
