use std::collections::BTreeMap;

use super::bed::{Bed, plan, restart, scale, step};
use crate::{
    actions::run::{RunEffect, RunEvent},
    domain::{
        action::{
            record::{Entry, Why},
            refusal::Refusal,
            step::{Hole, Parse, Piece, Save, StepKind, Template},
            tier::Tier,
            value::Value,
            verdict::{StepEnd, Verdict},
        },
        text::Text,
    },
};

#[test]
fn a_run_goes_its_way() {
    let mut bed = Bed::new(plan(vec![scale(36), restart()]));
    let mut way = Vec::new();
    while !bed.machine.is_over() {
        let [effect] = bed.asked.clone().try_into().unwrap();
        let (name, event) = match effect {
            RunEffect::Take => ("take", RunEvent::Taken(Ok(()))),
            RunEffect::Lock => ("lock", RunEvent::Locked(Ok(()))),
            RunEffect::ReadFacts { .. } => ("facts", RunEvent::Facts(Ok(bed.world.clone()))),
            RunEffect::CheckLock => ("check", RunEvent::LockChecked(Ok(()))),
            RunEffect::Record(entry) => {
                let name = match entry {
                    Entry::StepStarted { .. } => "started",
                    Entry::StepEnded { .. } => "ended",
                    Entry::Verifying => "verifying",
                    Entry::Outcome(outcome) => {
                        assert_eq!(outcome.verdict, Verdict::Done);
                        assert_eq!(outcome.done, [0, 1]);
                        "outcome"
                    }
                    other => panic!("{other:?}"),
                };
                (name, RunEvent::Recorded(Ok(())))
            }
            RunEffect::Do { .. } => ("do", RunEvent::Ended(super::bed::done())),
            other => panic!("{other:?}"),
        };
        way.push(name);
        bed.tell(event);
    }
    assert_eq!(
        way.join(" "),
        "take lock facts check started do ended facts check started do ended verifying outcome"
    );
    assert_eq!(bed.sent, [0, 1]);
}

#[test]
fn a_run_that_another_took_is_left_alone() {
    let mut bed = Bed::new(plan(vec![scale(36)]));
    bed.tell(RunEvent::Taken(Err("pid 7".to_owned())));
    assert_eq!(bed.asked, [RunEffect::Leave]);
    assert!(bed.machine.is_over());
    bed.tell(RunEvent::Locked(Ok(())));
    assert_eq!(bed.asked, []);
}

#[test]
fn a_lock_that_another_has_ends_it_before_anything_is_read() {
    let mut bed = Bed::new(plan(vec![scale(36)]));
    let refusal = Refusal::Busy {
        who: "wang".to_owned(),
        run: Some("r-0".to_owned()),
        since: None,
    };
    bed.tell(RunEvent::Taken(Ok(())));
    bed.tell(RunEvent::Locked(Err(refusal.clone())));
    assert_eq!(bed.outcome().verdict, Verdict::Aborted);
    assert_eq!(bed.outcome().why, Some(Why::Refused { refusal }));
    assert_eq!(bed.outcome().done, [0; 0]);
    bed.closed();
}

#[test]
fn a_step_that_fails_or_whose_end_is_unknown_is_the_last() {
    let why = || "reply lost".to_owned();
    for (end, verdict) in [
        (StepEnd::Failed { why: why() }, Verdict::Failed),
        (StepEnd::Unknown { why: why() }, Verdict::Unknown),
    ] {
        let mut bed = Bed::new(plan(vec![scale(36), scale(48), restart()]));
        bed.on().step_done();
        bed.on().tell(RunEvent::Ended(end));
        bed.tell(RunEvent::Recorded(Ok(())));
        assert_eq!(bed.outcome().verdict, verdict);
        let (step, why) = (1, why());
        assert_eq!(bed.outcome().why, Some(Why::Step { step, why }));
        assert_eq!(bed.outcome().done, [0]);
        assert_eq!(bed.sent, [0, 1]);
        bed.closed();
    }
}

// row: D2
#[test]
fn what_only_looks_goes_on_past_what_fails_and_says_what_did() {
    let mut plan = plan(vec![scale(36), scale(48), restart()]);
    plan.tier = Tier::T0;
    for failing in [vec![1], vec![0, 2]] {
        let mut bed = Bed::new(plan.clone());
        for step in 0..3 {
            bed.on();
            if failing.contains(&step) {
                let why = format!("{step} is not there");
                bed.tell(RunEvent::Ended(StepEnd::Failed { why }));
                bed.tell(RunEvent::Recorded(Ok(())));
            } else {
                bed.step_done();
            }
        }
        bed.on();
        assert_eq!(bed.sent, [0, 1, 2]);
        assert_eq!(bed.outcome().verdict, Verdict::Failed);
        let why = match failing.as_slice() {
            [step] => Why::Step {
                step: *step,
                why: format!("{step} is not there"),
            },
            steps => Why::Steps {
                steps: steps.to_vec(),
            },
        };
        assert_eq!(bed.outcome().why, Some(why));
    }
}

