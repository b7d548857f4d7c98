//! Hooks, lights and gates: why they are as they are, ticks with evidence, what a gate proposes, what a flow freezes, and
//! that nothing recovers on data that are gone.

use std::time::Duration;

use quarterdeck::{
    app::{
        acting::{Act, Acted},
        effect::Effect,
        event::Event,
        guards::{self, GuardRow},
        offering::offered,
        overlay::{Overlay, PaletteItem, PaletteOver},
    },
    domain::{
        action::{record::Entry, refusal::Refusal},
        freshness::Reading,
        id::QueryId,
        light::Light,
        logbook::{FlowNoted, Noted, incident::Recovery},
        observation::Observation,
        text::Lang,
    },
    pack::TickState,
};

use super::{
    Face, Flow, Scene, actions::acting, each_face, harness::now, incidents::Ledger, snapshot,
    watch::trend,
};

const FACE: Face = Face {
    lang: Lang::En,
    size: (80, 24),
};

fn selected(flow: &Flow) -> GuardRow {
    match flow.model.view.overlays.last() {
        Some(Overlay::Guards(screen)) => screen.row(&flow.model).expect("something is selected"),
        other => panic!("the list is not open: {other:?}"),
    }
}

/// Down to a row.
fn select(flow: &mut Flow, row: &GuardRow) {
    flow.keys("g g");
    for _ in 0..60 {
        if selected(flow) == *row {
            return;
        }
        flow.keys("j");
    }
    panic!(
        "{row:?} is not in the list, the last is {:?}",
        selected(flow)
    );
}

fn gate(flow: &Flow, id: &str) -> quarterdeck::pack::GateState {
    let states = guards::states(&flow.model).into_iter();
    let mut found = states.filter(|state| state.id.as_str() == id);
    found.next().expect("the gate is there")
}

fn tick(gate: &str, tick: &str) -> GuardRow {
    GuardRow::Tick(gate.into(), tick.to_owned())
}

/// Everything of these queries is gone: its exporter was killed.
fn dies(flow: &mut Flow, names: &[&str]) {
    let ids = flow.model.queries.keys();
    let gone: Vec<QueryId> = ids
        .filter(|id| {
            names
                .iter()
                .any(|name| id.as_str() == format!("glancy/{name}"))
        })
        .cloned()
        .collect();
    assert_eq!(gone.len(), names.len(), "{names:?}");
    let answers = gone.iter().map(|id| (id.clone(), Reading::NoData));
    let series = gone.iter().map(|id| (id.clone(), Reading::NoData));
    flow.observe(vec![
        Observation::Answers(answers.collect()),
        Observation::Series(series.collect()),
    ]);
}

// row: C8
#[test]
fn hooks_lights_and_gates_stand_one_below_the_other() {
    each_face(|face| {
        let mut flow = acting(face);
        flow.keys("h");
        snapshot("guards", face, &flow);
        select(&mut flow, &tick("REL-B0", "replays"));
        snapshot("guards-tick", face, &flow);
        select(&mut flow, &GuardRow::Limit("REL-B1".into(), 2));
        snapshot("guards-limit", face, &flow);
    });
}

#[test]
fn a_hook_shows_its_windows_with_units_and_queries() {
    each_face(|face| {
        let mut flow = acting(face);
        flow.keys("h");
        select(&mut flow, &GuardRow::Hook("HK-03".into()));
        flow.keys("enter");
        snapshot("guards-hook", face, &flow);
    });
}

#[test]
fn a_light_says_why() {
    each_face(|face| {
        let mut flow = acting(face);
        dies(&mut flow, &["doubao-5xx"]);
        flow.keys("h");
        select(&mut flow, &GuardRow::Light("release".into()));
        flow.keys("enter");
        snapshot("guards-light", face, &flow);
    });
}

#[test]
fn a_desk_without_any_says_so() {
    let pack = std::sync::Arc::new(quarterdeck::pack::Pack::generic());
    let mut flow = Flow::with_pack(pack, Scene::Quiet, FACE);
    flow.keys("h");
    assert!(
        flow.screen().contains("no hooks, lights or gates"),
        "{}",
        flow.screen()
    );
}

