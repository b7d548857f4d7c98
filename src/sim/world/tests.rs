use super::scenario::span;
use super::testing::{deployment, start, world};
use super::*;

fn minutes(world: &mut World, count: u32) {
    let from = world.last_step();
    for k in 1..=count * 6 {
        world.advance(span(from, f64::from(k) * 10.0));
    }
}

fn firing(world: &World) -> Vec<(String, f64)> {
    let fired = |now: AlertNow<'_>| match now.rule.state {
        RuleState::Firing { fired, .. } => Some((now.alert.name.clone(), fired)),
        _ => None,
    };
    world.alerts().filter_map(fired).collect()
}

fn read(world: &World, id: &str, at: f64) -> Option<f64> {
    let answer = resolve(world.model(), id).unwrap();
    world.read(&answer, at)
}

#[test]
fn the_same_seed_plays_the_same_world() {
    let play = |seed| {
        let (mut world, _) = world("export-backlog", seed);
        minutes(&mut world, 3);
        world
            .state
            .values
            .iter()
            .map(|value| value.to_bits())
            .collect::<Vec<_>>()
    };
    assert_eq!(play(7), play(7));
    assert_ne!(play(7), play(8));
}

#[test]
fn export_backlog_begins_in_the_middle_of_the_trouble() {
    for seed in [1, 7, 42] {
        let (world, cluster) = world("export-backlog", seed);
        assert!(world.value("exports.depth").unwrap() > 2000.0);
        assert!(world.value("exports.oldest").unwrap() > 300.0);
        assert!(world.value("export_p95").unwrap() > 5.0);
        let firing = firing(&world);
        for name in ["ExportBacklog", "CostBurn", "BackupLate", "ExportSlow"] {
            let found = firing.iter().find(|(alert, _)| alert == name);
            let (_, fired) = found.unwrap_or_else(|| panic!("{name} in {firing:?}"));
            assert!(*fired < -60.0, "{name} since {fired}");
        }
        let pending = world
            .alerts()
            .filter(|now| matches!(now.rule.state, RuleState::Pending { .. }));
        assert_eq!(
            pending
                .map(|now| now.alert.name.as_str())
                .collect::<Vec<_>>(),
            ["SubscriptionExporterDown"]
        );
        assert!(!cluster.faults().is_empty());
        assert!(
            cluster
                .lines()
                .iter()
                .any(|line| line.starts_with("WARN render: buffer "))
        );
        assert_eq!(read(&world, "glancy/sub-sync", 0.0), None);
        assert!(read(&world, "glancy/sub-sync", -400.0).is_some());
        let seen = read(&world, "glancy/age/sub-sync", 0.0).unwrap();
        let age = start().as_second() as f64 - seen;
        assert!((345.0..=390.0).contains(&age), "{age}");
    }
}

#[test]
fn untreated_the_backlog_goes_on_growing() {
    let (mut world, _) = world("export-backlog", 7);
    let before = world.value("exports.depth").unwrap();
    minutes(&mut world, 30);
    assert!(world.value("exports.depth").unwrap() > before);
}

#[test]
fn more_workers_drain_the_queue() {
    let (mut world, cluster) = world("export-backlog", 7);
    cluster.scale(&deployment("export-worker"), 36, "li");
    minutes(&mut world, 30);
    assert!(world.value("exports.depth").unwrap() < 300.0);
    assert!(world.value("exports.oldest").unwrap() < 60.0);
    assert!(
        cluster.faults().is_empty(),
        "memory fell, nobody is killed any more"
    );
    assert!(
        !firing(&world)
            .iter()
            .any(|(name, _)| name.starts_with("Export"))
    );
}

