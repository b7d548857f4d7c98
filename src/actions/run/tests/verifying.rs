use std::time::Duration;

use super::bed::{Bed, plan, scale, verified};
use crate::{
    actions::run::{Helping, Judgement, RunEffect, RunEvent},
    domain::{
        action::{
            record::Why,
            saying::{Clause, Name, Order, Saying, Term, What},
            value::Value,
            verdict::Verdict,
        },
        gauge::Unit,
    },
    pack::Truth::{self, False, True, Unknown},
};

const HELPING: Helping = Helping {
    not_before: Duration::from_secs(300),
    within: Duration::from_secs(120),
};

/// What was read last: 30 are ready of 36.
fn thirty() -> Vec<Saying> {
    let term = |name, now| Term {
        name,
        now: Some(Value::Int(now)),
        unit: Unit::None,
    };
    let ready = Name::Object {
        of: None,
        part: "ready".to_owned(),
    };
    let wanted = Name::Figure(Value::Int(36));
    vec![Saying::One(Box::new(Clause {
        what: What::Compare(term(ready, 30), Order::Same, term(wanted, 36)),
        held: Some(false),
    }))]
}

fn seen(verify: Truth, helped: Truth) -> RunEvent {
    let last = thirty();
    RunEvent::Judged(Judgement {
        verify,
        helped,
        last,
    })
}

/// A run whose steps are done: ready within 600 s for 60 s.
fn waiting(helping: Option<Helping>) -> Bed {
    let mut plan = plan(vec![scale(36)]);
    plan.verify = verified(600, 60);
    plan.helped = helping.map(|_| "out > in".into());
    let mut bed = Bed::helping(plan, helping);
    bed.on().step_done().on();
    assert_eq!(bed.asked, [RunEffect::Judge]);
    bed
}

/// Tells the same every five seconds for so long.
fn keep(bed: &mut Bed, seconds: u64, verify: Truth, helped: Truth) {
    for _ in 0..seconds / 5 {
        bed.later(5).tell(seen(verify, helped));
        if !bed.asked.is_empty() {
            return;
        }
    }
}

#[test]
fn good_is_good_when_it_held() {
    let mut bed = waiting(None);
    bed.tell(seen(True, Unknown));
    keep(&mut bed, 55, True, Unknown);
    assert_eq!(bed.asked, []);
    keep(&mut bed, 5, True, Unknown);
    assert_eq!(bed.outcome().verdict, Verdict::Verified);
    assert_eq!(bed.outcome().why, None);
    bed.closed();
}

#[test]
fn what_is_unknown_or_bad_in_between_starts_the_time_anew() {
    for bad in [False, Unknown] {
        let mut bed = waiting(None);
        keep(&mut bed, 55, True, Unknown);
        bed.later(1).tell(seen(bad, Unknown));
        keep(&mut bed, 60, True, Unknown);
        assert_eq!(bed.asked, [], "{bad:?}");
        keep(&mut bed, 5, True, Unknown);
        assert_eq!(bed.outcome().verdict, Verdict::Verified);
    }
}

#[test]
fn a_time_nobody_looked_at_counts_for_nothing() {
    let mut bed = waiting(None);
    bed.tell(seen(True, Unknown));
    bed.later(120).tell(seen(True, Unknown));
    assert_eq!(bed.asked, []);
    bed.later(120).tell(RunEvent::Tick);
    assert_eq!(bed.asked, []);
}

#[test]
fn what_never_becomes_good_is_unverified_with_the_last_reading() {
    for never in [False, Unknown] {
        let mut bed = waiting(None);
        keep(&mut bed, 595, never, Unknown);
        assert_eq!(bed.asked, []);
        keep(&mut bed, 5, never, Unknown);
        assert_eq!(bed.outcome().verdict, Verdict::Unverified);
        let why = Why::NotInTime {
            condition: "ready(target) == 36".into(),
            last: thirty(),
        };
        assert_eq!(bed.outcome().why, Some(why));
        bed.closed();
    }
}

#[test]
fn nobody_judging_is_no_verdict_but_the_time_runs_out() {
    let mut bed = waiting(None);
    bed.later(599).tell(RunEvent::Tick);
    assert_eq!(bed.asked, []);
    bed.later(1).tell(RunEvent::Tick);
    assert_eq!(bed.outcome().verdict, Verdict::Unverified);
}

#[test]
fn good_in_time_may_hold_beyond_it() {
    let mut bed = waiting(None);
    keep(&mut bed, 590, False, Unknown);
    keep(&mut bed, 60, True, Unknown);
    assert_eq!(bed.asked, []);
    keep(&mut bed, 10, True, Unknown);
    assert_eq!(bed.outcome().verdict, Verdict::Verified);
}

#[test]
fn help_is_judged_on_time_after_the_run_only() {
    let mut bed = waiting(Some(HELPING));
    keep(&mut bed, 295, True, True);
    assert_eq!(bed.asked, []);
    keep(&mut bed, 5, True, True);
    assert_eq!(bed.outcome().verdict, Verdict::Verified);
}

#[test]
fn done_but_not_helped() {
    let mut bed = waiting(Some(HELPING));
    keep(&mut bed, 415, True, False);
    assert_eq!(bed.asked, []);
    keep(&mut bed, 5, True, False);
    assert_eq!(bed.outcome().verdict, Verdict::NotHelped);
    let condition = "out > in".into();
    assert_eq!(bed.outcome().why, Some(Why::NotHelped { condition }));
    bed.closed();
}

#[test]
fn help_that_cannot_be_told_is_neither() {
    let mut bed = waiting(Some(HELPING));
    keep(&mut bed, 420, True, Unknown);
    assert_eq!(bed.outcome().verdict, Verdict::Unverified);
    let why = Why::NotInTime {
        condition: "out > in".into(),
        last: Vec::new(),
    };
    assert_eq!(bed.outcome().why, Some(why));
}

#[test]
fn without_a_condition_for_it_only_help_is_awaited() {
    let mut plan = plan(vec![scale(36)]);
    plan.helped = Some("out > in".into());
    let mut bed = Bed::helping(plan, Some(HELPING));
    bed.on().step_done().on();
    keep(&mut bed, 300, Unknown, True);
    assert_eq!(bed.outcome().verdict, Verdict::Verified);
}