#[test]
fn a_tick_takes_evidence_and_can_be_taken_back() {
    let mut flow = acting(FACE);
    let mut ledger = Ledger::of("li");
    flow.keys("h");
    select(&mut flow, &tick("REL-B0", "replays"));
    flow.keys("enter enter");
    assert!(flow.model.view.typing.is_some(), "nothing is no evidence");
    flow.keys("'512 of 512, dashboard 7' enter");
    ledger.tell(&mut flow);
    let states = |flow: &Flow| -> Vec<TickState> {
        let gate = gate(flow, "REL-B0");
        gate.ticks.iter().map(|tick| tick.state).collect()
    };
    assert_eq!(
        states(&flow),
        [TickState::Holds, TickState::Open, TickState::Open]
    );
    assert!(flow.screen().contains("512 of 512"), "{}", flow.screen());
    // What was said counts for a day.
    flow.wait(Duration::from_secs(24 * 3_600));
    assert_eq!(
        states(&flow),
        [TickState::Stale, TickState::Open, TickState::Open]
    );
    select(&mut flow, &tick("REL-B0", "replays"));
    flow.keys("x 'three fail' enter");
    ledger.tell(&mut flow);
    assert_eq!(
        states(&flow),
        [TickState::Fails, TickState::Open, TickState::Open]
    );
    assert_eq!(gate(&flow, "REL-B0").light, Light::Red);
    // Another cockpit of the desk is told the same.
    let mut other = acting(FACE);
    other.model.clocked = flow.model.clocked;
    let lines = flow.model.acts.log.to_vec();
    other.event(Event::Acted(Acted::Log(lines)));
    let gate = gate(&other, "REL-B0");
    assert_eq!(gate.ticks[0].state, TickState::Fails);
}

// row: C8
#[test]
fn a_gate_that_fails_proposes_and_does_nothing() {
    let mut flow = acting(FACE);
    assert_eq!(gate(&flow, "REL-B1").light, Light::Red, "cost is 0.83");
    flow.keys("h");
    select(&mut flow, &GuardRow::Gate("REL-B1".into()));
    flow.effects.clear();
    flow.keys("p");
    let Some(Overlay::Palette(palette)) = flow.model.view.overlays.last() else {
        panic!("{}", flow.screen());
    };
    assert!(
        matches!(&palette.over, PaletteOver::Proposed(ids, Some(flow))
            if ids.len() == 1 && flow == "rollback")
    );
    let has =
        |wanted: &dyn Fn(&PaletteItem) -> bool| palette.rows.iter().any(|row| wanted(&row.item));
    assert!(has(
        &|item| matches!(item, PaletteItem::Action(of) if of.id.as_str() == "glancy/rollback")
    ));
    assert!(has(
        &|item| matches!(item, PaletteItem::Flow { id, .. } if id == "rollback")
    ));
    assert_eq!(palette.rows.len(), 2);
    let acts = flow
        .effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Act(act) if !matches!(act, Act::Review(_))));
    assert_eq!(acts.count(), 0, "nothing is done by itself");
    // One of which a part is only not known proposes nothing.
    flow.keys("esc");
    select(&mut flow, &GuardRow::Gate("REL-B0".into()));
    flow.keys("p");
    assert!(
        flow.screen().contains("nothing is yellow or red here"),
        "{}",
        flow.screen()
    );
}

/// The numbers become these, and have been for an hour.
fn read(flow: &mut Flow, numbers: &[(&str, f64)]) {
    let id = |name: &str| QueryId::from(format!("glancy/{name}"));
    let as_of = now();
    let known = |&(name, value): &(&str, f64)| (id(name), Reading::Known { value, as_of });
    let past = |&(name, value): &(&str, f64)| (id(name), trend(value, value, as_of));
    flow.observe(vec![
        Observation::Answers(numbers.iter().map(known).collect()),
        Observation::Series(numbers.iter().map(past).collect()),
    ]);
}

