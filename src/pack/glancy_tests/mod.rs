//! The glancy pack against the rows of its runbook.

mod flows;
mod gates;
mod lights;
pub(crate) mod world;

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;

use self::world::{World, glancy, hook};
use super::*;
use crate::domain::{
    alert::Severity, hook::WINDOW_DELAY, light::Light, slo::SLO_WINDOWS, text::Lang,
};

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
        "bff-cpu",
        "bff-memory",
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
    assert_eq!(ids.len(), 48 + 4 * 2 * SLO_WINDOWS.len());
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

// row: C9
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

// row: C9
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

// row: C9
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

// row: G9
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
    let windows = pack.hook_windows(&"HK-03".into(), &world);
    assert_eq!(windows.len(), 38);
    let lights: Vec<Light> = windows[33..].iter().map(|it| it.light).collect();
    assert_eq!(
        lights,
        [
            Light::Green,
            Light::Yellow,
            Light::Unknown,
            Light::Red,
            Light::Green
        ]
    );
    assert_eq!(
        (windows[36].end, windows[36].running),
        ("2026-11-21T06:30:00Z".parse().expect("a time"), false)
    );
    assert!(windows[37].running, "the last one goes on");
}

// row: G1
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
    let respond = |pairs: &[(&str, &str)]| pack.respond_within(&labels(pairs));
    let minutes = |minutes: u64| Some(Duration::from_secs(minutes * 60));
    assert_eq!(respond(&[("alertname", "CostBurn")]), minutes(30));
    assert_eq!(
        respond(&[("alertname", "Other"), ("severity", "critical")]),
        minutes(5)
    );
    assert_eq!(respond(&[("alertname", "Other")]), None);
    let generic = Pack::generic();
    assert_eq!(
        generic.severity_of(&labels(&[("severity", "critical")])),
        Severity::S1
    );
    assert!(generic.watchlist().discover && generic.lights().next().is_none());
}

// row: C2, C22
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
        9
    );
    assert_eq!(
        pack.links()
            .iter()
            .filter(|link| link.url.is_none())
            .count(),
        5,
        "four boards, and the server of Sentry"
    );
    // Nobody is without a way.
    for role in pack.roles() {
        let mut contacts = pack.contacts().iter();
        assert!(contacts.any(|it| it.roles.contains(&role.id)), "{role:?}");
    }
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
