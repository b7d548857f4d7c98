//! The gates of a release, and the windows of hooks as every bastion sees them.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::world::{Desk, World, glancy, hook};
use TickState::{Fails, Holds, Open, Stale};

use crate::{
    domain::{
        action::{record::ActorMark, value::Value},
        light::Light,
        logbook::Tick,
        time::floor_to,
    },
    pack::{Facts, GateState, HookWindow, Pack, Row, TickState, Truth},
};

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn gate(pack: &Pack, world: &World, id: &str) -> GateState {
    let states = pack.gate_states(world, &pack.hook_states(world));
    let state = states.into_iter().find(|gate| gate.id.as_str() == id);
    state.expect("the gate is there")
}

fn said(world: &World, holds: bool, ago: SignedDuration) -> Tick {
    Tick {
        at: world.now - ago,
        by: ActorMark::default(),
        holds,
        evidence: "seen".to_owned(),
    }
}

fn limits(state: &GateState) -> Vec<Light> {
    state.limits.iter().map(|limit| limit.light).collect()
}

// row: C8
#[test]
fn each_gate_says_what_its_step_asks() {
    let pack = glancy();
    let gates: Vec<(&str, Option<f64>, usize, usize, usize)> = pack
        .gates()
        .iter()
        .map(|gate| {
            let parts = (gate.hooks.len(), gate.limits.len(), gate.ticks.len());
            (gate.id.as_str(), gate.weight, parts.0, parts.1, parts.2)
        })
        .collect();
    assert_eq!(
        gates,
        [
            ("REL-B0", Some(0.5), 2, 1, 3),
            ("REL-B1", Some(1.0), 1, 4, 0),
            ("REL-B2", Some(5.0), 0, 1, 3),
            ("REL-B3", Some(15.0), 1, 2, 1),
            ("REL-B4", Some(50.0), 0, 3, 1),
            ("REL-B5", Some(100.0), 6, 0, 3),
        ]
    );
    let proposes = |id: &str| {
        let gate = pack.gate(&id.into()).expect("it is there");
        gate.on_fail.clone().expect("it says what then")
    };
    assert!(proposes("REL-B0").actions.is_empty(), "nothing is out yet");
    let back = proposes("REL-B3");
    assert_eq!(
        back.actions,
        ["glancy/rollback".into(), "glancy/pause-free".into()]
    );
    assert_eq!(back.flow.as_deref(), Some("rollback"));
    // One step back, and the mirror of the quotas is looked at.
    assert_eq!(
        proposes("REL-B2").actions,
        ["glancy/rollback".into(), "glancy/quota-mismatch".into()]
    );
}

// row: C8
#[test]
fn a_gate_is_the_worst_of_its_parts() {
    let pack = glancy();
    let mut world = World::of(&pack);
    world.set("sub-success", Some(0.998));
    let state = gate(&pack, &world, "REL-B1");
    assert_eq!((state.light, state.held()), (Light::Green, (5, 5)));
    world.set("cost-burn", Some(0.81));
    let state = gate(&pack, &world, "REL-B1");
    assert_eq!(
        limits(&state),
        [Light::Green, Light::Green, Light::Red, Light::Green]
    );
    assert_eq!((state.light, state.held()), (Light::Red, (4, 5)));
    // Nothing is known of one limit: the gate is neither green nor red for it.
    world.set("cost-burn", Some(0.5));
    world.set("sub-success", None);
    let state = gate(&pack, &world, "REL-B1");
    assert_eq!(
        (state.light, limits(&state)[3]),
        (Light::Unknown, Light::Unknown)
    );
    world.set("lookup-p95", Some(2.6));
    assert_eq!(
        gate(&pack, &world, "REL-B1").light,
        Light::Red,
        "red is worse"
    );
}

// row: C8
#[test]
fn a_subscription_hook_that_trips_fails_the_gate_whatever_the_share_is() {
    let pack = glancy();
    let mut world = World::of(&pack);
    world.set("sub-success", Some(0.998));
    world.set("hook/HK-05/delay", Some(5.1));
    let state = gate(&pack, &world, "REL-B1");
    assert_eq!((state.light, state.held()), (Light::Red, (4, 5)));
    world.set("hook/HK-05/delay", None);
    assert_eq!(gate(&pack, &world, "REL-B1").light, Light::Unknown);
    world.set("hook/HK-05/delay", Some(5.0));
    assert_eq!(gate(&pack, &world, "REL-B1").light, Light::Green);
}

