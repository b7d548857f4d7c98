//! The shift on a real PostgreSQL: what one writes down the other sees, one watch does the duties of both, and another one
//! follows it where it dies or stands still.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use quarterdeck::{
    domain::{
        action::record::{ActorMark, Entry},
        logbook::{
            AlertMark, AlertNoted, CheckNoted, DutyNoted, FlowNoted, IncidentNoted, LogDesk,
            LogEntry, Logbook, Noted, Outcome, duty::DutyOf, flow::Settled, incident::Declared,
        },
        time::Clock as _,
    },
    ledger::{Ledger, LedgerError, Reach, SharedLedger},
    runtime::{
        acts::Shelf,
        clock::SystemClock,
        duties::{Begun, Leading, Leads, Terms},
        locks::{Holder, postgres::PostgresLocks},
    },
};

use crate::harness::{Bed, Database, until, wait_until};

const PATIENCE: Duration = Duration::from_secs(20);
/// What one writes is seen by the other within this.
const SEEN: Duration = Duration::from_secs(2);

fn desk() -> LogDesk {
    LogDesk {
        pack: "glancy".into(),
        context: "prod".to_owned(),
    }
}

fn actor(name: &str) -> ActorMark {
    ActorMark {
        principal: Some(name.to_owned()),
        ..ActorMark::default()
    }
}

fn entry(noted: Noted) -> Entry {
    Entry::Log(LogEntry {
        after: None,
        desk: desk(),
        noted,
    })
}

/// What somebody's file adds up to now.
fn book(ledger: &SharedLedger) -> Logbook {
    let lines = ledger.log(Timestamp::MIN, None).unwrap();
    let lines: Vec<_> = lines.into_iter().flatten().map(Arc::new).collect();
    Logbook::of(&desk(), &lines)
}

/// Writes something down and waits until the other one reads it; how long that took.
#[track_caller]
fn seen(
    (writer, who): (&SharedLedger, &str),
    reader: &SharedLedger,
    noted: Noted,
    is_there: impl Fn(&Logbook) -> bool,
) {
    assert!(!is_there(&book(reader)), "not yet");
    let version = reader.version().unwrap();
    let clock = SystemClock::start();
    writer.append(&actor(who), None, &entry(noted)).unwrap();
    wait_until("the other one sees it", || {
        let news = reader.version().unwrap() != version && is_there(&book(reader));
        news.then_some(()).ok_or(())
    });
    let took = clock.now().mono;
    assert!(took < SEEN, "it took {took:?}");
}

#[test]
fn two_persons_share_what_they_write_down() {
    let bed = Bed::shared();
    let database = Database::on(&bed);
    let (li, wang) = (database.open("li"), database.open("wang"));
    assert_eq!(li.settle(PATIENCE), Reach::Shared);
    assert_eq!(wang.settle(PATIENCE), Reach::Shared);
    let now = SystemClock::start().now().wall;
    let alert = AlertMark {
        fingerprint: "a1".into(),
        name: "ExportBacklog".to_owned(),
        starts_at: now,
    };
    let taken = AlertNoted::Acknowledged {
        alert: alert.clone(),
        note: Some("on it".to_owned()),
    };
    seen((&li, "li"), &wang, Noted::Alert(taken), |book| {
        let life = book.alerts.life(&"a1".into(), now);
        let seen = life.and_then(|log| log.acknowledged.as_ref());
        seen.is_some_and(|seen| seen.by.principal.as_deref() == Some("li"))
    });
    let passed = CheckNoted {
        check: "wal".into(),
        checklist: None,
        slot: Some(now),
        outcome: Outcome::Passed,
        says: None,
        unread: None,
        evidence: Some("14:31".to_owned()),
    };
    seen((&wang, "wang"), &li, Noted::Check(passed), |book| {
        let result = book.checks.for_slot(&"wal".into(), None, now);
        result.is_some_and(|result| result.noted.outcome == Outcome::Passed)
    });
    let declared = Declared {
        title: "exports are late".to_owned(),
        series: "INC-{nn}".to_owned(),
        number: 1,
        severity: "sev-2".to_owned(),
        alert: Some(alert.clone()),
        began: now,
    };
    let declared = Noted::Incident(IncidentNoted::Declared(declared));
    seen((&li, "li"), &wang, declared, |book| {
        book.incidents.open().next().is_some()
    });
    let started = FlowNoted::Started {
        flow: "export-backlog".to_owned(),
        alert: Some(alert),
        incident: None,
    };
    seen((&li, "li"), &wang, Noted::Flow(started), |book| {
        book.flows.open().next().is_some()
    });
    // The other one goes on where the first one was.
    let of = book(&wang).flows.open().next().unwrap().id.clone();
    let step = FlowNoted::Step {
        of,
        step: "look/depth".to_owned(),
        settled: Settled::Done {
            evidence: Some("2413".to_owned()),
            ended_at: None,
            run: None,
            held: None,
        },
    };
    seen((&wang, "wang"), &li, Noted::Flow(step), |book| {
        book.flows.open().any(|flow| !flow.steps.is_empty())
    });
}

