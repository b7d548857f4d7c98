//! Flows: begun for an alert, step by step, with clocks; left and followed on by another.

use std::time::Duration;

use quarterdeck::{
    app::{
        acting::Acted,
        event::Event,
        flows::{StageState, StepState, standing},
        overlay::Overlay,
    },
    domain::{
        action::{
            plan::VerifyMark,
            record::{Outcome, Run, RunState, Why},
            saying::Stated,
            tier::Tier,
            value::Values,
            verdict::{StepEnd, Verdict},
        },
        text::Lang,
    },
    pack::StepKind,
};

use super::{
    Face, Flow,
    actions::{
        acting, ended, launch_asked, looks, preflight_asked, presses, rechecks, run, scaling, tell,
    },
    each_face,
    incidents::Ledger,
    snapshot,
};

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

// row: A4
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

// row: B4
#[test]
fn a_flow_shows_its_clocks_and_what_each_step_reads() {
    each_face(|face| {
        let (mut flow, mut ledger) = begun(face);
        flow.wait(Duration::from_secs(10));
        snapshot("flow-begun", face, &flow);
        flow.keys("enter s 'nobody asked for it' enter");
        ledger.tell(&mut flow);
        snapshot("flow-looked", face, &flow);
    });
}

// row: C24
#[test]
fn a_step_that_is_an_action_opens_its_form_filled_in() {
    let (mut flow, mut ledger) = begun(face());
    flow.keys("enter");
    ledger.tell(&mut flow);
    flow.keys("j j enter");
    let screen = flow.screen();
    let mut rows = screen.lines();
    let field = rows.find(|row| row.contains("▌ replicas"));
    assert!(field.is_some_and(|row| row.contains(" 36 ")), "{screen}");
    assert!(
        flow.effects
            .iter()
            .all(|it| !format!("{it:?}").contains("Launch")),
        "the flow itself runs nothing"
    );
}

// row: B4
#[test]
fn what_comes_later_waits_and_what_fails_is_left_out_with_a_reason() {
    let (mut flow, mut ledger) = begun(face());
    flow.keys("G enter");
    assert!(
        flow.screen().contains("another stage comes first"),
        "{}",
        flow.screen()
    );
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
    assert!(
        flow.screen().contains("left: my shift ends"),
        "{}",
        flow.screen()
    );
    ledger.hand_to("wang");
    flow.keys("p");
    ledger.tell(&mut flow);
    assert!(
        flow.screen().contains("followed by wang"),
        "{}",
        flow.screen()
    );
    flow.keys("X 'the alert is gone' enter");
    ledger.tell(&mut flow);
    assert_eq!(flow.model.logbook.flows.open().count(), 0);
    assert!(
        flow.screen().contains("ended ") && flow.screen().contains(" by wang"),
        "the one that was begun here is the one on the screen, to its end\n{}",
        flow.screen()
    );
}

/// A pack whose flows have clocks: from the corpus.
fn with_clocks(face: Face) -> (Flow, Ledger) {
    let routine = include_str!("../packs/valid/playbooks/routine.toml");
    with_routine(face, routine)
}

fn with_routine(face: Face, routine: &str) -> (Flow, Ledger) {
    let files = [
        (
            "pack.toml",
            include_str!("../packs/valid/playbooks/pack.toml"),
        ),
        (
            "actions.toml",
            include_str!("../packs/valid/playbooks/actions.toml"),
        ),
        ("routine.toml", routine),
    ];
    let pack = quarterdeck::pack::Pack::parse(&files).expect("it is valid");
    let mut flow = Flow::with_pack(std::sync::Arc::new(pack), super::Scene::Quiet, face);
    flow.event(Event::Acted(Acted::Ledger(Ok(()))));
    (flow, Ledger::of("li"))
}

