//! Readings that are read again until what is waited for holds.

use std::time::Duration;

use super::bed::{Bed, done, plan, scale, step, verified};
use crate::{
    actions::run::{Helping, Judgement, RunEffect, RunEvent},
    domain::action::{
        fact::FactName,
        record::{Entry, Why},
        step::{Hole, Parse, Piece, Planned, Save, StepKind, Template},
        target::Target,
        tier::Tier,
        value::{Value, Values},
        verdict::{StepEnd, Verdict},
    },
    pack::Truth::{self, False, True, Unknown},
};

fn health(save: &str) -> Planned {
    let kind = StepKind::Http {
        method: "GET".to_owned(),
        url: Template::plain("https://app/health"),
        headers: std::collections::BTreeMap::new(),
        body: None,
        secrets: Vec::new(),
        expect: Vec::new(),
    };
    Planned {
        save: Some(Save {
            name: save.to_owned(),
            parse: Parse::Lines,
        }),
        again: Some(5),
        batch: None,
        ..step(kind)
    }
}

fn says(status: i64) -> StepEnd {
    let mut saved = Values::new();
    saved.insert("status".to_owned(), Value::Int(status));
    StepEnd::Done {
        said: Vec::new(),
        saved,
    }
}

fn refused() -> StepEnd {
    StepEnd::Failed {
        why: "connection refused".to_owned(),
    }
}

fn judged(verify: Truth) -> RunEvent {
    RunEvent::Judged(Judgement {
        verify,
        helped: Unknown,
        last: Vec::new(),
    })
}

/// A run that waits: scaled, then read, which ended so.
fn waiting(tier: Tier, reads: &[(&str, StepEnd)]) -> Bed {
    let mut steps = vec![scale(36)];
    steps.extend(reads.iter().map(|(name, _)| health(name)));
    let mut plan = plan(steps);
    plan.tier = tier;
    plan.verify = verified(60, 0);
    let mut bed = Bed::new(plan);
    bed.on().step_done().on();
    for (_, end) in reads {
        bed.tell(RunEvent::Ended(end.clone())).on();
    }
    assert_eq!(bed.asked, [RunEffect::Judge]);
    bed
}

/// The step that is read again now.
fn read(bed: &Bed) -> Option<usize> {
    match bed.asked.as_slice() {
        [
            RunEffect::Do {
                step, again: true, ..
            },
        ] => Some(*step),
        [] => None,
        other => panic!("{other:?}"),
    }
}

fn saved(bed: &Bed, name: &str) -> Option<Value> {
    bed.machine.saved().get(name)?.get("status").cloned()
}

#[test]
fn what_fails_at_first_is_read_until_it_holds_and_the_last_word_is_written() {
    let mut bed = waiting(Tier::T1, &[("health", refused())]);
    assert_eq!(saved(&bed, "health"), None);
    bed.later(4).tell(RunEvent::Tick);
    assert_eq!(read(&bed), None, "not before its time");
    bed.later(1).tell(RunEvent::Tick);
    assert_eq!(read(&bed), Some(1));
    bed.later(9).tell(RunEvent::Tick);
    assert_eq!(read(&bed), None, "one at a time");
    bed.tell(RunEvent::Ended(says(503)));
    assert_eq!(saved(&bed, "health"), Some(Value::Int(503)));
    bed.tell(judged(False)).later(5).tell(RunEvent::Tick);
    assert_eq!(read(&bed), Some(1));
    bed.tell(RunEvent::Ended(says(200)));
    bed.tell(judged(True));
    let told = Entry::StepEnded {
        step: 1,
        end: says(200),
    };
    assert_eq!(bed.asked, [RunEffect::Record(told)]);
    bed.tell(RunEvent::Recorded(Ok(())));
    assert_eq!(bed.outcome().verdict, Verdict::Verified);
    assert_eq!(bed.outcome().done, [0, 1]);
    bed.closed();
    assert_eq!(bed.sent, [0, 1, 1, 1]);
}