// row: C8
#[test]
fn a_yellow_hook_blocks_only_where_green_is_asked() {
    let pack = glancy();
    let mut world = World::of(&pack);
    world.set("free-p95", Some(2.0));
    world.set("export-p95", Some(3.0));
    let holds = said(&world, true, SignedDuration::from_mins(5));
    world.ticked("REL-B3", "deletes", holds.clone());
    world.ticked("REL-B4", "logs", holds);
    assert_eq!(gate(&pack, &world, "REL-B3").light, Light::Green);
    world.set("cost-burn", Some(1.1));
    world.set("hook/HK-03/cost", Some(1.1));
    let asked = gate(&pack, &world, "REL-B3");
    assert_eq!(
        (asked.light, asked.hooks[0].shows),
        (Light::Red, Light::Yellow)
    );
    // REL-B4 lets 1.1 pass by its number, and shows the yellow hook beside it.
    let beside = gate(&pack, &world, "REL-B4");
    assert_eq!(
        (beside.hooks[0].shows, beside.hooks[0].decides),
        (Light::Yellow, false)
    );
    assert_eq!(limits(&beside)[1..], [Light::Green, Light::Green]);
    assert_eq!(
        limits(&beside)[0],
        Light::Unknown,
        "nothing is known of the budget"
    );
    // A hook without data is unknown, where it is asked.
    world.set("hook/HK-03/cost", None);
    assert_eq!(gate(&pack, &world, "REL-B3").light, Light::Unknown);
}

// row: C8
#[test]
fn the_half_of_all_traffic_asks_for_a_fifth_of_the_budget_at_most() {
    let pack = glancy();
    let mut world = World::of(&pack);
    let holds = said(&world, true, SignedDuration::from_mins(5));
    world.ticked("REL-B4", "logs", holds);
    assert_eq!(gate(&pack, &world, "REL-B4").light, Light::Unknown);
    for (left, light) in [(0.8, Light::Green), (0.79, Light::Red)] {
        world.budget("lookup", left);
        let state = gate(&pack, &world, "REL-B4");
        assert_eq!((state.light, limits(&state)[0]), (light, light), "{left}");
    }
    // A cost of 1.1 passes by its number, and the yellow hook decides nothing.
    world.budget("lookup", 0.8);
    for (cost, light) in [(1.1, Light::Green), (1.2, Light::Green), (1.21, Light::Red)] {
        world.set("cost-burn", Some(cost));
        world.set("hook/HK-03/cost", Some(1.1));
        let state = gate(&pack, &world, "REL-B4");
        assert_eq!((state.light, limits(&state)[2]), (light, light), "{cost}");
        assert_eq!(state.hooks[0].shows, Light::Yellow);
    }
}

// row: C5, C8
#[test]
fn all_traffic_follows_half_an_hour_of_the_half_and_its_green_gate() {
    let pack = glancy();
    let mut world = World::of(&pack);
    let holds = said(&world, true, SignedDuration::from_mins(5));
    world.ticked("REL-B4", "logs", holds);
    let mut actions = pack.actions().iter();
    let promote = actions
        .find(|it| it.id.as_str() == "glancy/promote")
        .expect("it is there");
    let may = |world: &World, minutes: f64| {
        let desk = Desk {
            params: [
                ("batch".to_owned(), Value::text("REL-B5")),
                ("weight".to_owned(), Value::Float(100.0)),
            ]
            .into(),
            before: [
                ("stage.batch".to_owned(), Value::text("REL-B4")),
                ("stage.weight".to_owned(), Value::Float(50.0)),
            ]
            .into(),
            done: vec!["promote"],
            ago: minutes * 60.0,
            ..Desk::default()
        };
        let judged = pack.judge_guard(promote, world, &desk);
        judged.expect("it has one").truth
    };
    assert_eq!(may(&world, 31.0), Truth::Unknown, "of its budget");
    world.budget("lookup", 0.8);
    assert_eq!(may(&world, 31.0), Truth::True);
    assert_eq!(may(&world, 29.0), Truth::False, "it is watched still");
    world.budget("lookup", 0.79);
    assert_eq!(may(&world, 31.0), Truth::False);
}

#[test]
fn what_a_person_says_counts_as_long_as_the_pack_says() {
    let pack = glancy();
    let mut world = World::of(&pack);
    world.set("synthetic-p95", Some(1.7));
    let states = |world: &World| {
        let state = gate(&pack, world, "REL-B0");
        let ticks: Vec<TickState> = state.ticks.iter().map(|tick| tick.state).collect();
        (state.light, ticks)
    };
    assert_eq!(states(&world), (Light::Unknown, vec![Open, Open, Open]));
    let yes = said(&world, true, SignedDuration::from_mins(5));
    world.ticked("REL-B0", "replays", yes);
    let drilled = said(&world, true, SignedDuration::from_hours(24 * 89));
    world.ticked("REL-B0", "drills", drilled.clone());
    assert_eq!(states(&world), (Light::Unknown, vec![Holds, Holds, Open]));
    world.ticked("REL-B0", "rollback-drill", drilled);
    assert_eq!(states(&world), (Light::Green, vec![Holds, Holds, Holds]));
    let old = said(&world, true, SignedDuration::from_hours(24));
    world.ticked("REL-B0", "replays", old);
    assert_eq!(states(&world), (Light::Unknown, vec![Stale, Holds, Holds]));
    let no = said(&world, false, SignedDuration::from_mins(1));
    world.ticked("REL-B0", "replays", no);
    assert_eq!(states(&world), (Light::Red, vec![Fails, Holds, Holds]));
}

