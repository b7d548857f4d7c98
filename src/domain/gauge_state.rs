//! A gauge judged by its limits.

use super::{
    freshness::Fresh,
    gauge::{GaugeSpec, GaugeState, Unit},
    light::Light,
    limit::judge,
};

/// A gauge as it stands: without limits it has no light, and a value that is not live is unknown.
pub fn gauge_state(spec: &GaugeSpec, fresh: Fresh<'_, f64>) -> GaugeState {
    let share = spec.unit == Unit::Share;
    let value = fresh.shown().copied().filter(|value| !value.is_nan());
    let live = value.filter(|_| fresh.live().is_some());
    let light = match (spec.good, spec.warn, live) {
        (None, None, _) => None,
        (_, _, None) => Some(Light::Unknown),
        (None, Some(warn), Some(value)) if warn.holds(value) => Some(Light::Yellow),
        (None, Some(_), Some(_)) => Some(Light::Green),
        (Some(_), _, Some(value)) => judge(value, spec.good, spec.warn, share),
    };
    GaugeState {
        light,
        value,
        headroom: spec
            .good
            .zip(value)
            .and_then(|(good, value)| good.headroom(value, share)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;

    use super::*;
    use crate::domain::{freshness::Reading, limit::Limit};

    fn gauge(good: Option<Limit>, warn: Option<Limit>, unit: Unit) -> GaugeSpec {
        GaugeSpec {
            id: "p95".into(),
            title: "p95".into(),
            probe: "glancy/p95".into(),
            unit,
            good,
            warn,
            over: None,
            link: None,
        }
    }

    fn at(spec: &GaugeSpec, reading: &Reading<f64>, second: i64) -> GaugeState {
        gauge_state(
            spec,
            reading.at(
                Timestamp::from_second(second).unwrap(),
                Duration::from_secs(60),
            ),
        )
    }

    fn known(value: f64) -> Reading<f64> {
        Reading::Known {
            value,
            as_of: Timestamp::UNIX_EPOCH,
        }
    }

    // row: B3
    #[test]
    fn limits_judge_and_headroom_warns() {
        let most = Some(Limit::AtMost(2.5));
        let share = Some(Limit::AtLeast(0.999));
        for (spec, value, light) in [
            (gauge(most, None, Unit::Seconds), 2.0, Some(Light::Green)),
            (gauge(most, None, Unit::Seconds), 2.4, Some(Light::Yellow)),
            (gauge(most, None, Unit::Seconds), 2.6, Some(Light::Red)),
            (
                gauge(most, Some(Limit::Above(1.0)), Unit::Seconds),
                2.0,
                Some(Light::Yellow),
            ),
            (
                gauge(share, None, Unit::Share),
                0.999_05,
                Some(Light::Yellow),
            ),
            (gauge(share, None, Unit::Share), 0.999_5, Some(Light::Green)),
            (
                gauge(None, Some(Limit::Above(1.0)), Unit::None),
                2.0,
                Some(Light::Yellow),
            ),
            (
                gauge(None, Some(Limit::Above(1.0)), Unit::None),
                0.5,
                Some(Light::Green),
            ),
            (gauge(None, None, Unit::None), 2.0, None),
        ] {
            assert_eq!(at(&spec, &known(value), 0).light, light, "{spec:?} {value}");
        }
    }

    // row: G9
    #[test]
    fn stale_absent_and_nan_are_unknown() {
        let spec = gauge(Some(Limit::AtMost(2.5)), None, Unit::Seconds);
        let stale = at(&spec, &known(2.0), 61);
        assert_eq!(
            (stale.light, stale.value),
            (Some(Light::Unknown), Some(2.0))
        );
        for reading in [Reading::NoData, Reading::Waiting, known(f64::NAN)] {
            let state = at(&spec, &reading, 0);
            assert_eq!(
                (state.light, state.value, state.headroom),
                (Some(Light::Unknown), None, None)
            );
        }
    }
}
