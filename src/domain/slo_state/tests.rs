use std::collections::HashMap;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::domain::freshness::{Reading, Trouble, TroubleKind};

const OBJECTIVE: f64 = 0.999;

fn spec(period: Period) -> SloSpec {
    SloSpec {
        id: "lookup".into(),
        title: "lookup".into(),
        objective: OBJECTIVE,
        period,
        queries: "glancy/slo/lookup".into(),
        link: None,
    }
}

/// Readings of all windows: a count of 1,000 requests per second and a share of errors for each window.
struct World {
    spec: SloSpec,
    readings: HashMap<QueryId, Reading<f64>>,
    now: Timestamp,
}

impl World {
    fn new(period: Period, share: impl Fn(&str) -> f64) -> Self {
        let spec = spec(period);
        let mut world = Self {
            readings: HashMap::new(),
            now: Timestamp::from_second(1_000_000).unwrap(),
            spec,
        };
        for (window, seconds) in SLO_WINDOWS {
            let total = seconds as f64 * 1_000.0;
            world.set(window, total * share(window), total);
        }
        world
    }

    fn set(&mut self, window: &str, errors: f64, total: f64) {
        let known = |value| Reading::Known {
            value,
            as_of: self.now,
        };
        let (errors, total) = (known(errors), known(total));
        self.readings.insert(self.spec.errors(window), errors);
        self.readings.insert(self.spec.total(window), total);
    }

    fn fresh(&self, id: &QueryId) -> Fresh<'_, f64> {
        self.readings.get(id).map_or(Fresh::NoData, |reading| {
            reading.at(self.now, Duration::from_secs(60))
        })
    }

    fn state(&self) -> SloState {
        slo_state(&self.spec, |id| self.fresh(id))
    }
}

#[test]
fn the_fastest_pair_that_burns_in_both_windows_is_named() {
    // Burn by window → the long window of the pair that must be named, and the light.
    type Case = (&'static [(&'static str, f64)], Option<&'static str>, Light);
    let cases: [Case; 7] = [
        (&[], None, Light::Green),
        (&[("5m", 20.0), ("1h", 15.0)], Some("1h"), Light::Red),
        (&[("5m", 20.0), ("1h", 14.0)], None, Light::Yellow),
        (&[("1h", 15.0)], None, Light::Green),
        (&[("30m", 7.0), ("6h", 7.0)], Some("6h"), Light::Red),
        (&[("2h", 3.5), ("1d", 3.5)], Some("1d"), Light::Yellow),
        (&[("6h", 1.5), ("3d", 1.5)], Some("3d"), Light::Yellow),
    ];
    for (burns, pair, light) in cases {
        let world = World::new(Period::Month, |window| {
            burns
                .iter()
                .find(|(name, _)| *name == window)
                .map_or(0.0001, |(_, burn)| burn * (1.0 - OBJECTIVE))
        });
        let state = world.state();
        assert_eq!(state.burning.map(|pair| pair.long), pair, "{burns:?}");
        assert_eq!(state.light, light, "{burns:?}");
    }
}

#[test]
fn the_budget_is_not_clamped_and_a_spent_one_is_red() {
    let state = World::new(
        Period::Month,
        |window| if window == "30d" { 0.003 } else { 0.0001 },
    )
    .state();
    assert!((state.budget_left.unwrap() + 2.0).abs() < 1e-9, "{state:?}");
    assert_eq!(state.light, Light::Red);
    assert_eq!(state.exhaustion, Some(Duration::ZERO));
}

#[test]
fn little_budget_is_yellow() {
    let state = World::new(
        Period::Month,
        |window| if window == "30d" { 0.00095 } else { 0.0 },
    )
    .state();
    assert_eq!(state.light, Light::Yellow);
}

