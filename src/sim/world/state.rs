//! The numbers of a world at one step, and how a step makes the next ones.

use super::formula::{Formula, Frame, evaluate};
use super::history::History;
use super::queue::Fluid;
use super::rules::Rule;
use super::scenario::{Model, WorkloadFile};
use super::window::Past;
use crate::sim::port::WorkloadNow;

/// A parameter on its way to another value.
#[derive(Debug, Clone)]
struct Slide {
    slot: usize,
    from: f64,
    to: f64,
    begin: f64,
    over: f64,
}

/// Everything of a world that changes from step to step.
#[derive(Debug)]
pub struct State {
    /// Seconds relative to the start of the scenario.
    pub at: f64,
    pub values: Vec<f64>,
    previous: Vec<f64>,
    pub workloads: Vec<WorkloadNow>,
    pub since_restart: Vec<f64>,
    pub flags: Vec<Option<f64>>,
    pub rules: Vec<Rule>,
    pub history: History,
    queues: Vec<Fluid>,
    slides: Vec<Slide>,
    seed: u64,
}

impl State {
    /// The state before the first step, at `at`.
    pub fn new(model: &Model, seed: u64, at: f64, steps: usize) -> Self {
        let slots = model.slots.len();
        let mut values = vec![f64::NAN; slots];
        for (slot, value) in &model.params {
            values[*slot] = *value;
        }
        for slo in &model.slos {
            values[slo.errors_sum] = 0.0;
            values[slo.total_sum] = 0.0;
        }
        let queues: Vec<_> = model
            .queues
            .iter()
            .map(|queue| Fluid::new(queue.start_depth))
            .collect();
        for (queue, fluid) in model.queues.iter().zip(&queues) {
            values[queue.depth] = fluid.depth;
            values[queue.oldest] = queue.floor;
            values[queue.rate_in] = 0.0;
            values[queue.rate_out] = 0.0;
        }
        Self {
            at,
            previous: values.clone(),
            values,
            workloads: model.workloads.iter().map(|it| nominal(&it.file)).collect(),
            since_restart: vec![f64::INFINITY; model.workloads.len()],
            flags: vec![None; model.flag_keys.len()],
            rules: model.alerts.iter().map(|_| Rule::default()).collect(),
            history: History::new(slots, steps, model.still),
            queues,
            slides: Vec::new(),
            seed,
        }
    }

    /// Lets a parameter slide to another value.
    pub fn slide(&mut self, slot: usize, to: f64, over: f64) {
        let from = self.values[slot];
        if over <= 0.0 {
            // What was done is seen by who looks at once, before the next step.
            self.values[slot] = to;
        }
        let begin = self.at;
        self.slides.retain(|slide| slide.slot != slot);
        self.slides.push(Slide {
            slot,
            from,
            to,
            begin,
            over,
        });
    }

    /// A formula on the numbers as they are now; `stream` names whose noise it has.
    pub fn evaluate(&self, model: &Model, formula: &Formula, stream: usize) -> f64 {
        let past = self.past(model);
        evaluate(formula, &self.frame(model, &past, stream))
    }

    pub fn past<'a>(&'a self, model: &'a Model) -> Past<'a> {
        Past {
            slos: &model.slos,
            history: &self.history,
            seed: self.seed,
            still: model.still,
        }
    }

    fn frame<'a>(&'a self, model: &Model, past: &'a Past<'a>, stream: usize) -> Frame<'a> {
        Frame {
            values: &self.values,
            previous: &self.previous,
            workloads: &self.workloads,
            since_restart: &self.since_restart,
            flags: &self.flags,
            windows: past,
            at: self.at,
            seed: self.seed,
            stream: stream as u64,
            still: model.still,
            hour: model.hour,
        }
    }

    /// One step to `at`: parameters, signals, queues, objectives, rules; then it is recorded.
    pub fn step(&mut self, model: &Model, at: f64) {
        let passed = at - self.at;
        self.at = at;
        self.previous.clone_from(&self.values);
        self.values[model.slots["t"]] = at;
        self.values[model.slots["dt"]] = passed;
        self.move_slides();
        for signal in &model.signals {
            self.values[signal.slot] = self.evaluate(model, &signal.formula, signal.slot);
        }
        self.flow(model, passed);
        self.count(model, passed);
        self.history.record(at, &self.values);
        for (index, alert) in model.alerts.iter().enumerate() {
            let holds = self.evaluate(model, &alert.when, 0) > 0.0;
            let value = self.evaluate(model, &alert.value, 0);
            self.rules[index].step(alert, at, holds, value);
        }
    }

    fn move_slides(&mut self) {
        for slide in &self.slides {
            let part = if slide.over > 0.0 {
                ((self.at - slide.begin) / slide.over).clamp(0.0, 1.0)
            } else {
                1.0
            };
            self.values[slide.slot] = slide.from + (slide.to - slide.from) * part;
        }
        let at = self.at;
        self.slides.retain(|slide| at - slide.begin < slide.over);
    }

    fn flow(&mut self, model: &Model, passed: f64) {
        for (index, queue) in model.queues.iter().enumerate() {
            let offered = self.evaluate(model, &queue.offered, queue.rate_in);
            let capacity = self.evaluate(model, &queue.capacity, queue.rate_out);
            let fluid = &mut self.queues[index];
            fluid.step(self.at, passed, offered, capacity, queue.floor);
            self.values[queue.depth] = (fluid.depth + offered.max(0.0) * queue.in_flight).round();
            self.values[queue.oldest] = fluid.oldest;
            self.values[queue.rate_in] = fluid.rate_in;
            self.values[queue.rate_out] = fluid.rate_out;
        }
    }

    fn count(&mut self, model: &Model, passed: f64) {
        for slo in &model.slos {
            let counted = slo.source.is_none_or(|source| self.values[source] > 0.0);
            if !counted {
                continue;
            }
            // `max` also turns "no value" into nothing counted.
            let total = self.evaluate(model, &slo.total, slo.total_sum).max(0.0);
            let errors = self
                .evaluate(model, &slo.errors, slo.errors_sum)
                .max(0.0)
                .min(total);
            self.values[slo.errors_sum] += errors * passed;
            self.values[slo.total_sum] += total * passed;
        }
    }
}

/// A workload as its file says, before the cluster is there.
fn nominal(file: &WorkloadFile) -> WorkloadNow {
    WorkloadNow {
        desired: file.replicas,
        ready: file.replicas,
        image: file.image.clone(),
        revision: file.history.len() as u64 + 1,
        env: file.env.clone(),
        restarted_at: None,
        updated_ready: file.replicas,
    }
}
