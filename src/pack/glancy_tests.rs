//! The glancy pack against the rows of its runbook.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;

use super::*;
use crate::domain::{
    alert::Severity,
    hook::{HookState, WINDOW_DELAY},
    id::{QueryId, SloId},
    light::{Light, LightState},
    series::Series,
    slo::{SLO_WINDOWS, SloState},
    text::Lang,
    time::floor_to,
    watchlist::SeriesWatch,
};

fn glancy() -> Pack {
    match Pack::embedded("glancy").expect("glancy comes with the program") {
        Ok(pack) => pack,
        Err(errors) => panic!("{errors}"),
    }
}

/// Everything that glancy reads, as a source would give it: steady values, changed by the tests.
struct World {
    now: Timestamp,
    readings: BTreeMap<QueryId, f64>,
    series: BTreeMap<QueryId, Series>,
    watches: Vec<SeriesWatch>,
}

const GOOD: [(&str, f64); 26] = [
    ("lookup-success", 0.9995),
    ("lookup-errors", 0.0005),
    ("lookup-p95", 1.8),
    ("regen-success", 0.9971),
    ("regen-p95", 2.35),
    ("cost-burn", 0.52),
    ("rate-429", 0.008),
    ("degraded", 0.0025),
    ("cache-l1", 0.62),
    ("cache-l2", 0.34),
    ("doubao-5xx", 0.006),
    ("circuit-open", 0.0),
    ("contract-failures", 0.0),
    ("probe-up", 1.0),
    ("hook/HK-01/success", 0.9995),
    ("hook/HK-01/errors", 0.0005),
    ("hook/HK-01/probe", 1.0),
    ("hook/HK-02/p95", 1.9),
    ("hook/HK-03/cost", 0.52),
    ("hook/HK-04/ratio", 0.008),
    ("hook/HK-04/mismatch", 0.0),
    ("hook/HK-05/success", 0.998),
    ("hook/HK-05/delay", 2.1),
    ("hook/HK-06/degraded", 0.0025),
    ("hook/HK-06/failed", 0.0),
    ("stream-loss", 0.001),
];

impl World {
    fn of(pack: &Pack) -> Self {
        let mut world = Self {
            now: "2026-11-21T06:32:10Z".parse().expect("a time"),
            readings: BTreeMap::new(),
            series: BTreeMap::new(),
            watches: pack.watchlist().series.clone(),
        };
        for (id, value) in GOOD {
            world.set(id, Some(value));
        }
        world
    }

    /// A steady value now and as far back as is watched, or nothing at all.
    fn set(&mut self, id: &str, value: Option<f64>) {
        let id: QueryId = format!("glancy/{id}").into();
        let Some(value) = value else {
            self.readings.remove(&id);
            self.series.remove(&id);
            return;
        };
        self.readings.insert(id.clone(), value);
        if let Some(watch) = self.watches.iter().find(|watch| watch.id == id) {
            let end = floor_to(self.now - watch.delay.unwrap_or_default(), watch.step);
            let count = (watch.span.as_secs() / watch.step.as_secs()) as usize;
            let mut values = vec![Some(value); count + 1];
            if watch.delay.is_some() {
                values.push(Some(value));
            }
            let start = end - watch.step * u32::try_from(count).expect("small");
            self.series.insert(
                id,
                Series {
                    start,
                    step: watch.step,
                    values,
                },
            );
        }
    }

    /// Sets the newest stored values, newest last.
    fn tail(&mut self, id: &str, values: &[Option<f64>]) {
        let id: QueryId = format!("glancy/{id}").into();
        let stored = &mut self.series.get_mut(&id).expect("it is watched").values;
        let from = stored.len() - values.len();
        stored[from..].copy_from_slice(values);
    }
}

impl Facts for World {
    fn reading(&self, id: &QueryId) -> Option<f64> {
        self.readings.get(id).copied()
    }

    fn series(&self, id: &QueryId) -> Option<&Series> {
        self.series.get(id)
    }

    fn now(&self) -> Timestamp {
        self.now
    }

    fn slo(&self, _: &SloId) -> Option<&SloState> {
        None
    }
}