#[test]
fn the_time_to_exhaustion_is_the_rest_at_the_last_hours_rate() {
    // Half the budget left, burning at 2: a quarter of the period.
    let share = |window: &str| if window == "30d" { 0.0005 } else { 0.002 };
    let rolling = Period::Rolling(Duration::from_secs(30 * 86_400));
    let world = World::new(rolling, share);
    let naive = world.state().exhaustion.unwrap().as_secs_f64() / 86_400.0;
    assert!((naive - 7.5).abs() < 1e-6, "{naive}");
    // Old errors leave meanwhile, so the net time is longer.
    let net = world.state().net_exhaustion.unwrap().as_secs_f64() / 86_400.0;
    assert!(net > naive, "{net}");
    // A month refunds nothing.
    let month = World::new(Period::Month, share).state();
    assert_eq!(
        (month.net_exhaustion, month.exhaustion.is_some()),
        (None, true)
    );
}

#[test]
fn nothing_burns_nothing_is_exhausted() {
    let state = World::new(Period::Month, |_| 0.0).state();
    assert_eq!((state.exhaustion, state.light), (None, Light::Green));
    assert_eq!(state.good, Some(1.0));
}

// row: G9
#[test]
fn no_traffic_is_not_green() {
    let mut world = World::new(Period::Month, |_| 0.0);
    world.set("5m", 0.0, 0.0);
    let state = world.state();
    assert!(state.no_traffic);
    assert_eq!((state.good, state.light), (None, Light::Unknown));
}

// row: G9
#[test]
fn absent_and_nan_are_unknown() {
    for gone in [
        Reading::NoData,
        Reading::Known {
            value: f64::NAN,
            as_of: Timestamp::from_second(1_000_000).unwrap(),
        },
    ] {
        let mut world = World::new(Period::Month, |_| 0.0);
        world.readings.insert(world.spec.total("5m"), gone);
        let state = world.state();
        assert_eq!(
            (state.good, state.no_traffic, state.light),
            (None, false, Light::Unknown)
        );
    }
}

/// Every way in which a window is not read now; what is lost or old still shows its value.
fn unread(value: f64) -> [Reading<f64>; 5] {
    let trouble = |kind| Trouble::new(kind, "late");
    let long_ago = Timestamp::UNIX_EPOCH;
    [
        Reading::Waiting,
        Reading::Failed(trouble(TroubleKind::TimedOut)),
        Reading::Failed(trouble(TroubleKind::Forbidden)),
        Reading::Known {
            value,
            as_of: long_ago,
        },
        Reading::Lost {
            value,
            as_of: Timestamp::from_second(1_000_000).unwrap(),
            trouble: trouble(TroubleKind::TimedOut),
        },
    ]
}

// row: G9
#[test]
fn a_spent_budget_that_is_no_longer_read_is_not_green() {
    for reading in unread(2_592_000.0 * 1_000.0 * 0.0012) {
        let mut world = World::new(
            Period::Month,
            |window| {
                if window == "30d" { 0.0012 } else { 0.0001 }
            },
        );
        assert_eq!(world.state().light, Light::Red);
        let shows = matches!(reading, Reading::Known { .. } | Reading::Lost { .. });
        world.readings.insert(world.spec.errors("30d"), reading);
        let state = world.state();
        assert_eq!(state.light, Light::Unknown, "{state:?}");
        assert_eq!(
            (state.budget_left.is_some(), state.budget_unread),
            (shows, true)
        );
        assert_eq!((state.budget_live(), state.exhaustion), (None, None));
        assert!(!state.good_stale, "{state:?}");
    }
}

#[test]
fn every_window_that_is_not_read_makes_a_quiet_slo_unknown() {
    for (window, seconds) in SLO_WINDOWS {
        for reading in unread(seconds as f64) {
            for part in ["errors", "total"] {
                let mut world = World::new(Period::Month, |_| 0.0001);
                let id = match part {
                    "errors" => world.spec.errors(window),
                    _ => world.spec.total(window),
                };
                world.readings.insert(id, reading.clone());
                let state = world.state();
                assert_eq!(state.light, Light::Unknown, "{part}:{window} {reading:?}");
                assert_eq!(state.burning, None);
            }
        }
    }
}

