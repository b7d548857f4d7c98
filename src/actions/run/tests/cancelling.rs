use super::bed::{Bed, plan, restart, scale, step, verified};
use crate::{
    actions::run::{RunEffect, RunEvent},
    domain::{
        action::{
            record::{Entry, Why},
            step::StepKind,
            verdict::{StepEnd, Verdict},
        },
        text::Text,
    },
};

#[test]
fn a_wish_to_stop_is_heard_before_every_answer() {
    type Asked = fn(&RunEffect) -> bool;
    let points: [(&str, Asked); 5] = [
        ("take", |it| matches!(it, RunEffect::Take)),
        ("lock", |it| matches!(it, RunEffect::Lock)),
        ("facts", |it| matches!(it, RunEffect::ReadFacts { .. })),
        ("check", |it| matches!(it, RunEffect::CheckLock)),
        ("start", super::bed::is_start),
    ];
    for (name, point) in points {
        let mut bed = Bed::new(plan(vec![scale(36)]));
        let asked = bed.until(point).asked.clone();
        bed.tell(RunEvent::CancelAsked);
        assert_eq!(bed.asked, [], "{name}");
        bed.asked = asked;
        bed.on();
        assert_eq!(bed.outcome().verdict, Verdict::Aborted, "{name}");
        assert_eq!(bed.outcome().why, Some(Why::Cancelled), "{name}");
        assert_eq!(bed.sent, [0; 0], "{name}");
        bed.closed();
    }
}

#[test]
fn a_step_that_is_being_done_says_how_far_it_came() {
    let mut bed = Bed::new(plan(vec![scale(36), restart()]));
    bed.on().tell(RunEvent::CancelAsked);
    assert_eq!(bed.asked, [RunEffect::Stop]);
    bed.tell(RunEvent::CancelAsked);
    assert_eq!(bed.asked, [], "once is enough");
    let half = Some("pod a".to_owned());
    bed.tell(RunEvent::Ended(StepEnd::Cancelled { done: half }))
        .on();
    assert_eq!(bed.outcome().verdict, Verdict::Aborted);
    assert_eq!(bed.outcome().why, Some(Why::Cancelled));
    assert_eq!(bed.outcome().done, [0; 0]);
}

#[test]
fn a_step_that_could_not_be_stopped_is_done_and_the_next_is_not() {
    let mut bed = Bed::new(plan(vec![scale(36), restart()]));
    bed.on().tell(RunEvent::CancelAsked);
    bed.step_done().on();
    assert_eq!(bed.outcome().verdict, Verdict::Aborted);
    assert_eq!(bed.outcome().done, [0]);
    assert_eq!(bed.sent, [0]);
    bed.closed();
}

#[test]
fn where_everything_is_done_nothing_is_called_stopped() {
    let mut bed = Bed::new(plan(vec![scale(36)]));
    bed.on().tell(RunEvent::CancelAsked);
    bed.step_done().on();
    assert_eq!(bed.outcome().verdict, Verdict::Unverified);
    assert_eq!(bed.outcome().why, Some(Why::Cancelled));

    let mut plan = plan(vec![scale(36)]);
    plan.verify = verified(600, 60);
    let mut bed = Bed::new(plan);
    bed.on().step_done().on();
    assert_eq!(bed.asked, [RunEffect::Judge]);
    bed.tell(RunEvent::CancelAsked);
    assert_eq!(bed.outcome().verdict, Verdict::Unverified);
    assert_eq!(bed.outcome().done, [0]);
    bed.closed();
}

#[test]
fn waiting_for_a_person_or_for_time_can_be_stopped() {
    let text = Text::default();
    for kind in [StepKind::Ask { text }, StepKind::Wait { seconds: 60 }] {
        let mut bed = Bed::new(plan(vec![step(kind), restart()]));
        bed.on().tell(RunEvent::CancelAsked);
        let end = StepEnd::Cancelled { done: None };
        let entry = Entry::StepEnded { step: 0, end };
        assert_eq!(bed.asked, [RunEffect::Record(entry)]);
        bed.on();
        assert_eq!(bed.outcome().why, Some(Why::Cancelled));
        assert_eq!(bed.sent, [0; 0]);
    }
}
