//! Flows: begun for an alert, step by step, with clocks; left and followed on by another.

use std::time::Duration;

use quarterdeck::domain::text::Lang;

use super::{Face, Flow, actions::acting, each_face, incidents::Ledger, snapshot};

/// The flow of the export backlog, begun for its alert.
fn begun(face: Face) -> (Flow, Ledger) {
    let mut flow = acting(face);
    let mut ledger = Ledger::of("li");
    flow.keys("/ 'ExportBacklog' enter g g F enter");
    ledger.tell(&mut flow);
    (flow, ledger)
}

const fn face() -> Face {
    Face {
        lang: Lang::En,
        size: (160, 48),
    }
}

#[test]
fn the_flow_of_the_selected_alert_comes_first() {
    each_face(|face| {
        let mut flow = acting(face);
        flow.keys("/ 'ExportBacklog' enter g g F");
        snapshot("flow-picker", face, &flow);
        flow.keys("esc A");
        snapshot("flow-palette", face, &flow);
    });
}

#[test]
fn a_flow_shows_its_clocks_and_what_each_step_reads() {
    each_face(|face| {
        let (mut flow, mut ledger) = begun(face);
        flow.wait(Duration::from_secs(130));
        snapshot("flow-begun", face, &flow);
        flow.keys("enter j s 'nobody asked for it' enter");
        ledger.tell(&mut flow);
        snapshot("flow-looked", face, &flow);
    });
}

#[test]
fn a_step_that_is_an_action_opens_its_form_filled_in() {
    let (mut flow, mut ledger) = begun(face());
    flow.keys("enter");
    ledger.tell(&mut flow);
    flow.keys("j j enter");
    let screen = flow.screen();
    assert!(screen.contains("48"), "{screen}");
    assert!(
        flow.effects.iter().all(|it| !format!("{it:?}").contains("Launch")),
        "the flow itself runs nothing"
    );
}

#[test]
fn what_comes_later_waits_and_what_fails_is_left_out_with_a_reason() {
    let (mut flow, mut ledger) = begun(face());
    flow.keys("G enter");
    assert!(flow.screen().contains("another stage comes first"), "{}", flow.screen());
    flow.keys("g g enter");
    ledger.tell(&mut flow);
    flow.keys("g g enter");
    assert!(flow.screen().contains("it is settled"), "{}", flow.screen());
}

#[test]
fn it_is_left_and_followed_on_by_another() {
    let (mut flow, mut ledger) = begun(face());
    flow.keys("p 'my shift ends' enter");
    ledger.tell(&mut flow);
    assert!(flow.screen().contains("left: my shift ends"), "{}", flow.screen());
    ledger.hand_to("wang");
    flow.keys("p");
    ledger.tell(&mut flow);
    assert!(flow.screen().contains("followed by wang"), "{}", flow.screen());
    flow.keys("X 'the alert is gone' enter");
    ledger.tell(&mut flow);
    assert_eq!(flow.model.logbook.flows.open().count(), 0);
}
