//! A step that waits for the world, and what follows it.

use super::bed::{Bed, plan, restart, scale, step};
use crate::{
    actions::run::{Judgement, RunEffect, RunEvent},
    domain::action::{
        record::{Entry, Why},
        step::{Planned, StepKind},
        verdict::{StepEnd, Verdict},
    },
    pack::Truth,
};

fn until(within: u32, hold: u32) -> Planned {
    step(StepKind::Until {
        is: "!exists('pod/db-0')".to_owned(),
        within,
        hold,
    })
}

fn seen(truth: Truth) -> RunEvent {
    RunEvent::Judged(Judgement {
        verify: truth,
        helped: Truth::Unknown,
        last: Vec::new(),
    })
}

/// A run whose first step is done and which waits before its last.
fn waiting(within: u32, hold: u32) -> Bed {
    let mut bed = Bed::new(plan(vec![scale(1), until(within, hold), restart()]));
    bed.on().step_done();
    bed.on();
    assert_eq!(bed.machine.awaits(), Some(1));
    assert_eq!(bed.asked, [RunEffect::Judge]);
    assert_eq!(bed.sent, [0]);
    bed
}

// row: A20
#[test]
fn what_follows_is_done_once_it_has_come_and_held() {
    let mut bed = waiting(180, 5);
    for truth in [Truth::False, Truth::Unknown, Truth::True] {
        bed.later(1).tell(seen(truth));
        assert_eq!(bed.asked, [], "{truth:?}");
    }
    // It did not hold, and must hold anew.
    bed.later(4).tell(seen(Truth::False));
    bed.later(4).tell(seen(Truth::True));
    bed.later(4).tell(seen(Truth::True));
    assert_eq!(bed.sent, [0]);
    bed.later(1).tell(seen(Truth::True));
    let ended = |effect: &RunEffect| {
        matches!(
            effect,
            RunEffect::Record(Entry::StepEnded {
                step: 1,
                end: StepEnd::Done { .. }
            })
        )
    };
    assert!(bed.asked.iter().any(ended), "{:?}", bed.asked);
    bed.on();
    assert_eq!(bed.sent, [0, 2]);
}

// row: A10, A20
#[test]
fn where_it_does_not_come_in_time_nothing_follows() {
    // Not so, not known, not judged at all.
    for truth in [Some(Truth::False), Some(Truth::Unknown), None] {
        let mut bed = waiting(180, 5);
        for _ in 0..18 {
            bed.later(10);
            match truth {
                Some(truth) => bed.tell(seen(truth)),
                None => bed.tell(RunEvent::Tick),
            };
        }
        bed.on();
        let outcome = bed.outcome();
        assert_eq!(outcome.verdict, Verdict::Failed, "{truth:?}");
        assert_eq!(outcome.done, [0]);
        let why = |why: &Why| matches!(why, Why::Step { step: 1, why } if why.contains("not so within 180 s"));
        assert!(outcome.why.as_ref().is_some_and(why), "{outcome:?}");
        assert_eq!(bed.sent, [0]);
        bed.closed();
    }
}
