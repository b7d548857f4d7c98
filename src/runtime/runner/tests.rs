//! A runner on a ledger of its own, in a world that answers as the test wants.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use futures::FutureExt;
use tokio::sync::Notify;

mod agreeing;
mod freezing;

use super::{
    Ended, ourselves,
    testkit::{World, clock, done, ledger, plan},
};
use crate::{
    app::logbook::log_desk,
    domain::action::{
        approval::HOLDS,
        plan::{Plan, VerifyMark},
        record::{Entry, Outcome, Run, RunState, Why},
        refusal::Refusal,
        step::{Step, StepKind},
        tier::Tier,
        value::Value,
        verdict::{StepEnd, Verdict},
    },
    domain::{
        logbook::{FlowNoted, LogEntry, Noted, flow::Settled},
        text::Lang,
    },
    pack::Truth,
    runtime::approval::testkit::Keys,
};

struct Bed {
    _folder: tempfile::TempDir,
    world: Arc<World>,
    plan: Plan,
}

fn bed(plan: Plan) -> Bed {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(ledger(folder.path()), &plan);
    Bed {
        _folder: folder,
        world,
        plan,
    }
}

impl Bed {
    fn recorded(&self) -> Run {
        self.world.record("r-1", self.plan.clone())
    }

    async fn go(&self) -> Outcome {
        let run = self.recorded();
        assert_eq!(self.world.runner(run.clone()).go().await, Ended::Told);
        outcome(&self.world.run_of(&run.id))
    }
}