fn hook(pack: &Pack, world: &World, id: &str) -> HookState {
    let states = pack.hook_states(world);
    states
        .into_iter()
        .find(|hook| hook.id.as_str() == id)
        .expect("the hook is there")
}

fn release(pack: &Pack, world: &World) -> LightState {
    let mut states = pack.light_states(world, &pack.hook_states(world));
    states.remove(0)
}

#[test]
fn what_the_watch_reads_has_the_names_the_cluster_answers() {
    let pack = glancy();
    let list = pack.watchlist();
    let ids: Vec<&str> = list.probes.iter().map(|probe| probe.id.as_str()).collect();
    for id in [
        "lookup-p95",
        "lookup-errors",
        "lookup-success",
        "lookup-rate",
        "regen-p95",
        "regen-errors",
        "regen-success",
        "regen-rate",
        "export-p95",
        "export-failures",
        "sub-sync",
        "sub-success",
        "rum-p95",
        "rate-429",
        "quota-mismatch",
        "cost-burn",
        "cache-l1",
        "cache-l2",
        "degraded",
        "degrade-failed",
        "doubao-5xx",
        "doubao-timeout",
        "circuit-open",
        "stream-loss",
        "free-p95",
        "concurrency",
        "queue-wait",
        "synthetic-p95",
        "contract-failures",
        "probe-up",
        "availability",
        "exports-depth",
        "exports-oldest",
        "exports-in",
        "exports-out",
        "lookups-depth",
        "lookups-oldest",
        "lookups-in",
        "lookups-out",
        "subs-depth",
        "subs-oldest",
        "subs-in",
        "subs-out",
    ] {
        assert!(ids.contains(&format!("glancy/{id}").as_str()), "{id}");
    }
    for slo in ["availability", "lookup", "regenerate", "exports"] {
        for (window, _) in SLO_WINDOWS {
            assert!(ids.contains(&format!("glancy/slo/{slo}/errors:{window}").as_str()));
            assert!(ids.contains(&format!("glancy/slo/{slo}/total:{window}").as_str()));
        }
    }
    assert_eq!(ids.len(), 43 + 4 * 2 * SLO_WINDOWS.len());
    assert!(
        list.probes
            .iter()
            .all(|probe| probe.source.is_some() && !probe.expr.contains('$'))
    );
    let series = |id: &str| list.series.iter().find(|watch| watch.id.as_str() == id);
    let cost = series("glancy/hook/HK-03/cost").expect("windows of the hook");
    assert_eq!(cost.step, Duration::from_secs(300));
    assert_eq!(cost.span, Duration::from_secs(3 * 3_600));
    assert_eq!(cost.delay, Some(WINDOW_DELAY));
    let depth = series("glancy/exports-depth").expect("the sparkline of a queue");
    assert_eq!(
        (depth.step.as_secs(), depth.span.as_secs(), depth.delay),
        (60, 3_600, None)
    );
    // Nobody draws the age, but a condition over time looks back at it.
    assert!(series("glancy/exports-oldest").is_some());
    assert!(series("glancy/slo/lookup/errors:5m").is_some());
    assert!(series("glancy/slo/lookup/errors:1h").is_none());
}

#[test]
fn cost_is_green_yellow_and_red_at_its_limits() {
    let pack = glancy();
    let mut world = World::of(&pack);
    for (cost, light) in [
        (0.79, Light::Green),
        (0.8, Light::Yellow),
        (1.2, Light::Red),
    ] {
        world.set("hook/HK-03/cost", Some(cost));
        let state = hook(&pack, &world, "HK-03");
        assert_eq!(state.light, light, "{cost}");
        assert_eq!(state.observed, vec![("cost".to_owned(), Some(cost))]);
        assert_eq!(state.window_end, "2026-11-21T06:30:00Z".parse().ok());
    }
    // The running window is shown and decides nothing.
    world.set("hook/HK-03/cost", Some(0.5));
    world.tail("hook/HK-03/cost", &[Some(1.3)]);
    let state = hook(&pack, &world, "HK-03");
    assert_eq!(
        (state.light, state.running),
        (Light::Green, Some(Light::Red))
    );
}

