//! The form of a silence: what its matchers would hide stands below them, as they are typed.

use super::{Face, Flow, actions::acting, each_face, snapshot};

/// The form, opened on the first alert.
fn form(face: Face) -> Flow {
    let mut flow = acting(face);
    flow.keys("1 g g : 'generic silence' enter");
    flow
}

#[test]
fn what_a_silence_would_hide_is_told_while_it_is_typed() {
    each_face(|face| {
        let mut flow = form(face);
        snapshot("silence-form", face, &flow);
        flow.keys("ctrl-u 'severity=~\"error|warning|critical\"'");
        snapshot("silence-form-wide", face, &flow);
        flow.keys("ctrl-u 'alertname=\"NoSuchAlert\"'");
        snapshot("silence-form-nothing", face, &flow);
        flow.keys("ctrl-u 'alertname' tab");
        snapshot("silence-form-wrong", face, &flow);
        flow.keys("backtab ctrl-u 'alertname=\"CostBurn\"' enter enter enter");
        snapshot("silence-form-no-reason", face, &flow);
    });
}
