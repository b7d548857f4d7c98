//! What a prompt stands on, and what becomes of it when that moves.

use super::*;

#[test]
fn a_drifted_fact_voids_what_was_typed_and_is_named() {
    let mut bed = Bed::asking(Tier::T2);
    bed.types("app");
    bed.event(Event::Moved);
    bed.recheck(Ok(facts(30)));
    assert!(matches!(bed.effects[..], [Effect::Preflight { .. }]));
    assert_eq!(bed.prompt.said, Some(Said::Voided));
    bed.replicas = 30;
    bed.preflight();
    assert_eq!(bed.name(), "");
    let (drift, _) = &bed.prompt.drifts[0];
    assert_eq!(drift.was.value, Value::Int(24));
    assert_eq!(drift.now.as_ref().unwrap().value, Value::Int(30));
    bed.types("a");
    assert_eq!(bed.name(), "", "the new plan was not drawn yet");
}

#[test]
fn facts_that_hold_wipe_nothing() {
    let mut bed = Bed::asking(Tier::T2);
    bed.types("ap");
    for _ in 0..5 {
        bed.pass(READ_EVERY);
        bed.event(Event::Ticked);
        bed.recheck(Ok(facts(24)));
        assert!(bed.effects.is_empty());
    }
    assert_eq!(bed.name(), "ap");
    assert_eq!(bed.prompt.confirming().unwrap().read, bed.mono);
}

#[test]
fn a_fact_that_drifts_after_the_yes_is_asked_again() {
    let mut bed = Bed::asking(Tier::T1);
    bed.key(Event::Stepped { onward: true });
    bed.key(Event::Accepted);
    bed.recheck(Ok(facts(30)));
    assert!(matches!(bed.effects[..], [Effect::Preflight { .. }]));
    bed.preflight();
    let answer = &bed.prompt.confirming().unwrap().answer;
    assert_eq!(answer.choice, Choice::No);
}

#[test]
fn another_object_of_the_same_name_is_refused() {
    let mut bed = Bed::asking(Tier::T2);
    bed.event(Event::Moved);
    let mut now = facts(24);
    now[0].value = Value::text("u-2");
    bed.recheck(Ok(now));
    assert!(matches!(bed.recorded(), Some(Refusal::Drifted { .. })));
    assert!(bed.prompt.is_over());
}

#[test]
fn a_guard_that_turned_is_refused_at_the_yes() {
    let mut bed = Bed::asking(Tier::T1);
    bed.key(Event::Stepped { onward: true });
    bed.key(Event::Accepted);
    let request = bed.asked();
    let no = Refusal::Guard {
        condition: Box::new("depth > 2000".into()),
        because: None,
        read: Vec::new(),
    };
    bed.event(Event::Rechecked {
        request,
        answer: Ok(facts(24)),
        guard: Err(no.clone()),
    });
    assert_eq!(bed.recorded(), Some(&no));
}

#[test]
fn facts_that_cannot_be_read_wipe_nothing_until_the_yes() {
    let mut bed = Bed::asking(Tier::T2);
    let away = Refusal::Unreadable {
        what: "app".to_owned(),
        why: "timed out".to_owned(),
    };
    bed.types("app");
    bed.event(Event::Moved);
    bed.recheck(Err(away.clone()));
    assert_eq!(bed.name(), "app");
    assert_eq!(
        bed.prompt.confirming().unwrap().unread.as_ref(),
        Some(&away)
    );
    bed.key(Event::Accepted);
    bed.recheck(Err(away.clone()));
    assert_eq!(bed.recorded(), Some(&away));
}

#[test]
fn nobody_answers_is_no() {
    let mut bed = Bed::asking(Tier::T2);
    bed.types("app");
    bed.mono = Duration::from_secs(100) + EXPIRES;
    bed.event(Event::Ticked);
    assert_eq!(bed.recorded(), Some(&Refusal::TimedOut));
    bed.key(Event::Accepted);
    assert!(bed.effects.is_empty());
}

#[test]
fn a_late_answer_finds_nobody() {
    let mut bed = Bed::open(Tier::T2);
    let request = bed.asked();
    bed.event(Event::Declined);
    assert_eq!(
        bed.effects,
        [Effect::Forget(request), Effect::Record(Refusal::Declined)]
    );
    let plan = Arc::new(plan(Tier::T0, 24));
    let preflight = Preflight::default();
    let answer = Box::new(Ok(Ready { plan, preflight }));
    bed.event(Event::Preflighted { request, answer });
    assert!(bed.effects.is_empty());
    assert!(matches!(bed.prompt.phase, Phase::Closed));
}

#[test]
fn an_answer_to_an_older_question_is_dropped() {
    let mut bed = Bed::asking(Tier::T2);
    bed.event(Event::Moved);
    let old = bed.asked();
    bed.event(Event::Moved);
    assert_eq!(bed.effects[0], Effect::Forget(old));
    bed.event(Event::Rechecked {
        request: old,
        answer: Ok(facts(30)),
        guard: Ok(None),
    });
    assert!(bed.is_confirming());
    assert!(bed.effects.is_empty());
}

#[test]
fn ground_that_is_gone_refuses_with_its_reason() {
    let mut bed = Bed::asking(Tier::T2);
    bed.event(Event::Void(Refusal::PackChanged));
    assert_eq!(bed.recorded(), Some(&Refusal::PackChanged));
    assert!(matches!(
        bed.prompt.phase,
        Phase::Refused(Refusal::PackChanged)
    ));
}

#[test]
fn what_is_being_recorded_is_neither_forgotten_nor_refused() {
    let mut bed = Bed::open(Tier::T0);
    bed.preflight();
    bed.event(Event::Void(Refusal::ReadOnly));
    assert!(bed.effects.is_empty());
    bed.event(Event::Declined);
    assert!(bed.effects.is_empty(), "the runner may have it by now");
}

#[test]
fn a_ledger_that_is_gone_runs_nothing() {
    let mut bed = Bed::open(Tier::T0);
    bed.preflight();
    let request = bed.asked();
    let why = "disk full".to_owned();
    let answer = Err(Refusal::NoLedger { why });
    bed.event(Event::Launched { request, answer });
    assert!(matches!(bed.prompt.phase, Phase::Refused(_)));
    assert_eq!(bed.recorded().map(Refusal::id), Some("no-ledger"));
}
