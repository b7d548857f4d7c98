//! Objects of a team's cluster.

use std::{collections::BTreeMap, convert::Infallible, time::Duration};

use k8s_openapi::api::{apps::v1::Deployment, batch::v1::CronJob, core::v1::Pod};
use kube::api::{ListParams, Patch, PatchParams};
use serde_json::json;

use super::stage::Stage;
use crate::harness::{User, until};

/// What keeps a pod from every node.
const GATE: &str = "quarterdeck.bed/told";

impl Stage<'_> {
    /// A deployment that is up; its pods are labelled `app`, its one container has this name.
    pub async fn deployment(&self, name: &str, container: &str, replicas: i32) {
        self.deployment_with(name, container, replicas, &[]).await;
    }

    /// The same with variables. Its pods wait at a gate, before they are on any node, until `admits` lets them on.
    pub async fn deployment_with(
        &self,
        name: &str,
        container: &str,
        replicas: i32,
        variables: &[(&str, &str)],
    ) {
        let variables = variables
            .iter()
            .map(|(name, value)| json!({"name": name, "value": value}));
        let variables: Vec<_> = variables.collect();
        let gates = if variables.is_empty() {
            json!([])
        } else {
            json!([{"name": GATE}])
        };
        let deployment = json!({
            "metadata": {"name": name},
            "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": name}}, "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"schedulingGates": gates, "containers": [
                    {"name": container, "image": "registry.local/app:1", "env": variables}
                ]},
            }},
        });
        let _: Deployment = self.space.create(deployment).await;
        self.is_up(name).await;
    }

    /// Waits until all of a deployment is as it is wanted.
    pub async fn is_up(&self, name: &str) {
        until("a deployment is up", async || {
            let found = self.space.api::<Deployment>().get(name).await.unwrap();
            let status = found.status.clone().unwrap_or_default();
            let wanted = found.spec.replicas;
            let is_up = status.observed_generation == found.metadata.generation
                && status.ready_replicas.or(Some(0)) == wanted
                && status.updated_replicas.or(Some(0)) == wanted
                && status.replicas.or(Some(0)) == wanted;
            if is_up { Ok(()) } else { Err(status) }
        })
        .await;
    }

    pub async fn replicas(&self, name: &str) -> i32 {
        let found = self.space.api::<Deployment>().get(name).await.unwrap();
        found.spec.replicas.unwrap()
    }

    /// A variable of the only container of a deployment.
    pub async fn variable(&self, name: &str, variable: &str) -> Option<String> {
        let found = self.space.api::<Deployment>().get(name).await.unwrap();
        let pod = found.spec.template.spec.unwrap();
        let variables = pod.containers[0].env.clone().unwrap_or_default();
        let found = variables.into_iter().find(|it| it.name == variable)?;
        found.value
    }

    /// The pods of a deployment, by name.
    pub async fn pods(&self, name: &str) -> Vec<String> {
        let of = ListParams::default().labels(&format!("app={name}"));
        let pods = self.space.api::<Pod>().list(&of).await.unwrap();
        let living = pods
            .items
            .into_iter()
            .filter(|pod| pod.metadata.deletion_timestamp.is_none());
        let mut names: Vec<String> = living.filter_map(|pod| pod.metadata.name).collect();
        names.sort();
        names
    }

    pub async fn cronjob(&self, name: &str) {
        self.cronjob_by(name, "default-scheduler").await;
    }

    /// One whose pods nobody runs or ends, and which is not tried twice: what becomes of it a test says.
    pub async fn still_cronjob(&self, name: &str) {
        self.cronjob_by(name, "nobody").await;
    }

    async fn cronjob_by(&self, name: &str, scheduler: &str) {
        let _: CronJob = self
            .space
            .create(json!({
                "metadata": {"name": name},
                "spec": {"schedule": "0 */6 * * *", "jobTemplate": {"spec": {"backoffLimit": 0, "template": {"spec": {
                    "restartPolicy": "Never",
                    "schedulerName": scheduler,
                    "containers": [{"name": "main", "image": "registry.local/backup:1"}],
                }}}}},
            }))
            .await;
    }

    /// Lets pods onto nodes, each once a program that is run in it finds the variables it has: nobody meets one that
    /// runs and knows nothing.
    pub async fn admits(&self) -> Infallible {
        let pods = self.space.api::<Pod>();
        let mut tick = tokio::time::interval(Duration::from_millis(100));
        loop {
            tick.tick().await;
            let all = pods.list(&ListParams::default()).await.unwrap();
            for pod in all {
                let spec = pod.spec.unwrap_or_default();
                let waits = spec.scheduling_gates.is_some_and(|it| !it.is_empty());
                if !waits || pod.metadata.deletion_timestamp.is_some() {
                    continue;
                }
                let name = pod.metadata.name.unwrap();
                let variables = spec.containers[0].env.iter().flatten();
                let variables = variables
                    .map(|it| (it.name.as_str(), it.value.clone().unwrap_or_default()))
                    .collect();
                self.inside(&name, &variables);
                let open = Patch::Merge(json!({"spec": {"schedulingGates": null}}));
                match pods.patch(&name, &PatchParams::default(), &open).await {
                    // It was taken away meanwhile.
                    Err(kube::Error::Api(status)) if status.code == 404 => {}
                    patched => {
                        patched.unwrap();
                    }
                }
            }
        }
    }

    /// Programs in this pod run in a folder of its own below the stage's, with these variables.
    pub fn inside(&self, pod: &str, variables: &BTreeMap<&str, String>) {
        let folder = self.at(&format!("pods/{pod}"));
        std::fs::create_dir_all(&folder).unwrap();
        let variables = variables
            .iter()
            .map(|(name, value)| json!({"name": name, "value": value}));
        let object = json!({
            "apiVersion": "kwok.x-k8s.io/v1alpha1", "kind": "Exec",
            "metadata": {"name": pod, "namespace": self.space.name},
            "spec": {"execs": [{"local": {
                "workDir": folder, "envs": variables.collect::<Vec<_>>(),
            }}]},
        });
        self.apply(&object);
    }

    /// Creates an object, or sets what it says.
    pub fn apply(&self, object: &serde_json::Value) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), object.to_string()).unwrap();
        let path = file.path().to_str().unwrap();
        let bed = self.space.bed;
        bed.kubectl(User::Admin, &["-n", &self.space.name, "apply", "-f", path]);
    }

    /// An object as JSON.
    pub fn object(&self, which: &str) -> serde_json::Value {
        let words = ["-n", &self.space.name, "get", which, "-o", "json"];
        let text = self.space.bed.kubectl(User::Admin, &words);
        serde_json::from_str(&text).unwrap()
    }
}
