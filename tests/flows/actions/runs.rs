//! One run: attached to, asked to stop, given evidence.

use std::time::Duration;

use quarterdeck::{
    app::{acting::Act, effect::Effect, event::Event, overlay::Overlay},
    domain::{
        action::{
            record::{Entry, RunState},
            step::StepKind,
            value::Values,
            verdict::{Output, StepEnd, Stream, Verdict},
        },
        text::Text,
    },
};

use super::{each_face, ended, launched, looks, now, presses, rechecks, scaling, snapshot, tell};
use crate::flows::{Flow, harness::Face};

fn running(face: Face) -> (Flow, quarterdeck::domain::action::record::Run) {
    let mut flow = scaling(face);
    looks(&mut flow);
    presses(&mut flow, "'export-worker' enter");
    rechecks(&mut flow, 6, None);
    let run = launched(&mut flow, "0198-a");
    (flow, run)
}

fn recorded(flow: &Flow) -> Vec<Entry> {
    let acts = flow.effects.iter();
    acts.filter_map(|effect| match effect {
        Effect::Act(Act::Record {
            run: Some(_),
            entry,
        }) => Some((**entry).clone()),
        _ => None,
    })
    .collect()
}

#[test]
fn a_run_shows_its_steps_output_and_verdict() {
    each_face(|face| {
        let (mut flow, mut run) = running(face);
        run.steps[0].started_at = Some(now());
        run.steps[0].output = vec![Output {
            step: 0,
            of: None,
            stream: Stream::Out,
            text: "scaled\nwaiting for the controller\n".to_owned(),
        }];
        tell(&mut flow, &run);
        snapshot("run-running", face, &flow);
        run.state = RunState::Verifying;
        run.steps[0].ended_at = Some(now());
        run.steps[0].end = Some(StepEnd::Done {
            said: Vec::new(),
            saved: Values::new(),
        });
        tell(&mut flow, &run);
        snapshot("run-verifying", face, &flow);
        let run = ended(&run, Verdict::NotHelped);
        tell(&mut flow, &run);
        snapshot("run-not-helped", face, &flow);
        presses(&mut flow, "esc");
        assert!(flow.model.view.overlays.is_empty());
    });
}

#[test]
fn a_run_that_goes_on_stands_among_what_is_due() {
    each_face(|face| {
        let (mut flow, _) = running(face);
        presses(&mut flow, "esc");
        snapshot("run-due", face, &flow);
    });
}

#[test]
fn stopping_is_asked_and_stands_on_no() {
    each_face(|face| {
        let (mut flow, _) = running(face);
        presses(&mut flow, "X");
        presses(&mut flow, "right enter");
        assert!(recorded(&flow).is_empty(), "it was not drawn yet");
        looks(&mut flow);
        snapshot("run-stop", face, &flow);
        presses(&mut flow, "enter");
        assert!(recorded(&flow).is_empty(), "it stands on no");
        presses(&mut flow, "X");
        looks(&mut flow);
        presses(&mut flow, "right enter");
        assert_eq!(recorded(&flow), [Entry::CancelAsked]);
    });
}

#[test]
fn a_step_for_a_person_takes_evidence() {
    each_face(|face| {
        let (mut flow, mut run) = running(face);
        run.intent.plan.steps[0].kind = StepKind::Ask {
            text: Text::from("call the provider and ask for a higher quota"),
        };
        tell(&mut flow, &run);
        snapshot("run-asks", face, &flow);
        presses(&mut flow, "i enter");
        assert!(recorded(&flow).is_empty(), "nothing is no evidence");
        presses(&mut flow, "'ticket 4711' enter");
        assert_eq!(
            recorded(&flow),
            [Entry::Evidence {
                step: 0,
                text: "ticket 4711".to_owned()
            }]
        );
    });
}

#[test]
fn an_unknown_end_is_acknowledged_by_a_person() {
    each_face(|face| {
        let (mut flow, run) = running(face);
        let mut run = ended(&run, Verdict::Unknown);
        tell(&mut flow, &run);
        snapshot("run-unknown", face, &flow);
        presses(&mut flow, "K 'looked: 24 run' enter");
        let note = Some("looked: 24 run".to_owned());
        assert_eq!(recorded(&flow), [Entry::Acknowledged { note }]);
        presses(&mut flow, "esc : 'scale export'");
        snapshot("palette-unsettled", face, &flow);
        flow.keys("esc");
        run.acknowledged = true;
        tell(&mut flow, &run);
        presses(&mut flow, ": 'scale export' enter");
        assert!(matches!(
            flow.model.view.overlays.last(),
            Some(Overlay::Form(_))
        ));
    });
}

#[test]
fn what_could_not_be_recorded_is_said() {
    each_face(|face| {
        let (mut flow, _) = running(face);
        flow.wait(Duration::from_secs(1));
        let why = "disk full".to_owned();
        let refusal = quarterdeck::domain::action::refusal::Refusal::NoLedger { why };
        flow.event(Event::Acted(quarterdeck::app::acting::Acted::NotRecorded(
            refusal,
        )));
        snapshot("run-not-recorded", face, &flow);
    });
}