#[test]
fn the_old_image_drains_the_queue_too() {
    let (mut world, cluster) = world("export-backlog", 7);
    cluster.roll_out(
        &deployment("export-worker"),
        "registry.glancy.dev/export-worker:2.3.1",
        "li",
    );
    let before = world.value("exports.depth").unwrap();
    minutes(&mut world, 30);
    let after = world.value("exports.depth").unwrap();
    assert!(after < before - 500.0, "{before} → {after}");
}

#[test]
fn switching_exports_off_stops_what_comes_in() {
    let (mut world, cluster) = world("export-backlog", 7);
    cluster.set_config(
        "prod",
        "glancy-flags",
        "glancy.exports.enabled",
        "false",
        "li",
    );
    minutes(&mut world, 1);
    assert!(world.value("exports.in").unwrap().abs() < 1e-9);
}

#[test]
fn bad_release_is_red_and_a_rollback_heals_it() {
    let (mut world, cluster) = world("bad-release", 7);
    let success = |world: &World| read(world, "glancy/hook/HK-01/success", world.state.at).unwrap();
    assert!(success(&world) < 0.97);
    let names = |world: &World| {
        firing(world)
            .into_iter()
            .map(|(name, _)| name)
            .collect::<Vec<_>>()
    };
    assert!(
        names(&world).contains(&"LookupBudgetBurn".to_owned()),
        "{:?}",
        names(&world)
    );
    let errors = read(&world, "glancy/slo/lookup/errors:1h", 0.0).unwrap();
    let total = read(&world, "glancy/slo/lookup/total:1h", 0.0).unwrap();
    assert!(errors / total > 0.0144);
    cluster.roll_out(
        &deployment("lookup-bff"),
        "registry.glancy.dev/lookup-bff:5.8.2",
        "li",
    );
    minutes(&mut world, 12);
    assert!(success(&world) >= 0.999, "{}", success(&world));
    assert!(
        !names(&world).iter().any(|name| name.starts_with("Lookup")),
        "{:?}",
        names(&world)
    );
}

#[test]
fn quiet_fires_nothing_and_stands_still() {
    let (mut world, cluster) = world("quiet", 7);
    assert!(firing(&world).is_empty());
    let everything = |world: &World, at: f64| {
        let mut ids: Vec<_> = world.model().ids.iter().collect();
        ids.sort_by_key(|(id, _)| id.as_str());
        ids.into_iter()
            .map(|(id, answer)| (id.clone(), world.read(answer, at).map(f64::to_bits)))
            .collect::<Vec<_>>()
    };
    let before = everything(&world, 0.0);
    assert!(before.iter().all(|(_, value)| value.is_some()));
    assert_eq!(
        before,
        everything(&world, -7200.0),
        "its past is as its present"
    );
    minutes(&mut world, 90);
    assert!(before == everything(&world, 5400.0), "and its future");
    assert!(
        cluster.steps().len() > 100,
        "the controllers run all the same"
    );
}

#[test]
fn every_window_of_an_objective_has_counts_that_grow_with_it() {
    let (world, _) = world("export-backlog", 7);
    for slo in ["availability", "lookup", "regenerate", "exports"] {
        let mut last = 0.0;
        for window in ["5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d"] {
            let errors = read(&world, &format!("glancy/slo/{slo}/errors:{window}"), 0.0).unwrap();
            let total = read(&world, &format!("glancy/slo/{slo}/total:{window}"), 0.0).unwrap();
            assert!(
                total > last && errors > 0.0 && errors < total,
                "{slo} {window}: {errors} of {total}"
            );
            last = total;
        }
    }
}

#[test]
fn unknown_ids_are_unknown_and_discovery_is_empty() {
    let (world, _) = world("quiet", 1);
    assert!(resolve(world.model(), "glancy/nope").is_err());
    assert!(resolve(world.model(), "glancy/age/nope").is_err());
    assert!(resolve(world.model(), "other/lookup-p95").is_err());
    assert_eq!(read(&world, "generic/discover/sloth", 0.0), None);
    for probe in [
        "lookup-p95",
        "slo/lookup",
        "hook/HK-05",
        "exports",
        "exports-depth",
        "subscription",
    ] {
        assert!(
            resolve(world.model(), &format!("glancy/age/{probe}")).is_ok(),
            "{probe}"
        );
    }
}

