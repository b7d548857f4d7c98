//! The shift on a real PostgreSQL, and in one file: what one writes down the other sees, one watch does the duties of both, and another one
//! follows it where it dies or stands still.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use quarterdeck::{
    domain::{
        action::record::{ActorMark, Entry},
        logbook::{
            AlertMark, AlertNoted, CheckNoted, DutyNoted, FlowNoted, HandoverNoted, IncidentNoted,
            LogDesk, LogEntry, Logbook, Noted, Outcome,
            duty::DutyOf,
            flow::{FlowLog, Settled},
            handover::{Handover, ShiftMark, text_digest},
            incident::Declared,
        },
        time::Clock as _,
    },
    ledger::{Ledger, LedgerError, Reach, SharedLedger, SqliteLedger},
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
/// How long a cockpit lets pass between two looks into its file.
const LOOKS: Duration = Duration::from_millis(750);

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
fn book(ledger: &dyn Ledger) -> Logbook {
    let lines = ledger.log(Timestamp::MIN, None).unwrap();
    let lines: Vec<_> = lines.into_iter().flatten().map(Arc::new).collect();
    Logbook::of(&desk(), &lines)
}

/// Writes something down and waits until the other one reads it; how long that took.
#[track_caller]
fn seen(
    (writer, who): (&dyn Ledger, &str),
    reader: &dyn Ledger,
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
    assert!(took + LOOKS < SEEN, "it took {took:?}");
}

#[test]
fn two_persons_share_what_they_write_down() {
    let bed = Bed::shared();
    let database = Database::on(&bed);
    let (li, wang) = (database.open("li"), database.open("wang"));
    assert_eq!(li.settle(PATIENCE), Reach::Shared);
    assert_eq!(wang.settle(PATIENCE), Reach::Shared);
    share((&li, "li"), (&wang, "wang"));
}

#[test]
fn two_cockpits_of_one_user_share_what_they_write_down() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("quarterdeck/ledger.db");
    let open = || SqliteLedger::open_for_writing(&path, Arc::new(SystemClock::start())).unwrap();
    let (one, other) = (open(), open());
    share((&one, "li"), (&other, "li"));
}

/// Acknowledgements, checks and checklists, incidents, flows and handovers: what one writes the other reads, and goes on
/// with it.
fn share((li, first): (&dyn Ledger, &'static str), (wang, second): (&dyn Ledger, &'static str)) {
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
    seen((li, first), wang, Noted::Alert(taken), |book| {
        let life = book.alerts.life(&"a1".into(), now);
        let seen = life.and_then(|log| log.acknowledged.as_ref());
        seen.is_some_and(|seen| seen.by.principal.as_deref() == Some(first))
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
    let of_list = CheckNoted {
        checklist: Some("start".into()),
        outcome: Outcome::Failed,
        ..passed.clone()
    };
    seen((wang, second), li, Noted::Check(passed), |book| {
        let result = book.checks.for_slot(&"wal".into(), None, now);
        result.is_some_and(|result| result.noted.outcome == Outcome::Passed)
    });
    seen((li, first), wang, Noted::Check(of_list), |book| {
        let result = book
            .checks
            .for_slot(&"wal".into(), Some(&"start".into()), now);
        result.is_some_and(|result| result.noted.outcome == Outcome::Failed)
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
    seen((li, first), wang, declared, |book| {
        book.incidents.open().next().is_some()
    });
    go_through((li, first), (wang, second), alert);
    hand_over((li, first), (wang, second), now);
}

/// One begins a flow, the other goes on with it, and takes it over.
fn go_through(
    (li, first): (&dyn Ledger, &'static str),
    (wang, second): (&dyn Ledger, &'static str),
    alert: AlertMark,
) {
    let started = FlowNoted::Started {
        flow: "export-backlog".to_owned(),
        alert: Some(alert),
        incident: None,
    };
    seen((li, first), wang, Noted::Flow(started), |book| {
        book.flows.open().next().is_some()
    });
    // The other one goes on where the first one was.
    let of = book(wang).flows.open().next().unwrap().id.clone();
    let step = FlowNoted::Step {
        of: of.clone(),
        step: "look/depth".to_owned(),
        settled: Settled::Done {
            evidence: Some("2413".to_owned()),
            ended_at: None,
            run: None,
            held: None,
        },
    };
    seen((wang, second), li, Noted::Flow(step), |book| {
        book.flows.open().any(|flow| !flow.steps.is_empty())
    });
    let left = FlowNoted::Left {
        of: of.clone(),
        note: Some("the queue drains".to_owned()),
    };
    seen((li, first), wang, Noted::Flow(left), |book| {
        book.flows.open().any(|flow| flow.followed_by.is_none())
    });
    let resumed = FlowNoted::Resumed { of };
    seen((wang, second), li, Noted::Flow(resumed), |book| {
        let mut open = book.flows.open();
        let by = |flow: &FlowLog| flow.followed_by.clone()?.principal;
        open.any(|flow| by(flow).as_deref() == Some(second))
    });
}

/// One fills in the form and hands the shift over, the other signs.
fn hand_over(
    (li, first): (&dyn Ledger, &str),
    (wang, second): (&dyn Ledger, &str),
    now: Timestamp,
) {
    let shift = ShiftMark {
        title: None,
        from: now,
        to: now,
    };
    let filled = HandoverNoted::Filled {
        shift: shift.clone(),
        fields: [("batch".to_owned(), "REL-B3".to_owned())].into(),
    };
    seen((wang, second), li, Noted::Handover(filled), |book| {
        let handover = book.handovers.of(now);
        handover.is_some_and(|it| it.fields.get("batch").is_some_and(|it| it == "REL-B3"))
    });
    let text = "all is well".to_owned();
    let given = HandoverNoted::Given {
        shift,
        digest: text_digest(&text),
        text: text.clone(),
        to: None,
        heads: Vec::new(),
    };
    seen((li, first), wang, Noted::Handover(given), |book| {
        book.handovers.of(now).is_some_and(Handover::waits)
    });
    let given = book(wang).handovers.of(now).unwrap().given.clone().unwrap();
    assert_eq!(given.text, text);
    let taken = HandoverNoted::Taken {
        of: given.line,
        digest: given.digest,
        reservation: None,
        heads: Vec::new(),
    };
    seen((wang, second), li, Noted::Handover(taken), |book| {
        book.handovers.of(now).is_some_and(Handover::is_taken)
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
