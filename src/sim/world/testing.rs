//! A cluster of numbers alone, for tests of the world: pods are ready at once, but for what faults take away.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use jiff::Timestamp;

use super::World;
use super::scenario::{compile, load};
use crate::sim::port::{ClusterPort, Fault, WorkloadNow, WorkloadRef, WorkloadSpec};

#[derive(Debug, Default)]
struct Inside {
    workloads: BTreeMap<WorkloadRef, WorkloadNow>,
    faults: BTreeMap<WorkloadRef, (Fault, Option<String>)>,
    config: BTreeMap<String, String>,
    lines: Vec<String>,
    stepped: Vec<Timestamp>,
}

/// The cluster of numbers.
#[derive(Debug, Default)]
pub struct Numbers(Mutex<Inside>);

impl Numbers {
    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap()
    }

    pub fn lines(&self) -> Vec<String> {
        self.inside().lines.clone()
    }

    pub fn faults(&self) -> Vec<Fault> {
        self.inside()
            .faults
            .values()
            .map(|(fault, _)| fault.clone())
            .collect()
    }

    pub fn steps(&self) -> Vec<Timestamp> {
        self.inside().stepped.clone()
    }
}

impl ClusterPort for Numbers {
    fn create_node(&self, _: &str, _: &BTreeMap<String, String>, _: Timestamp) {}
    fn create_namespace(&self, _: &str, _: Timestamp) {}
    fn create_workload(&self, at: &WorkloadRef, spec: &WorkloadSpec) {
        let now = WorkloadNow {
            desired: spec.replicas,
            ready: spec.replicas,
            image: spec.image.clone(),
            revision: 1,
            env: spec.env.clone(),
            restarted_at: None,
            updated_ready: spec.replicas,
        };
        self.inside().workloads.insert(at.clone(), now);
    }
    fn create_object(&self, _: serde_json::Value) {}
    fn workload(&self, at: &WorkloadRef) -> Option<WorkloadNow> {
        let inside = self.inside();
        let mut now = inside.workloads.get(at)?.clone();
        let lost = match inside.faults.get(at) {
            Some((_, Some(image))) if *image != now.image => 0.0,
            Some((Fault::OomLoop { share, .. } | Fault::CrashLoop { share, .. }, _)) => *share,
            _ => 0.0,
        };
        now.ready -= (f64::from(now.desired) * lost).round() as u32;
        Some(now)
    }
    fn set_fault(&self, at: &WorkloadRef, fault: Fault, only_image: Option<&str>) {
        self.inside()
            .faults
            .insert(at.clone(), (fault, only_image.map(str::to_owned)));
    }
    fn clear_fault(&self, at: &WorkloadRef) {
        self.inside().faults.remove(at);
    }
    fn roll_out(&self, at: &WorkloadRef, image: &str, _: &str) {
        let mut inside = self.inside();
        let workload = inside.workloads.get_mut(at).unwrap();
        workload.image = image.to_owned();
        workload.revision += 1;
    }
    fn scale(&self, at: &WorkloadRef, replicas: u32, _: &str) {
        let mut inside = self.inside();
        let workload = inside.workloads.get_mut(at).unwrap();
        workload.desired = replicas;
        workload.ready = replicas;
    }
    fn set_node_ready(&self, _: &str, _: bool, _: &str) {}
    fn set_config(&self, _: &str, _: &str, key: &str, value: &str, _: &str) {
        self.inside()
            .config
            .insert(key.to_owned(), value.to_owned());
    }
    fn config(&self, _: &str, _: &str, key: &str) -> Option<String> {
        self.inside().config.get(key).cloned()
    }
    fn event(&self, _: &WorkloadRef, _: bool, _: &str, _: &str) {}
    fn log(&self, _: &WorkloadRef, _: &str, line: &str, _: bool) {
        self.inside().lines.push(line.to_owned());
    }
    fn set_usage(&self, _: &WorkloadRef, _: u32, _: u32) {}
    fn fill(&self, _: &str, _: usize, _: Timestamp) {}
    fn churn(&self, _: usize, _: Timestamp) {}
    fn step(&self, now: Timestamp) {
        self.inside().stepped.push(now);
    }
}

/// When the worlds of tests start.
pub fn start() -> Timestamp {
    "2026-11-21T06:32:00Z".parse().unwrap()
}

/// A deployment of the namespace `prod`.
pub fn deployment(name: &str) -> WorkloadRef {
    WorkloadRef {
        namespace: "prod".into(),
        kind: "Deployment".into(),
        name: name.into(),
    }
}

/// A scenario on a cluster of numbers.
pub fn world(scenario: &str, seed: u64) -> (World, Arc<Numbers>) {
    let cluster = Arc::new(Numbers::default());
    let model = compile(load(scenario).unwrap()).unwrap();
    let world = World::new(model, cluster.clone(), start(), seed).unwrap();
    (world, cluster)
}
