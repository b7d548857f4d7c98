//! A prompt that wants a second person.

use super::*;
use crate::actions::prompt::EXPIRES_TOGETHER;

fn together() -> Bed {
    let mut bed = Bed::open(Tier::T2);
    bed.persons = 2;
    bed.preflight();
    assert!(matches!(bed.effects[..], [Effect::Second { .. }]));
    bed.event(Event::Drawn);
    bed.pass(QUARANTINE);
    bed
}

fn agreed(bed: &mut Bed, answer: Result<Vec<String>, Refusal>) {
    let plan = bed.prompt.confirming().unwrap().ready.plan.digest();
    bed.event(Event::Agreed { plan, answer });
}

#[test]
fn one_alone_confirms_nothing_and_keeps_what_was_typed() {
    let mut bed = together();
    bed.types("app");
    bed.key(Event::Accepted);
    assert!(bed.effects.is_empty() && bed.is_confirming());
    assert_eq!(bed.prompt.said, Some(Said::Alone));
    agreed(&mut bed, Ok(vec!["wang".to_owned()]));
    assert_eq!(bed.name(), "app");
    bed.key(Event::Accepted);
    assert!(bed.is_rechecking());
}

#[test]
fn a_signature_that_does_not_count_says_why_and_takes_nothing_away() {
    let mut bed = together();
    bed.types("app");
    let who = "li".to_owned();
    let same = Refusal::NotSigned {
        because: Unsigned::Same { who },
    };
    agreed(&mut bed, Err(same.clone()));
    let second = &bed.prompt.confirming().unwrap().second;
    assert_eq!(second.refused, Some(same));
    assert!(second.names.is_empty());
    assert_eq!(bed.name(), "app");
    bed.key(Event::Accepted);
    assert!(bed.is_confirming());
}

#[test]
fn who_agreed_to_another_plan_agreed_to_nothing() {
    let mut bed = together();
    let names = Ok(vec!["wang".to_owned()]);
    let plan = "ab".repeat(32).into();
    bed.event(Event::Agreed {
        plan,
        answer: names.clone(),
    });
    assert!(!bed.prompt.confirming().unwrap().is_agreed());
    // Facts that drift make another plan: what was agreed to was the one before.
    agreed(&mut bed, names);
    assert!(bed.prompt.confirming().unwrap().is_agreed());
    bed.event(Event::Moved);
    bed.recheck(Ok(facts(30)));
    bed.replicas = 30;
    bed.preflight();
    assert!(matches!(bed.effects[..], [Effect::Second { .. }]));
    assert!(!bed.prompt.confirming().unwrap().is_agreed());
}

#[test]
fn a_second_person_has_time_to_read() {
    let mut bed = together();
    bed.pass(EXPIRES);
    bed.event(Event::Ticked);
    assert!(bed.is_confirming());
    bed.pass(EXPIRES_TOGETHER);
    bed.event(Event::Ticked);
    assert_eq!(bed.recorded(), Some(&Refusal::TimedOut));
}

#[test]
fn a_challenge_that_is_given_back_stands_for_one_person_only() {
    let mut bed = together();
    bed.event(Event::Vouched);
    assert!(bed.is_confirming());
}
