//! The world as conditions look at it: now, or at one time of the grid.

use std::{cell::Cell, time::Duration};

use jiff::Timestamp;

use super::{
    actions::ActionWorld,
    condition::{Condition, Fact, Ids, Lamp, Over, SloField, Told, Truth, View, Words},
    facts::{Facts, earlier, fresh_at, last_window, later, reaches, value_at},
    hooks::Windows,
    watch::{GRID, HookRule, WINDOW},
};
use crate::domain::{
    action::saying::Stated,
    freshness::Fresh,
    gauge_state::gauge_state,
    hook::HookState,
    id::{GateId, QueryId, SloId},
    light::{Light, LightState},
    queue_state::queue_state,
    series::Series,
    slo::SloState,
    time::floor_to,
};

/// More points than are kept of anything that conditions read.
const MOST_STORED: usize = 24 * 60;

/// How far behind now stored values may be and still be judged.
const LAG: Duration = Duration::from_secs(150);

/// Everything a condition of lights and alerts may ask for.
#[derive(Clone, Copy)]
pub(super) struct World<'a> {
    pub ids: &'a Ids,
    pub facts: &'a dyn Facts,
    pub rules: &'a [HookRule],
    pub hooks: &'a [HookState],
    /// The gates, where the condition may ask for one.
    pub gates: &'a [(GateId, Light)],
    /// The lights above the one that is judged.
    pub lights: &'a [LightState],
    /// The action whose condition is judged.
    pub action: Option<&'a dyn ActionWorld>,
}

