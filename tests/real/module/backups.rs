//! Backups by hand: one has its name, or counts, once it can be read to its end.

use std::fs;

use quarterdeck::domain::action::{value::Values, verdict::Verdict};

use super::restoring::Host;
use crate::harness::Done;

async fn done(host: &Host, action: &str) -> Done {
    let draft = host.ours(action, &Values::new());
    host.project.run(host.project.planned(&draft).await).await
}

// row: B11
#[tokio::test]
async fn a_backup_has_its_name_once_it_is_whole_and_is_made_once_a_day() {
    let host = Host::new("backup");
    fs::write(host.project.at("pg_dump-breaks"), "").unwrap();
    let broken = done(&host, "module/backup").await;
    assert_eq!(broken.outcome.verdict, Verdict::Failed, "{}", broken.told);
    let named = |host: &Host| {
        let all = host.backups("backup_");
        let whole = all.into_iter().filter(|name| !name.contains(".part"));
        whole.collect::<Vec<_>>()
    };
    assert_eq!(named(&host), Vec::<String>::new());
    fs::remove_file(host.project.at("pg_dump-breaks")).unwrap();
    let made = done(&host, "module/backup").await;
    assert_eq!(made.outcome.verdict, Verdict::Verified, "{}", made.told);
    assert_eq!(named(&host).len(), 1);
    let again = done(&host, "module/backup").await;
    assert_eq!(
        again.outcome.verdict,
        Verdict::Failed,
        "it is there already"
    );
}

// row: B11
#[tokio::test]
async fn what_make_wrote_is_read_to_its_end() {
    let host = Host::new("make");
    let dir = host.project.folder.path().display().to_string();
    let make = "#!/bin/sh\n[ \"$*\" = backup ] || exit 64\ncd @DIR@ && cp made/* backup/ || :\n";
    host.project
        .program("bin/make", &make.replace("@DIR@", &dir));
    fs::create_dir(host.project.at("made")).unwrap();
    let nothing = done(&host, "module/make-backup").await;
    assert_eq!(nothing.outcome.verdict, Verdict::Failed, "{}", nothing.told);
    for (name, form) in [("app_20261120.sql", "p"), ("backup_20261120.dump", "c")] {
        let path = host.dumped(name, form);
        let whole = fs::read(&path).unwrap();
        let made = host.project.at("made").join(name);
        for (size, verdict) in [
            (whole.len(), Verdict::Verified),
            (whole.len() * 2 / 3, Verdict::Unverified),
        ] {
            fs::remove_file(&path).unwrap_or_default();
            fs::write(&made, &whole[..size]).unwrap();
            let done = done(&host, "module/make-backup").await;
            let why = &done.outcome;
            assert_eq!(
                why.verdict, verdict,
                "{name}, {size}: {why:?}: {}",
                done.told
            );
        }
        fs::remove_file(&made).unwrap();
        fs::remove_file(&path).unwrap();
    }
}
