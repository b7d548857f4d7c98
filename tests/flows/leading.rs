//! Leading an incident while others write too and the world goes on: what was true when a sheet was opened is judged again.

use std::{sync::Arc, time::Duration};

use quarterdeck::{
    app::{acting::Act, acting::Acted, effect::Effect, event::Event},
    domain::{
        alert::AlertState,
        freshness::{Reading, SourceId},
        id::LineId,
        logbook::{
            IncidentNoted,
            incident::{Incident, Recovery},
        },
        observation::{Observation, Rows},
        text::Lang,
        workload::WorkloadRow,
    },
    pack::Pack,
};

use super::{Face, Flow, Scene, actions::acting, harness::now, incidents::Ledger, watch};

const fn face() -> Face {
    Face {
        lang: Lang::En,
        size: (160, 48),
    }
}

/// The first alert is selected, and an incident is declared for it.
fn declared() -> (Flow, Ledger) {
    let mut flow = acting(face());
    let mut ledger = Ledger::of("li");
    flow.keys("g g enter O enter enter");
    ledger.tell(&mut flow);
    (flow, ledger)
}

/// A team with a ladder and periods to watch, whose alert is over when its backend is there.
fn team() -> (Flow, Ledger) {
    let files = [
        (
            "pack.toml",
            include_str!("../packs/valid/playbooks/pack.toml"),
        ),
        (
            "actions.toml",
            include_str!("../packs/valid/playbooks/actions.toml"),
        ),
        (
            "routine.toml",
            include_str!("../packs/valid/playbooks/routine.toml"),
        ),
        (
            "watch.toml",
            "[gauge.up]\ntitle = \"up\"\nprobe = \"up\"\ngood = \">= 1.0\"\n\n[alert.BackendDown]\nseverity = \"p1\"\nrecovered = \"gauge('up').value >= 1.0\"\n",
        ),
        ("probes.toml", "[probe.up]\npromql = \"sum(up)\"\n"),
    ];
    let pack = Pack::parse(&files).expect("it is valid");
    let mut flow = Flow::with_pack(Arc::new(pack), Scene::Quiet, face());
    flow.event(Event::Acted(Acted::Ledger(Ok(()))));
    (flow, Ledger::of("li"))
}

/// The backend as it is now.
pub fn backend(flow: &mut Flow, ready: i32) {
    flow.observe(vec![Observation::Workloads(Rows::All(vec![WorkloadRow {
        uid: "uid-backend".into(),
        key: watch::workload("backend"),
        desired: 1,
        ready: ready.try_into().expect("few"),
        updated: 1,
        generation: 1,
        revision: None,
        images: Vec::new(),
        created: None,
        observed: true,
    }]))]);
    let reading = Reading::Known {
        value: f64::from(ready),
        as_of: flow.model.now.wall,
    };
    let gauges = flow.model.pack.gauges().iter();
    let answers = gauges.map(|gauge| (gauge.probe.clone(), reading.clone()));
    let answers = Observation::Answers(answers.collect());
    flow.observe(vec![answers]);
}

/// An incident for the alert of the team.
fn down() -> (Flow, Ledger) {
    let (mut flow, mut ledger) = team();
    let at = now();
    flow.observe(vec![Observation::Alerts {
        from: SourceId::Alertmanager,
        at,
        alerts: vec![watch::alert(
            "BackendDown",
            "high",
            5,
            AlertState::Firing,
            at,
        )],
    }]);
    flow.keys("g g enter O enter enter");
    ledger.tell(&mut flow);
    (flow, ledger)
}

fn incident(flow: &Flow) -> Incident {
    let all = flow.model.logbook.incidents.all();
    all.last().expect("it was declared").clone()
}

/// All rungs of the ladder, with a word for each.
fn climb(flow: &mut Flow, ledger: &mut Ledger) {
    for _ in 0..3 {
        flow.keys("b 'fine' enter");
        ledger.tell(flow);
    }
    assert_eq!(incident(flow).rungs.len(), 3, "{}", flow.screen());
}

