//! The journal: what was done, what was refused, and taking back.

use std::{sync::Arc, time::Duration};

use jiff::SignedDuration;
use quarterdeck::{
    app::{acting::Acted, event::Event, overlay::Overlay},
    domain::action::{
        plan::Count,
        preflight::{Change, Owner, OwnerKind, Warning},
        record::{ActorMark, Aside, Entry, RunState},
        refusal::Refusal,
        target::Target,
        tier::Tier,
        value::{Value, Values},
        verdict::Verdict,
    },
    domain::desk::Namespaces,
    i18n::Lang,
};

use super::{
    acting, each_face, ended, export_worker, found, launch_asked, looks, now, preflight_asked,
    presses, rechecks, refused, run, scaling, snapshot, tell,
};
use crate::flows::{Flow, harness::Face};

/// A watch with a past: a run that went well, one of an unknown end, a refusal and a note.
fn past(face: Face) -> Flow {
    let mut before = scaling(face);
    looks(&mut before);
    presses(&mut before, "'export-worker' enter");
    rechecks(&mut before, 6, None);
    let (_, intent) = launch_asked(&before);
    let mut flow = acting(face);
    let at = |minutes: i64| now() - SignedDuration::from_mins(minutes);
    let mut good = ended(&run("0198-a", intent.clone()), Verdict::Verified);
    good.asked_at = at(90);
    good.ended_at = Some(at(86));
    let mut lost = ended(&run("0198-b", intent), Verdict::Unknown);
    lost.asked_at = at(30);
    lost.ended_at = Some(at(29));
    lost.actor.principal = Some("wang".to_owned());
    lost.acknowledged = true;
    tell(&mut flow, &good);
    tell(&mut flow, &lost);
    let aside = |minutes: i64, entry: Entry| {
        Arc::new(Aside {
            at: at(minutes),
            actor: ActorMark {
                principal: Some("li".to_owned()),
                ..ActorMark::default()
            },
            entry,
        })
    };
    flow.event(Event::Acted(Acted::Asides(vec![
        aside(
            10,
            Entry::Note {
                text: "called the provider".to_owned(),
                action: None,
                target: None,
            },
        ),
        aside(
            60,
            Entry::Refused {
                action: "generic/restart".into(),
                target: Some(export_worker()),
                params: Values::new(),
                refusal: Refusal::ReadOnly,
            },
        ),
    ])));
    flow
}

#[test]
fn what_was_done_and_refused_stands_by_time() {
    each_face(|face| {
        let mut flow = past(face);
        presses(&mut flow, "J");
        snapshot("journal", face, &flow);
        presses(&mut flow, "/ 'state=verified'");
        snapshot("journal-filtered", face, &flow);
        presses(&mut flow, "enter enter");
        snapshot("journal-run", face, &flow);
        let mut empty = acting(face);
        presses(&mut empty, "J");
        snapshot("journal-empty", face, &empty);
    });
}

#[test]
fn a_namesake_of_another_namespace_has_that_before_its_name() {
    each_face(|face| {
        let mut flow = past(face);
        let good = flow
            .model
            .acts
            .runs
            .iter()
            .find(|run| run.id.as_str() == "0198-a");
        let mut other = (**good.expect("it was told")).clone();
        other.id = "0198-c".into();
        let Target::Object { namespace, .. } = &mut other.intent.plan.target else {
            panic!("it is of the cluster");
        };
        *namespace = Some("staging".to_owned());
        tell(&mut flow, &other);
        presses(&mut flow, "J");
        snapshot("journal-namesakes", face, &flow);
        presses(&mut flow, "/ 'staging' enter enter");
        assert!(flow.screen().contains("deployment/staging/export-worker"));
        // A desk of several namespaces says it of all.
        flow.model.desk.namespaces =
            Namespaces::Some(["prod", "staging"].map(str::to_owned).to_vec());
        presses(&mut flow, "esc / ctrl-u enter");
        assert!(flow.screen().contains("deployment/prod/ex"));
    });
}

#[test]
fn what_was_done_is_taken_back_by_the_same_way() {
    each_face(|face| {
        let mut flow = past(face);
        presses(&mut flow, "J / 'state=verified' enter u");
        let (request, draft) = preflight_asked(&flow);
        let mut found = found(&draft, 24);
        for change in &mut found.changes {
            change.to = Some("6".to_owned());
        }
        let answer = Box::new(Ok(found));
        flow.event(Event::Acted(Acted::Preflighted { request, answer }));
        looks(&mut flow);
        snapshot("undo", face, &flow);
        presses(&mut flow, "'export-worker' enter");
        rechecks(&mut flow, 24, None);
        let (_, intent) = launch_asked(&flow);
        assert_eq!(intent.undo_of, Some("0198-a".into()));
        assert_eq!(intent.plan.undo, {
            let (_, draft) = preflight_asked(&flow);
            quarterdeck::domain::action::plan::Undo::FromBefore(super::found(&draft, 24).undo)
        });
    });
}

