//! What a person means when they ask for logs, events or a description: the open thing, else the selected one.

use crate::domain::{
    alert_pods::concerns,
    change::What,
    id::Fingerprint,
    object::{KindRef, ObjectKey},
    pod::{PodRow, WorkloadKey},
    pod_detail::PodKey,
};

use super::{
    availability::{selected, top},
    command::WhyNot,
    document::About,
    happenings::workload_of,
    model::Model,
    overlay::Overlay,
    view::{Item, List},
};

/// A thing that triage can be about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    Pod(PodKey),
    Workload(WorkloadKey),
    /// The alert's labels say which pods it concerns.
    Alert(Fingerprint),
    /// Anything else the server has.
    Object(ObjectKey),
}

/// What is open or selected; `None` where it is nothing of the cluster.
pub fn subject(model: &Model) -> Option<Subject> {
    match top(model) {
        Some(Overlay::Pod(screen)) => Some(Subject::Pod(screen.key.clone())),
        Some(Overlay::Explain(screen)) => Some(Subject::Pod(screen.key.clone())),
        Some(Overlay::Alert { fingerprint, .. }) => Some(Subject::Alert(fingerprint.clone())),
        Some(Overlay::Browser(browser)) => browser.object().as_ref().map(of_object),
        Some(Overlay::Nodes(table)) => {
            let node = model.cluster.nodes.get(table.cursor.selected.as_ref()?)?;
            Some(Subject::Object(ObjectKey::of_node(node)))
        }
        Some(Overlay::Usage(screen)) => screen.selected().map(|it| Subject::Pod(it.pod.clone())),
        Some(Overlay::Document(screen)) => match &screen.about {
            About::Object(key) => Some(of_object(key)),
            About::Alert(fingerprint) => Some(Subject::Alert(fingerprint.clone())),
            About::Desk => None,
        },
        Some(Overlay::Changes(list)) => of_change(model, list),
        Some(_) => None,
        None => of_item(model, selected(model)?.1),
    }
}

/// A pod and a workload are what they are, whatever they were named by.
fn of_object(key: &ObjectKey) -> Subject {
    if key.kind == KindRef::pods()
        && let (Some(namespace), Some(uid)) = (&key.namespace, &key.uid)
    {
        return Subject::Pod(PodKey {
            namespace: namespace.to_string(),
            name: key.name.to_string(),
            uid: uid.clone(),
        });
    }
    match workload_of(key) {
        Some(workload) => Subject::Workload(workload),
        None => Subject::Object(key.clone()),
    }
}

/// What the selected change is about.
fn of_change(model: &Model, list: &List) -> Option<Subject> {
    let Some(Item::Change(number)) = &list.selected else {
        return None;
    };
    let mut changes = model.time_line.changes.iter();
    let (_, change) = changes.find(|(own, _)| own == number)?;
    match &change.what {
        What::RolledOut { workload, .. } | What::Scaled { workload, .. } => {
            Some(Subject::Workload(workload.clone()))
        }
        What::ConfigChanged {
            namespace, name, ..
        } => Some(Subject::Object(ObjectKey {
            kind: KindRef::new("", "v1", "ConfigMap", "configmaps", true),
            namespace: Some(namespace.clone()),
            name: name.clone(),
            uid: None,
        })),
        What::NodeReady { node, .. } | What::NodeCordoned { node, .. } => {
            Some(Subject::Object(ObjectKey::node(node)))
        }
        What::AlertCame { fingerprint, .. } | What::AlertLeft { fingerprint, .. } => {
            Some(Subject::Alert(fingerprint.clone()))
        }
        _ => None,
    }
}

/// A number or a chart is something, but nothing of the cluster.
fn no_subject(model: &Model) -> WhyNot {
    if top(model).is_some() || selected(model).is_some() {
        WhyNot::NoObject
    } else {
        WhyNot::NothingSelected
    }
}

/// The one object that is open or selected, or why there is none.
pub fn target(model: &Model) -> Result<ObjectKey, WhyNot> {
    let subject = subject(model).ok_or_else(|| no_subject(model))?;
    subject.object(model).ok_or(WhyNot::NoObject)
}

/// The workload whose revisions are meant, or why there are none.
pub fn rollouts_target(model: &Model) -> Result<ObjectKey, WhyNot> {
    let subject = subject(model).ok_or_else(|| no_subject(model))?;
    let workload = subject.workload(model).ok_or(WhyNot::NoRollouts)?;
    match &*workload.kind {
        "Deployment" | "StatefulSet" | "DaemonSet" => {
            ObjectKey::of_workload(&workload).ok_or(WhyNot::NoRollouts)
        }
        _ => Err(WhyNot::NoRollouts),
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
            Self::Object(_) => Vec::new(),
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
            Self::Object(key) => Some(key.clone()),
            Self::Alert(_) => match self.pods(model).as_slice() {
                [pod] => Some(ObjectKey::from(&key_of(pod))),
                _ => ObjectKey::of_workload(&self.workload(model)?),
            },
        }
    }
}
