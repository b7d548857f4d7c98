//! What a run writes while it goes on, and the lines of it that one looks for.

use quarterdeck::{
    app::{acting::Acted, event::Event},
    domain::action::{
        record::{Run, RunState},
        tier::Tier,
        value::Values,
        verdict::{Output, StepEnd, Stream, Verdict},
    },
};

use super::{ended, launched, looks, now, presses, rechecks, scaling, snapshot, tell};
use crate::flows::{Flow, each_face, harness::Face};

/// A run that follows a log: it only reads.
fn following(face: Face) -> (Flow, Run) {
    let mut flow = scaling(face);
    looks(&mut flow);
    presses(&mut flow, "'export-worker' enter");
    rechecks(&mut flow, 6, None);
    let mut run = launched(&mut flow, "0198-a");
    run.intent.plan.tier = Tier::T0;
    run.state = RunState::Running { step: 0 };
    run.steps[0].started_at = Some(now());
    (flow, run)
}

/// So many lines, of which each tenth tells of an error.
fn writes(run: &mut Run, lines: std::ops::Range<u32>) {
    for line in lines {
        let text = match line % 10 {
            3 => format!("ERROR render failed: buffer full ({line})\n"),
            7 => format!("WARNING no error yet ({line})\n"),
            _ => format!("INFO exported {line}\n"),
        };
        run.steps[0].output.push(Output {
            step: 0,
            of: None,
            stream: Stream::Out,
            text,
        });
    }
}

fn count(flow: &Flow, text: &str) -> usize {
    flow.screen().matches(text).count()
}

// row: B16
#[test]
fn a_followed_log_is_filtered_while_it_comes() {
    each_face(|face| {
        let (mut flow, mut run) = following(face);
        tell(&mut flow, &run);
        presses(&mut flow, "/");
        assert!(flow.model.view.typing.is_none(), "it wrote nothing yet");
        writes(&mut run, 0..40);
        tell(&mut flow, &run);
        assert_eq!(count(&flow, "ERROR render"), 1, "of the last twelve");
        presses(&mut flow, "/ 'ERROR'");
        assert_eq!(count(&flow, "ERROR render"), 4, "while it is typed");
        presses(&mut flow, "enter");
        writes(&mut run, 40..60);
        tell(&mut flow, &run);
        assert_eq!(count(&flow, "ERROR render"), 6, "{}", flow.screen());
        assert_eq!(count(&flow, "INFO") + count(&flow, "WARNING"), 0);
        snapshot("run-filtered", face, &flow);
        presses(&mut flow, "esc");
        assert!(!flow.model.view.overlays.is_empty(), "the filter first");
        assert!(count(&flow, "INFO") > 0, "{}", flow.screen());
        presses(&mut flow, "esc");
        assert!(flow.model.view.overlays.is_empty());
    });
}

// row: B16
#[test]
fn letters_of_both_cases_match_and_what_was_typed_is_given_up() {
    each_face(|face| {
        let (mut flow, mut run) = following(face);
        writes(&mut run, 0..20);
        tell(&mut flow, &run);
        presses(&mut flow, "/ 'error'");
        assert_eq!(count(&flow, "ERROR render"), 2);
        assert_eq!(count(&flow, "no error yet"), 2);
        presses(&mut flow, "'!'");
        assert!(flow.screen().contains("/error!"), "{}", flow.screen());
        presses(&mut flow, "esc");
        assert!(count(&flow, "INFO") > 0, "there was no filter before");
        presses(&mut flow, "/ '/('");
        let typing = flow.model.view.typing.as_ref().unwrap();
        assert!(typing.error.is_some(), "it is no expression");
    });
}

// row: B16
#[test]
fn what_only_reads_shows_a_hundred_lines_once_it_is_over() {
    each_face(|face| {
        let (mut flow, mut run) = following(face);
        writes(&mut run, 0..150);
        run.steps[0].ended_at = Some(now());
        run.steps[0].end = Some(StepEnd::Done {
            said: Vec::new(),
            saved: Values::new(),
        });
        let run = ended(&run, Verdict::Done);
        tell(&mut flow, &run);
        flow.event(Event::Acted(Acted::Run(std::sync::Arc::new(run))));
        assert!(flow.screen().contains("INFO exported 50"));
        assert!(!flow.screen().contains("INFO exported 49"));
        presses(&mut flow, "G");
        flow.draw_and_tell();
        assert!(!flow.screen().contains("INFO exported 50"), "it scrolls");
    });
}