#[test]
fn a_long_sleep_is_made_up_for_in_bounded_work() {
    let (mut world, _) = world("export-backlog", 7);
    world.advance(span(start(), 86_400.0 * 3.0));
    assert!((world.relative(world.last_step()) - 86_400.0 * 3.0).abs() < 150.0);
}

#[test]
fn the_watchlist_of_the_pack_is_answered() {
    let (world, _) = world("quiet", 1);
    let probes = "lookup-p95 lookup-errors lookup-success lookup-rate regen-p95 regen-errors regen-success regen-rate \
        export-p95 export-failures sub-sync sub-success rum-p95 rate-429 quota-mismatch cost-burn cache-l1 cache-l2 \
        degraded degrade-failed doubao-5xx doubao-timeout circuit-open stream-loss free-p95 concurrency queue-wait \
        sub-exporter export-oom base-backup-age synthetic-p95 contract-failures probe-up availability exports-depth exports-oldest exports-in exports-out \
        lookups-depth lookups-oldest lookups-in lookups-out subs-depth subs-oldest subs-in subs-out \
        hook/HK-01/success hook/HK-01/errors hook/HK-01/probe hook/HK-02/p95 hook/HK-03/cost hook/HK-04/ratio \
        hook/HK-04/mismatch hook/HK-05/success hook/HK-05/delay hook/HK-06/degraded hook/HK-06/failed";
    for id in probes.split_whitespace() {
        assert!(read(&world, &format!("glancy/{id}"), 0.0).is_some(), "{id}");
        assert!(
            read(&world, &format!("glancy/age/{id}"), 0.0).is_some(),
            "age of {id}"
        );
    }
    let good = |id: &str| read(&world, &format!("glancy/{id}"), 0.0).unwrap();
    assert!(
        good("lookup-success") >= 0.999
            && good("lookup-p95") <= 2.5
            && good("regen-success") >= 0.995
    );
    assert!(good("regen-p95") <= 3.0 && good("export-p95") <= 5.0 && good("sub-sync") <= 5.0);
    assert!(good("cost-burn") < 0.72 && good("degraded") <= 0.009 && good("rate-429") <= 0.018);
    assert!(
        good("exports-depth") < 450.0 && good("exports-oldest") < 108.0 && good("rum-p95") < 2.25
    );
}

#[test]
fn forcing_basic_answers_saves_the_lookups_while_the_upstream_is_out() {
    let (mut world, cluster) = world("doubao-outage", 7);
    let names = |world: &World| {
        firing(world)
            .into_iter()
            .map(|(name, _)| name)
            .collect::<Vec<_>>()
    };
    for name in ["DoubaoErrors", "Degraded", "LookupErrors"] {
        assert!(
            names(&world).contains(&name.to_owned()),
            "{name} in {:?}",
            names(&world)
        );
    }
    cluster.set_config(
        "prod",
        "glancy-flags",
        "glancy.lookup.force_basic",
        "true",
        "li",
    );
    minutes(&mut world, 8);
    assert!(!names(&world).contains(&"LookupErrors".to_owned()));
    assert!(
        names(&world).contains(&"DoubaoErrors".to_owned()),
        "the upstream is as it was"
    );
    minutes(&mut world, 60);
    assert!(!names(&world).contains(&"DoubaoErrors".to_owned()));
}

#[test]
fn counts_are_whole_and_measures_are_not() {
    for (value, text) in [
        (3.0, "3"),
        (0.0, "0"),
        (5.25, "5.25"),
        (0.1, "0.10"),
        (41.6, "42"),
        (-2.0, "-2"),
    ] {
        assert_eq!(stage::short(value), text);
    }
}
