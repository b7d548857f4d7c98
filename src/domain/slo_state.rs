//! Error budgets and burn rates from the counts of an SLO's windows.

use std::time::Duration;

use super::{
    freshness::Fresh,
    id::QueryId,
    light::Light,
    slo::{BurnPair, Period, SLO_WINDOWS, SloSpec, SloState},
};

/// The pairs of the SRE workbook for a period of 30 days, fastest first: both windows of a pair must burn faster than
/// its factor, any pair will do.
pub const BURN_PAIRS: [BurnPair; 4] = [
    BurnPair {
        factor: 14.4,
        long: "1h",
        short: "5m",
    },
    BurnPair {
        factor: 6.0,
        long: "6h",
        short: "30m",
    },
    BurnPair {
        factor: 3.0,
        long: "1d",
        short: "2h",
    },
    BurnPair {
        factor: 1.0,
        long: "3d",
        short: "6h",
    },
];

const DAY: f64 = 86_400.0;
/// The longest window there is, which stands for the period.
const MONTH: &str = "30d";
/// Below this share of the budget the light is yellow.
const LITTLE_LEFT: f64 = 0.1;

/// An SLO's windows as they were read: counts of errors and of all.
struct Windows<'s, F> {
    spec: &'s SloSpec,
    lookup: F,
}

impl<'a, F: Fn(&QueryId) -> Fresh<'a, f64>> Windows<'_, F> {
    /// What may be drawn, stale or not; never NaN.
    fn count(&self, id: &QueryId) -> Option<f64> {
        (self.lookup)(id)
            .shown()
            .copied()
            .filter(|count| count.is_finite())
    }

    fn total(&self, window: &str) -> Option<f64> {
        self.count(&self.spec.total(window))
    }

    fn errors(&self, window: &str) -> Option<f64> {
        self.count(&self.spec.errors(window))
    }

    /// Errors over all; unknown without traffic, since 0/0 is neither good nor bad.
    fn share(&self, window: &str) -> Option<f64> {
        let total = self.total(window).filter(|total| *total > 0.0)?;
        Some(self.errors(window)? / total)
    }

    fn burn(&self, window: &str) -> Option<f64> {
        burn(self.share(window)?, self.spec.objective)
    }

    fn is_live(&self, window: &str) -> bool {
        [self.spec.errors(window), self.spec.total(window)]
            .iter()
            .all(|id| (self.lookup)(id).live().is_some())
    }
}

/// How fast the budget is spent: 1 spends exactly all of it over the period. `None` where there is no budget at all.
pub fn burn(error_share: f64, objective: f64) -> Option<f64> {
    let budget = 1.0 - objective;
    (budget > 0.0).then(|| error_share / budget)
}

/// The period in seconds; a calendar month counts as 30 days.
pub fn period_seconds(period: Period) -> f64 {
    match period {
        Period::Month => 30.0 * DAY,
        Period::Rolling(period) => period.as_secs_f64(),
    }
}

/// The pairs for this period: a factor is a share of the budget spent in the long window, so it grows with the period.
pub fn burn_pairs(period: Period) -> impl Iterator<Item = BurnPair> {
    let whole = period_seconds(period);
    BURN_PAIRS
        .into_iter()
        .filter(move |pair| window_seconds(pair.long) < whole)
        .map(move |pair| BurnPair {
            factor: pair.factor * whole / (30.0 * DAY),
            ..pair
        })
}

fn window_seconds(name: &str) -> f64 {
    SLO_WINDOWS
        .iter()
        .find(|(known, _)| *known == name)
        .map_or(f64::INFINITY, |(_, seconds)| *seconds as f64)
}

/// The window that stands for the period: 30 days for a month, whatever day of it is today (so that nothing jumps on
/// the first), else the one within a quarter of it.
fn period_window(period: Period) -> Option<&'static str> {
    let whole = period_seconds(period);
    SLO_WINDOWS
        .iter()
        .map(|(name, seconds)| (*name, (*seconds as f64 / whole).ln().abs()))
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .filter(|(_, off)| *off <= 1.25_f64.ln())
        .map(|(name, _)| name)
}

/// An SLO as it stands. Stale values are drawn and never judged by: the light is then unknown.
pub fn slo_state<'a>(spec: &SloSpec, lookup: impl Fn(&QueryId) -> Fresh<'a, f64>) -> SloState {
    let windows = Windows { spec, lookup };
    let no_traffic = windows.total("5m") == Some(0.0);
    let budget_left = budget_left(&windows);
    let burns: Vec<_> = SLO_WINDOWS
        .iter()
        .filter(|(name, _)| *name != MONTH)
        .map(|(name, _)| (*name, windows.burn(name)))
        .collect();
    let burning = burn_pairs(spec.period).find(|pair| burns_in(&windows, *pair));
    SloState {
        light: light(&windows, budget_left, no_traffic),
        good: windows.share("5m").map(|share| 1.0 - share),
        budget_left,
        exhaustion: exhaustion(budget_left, windows.burn("1h"), spec.period),
        low_sample: low_sample(&windows),
        burns,
        burning,
        no_traffic,
    }
}