#[test]
fn a_late_or_second_reply_changes_nothing() {
    let mut bed = Bed::new(plan(vec![scale(36), restart()]));
    bed.on();
    assert_eq!(bed.sent, [0]);
    bed.step_done();
    let recording = bed.asked.clone();
    bed.step_done();
    assert_eq!(bed.asked, []);
    bed.asked = recording;
    bed.on().tell(RunEvent::Locked(Ok(())));
    assert_eq!(bed.asked, []);
    bed.tell(RunEvent::Recorded(Ok(())));
    assert_eq!(bed.asked, []);
    assert_eq!(bed.sent, [0, 1]);
}

#[test]
fn a_person_does_a_step_and_time_does_another() {
    let text = Text::default();
    let ask = step(StepKind::Ask { text });
    let wait = step(StepKind::Wait { seconds: 30 });
    let mut bed = Bed::new(plan(vec![ask, wait]));
    bed.on();
    assert_eq!((bed.asked.len(), bed.machine.doing()), (0, Some(0)));
    let evidence = |step, text: &str| RunEvent::Evidence {
        step,
        text: text.to_owned(),
    };
    for nothing in [evidence(1, "done"), evidence(0, "  "), RunEvent::Tick] {
        bed.later(1_000).tell(nothing);
        assert_eq!(bed.asked, []);
    }
    bed.tell(evidence(0, "ticket 12")).on();
    assert_eq!((bed.asked.len(), bed.machine.doing()), (0, Some(1)));
    bed.later(29).tell(RunEvent::Tick);
    assert_eq!(bed.asked, []);
    bed.later(1).tell(RunEvent::Tick).on();
    assert_eq!(bed.outcome().verdict, Verdict::Done);
    assert_eq!(bed.sent, [0; 0]);
}

#[test]
fn evidence_is_awaited_as_long_as_the_step_says() {
    let text = Text::default();
    let mut ask = step(StepKind::Ask { text });
    ask.limit = Some(60);
    let mut bed = Bed::new(plan(vec![ask]));
    bed.on().later(60).tell(RunEvent::Tick).on();
    assert_eq!(bed.outcome().verdict, Verdict::Failed);
}

// row: G3
#[test]
fn what_a_step_saved_fills_the_next_and_stays_one_argument() {
    let mut first = step(StepKind::Redis {
        connection: "cache".to_owned(),
        argv: vec![Template::plain("GET")],
    });
    first.save = Some(Save {
        name: "got".to_owned(),
        parse: Parse::Lines,
    });
    let hole = |hole| Template {
        pieces: vec![Piece::Text("k:".to_owned()), Piece::Hole(hole)],
    };
    let second = step(StepKind::Redis {
        connection: "cache".to_owned(),
        argv: vec![
            hole(Hole::Saved {
                step: "got".to_owned(),
                field: "key".to_owned(),
            }),
            hole(Hole::Preview),
            hole(Hole::Run),
        ],
    });
    let mut plan = plan(vec![first, second]);
    plan.items = vec!["$run".to_owned(), "b c".to_owned()];
    let mut bed = Bed::new(plan);
    let saved = BTreeMap::from([("key".to_owned(), Value::text("$run; rm -rf /"))]);
    let said = Vec::new();
    bed.on()
        .tell(RunEvent::Ended(StepEnd::Done { said, saved }));
    bed.on();
    let [RunEffect::Do { planned, .. }] = bed.asked.as_slice() else {
        panic!("{:?}", bed.asked);
    };
    let StepKind::Redis { argv, .. } = &planned.kind else {
        panic!("{planned:?}");
    };
    let argv: Vec<String> = argv.iter().map(|it| it.whole().unwrap()).collect();
    assert_eq!(argv, ["k:$run; rm -rf /", "k:$run", "k:b c", "k:r-1"]);
}

#[test]
fn a_hole_that_nothing_fills_fails_the_step_before_it_is_sent() {
    let step = step(StepKind::Redis {
        connection: "cache".to_owned(),
        argv: vec![Template {
            pieces: vec![Piece::Hole(Hole::Saved {
                step: "none".to_owned(),
                field: "key".to_owned(),
            })],
        }],
    });
    let mut bed = Bed::new(plan(vec![step]));
    bed.on();
    assert_eq!(bed.sent, [0; 0]);
    assert_eq!(bed.outcome().verdict, Verdict::Failed);
}