fn outcome(run: &Run) -> Outcome {
    match &run.state {
        RunState::Ended(outcome) => outcome.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn everything_stands_in_the_ledger_before_it_is_done() {
    let bed = bed(plan(2));
    let outcome = bed.go().await;
    assert_eq!(bed.world.sent(), [0, 1]);
    assert_eq!(outcome.verdict, Verdict::Done);
    assert_eq!(outcome.done, [0, 1]);
    assert_eq!(outcome.snapshot["depth"], Value::Int(2_413));
    let run = bed.world.run_of(&"r-1".into());
    assert_eq!(run.owner, ourselves());
    assert!(run.beat_at.is_some());
    let kinds: Vec<_> = bed
        .world
        .ledger
        .lines(Some(&run.id), None)
        .unwrap()
        .into_iter()
        .map(|line| serde_json::to_value(&line.entry).unwrap()["kind"].clone())
        .collect();
    assert_eq!(
        kinds,
        [
            "intent",
            "taken",
            "step-started",
            "step-ended",
            "step-started",
            "step-ended",
            "verifying",
            "outcome"
        ]
    );
    assert!(bed.world.holder.lock().unwrap().is_none(), "given back");
}

#[tokio::test]
async fn a_second_runner_leaves_the_run_alone() {
    let bed = bed(plan(1));
    let run = bed.recorded();
    let owner = ourselves().unwrap();
    bed.world.write(&run.id, &Entry::Taken { owner });
    assert_eq!(bed.world.runner(run.clone()).go().await, Ended::NotOurs);
    assert!(bed.world.sent().is_empty());
    assert!(!bed.world.run_of(&run.id).is_over());
}

#[tokio::test]
async fn two_runners_at_once_do_it_once() {
    let bed = bed(plan(1));
    let run = bed.recorded();
    let (one, other) = (bed.world.runner(run.clone()), bed.world.runner(run));
    let (one, other) = tokio::join!(one.go(), other.go());
    let both = [one, other];
    assert!(both.contains(&Ended::Told) && both.contains(&Ended::NotOurs));
    assert_eq!(bed.world.sent(), [0]);
}

// row: G10
#[tokio::test]
async fn another_user_cluster_or_pack_is_refused_before_anything_is_locked() {
    type Change = fn(&World, &mut super::Runner);
    let changes: [(Change, &str); 4] = [
        (
            |world, _| world.who.lock().unwrap().who.as_mut().unwrap().name = "root".to_owned(),
            "identity",
        ),
        (
            |world, _| world.who.lock().unwrap().cluster = Some("c-2".into()),
            "identity",
        ),
        (
            |_, runner| {
                for mark in [&mut runner.packs.desk, &mut runner.packs.generic] {
                    mark.digest = "e".to_owned();
                }
            },
            "pack-changed",
        ),
        (|_, runner| runner.read_only = true, "read-only"),
    ];
    for (change, id) in changes {
        let bed = bed(plan(1));
        let run = bed.recorded();
        let mut runner = bed.world.runner(run.clone());
        change(&bed.world, &mut runner);
        assert_eq!(runner.go().await, Ended::Told);
        let outcome = outcome(&bed.world.run_of(&run.id));
        assert_eq!(outcome.verdict, Verdict::Aborted);
        let Some(Why::Refused { refusal }) = &outcome.why else {
            panic!("{outcome:?}");
        };
        assert_eq!(refusal.id(), id);
        assert!(bed.world.sent().is_empty());
    }
}

#[tokio::test]
async fn what_only_reads_is_done_where_nothing_may_be_changed() {
    let bed = bed(Plan {
        tier: Tier::T0,
        ..plan(1)
    });
    let run = bed.recorded();
    let mut runner = bed.world.runner(run);
    runner.read_only = true;
    assert_eq!(runner.go().await, Ended::Told);
    assert_eq!(bed.world.sent(), [0]);
}

#[tokio::test]
async fn whoever_was_asked_for_first_goes_first_and_the_other_is_told_who() {
    let bed = bed(plan(1));
    let first = bed.world.record("r-0", bed.plan.clone());
    let owner = ourselves().unwrap();
    bed.world.write(&first.id, &Entry::Taken { owner });
    let outcome = bed.go().await;
    assert_eq!(
        outcome.why,
        Some(Why::Refused {
            refusal: Refusal::Busy {
                who: "li (bastion-1)".to_owned(),
                run: Some("r-0".to_owned()),
                since: Some(first.asked_at),
            }
        })
    );
    assert!(bed.world.sent().is_empty());
}

#[tokio::test]
async fn a_lock_that_another_host_has_is_told() {
    let bed = bed(plan(1));
    *bed.world.holder.lock().unwrap() = Some(crate::runtime::locks::Holder {
        who: "wang".to_owned(),
        host: "bastion-2".to_owned(),
        run: "r-9".to_owned(),
    });
    let outcome = bed.go().await;
    assert_eq!(outcome.verdict, Verdict::Aborted);
    assert!(
        matches!(&outcome.why, Some(Why::Refused { refusal: Refusal::Busy { who, .. } }) if who == "wang"),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_fact_that_drifts_between_two_steps_stops_the_second() {
    let bed = bed(plan(2));
    let world = Arc::clone(&bed.world);
    bed.world.acts(move |_| {
        world.facts.lock().unwrap()[0].value = Value::Int(8);
        async { done() }.boxed()
    });
    let outcome = bed.go().await;
    assert_eq!(outcome.verdict, Verdict::Aborted);
    assert!(matches!(outcome.why, Some(Why::Drift { .. })));
    assert_eq!((bed.world.sent(), outcome.done), (vec![0], vec![0]));
}

#[tokio::test]
async fn a_lock_that_is_lost_between_two_steps_stops_the_second() {
    let bed = bed(plan(2));
    let world = Arc::clone(&bed.world);
    bed.world.acts(move |_| {
        world.lost.store(true, Ordering::SeqCst);
        async { done() }.boxed()
    });
    let outcome = bed.go().await;
    let who = "wang".to_owned();
    assert_eq!(outcome.why, Some(Why::LockLost { who }));
    assert_eq!(bed.world.sent(), [0]);
}

#[tokio::test]
async fn a_run_that_was_held_for_dead_does_nothing_more() {
    let bed = bed(plan(2));
    let (world, gone) = (
        Arc::clone(&bed.world),
        Why::RunnerGone {
            sent: Some(0),
            drift: None,
        },
    );
    bed.world.acts(move |_| {
        let outcome = Outcome {
            verdict: Verdict::Unknown,
            why: Some(gone.clone()),
            snapshot: std::collections::BTreeMap::default(),
            done: Vec::new(),
        };
        world.write(&"r-1".into(), &Entry::Outcome(Box::new(outcome)));
        async { done() }.boxed()
    });
    let outcome = bed.go().await;
    assert!(matches!(outcome.why, Some(Why::LockLost { .. })));
    assert_eq!(bed.world.sent(), [0]);
}

#[tokio::test]
async fn a_step_that_falls_over_is_unknown() {
    let bed = bed(plan(2));
    bed.world
        .acts(|_| async { panic!("as a test would have it") }.boxed());
    let outcome = bed.go().await;
    assert_eq!(outcome.verdict, Verdict::Unknown);
    assert_eq!(bed.world.sent(), [0]);
    assert!(bed.world.run_of(&"r-1".into()).blocks());
}

#[tokio::test]
async fn a_wish_to_stop_reaches_the_step_that_is_being_done() {
    let bed = bed(plan(2));
    let begun = Arc::new(Notify::new());
    let told = Arc::clone(&begun);
    bed.world.acts(move |_| {
        told.notify_one();
        std::future::pending().boxed()
    });
    let run = bed.recorded();
    let runner = bed.world.runner(run.clone());
    let (ended, ()) = tokio::join!(runner.go(), async {
        begun.notified().await;
        bed.world.write(&run.id, &Entry::CancelAsked);
    });
    assert_eq!(ended, Ended::Told);
    let outcome = outcome(&bed.world.run_of(&run.id));
    assert_eq!(outcome.why, Some(Why::Cancelled));
    assert_eq!(outcome.verdict, Verdict::Aborted);
    assert_eq!(bed.world.sent(), [0]);
}

#[tokio::test]
async fn a_signal_to_end_is_a_wish_to_stop() {
    let bed = bed(plan(1));
    bed.world.acts(|_| std::future::pending().boxed());
    let run = bed.recorded();
    let runner = bed.world.runner(run.clone());
    let stop = runner.stop.clone();
    let (ended, ()) = tokio::join!(runner.go(), async { stop.cancel() });
    assert_eq!(ended, Ended::Told);
    assert_eq!(
        outcome(&bed.world.run_of(&run.id)).why,
        Some(Why::Cancelled)
    );
}

#[tokio::test]
async fn evidence_of_a_person_ends_their_step() {
    let mut plan = plan(1);
    plan.steps.insert(
        0,
        Step {
            kind: StepKind::Ask {
                text: "pull the plug".into(),
            },
            limit: None,
            save: None,
            again: None,
            batch: None,
        },
    );
    let bed = bed(plan);
    let run = bed.recorded();
    let evidence = Entry::Evidence {
        step: 0,
        text: "ticket 12".to_owned(),
    };
    // Before it is asked for, too: a person may be ahead of the run.
    bed.world.write(&run.id, &evidence);
    assert_eq!(bed.world.runner(run.clone()).go().await, Ended::Told);
    let run = bed.world.run_of(&run.id);
    assert_eq!(outcome(&run).verdict, Verdict::Done);
    assert_eq!(run.steps[0].evidence.as_deref(), Some("ticket 12"));
    assert_eq!(bed.world.sent(), [1]);
}

#[tokio::test]
async fn what_never_becomes_as_it_should_is_unverified() {
    let mut plan = plan(1);
    plan.verify = Some(VerifyMark {
        condition: "ready(target) == 36".into(),
        within: 0,
        hold: 0,
    });
    let bed = bed(plan);
    *bed.world.verify.lock().unwrap() = Truth::Unknown;
    let outcome = bed.go().await;
    assert_eq!(outcome.verdict, Verdict::Unverified);
    assert_eq!(bed.world.sent(), [0]);
}

#[tokio::test]
async fn a_late_reply_is_written_after_the_run_beat_for_it() {
    let bed = bed(plan(1));
    bed.world.acts(|_| {
        async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            StepEnd::Unknown {
                why: "the reply is lost".to_owned(),
            }
        }
        .boxed()
    });
    let outcome = bed.go().await;
    assert_eq!(outcome.verdict, Verdict::Unknown);
    assert_eq!(bed.world.sent(), [0]);
    let run = bed.world.run_of(&"r-1".into());
    assert!(run.beat_at.unwrap() > run.steps[0].started_at.unwrap());
}

// row: A20
#[tokio::test]
async fn what_follows_a_condition_is_sent_once_it_has_come_and_not_where_it_does_not() {
    for (truth, verdict, sent) in [
        (Truth::True, Verdict::Done, &[0, 2][..]),
        (Truth::False, Verdict::Failed, &[0]),
        (Truth::Unknown, Verdict::Failed, &[0]),
    ] {
        let mut plan = plan(2);
        let wait = Step {
            kind: StepKind::Until {
                is: "!exists('pod/db-0')".to_owned(),
                within: 1,
                hold: 0,
            },
            limit: None,
            save: None,
            again: None,
            batch: None,
        };
        plan.steps.insert(1, wait);
        let bed = bed(plan);
        *bed.world.verify.lock().unwrap() = truth;
        let outcome = bed.go().await;
        assert_eq!(outcome.verdict, verdict, "{truth:?}");
        assert_eq!(bed.world.sent(), sent, "{truth:?}");
    }
}
