//! A drill: how it goes, what was right and what was not, and what leaving it says.

use std::{sync::Arc, time::Duration};

use quarterdeck::{
    app::{acting::Acted, command::Command, drilling::Drilling, event::Event},
    domain::{
        action::{
            plan::Plan,
            preflight::Preflight,
            record::{ActorMark, Aside, Entry, Intent, Run},
            refusal::Refusal,
            target::Target,
            verdict::Verdict,
        },
        logbook::{DrillNoted, Noted, drill::Trigger},
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