// row: C10
#[test]
fn the_release_light_proposes_by_its_colour_and_does_nothing() {
    let mut flow = acting(FACE);
    let row = GuardRow::Light("release".into());
    let light = |flow: &Flow| {
        let mut lights = flow.model.board.lights.iter();
        let release = lights.find(|light| light.id.as_str() == "release");
        release.expect("it is there").light
    };
    let offered = |flow: &Flow| match flow.model.view.overlays.last() {
        Some(Overlay::Palette(palette)) => match &palette.over {
            PaletteOver::Proposed(ids, of) => {
                let ids = ids.iter().map(ToString::to_string);
                (ids.collect::<Vec<_>>(), of.clone())
            }
            _ => panic!("{}", flow.screen()),
        },
        _ => panic!("{}", flow.screen()),
    };
    assert_eq!(light(&flow), Light::Red);
    flow.keys("h");
    select(&mut flow, &row);
    assert!(
        flow.screen().contains("while it is red: one step back"),
        "{}",
        flow.screen()
    );
    flow.effects.clear();
    flow.keys("p");
    let back = (
        vec!["glancy/rollback".to_owned()],
        Some("rollback".to_owned()),
    );
    assert_eq!(offered(&flow), back);
    flow.keys("esc");
    read(&mut flow, &[("cost-burn", 1.0), ("contract-failures", 0.0)]);
    assert_eq!(light(&flow), Light::Yellow, "{}", flow.screen());
    select(&mut flow, &row);
    assert!(
        flow.screen()
            .contains("while it is yellow: the strong cache"),
        "{}",
        flow.screen()
    );
    flow.keys("p");
    let cache = ["glancy/cache-l2-first", "glancy/limit-user-rpm"];
    assert_eq!(offered(&flow), (cache.map(str::to_owned).to_vec(), None));
    let acts = flow
        .effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Act(act) if !matches!(act, Act::Review(_))));
    assert_eq!(acts.count(), 0, "nothing is done by itself");
    // Of what is not known nothing follows.
    flow.keys("esc");
    dies(&mut flow, &["cost-burn"]);
    assert_eq!(light(&flow), Light::Unknown);
    select(&mut flow, &row);
    flow.keys("p");
    assert!(
        flow.screen().contains("nothing is yellow or red here"),
        "{}",
        flow.screen()
    );
}

// row: G9, C8
#[test]
fn a_gate_without_data_is_unknown() {
    let mut flow = acting(FACE);
    dies(&mut flow, &["cost-burn", "sub-success"]);
    let state = gate(&flow, "REL-B1");
    let lights: Vec<Light> = state.limits.iter().map(|limit| limit.light).collect();
    assert_eq!(
        lights,
        [Light::Green, Light::Red, Light::Unknown, Light::Unknown]
    );
    assert_eq!(state.light, Light::Red, "what is red is worse");
    dies(&mut flow, &["synthetic-p95"]);
    assert_eq!(gate(&flow, "REL-B0").limits[0].light, Light::Unknown);
    dies(&mut flow, &["rate-429"]);
    assert_eq!(gate(&flow, "REL-B1").light, Light::Unknown);
    dies(&mut flow, &["hook/HK-03/cost"]);
    assert_eq!(gate(&flow, "REL-B3").hooks[0].light(), Light::Unknown);
}

/// Why an action is refused.
fn refusal(flow: &Flow, action: &str) -> Option<Refusal> {
    let all = offered(&flow.model).into_iter();
    let mut found = all.filter(|offer| offer.id.as_str() == action);
    found
        .next()
        .expect("it is in the catalogue")
        .available
        .err()
}

fn is_frozen(flow: &Flow, action: &str) -> bool {
    matches!(refusal(flow, action), Some(Refusal::Frozen(_)))
}

