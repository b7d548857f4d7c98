//! One run: attached to, asked to stop, given evidence.

use std::time::Duration;

use jiff::SignedDuration;
use quarterdeck::{
    app::{acting::Act, effect::Effect, event::Event, overlay::Overlay},
    domain::{
        action::{
            record::{Entry, RunState},
            step::StepKind,
            value::Values,
            verdict::{Output, StepEnd, Stream, Verdict},
        },
        freshness::{Reading, SourceId},
        observation::Observation,
        text::Text,
        time::Moment,
    },
    i18n::Lang,
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

/// A run whose steps are all done, a moment ago.
fn verifying(face: Face) -> Flow {
    let (mut flow, mut run) = running(face);
    run.state = RunState::Verifying;
    run.steps[0].started_at = Some(now());
    run.steps[0].ended_at = Some(now());
    run.steps[0].end = Some(StepEnd::Done {
        said: Vec::new(),
        saved: Values::new(),
    });
    tell(&mut flow, &run);
    flow
}

#[test]
fn what_holds_but_not_for_its_time_is_said_to() {
    each_face(|face| {
        let mut flow = verifying(face);
        let says = |flow: &Flow, en: &str, zh: &str| {
            let text = if face.lang == Lang::En { en } else { zh };
            // In a narrow room it goes on in the next row.
            let screen: String = flow.screen().split_whitespace().collect();
            let text: String = text.split_whitespace().collect();
            screen.contains(&text)
        };
        let (en, zh) = ("not for long enough yet", "持续时间尚不足");
        assert!(!says(&flow, en, zh));
        let known = Reading::Known {
            value: 30.0,
            as_of: flow.model.now.wall,
        };
        flow.observe(vec![Observation::Answers(vec![(
            "glancy/exports-out".into(),
            known,
        )])]);
        assert!(says(&flow, en, zh), "{}", flow.screen());
        snapshot("run-not-long-enough", face, &flow);
    });
}

#[test]
fn ages_of_a_run_are_by_the_clock_it_was_written_by() {
    each_face(|face| {
        let mut flow = verifying(face);
        flow.observe(vec![Observation::Skew {
            source: SourceId::Prometheus,
            ahead: SignedDuration::from_mins(30),
        }]);
        let mono = flow.model.now.mono + Duration::from_secs(60);
        let wall = now() + SignedDuration::from_mins(7);
        flow.event(Event::Tick(Moment::new(wall, mono)));
        assert_eq!(flow.model.now.wall, wall + SignedDuration::from_mins(30));
        let mut told = vec!["· 7m · T2"];
        // In a narrow room it stands further down.
        if face.size.0 >= 120 {
            told.push(match face.lang {
                Lang::En => "all steps were done 7m ago",
                Lang::Zh => "步骤全部完成已 7m",
            });
        }
        for text in told {
            assert!(flow.screen().contains(text), "{text}\n{}", flow.screen());
        }
        // Keys alone: time goes on by the clock that was said above.
        flow.keys("esc J");
        let row = flow.screen();
        let row = row.lines().find(|row| row.contains("export-wor"));
        let row = row.expect("the journal has it");
        assert!(row.contains(" 7m") || face.size.0 < 120, "{row}");
        assert!(!row.contains("37m"), "{row}");
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

// row: A19
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
