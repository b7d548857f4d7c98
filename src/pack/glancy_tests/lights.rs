//! Gauges, queues, the release light and the ends of alerts.

use super::world::{GOOD, World, glancy, release};
use jiff::{SignedDuration, Timestamp};

use crate::{
    domain::{
        freshness::Fresh, gauge_state::gauge_state, id::QueryId, light::Light,
        queue_state::queue_state, text::Lang,
    },
    pack::Truth,
};

fn fresh(value: Option<&f64>) -> Fresh<'_, f64> {
    value.map_or(Fresh::NoData, |value| Fresh::Live {
        value,
        as_of: Timestamp::UNIX_EPOCH,
    })
}

// row: C10
#[test]
fn the_release_light_has_limits_of_its_own() {
    let pack = glancy();
    let mut world = World::of(&pack);
    let state = release(&pack, &world);
    assert_eq!((state.light, state.reasons), (Light::Green, vec![]));
    for (cost, light) in [
        (1.0, Light::Yellow),
        (1.3, Light::Yellow),
        (1.6, Light::Red),
    ] {
        world.set("cost-burn", Some(cost));
        assert_eq!(release(&pack, &world).light, light, "{cost}");
    }
    assert_eq!(
        release(&pack, &world).reasons,
        ["gauge('cost-burn').value > 1.5"]
    );
    world.set("cost-burn", Some(0.6));
    world.set("cache-l1", Some(0.39));
    let state = release(&pack, &world);
    assert_eq!(state.light, Light::Yellow);
    assert_eq!(state.reasons, ["!(gauge('cache-l1').value >= 0.4)"]);
}

// row: C10
#[test]
fn the_release_light_proposes_by_its_colour() {
    let pack = glancy();
    let mut world = World::of(&pack);
    let proposed = |world: &World| {
        let state = release(&pack, world);
        pack.light_proposal(&state.id, state.light)
    };
    assert_eq!(proposed(&world), None, "all is well");
    world.set("cost-burn", Some(1.0));
    let warn = proposed(&world).expect("cost is yellow").clone();
    assert_eq!(
        warn.actions,
        [
            "glancy/cache-l2-first".into(),
            "glancy/limit-user-rpm".into()
        ]
    );
    assert_eq!(warn.flow, None);
    world.set("cost-burn", Some(1.6));
    let red = proposed(&world).expect("cost is red");
    assert_eq!(red.actions, ["glancy/rollback".into()]);
    assert_eq!(red.flow.as_deref(), Some("rollback"));
    world.set("cost-burn", None);
    assert_eq!(proposed(&world), None, "nothing is known");
}

// row: G9
#[test]
fn missing_data_make_the_light_unknown_and_never_green() {
    let pack = glancy();
    for (id, _) in GOOD.iter().filter(|(id, _)| !id.starts_with("hook/")) {
        let mut world = World::of(&pack);
        world.set(id, None);
        let asked = !["probe-up", "stream-loss", "sub-sync"].contains(id);
        let light = release(&pack, &world).light;
        assert_eq!(light == Light::Green, !asked, "{id}");
        assert!(!asked || light == Light::Unknown, "{id}");
    }
    let mut world = World::of(&pack);
    world.set("lookup-p95", None);
    world.set("cost-burn", Some(1.0));
    assert_eq!(
        release(&pack, &world).light,
        Light::Unknown,
        "unknown is worse than yellow"
    );
    world.set("cost-burn", Some(1.6));
    assert_eq!(
        release(&pack, &world).light,
        Light::Red,
        "red is worse than unknown"
    );
}

// row: C10
#[test]
fn doubao_must_fail_for_a_minute() {
    let pack = glancy();
    let mut world = World::of(&pack);
    world.set("doubao-5xx", Some(0.06));
    assert_eq!(release(&pack, &world).light, Light::Red);
    // 06:31 and 06:32 are stored; the minute before now begins at 06:31:10.
    world.tail("doubao-5xx", &[Some(0.01), Some(0.06)]);
    assert_eq!(
        release(&pack, &world).light,
        Light::Green,
        "not for a whole minute"
    );
    world.tail("doubao-5xx", &[None, Some(0.06)]);
    assert_eq!(release(&pack, &world).light, Light::Unknown);
    world.tail("doubao-5xx", &[Some(0.06), Some(0.06)]);
    world.readings.insert("glancy/doubao-5xx".into(), 0.01);
    assert_eq!(release(&pack, &world).light, Light::Green, "it is over");
}

#[test]
fn a_429_that_rises_twice_is_yellow() {
    let pack = glancy();
    let mut world = World::of(&pack);
    let rise: Vec<Option<f64>> = (0..15)
        .map(|minute| Some(0.008 + 0.001 * f64::from(minute)))
        .collect();
    world.tail("rate-429", &rise);
    let state = release(&pack, &world);
    assert_eq!(state.light, Light::Yellow);
    assert_eq!(state.reasons, ["gauge('rate-429').change > 0.002 [2×5m]"]);
}

