use super::bed::{Bed, fact, is_start, plan, restart, scale, step, target};
use crate::{
    actions::run::{RunEffect, RunEvent},
    domain::action::{
        fact::FactName,
        record::{Entry, Why},
        refusal::Refusal,
        step::StepKind,
        value::Value,
        verdict::{StepEnd, Verdict},
    },
};

#[test]
fn a_fact_that_drifted_ends_it_and_is_named() {
    for (place, name) in [(0, FactName::Uid), (1, FactName::Generation)] {
        let mut bed = Bed::new(plan(vec![scale(36)]));
        bed.world[place].value = Value::Int(99);
        bed.on();
        assert_eq!(bed.outcome().verdict, Verdict::Aborted);
        let Some(Why::Drift { drift }) = &bed.outcome().why else {
            panic!("{:?}", bed.outcome());
        };
        assert_eq!(drift.was.name, name);
        assert_eq!(drift.now.as_ref().unwrap().value, Value::Int(99));
        assert_eq!(bed.sent, [0; 0]);
        bed.closed();
    }
}

#[test]
fn a_fact_that_cannot_be_read_any_more_has_drifted() {
    let mut bed = Bed::new(plan(vec![scale(36)]));
    bed.world.remove(0);
    bed.on();
    assert!(
        matches!(&bed.outcome().why, Some(Why::Drift { drift }) if drift.now.is_none()),
        "{:?}",
        bed.outcome()
    );
}

#[test]
fn what_the_run_itself_changed_is_no_drift_and_goes_into_the_next_step() {
    let mut bed = Bed::new(plan(vec![scale(36), restart()]));
    bed.on();
    bed.world[1].value = Value::Int(2);
    bed.world[2].value = Value::Int(36);
    bed.step_done().on();
    let [RunEffect::Do { step: 1, plan, .. }] = bed.asked.as_slice() else {
        panic!("{:?}", bed.asked);
    };
    assert_eq!(plan.facts, bed.world);
}

#[test]
fn a_generation_that_no_step_left_stands_on_is_asked_for_no_more() {
    let mut bed = Bed::new(plan(vec![restart(), scale(36)]));
    bed.on();
    // What is left reads no generation, as one that scales does not.
    bed.world.remove(1);
    bed.step_done().on();
    assert!(
        matches!(bed.asked.as_slice(), [RunEffect::Do { step: 1, .. }]),
        "{:?}",
        bed.asked
    );
}

#[test]
fn another_object_of_the_name_is_drift_whatever_the_run_did() {
    let mut bed = Bed::new(plan(vec![scale(36), restart()]));
    bed.on();
    bed.world[0].value = Value::Int(8);
    bed.step_done().on();
    assert_eq!(bed.sent, [0]);
    assert_eq!(bed.outcome().done, [0]);
    assert!(matches!(bed.outcome().why, Some(Why::Drift { .. })));
}

#[test]
fn what_a_step_took_away_is_not_asked_for_again() {
    let pod = || target("pod");
    let mut plan = plan(vec![step(StepKind::DeletePod { target: pod() }), scale(36)]);
    plan.facts.push(fact("pod", FactName::Uid, 3));
    let mut bed = Bed::new(plan);
    bed.on();
    bed.world.pop();
    bed.step_done().on();
    assert_eq!(bed.sent, [0, 1]);
}

/// Only what the rest of a run stands on is read again: a person's part stands on nothing, and a step not on the field that
/// another one set.
#[test]
fn what_only_earlier_steps_stood_on_is_done_with() {
    let ask = || {
        step(StepKind::Ask {
            text: crate::domain::text::Text::from("look"),
        })
    };
    let mut bed = Bed::new(plan(vec![scale(36), ask()]));
    bed.on();
    bed.world.clear();
    bed.step_done().on();
    bed.tell(RunEvent::Evidence {
        step: 1,
        text: "seen".to_owned(),
    })
    .on();
    assert_eq!(bed.outcome().done, [0, 1]);

    let mut two = plan(vec![restart(), scale(36)]);
    let restarted = FactName::Field("/restarted-at".to_owned());
    two.facts.push(fact("web", restarted, 0));
    let mut bed = Bed::new(two);
    bed.on();
    bed.world.pop();
    bed.step_done().on();
    assert_eq!(bed.sent, [0, 1]);
}

#[test]
fn an_object_that_a_later_step_is_about_must_still_be_there() {
    for gone in [0, 1] {
        let mut bed = Bed::new(plan(vec![scale(36), restart()]));
        bed.on();
        bed.world.remove(gone);
        bed.step_done().on();
        assert_eq!(bed.sent, [0]);
        assert!(matches!(bed.outcome().why, Some(Why::Drift { .. })));
    }
}

#[test]
fn the_guard_is_not_judged_again_under_the_run() {
    let mut plan = plan(vec![scale(36)]);
    plan.facts.push(fact("web", FactName::Guard, 1));
    let mut bed = Bed::new(plan);
    bed.world.pop();
    bed.on();
    assert_eq!(bed.sent, [0]);
}

#[test]
fn facts_that_cannot_be_read_end_it() {
    let mut bed = Bed::new(plan(vec![scale(36)]));
    let refusal = Refusal::Unreadable {
        what: "web".to_owned(),
        why: "no answer".to_owned(),
    };
    bed.until(|it| matches!(it, RunEffect::ReadFacts { .. }))
        .tell(RunEvent::Facts(Err(refusal.clone())));
    assert_eq!(bed.outcome().why, Some(Why::Refused { refusal }));
    assert_eq!(bed.outcome().verdict, Verdict::Aborted);
}

#[test]
fn a_lock_that_was_lost_ends_it_before_the_next_step() {
    let mut bed = Bed::new(plan(vec![scale(36), restart()]));
    bed.on().step_done();
    bed.until(|it| matches!(it, RunEffect::CheckLock))
        .tell(RunEvent::LockChecked(Err("wang".to_owned())));
    let who = "wang".to_owned();
    assert_eq!(bed.outcome().why, Some(Why::LockLost { who }));
    assert_eq!(bed.outcome().verdict, Verdict::Aborted);
    assert_eq!(bed.outcome().done, [0]);
    assert_eq!(bed.sent, [0]);
}

/// The process was stopped between the look at the lock and the sending, and somebody else acted meanwhile.
#[test]
fn a_lock_that_was_looked_at_too_long_ago_is_looked_at_again() {
    let stopped = || {
        let mut bed = Bed::new(plan(vec![scale(36)]));
        bed.until(is_start)
            .later(60)
            .tell(RunEvent::Recorded(Ok(())));
        assert!(matches!(
            bed.asked.as_slice(),
            [RunEffect::ReadFacts { step: 0, .. }]
        ));
        bed
    };
    let mut bed = stopped();
    bed.on();
    assert_eq!(bed.sent, [0], "nothing changed meanwhile");

    let mut bed = stopped();
    bed.tell(RunEvent::Facts(Ok(bed.world.clone())))
        .tell(RunEvent::LockChecked(Err("wang".to_owned())));
    let nothing = StepEnd::Cancelled { done: None };
    let end = Entry::StepEnded {
        step: 0,
        end: nothing,
    };
    assert_eq!(bed.asked, [RunEffect::Record(end)]);
    bed.on();
    assert!(matches!(bed.outcome().why, Some(Why::LockLost { .. })));

    let mut bed = stopped();
    bed.world[1].value = Value::Int(2);
    bed.on();
    assert!(matches!(bed.outcome().why, Some(Why::Drift { .. })));
    assert_eq!(bed.sent, [0; 0]);
}
