//! The prompt of a T1 and a T2: what it asks, what voids it, what it does not mind.

use std::time::Duration;

use quarterdeck::{
    app::{
        acting::{Act, Acted},
        command::Command,
        effect::Effect,
        event::{Event, Reload},
        overlay::Overlay,
    },
    domain::action::{refusal::Refusal, verdict::Verdict},
};

use super::{
    each_face, launch_asked, launched, looks, preflight_asked, preflights, presses, rechecks,
    refused, scaling, snapshot, who,
};
use crate::flows::{Flow, harness::Face};

fn prompt_is_open(flow: &Flow) -> bool {
    matches!(flow.model.view.overlays.last(), Some(Overlay::Prompt(_)))
}

#[test]
fn a_t2_is_typed_read_again_recorded_and_shown() {
    each_face(|face| {
        let mut flow = scaling(face);
        looks(&mut flow);
        snapshot("prompt-t2", face, &flow);
        presses(&mut flow, "'export-wor'");
        snapshot("prompt-t2-typed", face, &flow);
        presses(&mut flow, "enter");
        assert!(prompt_is_open(&flow), "an unfinished name is no answer");
        snapshot("prompt-half", face, &flow);
        presses(&mut flow, "'ker' enter");
        snapshot("prompt-rechecking", face, &flow);
        rechecks(&mut flow, 6, None);
        let (_, intent) = launch_asked(&flow);
        assert_eq!(intent.plan.target, super::export_worker());
        assert_eq!(intent.digest, intent.plan.digest());
        snapshot("prompt-recording", face, &flow);
        launched(&mut flow, "0198-a");
        snapshot("run-started", face, &flow);
    });
}

#[test]
fn runs_of_another_cluster_are_neither_lately_nor_in_the_way() {
    each_face(|face| {
        let mut flow = scaling(face);
        looks(&mut flow);
        presses(&mut flow, "'export-worker' enter");
        rechecks(&mut flow, 6, None);
        let (_, intent) = launch_asked(&flow);
        let mut flow = scaling(face);
        looks(&mut flow);
        let mut there = intent.clone();
        there.plan.desk.cluster = Some("another".to_owned());
        let lately = |flow: &Flow| flow.screen().matches("li, 11-21").count();
        super::tell(
            &mut flow,
            &super::ended(&super::run("0198-x", there.clone()), Verdict::Verified),
        );
        super::tell(&mut flow, &super::run("0198-y", there));
        assert_eq!(lately(&flow), 0, "{}", flow.screen());
        super::tell(
            &mut flow,
            &super::ended(&super::run("0198-a", intent.clone()), Verdict::NotHelped),
        );
        assert_eq!(lately(&flow), 1, "{}", flow.screen());
        let mut going = super::run("0198-b", intent);
        going.actor.principal = Some("wang".to_owned());
        super::tell(&mut flow, &going);
        snapshot("prompt-in-the-way", face, &flow);
        assert!(flow.screen().contains("wang"), "{}", flow.screen());
    });
}

#[test]
fn a_paste_is_refused_and_says_so() {
    each_face(|face| {
        let mut flow = scaling(face);
        looks(&mut flow);
        flow.event(Event::Pasted("export-worker".to_owned()));
        snapshot("prompt-pasted", face, &flow);
        flow.event(Event::Command(Command::TextAccept));
        flow.wait(Duration::from_millis(300));
        // A terminal that does not mark pastes sends them as keys.
        flow.keys("'export-worker' enter");
        assert!(prompt_is_open(&flow));
        let asked = |effect: &Effect| matches!(effect, Effect::Act(Act::Launch { .. }));
        assert!(!flow.effects.iter().any(asked));
    });
}

#[test]
fn a_fact_that_drifts_voids_what_was_typed_and_is_named() {
    each_face(|face| {
        let mut flow = scaling(face);
        looks(&mut flow);
        presses(&mut flow, "'export'");
        flow.wait(Duration::from_secs(3));
        rechecks(&mut flow, 12, Some("hpa"));
        snapshot("prompt-drifting", face, &flow);
        preflights(&mut flow, 12);
        flow.wait(Duration::from_secs(3));
        snapshot("prompt-drifted", face, &flow);
    });
}

#[test]
fn an_observation_that_moves_wipes_nothing() {
    each_face(|face| {
        let mut flow = scaling(face);
        looks(&mut flow);
        presses(&mut flow, "'export'");
        let rows = crate::flows::watch::trouble(super::now());
        flow.observe(rows);
        flow.wait(Duration::from_secs(3));
        rechecks(&mut flow, 6, None);
        snapshot("prompt-moved", face, &flow);
        presses(&mut flow, "'-worker' enter");
        rechecks(&mut flow, 6, None);
        let _ = launch_asked(&flow);
    });
}