fn burns_in<'a>(
    windows: &Windows<'_, impl Fn(&QueryId) -> Fresh<'a, f64>>,
    pair: BurnPair,
) -> bool {
    [pair.long, pair.short]
        .iter()
        .all(|window| windows.burn(window).is_some_and(|burn| burn > pair.factor))
}

fn budget_left<'a>(windows: &Windows<'_, impl Fn(&QueryId) -> Fresh<'a, f64>>) -> Option<f64> {
    let window = period_window(windows.spec.period)?;
    Some(1.0 - windows.burn(window)?)
}

/// Until nothing is left if the last hour goes on: zero when it is gone already, `None` when it won't be spent.
fn exhaustion(left: Option<f64>, burn: Option<f64>, period: Period) -> Option<Duration> {
    let left = left?;
    if left <= 0.0 {
        return Some(Duration::ZERO);
    }
    let burn = burn.filter(|burn| *burn > 0.0)?;
    Duration::try_from_secs_f64(left * period_seconds(period) / burn).ok()
}

/// As [`SloState::exhaustion`], net of the errors that leave a rolling period while new ones come: those older than
/// three days are taken as spread evenly. `None` where old errors leave as fast as new ones come, or nothing is known.
pub fn net_exhaustion<'a>(
    spec: &SloSpec,
    lookup: impl Fn(&QueryId) -> Fresh<'a, f64>,
) -> Option<Duration> {
    let windows = Windows { spec, lookup };
    let Period::Rolling(_) = spec.period else {
        return exhaustion(budget_left(&windows), windows.burn("1h"), spec.period);
    };
    let month = period_window(spec.period).filter(|window| *window == MONTH)?;
    let errors = windows.errors(month)? - windows.errors("3d")?;
    let total = windows.total(month)? - windows.total("3d")?;
    let refunded = if total > 0.0 {
        burn((errors / total).max(0.0), spec.objective)?
    } else {
        0.0
    };
    exhaustion(
        budget_left(&windows),
        Some(windows.burn("1h")? - refunded),
        spec.period,
    )
}

/// The count of the first long window in which a single error would burn faster than its pair allows.
fn low_sample<'a>(windows: &Windows<'_, impl Fn(&QueryId) -> Fresh<'a, f64>>) -> Option<f64> {
    burn_pairs(windows.spec.period).find_map(|pair| {
        let count = windows.total(pair.long).filter(|count| *count > 0.0)?;
        let one = burn(1.0 / count, windows.spec.objective)?;
        (one > pair.factor).then_some(count)
    })
}

/// Red: a pair that pages burns, or the budget is gone. Yellow: a slower pair burns, or little is left.
fn light<'a>(
    windows: &Windows<'_, impl Fn(&QueryId) -> Fresh<'a, f64>>,
    budget_left: Option<f64>,
    no_traffic: bool,
) -> Light {
    let period = period_window(windows.spec.period);
    let budget_left = budget_left.filter(|_| period.is_some_and(|window| windows.is_live(window)));
    let burning = burn_pairs(windows.spec.period).find(|pair| {
        burns_in(windows, *pair) && windows.is_live(pair.long) && windows.is_live(pair.short)
    });
    let budget = match budget_left {
        Some(left) if left <= 0.0 => Light::Red,
        Some(left) if left < LITTLE_LEFT => Light::Yellow,
        // A young server has no month yet; the fast windows judge alone.
        _ => Light::Green,
    };
    let fast = match burning {
        Some(pair) if pair.long == "1h" || pair.long == "6h" => Light::Red,
        Some(_) => Light::Yellow,
        None => Light::Green,
    };
    let seen = ["5m", "1h"]
        .iter()
        .all(|window| windows.is_live(window) && windows.burn(window).is_some());
    if windows.is_live("5m") && (seen || no_traffic) {
        let idle = if no_traffic {
            Light::Unknown
        } else {
            Light::Green
        };
        // Below its objective right now, whatever the budget can bear.
        let now = match windows.burn("5m") {
            Some(burn) if burn > 1.0 => Light::Yellow,
            _ => Light::Green,
        };
        budget.worst(fast).worst(idle).worst(now)
    } else {
        Light::Unknown
    }
}

#[cfg(test)]
mod tests;