#[test]
fn what_burns_for_certain_is_red_whatever_else_is_lost() {
    for reading in unread(1.0) {
        let mut world = World::new(Period::Month, |window| match window {
            "5m" | "1h" => 0.02,
            _ => 0.0001,
        });
        for window in ["30m", "2h", "6h", "1d", "3d", "30d"] {
            let id = world.spec.errors(window);
            world.readings.insert(id, reading.clone());
        }
        let state = world.state();
        assert_eq!(state.light, Light::Red, "{reading:?}");
        assert_eq!(state.burning.map(|pair| pair.long), Some("1h"));
    }
}

#[test]
fn a_young_server_has_no_long_windows_and_is_judged_by_the_others() {
    let mut world = World::new(Period::Month, |_| 0.0001);
    for window in ["1d", "3d", "30d"] {
        for id in [world.spec.errors(window), world.spec.total(window)] {
            world.readings.insert(id, Reading::NoData);
        }
    }
    let state = world.state();
    assert_eq!(
        (state.light, state.budget_left, state.budget_unread),
        (Light::Green, None, false)
    );
}

#[test]
fn a_stale_burn_is_drawn_and_not_judged_by() {
    let mut world = World::new(Period::Month, |_| 0.5);
    world.now = Timestamp::from_second(1_000_100).unwrap();
    let state = world.state();
    assert_eq!((state.light, state.burning), (Light::Unknown, None));
    assert!(
        state
            .burns
            .iter()
            .all(|burn| burn.unread && burn.rate.is_some()),
        "{state:?}"
    );
    assert!(state.good_stale && state.budget_unread);
    assert_eq!((state.good, state.good_live()), (Some(0.5), None));
}

#[test]
fn few_requests_are_called_few() {
    let mut world = World::new(Period::Month, |_| 0.0);
    assert_eq!(world.state().low_sample, None);
    // One error of 60 at an objective of 99.9 % burns at 16.7.
    world.set("1h", 0.0, 60.0);
    assert_eq!(world.state().low_sample, Some(60.0));
    world.set("1h", 0.0, 80.0);
    assert_eq!(world.state().low_sample, None);
}

#[test]
fn another_period_has_other_factors_or_no_budget() {
    let week = Period::Rolling(Duration::from_secs(7 * 86_400));
    let pairs: Vec<BurnPair> = burn_pairs(week).collect();
    assert_eq!(pairs.len(), 4);
    assert!((pairs[0].factor - 3.36).abs() < 1e-9);
    // No window is near a week, so the budget is unknown rather than wrong.
    assert_eq!(World::new(week, |_| 0.0).state().budget_left, None);
    let four_weeks = Period::Rolling(Duration::from_secs(28 * 86_400));
    assert!(
        World::new(four_weeks, |_| 0.0)
            .state()
            .budget_left
            .is_some()
    );
}

proptest! {
    #[test]
    fn more_errors_never_look_better(share in 0.0_f64..1.0, more in 0.0_f64..1.0) {
        let rank = |light: Light| light.worst(Light::Green) as u8;
        let (less, most) = (World::new(Period::Month, |_| share).state(), World::new(Period::Month, |_| share.max(more)).state());
        prop_assert!(rank(less.light) <= rank(most.light));
        prop_assert!(less.budget_left >= most.budget_left);
        prop_assert!(less.exhaustion.is_none() || less.exhaustion >= most.exhaustion);
    }

    #[test]
    fn any_readings_give_a_state(values in proptest::collection::vec(any::<f64>(), 16)) {
        let mut world = World::new(Period::Month, |_| 0.0);
        for (index, (window, _)) in SLO_WINDOWS.iter().enumerate() {
            world.set(window, values[index * 2], values[index * 2 + 1]);
        }
        let state = world.state();
        prop_assert!(state.burns.iter().all(|burn| burn.rate.is_none_or(|rate| !rate.is_nan())));
        prop_assert!(state.budget_left.is_none_or(|left| !left.is_nan()));
    }
}
