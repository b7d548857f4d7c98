//! Flows that keep from being done what they freeze.

use super::*;

/// What somebody writes down of a flow that freezes `glancy/promote` from its second stage on.
fn rollback(number: usize) -> FlowNoted {
    let of = || "none".into();
    let done = |step: &str| FlowNoted::Step {
        of: of(),
        step: step.to_owned(),
        settled: Settled::Done {
            evidence: Some("seen".to_owned()),
            ended_at: None,
            run: None,
            held: None,
        },
    };
    match number {
        0 => FlowNoted::Started {
            flow: "rollback".to_owned(),
            alert: None,
            incident: None,
        },
        1 => done("judge/status"),
        _ => done("judge/who"),
    }
}

impl Bed {
    /// Writes it down at the desk of the runner, of the flow that was begun first.
    fn notes(&self, noted: FlowNoted) -> crate::domain::id::LineId {
        let desk = crate::ui::fixture::quiet(Lang::En);
        let entry = Entry::Log(LogEntry {
            desk: log_desk(&desk.pack, &desk.desk),
            noted: Noted::Flow(noted),
            after: None,
        });
        let actor = crate::ledger::testkit::actor("wang");
        let line = self.world.ledger.append(&actor, None, &entry).unwrap();
        line.log().expect("it is one of the log").id
    }
}

/// The same about another flow.
fn about(flow: &crate::domain::id::LineId, noted: FlowNoted) -> FlowNoted {
    match noted {
        FlowNoted::Step { step, settled, .. } => FlowNoted::Step {
            of: flow.clone(),
            step,
            settled,
        },
        other => other,
    }
}

fn promoting() -> Plan {
    let mut plan = plan(1);
    plan.action = "glancy/promote".into();
    plan
}

#[tokio::test]
async fn a_flow_that_is_begun_after_the_launch_keeps_from_being_done_what_it_freezes() {
    let bed = bed(promoting());
    let run = bed.recorded();
    let flow = bed.notes(rollback(0));
    for step in [1, 2] {
        bed.notes(about(&flow, rollback(step)));
    }
    assert_eq!(bed.world.runner(run.clone()).go().await, Ended::Told);
    let outcome = outcome(&bed.world.run_of(&run.id));
    assert_eq!(outcome.verdict, Verdict::Aborted);
    let Some(Why::Refused {
        refusal: Refusal::Frozen(freeze),
    }) = outcome.why
    else {
        panic!("{:?}", outcome.why);
    };
    assert_eq!(freeze.flow.get(Lang::En), "Roll a release back");
    assert_eq!(freeze.by, "wang");
    assert!(bed.world.sent().is_empty());
    assert!(bed.world.holder.lock().unwrap().is_none(), "not locked");
}

/// What becomes of a flow, by the line that began it.
type Last<'a> = &'a dyn Fn(&crate::domain::id::LineId) -> FlowNoted;

#[tokio::test]
async fn what_no_flow_freezes_yet_or_any_more_is_done() {
    // Judging comes first; then it freezes; lifted or over, it does not.
    let lifted = |of: &crate::domain::id::LineId| FlowNoted::Lifted {
        of: of.clone(),
        why: "payments are down".to_owned(),
    };
    let ended = |of: &crate::domain::id::LineId| FlowNoted::Ended {
        of: of.clone(),
        why: Some("called off".to_owned()),
    };
    let cases: [(usize, Option<Last<'_>>); 3] = [(1, None), (2, Some(&lifted)), (2, Some(&ended))];
    for (steps, last) in cases {
        let bed = bed(promoting());
        let run = bed.recorded();
        let flow = bed.notes(rollback(0));
        for step in 1..=steps {
            bed.notes(about(&flow, rollback(step)));
        }
        if let Some(last) = last {
            bed.notes(last(&flow));
        }
        assert_eq!(bed.world.runner(run.clone()).go().await, Ended::Told);
        assert_eq!(outcome(&bed.world.run_of(&run.id)).verdict, Verdict::Done);
        assert_eq!(bed.world.sent(), [0]);
    }
    // What the flow does itself, and what it does not name, is done in the middle of it.
    for action in ["glancy/rollback", "glancy/scale-export-workers"] {
        let mut plan = plan(1);
        plan.action = action.into();
        let bed = bed(plan);
        let run = bed.recorded();
        let flow = bed.notes(rollback(0));
        for step in [1, 2] {
            bed.notes(about(&flow, rollback(step)));
        }
        assert_eq!(bed.world.runner(run).go().await, Ended::Told);
        assert_eq!(bed.world.sent(), [0], "{action}");
    }
}