// row: C12
#[test]
fn queues_turn_at_their_limits() {
    let pack = glancy();
    let exports = &pack.queues()[0];
    let light = |depth: Option<f64>, oldest: Option<f64>| {
        let read = |id: &QueryId| {
            let value = if *id == exports.depth {
                depth.as_ref()
            } else {
                oldest.as_ref()
            };
            fresh(value)
        };
        queue_state(exports, read, None, Timestamp::UNIX_EPOCH).light
    };
    assert_eq!(light(Some(500.0), Some(10.0)), Light::Green);
    assert_eq!(light(Some(501.0), Some(10.0)), Light::Yellow);
    assert_eq!(light(Some(2001.0), Some(10.0)), Light::Red);
    assert_eq!(light(Some(5.0), Some(121.0)), Light::Yellow);
    assert_eq!(light(Some(5.0), Some(301.0)), Light::Red);
    assert_eq!(light(Some(5.0), None), Light::Unknown);
    assert_eq!(light(Some(0.0), None), Light::Green);
    assert_eq!(light(Some(2001.0), None), Light::Red);
    assert_eq!(light(None, None), Light::Unknown);
}

// row: B3
#[test]
fn a_gauge_near_its_limit_is_yellow() {
    let pack = glancy();
    let light = |id: &str, value: Option<f64>| {
        let gauge = pack.gauges().iter().find(|gauge| gauge.id.as_str() == id);
        gauge_state(gauge.expect("the gauge is there"), fresh(value.as_ref())).light
    };
    assert_eq!(light("lookup-p95", Some(2.2)), Some(Light::Green));
    assert_eq!(light("lookup-p95", Some(2.3)), Some(Light::Yellow));
    assert_eq!(light("lookup-p95", Some(2.51)), Some(Light::Red));
    assert_eq!(light("lookup-success", Some(0.9995)), Some(Light::Green));
    assert_eq!(light("lookup-success", Some(0.999_05)), Some(Light::Yellow));
    assert_eq!(light("lookup-success", Some(0.9989)), Some(Light::Red));
    assert_eq!(light("cost-burn", Some(0.79)), Some(Light::Green));
    assert_eq!(light("cost-burn", Some(0.8)), Some(Light::Yellow));
    assert_eq!(light("lookup-p95", None), Some(Light::Unknown));
    assert_eq!(
        light("lookup-rate", Some(200.0)),
        None,
        "no limit, no colour"
    );
    let first: Vec<&str> = pack
        .gauges()
        .iter()
        .take(6)
        .map(|gauge| gauge.title.get(Lang::En))
        .collect();
    assert_eq!(
        first,
        [
            "lookup ok",
            "lookup P95",
            "regen ok",
            "regen P95",
            "export P95",
            "sub sync"
        ]
    );
}

// row: C16
#[test]
fn two_good_windows_of_cost_are_no_recovery_and_three_are() {
    let pack = glancy();
    let mut world = World::of(&pack);
    world.set("cost-burn", Some(0.9));
    let recovered = |world: &World| {
        let verdicts = pack.alert_verdicts(world, &[], &[]);
        verdicts
            .into_iter()
            .find(|verdict| verdict.id == "CostBurn")
            .and_then(|verdict| verdict.recovered)
    };
    // Stored to 06:32; the windows end at 06:20, 06:25 and 06:30.
    world.tail("cost-burn", &[Some(0.7); 8]);
    assert_eq!(recovered(&world), Some(Truth::False));
    world.tail("cost-burn", &[Some(0.7); 13]);
    assert_eq!(recovered(&world), Some(Truth::True));
    world.set("cost-burn", None);
    assert_eq!(
        recovered(&world),
        Some(Truth::Unknown),
        "an exporter that is gone proves nothing"
    );
}

#[test]
fn streaming_loss_fires_without_a_rule_in_alertmanager() {
    let pack = glancy();
    let mut world = World::of(&pack);
    let verdict = |world: &World| {
        let verdicts = pack.alert_verdicts(world, &[], &[]);
        verdicts
            .into_iter()
            .find(|verdict| verdict.id == "StreamingLoss")
            .expect("it is there")
    };
    assert_eq!(verdict(&world).fires, Some(Truth::False));
    assert_eq!(verdict(&world).recovered, Some(Truth::True));
    assert_eq!(verdict(&world).since, None, "it does not fire");
    world.set("stream-loss", Some(0.006));
    assert_eq!(verdict(&world).fires, Some(Truth::True));
    let since = verdict(&world).since.expect("the stored values tell");
    world.now += SignedDuration::from_secs(15);
    assert_eq!(
        verdict(&world).since,
        Some(since),
        "whoever looks later sees the same beginning"
    );
    world.now -= SignedDuration::from_secs(15);
    world.tail("stream-loss", &[Some(0.004), Some(0.006)]);
    assert_eq!(verdict(&world).fires, Some(Truth::False));
}