/// The id of the only open incident.
fn only(flow: &Flow) -> LineId {
    let open = flow.model.logbook.incidents.open().next();
    open.expect("it is open").id.clone()
}

#[test]
fn a_sheet_opened_before_another_closed_it_writes_nothing() {
    for keys in ["s enter 'graver' enter", "p enter", "X 'over' enter"] {
        let (mut flow, mut ledger) = declared();
        let (first, rest) = keys.split_once(' ').expect("a key and what follows");
        flow.keys(first);
        let closed = IncidentNoted::Closed {
            of: only(&flow),
            recovery: Recovery::NotHeld,
            text: Some("it was a test".to_owned()),
        };
        ledger.hears(&mut flow, "wang", closed);
        let before = ledger.count();
        flow.keys(rest);
        ledger.tell(&mut flow);
        assert_eq!(ledger.count(), before, "{keys}: nothing is written down");
        assert!(flow.screen().contains("it is closed"), "{}", flow.screen());
    }
}

#[test]
fn the_form_writes_down_what_was_changed_and_clears_what_was_emptied() {
    let (mut flow, mut ledger) = declared();
    flow.keys("m '15' enter 'exports' enter enter");
    ledger.tell(&mut flow);
    // The sheet is open while another one knows better.
    flow.keys("m enter ctrl-u 'exports and mails' enter");
    let better = IncidentNoted::Impact {
        of: only(&flow),
        fields: [("users".to_owned(), "40".to_owned())].into(),
    };
    ledger.hears(&mut flow, "wang", better);
    flow.keys("enter");
    ledger.tell(&mut flow);
    let impact = |flow: &Flow| {
        let open = flow.model.logbook.incidents.open().next();
        open.expect("it is open").impact.clone()
    };
    assert_eq!(
        impact(&flow)["users"],
        "40",
        "it was not li who said 15 again"
    );
    assert_eq!(impact(&flow)["what"], "exports and mails");
    flow.keys("m enter ctrl-u enter enter");
    ledger.tell(&mut flow);
    assert_eq!(impact(&flow).get("what"), None, "it is cleared");
    let before = ledger.count();
    flow.keys("m enter enter enter");
    ledger.tell(&mut flow);
    assert_eq!(ledger.count(), before, "nothing was changed");
}

#[test]
fn nothing_is_declared_where_no_ledger_takes_it() {
    let mut flow = acting(face());
    let away = || Event::Acted(Acted::Ledger(Err("the disk is full".to_owned())));
    flow.event(away());
    flow.keys("g g enter O");
    assert!(!flow.model.takes_text(), "no sheet is opened");
    assert!(
        flow.screen().contains("the ledger is away"),
        "{}",
        flow.screen()
    );
    // It goes away while the sheet is filled in: what was typed stays.
    let mut flow = acting(face());
    flow.keys("g g enter O enter");
    flow.event(away());
    flow.keys("enter");
    assert!(flow.model.takes_text(), "the sheet is there");
    assert!(
        flow.screen().contains("the ledger is away"),
        "{}",
        flow.screen()
    );
    assert!(
        flow.effects
            .iter()
            .all(|it| !matches!(it, Effect::Act(Act::Record { .. }))),
        "{:?}",
        flow.effects
    );
}

// row: E7
#[test]
fn a_rung_whose_gate_shuts_while_the_sheet_is_open_is_not_reached() {
    let (mut flow, mut ledger) = down();
    backend(&mut flow, 1);
    flow.keys("b 'fine' enter");
    ledger.tell(&mut flow);
    flow.keys("b 'it answers'");
    assert!(flow.model.takes_text(), "the gate is open");
    backend(&mut flow, 0);
    flow.keys("enter");
    ledger.tell(&mut flow);
    assert_eq!(incident(&flow).rungs.len(), 1, "{}", flow.screen());
    assert!(
        flow.screen()
            .contains("what the next rung asks for does not hold"),
        "{}",
        flow.screen()
    );
    backend(&mut flow, 1);
    flow.keys("enter");
    ledger.tell(&mut flow);
    assert_eq!(incident(&flow).rungs["ten"].text, "it answers");
}

