//! What counts as an answer.

use super::*;

#[test]
fn nothing_is_asked_of_one_who_only_reads() {
    let mut bed = Bed::open(Tier::T0);
    bed.preflight();
    assert!(matches!(bed.effects[..], [Effect::Launch { .. }]));
    let request = bed.asked();
    let answer = Ok("r-1".into());
    bed.event(Event::Launched { request, answer });
    assert!(matches!(&bed.prompt.phase, Phase::Launched(run) if run.as_str() == "r-1"));
}

#[test]
fn enter_alone_is_no() {
    let mut bed = Bed::asking(Tier::T1);
    bed.key(Event::Accepted);
    assert!(matches!(bed.prompt.phase, Phase::Closed));
    assert_eq!(bed.recorded(), Some(&Refusal::Declined));
}

#[test]
fn an_arrow_and_enter_run_a_t1() {
    let mut bed = Bed::asking(Tier::T1);
    bed.key(Event::Stepped { onward: true });
    assert_eq!(bed.prompt.confirming().unwrap().answer.choice, Choice::Run);
    bed.key(Event::Accepted);
    assert!(bed.is_rechecking());
    bed.recheck(Ok(facts(24)));
    assert!(matches!(bed.effects[..], [Effect::Launch { .. }]));
}

#[test]
fn an_arrow_back_is_no_again() {
    let mut bed = Bed::asking(Tier::T1);
    bed.key(Event::Stepped { onward: true });
    bed.key(Event::Stepped { onward: false });
    bed.key(Event::Accepted);
    assert!(matches!(bed.prompt.phase, Phase::Closed));
}

#[test]
fn keys_that_come_as_one_confirm_nothing() {
    let mut bed = Bed::asking(Tier::T1);
    bed.key(Event::Stepped { onward: true });
    bed.event(Event::Accepted);
    assert!(bed.is_confirming());
    assert!(bed.effects.is_empty());
}

#[test]
fn a_t2_wants_the_whole_name_and_no_more() {
    let mut bed = Bed::asking(Tier::T2);
    bed.key(Event::Accepted);
    assert!(bed.is_confirming());
    assert_eq!(bed.prompt.said, Some(Said::Unanswered));
    bed.types("ap");
    assert_eq!(bed.prompt.said, None, "it is another answer by now");
    bed.key(Event::Accepted);
    assert!(bed.is_confirming());
    assert_eq!(bed.prompt.said, Some(Said::Unanswered));
    assert_eq!(bed.name(), "ap", "nothing is wiped");
    let answer = &bed.prompt.confirming().unwrap().answer;
    assert!(answer.name_is_begun() && !answer.name_is_right());
    bed.types("p-");
    bed.key(Event::Accepted);
    assert!(bed.is_confirming(), "app- is not app");
    bed.key(Event::Edited(InputRequest::DeletePrevChar));
    bed.key(Event::Accepted);
    assert!(bed.is_rechecking());
    assert!(matches!(bed.effects[..], [Effect::Recheck { .. }]));
}

#[test]
fn full_width_forms_are_what_they_stand_for() {
    let mut bed = Bed::asking(Tier::T3);
    bed.types("ａｐｐ");
    bed.key(Event::Accepted);
    bed.types("１２");
    bed.key(Event::Accepted);
    assert!(bed.is_rechecking());
}

// row: A12
#[test]
fn a_t3_wants_the_number_too() {
    let mut bed = Bed::asking(Tier::T3);
    bed.types("app");
    bed.key(Event::Accepted);
    assert_eq!(bed.prompt.confirming().unwrap().answer.line, Line::Number);
    bed.key(Event::Accepted);
    bed.types("11");
    bed.key(Event::Accepted);
    assert!(bed.is_confirming());
    bed.key(Event::Edited(InputRequest::DeletePrevChar));
    bed.types("2");
    bed.key(Event::Accepted);
    assert!(bed.is_rechecking());
}

#[test]
fn a_t3_without_a_number_asks_for_that_of_its_steps() {
    let mut plan = plan(Tier::T3, 24);
    plan.count = None;
    let Challenge::NameAndNumber(_, count) = Challenge::of(&plan) else {
        panic!("no number is asked for");
    };
    assert_eq!((count.of.as_str(), count.number), ("steps", 1));
}

#[test]
fn what_is_typed_too_soon_is_not_for_the_prompt() {
    let mut bed = Bed::open(Tier::T2);
    bed.preflight();
    bed.types("a");
    assert_eq!(bed.name(), "", "it was not even drawn");
    bed.event(Event::Drawn);
    bed.pass(ms(200));
    bed.event(Event::Typed('a'));
    bed.event(Event::Declined);
    assert!(bed.is_confirming());
    assert_eq!(bed.name(), "");
    bed.pass(ms(199));
    bed.event(Event::Typed('a'));
    assert_eq!(bed.name(), "");
    bed.pass(ms(1));
    bed.event(Event::Typed('a'));
    assert_eq!(bed.name(), "a");
}

#[test]
fn four_characters_at_once_are_typing_and_five_are_a_paste() {
    let mut bed = Bed::asking(Tier::T2);
    for c in "abcd".chars() {
        bed.event(Event::Typed(c));
    }
    assert_eq!(bed.name(), "abcd");
    bed.pass(ms(20));
    bed.event(Event::Typed('e'));
    assert_eq!(bed.name(), "");
    assert_eq!(bed.prompt.said, Some(Said::Pasted));
    bed.pass(ms(21));
    bed.event(Event::Typed('f'));
    assert_eq!(bed.name(), "f");
    assert_eq!(bed.prompt.said, Some(Said::Pasted), "it can be read");
    bed.pass(Duration::from_secs(3));
    bed.event(Event::Typed('g'));
    assert_eq!(bed.prompt.said, None);
}

#[test]
fn nothing_of_a_long_paste_is_left_and_its_newline_does_nothing() {
    let mut bed = Bed::asking(Tier::T2);
    for c in "xxxxxxxapp".chars() {
        bed.event(Event::Typed(c));
    }
    bed.event(Event::Accepted);
    assert!(bed.is_confirming());
    assert_eq!(bed.name(), "");
}

#[test]
fn a_short_paste_with_a_newline_does_not_confirm() {
    let mut bed = Bed::asking(Tier::T2);
    for c in "app".chars() {
        bed.event(Event::Typed(c));
    }
    bed.event(Event::Accepted);
    assert!(bed.is_confirming());
}

#[test]
fn a_paste_as_the_terminal_marks_it_is_refused() {
    let mut bed = Bed::asking(Tier::T2);
    bed.types("ap");
    bed.key(Event::Pasted);
    assert_eq!(bed.name(), "");
    assert_eq!(bed.prompt.said, Some(Said::Pasted));
}
