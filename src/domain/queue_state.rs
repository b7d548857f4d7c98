//! Where a queue stands and where it is heading.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    freshness::Fresh,
    id::QueryId,
    light::Light,
    limit::Limit,
    queue::{QueueCourse, QueueSpec, QueueState},
    series::Series,
    time::since,
};

/// The age that counts as high where the pack states no limit.
const HIGH_AGE: f64 = 300.0;
/// How much of the history the slope is taken from.
const SLOPE_OVER: Duration = Duration::from_secs(900);
/// A depth that moves less than this share (or less than one) in ten minutes is steady.
const STEADY_SHARE: f64 = 0.02;

/// How many steps the history may be behind: one is running, one may be on its way, one for those who ask late.
const MOST_BEHIND: u32 = 3;

/// A queue as it stands. Stale values are drawn and never judged by; a history that ends long before now tells nothing
/// of where the queue is heading.
pub fn queue_state<'a>(
    spec: &QueueSpec,
    lookup: impl Fn(&QueryId) -> Fresh<'a, f64>,
    history: Option<&Series>,
    now: Timestamp,
) -> QueueState {
    let history = history.filter(|history| reaches(history, now));
    let ask = |id: Option<&QueryId>| id.map_or(Read::UNDECLARED, |id| Read::of(lookup(id)));
    let depth = ask(Some(&spec.depth));
    let mut oldest = ask(spec.oldest.as_ref());
    if spec.oldest.is_some() && oldest.absent && depth.live && depth.value == Some(0.0) {
        // An empty queue has no oldest message; only then does its absence mean zero.
        oldest = Read {
            value: Some(0.0),
            live: true,
            absent: false,
        };
    }
    let rate_in = ask(spec.rate_in.as_ref());
    let rate_out = ask(spec.rate_out.as_ref());
    let course = course(spec, [depth, oldest, rate_in, rate_out], history);
    QueueState {
        light: light(spec, depth, oldest, course),
        depth: depth.value,
        oldest: oldest.value,
        rate_in: rate_in.value,
        rate_out: rate_out.value,
        course,
    }
}

/// One value of a queue.
#[derive(Debug, Clone, Copy)]
struct Read {
    value: Option<f64>,
    /// It may be judged by.
    live: bool,
    /// The server answered that there is none.
    absent: bool,
}

impl Read {
    const UNDECLARED: Self = Self {
        value: None,
        live: false,
        absent: false,
    };

    fn of(fresh: Fresh<'_, f64>) -> Self {
        let value = fresh.shown().copied().filter(|value| !value.is_nan());
        Self {
            value,
            live: value.is_some() && fresh.live().is_some(),
            absent: value.is_none() && matches!(fresh, Fresh::NoData | Fresh::Live { .. }),
        }
    }

    fn judged(self) -> Option<f64> {
        self.value.filter(|_| self.live)
    }

    fn breaks(self, limit: Option<Limit>) -> bool {
        limit
            .zip(self.judged())
            .is_some_and(|(limit, value)| limit.holds(value))
    }
}

/// Worst first: a limit that is broken for certain, then what can't be judged, then a warning. Without any limit a
/// known depth is green: nothing stated is broken.
fn light(spec: &QueueSpec, depth: Read, oldest: Read, course: QueueCourse) -> Light {
    if depth.breaks(spec.red.depth) || oldest.breaks(spec.red.oldest) {
        return Light::Red;
    }
    let judges_age = spec.red.oldest.is_some() || spec.warn.oldest.is_some();
    if !depth.live || (judges_age && spec.oldest.is_some() && !oldest.live) {
        return Light::Unknown;
    }
    if depth.breaks(spec.warn.depth)
        || oldest.breaks(spec.warn.oldest)
        || course == QueueCourse::Stalled
    {
        return Light::Yellow;
    }
    Light::Green
}

fn course(
    spec: &QueueSpec,
    [depth, oldest, rate_in, rate_out]: [Read; 4],
    history: Option<&Series>,
) -> QueueCourse {
    let Some(deep) = depth.judged() else {
        return QueueCourse::Unknown;
    };
    if deep <= 0.0 {
        return QueueCourse::Empty;
    }
    if is_old(spec, oldest) && rate_out.judged() == Some(0.0) {
        return QueueCourse::Stalled;
    }
    let rates = rate_in.judged().zip(rate_out.judged());
    let Some(slope) = rates
        .map(|(came, went)| came - went)
        .or_else(|| history.and_then(slope))
        .filter(|slope| slope.is_finite())
    else {
        return QueueCourse::Unknown;
    };
    if slope.abs() * 600.0 < (deep * STEADY_SHARE).max(1.0) {
        return QueueCourse::Steady;
    }
    if slope < 0.0 {
        return Duration::try_from_secs_f64(deep / -slope)
            .map_or(QueueCourse::Steady, QueueCourse::Draining);
    }
    QueueCourse::Filling(time_to_red(spec.red.depth, deep, slope))
}

