use super::bed::{Bed, is_start, plan, restart, scale};
use crate::{
    actions::run::{RunEffect, RunEvent},
    domain::action::{
        record::{Entry, Why},
        refusal::Refusal,
        verdict::{StepEnd, Verdict},
    },
};

fn full() -> RunEvent {
    RunEvent::Recorded(Err("the disk of the ledger is full".to_owned()))
}

fn is_full(why: Option<&Why>) -> bool {
    matches!(
        why,
        Some(Why::Refused {
            refusal: Refusal::NoLedger { .. }
        })
    )
}

#[test]
fn a_start_that_cannot_be_recorded_is_not_sent() {
    let mut bed = Bed::new(plan(vec![scale(36), restart()]));
    bed.on().step_done();
    bed.until(is_start).tell(full());
    assert_eq!(bed.sent, [0]);
    assert_eq!(bed.outcome().verdict, Verdict::Aborted);
    assert_eq!(bed.outcome().done, [0]);
    assert!(is_full(bed.outcome().why.as_ref()));
    bed.closed();
}

#[test]
fn an_end_that_cannot_be_recorded_is_the_last() {
    let why = || "no".to_owned();
    for (steps, end, verdict, done) in [
        (2, super::bed::done(), Verdict::Aborted, 1),
        (1, super::bed::done(), Verdict::Unverified, 1),
        (2, StepEnd::Failed { why: why() }, Verdict::Failed, 0),
        (2, StepEnd::Unknown { why: why() }, Verdict::Unknown, 0),
        (2, StepEnd::Cancelled { done: None }, Verdict::Aborted, 0),
    ] {
        let mut bed = Bed::new(plan(vec![scale(36); steps]));
        bed.on().tell(RunEvent::Ended(end)).tell(full());
        assert_eq!(bed.outcome().verdict, verdict);
        assert_eq!(bed.outcome().done.len(), done);
        assert!(is_full(bed.outcome().why.as_ref()));
        assert_eq!(bed.sent, [0]);
        bed.closed();
    }
}

#[test]
fn an_outcome_that_cannot_be_recorded_ends_it_all_the_same() {
    let mut bed = Bed::new(plan(vec![scale(36)]));
    bed.on().step_done().on().tell(full());
    assert_eq!(bed.asked, [RunEffect::Leave]);
    assert!(bed.machine.is_over());
}

#[test]
fn every_step_is_recorded_before_it_is_sent() {
    let mut bed = Bed::new(plan(vec![scale(36), restart()]));
    let mut recorded = Vec::new();
    while !bed.machine.is_over() {
        match bed.asked.as_slice() {
            [RunEffect::Record(Entry::StepStarted { step })] => {
                recorded.push(*step);
                bed.tell(RunEvent::Recorded(Ok(())));
            }
            [RunEffect::Do { step, .. }] => {
                assert_eq!(recorded.last(), Some(step));
                bed.step_done();
            }
            [RunEffect::Record(Entry::Outcome(_))] => {
                bed.tell(RunEvent::Recorded(Ok(())));
            }
            _ => {
                bed.until(|it| {
                    is_start(it)
                        || matches!(
                            it,
                            RunEffect::Do { .. } | RunEffect::Record(Entry::Outcome(_))
                        )
                });
            }
        }
    }
    assert_eq!(bed.sent, [0, 1]);
}
