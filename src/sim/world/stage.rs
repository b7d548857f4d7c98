//! Plays a scenario into the cluster: what it is made of, the deeds of the time line, faults, usage and logs.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::formula::{INGRESS, setting};
use super::noise;
use super::scenario::{
    Deed, Fault as FaultModel, FaultKind, Model, ScenarioError, Workload, seconds, span,
};
use super::state::State;
use crate::sim::port::{ClusterPort, Fault, PastRun, WorkloadNow, WorkloadSpec};

/// How long before the start the cluster lives at least, so that there are logs to read.
const LEAST_LEAD: f64 = 900.0;

/// Seconds between two looks at the workloads before the start.
const GLANCE_EVERY: f64 = 30.0;

/// Controllers need not run more often, however many ask for the present.
const CONTROL_EVERY: SignedDuration = SignedDuration::from_millis(100);

/// The cluster as a scenario plays it.
pub struct Stage {
    cluster: Arc<dyn ClusterPort>,
    start: Timestamp,
    seed: u64,
    next_moment: usize,
    faults_on: Vec<bool>,
    next_logs: Vec<f64>,
    usage: Vec<(u32, u32)>,
    /// The cluster exists since then, in seconds relative to the start.
    open_at: f64,
    open: bool,
    controlled: Option<Timestamp>,
    /// When the workloads were last looked at.
    observed: f64,
}

impl Stage {
    pub fn new(cluster: Arc<dyn ClusterPort>, model: &Model, start: Timestamp, seed: u64) -> Self {
        let first_deed = model
            .moments
            .iter()
            .filter(|moment| !matches!(moment.deed, Deed::Set { .. }))
            .map(|moment| moment.at)
            .fold(0.0, f64::min);
        let open_at = if model.still {
            0.0
        } else {
            (first_deed - 60.0).min(-LEAST_LEAD)
        };
        Self {
            cluster,
            start,
            seed,
            next_moment: 0,
            faults_on: vec![false; model.faults.len()],
            next_logs: vec![open_at; model.logs.len()],
            usage: vec![(0, 0); model.workloads.len()],
            open_at,
            open: false,
            controlled: None,
            observed: f64::NEG_INFINITY,
        }
    }

    /// Brings the cluster and the time line up to `at`, before the numbers of that step are made.
    pub fn prepare(
        &mut self,
        model: &Model,
        state: &mut State,
        at: f64,
    ) -> Result<(), ScenarioError> {
        if !self.open && at >= self.open_at {
            // What is made between two steps is made at the time of the last one.
            self.cluster.step(span(self.start, at));
            self.raise(model)?;
            self.open = true;
        }
        if self.open {
            self.cluster.step(span(self.start, at));
        }
        while let Some(moment) = model.moments.get(self.next_moment)
            && moment.at <= at
        {
            self.next_moment += 1;
            self.play(model, state, &moment.deed);
        }
        // Before the start a look at the pods each half minute is enough, and the start-up has little time.
        if self.open && (at >= 0.0 || at >= self.observed + GLANCE_EVERY) {
            self.observed = at;
            self.observe(model, state, at);
        }
        Ok(())
    }

    /// What the numbers of a step do to the cluster.
    pub fn follow(&mut self, model: &Model, state: &State) {
        if !self.open {
            return;
        }
        for (index, fault) in model.faults.iter().enumerate() {
            let on = state.evaluate(model, &fault.when, 0) > 0.0;
            if on != self.faults_on[index] {
                self.faults_on[index] = on;
                self.switch(model, fault, on);
            }
        }
        for (index, workload) in model.workloads.iter().enumerate() {
            self.set_usage(model, state, index, workload);
        }
        for index in 0..model.logs.len() {
            self.write_log(model, state, index);
        }
    }

    /// Lets the controllers run between two steps of the numbers.
    pub fn run_controllers(&mut self, now: Timestamp) {
        let lately = self
            .controlled
            .is_some_and(|last| now.duration_since(last) < CONTROL_EVERY);
        if !lately {
            self.cluster.step(now);
            self.controlled = Some(now);
        }
    }

    fn raise(&self, model: &Model) -> Result<(), ScenarioError> {
        let cluster = &self.cluster;
        let began = |text: &str| Ok::<_, ScenarioError>(span(self.start, seconds(text)?));
        let old = began("-90d")?;
        for namespace in model.namespaces.iter().chain([&model.namespace]) {
            cluster.create_namespace(namespace, old);
        }
        for (name, node) in &model.nodes {
            cluster.create_node(name, &node.labels, began(&node.created)?);
        }
        for object in &model.objects {
            let mut object = object.clone();
            if object["metadata"]["creationTimestamp"].is_null() {
                object["metadata"]["creationTimestamp"] = old.to_string().into();
            }
            cluster.create_object(object);
        }
        for workload in &model.workloads {
            let file = &workload.file;
            let history = file
                .history
                .iter()
                .map(|revision| Ok((revision.image.clone(), began(&revision.at)?)))
                .collect::<Result<_, ScenarioError>>()?;
            let runs = file
                .runs
                .iter()
                .map(|run| {
                    Ok(PastRun {
                        at: began(&run.at)?,
                        failed: run.failed,
                    })
                })
                .collect::<Result<_, ScenarioError>>()?;
            let spec = WorkloadSpec {
                replicas: file.replicas,
                image: file.image.clone(),
                containers: file.containers.clone(),
                labels: file.labels.clone(),
                annotations: file.annotations.clone(),
                env: file.env.clone(),
                cpu_limit: file.cpu_limit.clone(),
                memory_limit: file.memory_limit.clone(),
                schedule: file.schedule.clone(),
                ready_after: file.ready_after,
                created: Some(began(&file.created)?),
                history,
                runs,
            };
            cluster.create_workload(&workload.at, &spec);
        }
        Ok(())
    }

