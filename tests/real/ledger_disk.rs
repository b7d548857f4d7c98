//! The ledger on a disk that is full or may only be read: mounts of their own, in a namespace of the test's.

use std::{path::Path, process::Command};

const QUARTERDECK: &str = env!("CARGO_BIN_EXE_quarterdeck");

/// Runs a script in a mount namespace of its own, as its root; `$1` is the folder of states, `$2` the program.
#[track_caller]
fn apart(folder: &Path, script: &str) -> String {
    let output = Command::new("unshare")
        .args([
            "--user",
            "--map-root-user",
            "--mount",
            "bash",
            "-euc",
            script,
            "bash",
        ])
        .arg(folder)
        .arg(QUARTERDECK)
        .env_clear()
        .env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin")
        .env("HOME", folder)
        .env("XDG_STATE_HOME", folder)
        .output()
        .unwrap();
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "{said}");
    said
}

#[test]
fn on_a_full_disk_nothing_is_half_written_and_later_it_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let said = apart(
        folder.path(),
        r#"
        mount -t tmpfs -o size=1m,mode=700 none "$1"
        "$2" journal note before
        cat /dev/zero >"$1/ballast" 2>/dev/null || true
        long=$(printf 'x%.0s' $(seq 3900))
        full=0
        for _ in $(seq 400); do "$2" journal note "$long" >/dev/null 2>"$1/../said.$$" || { full=1; break; }; done
        cat "$1/../said.$$"; rm "$1/../said.$$"
        [ $full = 1 ]
        rm "$1/ballast"
        "$2" journal verify
        "$2" journal note after
        "$2" journal verify
        "#,
    );
    assert!(said.contains("the disk of the ledger is full"), "{said}");
    assert_eq!(
        said.matches("nothing was changed, removed").count(),
        2,
        "{said}"
    );
}

#[test]
fn a_disk_that_may_only_be_read_is_read_and_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let said = apart(
        folder.path(),
        r#"
        mkdir -m 700 "$1/disk"; export XDG_STATE_HOME="$1/disk"
        mount -t tmpfs -o size=4m,mode=700 none "$1/disk"
        "$2" journal note before
        mount -o remount,ro "$1/disk"
        "$2" journal
        ! "$2" journal note after
        "#,
    );
    assert!(said.contains("before"), "{said}");
    assert!(said.contains("the ledger may only be read"), "{said}");
}
