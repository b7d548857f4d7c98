//! A ledger that two users of two hosts share.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    locks::shares,
    stage::{RESTART, Stage, space},
};
use crate::harness::{Bed, Database, Person, Relay, until};

/// What is in PostgreSQL, by origin; each chain must be without a gap.
#[track_caller]
fn chains(database: &Database) -> BTreeMap<String, u64> {
    let mut chains: BTreeMap<String, u64> = BTreeMap::new();
    for (origin, number) in database.rows() {
        let last = chains.entry(origin).or_default();
        assert_eq!(number, *last + 1, "a gap, or one twice");
        *last = number;
    }
    chains
}

/// How many entries of their own somebody has in their file.
async fn entries(person: &Person) -> u64 {
    let exported = person.exported().await;
    exported
        .lines()
        .filter(|line| line.starts_with("{\"hash\""))
        .count() as u64
}

/// All that somebody wrote is in PostgreSQL, each entry once, and their chain holds.
pub(super) async fn is_whole(person: &Person, database: &Database) {
    until("all of it is there", async || {
        // Whatever process of theirs comes next carries it there.
        let (here, there) = (entries(person).await, chains(database));
        let carried = there.values().any(|last| *last == here);
        if carried { Ok(()) } else { Err((there, here)) }
    })
    .await;
    let verified = person.call(&["journal", "verify"], "").await;
    assert_eq!(verified.code, Some(0), "{verified:?}");
}

async fn runs(person: &Person, number: usize) -> Vec<Value> {
    until("all runs", async || {
        let runs = person.runs().await;
        if runs.len() == number {
            Ok(runs)
        } else {
            Err(runs)
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_has_a_chain_all_read_all_and_what_was_done_while_it_was_away_comes_once() {
    let bed = Bed::shared();
    let space = space(&bed).await;
    let stage = Stage::new(&space).await;
    let database = Database::on(&bed);
    let relay = Relay::to(&database.server()).await;
    let policy = "unattended = \"T2\"\n";
    for (person, who) in [(&stage.li, "li"), (&stage.wang, "wang")] {
        shares(&stage, person, who, &database, &relay);
        person.policy(policy);
        let acted = person.act(&RESTART).await;
        assert_eq!(acted.code, Some(0), "{acted:?}");
    }
    let seen = runs(&stage.li, 2).await;
    let mut hosts: Vec<&str> = seen
        .iter()
        .map(|run| run["actor"]["host"].as_str().unwrap())
        .collect();
    hosts.sort_unstable();
    assert_eq!(
        hosts,
        [
            format!("bastion-of-{}", stage.li.name),
            format!("bastion-of-{}", stage.wang.name)
        ]
    );
    runs(&stage.wang, 2).await;
    let before = chains(&database);
    assert_eq!(before.len(), 2, "{before:?}");

    relay.cut();
    let changes = stage.changes().await;
    let scale = [
        "generic/scale",
        "--target",
        "deployment/web",
        "--param",
        "replicas=2",
    ];
    for act in [&RESTART[..], &scale, &["count-here"], &["look"]] {
        let acted = stage.li.act(act).await;
        assert_eq!(acted.code, Some(0), "{act:?}: {acted:?}");
    }
    assert_eq!((stage.changes().await - changes, stage.count()), (2, 1));
    // What only PostgreSQL locks waits for it.
    let refused = stage.li.act(&["count"]).await;
    assert_eq!((refused.code, stage.count()), (Some(4), 1), "{refused:?}");
    assert!(refused.err.contains("journal note"), "{refused:?}");
    assert_eq!(chains(&database), before);

    relay.mend();
    for person in [&stage.li, &stage.wang] {
        runs(person, 6).await;
        is_whole(person, &database).await;
    }
    let acted = stage.wang.act(&["count"]).await;
    assert_eq!((acted.code, stage.count()), (Some(0), 2), "{acted:?}");
}
