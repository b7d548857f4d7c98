//! Objects of a team's cluster.

use std::collections::BTreeMap;

use k8s_openapi::api::{apps::v1::Deployment, batch::v1::CronJob, core::v1::Pod};
use kube::api::ListParams;
use serde_json::json;

use super::stage::Stage;
use crate::harness::{User, until};

impl Stage<'_> {
    /// A deployment that is up; its pods are labelled `app`, its one container has this name.
    pub async fn deployment(&self, name: &str, container: &str, replicas: i32) {
        self.deployment_with(name, container, replicas, &[]).await;
    }

    /// The same with variables.
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
        let deployment = json!({
            "metadata": {"name": name},
            "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": name}}, "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [
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
        let _: CronJob = self
            .space
            .create(json!({
                "metadata": {"name": name},
                "spec": {"schedule": "0 */6 * * *", "jobTemplate": {"spec": {"template": {"spec": {
                    "restartPolicy": "Never",
                    "containers": [{"name": "main", "image": "registry.local/backup:1"}],
                }}}}},
            }))
            .await;
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
