//! The embedded cluster as the scenario sees it.

mod create;
mod past;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::controllers::events::Saying;
use super::controllers::kubelet::Played;
use super::controllers::{node_object, pod, revision_of};
use super::json::{list, number, text};
use super::kinds::Res;
use super::store::Entry;
use super::write::Author;
use super::{Cluster, State};
use crate::sim::port::{ClusterPort, Fault, WorkloadNow, WorkloadRef, WorkloadSpec};

/// The resource that workloads of a kind live at.
fn resource(at: &WorkloadRef) -> Option<Res> {
    match at.kind.as_str() {
        "Deployment" => Some(Res::Deployments),
        "StatefulSet" => Some(Res::StatefulSets),
        "DaemonSet" => Some(Res::DaemonSets),
        "CronJob" => Some(Res::CronJobs),
        "Job" => Some(Res::Jobs),
        _ => None,
    }
}

/// Where the pod template stands in a workload.
fn template_path(res: Res) -> &'static str {
    if res == Res::CronJobs {
        "/spec/jobTemplate/spec/template"
    } else {
        "/spec/template"
    }
}

impl State {
    fn workload_entry(&self, at: &WorkloadRef) -> Option<Arc<Entry>> {
        self.store.get(resource(at)?, &at.namespace, &at.name)
    }

    /// Changes a workload as `by` would through the API.
    fn change_workload(
        &mut self,
        at: &WorkloadRef,
        by: &str,
        change: impl FnOnce(&mut Value, Res),
    ) {
        let Some(entry) = self.workload_entry(at) else {
            return;
        };
        let mut value = Value::clone(&entry.value());
        change(&mut value, entry.res);
        let author = Author {
            manager: by,
            now: self.time,
            subresource: None,
        };
        // The scenario is trusted: a change that the API refuses is simply not made.
        let _refused = self.replace(&entry, value, &author, false);
    }

    fn read_workload(&self, at: &WorkloadRef) -> Option<WorkloadNow> {
        let entry = self.workload_entry(at)?;
        let value = entry.value();
        let template = value.pointer(template_path(entry.res))?;
        let container = &template["spec"]["containers"][0];
        let env = list(container, "/env").iter();
        let env = env.map(|one| {
            (
                text(one, "/name").to_owned(),
                text(one, "/value").to_owned(),
            )
        });
        let annotations = &template["metadata"]["annotations"];
        let restarted = annotations["kubectl.kubernetes.io/restartedAt"].as_str();
        let image = text(container, "/image");
        let restarted_at = restarted.map(str::to_owned);
        let pods = self.kubelet.of_workload(at);
        let pods = pods.iter().filter_map(|uid| self.kubelet.lives.get(uid));
        let pods = pods.filter_map(|life| self.store.by_key(Res::Pods, &life.key));
        let ready: Vec<_> = pods
            .map(|pod| pod.value())
            .filter(|pod| pod::is_active(pod) && pod::is_ready(pod))
            .collect();
        let is_new = |pod: &&Arc<Value>| {
            text(pod, "/spec/containers/0/image") == image
                && pod["spec"]["containers"][0]["env"] == container["env"]
                && pod["metadata"]["annotations"]["kubectl.kubernetes.io/restartedAt"].as_str()
                    == restarted
        };
        let count = |number: i64| u32::try_from(number).unwrap_or(0);
        let desired = match entry.res {
            Res::DaemonSets => number(&value, "/status/desiredNumberScheduled"),
            Res::CronJobs => list(&value, "/status/active").len() as i64,
            _ => number(&value, "/spec/replicas"),
        };
        Some(WorkloadNow {
            desired: count(desired),
            ready: ready.len() as u32,
            image: image.to_owned(),
            revision: match entry.res {
                Res::Deployments => revision_of(&value),
                _ => number(&value, "/metadata/generation").unsigned_abs(),
            },
            env: env.collect(),
            restarted_at,
            updated_ready: ready.iter().filter(is_new).count() as u32,
        })
    }

    /// The running pods of a workload with their values.
    fn running_pods(&self, at: &WorkloadRef) -> Vec<Arc<Value>> {
        let pods = self.kubelet.of_workload(at);
        let pods = pods.iter().filter_map(|uid| self.kubelet.lives.get(uid));
        let pods = pods.filter_map(|life| self.store.by_key(Res::Pods, &life.key));
        let running = pods.filter(|pod| pod.field("status.phase") == "Running");
        running.map(|pod| pod.value()).collect()
    }
}

impl ClusterPort for Cluster {
    fn create_node(&self, name: &str, labels: &BTreeMap<String, String>, created: Timestamp) {
        let node = node_object(name, labels, created);
        self.state().create_own(Res::Nodes, node, created);
    }

    fn create_namespace(&self, name: &str, created: Timestamp) {
        let mut state = self.state();
        if state.store.get(Res::Namespaces, "", name).is_none() {
            let namespace = json!({ "metadata": { "name": name } });
            state.create_own(Res::Namespaces, namespace, created);
        }
    }

    fn create_workload(&self, at: &WorkloadRef, spec: &WorkloadSpec) {
        if let Some(res) = resource(at) {
            self.state().create_workload(res, at, spec);
        }
    }