#[test]
fn a_limit_over_windows_tells_what_the_last_window_read() {
    let pack = glancy();
    let mut world = World::of(&pack);
    // The newest value is not in a whole window yet.
    world.tail("lookup-p95", &[Some(9.9)]);
    let state = gate(&pack, &world, "REL-B1");
    let says = format!("{:?}", state.limits[0].says);
    assert!(says.contains("1.8") && !says.contains("9.9"), "{says}");
    assert_eq!(state.limits[0].light, Light::Green);
}

// row: C23
#[test]
fn good_windows_in_a_row_are_counted_and_gaps_break_them() {
    let pack = glancy();
    let mut world = World::of(&pack);
    let row = |world: &World| pack.hook_row(&"HK-03".into(), world);
    assert_eq!(row(&world), Row::AtLeast(37));
    // The last one of each is the running window, which counts for nothing.
    for (tail, found) in [
        (vec![Some(0.9), Some(0.5), Some(0.5), Some(9.0)], Row::Of(2)),
        (vec![None, Some(0.5), Some(0.5), Some(0.5)], Row::Gap(2)),
        (vec![Some(0.5), Some(0.5), None, Some(0.5)], Row::Unknown),
        (vec![Some(0.5), Some(0.5), Some(1.3), Some(0.5)], Row::Of(0)),
    ] {
        world.set("hook/HK-03/cost", Some(0.5));
        world.tail("hook/HK-03/cost", &tail);
        assert_eq!(row(&world), found, "{tail:?}");
    }
    world.set("hook/HK-03/cost", None);
    assert_eq!(row(&world), Row::Unknown);
}

/// What the servers have of a series at a time: a value for each end of a window, and the running one.
fn read(world: &mut World, id: &str, all: &[Option<f64>], first: Timestamp, polled: Timestamp) {
    let window = Duration::from_secs(300);
    let end = floor_to(polled - crate::domain::hook::WINDOW_DELAY, window);
    let whole = end.duration_since(first).as_secs() / 300 + 1;
    let whole = usize::try_from(whole).expect("it was polled later");
    world.store(id, first, window, &all[..=whole.min(all.len() - 1)]);
}

#[test]
fn two_bastions_with_clocks_and_polls_of_their_own_see_the_same_windows() {
    let pack = glancy();
    let id = "hook/HK-03/cost";
    let first = at("2026-11-21T05:00:00Z");
    let values: Vec<Option<f64>> = (0..24)
        .map(|place| match place % 7 {
            3 => None,
            5 => Some(1.3),
            _ => Some(0.5),
        })
        .collect();
    let whole = |world: &World| -> Vec<HookWindow> {
        let mut windows = pack.hook_windows(&"HK-03".into(), world);
        windows.retain(|window| !window.running);
        windows
    };
    let now = at("2026-11-21T06:31:00Z");
    // One polled a quarter of a minute before the other, and its clock is two seconds behind; both are past the delay.
    let mut one = World::of(&pack);
    one.now = now - SignedDuration::from_secs(2);
    let polled = one.now - SignedDuration::from_secs(12);
    read(&mut one, id, &values, first, polled);
    let mut other = World::of(&pack);
    other.now = now;
    read(&mut other, id, &values, first, now);
    assert_eq!(whole(&one), whole(&other));
    assert_eq!(
        hook(&pack, &one, "HK-03").light,
        hook(&pack, &other, "HK-03").light
    );
    assert_eq!(
        pack.hook_row(&"HK-03".into(), &one),
        pack.hook_row(&"HK-03".into(), &other)
    );
    // One that was started later, and so read less far back, sees the same where both look.
    let mut young = World::of(&pack);
    young.now = now;
    let later = first + SignedDuration::from_mins(30);
    read(&mut young, id, &values[6..], later, now);
    let (long, short) = (whole(&other), whole(&young));
    assert_eq!(long[long.len() - short.len()..], short[..]);
    // While one has not read the window that just ended, it shows the one before, not another colour for it.
    let mut slow = World::of(&pack);
    slow.now = at("2026-11-21T06:35:50Z");
    read(&mut slow, id, &values, first, at("2026-11-21T06:34:00Z"));
    assert_eq!(slow.now().duration_since(now).as_secs(), 290);
    assert_eq!(whole(&slow), whole(&other));
}

#[test]
fn a_restart_changes_no_row() {
    let pack = glancy();
    let mut world = World::of(&pack);
    world.tail(
        "hook/HK-03/cost",
        &[Some(1.3), Some(0.5), Some(0.5), Some(0.5)],
    );
    let before = pack.hook_row(&"HK-03".into(), &world);
    // Another process holds nothing but what the servers tell again.
    let again = glancy();
    let mut told = World::of(&again);
    told.series = world.series.clone();
    assert_eq!(again.hook_row(&"HK-03".into(), &told), before);
    assert_eq!(before, Row::Of(2));
}
