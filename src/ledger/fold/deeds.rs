//! What the steps of a run say of what it did.

use jiff::Timestamp;

use crate::{
    domain::action::{
        deed::Deed,
        preflight::Preflight,
        record::{Intent, Outcome, Run, RunState, StepLine},
        step::{Planned, StepKind, Template},
        target::Target,
        value::Values,
        verdict::{StepEnd, Verdict},
    },
    ledger::testkit,
};

fn command() -> Planned {
    step(StepKind::Command {
        place: None,
        argv: vec![Template::plain("/bin/true")],
        stdin: None,
        stdout: None,
        secrets: Vec::new(),
        bounded: false,
        follow: None,
    })
}

fn ask() -> Planned {
    step(StepKind::Ask { text: "?".into() })
}

fn wait() -> Planned {
    step(StepKind::Wait { seconds: 1 })
}

fn scale() -> Planned {
    let target = testkit::plan("a", 1).target;
    let replicas = 3;
    step(StepKind::Scale { target, replicas })
}

fn step(kind: StepKind<Target, i64>) -> Planned {
    Planned {
        kind,
        limit: None,
        save: None,
        again: None,
        batch: None,
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// A run that ended at second 100, its steps each ten seconds after the one before.
fn run(verdict: Verdict, steps: Vec<(Planned, Option<StepEnd>)>) -> Run {
    let mut plan = testkit::plan("a", 1);
    plan.steps = steps.iter().map(|(step, _)| step.clone()).collect();
    let lines = steps.into_iter().enumerate().map(|(place, (_, end))| {
        let begun = i64::try_from(place).unwrap() * 10;
        StepLine {
            started_at: Some(at(begun)),
            ended_at: end.as_ref().map(|_| at(begun + 5)),
            end,
            ..StepLine::default()
        }
    });
    Run {
        id: "r".into(),
        actor: testkit::actor("li"),
        intent: Intent {
            digest: plan.digest(),
            plan,
            preflight: Preflight::default(),
            snapshot: Values::new(),
            desk_args: Vec::new(),
            undo_of: None,
        },
        asked_at: at(0),
        state: RunState::Ended(Outcome {
            verdict,
            why: None,
            snapshot: Values::new(),
            done: Vec::new(),
        }),
        ended_at: Some(at(100)),
        owner: None,
        beat_at: None,
        steps: lines.collect(),
        cancel_asked: false,
        acknowledged: false,
    }
}

fn done() -> StepEnd {
    StepEnd::Done {
        said: Vec::new(),
        saved: Values::new(),
    }
}

fn failed() -> StepEnd {
    let why = "exit 1".to_owned();
    StepEnd::Failed { why }
}

#[test]
fn what_was_done_counts_however_the_run_ended() {
    let unknown = Some(StepEnd::Unknown {
        why: "lost".to_owned(),
    });
    let stopped = |done: Option<&str>| {
        let done = done.map(str::to_owned);
        Some(StepEnd::Cancelled { done })
    };
    for (verdict, steps, expected) in [
        (
            Verdict::NotHelped,
            vec![(scale(), Some(done()))],
            Deed::Until(at(5)),
        ),
        (
            Verdict::Unverified,
            vec![(scale(), Some(done()))],
            Deed::Until(at(5)),
        ),
        (
            Verdict::Failed,
            vec![(scale(), Some(done())), (scale(), Some(failed()))],
            Deed::Until(at(5)),
        ),
        (Verdict::Failed, vec![(scale(), Some(failed()))], Deed::None),
        (
            Verdict::Failed,
            vec![(command(), Some(failed()))],
            Deed::Until(at(5)),
        ),
        (
            Verdict::Unknown,
            vec![(scale(), unknown)],
            Deed::Until(at(5)),
        ),
        // Nobody wrote its end: it may have been done until the run was found.
        (
            Verdict::Unknown,
            vec![(scale(), None)],
            Deed::Until(at(100)),
        ),
        (
            Verdict::Aborted,
            vec![(command(), stopped(None))],
            Deed::None,
        ),
        (
            Verdict::Aborted,
            vec![(command(), stopped(Some("half")))],
            Deed::Until(at(5)),
        ),
        (
            Verdict::Aborted,
            vec![(ask(), Some(done())), (command(), stopped(None))],
            Deed::None,
        ),
        (
            Verdict::Verified,
            vec![
                (ask(), Some(done())),
                (command(), Some(done())),
                (ask(), Some(done())),
            ],
            Deed::Until(at(15)),
        ),
        (
            Verdict::Verified,
            vec![(ask(), Some(done())), (wait(), Some(done()))],
            Deed::Until(at(15)),
        ),
    ] {
        let run = run(verdict, steps);
        assert_eq!(run.deed(), expected, "{:#?}", run.steps);
    }
}

#[test]
fn a_run_that_goes_on_may_do_it_at_any_moment() {
    let mut run = run(Verdict::Verified, vec![(scale(), None)]);
    run.state = RunState::Intended;
    assert_eq!(run.deed(), Deed::Going);
    assert!(run.deed().is_since(at(1_000)));
    assert_eq!(run.verified_at(), None);
}

#[test]
fn only_what_ended_well_is_verified() {
    for verdict in Verdict::ALL {
        let run = run(verdict, vec![(scale(), Some(done()))]);
        let expected = matches!(verdict, Verdict::Verified | Verdict::Done).then(|| at(100));
        assert_eq!(run.verified_at(), expected, "{verdict:?}");
    }
}