#[test]
fn a_failed_degrade_alone_is_red() {
    let pack = glancy();
    let mut world = World::of(&pack);
    assert_eq!(hook(&pack, &world, "HK-06").light, Light::Green);
    world.set("hook/HK-06/failed", Some(1.0));
    assert_eq!(hook(&pack, &world, "HK-06").light, Light::Red);
    world.set("hook/HK-06/degraded", None);
    assert_eq!(
        hook(&pack, &world, "HK-06").light,
        Light::Red,
        "whatever the rest is"
    );
}

#[test]
fn the_other_hooks_hold_their_limits() {
    let pack = glancy();
    for (name, value, id, light) in [
        ("hook/HK-01/success", 0.9989, "HK-01", Light::Red),
        ("hook/HK-01/errors", 0.0011, "HK-01", Light::Red),
        ("hook/HK-01/errors", 0.001, "HK-01", Light::Green),
        ("hook/HK-01/probe", 0.9, "HK-01", Light::Red),
        ("hook/HK-02/p95", 2.5, "HK-02", Light::Green),
        ("hook/HK-02/p95", 2.51, "HK-02", Light::Red),
        ("hook/HK-04/ratio", 0.021, "HK-04", Light::Yellow),
        ("hook/HK-04/ratio", 0.031, "HK-04", Light::Red),
        ("hook/HK-04/mismatch", 1.0, "HK-04", Light::Red),
        ("hook/HK-05/success", 0.989, "HK-05", Light::Red),
        ("hook/HK-05/delay", 5.1, "HK-05", Light::Red),
        ("hook/HK-06/degraded", 0.011, "HK-06", Light::Red),
    ] {
        let mut world = World::of(&pack);
        world.set(name, Some(value));
        assert_eq!(hook(&pack, &world, id).light, light, "{name} {value}");
    }
}

#[test]
fn a_window_without_data_is_unknown() {
    let pack = glancy();
    let mut world = World::of(&pack);
    world.set("hook/HK-05/delay", None);
    let state = hook(&pack, &world, "HK-05");
    assert_eq!(state.light, Light::Unknown);
    assert_eq!(state.observed[1], ("delay".to_owned(), None));
    world.set("hook/HK-03/cost", Some(f64::NAN));
    assert_eq!(hook(&pack, &world, "HK-03").light, Light::Unknown);
    // Nothing at all: every hook unknown, and none claims a window.
    world.series.clear();
    let states = pack.hook_states(&world);
    assert!(
        states
            .iter()
            .all(|hook| hook.light == Light::Unknown && hook.window_end.is_none())
    );
}

#[test]
fn while_the_newest_window_is_on_its_way_the_one_before_stands() {
    let pack = glancy();
    let mut world = World::of(&pack);
    world.set("hook/HK-03/cost", Some(0.9));
    let at = |text: &str| -> Timestamp { text.parse().expect("a time") };
    world.now = at("2026-11-21T06:35:50Z");
    let state = hook(&pack, &world, "HK-03");
    assert_eq!(state.window_end, Some(at("2026-11-21T06:30:00Z")));
    assert_eq!(state.light, Light::Yellow);
    // The provisional value of the window that has since ended is not taken for whole.
    world.now = at("2026-11-21T06:37:00Z");
    let state = hook(&pack, &world, "HK-03");
    assert_eq!(state.window_end, Some(at("2026-11-21T06:35:00Z")));
    assert_eq!(state.light, Light::Unknown);
}

#[test]
fn the_history_of_a_hook_has_its_gaps() {
    let pack = glancy();
    let mut world = World::of(&pack);
    world.tail("hook/HK-03/cost", &[Some(0.9), None, Some(1.3), Some(0.5)]);
    let history = pack.hook_history(&"HK-03".into(), &world);
    assert_eq!(history.len(), 37);
    let lights: Vec<Light> = history[33..].iter().map(|(_, light)| *light).collect();
    assert_eq!(
        lights,
        [Light::Green, Light::Yellow, Light::Unknown, Light::Red]
    );
    assert_eq!(
        history[36].0,
        "2026-11-21T06:30:00Z".parse().expect("a time")
    );
}

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