// row: C11
#[test]
fn a_rollback_freezes_the_ramp_and_the_switches() {
    const FROZEN: [&str; 3] = [
        "glancy/promote",
        "glancy/stop-exports",
        "glancy/cache-l2-first",
    ];
    let mut flow = acting(Face {
        size: (160, 48),
        ..FACE
    });
    let mut ledger = Ledger::of("li");
    flow.keys("F");
    let rows = quarterdeck::app::flows::rows(&flow.model);
    let at = rows.iter().position(|row| {
        matches!(row, quarterdeck::app::flows::FlowRow::Start { flow, .. } if flow == "rollback")
    });
    for _ in 0..at.expect("the pack has it") {
        flow.keys("j");
    }
    flow.keys("enter");
    ledger.tell(&mut flow);
    // It is judged first.
    assert!(FROZEN.iter().all(|id| !is_frozen(&flow, id)));
    flow.keys("g g s 'seen' enter");
    ledger.tell(&mut flow);
    flow.keys("g g j enter 'wang, REL-B3' enter");
    ledger.tell(&mut flow);
    assert!(
        FROZEN.iter().all(|id| is_frozen(&flow, id)),
        "{}",
        flow.screen()
    );
    // What the flow does itself, what is no change of the release, and what only reads.
    for id in [
        "glancy/rollback",
        "glancy/force-basic",
        "glancy/scale-export-workers",
        "glancy/flags-list",
    ] {
        assert!(!is_frozen(&flow, id), "{id}");
    }
    let Some(Refusal::Frozen(freeze)) = refusal(&flow, "glancy/promote") else {
        panic!("it is frozen");
    };
    assert_eq!((freeze.by.as_str(), freeze.lift), ("li", Some(900)));
    assert!(freeze.because.is_some());
    // An emergency lifts it for a quarter of an hour, with a reason that is kept.
    flow.keys("t enter");
    assert!(is_frozen(&flow, "glancy/promote"), "no reason, no lift");
    flow.keys("'payments are down' enter");
    let kept = flow.effects.iter().any(|effect| {
        let Effect::Act(Act::Record { entry, .. }) = effect else {
            return false;
        };
        matches!(&**entry, Entry::Log(entry) if matches!(&entry.noted,
            Noted::Flow(FlowNoted::Lifted { why, .. }) if why == "payments are down"))
    });
    assert!(kept);
    ledger.tell(&mut flow);
    assert!(FROZEN.iter().all(|id| !is_frozen(&flow, id)));
    flow.keys("t");
    assert!(
        flow.screen().contains("freezes nothing"),
        "{}",
        flow.screen()
    );
    flow.wait(Duration::from_secs(899));
    assert!(!is_frozen(&flow, "glancy/promote"));
    flow.wait(Duration::from_secs(1));
    assert!(is_frozen(&flow, "glancy/promote"));
    // It is over with the flow.
    flow.keys("X 'called off' enter");
    ledger.tell(&mut flow);
    assert!(FROZEN.iter().all(|id| !is_frozen(&flow, id)));
}

#[test]
fn an_incident_of_the_gravest_severity_stands_in_the_header_at_all_sizes() {
    for lang in Lang::ALL {
        for size in [(60, 20), (80, 24), (160, 48)] {
            let mut flow = acting(Face { lang, size });
            let mut ledger = Ledger::of("li");
            let head = |flow: &Flow| flow.screen().lines().next().unwrap_or_default().to_owned();
            assert!(!head(&flow).contains("SEV"), "{}", head(&flow));
            flow.keys("i j enter 'all is down' enter ctrl-u 'sev-1' enter");
            ledger.tell(&mut flow);
            let open = flow.model.logbook.incidents.open().next();
            assert_eq!(open.expect("it is open").severity, "sev-1");
            assert!(head(&flow).contains("SEV-1"), "{size:?} {}", head(&flow));
            if size.0 >= 80 {
                assert!(
                    head(&flow).contains("INC-2026-1121-01"),
                    "{size:?} {}",
                    head(&flow)
                );
            }
        }
    }
}

// row: G9, C16
#[test]
fn an_exporter_that_is_killed_in_the_middle_recovers_nothing() {
    let mut flow = acting(FACE);
    let mut ledger = Ledger::of("li");
    flow.keys("/ 'ExportBacklog' enter g g O enter enter");
    ledger.tell(&mut flow);
    let recovery = |flow: &Flow| {
        let incident = flow.model.logbook.incidents.open().next();
        let incident = incident.expect("it is open");
        quarterdeck::app::incidents::recovery(&flow.model, incident).0
    };
    assert_eq!(recovery(&flow), Recovery::NotHeld);
    // Its numbers are gone: nothing says that it is over, and nothing that it is not.
    dies(
        &mut flow,
        &[
            "exports-depth",
            "exports-oldest",
            "export-p95",
            "export-failures",
        ],
    );
    assert_eq!(recovery(&flow), Recovery::Unknown);
    flow.keys("X");
    let screen = flow.screen();
    flow.keys("enter enter");
    ledger.tell(&mut flow);
    assert_eq!(
        flow.model.logbook.incidents.open().count(),
        1,
        "no data is no proof:\n{screen}"
    );
    // The gate that asks for them is unknown as well.
    assert_eq!(gate(&flow, "REL-B3").limits[1].light, Light::Unknown);
}