    /// The value of a key of the scenario's `ConfigMap`.
    pub fn config(&self, model: &Model, key: &str) -> Option<String> {
        self.cluster.config(&model.namespace, &model.flag_map, key)
    }

    #[cfg(test)]
    pub fn workload(&self, at: &crate::sim::port::WorkloadRef) -> Option<WorkloadNow> {
        self.cluster.workload(at)
    }

    pub fn play(&self, model: &Model, state: &mut State, deed: &Deed) {
        let cluster = &self.cluster;
        match deed {
            Deed::Set { slot, to, over } => state.slide(*slot, *to, *over),
            Deed::RollOut {
                workload,
                image,
                by,
            } => {
                cluster.roll_out(&model.workloads[*workload].at, image, by);
            }
            Deed::Scale {
                workload,
                replicas,
                by,
            } => {
                cluster.scale(&model.workloads[*workload].at, *replicas, by);
            }
            Deed::NodeReady {
                name,
                ready,
                message,
            } => cluster.set_node_ready(name, *ready, message),
            Deed::Event {
                workload,
                warning,
                reason,
                message,
            } => {
                cluster.event(&model.workloads[*workload].at, *warning, reason, message);
            }
            Deed::Config { key, value, by } => {
                cluster.set_config(&model.namespace, &model.flag_map, key, value, by);
            }
        }
    }

    fn observe(&self, model: &Model, state: &mut State, at: f64) {
        for (index, workload) in model.workloads.iter().enumerate() {
            // A workload that somebody deleted has nothing ready.
            let now = self
                .cluster
                .workload(&workload.at)
                .unwrap_or_else(WorkloadNow::default);
            state.since_restart[index] = now
                .restarted_at
                .as_deref()
                .and_then(|text| text.parse::<Timestamp>().ok())
                .map_or(f64::INFINITY, |moment| {
                    at - moment.duration_since(self.start).as_secs_f64()
                });
            state.workloads[index] = now;
        }
        for (index, key) in model.flag_keys.iter().enumerate() {
            if let Some(ingress) = key.strip_prefix(INGRESS) {
                let rules = self.cluster.rules(&model.namespace, ingress);
                state.flags[index] = rules
                    .and_then(|rules| u32::try_from(rules).ok())
                    .map(f64::from);
                continue;
            }
            let (key, wanted) = key
                .split_once('=')
                .map_or((key.as_str(), None), |(k, w)| (k, Some(w)));
            let text = self.cluster.config(&model.namespace, &model.flag_map, key);
            state.flags[index] = match wanted {
                Some(wanted) => text.map(|text| f64::from(u8::from(text == wanted))),
                None => text.as_deref().and_then(setting),
            };
        }
    }

    fn switch(&self, model: &Model, fault: &FaultModel, on: bool) {
        let at = &model.workloads[fault.workload].at;
        if !on {
            self.cluster.clear_fault(at);
            return;
        }
        let message = fault.message.clone();
        let played = match fault.kind {
            FaultKind::OomLoop => Fault::OomLoop {
                share: fault.share,
                every: fault.every,
            },
            FaultKind::CrashLoop => Fault::CrashLoop {
                share: fault.share,
                code: fault.code,
                message,
            },
            FaultKind::NotReady => Fault::NotReady {
                share: fault.share,
                message,
            },
            FaultKind::ImagePull => Fault::ImagePull { message },
            FaultKind::Unschedulable => Fault::Unschedulable { message },
        };
        self.cluster
            .set_fault(at, played, fault.only_image.as_deref());
        if let Some(pod) = &fault.only_pod {
            self.cluster.confine_fault(at, pod);
        }
    }

    fn set_usage(&mut self, model: &Model, state: &State, index: usize, workload: &Workload) {
        let (Some(cpu), Some(memory)) = (&workload.cpu, &workload.memory) else {
            return;
        };
        let value =
            |formula, stream| state.evaluate(model, formula, stream).max(0.0).round() as u32;
        let usage = (value(cpu, 500 + index), value(memory, 700 + index));
        if usage != self.usage[index] {
            self.usage[index] = usage;
            self.cluster.set_usage(&workload.at, usage.0, usage.1);
        }
    }

    fn write_log(&mut self, model: &Model, state: &State, index: usize) {
        let log = &model.logs[index];
        if state.at < self.next_logs[index] {
            return;
        }
        self.next_logs[index] = state.at + log.every;
        if log.lines.is_empty() || state.evaluate(model, &log.when, 0) <= 0.0 {
            return;
        }
        let line =
            &log.lines[noise::pick(self.seed, 300 + index as u64, state.at, log.lines.len())];
        let text = filled(line, model, state);
        self.cluster.log(
            &model.workloads[log.workload].at,
            &log.container,
            &text,
            log.every_pod,
        );
    }
}

/// A line with `{name}` replaced by the value of that name.
fn filled(line: &str, model: &Model, state: &State) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(open) = rest.find('{') {
        let (before, tail) = rest.split_at(open);
        text.push_str(before);
        let named = tail.find('}').and_then(|end| {
            let slot = model.slots.get(&tail[1..end])?;
            Some((state.values[*slot], end))
        });
        if let Some((value, end)) = named {
            text.push_str(&short(value));
            rest = &tail[end + 1..];
        } else {
            text.push('{');
            rest = &tail[1..];
        }
    }
    text.push_str(rest);
    text
}

/// A number as a person writes it: whole where it is a count and from 10 on, else two places.
pub fn short(value: f64) -> String {
    if value.abs() >= 10.0 || value.fract() == 0.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.2}")
    }
}
