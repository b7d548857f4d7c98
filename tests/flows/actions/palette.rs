//! What can be done, and why not; forms.

use quarterdeck::{
    app::{
        acting::{Act, Acted},
        effect::Effect,
        event::Event,
        overlay::{Overlay, PaletteItem, PaletteRow},
    },
    domain::action::{
        access::{Access, Allowed},
        preflight::Preflight,
        refusal::Refusal,
        value::Value,
    },
};

use super::{acting, each_face, preflight_asked, presses, refused, snapshot};
use crate::flows::{Flow, Scene};

fn reviewed(flow: &Flow) -> Vec<Access> {
    let mut acts = flow.effects.iter().rev();
    acts.find_map(|effect| match effect {
        Effect::Act(Act::Review(asked)) => Some(asked.clone()),
        _ => None,
    })
    .unwrap_or_default()
}

/// Where an action stands in the palette.
fn place(flow: &Flow, id: &str) -> usize {
    let Some(Overlay::Palette(palette)) = flow.model.view.overlays.last() else {
        panic!("no palette is open");
    };
    let is_it = |row: &PaletteRow| match &row.item {
        PaletteItem::Action(offered) => offered.id.as_str() == id,
        _ => false,
    };
    palette.rows.iter().position(is_it).expect("it is offered")
}

#[test]
fn what_is_red_comes_first_and_what_cannot_be_done_says_why() {
    each_face(|face| {
        let mut flow = acting(face);
        presses(&mut flow, ":");
        snapshot("palette-acting", face, &flow);
        let mut quiet = Flow::on(Scene::Quiet, face);
        quiet.observe(vec![super::who("li")]);
        quiet.event(Event::Acted(Acted::Ledger(Ok(()))));
        presses(&mut quiet, ": 'scale export'");
        // What can't be done stands below what can.
        for _ in 0..place(&quiet, "glancy/scale-export-workers") {
            quiet.keys("down");
        }
        snapshot("palette-refused", face, &quiet);
        presses(&mut quiet, "enter");
        assert!(matches!(refused(&quiet)[..], [Refusal::Guard { .. }]));
        assert!(matches!(
            quiet.model.view.overlays.last(),
            Some(Overlay::Palette(_))
        ));
    });
}

#[test]
fn what_the_server_denies_is_told_before() {
    each_face(|face| {
        let mut flow = acting(face);
        flow.keys("4");
        presses(&mut flow, "A");
        let asked = reviewed(&flow);
        assert!(!asked.is_empty());
        let denied = asked.into_iter().map(|access| {
            let no = Allowed::No("role viewer".to_owned());
            let allowed = if access.verb == "get" {
                Allowed::Yes
            } else {
                no
            };
            (access, allowed)
        });
        flow.event(Event::Acted(Acted::Reviewed(denied.collect())));
        snapshot("palette-denied", face, &flow);
    });
}

#[test]
fn without_a_ledger_nothing_can_be_done() {
    each_face(|face| {
        let mut flow = acting(face);
        let why = "disk full".to_owned();
        flow.event(Event::Acted(Acted::Ledger(Err(why))));
        presses(&mut flow, ": 'scale export'");
        snapshot("palette-no-ledger", face, &flow);
    });
}

#[test]
fn an_open_palette_follows_whether_the_shared_ledger_answers() {
    each_face(|face| {
        let mut flow = acting(face);
        presses(&mut flow, ": 'warm standby'");
        let refused = |flow: &Flow| -> Option<&'static str> {
            let Some(Overlay::Palette(palette)) = flow.model.view.overlays.last() else {
                panic!("no palette");
            };
            match &palette.rows[place(flow, "glancy/warm-standby")].item {
                PaletteItem::Action(offered) => offered.available.as_ref().err().map(Refusal::id),
                other => panic!("{other:?}"),
            }
        };
        let shared = |flow: &mut Flow, state| flow.event(Event::Acted(Acted::Shared(state)));
        let before = refused(&flow);
        assert_ne!(before, Some("shared-away"));
        shared(&mut flow, Err("connection refused".to_owned()));
        assert_eq!(refused(&flow), Some("shared-away"));
        snapshot("palette-shared-away", face, &flow);
        shared(&mut flow, Ok(()));
        assert_eq!(refused(&flow), before);
    });
}

#[test]
fn objects_are_found_by_name() {
    each_face(|face| {
        let mut flow = acting(face);
        presses(&mut flow, ": 'export-w'");
        snapshot("palette-objects", face, &flow);
    });
}

#[test]
fn a_form_reads_what_is_in_force_now() {
    each_face(|face| {
        let opened = || {
            let mut flow = acting(face);
            presses(&mut flow, ": 'limit-user' enter");
            flow
        };
        let mut flow = opened();
        snapshot("form-reading", face, &flow);
        let (request, draft) = preflight_asked(&flow);
        assert!(draft.steps.is_empty(), "it only reads");
        let before = [("now.value".to_owned(), Value::text("120"))].into();
        let found = Preflight {
            before,
            ..Preflight::default()
        };
        let answer = Box::new(Ok(found));
        let mut known = opened();
        known.event(Event::Acted(Acted::Preflighted { request, answer }));
        snapshot("form-now", face, &known);
        let away = Refusal::Unreadable {
            what: "bastion".to_owned(),
            why: "away".to_owned(),
        };
        let answer = Box::new(Err(away));
        flow.event(Event::Acted(Acted::Preflighted { request, answer }));
        snapshot("form-now-unknown", face, &flow);
    });
}

#[test]
fn a_form_checks_what_is_typed_and_offers_what_fits() {
    each_face(|face| {
        let mut flow = acting(face);
        presses(&mut flow, ": 'scale export' enter");
        snapshot("form-empty", face, &flow);
        presses(&mut flow, "'36'");
        snapshot("form-wrong", face, &flow);
        presses(&mut flow, "enter");
        assert!(matches!(
            flow.model.view.overlays.last(),
            Some(Overlay::Form(_))
        ));
        presses(&mut flow, "ctrl-u '2' tab");
        snapshot("form-completed", face, &flow);
        presses(&mut flow, "esc");
        assert!(flow.model.view.overlays.is_empty());
    });
}
