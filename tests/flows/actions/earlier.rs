//! What conditions are told of earlier runs: what was done counts however it ended, and only what ended well is verified.

use std::sync::Arc;

use jiff::SignedDuration;
use quarterdeck::{
    actions::{offer::offer, world::Watched as _},
    app::{acting::Acted, acts::RUNS_KEPT, event::Event, watching::with_world},
    domain::{
        action::{
            record::{Run, RunState},
            refusal::Refusal,
            step::{Planned, StepKind, Template},
            verdict::{StepEnd, Verdict},
        },
        id::ActionId,
        text::Lang,
    },
};

use super::{acting, ended, launch_asked, looks, now, presses, rechecks, run, scaling, tell};
use crate::flows::{Face, Flow};

const HALF_AN_HOUR: f64 = 1_800.0;
const FACE: Face = Face {
    lang: Lang::En,
    size: (80, 24),
};

/// A run of scaling the export workers, and the desk it was launched from.
fn scaled() -> (Flow, Run) {
    let mut flow = scaling(FACE);
    looks(&mut flow);
    presses(&mut flow, "'export-worker' enter");
    rechecks(&mut flow, 6, None);
    let (_, intent) = launch_asked(&flow);
    (flow, run("r-1", intent))
}

fn told(flow: &Flow, run: &Run) -> (Option<bool>, Option<bool>) {
    let action: &ActionId = &run.intent.plan.action;
    let model = &flow.model;
    (
        model.done(action, HALF_AN_HOUR),
        model.verified(action, HALF_AN_HOUR),
    )
}

// row: D10, D14
#[test]
fn what_was_done_counts_however_it_ended() {
    for verdict in Verdict::ALL {
        let (mut flow, run) = scaled();
        assert_eq!(told(&flow, &run), (Some(false), Some(false)));
        tell(&mut flow, &ended(&run, verdict));
        let well = matches!(verdict, Verdict::Verified | Verdict::Done);
        assert_eq!(told(&flow, &run), (Some(true), Some(well)), "{verdict:?}");
    }
}

#[test]
fn what_goes_on_counts_as_done_and_what_was_refused_does_not() {
    let (mut flow, run) = scaled();
    tell(&mut flow, &run);
    assert_eq!(told(&flow, &run), (Some(true), Some(false)));
    let mut refused = ended(&run, Verdict::Failed);
    refused.steps[0].end = Some(StepEnd::Failed {
        why: "quota".to_owned(),
    });
    tell(&mut flow, &refused);
    assert_eq!(told(&flow, &run), (Some(false), Some(false)));
    // A program that failed may have come half way.
    let kind = StepKind::Command {
        place: None,
        argv: vec![Template::plain("/srv/rollback")],
        stdin: None,
        stdout: None,
        secrets: Vec::new(),
        bounded: false,
        follow: None,
    };
    refused.intent.plan.steps[0] = Planned {
        kind,
        limit: None,
        save: None,
        again: None,
        batch: None,
    };
    tell(&mut flow, &refused);
    assert_eq!(told(&flow, &run), (Some(true), Some(false)));
}

// row: D10, D14
#[test]
fn what_was_long_ago_or_elsewhere_does_not_count() {
    let (mut flow, run) = scaled();
    let mut before = ended(&run, Verdict::Verified);
    let ago = |seconds: i64| now() - SignedDuration::from_secs(seconds);
    before.asked_at = ago(2_000);
    before.ended_at = Some(ago(1_810));
    before.steps[0].ended_at = Some(ago(1_900));
    tell(&mut flow, &before);
    assert_eq!(told(&flow, &run), (Some(false), Some(false)));
    let mut elsewhere = ended(&run, Verdict::Verified);
    elsewhere.intent.plan.desk.cluster = Some("another".to_owned());
    tell(&mut flow, &elsewhere);
    assert_eq!(told(&flow, &run), (Some(false), Some(false)));
}

#[test]
fn what_was_taken_back_is_done_and_not_verified() {
    let (mut flow, run) = scaled();
    let well = ended(&run, Verdict::Verified);
    tell(&mut flow, &well);
    let mut undo = ended(&run, Verdict::Unverified);
    undo.id = "r-2".into();
    undo.intent.undo_of = Some(well.id.clone());
    tell(&mut flow, &undo);
    assert_eq!(told(&flow, &run), (Some(true), Some(false)));
}

#[test]
fn what_the_ledger_cannot_tell_is_unknown() {
    let (mut flow, run) = scaled();
    let mut other = ended(&run, Verdict::Verified);
    other.intent.plan.action = "generic/other".into();
    let runs = (0..RUNS_KEPT).map(|place| {
        let mut run = other.clone();
        run.id = format!("o-{place}").into();
        Arc::new(run)
    });
    flow.event(Event::Acted(Acted::Runs(runs.collect())));
    assert_eq!(told(&flow, &run), (None, None), "more may have been done");
    let mut flow = scaled().0;
    flow.event(Event::Acted(Acted::Ledger(Err("disk full".to_owned()))));
    assert_eq!(told(&flow, &run), (None, None));
}

#[test]
fn a_run_on_the_same_name_in_another_cluster_is_in_nobodys_way() {
    let available = |run: &Run| {
        let mut flow = acting(FACE);
        tell(&mut flow, run);
        let catalogue = flow.model.acts.catalogue.clone();
        let item = catalogue.item(run.intent.plan.action.as_str()).unwrap();
        with_world(&flow.model, |world| {
            offer(&catalogue, item, world, None).available
        })
    };
    let (_, run) = scaled();
    assert!(matches!(run.state, RunState::Running { .. }));
    assert!(matches!(available(&run), Err(Refusal::Busy { .. })));
    let mut elsewhere = run.clone();
    elsewhere.intent.plan.desk.cluster = Some("another".to_owned());
    assert_eq!(available(&elsewhere), Ok(()));
}