#[test]
fn what_holds_at_once_is_not_read_again() {
    for tier in [Tier::T0, Tier::T1] {
        let mut bed = waiting(tier, &[("health", says(200))]);
        bed.tell(judged(True));
        assert_eq!(bed.outcome().verdict, Verdict::Verified);
        bed.closed();
    }
}

#[test]
fn what_never_can_be_read_is_unverified_and_says_why() {
    for tier in [Tier::T0, Tier::T2] {
        let mut bed = waiting(tier, &[("health", refused())]);
        for _ in 0..11 {
            bed.later(5).tell(RunEvent::Tick);
            assert_eq!(read(&bed), Some(1));
            bed.tell(RunEvent::Ended(refused())).tell(judged(Unknown));
            assert_eq!(bed.asked, []);
        }
        bed.later(5).tell(judged(Unknown));
        assert_eq!(bed.outcome().verdict, Verdict::Unverified);
        let why = Why::Step {
            step: 1,
            why: "connection refused".to_owned(),
        };
        assert_eq!(bed.outcome().why, Some(why));
        bed.closed();
    }
}

#[test]
fn nothing_counts_before_the_round_is_over() {
    let mut bed = waiting(Tier::T1, &[("first", says(1)), ("second", says(2))]);
    bed.later(5).tell(RunEvent::Tick);
    bed.tell(RunEvent::Ended(says(10)));
    assert_eq!(read(&bed), Some(2));
    assert_eq!(saved(&bed, "first"), Some(Value::Int(1)));
    bed.tell(RunEvent::Ended(StepEnd::Unknown {
        why: "cut".to_owned(),
    }));
    assert_eq!(saved(&bed, "first"), Some(Value::Int(10)));
    assert_eq!(saved(&bed, "second"), None, "it is not known any more");
    assert_eq!(bed.asked, []);
}

#[test]
fn who_stops_it_stops_what_is_read_and_what_was_read_last_is_written() {
    let mut bed = waiting(Tier::T1, &[("health", refused())]);
    bed.later(5).tell(RunEvent::Tick);
    bed.tell(RunEvent::Ended(says(503))).later(5);
    bed.tell(RunEvent::Tick);
    bed.tell(RunEvent::CancelAsked);
    let told = Entry::StepEnded {
        step: 1,
        end: says(503),
    };
    assert_eq!(bed.asked, [RunEffect::Stop, RunEffect::Record(told)]);
    // What ends by it comes too late.
    bed.tell(RunEvent::Ended(StepEnd::Cancelled { done: None }));
    assert_eq!(bed.asked, []);
    bed.tell(RunEvent::Recorded(Ok(())));
    assert_eq!(bed.outcome().verdict, Verdict::Unverified);
    bed.closed();
}

/// What the world does while it is seen whether it got better is not what the run left.
#[test]
fn once_it_holds_that_is_written_and_nothing_is_read_any_more() {
    let mut plan = plan(vec![scale(36), health("health")]);
    plan.verify = verified(60, 0);
    plan.helped = Some("out > in".into());
    let helping = Helping {
        not_before: Duration::from_secs(300),
        within: Duration::from_secs(120),
    };
    let mut bed = Bed::helping(plan, Some(helping));
    bed.on().step_done().on();
    bed.tell(RunEvent::Ended(says(503))).on();
    bed.later(5).tell(RunEvent::Tick);
    bed.tell(RunEvent::Ended(says(200)));
    bed.later(5).tell(RunEvent::Tick);
    assert_eq!(read(&bed), Some(1), "one more is under way");
    bed.tell(judged(True));
    let told = Entry::StepEnded {
        step: 1,
        end: says(200),
    };
    assert_eq!(bed.asked, [RunEffect::Record(told)]);
    bed.tell(RunEvent::Recorded(Ok(())));
    assert_eq!(bed.asked, []);
    bed.tell(RunEvent::Ended(says(500)));
    assert_eq!(saved(&bed, "health"), Some(Value::Int(200)));
    for _ in 0..20 {
        bed.later(10).tell(RunEvent::Tick);
        assert_eq!(bed.asked, []);
    }
    bed.later(100).tell(RunEvent::Judged(Judgement {
        verify: False,
        helped: True,
        last: Vec::new(),
    }));
    assert_eq!(bed.outcome().verdict, Verdict::Verified);
    bed.closed();
}

