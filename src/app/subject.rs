//! What a person means when they ask for logs, events or a description: the open thing, else the selected one.

use crate::domain::{
    alert_pods::concerns,
    id::Fingerprint,
    object::ObjectKey,
    pod::{PodRow, WorkloadKey},
    pod_detail::PodKey,
};

use super::{
    availability::{selected, top},
    model::Model,
    overlay::Overlay,
    view::Item,
};

/// A thing that triage can be about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    Pod(PodKey),
    Workload(WorkloadKey),
    /// The alert's labels say which pods it concerns.
    Alert(Fingerprint),
}

/// What is open or selected; `None` where it is nothing of the cluster.
pub fn subject(model: &Model) -> Option<Subject> {
    match top(model) {
        Some(Overlay::Pod(screen)) => Some(Subject::Pod(screen.key.clone())),
        Some(Overlay::Explain(screen)) => Some(Subject::Pod(screen.key.clone())),
        Some(Overlay::Alert { fingerprint, .. }) => Some(Subject::Alert(fingerprint.clone())),
        Some(_) => None,
        None => of_item(model, selected(model)?.1),
    }
}

fn of_item(model: &Model, item: &Item) -> Option<Subject> {
    match item {
        Item::Pod(uid) => model
            .cluster
            .pods
            .get(uid)
            .map(|pod| Subject::Pod(key_of(pod))),
        Item::Workload(key) => Some(Subject::Workload(key.clone())),
        Item::Alert(fingerprint) => Some(Subject::Alert(fingerprint.clone())),
        _ => None,
    }
}

/// A pod by what the API is asked by.
pub fn key_of(pod: &PodRow) -> PodKey {
    PodKey {
        namespace: pod.namespace.to_string(),
        name: pod.name.to_string(),
        uid: pod.uid.clone(),
    }
}

impl Subject {
    /// The pods it stands for, as the watch has them now.
    pub fn pods<'m>(&self, model: &'m Model) -> Vec<&'m PodRow> {
        let pods = model.cluster.pods.iter();
        match self {
            Self::Pod(key) => pods.filter(|pod| pod.uid == key.uid).collect(),
            Self::Workload(key) => pods
                .filter(|pod| pod.workload.as_ref() == Some(key))
                .collect(),
            Self::Alert(fingerprint) => match model.alerts.alerts.get(fingerprint) {
                Some(line) => pods
                    .filter(|pod| concerns(&line.alert.labels, pod))
                    .collect(),
                None => Vec::new(),
            },
        }
    }

    /// The workload it stands for: itself, the pod's, or the one that all pods of the alert have.
    pub fn workload(&self, model: &Model) -> Option<WorkloadKey> {
        if let Self::Workload(key) = self {
            return Some(key.clone());
        }
        let pods = self.pods(model);
        let first = pods.first()?.workload.clone()?;
        pods.iter()
            .all(|pod| pod.workload.as_ref() == Some(&first))
            .then_some(first)
    }

    /// The one object it stands for: the pod, the workload, or what the alert's pods have in common.
    pub fn object(&self, model: &Model) -> Option<ObjectKey> {
        match self {
            Self::Pod(key) => Some(ObjectKey::from(key)),
            Self::Workload(key) => ObjectKey::of_workload(key),
            Self::Alert(_) => match self.pods(model).as_slice() {
                [pod] => Some(ObjectKey::from(&key_of(pod))),
                _ => ObjectKey::of_workload(&self.workload(model)?),
            },
        }
    }
}
