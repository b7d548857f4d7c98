//! The fixed grid of time on which series are asked, the same for every bastion.

use std::time::Duration;

use jiff::Timestamp;

use super::{api::Grid, wire::Point};
use crate::domain::{
    series::Series,
    time::{floor_to, since},
};

/// The server refuses more points than this.
pub(super) const MOST_POINTS: usize = 11_000;

/// The whole steps of `span` before `now - delay`.
pub(super) fn grid(
    now: Timestamp,
    step: Duration,
    span: Duration,
    delay: Option<Duration>,
) -> Grid {
    let step = whole(step);
    let end = floor_to(back(now, delay.unwrap_or_default()), step);
    let points = (span.as_secs() / step.as_secs()).clamp(1, MOST_POINTS as u64);
    let reach = Duration::from_secs(step.as_secs().saturating_mul(points - 1));
    Grid {
        start: back(end, reach),
        end,
        step,
    }
}

/// A grid between two times a person chose; the step grows where there would be too many points.
pub(super) fn chosen(start: Timestamp, end: Timestamp, step: Duration) -> Grid {
    let least = since(start, end).as_secs().div_ceil(MOST_POINTS as u64 - 1);
    let step = whole(step).max(Duration::from_secs(least));
    let end = floor_to(end, step);
    Grid {
        start: floor_to(start, step).min(end),
        end,
        step,
    }
}

/// How many points a grid has.
pub(super) fn points(grid: Grid) -> usize {
    let steps = since(grid.start, grid.end).as_secs() / grid.step.as_secs().max(1);
    usize::try_from(steps)
        .unwrap_or(MOST_POINTS)
        .min(MOST_POINTS)
        + 1
}

/// Samples laid on their grid; what is absent or NaN is a gap.
pub(super) fn laid(samples: &[Point], grid: Grid) -> Series {
    let mut values = vec![None; points(grid)];
    let start = grid.start.as_second() as f64;
    let step = grid.step.as_secs_f64();
    for Point(time, value) in samples {
        let place = ((time - start) / step).round();
        if value.is_nan() || place < 0.0 {
            continue;
        }
        if let Some(slot) = values.get_mut(place as usize) {
            *slot = Some(*value);
        }
    }
    Series {
        start: grid.start,
        step: grid.step,
        values,
    }
}

/// The part of `grid` that `known` does not have yet, with two points of overlap: the newest ones may have been read
/// before their last samples came. `None` where they don't meet.
pub(super) fn missing(known: &Series, grid: Grid) -> Option<Grid> {
    const OVERLAP: usize = 2;
    if known.step != grid.step || known.start > grid.start || known.values.len() <= OVERLAP {
        return None;
    }
    let from = known.time(known.values.len() - OVERLAP);
    (from > grid.start && from <= grid.end).then_some(Grid {
        start: from,
        ..grid
    })
}

/// `known` moved to `grid`, with `tail` laid over its end.
pub(super) fn spliced(known: &Series, tail: &Series, grid: Grid) -> Series {
    let values = (0..points(grid))
        .map(|index| {
            let time = Series {
                start: grid.start,
                step: grid.step,
                values: Vec::new(),
            }
            .time(index);
            if time < tail.start {
                at(known, time)
            } else {
                at(tail, time)
            }
        })
        .collect();
    Series {
        start: grid.start,
        step: grid.step,
        values,
    }
}

fn at(series: &Series, time: Timestamp) -> Option<f64> {
    if time < series.start {
        return None;
    }
    let place = since(series.start, time).as_secs() / series.step.as_secs().max(1);
    series
        .values
        .get(usize::try_from(place).ok()?)
        .copied()
        .flatten()
}

fn whole(step: Duration) -> Duration {
    Duration::from_secs(step.as_secs().max(1))
}

fn back(time: Timestamp, by: Duration) -> Timestamp {
    time.checked_sub(by).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn time(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    const fn secs(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn windows_end_on_the_grid_and_late() {
        let grid = grid(time(1_000_010), secs(300), secs(3_600), Some(secs(45)));
        // 1_000_010 - 45 lies before the multiple 1_000_200 and after 999_900.
        assert_eq!(grid.end, time(999_900));
        assert_eq!(grid.start, time(999_900 - 11 * 300));
        assert_eq!(points(grid), 12);
    }

    #[test]
    fn a_grid_never_asks_for_more_points_than_the_server_gives() {
        let year = secs(365 * 86_400);
        assert_eq!(
            points(grid(time(2_000_000_000), secs(15), year, None)),
            MOST_POINTS
        );
        let wide = chosen(time(0), time(365 * 86_400), secs(15));
        assert!(points(wide) <= MOST_POINTS, "{}", points(wide));
        assert_eq!(wide.start, floor_to(wide.start, wide.step));
    }

    #[test]
    fn absent_and_nan_are_gaps_and_infinity_stays() {
        let grid = Grid {
            start: time(600),
            end: time(1_200),
            step: secs(300),
        };
        let series = laid(
            &[Point(600.0, f64::NAN), Point(1_200.0, f64::INFINITY)],
            grid,
        );
        assert_eq!(series.values, [None, None, Some(f64::INFINITY)]);
    }

    #[test]
    fn a_tail_replaces_the_end_and_nothing_before() {
        let old = Grid {
            start: time(0),
            end: time(40),
            step: secs(10),
        };
        let known = laid(
            &[
                Point(0.0, 0.0),
                Point(10.0, 1.0),
                Point(20.0, 2.0),
                Point(30.0, 3.0),
                Point(40.0, 4.0),
            ],
            old,
        );
        let new = Grid {
            start: time(20),
            end: time(60),
            step: secs(10),
        };
        let gap = missing(&known, new).unwrap();
        assert_eq!(gap.start, time(30));
        let tail = laid(&[Point(30.0, 33.0), Point(60.0, 6.0)], gap);
        let all = spliced(&known, &tail, new);
        assert_eq!(all.start, time(20));
        assert_eq!(all.values, [Some(2.0), Some(33.0), None, None, Some(6.0)]);
    }

    #[test]
    fn what_does_not_meet_is_read_whole() {
        let grid = Grid {
            start: time(1_000),
            end: time(1_100),
            step: secs(10),
        };
        let known = laid(
            &[Point(0.0, 1.0)],
            Grid {
                start: time(0),
                end: time(100),
                step: secs(10),
            },
        );
        assert_eq!(missing(&known, grid), None);
    }

    proptest! {
        #[test]
        fn a_tail_read_equals_a_whole_read(now in 1_000_000_i64..2_000_000, later in 0_i64..2_000, step in 1_u64..300, points_wanted in 3_u64..60) {
            let truth = |grid: Grid| {
                let samples: Vec<Point> = (0..points(grid))
                    .map(|i| grid.start.as_second() as f64 + i as f64 * grid.step.as_secs_f64())
                    .map(|t| Point(t, t))
                    .collect();
                laid(&samples, grid)
            };
            let span = secs(step * points_wanted);
            let known = truth(grid(time(now), secs(step), span, None));
            let next = grid(time(now + later), secs(step), span, None);
            if let Some(gap) = missing(&known, next) {
                prop_assert_eq!(spliced(&known, &truth(gap), next), truth(next));
            }
        }
    }
}