/// What the run itself did moves facts, and what it restarted can't be asked for a while.
#[test]
fn before_what_is_read_again_no_fact_is_asked_for_and_it_rests_on_its_program_alone() {
    let mut plan = plan(vec![scale(36), health("health")]);
    plan.verify = verified(60, 0);
    let program = crate::domain::action::fact::Fact::new(
        Target::Host {
            place: "bastion".to_owned(),
        },
        FactName::Field("/usr/bin/curl".to_owned()),
        Value::text("abc"),
    );
    plan.facts.push(program.clone());
    let mut bed = Bed::new(plan);
    bed.on().step_done();
    bed.tell(RunEvent::Recorded(Ok(())));
    assert_eq!(
        bed.asked,
        [RunEffect::Record(Entry::StepStarted { step: 1 })]
    );
    bed.tell(RunEvent::Recorded(Ok(())));
    let [RunEffect::Do { step: 1, plan, .. }] = bed.asked.as_slice() else {
        panic!("{:?}", bed.asked);
    };
    assert_eq!(plan.facts, [program]);
}

#[test]
fn what_another_of_the_round_said_fills_what_is_asked_for() {
    let mut plan = plan(vec![scale(36), health("first"), health("second")]);
    if let StepKind::Http { url, .. } = &mut plan.steps[2].kind {
        *url = Template {
            pieces: vec![
                Piece::Text("https://app/".to_owned()),
                Piece::Hole(Hole::Saved {
                    step: "first".to_owned(),
                    field: "status".to_owned(),
                }),
            ],
        };
    }
    plan.verify = verified(60, 0);
    let mut bed = Bed::new(plan);
    bed.on().step_done().on();
    for status in [1, 2] {
        bed.tell(RunEvent::Ended(says(status))).on();
    }
    bed.later(5).tell(RunEvent::Tick);
    bed.tell(RunEvent::Ended(says(7)));
    let [
        RunEffect::Do {
            step: 2, planned, ..
        },
    ] = bed.asked.as_slice()
    else {
        panic!("{:?}", bed.asked);
    };
    assert!(
        matches!(&planned.kind, StepKind::Http { url, .. } if url.whole().as_deref() == Some("https://app/7"))
    );
}

#[test]
fn a_time_that_is_up_ends_what_is_read_and_a_late_word_changes_nothing() {
    let mut bed = waiting(Tier::T1, &[("health", says(503))]);
    bed.later(5).tell(RunEvent::Tick);
    assert_eq!(read(&bed), Some(1));
    bed.now += Duration::from_secs(60);
    bed.tell(judged(False));
    let [RunEffect::Stop, RunEffect::Record(Entry::Outcome(outcome))] = bed.asked.as_slice() else {
        panic!("{:?}", bed.asked);
    };
    assert_eq!(outcome.verdict, Verdict::Unverified);
    bed.tell(RunEvent::Ended(says(200)));
    assert_eq!(bed.asked, []);
    assert_eq!(saved(&bed, "health"), Some(Value::Int(503)));
}

#[test]
fn an_outcome_is_told_where_the_last_reading_can_not_be_written() {
    let mut bed = waiting(Tier::T1, &[("health", says(503))]);
    bed.later(5).tell(RunEvent::Tick);
    bed.tell(RunEvent::Ended(says(200))).tell(judged(True));
    assert!(matches!(
        bed.asked.as_slice(),
        [RunEffect::Record(Entry::StepEnded { step: 1, .. })]
    ));
    bed.tell(RunEvent::Recorded(Err("the disk is full".to_owned())));
    assert_eq!(bed.outcome().verdict, Verdict::Verified);
}

#[test]
fn an_end_that_nobody_waits_for_changes_nothing() {
    let mut bed = waiting(Tier::T1, &[("health", says(503))]);
    bed.tell(RunEvent::Ended(done()));
    assert_eq!(bed.asked, []);
    assert_eq!(saved(&bed, "health"), Some(Value::Int(503)));
}
