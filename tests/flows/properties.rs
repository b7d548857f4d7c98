//! Whatever happens in whatever order: no panic, and what must hold holds.

use std::time::Duration;

use proptest::prelude::*;
use quarterdeck::{
    app::{
        command::{Command, Context},
        event::{Event, Mouse},
        layout::items_visible,
        model::Model,
        update,
        view::{Item, Pane},
    },
    domain::{
        id::Uid,
        observation::{Observation, Rows},
        pod::Health,
        text::Lang,
    },
};

use super::{
    Face, Flow, Scene,
    harness::now,
    watch::{self, pod},
};

#[derive(Debug, Clone)]
enum Happens {
    Command(usize),
    Typed(String),
    Resized(u16, u16),
    Pods(Vec<(u8, u8)>),
    Gone(u8),
    Trouble,
    Quiet,
    Wait(u16),
    Click(u16, u16),
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        8 => (0..Command::ALL.len()).prop_map(Happens::Command),
        2 => "\\PC{0,6}".prop_map(Happens::Typed),
        1 => (1..250_u16, 1..80_u16).prop_map(|(columns, rows)| Happens::Resized(columns, rows)),
        3 => prop::collection::vec((any::<u8>(), 0..5_u8), 0..12).prop_map(Happens::Pods),
        2 => any::<u8>().prop_map(Happens::Gone),
        1 => Just(Happens::Trouble),
        1 => Just(Happens::Quiet),
        1 => (0..600_u16).prop_map(Happens::Wait),
        1 => (0..200_u16, 0..60_u16).prop_map(|(x, y)| Happens::Click(x, y)),
    ]
}

fn health(n: u8) -> Health {
    [
        Health::Sick,
        Health::Shaky,
        Health::Moving,
        Health::Well,
        Health::Done,
    ][usize::from(n)]
}

fn apply(flow: &mut Flow, what: Happens) {
    match what {
        // The program ends with it.
        Happens::Command(at) if Command::ALL[at] == Command::Quit => {}
        Happens::Command(at) => flow.event(Event::Command(Command::ALL[at])),
        Happens::Typed(text) => flow.event(Event::Typed(text)),
        Happens::Resized(columns, rows) => flow.event(Event::Resized { columns, rows }),
        Happens::Pods(rows) => {
            let upserts = rows
                .into_iter()
                .map(|(n, state)| {
                    let mut row = pod("export-worker", &format!("{n}"), now());
                    row.health = health(state);
                    row
                })
                .collect();
            flow.observe(vec![Observation::Pods(Rows::Changed {
                upserts,
                gone: Vec::new(),
            })]);
        }
        Happens::Gone(n) => {
            let gone = vec![Uid::from(format!("uid-export-worker-{n}"))];
            flow.observe(vec![Observation::Pods(Rows::Changed {
                upserts: Vec::new(),
                gone,
            })]);
        }
        Happens::Trouble => flow.observe(watch::trouble(now())),
        Happens::Quiet => flow.observe(watch::quiet(now())),
        Happens::Wait(seconds) => flow.wait(Duration::from_secs(u64::from(seconds))),
        Happens::Click(column, row) => flow.event(Event::Mouse(Mouse::Click { column, row })),
    }
}

fn holds(flow: &Flow) {
    let model = &flow.model;
    for pane in Pane::ALL {
        let list = model.view.list(pane);
        assert_eq!(
            list.selected.is_some(),
            !list.items.is_empty(),
            "{pane:?}: something is selected wherever there is something"
        );
        assert!(
            list.selected.is_none() || list.position().is_some(),
            "{pane:?}: what is selected is in the list"
        );
        let unique: std::collections::HashSet<_> = list.items.iter().collect();
        assert_eq!(
            unique.len(),
            list.items.len(),
            "{pane:?}: nothing stands twice"
        );
        let layout = quarterdeck::app::layout::layout(model.size, &model.view);
        if let (Some(area), Some(at)) =
            (layout.and_then(|layout| layout.pane(pane)), list.position())
        {
            let page = items_visible(pane, area, model.view.zoomed).max(1);
            assert!(
                (list.offset..list.offset + page).contains(&at),
                "{pane:?}: what is selected can be seen"
            );
        }
    }
    assert_eq!(
        model.view.list(Pane::Pods).items,
        listed_anew(model),
        "pods that were put into their places one by one stand as if all had been sorted"
    );
    let pods = &model.cluster.pods;
    let sick = pods.iter().filter(|pod| pod.health == Health::Sick).count();
    assert_eq!(model.cluster.count.sick as usize, sick);
    let total = pods.iter().filter(|pod| pod.health != Health::Done).count();
    assert_eq!(model.cluster.count.total as usize, total);
    let rolled: u32 = model
        .cluster
        .roll_ups
        .values()
        .map(|roll_up| roll_up.total)
        .sum();
    assert_eq!(rolled as usize, total, "roll-ups count every pod once");
    assert!(!model.contexts().is_empty());
    assert_eq!(model.takes_text(), model.contexts() == [Context::Text]);
}

/// The pods as they are listed from nothing: turning the order round twice does that.
fn listed_anew(model: &Model) -> Vec<Item> {
    let mut model = model.clone();
    model.view.overlays.clear();
    model.view.typing = None;
    model.view.focus = Pane::Pods;
    for _ in 0..2 {
        let _ = update(&mut model, Event::Command(Command::SortReverse));
    }
    model.view.list(Pane::Pods).items.clone()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn any_order_of_events_keeps_the_invariants(events in prop::collection::vec(happens(), 1..40)) {
        let mut flow = Flow::on(Scene::Connecting, Face { lang: Lang::En, size: (80, 24) });
        for event in events {
            apply(&mut flow, event);
            holds(&flow);
        }
        let (buffer, _) = flow.draw();
        for cell in buffer.content() {
            let clean = cell.symbol().chars().all(|c| !c.is_control());
            // A link is one cell that holds its whole escape sequence; nothing of the outside is in it but its address.
            prop_assert!(clean || cell.symbol().starts_with("\u{1b}]8;;http"), "{:?}", cell.symbol());
        }
    }
}
