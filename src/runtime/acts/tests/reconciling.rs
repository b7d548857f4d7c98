//! What is found of runs whose runners are gone.

use super::*;

fn dead() -> Owner {
    let us = ourselves().unwrap();
    Owner {
        started: us.started + 1,
        ..us
    }
}

#[tokio::test]
async fn a_run_whose_runner_died_is_unknown_and_says_what_was_found() {
    let bed = bed();
    let run = bed.world.record("r-1", plan(2)).id;
    bed.world.write(&run, &Entry::Taken { owner: dead() });
    bed.world.write(&run, &Entry::StepStarted { step: 0 });
    bed.world.write(&run, &testkit::done(0));
    bed.world.write(&run, &Entry::StepStarted { step: 1 });
    bed.world.facts.lock().unwrap()[1].value = crate::domain::action::value::Value::Int(36);
    let hands = bed.world.hands();
    let actor = testkit::actor("wang");
    let ledger = &*bed.world.ledger;
    let found = reconcile(ledger, &actor, Some(&hands), bed.now())
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    let run = bed.world.run_of(&run);
    let RunState::Ended(outcome) = &run.state else {
        panic!("{run:?}");
    };
    assert_eq!(
        (outcome.verdict, &outcome.done),
        (Verdict::Unknown, &vec![0])
    );
    let Some(Why::RunnerGone {
        sent: Some(1),
        drift: Some(drift),
    }) = &outcome.why
    else {
        panic!("{outcome:?}");
    };
    assert_eq!(
        drift.now.as_ref().unwrap().value,
        crate::domain::action::value::Value::Int(36)
    );
    assert!(run.blocks(), "until somebody saw it");
    assert!(bed.world.sent().is_empty(), "nothing is done again");
    let again = reconcile(ledger, &actor, None, bed.now()).await.unwrap();
    assert!(again.is_empty(), "once");
}

#[tokio::test]
async fn a_run_whose_runner_lives_is_left_alone() {
    let bed = bed();
    let owner = ourselves().unwrap();
    let run = bed.world.record("r-1", plan(1)).id;
    bed.world.write(&run, &Entry::Taken { owner });
    let late = bed.now() + jiff::SignedDuration::from_hours(1);
    let actor = testkit::actor("wang");
    let found = reconcile(&*bed.world.ledger, &actor, None, late).await;
    assert_eq!(
        found.unwrap().len(),
        0,
        "it may be stopped for as long as it likes"
    );
}

#[tokio::test]
async fn a_runner_elsewhere_is_gone_when_it_has_been_silent_for_long() {
    let bed = bed();
    let owner = Owner {
        host: "bastion-9".to_owned(),
        ..dead()
    };
    let run = bed.world.record("r-1", plan(1)).id;
    bed.world.write(&run, &Entry::Taken { owner });
    bed.world.ledger.beat(&run).unwrap();
    let run = bed.world.run_of(&run);
    let at = |seconds| run.beat_at.unwrap() + jiff::SignedDuration::from_secs(seconds);
    assert!(!is_gone(&run, at(50)));
    assert!(is_gone(&run, at(70)));
}

#[tokio::test]
async fn an_intent_that_nobody_took_is_settled_and_never_begun_later() {
    let bed = bed();
    let run = bed.world.record("r-1", plan(1));
    let at = |seconds| run.asked_at + jiff::SignedDuration::from_secs(seconds);
    assert!(!is_gone(&run, at(5)), "its runner may just be starting");
    let actor = testkit::actor("wang");
    let ledger = &*bed.world.ledger;
    reconcile(ledger, &actor, None, at(20)).await.unwrap();
    let settled = bed.world.run_of(&run.id);
    let RunState::Ended(outcome) = &settled.state else {
        panic!("{settled:?}");
    };
    let nothing = Why::RunnerGone {
        sent: None,
        drift: None,
    };
    assert_eq!(outcome.why, Some(nothing));
    // A runner that comes too late does nothing.
    bed.world.runner(run).go().await;
    assert!(bed.world.sent().is_empty());
}