impl World<'_> {
    /// What a condition says with what it is judged on: in the last whole window where it asks for windows, else now.
    pub fn tell(&self, condition: &Condition, words: Words<'_>) -> Told {
        let Over::Windows { length, .. } = condition.over else {
            return condition.tell(&Live { world: *self }, words);
        };
        let now = self.facts.now();
        let stored = Stored {
            world: *self,
            at: last_window(now, length, |end| self.reached(condition, end)),
            window: length,
        };
        condition.tell(&stored, words)
    }

    /// What a condition demands.
    pub fn state(&self, condition: &Condition, words: Words<'_>) -> Stated {
        condition.state(&Live { world: *self }, words)
    }

    pub fn judge(&self, condition: &Condition) -> Truth {
        let now = self.facts.now();
        let at = |at: Timestamp, window| {
            condition.statement.judge(&Stored {
                world: *self,
                at,
                window,
            })
        };
        match condition.over {
            Over::Once => condition.statement.judge(&Live { world: *self }),
            Over::For(time) => {
                let present = condition.statement.judge(&Live { world: *self });
                let oldest = earlier(now, time);
                let newest = self.newest(condition, now);
                let first = floor_to(oldest, GRID);
                let stored = std::iter::successors(Some(newest), |at| Some(earlier(*at, GRID)))
                    .take_while(|at| *at >= first)
                    .map(|time| at(time, WINDOW));
                present.and(Truth::all(stored))
            }
            Over::Windows { count, length } => {
                let end = last_window(now, length, |end| self.reached(condition, end));
                let ends = (0..count).map(|back| earlier(end, length * back));
                Truth::all(ends.map(|end| at(end, length)))
            }
        }
    }

    /// Since when a condition that is true now has been, by the stored values before now; `None` where they don't tell.
    pub fn since(&self, condition: &Condition) -> Option<Timestamp> {
        let time = match condition.over {
            Over::Once => Duration::ZERO,
            Over::For(time) => time,
            Over::Windows { .. } => return None,
        };
        if self.judge(condition) != Truth::True {
            return None;
        }
        let newest = self.newest(condition, self.facts.now());
        let grid = std::iter::successors(Some(newest), |at| Some(earlier(*at, GRID)));
        let held = |at: &Timestamp| {
            let stored = Stored {
                world: *self,
                at: *at,
                window: WINDOW,
            };
            condition.statement.judge(&stored) == Truth::True
        };
        let first = grid.take(MOST_STORED).take_while(held).last()?;
        Some(later(first, time))
    }

    /// How many windows in a row it held in up to now, and how many it must; `None` where it counts no windows.
    pub fn good_windows(&self, condition: &Condition) -> Option<(u32, u32)> {
        let Over::Windows { count, length } = condition.over else {
            return None;
        };
        let now = self.facts.now();
        let end = last_window(now, length, |end| self.reached(condition, end));
        let held = |back: &u32| {
            let stored = Stored {
                world: *self,
                at: earlier(end, length * *back),
                window: length,
            };
            condition.statement.judge(&stored) == Truth::True
        };
        let good = (0..count).take_while(held).count();
        Some((u32::try_from(good).unwrap_or(count), count))
    }

    /// The newest time of the grid that the stored values reach, if they aren't too far behind.
    fn newest(&self, condition: &Condition, now: Timestamp) -> Timestamp {
        let last = floor_to(now, GRID);
        std::iter::successors(Some(last), |at| Some(earlier(*at, GRID)))
            .take_while(|at| *at >= earlier(now, LAG))
            .find(|at| self.reached(condition, *at))
            .unwrap_or(last)
    }

    /// Whether every series that the condition reads and that is there at all has come as far as this.
    fn reached(&self, condition: &Condition, at: Timestamp) -> bool {
        let reached = Cell::new(true);
        let ask = |id: &QueryId| {
            let behind = |series: &Series| !reaches(series, at);
            if self.facts.series(id).is_some_and(behind) {
                reached.set(false);
            }
        };
        stored_queries(condition, self.ids, &mut |id| ask(id));
        condition.statement.visit(&mut |_| {}, &mut |lamp| {
            let windows = self.windows_of(lamp);
            if windows.is_some_and(|windows| !windows.reached(at)) {
                reached.set(false);
            }
        });
        reached.get()
    }

    /// The windows of the hook that a lamp is.
    fn windows_of(&self, lamp: &Lamp) -> Option<Windows<'_>> {
        let Lamp::Hook(id) = lamp else { return None };
        let rule = self.rules.iter().find(|rule| rule.spec.id == *id)?;
        Some(Windows::of(rule, self.facts))
    }

    fn in_window(&self, place: usize, at: Timestamp) -> Option<bool> {
        let window = self.ids.windows.get(place)?;
        Some(window.hours.include(at, &window.zone))
    }

    /// As the screen judges it, by what `read` says of each query at that time.
    fn light<'v>(
        &self,
        lamp: &Lamp,
        at: Timestamp,
        read: impl Fn(&QueryId) -> Fresh<'v, f64>,
    ) -> Light {
        match lamp {
            Lamp::Gauge(place) => {
                let spec = &self.ids.gauges[*place];
                let state = gauge_state(spec, read(&spec.probe));
                state.light.unwrap_or(Light::Unknown)
            }
            // Where it is heading by its history makes no light.
            Lamp::Queue(place) => queue_state(&self.ids.queues[*place], read, None, at).light,
            Lamp::Slo(id) => self.facts.slo(id).map_or(Light::Unknown, |slo| slo.light),
            Lamp::Hook(id) => {
                let hook = self.hooks.iter().find(|hook| hook.id == *id);
                hook.map_or(Light::Unknown, |hook| hook.light)
            }
            Lamp::Light(id) => {
                let light = self.lights.iter().find(|light| light.id == *id);
                light.map_or(Light::Unknown, |light| light.light)
            }
            Lamp::Gate(id) => {
                let gate = self.gates.iter().find(|(gate, _)| gate == id);
                gate.map_or(Light::Unknown, |(_, light)| *light)
            }
            Lamp::Check(id) => {
                let seen = self.action.and_then(|action| action.check(id));
                seen.map_or(Light::Unknown, |seen| seen.light)
            }
        }
    }

    fn change(&self, id: &QueryId, end: Timestamp, window: Duration) -> Option<f64> {
        let series = self.facts.series(id)?;
        let (last, before) = (
            value_at(series, end)?,
            value_at(series, earlier(end, window))?,
        );
        Some(last - before)
    }
}

