//! Service level objectives: what is promised.

use std::time::Duration;

use super::{
    id::{QueryId, SloId},
    light::Light,
    text::Text,
};

/// The time an objective is promised over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// The calendar month in the pack's zone.
    Month,
    Rolling(Duration),
}

/// The windows an SLO is read over: the pairs of burn-rate alerts, and the month.
pub const SLO_WINDOWS: [(&str, u64); 8] = [
    ("5m", 300),
    ("30m", 1_800),
    ("1h", 3_600),
    ("2h", 7_200),
    ("6h", 21_600),
    ("1d", 86_400),
    ("3d", 259_200),
    ("30d", 2_592_000),
];

/// The longest window there is, which stands for the period.
pub const MONTH: &str = "30d";

/// An objective the pack watches. Its queries are `<pack>/slo/<id>/errors:<window>` and `…/total:<window>`, for each of
/// [`SLO_WINDOWS`]; error share is errors over total.
#[derive(Debug, Clone, PartialEq)]
pub struct SloSpec {
    pub id: SloId,
    pub title: Text,
    /// The share that must be good, 0.999.
    pub objective: f64,
    pub period: Period,
    /// Prefix of its queries: `glancy/slo/lookup`.
    pub queries: QueryId,
    pub link: Option<String>,
}

impl SloSpec {
    pub fn errors(&self, window: &str) -> QueryId {
        format!("{}/errors:{window}", self.queries).into()
    }

    pub fn total(&self, window: &str) -> QueryId {
        format!("{}/total:{window}", self.queries).into()
    }
}

/// A pair of windows that must both burn faster than `factor` for an alert to be right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BurnPair {
    pub factor: f64,
    pub long: &'static str,
    pub short: &'static str,
}

/// How fast the budget burns over one window: 1 spends exactly the budget.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Burn {
    pub window: &'static str,
    /// What may be drawn, stale or not.
    pub rate: Option<f64>,
    /// It is not read now: the rate, if there is one, is too old to judge by.
    pub unread: bool,
}

/// An SLO as it stands. What may be drawn though it is stale says so; everything else is of live counts alone.
#[derive(Debug, Clone, PartialEq)]
pub struct SloState {
    pub light: Light,
    /// The share that was good over the last 5 minutes.
    pub good: Option<f64>,
    pub good_stale: bool,
    /// What is left of the period's error budget: 1 is all, below 0 is overspent. Not clamped.
    pub budget_left: Option<f64>,
    /// Its window is not read now: what is left, if anything is known, is of before.
    pub budget_unread: bool,
    /// In the order of [`SLO_WINDOWS`] without the month.
    pub burns: Vec<Burn>,
    /// The fastest pair that burns in both its windows.
    pub burning: Option<BurnPair>,
    /// Until the budget is gone at the present rate.
    pub exhaustion: Option<Duration>,
    /// The same of a rolling period, net of the errors that leave it meanwhile.
    pub net_exhaustion: Option<Duration>,
    /// So few requests that one error would page: the count.
    pub low_sample: Option<f64>,
    /// Total is a present 0: idle, neither good nor bad.
    pub no_traffic: bool,
}

impl SloState {
    /// One of which nothing is known but what is left of its budget.
    pub const fn of_budget(left: f64) -> Self {
        Self {
            light: Light::Unknown,
            good: None,
            good_stale: false,
            budget_left: Some(left),
            budget_unread: false,
            burns: Vec::new(),
            burning: None,
            exhaustion: None,
            net_exhaustion: None,
            low_sample: None,
            no_traffic: false,
        }
    }

    /// The windows that are not read now, for want of which nobody says that it is good.
    pub fn unread(&self) -> impl Iterator<Item = &'static str> {
        let burns = self.burns.iter().filter(|burn| burn.unread);
        burns
            .map(|burn| burn.window)
            .chain(self.budget_unread.then_some(MONTH))
    }

    /// The share that was good, if it may be judged by.
    pub fn good_live(&self) -> Option<f64> {
        self.good.filter(|_| !self.good_stale)
    }

    /// What is left of the budget, if it may be judged by.
    pub fn budget_live(&self) -> Option<f64> {
        self.budget_left.filter(|_| !self.budget_unread)
    }
}