#[test]
fn a_remark_is_no_reservation_once_the_recovery_is_lost() {
    let (mut flow, mut ledger) = down();
    backend(&mut flow, 1);
    climb(&mut flow, &mut ledger);
    flow.keys("X 'all good'");
    backend(&mut flow, 0);
    let before = ledger.count();
    flow.keys("enter");
    ledger.tell(&mut flow);
    assert_eq!(ledger.count(), before, "nobody said why");
    assert!(flow.screen().contains("reservation"), "{}", flow.screen());
    // What was typed is still there, and is now given as what it is.
    flow.keys("enter");
    ledger.tell(&mut flow);
    let closed = incident(&flow).closed.expect("it is closed");
    assert_eq!(closed.recovery, Recovery::NotHeld);
    assert_eq!(closed.text.as_deref(), Some("all good"));
}

// row: E7
#[test]
fn an_incident_is_not_closed_over_open_rungs_and_periods_without_a_word() {
    let (mut flow, mut ledger) = down();
    backend(&mut flow, 1);
    flow.keys("X");
    assert!(
        flow.screen().contains("rungs back are not reached"),
        "{}",
        flow.screen()
    );
    flow.keys("enter");
    ledger.tell(&mut flow);
    assert!(incident(&flow).is_open(), "it wants a reservation");
    flow.keys("esc");
    climb(&mut flow, &mut ledger);
    flow.keys("w");
    ledger.tell(&mut flow);
    flow.keys("X");
    assert!(
        flow.screen()
            .contains("a period that is watched is not told of"),
        "{}",
        flow.screen()
    );
    flow.keys("'it is watched elsewhere' enter");
    ledger.tell(&mut flow);
    let closed = incident(&flow).closed.expect("it is closed");
    assert_eq!(closed.recovery, Recovery::Held);
    assert_eq!(closed.text.as_deref(), Some("it is watched elsewhere"));
}

// row: E7
#[test]
fn a_period_is_told_of_when_it_is_over_and_not_before() {
    let (mut flow, mut ledger) = down();
    backend(&mut flow, 1);
    climb(&mut flow, &mut ledger);
    flow.keys("w");
    ledger.tell(&mut flow);
    assert!(incident(&flow).watch_began.is_some());
    flow.keys("w");
    assert!(!flow.model.takes_text(), "none is over");
    assert!(
        flow.screen().contains("the periods are not over yet"),
        "{}",
        flow.screen()
    );
    flow.wait(Duration::from_secs(30 * 60));
    flow.keys("w 'calm' enter");
    ledger.tell(&mut flow);
    assert_eq!(incident(&flow).watched["core"].text, "calm");
    flow.keys("w");
    assert!(!flow.model.takes_text(), "the next one goes on");
}

#[test]
fn an_incident_begins_on_the_clock_it_is_held_against() {
    let (mut flow, mut ledger) = team();
    let ahead = jiff::SignedDuration::from_mins(4);
    flow.observe(vec![Observation::Skew {
        source: SourceId::Alertmanager,
        ahead,
    }]);
    // By the clock of its server it began five minutes ago.
    let at = now() + ahead;
    flow.observe(vec![Observation::Alerts {
        from: SourceId::Alertmanager,
        at,
        alerts: vec![watch::alert(
            "BackendDown",
            "high",
            5,
            AlertState::Firing,
            at,
        )],
    }]);
    flow.keys("g g enter O enter enter");
    ledger.tell(&mut flow);
    let it = incident(&flow);
    let lasted = quarterdeck::app::incidents::lasted(&flow.model, &it);
    assert_eq!(lasted.as_secs() / 60, 5, "{lasted:?}");
    let story = quarterdeck::app::incidents::story::story(&flow.model, &it);
    assert_eq!(story[0].at, it.began, "its alert comes first");
}
