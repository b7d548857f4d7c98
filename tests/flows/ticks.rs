//! What is asked for last: each tick stands for itself.

use std::sync::Arc;

use quarterdeck::{
    app::{acting::Acted, event::Event, flows::standing},
    domain::{id::QueryId, text::Lang},
    pack::Pack,
};

use super::{
    Face, Flow, Scene,
    actions::who,
    incidents::Ledger,
    judging::{minutes, series},
};

/// Onto the row of these words.
#[track_caller]
fn goes_to(flow: &mut Flow, words: &str) {
    flow.keys("g g");
    for _ in 0..20 {
        let screen = flow.screen();
        let mut rows = screen.lines();
        if rows.any(|row| row.contains('▌') && row.contains(words)) {
            return;
        }
        flow.keys("j");
    }
    panic!("{words} is on no row\n{}", flow.screen());
}

/// What is not settled of the one flow that is open.
fn open(flow: &Flow) -> Vec<String> {
    let log = flow.model.logbook.flows.open().next();
    let standing = standing(&flow.model, log.expect("it was begun")).expect("the pack has it");
    let steps = standing.steps().map(|(_, step)| step);
    steps
        .filter(|step| !step.state.is_settled())
        .map(|step| step.name.clone())
        .collect()
}

fn measured(flow: &mut Flow, probe: &str, value: f64) {
    let id = QueryId::from(format!("module/{probe}"));
    flow.observe(vec![series(&id, minutes(value, 60))]);
}

// row: B13, G9
#[test]
fn more_instances_want_all_four_ticks_and_none_stands_for_another() {
    let pack = Arc::new(Pack::embedded("module").unwrap().unwrap());
    let face = Face {
        lang: Lang::En,
        size: (160, 48),
    };
    let mut flow = Flow::with_pack(pack, Scene::Connecting, face);
    flow.model.desk.demo = None;
    flow.observe(vec![who("li")]);
    flow.event(Event::Acted(Acted::Ledger(Ok(()))));
    let mut ledger = Ledger::of("li");
    let mut does = |flow: &mut Flow, words: &str, keys: &str| {
        goes_to(flow, words);
        flow.keys(keys);
        ledger.tell(flow);
    };
    flow.keys("F");
    does(&mut flow, "More instances", "enter");
    does(
        &mut flow,
        "P95 and errors before",
        "enter 'P95 0.5 s' enter",
    );
    does(&mut flow, "1. more instances", "s 'by hand' enter");
    does(&mut flow, "3. how the load", "s 'by hand' enter");
    // The four of the runbook, and how it stands against what was written down before.
    let all =
        ["healthy", "even", "quick", "errors", "against"].map(|tick| format!("verify/{tick}"));
    assert_eq!(open(&flow), all);
    does(&mut flow, "no errors out of line", "enter");
    does(&mut flow, "no slowdown", "enter");
    assert_eq!(open(&flow), all, "nothing was measured");
    does(&mut flow, "The load is spread", "enter 'each 40/s' enter");
    assert_eq!(open(&flow), [&*all[0], &all[2], &all[3], &all[4]]);
    measured(&mut flow, "p95", 2.0);
    measured(&mut flow, "errors", 0.051);
    does(&mut flow, "no errors out of line", "enter");
    does(&mut flow, "no slowdown", "enter");
    assert_eq!(
        open(&flow),
        [&*all[0], &all[3], &all[4]],
        "{}",
        flow.screen()
    );
    measured(&mut flow, "errors", 0.05);
    does(&mut flow, "no errors out of line", "enter");
    assert_eq!(open(&flow), [&*all[0], &all[4]], "{}", flow.screen());
    does(&mut flow, "All instances answer", "enter 'board 7' enter");
    assert_eq!(open(&flow), [&*all[4]]);
    does(&mut flow, "P95 and errors now", "enter 'no slower' enter");
    assert_eq!(open(&flow), Vec::<String>::new());
}
