//! A drill: how it goes, what was right and what was not, and what leaving it says.

use std::{sync::Arc, time::Duration};

use quarterdeck::{
    app::{acting::Acted, command::Command, drilling::Drilling, event::Event, overlay::Overlay},
    domain::{
        action::{
            plan::Plan,
            preflight::Preflight,
            record::{ActorMark, Aside, Entry, Intent, Run},
            refusal::Refusal,
            target::Target,
            verdict::Verdict,
        },
        logbook::{
            CheckNoted, DrillNoted, Noted, Outcome,
            drill::{DrillRecord, Elsewhere, Score, Timed, Trigger},
        },
    },
};

use super::{
    Face, Flow,
    actions::{acting, ended, export_worker, run, tell},
    each_face,
    incidents::Ledger,
    snapshot,
};

/// The cockpit of a drill whose clocks run: a second of the clock is ten of the world.
fn begun(face: Face) -> (Flow, Ledger) {
    let mut flow = acting(face);
    let mut drilling = Drilling::new("exports", "export-backlog", 10.0);
    drilling.said.began = true;
    drilling.said.fired = true;
    flow.model.drill = Some(drilling);
    let mut ledger = Ledger::of("li");
    let began = DrillNoted::Began {
        drill: "exports".to_owned(),
        scenario: "export-backlog".to_owned(),
        speed: 10.0,
    };
    ledger.hears_of(&mut flow, "li", Noted::Drill(began));
    flow.wait(Duration::from_secs(2));
    let trigger = Trigger {
        alerts: vec!["ExportBacklog".to_owned()],
        hooks: Vec::new(),
    };
    ledger.hears_of(&mut flow, "li", Noted::Drill(DrillNoted::Fired(trigger)));
    (flow, ledger)
}

/// A run of an action that was just asked for.
fn runs(flow: &mut Flow, id: &str, action: &str, target: Target) -> Run {
    let plan = Plan {
        action: action.into(),
        title: action.into(),
        ..Plan::of_steps(target, Vec::new())
    };
    let intent = Intent {
        digest: plan.digest(),
        plan,
        preflight: Preflight::default(),
        snapshot: std::collections::BTreeMap::new(),
        desk_args: Vec::new(),
        undo_of: None,
    };
    let run = Run {
        asked_at: flow.model.clocked,
        ..run(id, intent)
    };
    tell(flow, &run);
    run
}

fn named(name: &str) -> Target {
    Target::Named {
        name: name.to_owned(),
    }
}

fn refuses(flow: &mut Flow, action: &str, refusal: Refusal) {
    let aside = Aside {
        at: flow.model.clocked,
        actor: ActorMark::default(),
        entry: Entry::Refused {
            action: action.into(),
            target: Some(export_worker()),
            params: std::collections::BTreeMap::new(),
            refusal,
        },
    };
    flow.event(Event::Acted(Acted::Asides(vec![Arc::new(aside)])));
}

#[test]
fn the_score_stands_on_the_screen_while_it_goes_on_and_when_it_is_over() {
    each_face(|face| {
        let mut flow = acting(face);
        flow.model.drill = Some(Drilling::new("exports", "export-backlog", 10.0));
        flow.event(Event::Command(Command::Drill));
        snapshot("drill-waits", face, &flow);

        let (mut flow, mut ledger) = begun(face);
        flow.event(Event::Command(Command::Drill));
        snapshot("drill-fired", face, &flow);
        flow.keys("esc");
        flow.wait(Duration::from_secs(6));
        flow.keys("g g a");
        ledger.tell(&mut flow);
        flow.wait(Duration::from_secs(10));
        let refusal = Refusal::Needs {
            action: "stage-status".to_owned(),
            within: 15,
        };
        refuses(&mut flow, "glancy/shrink-export-workers", refusal);
        flow.wait(Duration::from_secs(10));
        let right = runs(
            &mut flow,
            "run-1",
            "glancy/scale-export-workers",
            export_worker(),
        );
        flow.wait(Duration::from_secs(5));
        runs(
            &mut flow,
            "run-2",
            "glancy/force-basic",
            named("glancy.lookup.force_basic"),
        );
        flow.keys("q");
        snapshot("drill-goes-on", face, &flow);

        flow.keys("esc");
        let right = ended(&right, Verdict::Verified);
        tell(&mut flow, &right);
        flow.wait(Duration::from_secs(600));
        ledger.hears_of(&mut flow, "li", Noted::Drill(DrillNoted::Recovered));
        flow.keys("q");
        snapshot("drill-over", face, &flow);
        assert!(!flow.model.quitting, "what came of it is looked at first");
        flow.keys("q");
        assert!(flow.model.quitting);
    });
}

/// A drill of limits that took two hours and a minute, as `drill record` writes it down.
fn late() -> DrillRecord {
    let at = |text: &str| text.parse().expect("a time");
    DrillRecord {
        series: "DRILL-2026-1110-{nn}".to_owned(),
        number: 1,
        drill: "quota".to_owned(),
        scenario: String::new(),
        speed: 1.0,
        began: at("2026-11-10T07:00:00Z"),
        ended: at("2026-11-10T09:01:00Z"),
        fired: Some(at("2026-11-10T07:00:00Z")),
        recovered: Some(at("2026-11-10T09:01:00Z")),
        trigger: Trigger::default(),
        score: Score {
            recover: Timed {
                took: Some(121 * 60),
                limit: Some(120 * 60),
            },
            ..Score::default()
        },
        evidence: Vec::new(),
        follow_ups: Vec::new(),
        pack: String::new(),
        elsewhere: Some(Elsewhere::default()),
    }
}

// row: C21
#[test]
fn one_that_was_held_elsewhere_and_late_stands_red_among_what_was_due() {
    each_face(|face| {
        let mut flow = acting(face);
        let mut ledger = Ledger::of("li");
        let record = late();
        assert!(!record.is_passed());
        let check = CheckNoted {
            check: "drill-quota".into(),
            checklist: None,
            slot: Some(record.began),
            outcome: Outcome::Failed,
            says: None,
            unread: None,
            evidence: Some(record.id()),
        };
        let held = DrillNoted::Held(Box::new(record));
        ledger.hears_of(&mut flow, "li", Noted::Drill(held));
        ledger.hears_of(&mut flow, "li", Noted::Check(check));
        flow.keys("o");
        let drill = |row: Option<quarterdeck::app::routine::Row>| {
            let check = row.and_then(|row| row.check().map(ToString::to_string));
            check.as_deref() == Some("drill-quota")
        };
        // Of its two rows the one that is done comes after the next.
        flow.keys("G");
        while !drill(selected(&flow)) {
            flow.keys("k");
        }
        snapshot("drill-elsewhere", face, &flow);
    });
}

/// The row of the routine that is selected.
fn selected(flow: &Flow) -> Option<quarterdeck::app::routine::Row> {
    match flow.model.view.overlays.last() {
        Some(Overlay::Routine(screen)) => screen.row(&flow.model),
        other => panic!("the routine is not open: {other:?}"),
    }
}