#[test]
fn nobody_answers_is_no_and_it_says_so() {
    each_face(|face| {
        let mut flow = scaling(face);
        looks(&mut flow);
        presses(&mut flow, "'export-worker'");
        flow.wait(Duration::from_secs(120));
        assert_eq!(refused(&flow), [Refusal::TimedOut]);
        snapshot("prompt-expired", face, &flow);
        presses(&mut flow, "enter");
        assert!(!prompt_is_open(&flow));
    });
}

#[test]
fn an_answer_after_no_finds_nobody() {
    each_face(|face| {
        let mut flow = scaling(face);
        looks(&mut flow);
        presses(&mut flow, "'export-worker' enter");
        let (request, facts) = super::recheck_asked(&flow);
        presses(&mut flow, "esc");
        assert!(!prompt_is_open(&flow));
        assert!(flow.effects.contains(&Effect::Act(Act::Forget(request))));
        assert_eq!(refused(&flow), [Refusal::Declined]);
        let count = flow.effects.len();
        let answer = Ok(facts);
        flow.event(Event::Acted(Acted::Rechecked { request, answer }));
        assert_eq!(flow.effects.len(), count, "{:?}", flow.effects.last());
    });
}

#[test]
fn another_user_voids_it() {
    each_face(|face| {
        let mut flow = scaling(face);
        looks(&mut flow);
        presses(&mut flow, "'export'");
        flow.observe(vec![who("wang")]);
        assert!(matches!(refused(&flow)[..], [Refusal::Identity { .. }]));
        snapshot("prompt-other-user", face, &flow);
    });
}

#[test]
fn what_may_not_be_changed_any_more_and_another_pack_void_it() {
    each_face(|face| {
        let mut flow = scaling(face);
        looks(&mut flow);
        flow.event(Event::Reloaded(Box::new(Reload::ReadOnly(true))));
        assert_eq!(refused(&flow), [Refusal::ReadOnly]);
        let mut flow = scaling(face);
        let pack = flow.model.pack.clone();
        flow.event(Event::Reloaded(Box::new(Reload::Pack(pack))));
        assert_eq!(refused(&flow), [Refusal::PackChanged]);
        let mut flow = scaling(face);
        flow.event(Event::Leaving);
        assert!(matches!(refused(&flow)[..], [Refusal::Identity { .. }]));
    });
}

#[test]
fn a_refused_preflight_says_why() {
    each_face(|face| {
        let mut flow = super::acting(face);
        presses(&mut flow, ": 'scale export' enter '24' enter");
        let (request, _) = preflight_asked(&flow);
        snapshot("prompt-preflighting", face, &flow);
        let refusal = Refusal::DryRun {
            why: "exceeded quota: compute, requested: limits.memory=512Mi".to_owned(),
        };
        let answer = Box::new(Err(refusal.clone()));
        flow.event(Event::Acted(Acted::Preflighted { request, answer }));
        assert_eq!(refused(&flow), [refusal]);
        snapshot("prompt-refused", face, &flow);
    });
}

#[test]
fn a_t1_stands_on_no() {
    each_face(|face| {
        let mut flow = super::acting(face);
        flow.keys("4");
        presses(&mut flow, "A 'restart' enter");
        preflights(&mut flow, 6);
        looks(&mut flow);
        snapshot("prompt-t1", face, &flow);
        presses(&mut flow, "right");
        snapshot("prompt-t1-run", face, &flow);
        presses(&mut flow, "enter");
        rechecks(&mut flow, 6, None);
        let _ = launch_asked(&flow);
        let mut flow = super::acting(face);
        flow.keys("4");
        presses(&mut flow, "A 'restart' enter");
        preflights(&mut flow, 6);
        looks(&mut flow);
        presses(&mut flow, "enter");
        assert_eq!(refused(&flow), [Refusal::Declined]);
    });
}

#[test]
fn a_narrow_terminal_shows_nothing_but_the_prompt() {
    for lang in quarterdeck::domain::text::Lang::ALL {
        let face = Face {
            lang,
            size: (60, 16),
        };
        let mut flow = scaling(face);
        looks(&mut flow);
        presses(&mut flow, "'exp' pagedown");
        snapshot("prompt-narrow", face, &flow);
    }
}
