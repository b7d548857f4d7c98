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

    /// The lights of a hook's stored whole windows, by their ends, oldest first.
    pub fn hook_history(&self, id: &HookId, facts: &dyn Facts) -> Vec<(Timestamp, Light)> {
        let rule = self.watch.hooks.iter().find(|rule| rule.spec.id == *id);
        rule.map(|rule| Windows::of(rule, facts).history())
            .unwrap_or_default()
    }
}

/// The windows of one hook.
struct Windows<'a> {
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
    fn of(rule: &'a HookRule, facts: &'a dyn Facts) -> Self {
        let observed = rule.spec.observe.iter();
        Self {
            rule,
            series: observed.map(|(_, id)| facts.series(id)).collect(),
            now: facts.now(),
        }
    }

    /// Whether every series that is there at all has this window whole.
    fn reached(&self, end: Timestamp) -> bool {
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

    fn light(&self, end: Timestamp, running: bool) -> Light {
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

    fn history(&self) -> Vec<(Timestamp, Light)> {
        let Some(first) = self
            .series
            .iter()
            .flatten()
            .map(|series| series.start)
            .min()
        else {
            return Vec::new();
        };
        let end = self.end();
        let window = self.rule.spec.window;
        std::iter::successors(Some(first), |at| Some(later(*at, window)))
            .take_while(|at| *at <= end)
            .map(|at| (at, self.light(at, false)))
            .collect()
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