/// Calls `each` with every query whose stored values a condition over time needs.
pub(super) fn stored_queries(condition: &Condition, ids: &Ids, each: &mut dyn FnMut(&QueryId)) {
    let found = std::cell::RefCell::new(Vec::new());
    condition.statement.visit(
        &mut |fact| {
            let mut found = found.borrow_mut();
            match fact {
                Fact::Query(id) | Fact::Change(id) => found.push(id.clone()),
                Fact::Oldest { depth, oldest } => found.extend([depth.clone(), oldest.clone()]),
                Fact::Slo(id, SloField::Good | SloField::Errors) => {
                    if let Some(spec) = ids.slos.iter().find(|spec| spec.id == *id) {
                        found.extend([spec.errors("5m"), spec.total("5m")]);
                    }
                }
                Fact::Slo(..)
                | Fact::Slot(_)
                | Fact::Object(..)
                | Fact::CheckAge(_)
                | Fact::Observed(_)
                | Fact::Now => {}
            }
        },
        &mut |lamp| {
            let mut found = found.borrow_mut();
            match lamp {
                Lamp::Gauge(place) => found.push(ids.gauges[*place].probe.clone()),
                Lamp::Queue(place) => {
                    let queue = &ids.queues[*place];
                    found.push(queue.depth.clone());
                    found.extend(queue.oldest.clone());
                    found.extend(queue.rate_out.clone());
                }
                // The windows of hooks are kept in any case.
                Lamp::Slo(_) | Lamp::Hook(_) | Lamp::Light(_) | Lamp::Gate(_) | Lamp::Check(_) => {}
            }
        },
    );
    found.into_inner().iter().for_each(each);
}

/// The world now.
pub(super) struct Live<'a> {
    pub world: World<'a>,
}

impl View for Live<'_> {
    fn query(&self, id: &QueryId) -> Option<f64> {
        self.world.facts.reading(id).filter(|value| !value.is_nan())
    }

    /// From the last whole window but one to the last.
    fn change(&self, id: &QueryId) -> Option<f64> {
        let series = self.world.facts.series(id)?;
        let now = self.world.facts.now();
        let end = last_window(now, WINDOW, |end| reaches(series, end));
        self.world.change(id, end, WINDOW)
    }

    fn observed(&self, _: usize) -> Option<f64> {
        None
    }

    fn slo(&self, id: &SloId, field: SloField) -> Option<f64> {
        let slo: &SloState = self.world.facts.slo(id)?;
        match field {
            SloField::Good => slo.good_live(),
            SloField::Errors => slo.good_live().map(|good| 1.0 - good),
            SloField::BudgetLeft => slo.budget_live(),
        }
    }

    fn light(&self, lamp: &Lamp) -> Light {
        let facts = self.world.facts;
        self.world.light(lamp, facts.now(), |id| facts.fresh(id))
    }

    fn now(&self) -> f64 {
        seconds(self.world.facts.now())
    }

    fn in_window(&self, place: usize) -> Option<bool> {
        self.world.in_window(place, self.world.facts.now())
    }

    fn action(&self) -> Option<&dyn ActionWorld> {
        self.world.action
    }
}

/// The world at one time of the grid.
struct Stored<'a> {
    world: World<'a>,
    at: Timestamp,
    /// What `change` compares with: the value one window earlier.
    window: Duration,
}

impl View for Stored<'_> {
    fn query(&self, id: &QueryId) -> Option<f64> {
        value_at(self.world.facts.series(id)?, self.at)
    }

    fn change(&self, id: &QueryId) -> Option<f64> {
        self.world.change(id, self.at, self.window)
    }

    fn observed(&self, _: usize) -> Option<f64> {
        None
    }

    fn slo(&self, id: &SloId, field: SloField) -> Option<f64> {
        let spec = self.world.ids.slos.iter().find(|spec| spec.id == *id)?;
        let total = self.query(&spec.total("5m"))?;
        let errors = self.query(&spec.errors("5m"))? / total;
        match field {
            SloField::Good => Some(1.0 - errors),
            SloField::Errors => Some(errors),
            SloField::BudgetLeft => None,
        }
    }

    fn light(&self, lamp: &Lamp) -> Light {
        match lamp {
            Lamp::Gauge(_) | Lamp::Queue(_) => {
                let facts = self.world.facts;
                let read = |id: &QueryId| fresh_at(facts.series(id), self.at);
                self.world.light(lamp, self.at, read)
            }
            Lamp::Hook(_) => {
                let windows = self.world.windows_of(lamp);
                windows.map_or(Light::Unknown, |windows| windows.light(self.at, false))
            }
            // Refused at load: nobody keeps their history.
            Lamp::Slo(_) | Lamp::Light(_) | Lamp::Gate(_) | Lamp::Check(_) => Light::Unknown,
        }
    }

    fn now(&self) -> f64 {
        seconds(self.at)
    }

    fn in_window(&self, place: usize) -> Option<bool> {
        self.world.in_window(place, self.at)
    }

    /// What an action was given stays as it is.
    fn action(&self) -> Option<&dyn ActionWorld> {
        self.world.action
    }
}

pub(super) fn seconds(at: Timestamp) -> f64 {
    at.as_millisecond() as f64 / 1_000.0
}
