//! Error budgets and burn rates from the counts of an SLO's windows.

use std::time::Duration;

use super::{
    freshness::Fresh,
    id::QueryId,
    light::Light,
    slo::{Burn, BurnPair, MONTH, Period, SLO_WINDOWS, SloSpec, SloState},
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
/// Below this share of the budget the light is yellow.
const LITTLE_LEFT: f64 = 0.1;

/// What one window may be judged by.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Judged {
    /// It burns at this rate.
    Burns(f64),
    /// Nothing came: total is a present 0.
    Idle,
    /// The server answered, and there is nothing: a long window of a young server.
    NoData,
    /// Not read, not now, or not allowed: it may burn.
    Unread,
}

/// An SLO's windows as they were read: counts of errors and of all.
struct Windows<'s, F> {
    spec: &'s SloSpec,
    lookup: F,
}

impl<'a, F: Fn(&QueryId) -> Fresh<'a, f64>> Windows<'_, F> {
    /// What may be drawn, stale or not; never NaN.
    fn shown(&self, id: &QueryId) -> Option<f64> {
        (self.lookup)(id)
            .shown()
            .copied()
            .filter(|count| count.is_finite())
    }

    /// What may be judged by.
    fn live(&self, id: &QueryId) -> Option<f64> {
        (self.lookup)(id)
            .live()
            .copied()
            .filter(|count| count.is_finite())
    }

    fn total(&self, window: &str) -> Option<f64> {
        self.live(&self.spec.total(window))
    }

    fn errors(&self, window: &str) -> Option<f64> {
        self.live(&self.spec.errors(window))
    }

    /// Errors over all, stale or not; unknown without traffic, since 0/0 is neither good nor bad.
    fn share(&self, window: &str) -> Option<f64> {
        let total = self
            .shown(&self.spec.total(window))
            .filter(|total| *total > 0.0)?;
        Some(self.shown(&self.spec.errors(window))? / total)
    }

    fn burn(&self, window: &str) -> Option<f64> {
        burn(self.share(window)?, self.spec.objective)
    }

    /// The rate at which it burns now.
    fn live_burn(&self, window: &str) -> Option<f64> {
        match self.judged(window) {
            Judged::Burns(rate) => Some(rate),
            Judged::Idle | Judged::NoData | Judged::Unread => None,
        }
    }

    /// Whether there is something to draw of it that nobody may judge by.
    fn is_stale(&self, window: &str) -> bool {
        self.share(window).is_some() && self.judged(window) == Judged::Unread
    }

    fn judged(&self, window: &str) -> Judged {
        let counts = [self.spec.total(window), self.spec.errors(window)];
        let [total, errors] = counts.map(|id| (self.lookup)(&id));
        let unread = |count: Fresh<'_, f64>| match count {
            Fresh::NoData => false,
            Fresh::Live { value, .. } => value.is_infinite(),
            Fresh::Waiting | Fresh::Stale { .. } | Fresh::Denied(_) | Fresh::Down(_) => true,
        };
        if unread(total) || unread(errors) {
            return Judged::Unread;
        }
        if self.total(window) == Some(0.0) {
            return Judged::Idle;
        }
        self.burn(window).map_or(Judged::NoData, Judged::Burns)
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
    let period = period_window(spec.period);
    let burning = burn_pairs(spec.period).find(|pair| burns_in(&windows, *pair));
    let burns = SLO_WINDOWS
        .iter()
        .filter(|(name, _)| *name != MONTH)
        .map(|(name, _)| Burn {
            window: name,
            rate: windows.burn(name),
            unread: windows.judged(name) == Judged::Unread,
        });
    SloState {
        light: light(&windows, burning),
        good: windows.share("5m").map(|share| 1.0 - share),
        good_stale: windows.is_stale("5m"),
        budget_left: period
            .and_then(|window| windows.burn(window))
            .map(|burn| 1.0 - burn),
        budget_unread: period.is_some_and(|window| windows.judged(window) == Judged::Unread),
        burns: burns.collect(),
        burning,
        exhaustion: exhaustion(budget_left(&windows), windows.live_burn("1h"), spec.period),
        net_exhaustion: net_exhaustion(&windows),
        low_sample: low_sample(&windows),
        no_traffic: windows.total("5m") == Some(0.0),
    }
}

fn burns_in<'a>(
    windows: &Windows<'_, impl Fn(&QueryId) -> Fresh<'a, f64>>,
    pair: BurnPair,
) -> bool {
    [pair.long, pair.short].iter().all(|window| {
        windows
            .live_burn(window)
            .is_some_and(|burn| burn > pair.factor)
    })
}

/// What is left of the budget, by live counts.
fn budget_left<'a>(windows: &Windows<'_, impl Fn(&QueryId) -> Fresh<'a, f64>>) -> Option<f64> {
    let window = period_window(windows.spec.period)?;
    Some(1.0 - windows.live_burn(window)?)
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
/// three days are taken as spread evenly. `None` where nothing leaves (a month), where old errors leave as fast as new
/// ones come, and where nothing is known.
fn net_exhaustion<'a>(
    windows: &Windows<'_, impl Fn(&QueryId) -> Fresh<'a, f64>>,
) -> Option<Duration> {
    let spec = windows.spec;
    if spec.period == Period::Month {
        return None;
    }
    let long = period_window(spec.period).filter(|window| *window == MONTH)?;
    let errors = windows.errors(long)? - windows.errors("3d")?;
    let total = windows.total(long)? - windows.total("3d")?;
    let refunded = if total > 0.0 {
        burn((errors / total).max(0.0), spec.objective)?
    } else {
        0.0
    };
    exhaustion(
        budget_left(windows),
        Some(windows.live_burn("1h")? - refunded),
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

/// Red: a pair that pages burns, or the budget is gone. Yellow: a slower pair burns, or little is left. Unknown: a
/// window that counts was not read, for it may be the one that burns.
fn light<'a>(
    windows: &Windows<'_, impl Fn(&QueryId) -> Fresh<'a, f64>>,
    burning: Option<BurnPair>,
) -> Light {
    let budget = match budget_left(windows) {
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
    let pairs = burn_pairs(windows.spec.period).flat_map(|pair| [pair.long, pair.short]);
    let read = pairs
        .chain(period_window(windows.spec.period))
        .all(|window| windows.judged(window) != Judged::Unread);
    // What every server has by now: without them nothing is said to be good.
    let seen = ["5m", "1h"]
        .iter()
        .all(|window| windows.live_burn(window).is_some());
    let known = if read && seen {
        Light::Green
    } else {
        Light::Unknown
    };
    // Below its objective right now, whatever the budget can bear.
    let now = match windows.live_burn("5m") {
        Some(burn) if burn > 1.0 => Light::Yellow,
        _ => Light::Green,
    };
    [budget, fast, known, now]
        .into_iter()
        .fold(Light::Green, Light::worst)
}

#[cfg(test)]
mod tests;
