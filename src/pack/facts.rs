//! What conditions are judged on, as the holder of the readings sees it.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::{
    freshness::Fresh,
    hook::WINDOW_DELAY,
    id::{GateId, QueryId, SloId},
    logbook::Tick,
    series::Series,
    slo::SloState,
    time::floor_to,
};

/// The readings conditions are judged on. What one does not say is unknown, and nothing is let through on that.
pub trait Facts {
    /// How an instant query may be judged by now.
    fn fresh(&self, _id: &QueryId) -> Fresh<'_, f64> {
        Fresh::NoData
    }

    /// The value of an instant query, if it is live: stale, lost and absent are `None`.
    fn reading(&self, id: &QueryId) -> Option<f64> {
        self.fresh(id).live().copied()
    }

    /// The stored values of a query, if there are any.
    fn series(&self, _id: &QueryId) -> Option<&Series> {
        None
    }

    fn now(&self) -> Timestamp;

    /// An SLO as it stands, if it has been computed.
    fn slo(&self, _id: &SloId) -> Option<&SloState> {
        None
    }

    /// What somebody last said of a part of a gate.
    fn tick(&self, _gate: &GateId, _tick: &str) -> Option<&Tick> {
        None
    }

    /// The time by the clock that ticks were set by.
    fn clocked(&self) -> Timestamp {
        self.now()
    }
}

/// How late an answer about a window may be before its absence counts.
pub(super) const GRACE: Duration = Duration::from_secs(60);

pub(super) fn earlier(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_sub(by).unwrap_or(Timestamp::MIN)
}

pub(super) fn later(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// The end of the last whole window: by the clock, or the one before while the answers for it are still on their way.
pub(super) fn last_window(
    now: Timestamp,
    length: Duration,
    reached: impl Fn(Timestamp) -> bool,
) -> Timestamp {
    let end = floor_to(earlier(now, WINDOW_DELAY), length);
    let before = earlier(end, length);
    let on_its_way = now < later(end, WINDOW_DELAY + GRACE);
    if !reached(end) && on_its_way && reached(before) {
        before
    } else {
        end
    }
}

/// The place of this time of the grid in a series that reaches it.
fn place_of(series: &Series, at: Timestamp) -> Option<usize> {
    let step = i128::try_from(series.step.as_nanos())
        .ok()
        .filter(|step| *step > 0)?;
    let ahead = at.as_nanosecond() - series.start.as_nanosecond();
    if ahead < 0 || ahead % step != 0 {
        return None;
    }
    let place = usize::try_from(ahead / step).ok()?;
    (place < series.values.len()).then_some(place)
}

/// Whether a series has come as far as this time of the grid, be there a value or a gap.
pub(super) fn reaches(series: &Series, at: Timestamp) -> bool {
    place_of(series, at).is_some()
}

/// The value at exactly this time of the grid as it was then: a gap is an answer, what the series does not reach is none.
pub(super) fn fresh_at(series: Option<&Series>, at: Timestamp) -> Fresh<'_, f64> {
    let Some((series, place)) = series.and_then(|series| Some((series, place_of(series, at)?)))
    else {
        return Fresh::Waiting;
    };
    match &series.values[place] {
        Some(value) if !value.is_nan() => Fresh::Live { value, as_of: at },
        _ => Fresh::NoData,
    }
}

/// The value at exactly this time of the grid.
pub(super) fn value_at(series: &Series, at: Timestamp) -> Option<f64> {
    series.values[place_of(series, at)?].filter(|value| !value.is_nan())
}