fn is_old(spec: &QueueSpec, oldest: Read) -> bool {
    let limit = spec
        .warn
        .oldest
        .or(spec.red.oldest)
        .unwrap_or(Limit::Above(HIGH_AGE));
    oldest.breaks(Some(limit))
}

fn time_to_red(red: Option<Limit>, depth: f64, slope: f64) -> Option<Duration> {
    let bound = match red? {
        Limit::Above(bound) | Limit::AtLeast(bound) => bound,
        // These don't turn red by growing.
        Limit::Below(_) | Limit::AtMost(_) | Limit::Between(..) => return None,
    };
    (bound > depth)
        .then(|| Duration::try_from_secs_f64((bound - depth) / slope).ok())
        .flatten()
}

/// Whether the history comes as far as now.
fn reaches(history: &Series, now: Timestamp) -> bool {
    history
        .last_time()
        .is_some_and(|last| since(last, now) <= history.step.saturating_mul(MOST_BEHIND))
}

/// Least squares over the last quarter of an hour, per second; gaps are left out, three points are the least.
fn slope(history: &Series) -> Option<f64> {
    let step = history.step.as_secs_f64();
    let last = history.values.len().checked_sub(1)?;
    let points: Vec<(f64, f64)> = history
        .values
        .iter()
        .enumerate()
        .map(|(index, value)| ((index as f64 - last as f64) * step, *value))
        .filter(|(time, _)| -time <= SLOPE_OVER.as_secs_f64())
        .filter_map(|(time, value)| Some((time, value.filter(|value| value.is_finite())?)))
        .collect();
    if points.len() < 3 {
        return None;
    }
    let count = points.len() as f64;
    let mean_time = points.iter().map(|point| point.0).sum::<f64>() / count;
    let mean_value = points.iter().map(|point| point.1).sum::<f64>() / count;
    let (above, below) = points
        .iter()
        .fold((0.0, 0.0), |(above, below), (time, value)| {
            let off = time - mean_time;
            (above + off * (value - mean_value), below + off * off)
        });
    (below > 0.0).then(|| above / below)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{
        freshness::{Reading, Trouble, TroubleKind},
        queue::QueueLimits,
    };

    fn spec() -> QueueSpec {
        QueueSpec {
            id: "exports".into(),
            title: "exports".into(),
            depth: "d".into(),
            oldest: Some("o".into()),
            rate_in: Some("i".into()),
            rate_out: Some("u".into()),
            warn: QueueLimits {
                depth: Some(Limit::Above(500.0)),
                oldest: Some(Limit::Above(120.0)),
            },
            red: QueueLimits {
                depth: Some(Limit::Above(2000.0)),
                oldest: Some(Limit::Above(300.0)),
            },
        }
    }

    fn now() -> Timestamp {
        Timestamp::from_second(1_000_000).unwrap()
    }

    fn ago(seconds: usize) -> Timestamp {
        now() - Duration::from_secs(seconds as u64)
    }

    fn known(value: f64) -> Reading<f64> {
        Reading::Known {
            value,
            as_of: now(),
        }
    }

    fn state(
        depth: &Reading<f64>,
        oldest: &Reading<f64>,
        came: &Reading<f64>,
        went: &Reading<f64>,
        history: Option<&Series>,
    ) -> QueueState {
        let lookup = |id: &QueryId| {
            let reading = match id.as_str() {
                "d" => depth,
                "o" => oldest,
                "i" => came,
                _ => went,
            };
            reading.at(now(), Duration::from_secs(60))
        };
        queue_state(&spec(), lookup, history, now())
    }

    fn history(values: &[f64]) -> Series {
        Series {
            start: ago(60 * values.len().saturating_sub(1)),
            step: Duration::from_secs(60),
            values: values.iter().map(|value| Some(*value)).collect(),
        }
    }

    #[test]
    fn rates_tell_the_course() {
        let secs = Duration::from_secs;
        for (depth, oldest, came, went, course, light) in [
            (0.0, 0.0, 0.0, 0.0, QueueCourse::Empty, Light::Green),
            (
                100.0,
                5.0,
                1.0,
                3.0,
                QueueCourse::Draining(secs(50)),
                Light::Green,
            ),
            (
                1000.0,
                5.0,
                3.0,
                1.0,
                QueueCourse::Filling(Some(secs(500))),
                Light::Yellow,
            ),
            (
                3000.0,
                5.0,
                3.0,
                1.0,
                QueueCourse::Filling(None),
                Light::Red,
            ),
            (100.0, 5.0, 2.0, 2.0, QueueCourse::Steady, Light::Green),
            (100.0, 130.0, 2.0, 0.0, QueueCourse::Stalled, Light::Yellow),
            (100.0, 301.0, 2.0, 0.0, QueueCourse::Stalled, Light::Red),
        ] {
            let state = state(
                &known(depth),
                &known(oldest),
                &known(came),
                &known(went),
                None,
            );
            assert_eq!(
                (state.course, state.light),
                (course, light),
                "{depth} {oldest} {came} {went}"
            );
        }
    }

    #[test]
    fn without_rates_the_history_tells() {
        let gone = Reading::NoData;
        let rising = history(&[100.0, 160.0, 220.0, 280.0]);
        let found = state(&known(280.0), &known(1.0), &gone, &gone, Some(&rising));
        let QueueCourse::Filling(Some(time)) = found.course else {
            panic!("{found:?}")
        };
        assert!((time.as_secs_f64() - 1720.0).abs() < 1.0, "{time:?}");
        let two = history(&[100.0, 160.0]);
        assert_eq!(
            state(&known(160.0), &known(1.0), &gone, &gone, Some(&two)).course,
            QueueCourse::Unknown
        );
    }

    #[test]
    fn a_history_that_ended_tells_no_course() {
        let gone = Reading::NoData;
        let rising = history(&[100.0, 160.0, 220.0, 280.0]);
        for (behind, known_course) in [(0, true), (180, true), (181, false), (3_600, false)] {
            let past = Series {
                start: rising.start - Duration::from_secs(behind),
                ..rising.clone()
            };
            let found = state(&known(280.0), &known(1.0), &gone, &gone, Some(&past));
            assert_eq!(
                found.course != QueueCourse::Unknown,
                known_course,
                "{behind}"
            );
        }
    }

    #[test]
    fn an_absent_age_is_zero_only_on_a_present_empty_queue() {
        let gone = Reading::NoData;
        let rate = known(1.0);
        let empty = state(&known(0.0), &gone, &rate, &rate, None);
        assert_eq!((empty.oldest, empty.light), (Some(0.0), Light::Green));
        let busy = state(&known(5.0), &gone, &rate, &rate, None);
        assert_eq!((busy.oldest, busy.light), (None, Light::Unknown));
        let dark = state(&gone, &gone, &rate, &rate, None);
        assert_eq!(
            (dark.oldest, dark.depth, dark.light),
            (None, None, Light::Unknown)
        );
        assert_eq!(dark.course, QueueCourse::Unknown);
        // A question that failed is no absence.
        let failed = Reading::Failed(Trouble::new(TroubleKind::TimedOut, "late"));
        assert_eq!(state(&known(0.0), &failed, &rate, &rate, None).oldest, None);
    }

    #[test]
    fn stale_is_drawn_and_unknown() {
        let old = Reading::Known {
            value: 5_000.0,
            as_of: Timestamp::from_second(0).unwrap(),
        };
        let found = state(&old, &known(1.0), &known(1.0), &known(1.0), None);
        assert_eq!(
            (found.depth, found.light, found.course),
            (Some(5_000.0), Light::Unknown, QueueCourse::Unknown)
        );
    }

    proptest! {
        #[test]
        fn any_numbers_give_a_state(depth in any::<f64>(), oldest in any::<f64>(), came in any::<f64>(), went in any::<f64>(), past in proptest::collection::vec(any::<f64>(), 0..30)) {
            let found = state(&known(depth), &known(oldest), &known(came), &known(went), Some(&history(&past)));
            prop_assert!(found.depth.is_none_or(|depth| !depth.is_nan()));
            if depth.is_nan() {
                prop_assert_eq!(found.course, QueueCourse::Unknown);
            }
        }
    }
}
