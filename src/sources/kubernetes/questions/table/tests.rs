use super::*;
use crate::domain::{
    freshness::{Trouble, TroubleKind},
    object::KindRef,
    table::Listing,
};

fn kind() -> KindInfo {
    KindInfo {
        kind: KindRef::new("", "v1", "Service", "services", true),
        singular: "service".into(),
        short: vec!["svc".into()],
        listing: Listing::Offered,
        watched: true,
    }
}

fn ledger(namespaces: &[&str]) -> Ledger {
    let names: Vec<Option<String>> = namespaces.iter().map(|it| Some((*it).to_owned())).collect();
    Ledger::new(&kind(), &names)
}

fn row(namespace: &str, name: &str, uid: &str) -> Row {
    Row {
        uid: uid.into(),
        namespace: Some(namespace.into()),
        name: name.into(),
        created: None,
        cells: Vec::new(),
    }
}

fn page(rows: Vec<Row>, first: bool, last: Last) -> Beat {
    Beat::Page(Page {
        columns: Arc::from([]),
        plain: false,
        rows,
        left: None,
        first,
        last,
    })
}

fn uids(ledger: &Ledger) -> Vec<String> {
    ledger
        .sheet()
        .rows
        .iter()
        .map(|row| row.uid.to_string())
        .collect()
}

#[test]
fn a_list_that_begins_anew_leaves_no_ghost_and_hides_nothing_before_its_end() {
    let mut ledger = ledger(&["a", "b"]);
    let now = Timestamp::UNIX_EPOCH;
    ledger.hear(
        0,
        page(
            vec![row("a", "x", "1"), row("a", "y", "2")],
            true,
            Last::End,
        ),
        now,
    );
    ledger.hear(1, page(vec![row("b", "x", "3")], true, Last::End), now);
    ledger.hear(0, page(vec![row("a", "z", "4")], true, Last::More), now);
    assert_eq!(uids(&ledger), ["1", "2", "4", "3"], "by namespace and name");
    ledger.hear(0, page(vec![row("a", "y", "2")], false, Last::End), now);
    assert_eq!(uids(&ledger), ["2", "4", "3"]);
    assert!(ledger.sheet().is_whole() && ledger.sheet().several());
}

#[test]
fn a_namesake_with_another_uid_is_another_row() {
    let mut ledger = ledger(&["a"]);
    let now = Timestamp::UNIX_EPOCH;
    ledger.hear(0, page(vec![row("a", "x", "1")], true, Last::End), now);
    let changes = vec![Change::Is(row("a", "x", "2")), Change::Gone("1".into())];
    ledger.hear(0, Beat::Changes(changes), now);
    assert_eq!(uids(&ledger), ["2"]);
}

#[test]
fn a_failure_keeps_the_rows_and_the_time_it_began() {
    let mut ledger = ledger(&["a"]);
    let at = |second| Timestamp::from_second(second).unwrap();
    ledger.hear(0, page(vec![row("a", "x", "1")], true, Last::End), at(1));
    let failed = || Beat::Failed {
        trouble: Trouble::new(TroubleKind::Unreachable, "refused"),
        retry_at: at(9),
    };
    ledger.hear(0, failed(), at(5));
    ledger.hear(0, failed(), at(7));
    let sheet = ledger.sheet();
    assert!(matches!(&sheet.parts[0].state, PartState::Failed { since, .. } if *since == at(5)));
    assert_eq!(sheet.rows.len(), 1);
    assert!(ledger.hear(0, Beat::Live, at(9)));
    assert!(!ledger.hear(0, Beat::Live, at(10)), "nothing new to tell");
}

#[test]
fn a_full_sheet_says_what_it_leaves_out() {
    let mut ledger = ledger(&["a"]);
    let now = Timestamp::UNIX_EPOCH;
    let rows = (0..MOST)
        .map(|n| row("a", &format!("{n:05}"), &n.to_string()))
        .collect();
    ledger.hear(0, page(rows, true, Last::End), now);
    assert_eq!(ledger.sheet().beyond, None);
    let change = Change::Is(row("a", "more", "more"));
    ledger.hear(0, Beat::Changes(vec![change]), now);
    let sheet = ledger.sheet();
    assert_eq!(
        (sheet.rows.len(), sheet.beyond),
        (MOST, Some(Beyond::Unknown))
    );
}

#[test]
fn counts_that_make_no_sense_together_are_no_defect() {
    let mut ledger = ledger(&["a", "b"]);
    for place in [0, 1] {
        let page = Page {
            columns: Arc::from([]),
            plain: false,
            rows: Vec::new(),
            left: Some(u64::MAX),
            first: true,
            last: Last::Full,
        };
        ledger.hear(place, Beat::Page(page), Timestamp::UNIX_EPOCH);
    }
    assert_eq!(ledger.sheet().beyond, Some(Beyond::Exactly(u64::MAX)));
}
