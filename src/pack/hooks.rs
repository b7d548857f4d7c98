//! Hooks: conditions over whole windows on the grid, so that every bastion sees the same.

use jiff::Timestamp;

use super::{
    condition::{Condition, Lamp, Over, SloField, Truth, View},
    facts::{Facts, earlier, last_window, later, reaches, value_at},
    lights::light_of,
    runbook::Pack,
    views::seconds,
    watch::HookRule,
};
use crate::domain::{
    hook::HookState,
    id::{HookId, QueryId, SloId},
    light::Light,
    series::Series,
};

impl Pack {
    /// The pack's hooks over their last whole window, in the order it states them.
    pub fn hook_states(&self, facts: &dyn Facts) -> Vec<HookState> {
        let rules = self.watch.hooks.iter();
        rules.map(|rule| Windows::of(rule, facts).state()).collect()
    }

    /// The windows of a hook that are kept, oldest first; the running one last, where it has begun to come.
    pub fn hook_windows(&self, id: &HookId, facts: &dyn Facts) -> Vec<HookWindow> {
        let rule = self.hook_rule(id);
        rule.map(|rule| Windows::of(rule, facts).all())
            .unwrap_or_default()
    }

    /// How many whole windows of a hook in a row were good up to the last one.
    pub fn hook_row(&self, id: &HookId, facts: &dyn Facts) -> Row {
        let rule = self.hook_rule(id);
        rule.map_or(Row::Unknown, |rule| Windows::of(rule, facts).row())
    }

    fn hook_rule(&self, id: &HookId) -> Option<&HookRule> {
        self.watch.hooks.iter().find(|rule| rule.spec.id == *id)
    }

    /// What makes a hook red and yellow, as the pack wrote it.
    pub fn hook_parts(&self, id: &HookId) -> Vec<HookPart> {
        let Some(rule) = self.hook_rule(id) else {
            return Vec::new();
        };
        let part = |light, condition: &Option<Condition>| {
            let says = condition.as_ref()?.describe();
            Some(HookPart { light, says })
        };
        let parts = [part(Light::Red, &rule.red), part(Light::Yellow, &rule.warn)];
        parts.into_iter().flatten().collect()
    }

    /// What a hook observes, each with the query that gives its windows.
    pub fn hook_queries(&self, id: &HookId) -> Vec<(&str, &str)> {
        let Some(rule) = self.hook_rule(id) else {
            return Vec::new();
        };
        let names = rule.spec.observe.iter().map(|(name, _)| name.as_str());
        names.zip(rule.queries.iter().map(String::as_str)).collect()
    }
}

/// How many whole windows in a row were good up to the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// So many, and then one that was not.
    Of(u32),
    /// All that are kept.
    AtLeast(u32),
    /// So many, and then one of which nothing is known: it breaks the row.
    Gap(u32),
    /// Nothing is known of the last window.
    Unknown,
}

/// A condition of a hook, as its pack wrote it.
#[derive(Debug, Clone, PartialEq)]
pub struct HookPart {
    /// The colour it gives.
    pub light: Light,
    pub says: String,
}

/// One window of a hook.
#[derive(Debug, Clone, PartialEq)]
pub struct HookWindow {
    pub end: Timestamp,
    pub light: Light,
    /// In the order of the spec; `None` where there was no data.
    pub observed: Vec<Option<f64>>,
    /// It goes on, and may change yet.
    pub running: bool,
}

/// The windows of one hook.
pub(super) struct Windows<'a> {
    rule: &'a HookRule,
    series: Vec<Option<&'a Series>>,
    now: Timestamp,
}

/// The last value of a series of windows is the running one.
fn last_whole(series: &Series) -> Option<Timestamp> {
    let last = series.values.len().checked_sub(2)?;
    Some(series.time(last))
}

impl<'a> Windows<'a> {
    pub(super) fn of(rule: &'a HookRule, facts: &'a dyn Facts) -> Self {
        let observed = rule.spec.observe.iter();
        Self {
            rule,
            series: observed.map(|(_, id)| facts.series(id)).collect(),
            now: facts.now(),
        }
    }

    /// Whether every series that is there at all has this window whole.
    pub(super) fn reached(&self, end: Timestamp) -> bool {
        let mut there = self.series.iter().flatten();
        there.all(|series| last_whole(series).is_some_and(|last| last >= end))
    }