/// One watch of each person, over the ledger they share.
fn watch(database: &Database, who: &str) -> (Arc<SharedLedger>, Leading) {
    let ledger = Arc::new(database.open(who));
    let opened: Arc<dyn Ledger> = ledger.clone();
    let leading = Leading::begin(Terms {
        desk: desk(),
        shelf: Shelf::new(
            database.file(who),
            Arc::new(move || Ok::<_, LedgerError>(Arc::clone(&opened))),
        ),
        place: Some(database.place(who)),
        holder: Holder {
            who: who.to_owned(),
            host: format!("bastion-of-{who}"),
            run: "watch".to_owned(),
        },
        clock: Arc::new(SystemClock::start()),
    });
    (ledger, leading)
}

fn begins(key: &str) -> Entry {
    entry(Noted::Duty(DutyNoted::Begun {
        key: key.to_owned(),
        of: DutyOf::Check {
            check: "wal".into(),
            checklist: None,
            slot: Timestamp::UNIX_EPOCH,
        },
    }))
}

async fn leads(leading: &Leading, is: impl Fn(&Leads) -> bool) {
    until("who leads", async || {
        let now = leading.now();
        if is(&now) { Ok(()) } else { Err(now) }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_watches_one_does_the_duties_and_the_other_follows_it() {
    let bed = Bed::shared();
    let database = Database::on(&bed);
    let (ledger, one) = watch(&database, "li");
    leads(&one, |now| *now == Leads::Here).await;
    let (_other, mut two) = watch(&database, "wang");
    let by_li = |now: &Leads| matches!(now, Leads::Elsewhere { who } if who.contains("li"));
    leads(&two, by_li).await;
    let begun = one.warrant().begin(actor("li"), begins("a")).await;
    assert_eq!(begun, Begun::Ours);
    let begun = one.warrant().begin(actor("li"), begins("a")).await;
    assert_eq!(begun, Begun::Before);
    let begun = two.warrant().begin(actor("wang"), begins("b")).await;
    assert!(matches!(begun, Begun::Not(_)), "{begun:?}");
    // It dies, and its line with it.
    drop(one);
    drop(ledger);
    leads(&two, |now| *now == Leads::Here).await;
    let begun = two.warrant().begin(actor("wang"), begins("a")).await;
    assert_eq!(begun, Begun::Before, "the other one began it");
    let begun = two.warrant().begin(actor("wang"), begins("b")).await;
    assert_eq!(begun, Begun::Ours);
    two.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_that_stands_still_loses_the_lead_though_its_line_is_open() {
    let bed = Bed::shared();
    let database = Database::on(&bed);
    let locks =
        |who: &str| PostgresLocks::at(database.place(who)).for_the_living(Duration::from_secs(1));
    let holder = |who: &str| Holder {
        who: who.to_owned(),
        host: "bastion-1".to_owned(),
        run: "watch".to_owned(),
    };
    let frozen = locks("li").hold("watch", &holder("li")).await;
    let frozen = frozen.expect("it is free");
    frozen.check().await.expect("it lives");
    // From here on it asks nothing, as a process that was stopped.
    let held = until("it is let go", async || {
        let held = locks("wang").hold("watch", &holder("wang")).await;
        held.map_err(|refusal| refusal.id().to_owned())
    })
    .await;
    held.check().await.expect("it is ours");
    frozen.check().await.expect_err("it wakes and knows it");
}