#[test]
fn missing_data_make_the_light_unknown_and_never_green() {
    let pack = glancy();
    for (id, _) in GOOD.iter().filter(|(id, _)| !id.starts_with("hook/")) {
        let mut world = World::of(&pack);
        world.set(id, None);
        let asked = !["probe-up", "stream-loss"].contains(id);
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
    assert_eq!(
        state.reasons,
        ["gauge('rate-429').change > 0.002 in 2 windows"]
    );
}

#[test]
fn queues_turn_at_their_limits() {
    let pack = glancy();
    let exports = &pack.queues()[0];
    let light = |depth, oldest| queue_light(exports, depth, oldest);
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

#[test]
fn a_gauge_near_its_limit_is_yellow() {
    let pack = glancy();
    let light = |id: &str, value| {
        let gauge = pack.gauges().iter().find(|gauge| gauge.id.as_str() == id);
        gauge_light(gauge.expect("the gauge is there"), value)
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
    world.set("stream-loss", Some(0.006));
    assert_eq!(verdict(&world).fires, Some(Truth::True));
    world.tail("stream-loss", &[Some(0.004), Some(0.006)]);
    assert_eq!(verdict(&world).fires, Some(Truth::False));
}

#[test]
fn severities_come_from_the_alert_and_else_from_its_labels() {
    let pack = glancy();
    let labels = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    };
    let of = |pairs: &[(&str, &str)]| pack.severity_of(&labels(pairs));
    assert_eq!(
        of(&[("alertname", "ExportBacklog"), ("severity", "warning")]),
        Severity::S2
    );
    assert_eq!(
        of(&[("alertname", "Other"), ("severity", "critical")]),
        Severity::S1
    );
    assert_eq!(
        of(&[("alertname", "Other"), ("severity", "warning")]),
        Severity::S3
    );
    assert_eq!(
        of(&[("alertname", "Other"), ("severity", "odd")]),
        Severity::Unranked
    );
    let respond: Vec<_> = pack
        .severities()
        .iter()
        .filter_map(|severity| severity.respond)
        .collect();
    assert_eq!(respond, [300, 900, 1_800].map(Duration::from_secs));
    let second = pack.severity(Severity::S2).expect("there are three");
    assert_eq!(second.title.get(Lang::Zh), "Sev-2");
    let backlog = pack.alert_spec("ExportBacklog").expect("the pack knows it");
    assert_eq!(backlog.respond, Some(Duration::from_secs(900)));
    assert_eq!(backlog.flow.as_deref(), Some("export-backlog"));
    assert!(backlog.links[0].1.ends_with("/queues-cost/queue-health"));
    assert!(pack.alert_spec("Nothing").is_none());
    let generic = Pack::generic();
    assert_eq!(
        generic.severity_of(&labels(&[("severity", "critical")])),
        Severity::S1
    );
    assert!(generic.watchlist().discover && generic.lights().next().is_none());
}

#[test]
fn who_and_where() {
    let pack = glancy();
    assert_eq!(pack.digest.len(), 64);
    assert_eq!(pack.desk.context.as_deref(), Some("prod"));
    let shift = pack
        .shift_at("2026-11-21T06:32:00Z".parse().expect("a time"))
        .expect("always one");
    assert_eq!(shift.title.get(Lang::Zh), "白班");
    assert_eq!(shift.to, "2026-11-21T11:00:00Z".parse().expect("a time"));
    assert_eq!(
        pack.links()
            .iter()
            .filter(|link| link.url.is_some())
            .count(),
        10
    );
    assert_eq!(
        pack.links()
            .iter()
            .filter(|link| link.url.is_none())
            .count(),
        4
    );
    assert_eq!(
        pack.chains()[0].roles,
        ["primary", "secondary", "release-manager"]
    );
}

/// In a debug build, so a release build has an order of magnitude to spare.
#[test]
#[expect(clippy::disallowed_methods, reason = "the test measures")]
fn judging_everything_takes_less_than_a_millisecond() {
    let pack = glancy();
    let world = World::of(&pack);
    let best = (0..50)
        .map(|_| {
            let start = std::time::Instant::now();
            let hooks = pack.hook_states(&world);
            let lights = pack.light_states(&world, &hooks);
            let verdicts = pack.alert_verdicts(&world, &hooks, &lights);
            assert_eq!(verdicts.len(), pack.alerts().len());
            start.elapsed()
        })
        .min();
    eprintln!("best {best:?}");
    assert!(best < Some(Duration::from_millis(1)), "{best:?}");
}