// row: A19, E2
#[test]
fn stages_in_a_row_have_their_clocks_one_after_the_other_and_nested_ones_run_inside() {
    let (mut flow, mut ledger) = with_clocks(face());
    flow.keys("F j enter");
    ledger.tell(&mut flow);
    flow.wait(Duration::from_secs(60));
    flow.keys("enter 'phone' enter");
    ledger.tell(&mut flow);
    flow.wait(Duration::from_secs(120));
    let log = flow
        .model
        .logbook
        .flows
        .open()
        .next()
        .expect("it was begun");
    let standing = quarterdeck::app::flows::standing(&flow.model, log).expect("the pack has it");
    let stage = |id: &str| {
        let found = standing.stages.iter().find(|it| it.spec.id == id);
        found.expect("a stage").clone()
    };
    let after = |minutes: i64| Some(log.started_at + jiff::SignedDuration::from_mins(minutes));
    assert_eq!(standing.due, after(140));
    assert_eq!(stage("detect").ended, after(1));
    assert_eq!(stage("respond").due, after(1 + 15));
    assert_eq!(stage("impact").began, after(1), "it runs inside");
    assert_eq!(stage("impact").due, after(1 + 10));
    assert_eq!(stage("diagnose").began, None, "it waits");
    // The outer stage is over when the inner one is.
    flow.keys("enter 'all here' enter");
    ledger.tell(&mut flow);
    let on = |flow: &Flow| {
        let log = flow
            .model
            .logbook
            .flows
            .open()
            .next()
            .expect("it was begun");
        let standing = quarterdeck::app::flows::standing(&flow.model, log).expect("it is there");
        let on = standing.stages.iter();
        on.filter(|it| it.state == quarterdeck::app::flows::StageState::On)
            .map(|it| it.spec.id.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(on(&flow), ["respond", "impact"]);
    flow.keys("enter 'filled in' enter");
    ledger.tell(&mut flow);
    assert_eq!(on(&flow), ["diagnose"]);
    snapshot("flow-clocks", face(), &flow);
}

// row: B10
#[test]
fn a_runbook_that_contradicts_itself_says_so() {
    let (mut flow, mut ledger) = with_clocks(face());
    flow.keys("F j j enter");
    ledger.tell(&mut flow);
    assert!(
        flow.screen()
            .contains("the stages make 1h15m, stated is 1h00m"),
        "{}",
        flow.screen()
    );
}

// row: G1, E1, E3, E7
#[test]
fn rungs_are_reached_one_by_one_and_the_periods_after_them_remind() {
    let (mut flow, mut ledger) = with_clocks(face());
    flow.keys("i enter 'down' enter 'p1' enter");
    ledger.tell(&mut flow);
    let incident = |flow: &Flow| {
        let open = flow.model.logbook.incidents.open().next();
        open.expect("it is open").clone()
    };
    assert_eq!(incident(&flow).number, "INC-20261121-001");
    assert!(flow.screen().contains("2 are missing"), "{}", flow.screen());
    flow.keys("o ctrl-u 'engineer' enter ctrl-u 'zhao' enter");
    ledger.tell(&mut flow);
    assert!(
        flow.screen().contains("zhao, one is missing"),
        "{}",
        flow.screen()
    );
    flow.keys("w");
    assert!(
        flow.screen().contains("the rungs back come first"),
        "{}",
        flow.screen()
    );
    flow.keys("b 'fine' enter");
    ledger.tell(&mut flow);
    assert_eq!(incident(&flow).rungs.len(), 1);
    // The second rung has a gate, and there is no such deployment: nobody knows.
    flow.keys("b");
    assert!(!flow.model.takes_text(), "the sheet is not opened");
    assert_eq!(incident(&flow).rungs.len(), 1);
    flow.keys("m '10' enter '50' enter enter");
    ledger.tell(&mut flow);
    assert!(
        !flow.screen().contains("proposed"),
        "p1 is what it is: {}",
        flow.screen()
    );
    flow.keys("m ctrl-u '100' enter enter enter");
    ledger.tell(&mut flow);
    assert!(flow.screen().contains("proposed: P0"), "{}", flow.screen());
}

/// A flow whose first stage is left out, with one inside it, and with one at its end that nobody has to do.
const LEFT_OUT: &str = r#"
[flow.mail]
title = "Mail"
[flow.mail.stage.stop]
when = "ready('deployment/backend') == 0.0"
steps = [{ id = "stop", ask = "is it stopped" }]
[flow.mail.stage.dump]
within = "stop"
clock = "5m"
steps = [{ id = "dump", ask = "is the dump there" }]
[flow.mail.stage.restart]
steps = [{ id = "restart", action = "restart-backend" }]
[flow.mail.stage.tell]
optional = true
clock = "1m"
steps = [{ id = "tell", ask = "who was told" }]
"#;

#[test]
fn what_runs_within_a_stage_that_is_left_out_is_left_out_and_what_nobody_must_do_hurries_nobody() {
    use StageState::{Ahead, NotCalled, On};
    let (mut flow, mut ledger) = with_routine(face(), LEFT_OUT);
    super::leading::backend(&mut flow, 1);
    flow.keys("F enter");
    ledger.tell(&mut flow);
    let states = |flow: &Flow| {
        let log = &flow.model.logbook.flows.all()[0];
        let standing = standing(&flow.model, log).expect("the pack has it");
        let states: Vec<StageState> = standing.stages.iter().map(|it| it.state).collect();
        (states, standing.is_done())
    };
    assert_eq!(
        states(&flow),
        (vec![NotCalled, NotCalled, On, Ahead], false)
    );
    flow.keys("j j s 'it came back' enter");
    ledger.tell(&mut flow);
    let (states, done) = states(&flow);
    assert_eq!(states[1], NotCalled);
    assert_eq!(states[3], On, "it may still be done");
    assert!(done, "but it need not be");
    flow.wait(Duration::from_secs(600));
    let log = &flow.model.logbook.flows.all()[0];
    let standing = standing(&flow.model, log).expect("the pack has it");
    assert!(standing.urgent().is_none(), "{:?}", standing.urgent());
}

#[test]
fn a_step_whose_run_failed_can_be_run_again() {
    let mut scaling = scaling(face());
    looks(&mut scaling);
    presses(&mut scaling, "'export-worker' enter");
    rechecks(&mut scaling, 6, None);
    let (_, mut intent) = launch_asked(&scaling);
    intent.plan.action = "glancy/restart-export-workers".into();
    let (mut flow, mut ledger) = begun(face());
    flow.keys("enter");
    ledger.tell(&mut flow);
    flow.keys("j j j");
    let mut run = run("r-1", intent);
    run.asked_at = flow.model.clocked;
    tell(&mut flow, &run);
    let opens_the_run = |flow: &mut Flow| {
        flow.keys("enter");
        matches!(flow.model.view.overlays.last(), Some(Overlay::Run(_)))
    };
    assert!(opens_the_run(&mut flow), "what goes on is looked at");
    flow.keys("esc");
    tell(&mut flow, &ended(&run, Verdict::Failed));
    assert!(!opens_the_run(&mut flow), "{}", flow.screen());
    assert_eq!(preflight_asked(&flow).1.action, run.intent.plan.action);
}

/// A run that only looked, and could not see what its second step was for.
fn looked(flow: &Flow) -> Run {
    let mut scaling = scaling(face());
    looks(&mut scaling);
    presses(&mut scaling, "'export-worker' enter");
    rechecks(&mut scaling, 6, None);
    let (_, mut intent) = launch_asked(&scaling);
    let plan = &mut intent.plan;
    plan.action = "glancy/stuck-exports".into();
    plan.tier = Tier::T0;
    (plan.verify, plan.helped) = (None, None);
    plan.steps.push(plan.steps[0].clone());
    let mut run = ended(&run("r-1", intent), Verdict::Failed);
    run.asked_at = flow.model.clocked;
    let why = "no answer in 15 s".to_owned();
    run.steps[1].end = Some(StepEnd::Failed { why: why.clone() });
    run.state = RunState::Ended(Outcome {
        verdict: Verdict::Failed,
        why: Some(Why::Step { step: 1, why }),
        snapshot: Values::new(),
        done: vec![0],
    });
    run
}

/// What became of the step that looks at exports that are stuck.
fn stuck(flow: &Flow) -> &'static str {
    let open = flow.model.logbook.flows.open().next();
    let standing = standing(&flow.model, open.expect("it was begun")).expect("the pack has it");
    let mut steps = standing.steps().map(|(_, step)| step);
    let step = steps.find(|step| {
        matches!(&step.spec.kind, StepKind::Action { action, .. } if action.as_str() == "glancy/stuck-exports")
    });
    match step.expect("it is a step of this flow").state {
        StepState::Ran(_) => "settled",
        StepState::Failed(_) => "failed",
        _ => "else",
    }
}

// row: B5, B6, B8, D2
#[test]
fn a_step_that_only_looks_is_settled_where_something_could_not_be_seen_and_says_what() {
    let (mut flow, _) = begun(face());
    let run = looked(&flow);
    tell(&mut flow, &run);
    assert_eq!(stuck(&flow), "settled");
    let screen = flow.screen();
    assert!(screen.contains("looked to the end"), "{screen}");
    assert!(screen.contains("no answer in 15 s"), "{screen}");
}

#[test]
fn what_did_not_come_to_its_end_or_has_something_to_prove_settles_nothing() {
    let (mut flow, _) = begun(face());
    let run = looked(&flow);
    let mut cut = run.clone();
    cut.steps[1].end = None;
    let mut stopped = run.clone();
    if let RunState::Ended(outcome) = &mut stopped.state {
        outcome.verdict = Verdict::Aborted;
    }
    let mut proving = run.clone();
    proving.intent.plan.verify = Some(VerifyMark {
        condition: Stated::default(),
        within: 10,
        hold: 0,
    });
    let mut acting = run;
    acting.intent.plan.tier = Tier::T1;
    for other in [cut, stopped, proving, acting] {
        tell(&mut flow, &other);
        assert_eq!(stuck(&flow), "failed", "{:?}", other.state);
    }
}

/// What answers the two steps that do the same, one in the first stage and one in the last.
fn answers(flow: &Flow) -> [Option<String>; 2] {
    let open = flow.model.logbook.flows.open().next();
    let standing = standing(&flow.model, open.expect("it was begun")).expect("the pack has it");
    let by = |name: &str| {
        let mut steps = standing.steps().map(|(_, step)| step);
        match steps.find(|step| step.name == name)?.state {
            StepState::Ran(run) => Some(run.id.to_string()),
            _ => None,
        }
    };
    [by("look/it"), by("again/it")]
}

#[test]
fn what_the_last_stage_does_once_more_is_answered_by_no_run_of_before() {
    let routine = "[flow.twice]\ntitle = \"Twice\"\n\
        [flow.twice.stage.look]\nsteps = [{ id = \"it\", action = \"restart-backend\" }]\n\
        [flow.twice.stage.act]\nsteps = [{ id = \"back\", action = \"rollback-backend\" }]\n\
        [flow.twice.stage.again]\nsteps = [{ id = \"it\", action = \"restart-backend\" }]\n";
    let (mut flow, mut ledger) = with_routine(face(), routine);
    flow.keys("F enter");
    ledger.tell(&mut flow);
    let mut scaling = scaling(face());
    looks(&mut scaling);
    presses(&mut scaling, "'export-worker' enter");
    rechecks(&mut scaling, 6, None);
    let (_, mut intent) = launch_asked(&scaling);
    intent.plan.params.clear();
    intent.plan.desk.cluster = None;
    intent.plan.desk.context = flow.model.desk.context.clone();
    let [restart, back] = actions(&flow);
    let mut ran = |flow: &mut Flow, id: &str, action: &quarterdeck::domain::id::ActionId| {
        intent.plan.action.clone_from(action);
        let mut run = ended(&run(id, intent.clone()), Verdict::Verified);
        run.asked_at = flow.model.clocked;
        run.ended_at = Some(flow.model.clocked);
        tell(flow, &run);
        flow.wait(Duration::from_secs(60));
    };
    let by = |flow: &Flow| answers(flow).map(Option::unwrap_or_default);
    ran(&mut flow, "r-1", &restart);
    ran(&mut flow, "r-2", &restart);
    assert_eq!(by(&flow), ["r-1", ""], "what comes between is open");
    ran(&mut flow, "r-3", &back);
    assert_eq!(by(&flow), ["r-1", ""], "it was before what came between");
    ran(&mut flow, "r-4", &restart);
    assert_eq!(by(&flow), ["r-1", "r-4"]);
}

/// The actions of the first two steps of the flow.
fn actions(flow: &Flow) -> [quarterdeck::domain::id::ActionId; 2] {
    let open = flow.model.logbook.flows.open().next();
    let standing = standing(&flow.model, open.expect("it was begun")).expect("the pack has it");
    let mut actions = standing
        .steps()
        .filter_map(|(_, step)| match &step.spec.kind {
            StepKind::Action { action, .. } => Some(action.clone()),
            _ => None,
        });
    [(); 2].map(|()| actions.next().expect("an action"))
}
