//! A ledger that broke after it was opened.

use super::*;

/// What happens to the file of the ledger between a plan and its yes.
type Break = fn(&std::path::Path) -> Option<rusqlite::Connection>;

fn newer(path: &std::path::Path) -> Option<rusqlite::Connection> {
    let raw = rusqlite::Connection::open(path).ok()?;
    raw.pragma_update(None, "user_version", 99).unwrap();
    Some(raw)
}

fn locked(path: &std::path::Path) -> Option<rusqlite::Connection> {
    let raw = rusqlite::Connection::open(path).ok()?;
    raw.execute_batch("BEGIN EXCLUSIVE").unwrap();
    Some(raw)
}

fn removed(path: &std::path::Path) -> Option<rusqlite::Connection> {
    std::fs::remove_file(path).unwrap();
    None
}

fn replaced(path: &std::path::Path) -> Option<rusqlite::Connection> {
    let other = path.with_extension("other");
    drop(ledger(&other));
    std::fs::rename(other.join("ledger.db"), path).unwrap();
    None
}

#[tokio::test]
async fn nothing_is_begun_on_a_ledger_that_broke_while_it_was_open() {
    let cases: [(Break, &str); 4] = [
        (newer, "newer program"),
        (locked, "locked"),
        (removed, "removed or replaced"),
        (replaced, "removed or replaced"),
    ];
    for (breaks, why) in cases {
        let bed = bed();
        let held = breaks(&bed.folder.path().join("ledger.db"));
        let refusal = bed.launch(plan(1)).await.unwrap_err();
        assert!(
            matches!(&refusal, Refusal::NoLedger { why: said } if said.contains(why)),
            "{refusal:?}"
        );
        assert_eq!(bed.started(), 0, "{why}");
        assert!(bed.world.sent().is_empty(), "{why}");
        let entry = testkit::note("x");
        let kept = bed.means.record(None, entry).await;
        assert!(kept.is_err(), "what is not kept is not said to be: {why}");
        drop(held);
    }
}