// row: G9
#[test]
fn a_world_that_moved_on_is_not_taken_back() {
    each_face(|face| {
        let mut flow = past(face);
        presses(&mut flow, "J / 'state=verified' enter u");
        let (request, draft) = preflight_asked(&flow);
        let mut found = found(&draft, 30);
        found.changes = vec![Change {
            of: draft.target.clone(),
            field: "spec.replicas".to_owned(),
            from: Some("30".to_owned()),
            to: Some("6".to_owned()),
        }];
        let answer = Box::new(Ok(found));
        flow.event(Event::Acted(Acted::Preflighted { request, answer }));
        flow.wait(Duration::from_secs(1));
        assert!(matches!(refused(&flow)[..], [Refusal::Guard { .. }]));
        snapshot("undo-refused", face, &flow);
        presses(&mut flow, "esc");
        assert!(matches!(
            flow.model.view.overlays.last(),
            Some(Overlay::Journal(_))
        ));
    });
}

// row: A12
#[test]
fn a_t3_asks_for_the_name_and_a_number() {
    each_face(|face| {
        let mut flow = past(face);
        let mut run = (**flow.model.acts.run(&"0198-a".into()).expect("told before")).clone();
        run.intent.plan.tier = Tier::T3;
        tell(&mut flow, &run);
        presses(&mut flow, "J / 'state=verified' enter u");
        let (request, draft) = preflight_asked(&flow);
        let mut found = found(&draft, 24);
        for change in &mut found.changes {
            change.to = Some("6".to_owned());
        }
        found.count = Some(Count {
            of: "pods".to_owned(),
            number: 18,
        });
        found.warnings = vec![Warning::OverBudget {
            budget: "export-worker".to_owned(),
            allowed: 2,
        }];
        found.owners = vec![Owner {
            by: OwnerKind::Hpa,
            name: "export-worker".to_owned(),
            reverts: true,
        }];
        found.blast.pods = (0..18).map(|n| format!("export-worker-{n}")).collect();
        let answer = Box::new(Ok(found));
        flow.event(Event::Acted(Acted::Preflighted { request, answer }));
        looks(&mut flow);
        presses(&mut flow, "'ｅｘｐｏｒｔ－ｗｏｒｋｅｒ' enter '1'");
        snapshot("prompt-t3", face, &flow);
        presses(&mut flow, "pagedown");
        snapshot("prompt-t3-scrolled", face, &flow);
        presses(&mut flow, "enter");
        assert!(matches!(
            flow.model.view.overlays.last(),
            Some(Overlay::Prompt(_))
        ));
        presses(&mut flow, "'８' enter");
        rechecks(&mut flow, 24, None);
        let (_, intent) = launch_asked(&flow);
        assert_eq!(intent.plan.tier, Tier::T3);
    });
}

#[test]
fn what_takes_something_back_is_told_so_before_its_name() {
    each_face(|face| {
        let mut flow = past(face);
        let all = flow.model.acts.runs.iter();
        let good = all.clone().find(|run| run.id.as_str() == "0198-a");
        let mut back = (**good.expect("it was told")).clone();
        back.id = "0198-d".into();
        back.intent.undo_of = Some("0198-a".into());
        tell(&mut flow, &back);
        presses(&mut flow, "J");
        let word = if face.lang == Lang::En {
            "undo"
        } else {
            "撤销"
        };
        // The name of the pack stands where there is room for it.
        let told = ["scale-", "glancy/scale-"].map(|name| format!("{word} {name}"));
        let screen = flow.screen();
        let rows = screen.lines();
        let rows = rows.filter(|row| told.iter().any(|told| row.contains(told)));
        assert_eq!(rows.count(), 1, "{screen}");
    });
}

#[test]
fn of_an_end_at_which_nothing_was_read_no_arrow_points_at_nothing() {
    each_face(|face| {
        let mut flow = past(face);
        let mut all = flow.model.acts.runs.iter();
        let good = all.find(|run| run.id.as_str() == "0198-a");
        let mut quick = (**good.expect("it was told")).clone();
        let read = |name: &str, value: i64| (name.to_owned(), Value::Int(value));
        quick.intent.snapshot = [read("exports-depth", 2413), read("pods-ready", 22)].into();
        let mut end = ended(&quick, Verdict::Verified);
        // The newest is the one that is opened.
        end.asked_at = now();
        let RunState::Ended(outcome) = &mut end.state else {
            panic!("it is over");
        };
        outcome.snapshot = [read("pods-ready", 36)].into();
        tell(&mut flow, &end);
        presses(&mut flow, "J enter G");
        flow.draw_and_tell();
        let screen = flow.screen();
        assert!(screen.contains("pods-ready  22 → 36"), "{screen}");
        assert!(screen.contains("exports-depth  2413"), "{screen}");
        assert!(!screen.contains("2413 →"), "{screen}");
    });
}
