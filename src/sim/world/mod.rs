//! The world of a scenario: one model of load, services, queues and faults, stepped in simulated time.
//!
//! Everything that Prometheus and Alertmanager tell, and every fault that Kubernetes shows, comes from here, so that
//! what helps in one place is seen in all of them.

pub mod formula;
mod history;
pub mod noise;
mod program;
mod queue;
mod reading;
mod rules;
pub mod scenario;
mod stage;
mod state;
#[cfg(test)]
pub mod testing;
#[cfg(test)]
mod tests;
mod window;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

pub use program::Said;
pub use reading::{UnknownId, resolve};
pub use rules::{Rule, RuleState};
use scenario::{Alert, Model, ScenarioError, span};
use stage::Stage;
use state::State;

use super::port::ClusterPort;

/// How far back the numbers begin.
const PRE_ROLL: f64 = 6.0 * 3600.0;
/// Seconds between two steps before the start.
const COARSE: f64 = 15.0;
/// Seconds between two steps after it.
const FINE: f64 = 5.0;
/// After a long sleep no more steps than this are made up for.
const MOST_STEPS: f64 = 2000.0;

/// An alerting rule with the state it is in.
#[derive(Debug, Clone, Copy)]
pub struct AlertNow<'a> {
    pub alert: &'a Alert,
    pub rule: &'a Rule,
}

/// The world of a scenario as it runs.
pub struct World {
    model: Model,
    state: State,
    stage: Stage,
    start: Timestamp,
    /// What programs remember.
    kept: BTreeMap<String, String>,
}

impl World {
    /// A world whose history ends at `start`; the cluster is filled on the way.
    pub fn new(
        model: Model,
        cluster: Arc<dyn ClusterPort>,
        start: Timestamp,
        seed: u64,
    ) -> Result<Self, ScenarioError> {
        let steps = (PRE_ROLL / COARSE) as usize;
        let mut world = Self {
            state: State::new(&model, seed, -PRE_ROLL, steps + 1),
            stage: Stage::new(cluster, &model, start, seed),
            kept: model.kept.clone(),
            model,
            start,
        };
        for step in 0..=steps {
            world.step(step as f64 * COARSE - PRE_ROLL)?;
        }
        Ok(world)
    }

    /// Lets the world go on up to `now`; a still one only lets the controllers run.
    pub fn advance(&mut self, now: Timestamp) {
        let target = self.relative(now);
        let behind = target - self.state.at;
        if !self.model.still && behind >= FINE {
            let size = FINE.max((behind / MOST_STEPS).ceil());
            while target - self.state.at >= size {
                let next = self.state.at + size;
                self.step(next)
                    .expect("the cluster was raised by the first steps, nothing else can fail");
            }
        }
        self.stage.run_controllers(now);
    }

    /// Sets a parameter of the scenario from outside, such as `lookup_exporter = 0`; false when it has none by that name.
    pub fn set(&mut self, name: &str, value: f64) -> bool {
        let slot = self.model.slots.get(name).copied();
        let Some(slot) =
            slot.filter(|slot| self.model.params.iter().any(|(known, _)| known == slot))
        else {
            return false;
        };
        self.state.slide(slot, value, 0.0);
        if self.model.still {
            // A still world makes no steps of its own, so this change is one.
            let next = self.state.at + FINE;
            self.state.step(&self.model, next);
        }
        true
    }

    fn step(&mut self, at: f64) -> Result<(), ScenarioError> {
        self.stage.prepare(&self.model, &mut self.state, at)?;
        self.state.step(&self.model, at);
        self.stage.follow(&self.model, &self.state);
        Ok(())
    }

    pub fn model(&self) -> &Model {
        &self.model
    }

    /// When the scenario began.
    pub fn start(&self) -> Timestamp {
        self.start
    }

    /// The time of the last step; a still world is always at the present that it is asked at.
    pub fn last_step(&self) -> Timestamp {
        self.time(self.state.at)
    }

    /// Seconds relative to the start.
    pub fn relative(&self, at: Timestamp) -> f64 {
        at.duration_since(self.start).as_secs_f64()
    }

    /// The time that is so many seconds after the start.
    pub fn time(&self, at: f64) -> Timestamp {
        span(self.start, at)
    }

    /// All alerting rules with their states.
    pub fn alerts(&self) -> impl Iterator<Item = AlertNow<'_>> {
        let rules = self.model.alerts.iter().zip(&self.state.rules);
        rules.map(|(alert, rule)| AlertNow { alert, rule })
    }

    /// The present value of a slot.
    pub fn slot(&self, slot: usize) -> f64 {
        self.state.values[slot]
    }

    /// The present value of a name of the scenario.
    pub fn value(&self, name: &str) -> Option<f64> {
        self.model
            .slots
            .get(name)
            .map(|slot| self.state.values[*slot])
    }
}

impl AlertNow<'_> {
    /// The labels of the alert, its name among them.
    pub fn labels(&self) -> BTreeMap<String, String> {
        let mut labels = self.alert.labels.clone();
        labels.insert("alertname".to_owned(), self.alert.name.clone());
        labels
    }

    /// The annotations with `{value}` filled in.
    pub fn annotations(&self) -> BTreeMap<String, String> {
        let value = stage::short(self.rule.value);
        let filled = |text: &String| text.replace("{value}", &value);
        self.alert
            .annotations
            .iter()
            .map(|(key, text)| (key.clone(), filled(text)))
            .collect()
    }
}