    /// The end of the last whole window.
    fn end(&self) -> Timestamp {
        last_window(self.now, self.rule.spec.window, |end| self.reached(end))
    }

    /// What was observed in a window; a running one counts as whole only where it is asked for.
    fn observed(&self, end: Timestamp, running: bool) -> Vec<Option<f64>> {
        let value = |series: &Series| {
            let whole = last_whole(series).is_some_and(|last| end <= last);
            if running || whole {
                value_at(series, end)
            } else {
                None
            }
        };
        self.series
            .iter()
            .map(|series| series.and_then(value))
            .collect()
    }

    fn judge(&self, condition: Option<&Condition>, end: Timestamp, running: bool) -> Truth {
        let Some(condition) = condition else {
            return Truth::False;
        };
        let count = match condition.over {
            Over::Windows { count, .. } => count,
            // `for` is refused in hooks at load.
            Over::Once | Over::For(_) => 1,
        };
        Truth::all((0..count).map(|back| {
            let end = earlier(end, self.rule.spec.window * back);
            let values = self.observed(end, running && back == 0);
            condition.statement.judge(&WindowView { values, end })
        }))
    }

    pub(super) fn light(&self, end: Timestamp, running: bool) -> Light {
        let red = self.judge(self.rule.red.as_ref(), end, running);
        light_of(red, self.judge(self.rule.warn.as_ref(), end, running))
    }

    fn state(&self) -> HookState {
        let end = self.end();
        let next = later(end, self.rule.spec.window);
        let has_next = |series: &Series| reaches(series, next);
        let running = self.series.iter().flatten().any(|series| has_next(series));
        let names = self.rule.spec.observe.iter().map(|(name, _)| name.clone());
        HookState {
            id: self.rule.spec.id.clone(),
            title: self.rule.spec.title.clone(),
            window_end: self.series.iter().any(Option::is_some).then_some(end),
            light: self.light(end, false),
            observed: names.zip(self.observed(end, false)).collect(),
            running: running.then(|| self.light(next, true)),
        }
    }

    /// The stored windows, oldest first; the running one last, where it has begun to come.
    fn all(&self) -> Vec<HookWindow> {
        let starts = self.series.iter().flatten().map(|series| series.start);
        let Some(first) = starts.min() else {
            return Vec::new();
        };
        let end = self.end();
        let length = self.rule.spec.window;
        let window = |at: Timestamp, running: bool| HookWindow {
            end: at,
            light: self.light(at, running),
            observed: self.observed(at, running),
            running,
        };
        let ends = std::iter::successors(Some(first), |at| Some(later(*at, length)));
        let whole = ends.take_while(|at| *at <= end).map(|at| window(at, false));
        let mut all: Vec<HookWindow> = whole.collect();
        let next = later(end, length);
        if self
            .series
            .iter()
            .flatten()
            .any(|series| reaches(series, next))
        {
            all.push(window(next, true));
        }
        all
    }

    /// How many whole windows in a row were good.
    fn row(&self) -> Row {
        let all = self.all();
        let mut whole = all.iter().rev().filter(|window| !window.running);
        let mut good = 0;
        loop {
            match whole.next().map(|window| window.light) {
                Some(Light::Green) => good += 1,
                Some(Light::Unknown) | None if good == 0 => return Row::Unknown,
                Some(Light::Unknown) => return Row::Gap(good),
                Some(Light::Yellow | Light::Red) => return Row::Of(good),
                None => return Row::AtLeast(good),
            }
        }
    }
}

impl Row {
    /// So many there are for sure.
    pub const fn count(self) -> u32 {
        match self {
            Self::Of(good) | Self::AtLeast(good) | Self::Gap(good) => good,
            Self::Unknown => 0,
        }
    }
}

/// One window of a hook.
struct WindowView {
    values: Vec<Option<f64>>,
    end: Timestamp,
}

impl View for WindowView {
    fn query(&self, _: &QueryId) -> Option<f64> {
        None
    }

    fn change(&self, _: &QueryId) -> Option<f64> {
        None
    }

    fn observed(&self, index: usize) -> Option<f64> {
        self.values.get(index).copied().flatten()
    }

    fn slo(&self, _: &SloId, _: SloField) -> Option<f64> {
        None
    }

    fn light(&self, _: &Lamp) -> Light {
        Light::Unknown
    }

    fn now(&self) -> f64 {
        seconds(self.end)
    }
}