    fn create_object(&self, object: Value) {
        let (version, kind) = (text(&object, "/apiVersion"), text(&object, "/kind"));
        let Some(res) = Res::of_kind(version, kind) else {
            return;
        };
        let mut state = self.state();
        let created = text(&object, "/metadata/creationTimestamp").parse();
        let created = created.unwrap_or(state.time);
        state.create_own(res, object, created);
    }

    fn workload(&self, at: &WorkloadRef) -> Option<WorkloadNow> {
        self.state().read_workload(at)
    }

    fn set_fault(&self, at: &WorkloadRef, fault: Fault, only_image: Option<&str>) {
        let mut state = self.state();
        let now = state.time;
        let played = Played {
            fault,
            only_image: only_image.map(str::to_owned),
            only_pod: None,
            chosen: std::collections::BTreeSet::new(),
        };
        let old = state.kubelet.faults.insert(at.clone(), played);
        for uid in old.into_iter().flat_map(|old| old.chosen) {
            state.trouble(&uid, at, now);
        }
        state.wake_waiting(at, now);
    }

    fn confine_fault(&self, at: &WorkloadRef, pod: &str) {
        if let Some(played) = self.state().kubelet.faults.get_mut(at) {
            played.only_pod = Some(pod.to_owned());
        }
    }

    fn clear_fault(&self, at: &WorkloadRef) {
        let mut state = self.state();
        let now = state.time;
        let old = state.kubelet.faults.remove(at);
        for uid in old.into_iter().flat_map(|old| old.chosen) {
            state.trouble(&uid, at, now);
        }
        state.wake_waiting(at, now);
    }

    fn roll_out(&self, at: &WorkloadRef, image: &str, by: &str) {
        self.state().change_workload(at, by, |value, res| {
            if let Some(template) = value.pointer_mut(template_path(res)) {
                template["spec"]["containers"][0]["image"] = image.into();
            }
        });
    }

    fn scale(&self, at: &WorkloadRef, replicas: u32, by: &str) {
        self.state().change_workload(at, by, |value, _| {
            value["spec"]["replicas"] = replicas.into();
        });
    }

    fn set_node_ready(&self, name: &str, ready: bool, message: &str) {
        let mut state = self.state();
        let now = state.time;
        state.set_node_condition(name, ready, message, now);
    }

    fn set_config(&self, namespace: &str, config_map: &str, key: &str, value: &str, by: &str) {
        let mut state = self.state();
        let author = Author {
            manager: by,
            now: state.time,
            subresource: None,
        };
        let Some(entry) = state.store.get(Res::ConfigMaps, namespace, config_map) else {
            let new = json!({ "metadata": { "name": config_map }, "data": { key: value } });
            // A namespace that isn't there is the scenario's mistake; nothing is stored then.
            if let Ok(new) = state.prepare(Res::ConfigMaps, namespace, new, &author) {
                state.settle(Res::ConfigMaps, new, false);
            }
            return;
        };
        let mut new = Value::clone(&entry.value());
        if !new["data"].is_object() {
            new["data"] = json!({});
        }
        new["data"][key] = value.into();
        // As above: a refused change is not made.
        let _refused = state.replace(&entry, new, &author, false);
    }

    fn config(&self, namespace: &str, config_map: &str, key: &str) -> Option<String> {
        let entry = self
            .state()
            .store
            .get(Res::ConfigMaps, namespace, config_map)?;
        entry.value()["data"][key].as_str().map(str::to_owned)
    }

    fn rules(&self, namespace: &str, ingress: &str) -> Option<usize> {
        let entry = self.state().store.get(Res::Ingresses, namespace, ingress)?;
        let rules = entry.value()["spec"]["rules"].as_array().map(Vec::len);
        Some(rules.unwrap_or_default())
    }

    fn event(&self, at: &WorkloadRef, warning: bool, reason: &str, message: &str) {
        let mut state = self.state();
        let now = state.time;
        if let Some(entry) = state.workload_entry(at) {
            let saying = Saying {
                warning,
                ..Saying::normal("scenario", reason, message)
            };
            state.say(&entry.value(), &saying, now);
        }
    }

    fn log(&self, at: &WorkloadRef, container: &str, line: &str, every_pod: bool) {
        let mut state = self.state();
        let now = state.time;
        let mut pods = state.running_pods(at);
        if !every_pod && !pods.is_empty() {
            let one = state.logs.turn() % pods.len();
            pods = vec![pods.swap_remove(one)];
        }
        for pod in pods {
            let first = text(&pod, "/spec/containers/0/name");
            let container = if container.is_empty() {
                first
            } else {
                container
            };
            state
                .logs
                .write(text(&pod, "/metadata/uid"), container, now, line);
        }
    }

    fn set_usage(&self, at: &WorkloadRef, cpu_millicores: u32, memory_mib: u32) {
        self.state()
            .usage
            .insert(at.clone(), (cpu_millicores, memory_mib));
    }

    fn fill(&self, namespace: &str, count: usize, now: Timestamp) {
        self.create_namespace(namespace, now);
        self.state().fill(namespace, count, now);
    }

    fn churn(&self, count: usize, now: Timestamp) {
        self.state().churn(count, now);
    }

    fn step(&self, now: Timestamp) {
        self.state().step(now);
    }
}
